// Unpacking on Node (`#gunzip` in package.json): in one piece, several times as fast as by its DecompressionStream, which
// makes a promise for every 16 KiB.

import { promisify } from 'node:util'
import { gunzip as unpackGzip } from 'node:zlib'

const unpack = promisify(unpackGzip)
const CHUNK_BYTES = 1_048_576

export async function gunzip(file: Uint8Array, most: number): Promise<Uint8Array | undefined> {
  try {
    return await unpack(file, { chunkSize: CHUNK_BYTES, maxOutputLength: most, rejectGarbageAfterEnd: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return undefined
    throw error
  }
}
