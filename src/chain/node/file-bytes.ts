// Reading and writing all the bytes one means to: what a file handle does in parts.

import { type FileHandle, open } from 'node:fs/promises'

type FileBytes = Pick<FileHandle, 'read' | 'write'>

const READ_AHEAD = 1024 * 1024

/** Writes all the bytes at a position; a full disk may take a part of them before it fails. */
export async function writeAll(file: FileBytes, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done)
    if (bytesWritten === 0) throw new Error('the file system accepted no bytes')
    done += bytesWritten
  }
}

/** Fills the buffer from `position`; returns what there was. */
export async function readFully(file: FileBytes, into: Buffer, position: number): Promise<Buffer> {
  let done = 0
  while (done < into.length) {
    const { bytesRead } = await file.read(into, done, into.length - done, position + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return into.subarray(0, done)
}

/** At most so many bytes from an offset; fewer only at the end of the file. */
export type ReadAt = (offset: number, length: number) => Promise<Buffer>

/** Reads forward through large windows, so that small blocks do not cost a system call each. */
export function readAhead(file: FileBytes, size: number): ReadAt {
  let window: Buffer = Buffer.alloc(0)
  let from = 0
  return async (offset, length) => {
    if (offset < from || offset + length > from + window.length) {
      const wanted = Math.min(Math.max(length, READ_AHEAD), size - offset)
      window = await readFully(file, Buffer.alloc(wanted), offset)
      from = offset
    }
    return window.subarray(offset - from, offset - from + length)
  }
}

/** Whether the file holds nothing but zeros from an offset to its end. */
export async function isZero(read: ReadAt, offset: number, size: number): Promise<boolean> {
  for (let at = offset; at < size; at += READ_AHEAD) {
    const bytes = await read(at, Math.min(READ_AHEAD, size - at))
    if (bytes.some(byte => byte !== 0)) return false
  }
  return true
}

/** Makes a rename in this directory durable. */
export async function syncDirectory(path: string): Promise<void> {
  // Windows has no way to sync a directory; NTFS journals its entries itself.
  if (process.platform === 'win32') return
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
