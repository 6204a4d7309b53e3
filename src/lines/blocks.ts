// A stream of bytes → blocks of whole lines. However long a line is, no more than a block of it is held: the rest passes
// by in pieces, so that its bytes can still be counted and digested.

/** Whole lines, each with its line end; or, of a line that is longer than a block, one piece after the other. */
export interface Block {
  /** To be looked at only until the next block is asked for: its memory is used again. */
  readonly bytes: Buffer
  /** The line does not end in this piece. */
  readonly partial: boolean
}

const NEWLINE = 0x0a
/** What comes in few bytes costs no more than its bytes. */
const SMALL_BYTES = 65_536
const MOST_FREE = 16
/** Memory of blocks, by their size, that nobody uses now: allocating it anew would keep the garbage collector busy. */
const free = new Map<number, Buffer[]>()

/** A last line without its line end gets one: it is a line all the same, and the same line when its end comes later. */
export async function* cutBlocks(stream: AsyncIterable<Uint8Array>, blockBytes: number): AsyncGenerator<Block> {
  let memory: Buffer = Buffer.alloc(0)
  let filled = 0
  let withinLine = false
  try {
    for await (const part of stream) {
      for (let at = 0; at < part.length; ) {
        if (filled + part.length - at > memory.length - 1)
          memory = enlarge(memory, filled, blockBytes, part.length - at)
        const taken = Math.min(part.length - at, blockBytes - filled)
        memory.set(part.subarray(at, at + taken), filled)
        at += taken
        filled += taken
        if (filled < blockBytes) continue
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
    giveBack(memory, blockBytes)
  }
}

/** Memory for `more` bytes behind those that are filled, and for a line end: little for little, else for a whole block. */
function enlarge(memory: Buffer, filled: number, blockBytes: number, more: number): Buffer {
  const whole = blockBytes + 1
  if (memory.length >= whole) return memory
  const needed = filled + more + 1
  const larger =
    needed <= SMALL_BYTES && needed < whole
      ? Buffer.allocUnsafe(Math.min(2 * needed, SMALL_BYTES, whole - 1))
      : (free.get(whole)?.pop() ?? Buffer.allocUnsafeSlow(whole))
  larger.set(memory.subarray(0, filled))
  return larger
}

function giveBack(memory: Buffer, blockBytes: number): void {
  const blocks = free.get(blockBytes + 1) ?? []
  free.set(blockBytes + 1, blocks)
  if (memory.length === blockBytes + 1 && blocks.length < MOST_FREE) blocks.push(memory)
}
