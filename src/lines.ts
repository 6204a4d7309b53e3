// A stream of bytes → its lines, each with its number and the digest of all bytes up to its end. However long a line
// is, no more than `maxBytes` of it are kept: the rest passes by, and the line is handed on as too long.

import { createHash } from 'node:crypto'

export interface Line {
  /** From 1. */
  readonly number: number
  /** Without its line end; undefined when the line was longer than allowed. */
  readonly bytes: Buffer | undefined
  readonly length: number
}

export interface LineChunk {
  readonly lines: readonly Line[]
  /** Base64 SHA-256 of all bytes of the stream up to the end of the last of these lines. */
  readonly digest: string
}

export interface ChunkLimits {
  readonly maxLineBytes: number
  readonly maxLines: number
  readonly maxBytes: number
}

const NEWLINE = 0x0a
const RETURN = 0x0d

/**
 * Cuts a stream into chunks of whole lines. `stopAt`, when given, makes a chunk end exactly after that many lines, so
 * that the digest there can be compared with one remembered.
 */
export async function* splitLines(
  stream: AsyncIterable<Uint8Array>,
  limits: ChunkLimits,
  stopAt?: number,
): AsyncGenerator<LineChunk> {
  const digest = createHash('sha256')
  let number = 0
  let lines: Line[] = []
  let chunkBytes = 0
  let held: Buffer[] = [] // the beginning of a line whose end has not come yet
  let heldBytes = 0
  let length = 0 // of that line, kept or not

  const endLine = (rest: Buffer): void => {
    length += rest.length
    let bytes: Buffer | undefined
    if (length <= limits.maxLineBytes) {
      bytes = held.length === 0 ? rest : Buffer.concat([...held, rest])
      if (bytes.at(-1) === RETURN) bytes = bytes.subarray(0, -1)
    }
    lines.push({ number: ++number, bytes, length })
    chunkBytes += bytes?.length ?? 0
    held = []
    heldBytes = 0
    length = 0
  }
  const isFull = (): boolean =>
    lines.length >= limits.maxLines || chunkBytes >= limits.maxBytes || (stopAt !== undefined && number === stopAt)
  const take = (): LineChunk => {
    const chunk = { lines, digest: digest.copy().digest('base64') }
    lines = []
    chunkBytes = 0
    return chunk
  }

  for await (const part of stream) {
    const bytes = Buffer.from(part.buffer, part.byteOffset, part.byteLength)
    let from = 0
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      endLine(bytes.subarray(from, end))
      digest.update(bytes.subarray(from, end + 1))
      from = end + 1
      if (isFull()) yield take()
    }
    const rest = bytes.subarray(from)
    digest.update(rest)
    length += rest.length
    if (length <= limits.maxLineBytes) {
      if (rest.length > 0) held.push(rest)
      heldBytes += rest.length
    } else if (heldBytes > 0) {
      held = []
      heldBytes = 0
    }
  }
  if (length > 0) {
    // A last line without a line end is a line all the same, and the same line when its end comes later.
    digest.update('\n')
    endLine(Buffer.alloc(0))
  }
  if (lines.length > 0) yield take()
}
