// Memory for the blocks that streams of lines are cut into. Clients may be slow, and each may hold what it has sent of a
// block; so there is only so much memory for whole blocks. When all of it is lent, or a client has its share, a stream
// goes on with a lean block, which holds the longest line there may be: it is then read in smaller steps, and waits for
// nobody.

import { release } from '../release.ts'

export interface BlockSizes {
  /** Bytes of a whole block. */
  readonly whole: number
  /** Bytes of a lean one: at least those of the longest line that is read, with its line end. */
  readonly lean: number
  /** How many whole blocks are lent at once, and to one client: fewer, so that no client has them all. */
  readonly mostWhole: number
  readonly shareWhole: number
}

export interface BlockMemory {
  /**
   * The same or larger memory for `more` bytes behind those that are filled, and for a line end: little for little, else
   * for a block; then the bytes may be more than it has room for.
   */
  enlarge(memory: Buffer, filled: number, more: number, client: string): Buffer
  /** Whether this is the memory of a block, to be read when it is full, and not grown. */
  isBlock(memory: Buffer): boolean
  /** By the client that it was lent to. */
  giveBack(memory: Buffer, client: string): void
  /** Whole blocks lent now. */
  readonly lent: number
}

/** What comes in few bytes costs no more than its bytes. */
const SMALL_BYTES = 65_536
/** Blocks kept for the next stream: allocating each anew would keep the garbage collector busy. */
const MOST_FREE = 16

export function createBlockMemory(sizes: BlockSizes): BlockMemory {
  const whole = sizes.whole + 1 // for the line end of a last line that has none
  const lean = sizes.lean + 1
  const small = Math.min(SMALL_BYTES, lean - 1)
  const free: Buffer[] = []
  const lentTo = new Map<string, number>()
  let lent = 0

  const make = (memory: Buffer, needed: number, client: string): Buffer => {
    if (needed <= small) return Buffer.allocUnsafe(Math.min(2 * needed, small))
    const mine = lentTo.get(client) ?? 0
    if (lent < sizes.mostWhole && mine < sizes.shareWhole) {
      lent++
      lentTo.set(client, mine + 1)
      return free.pop() ?? Buffer.allocUnsafeSlow(whole)
    }
    return memory.length === lean ? memory : Buffer.allocUnsafeSlow(lean)
  }

  return {
    enlarge(memory, filled, more, client) {
      if (memory.length === whole) return memory
      const larger = make(memory, filled + more + 1, client)
      if (larger !== memory) {
        larger.set(memory.subarray(0, filled))
        release(memory)
      }
      return larger
    },
    isBlock: ({ length }) => length === whole || length === lean,
    giveBack(memory, client) {
      if (memory.length !== whole) return release(memory)
      lent--
      const left = lentTo.get(client)! - 1
      if (left > 0) lentTo.set(client, left)
      else lentTo.delete(client)
      if (free.length < MOST_FREE) free.push(memory)
      else release(memory)
    },
    get lent() {
      return lent
    },
  }
}
