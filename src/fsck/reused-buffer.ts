// A file that is read into the same piece of memory again and again. What a read gave is good until the next one: who goes
// through gigabytes a megabyte at a time would otherwise keep the system busy with handing out fresh memory.

import type { ReadOnlyFile } from '../backup/read-only.ts'
import type { LogFile } from '../store/file.ts'

export function intoOneBuffer(file: ReadOnlyFile): LogFile {
  let room = Buffer.alloc(0)
  return {
    path: file.path,
    size: file.size,
    async read(position, length) {
      if (room.length < length) room = Buffer.allocUnsafeSlow(length)
      const bytes = room.subarray(0, length)
      for (let done = 0; done < length; ) {
        const { bytesRead } = await file.handle.read(bytes, done, length - done, position + done)
        // Shorter than it was a moment ago: the file itself says so in its own words.
        if (bytesRead === 0) return file.read(position, length)
        done += bytesRead
      }
      return bytes
    },
    append: file.append,
    rewrite: file.rewrite,
    truncate: file.truncate,
    datasync: file.datasync,
    close: () => file.close(),
  }
}
