// A stream of bytes → blocks of whole lines. However long a line is, no more than a block of it is held: the rest passes
// by in pieces, so that its bytes can still be counted and digested.

import type { BlockMemory } from './block-memory.ts'
import { MAX_LINE_BYTES } from './reader.ts'

/** Whole lines, each with its line end; or, of a line that is longer than a block, one piece after the other. */
export interface Block {
  /** To be looked at only until the next block is asked for: its memory is used again. */
  readonly bytes: Buffer
  /** The line does not end in this piece. */
  readonly partial: boolean
}

const NEWLINE = 0x0a
const LINE_END = Buffer.from([NEWLINE])

/** A last line without its line end gets one: it is a line all the same, and the same line when its end comes later. */
export async function* cutBlocks(
  stream: AsyncIterable<Uint8Array>,
  blocks: BlockMemory,
  client: string,
): AsyncGenerator<Block> {
  let memory: Buffer = Buffer.alloc(0)
  let filled = 0
  let withinLine = false
  try {
    for await (const part of stream) {
      for (let at = 0; at < part.length; ) {
        const left = part.length - at
        if (filled + left > memory.length - 1) memory = blocks.enlarge(memory, filled, left, client)
        const room = memory.length - 1
        const taken = Math.min(left, room - filled)
        memory.set(part.subarray(at, at + taken), filled)
        at += taken
        filled += taken
        if (filled < room || !blocks.isBlock(memory)) continue
        const end = memory.lastIndexOf(NEWLINE, filled - 1) + 1
        withinLine = end === 0
        yield { bytes: memory.subarray(0, withinLine ? filled : end), partial: withinLine }
        memory.copyWithin(0, end, filled)
        filled -= withinLine ? filled : end
      }
    }
    if (filled === 0 && !withinLine) return
    if (memory[filled - 1] !== NEWLINE || filled === 0) memory[filled++] = NEWLINE
    yield { bytes: memory.subarray(0, filled), partial: false }
  } finally {
    blocks.giveBack(memory, client)
  }
}

/** The lines of a body that has come in one piece, of no more bytes than the longest line; its last one ends like all others. */
export function endLine(body: Uint8Array): Buffer {
  if (body.length > MAX_LINE_BYTES) throw new RangeError(`${body.length} bytes are too many for one piece`)
  const lines = Buffer.from(body.buffer, body.byteOffset, body.length)
  return lines.length === 0 || lines.at(-1) === NEWLINE ? lines : Buffer.concat([lines, LINE_END])
}
