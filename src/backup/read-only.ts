// The store's seam to the file system, for whoever may read a ledger's files and change none: a backup, beside the
// service that writes them. What is read of a file ends where the reader says, however much it grows meanwhile.

import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { LedgerError } from '../core/error.ts'
import { refuseFolder } from '../missing.ts'
import type { Files, LogFile } from '../store/file.ts'

export class ReadOnlyFile implements LogFile {
  readonly path: string
  readonly size: number
  readonly handle: FileHandle

  private constructor(path: string, handle: FileHandle, size: number) {
    this.path = path
    this.handle = handle
    this.size = size
  }

  /** Opens a file, as far as byte `end`; without one, as long as it is now. @throws as the system does, ENOENT and others */
  static async open(path: string, end?: number): Promise<ReadOnlyFile> {
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    try {
      await refuseFolder(handle, path)
      return new ReadOnlyFile(path, handle, end ?? (await handle.stat()).size)
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /** The same file, read as far as byte `end`. */
  upTo(end: number): ReadOnlyFile {
    return new ReadOnlyFile(this.path, this.handle, end)
  }

  /** The same file, under the name that errors are to have. */
  as(path: string): ReadOnlyFile {
    return new ReadOnlyFile(path, this.handle, this.size)
  }

  async read(position: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length)
    for (let done = 0; done < length; ) {
      const { bytesRead } = await this.handle
        .read(bytes, done, length - done, position + done)
        .catch(nameFile(this.path))
      if (bytesRead === 0) throw cutShort(this.path, position + done, position + length)
      done += bytesRead
    }
    return bytes
  }

  async close(): Promise<void> {
    await this.handle.close()
  }

  append = refuse
  rewrite = refuse
  truncate = refuse
  datasync = refuse
}

/** Where a file is found, and where it ends. */
interface Place {
  readonly path: string
  readonly end?: number
  /** What it is called in errors, where that is not its path. */
  readonly called?: string
}

export function readOnlyFiles(placeOf: (path: string) => Place): Files {
  return {
    async open(path) {
      const { path: name, end, called } = placeOf(path)
      const file = await ReadOnlyFile.open(name, end)
      return called === undefined ? file : file.as(called)
    },
    rename: refuse,
    remove: refuse,
    syncDirectory: refuse,
  }
}

async function refuse(): Promise<never> {
  throw new Error('these files are only read')
}

/** For the failure of a call on an open file, of which the system does not say which it is. */
export function nameFile(path: string): (error: NodeJS.ErrnoException) => never {
  return error => {
    throw Object.assign(error, { path: error.path ?? path })
  }
}

function cutShort(path: string, size: number, wanted: number): LedgerError {
  return new LedgerError('log_truncated', {
    en: `${path} ends at byte ${size}, but bytes up to ${wanted} belong to it: it was cut short. Take another copy of it.`,
    zh: `${path} 在第 ${size} 字节处结束，而应有 ${wanted} 字节：文件被截短。请改用另一份副本。`,
  })
}
