// One file brought up to date in a backup. Nothing is written that is there already: a file that grew gets its new end, one
// that changed is written beside as `.new`, one that is the same is left alone. Whatever was written is read back.

import { createHash, type Hash } from 'node:crypto'
import { open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { LedgerError } from '../core/error.ts'
import { makeFolder, NEW } from './folder.ts'
import type { BackedUpFile } from './manifest.ts'
import { ReadOnlyFile } from './read-only.ts'

const BLOCK_BYTES = 4 << 20

export interface Copied {
  readonly sha256: string
  /** Bytes written. */
  readonly written: number
  /** The copy is not under its own name yet, but under that with `.new`. */
  readonly isNew: boolean
  /** The source does not begin with what was copied of it before. */
  readonly isOther: boolean
}

/** @throws LedgerError `backup_unreliable` when what is read back is not what was written */
export async function copyFile(
  source: ReadOnlyFile,
  target: string,
  former: BackedUpFile | undefined,
  onBytes: (bytes: number) => void,
): Promise<Copied> {
  const begun = former === undefined ? undefined : await readBeginning(source, former)
  if (former !== undefined && begun !== undefined && (await sizeOf(target)) >= former.length) {
    const { length, sha256 } = former
    onBytes(length)
    if (length === source.size) return { sha256, written: 0, isNew: false, isOther: false }
    const whole = await write(source, target, length, begun, onBytes)
    if ((await digestFile(target, source.size)) === whole) {
      return { sha256: whole, written: source.size - length, isNew: false, isOther: false }
    }
    // What was copied before went bad on this disk; its manifest would say so. It is copied anew.
  }
  // What the manifest before does not know of can take its name at once.
  const isNew = former !== undefined
  const path = isNew ? target + NEW : target
  await makeFolder(dirname(path))
  const sha256 = await write(source, path, 0, createHash('sha256'), onBytes)
  if ((await digestFile(path, source.size)) !== sha256) throw unreliable(path)
  return { sha256, written: source.size, isNew, isOther: isNew && begun === undefined }
}

/** Whether the source begins with what was copied before. */
export async function beginsWith(source: ReadOnlyFile, former: BackedUpFile): Promise<boolean> {
  return (await readBeginning(source, former)) !== undefined
}

/** The digest so far of what was copied before; undefined when the source does not begin with it. */
async function readBeginning(source: ReadOnlyFile, { length, sha256 }: BackedUpFile): Promise<Hash | undefined> {
  if (length > source.size) return undefined
  const hash = createHash('sha256')
  await digestRange(source, 0, length, hash)
  return hash.copy().digest('hex') === sha256 ? hash : undefined
}

/** Writes the source from byte `from` on to the file's byte `from`, and cuts off what is behind. */
async function write(
  source: ReadOnlyFile,
  path: string,
  from: number,
  hash: Hash,
  onBytes: (bytes: number) => void,
): Promise<string> {
  await using file = await open(path, from === 0 ? 'w' : 'r+', 0o600)
  if (from > 0) await file.truncate(from)
  for (let at = from; at < source.size; ) {
    const bytes = await source.read(at, Math.min(BLOCK_BYTES, source.size - at))
    hash.update(bytes)
    await file.write(bytes, 0, bytes.length, at).then(({ bytesWritten }) => {
      if (bytesWritten < bytes.length) throw shortWrite(path)
    })
    at += bytes.length
    onBytes(bytes.length)
  }
  await file.sync()
  return hash.digest('hex')
}

/** SHA-256 of a file's first `length` bytes, in hex; undefined when it is not there, or is shorter. */
export async function digestFile(
  path: string,
  length: number,
  onBytes?: (bytes: number) => void,
): Promise<string | undefined> {
  if ((await sizeOf(path)) < length) return undefined
  const file = await ReadOnlyFile.open(path, length)
  try {
    const hash = createHash('sha256')
    await digestRange(file, 0, length, hash, onBytes)
    return hash.digest('hex')
  } finally {
    await file.close()
  }
}

async function digestRange(
  file: ReadOnlyFile,
  from: number,
  to: number,
  hash: Hash,
  onBytes?: (bytes: number) => void,
): Promise<void> {
  for (let at = from; at < to; ) {
    const bytes = await file.read(at, Math.min(BLOCK_BYTES, to - at))
    hash.update(bytes)
    at += bytes.length
    onBytes?.(bytes.length)
  }
}

/** −1 when there is no such file. */
export async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return -1
      throw error
    },
  )
}

function shortWrite(path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`no space left to write ${path}`), { code: 'ENOSPC' })
}

function unreliable(path: string): LedgerError {
  return new LedgerError('backup_unreliable', {
    en: `${path} was written, but other bytes are read back: the disk of the backup cannot be relied on. The backup made before is untouched; use another disk.`,
    zh: `${path} 写入后读回的内容不同：备份所在的磁盘不可靠。此前的备份未受影响；请换用其他磁盘。`,
  })
}
