// Unpacking (gzip, RFC 1952) where there is no Node: by the browser.

import { concat } from '../core/bytes.ts'

/** Undefined when there is more in it than `most` bytes; rejects when it is not one whole member with nothing behind it. */
export async function gunzip(file: Uint8Array, most: number): Promise<Uint8Array | undefined> {
  const { readable, writable } = new DecompressionStream('gzip')
  const writer = writable.getWriter()
  // What is wrong with the file, whoever reads is told as well.
  Promise.all([writer.write(file as Uint8Array<ArrayBuffer>), writer.close()]).catch(() => {})
  const reader = readable.getReader()
  const parts: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return concat(...parts)
    size += value.length
    if (size > most) {
      await reader.cancel()
      return undefined
    }
    parts.push(value)
  }
}
