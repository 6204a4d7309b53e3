// Many pieces, one write. They are put together in a piece of memory that is used again and again: megabytes made anew for
// every append would keep the garbage collector busy.

import type { LogFile } from '../file.ts'

/** What is larger is put together in memory of its own. */
const KEPT_BYTES = 16 << 20

export class JoinedWrites {
  #room = Buffer.alloc(0)
  #isTaken = false

  /** Appends the pieces to a file, in order. */
  async append(file: LogFile, pieces: readonly Uint8Array[]): Promise<void> {
    const [first] = pieces
    if (pieces.length === 1) return file.append(first!)
    const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0)
    // A commit that fills a segment writes to two files at once.
    if (this.#isTaken || bytes > KEPT_BYTES) return file.append(Buffer.concat(pieces))
    this.#isTaken = true
    try {
      await file.append(this.#join(pieces, bytes))
    } finally {
      this.#isTaken = false
    }
  }

  #join(pieces: readonly Uint8Array[], bytes: number): Uint8Array {
    if (this.#room.length < bytes) this.#room = Buffer.allocUnsafe(Math.min(KEPT_BYTES, Math.max(bytes, 1 << 20) * 2))
    let at = 0
    for (const piece of pieces) {
      this.#room.set(piece, at)
      at += piece.length
    }
    return this.#room.subarray(0, bytes)
  }
}
