// The one seam to the file system: a file that grows at its end. Everything the store writes goes through here, so that
// tests can let any write come up short, any sync fail, and see that nothing acknowledged is lost.

import { constants, readSync, writeSync } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { LedgerError } from '../core/error.ts'
import { ReadInStep } from './read-in-step.ts'

export interface LogFile {
  readonly path: string
  /** Bytes up to the end of the last append that succeeded. */
  readonly size: number
  /** Writes all the bytes at the end, or throws; after a throw the file may hold any part of them. */
  append(bytes: Uint8Array): Promise<void>
  /** Writes over bytes that are there already. */
  rewrite(bytes: Uint8Array, position: number): Promise<void>
  /** Exactly `length` bytes; throws `log_truncated` when the file is shorter. */
  read(position: number, length: number): Promise<Buffer>
  truncate(size: number): Promise<void>
  /** Resolves when all that was written before is on the disk (fdatasync: the bytes and the file's length). */
  datasync(): Promise<void>
  close(): Promise<void>
}

export interface Files {
  /** Opens a file to read and write, and makes it if it is not there (the caller syncs its directory). */
  open(path: string): Promise<LogFile>
  /** Gives a file another name, whether there is one of that name or not (the caller syncs the directory). */
  rename(path: string, name: string): Promise<void>
  /** Removes a file, if it is there. */
  remove(path: string): Promise<void>
  /** Makes the names in a directory durable: a new file's bytes are worth nothing if its name is lost. */
  syncDirectory(path: string): Promise<void>
}

export const diskFiles: Files = {
  async open(path) {
    // Only the ledger's own account may read what it logs.
    const handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600)
    return new DiskFile(path, handle, (await handle.stat()).size)
  },
  rename,
  remove: path => rm(path, { force: true }),
  async syncDirectory(path) {
    const handle = await open(path, constants.O_RDONLY)
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  },
}

/**
 * What is no more is written at once: it only goes to the kernel's memory, sooner than to another thread and back, and a
 * commit of few lines waits for nothing but the disk.
 */
const SMALL_BYTES = 65_536

class DiskFile implements LogFile {
  readonly path: string
  readonly #handle: FileHandle
  readonly #inStep = new ReadInStep()
  #size: number

  constructor(path: string, handle: FileHandle, size: number) {
    this.path = path
    this.#handle = handle
    this.#size = size
  }

  get size(): number {
    return this.#size
  }

  async append(bytes: Uint8Array): Promise<void> {
    await this.#write(bytes, this.#size)
    this.#size += bytes.length
  }

  async rewrite(bytes: Uint8Array, position: number): Promise<void> {
    if (position + bytes.length > this.#size) throw new RangeError('rewrite goes beyond the end of the file')
    await this.#write(bytes, position)
  }

  async read(position: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length)
    let done = 0
    while (done < length) {
      // A closed file has no descriptor to be read by, and says so in the same words as ever.
      const inStep = this.#handle.fd !== -1 && this.#inStep.allows(length - done)
      const bytesRead = inStep
        ? this.#readInStep(bytes, done, position + done)
        : (await this.#handle.read(bytes, done, length - done, position + done)).bytesRead
      if (bytesRead === 0) throw cutShort(this.path, position + done, position + length)
      done += bytesRead
    }
    return bytes
  }

  async truncate(size: number): Promise<void> {
    await this.#handle.truncate(size)
    this.#size = size
  }

  async datasync(): Promise<void> {
    await this.#handle.datasync()
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }

  #readInStep(bytes: Buffer, from: number, position: number): number {
    const began = performance.now()
    try {
      return readSync(this.#handle.fd, bytes, from, bytes.length - from, position)
    } finally {
      this.#inStep.took(performance.now() - began) // a disk that fails may take long over it
    }
  }

  /** A write may be short, typically just before the disk is full: the next one then says why. */
  async #write(bytes: Uint8Array, position: number): Promise<void> {
    let done = 0
    while (done < bytes.length) {
      const left = bytes.length - done
      const bytesWritten =
        left <= SMALL_BYTES
          ? writeSync(this.#handle.fd, bytes, done, left, position + done)
          : (await this.#handle.write(bytes, done, left, position + done)).bytesWritten
      if (bytesWritten === 0)
        throw new Error(`nothing more could be written to ${this.path} at byte ${position + done}`)
      done += bytesWritten
    }
  }
}

export function cutShort(path: string, size: number, wanted: number): LedgerError {
  return new LedgerError('log_truncated', {
    en: `${path} ends at byte ${size}, but bytes up to ${wanted} were committed: restore the data directory from a backup.`,
    zh: `${path} 在第 ${size} 字节处结束，而已提交到第 ${wanted} 字节：请从备份恢复数据目录。`,
  })
}
