// How much of a batch has come, and whether it is what came before under the same idempotency key.

import { createHash, type Hash, hash } from 'node:crypto'
import { LedgerError } from '../core/error.ts'

/** The beginning of a batch that an earlier call brought. */
export interface KnownBeginning {
  readonly lines: number
  /** Base64 SHA-256 of their bytes. */
  readonly digest: string
}

const NEWLINE = 0x0a
/** A batch that comes in one piece of no more than this is digested in one go, which costs far less than in steps. */
const SMALL_BYTES = 16_384

export class SentLines {
  /** Lines that have come, known or new. */
  lines = 0
  /** Bytes so far of a line that is longer than a block. */
  held = 0
  readonly #known: KnownBeginning
  #small: Uint8Array = new Uint8Array(0)
  #digest: Hash | undefined

  constructor(known: KnownBeginning = { lines: 0, digest: '' }) {
    this.#known = known
  }

  /** Base64 SHA-256 of all bytes up to the end of the last line that has come. */
  digest(): string {
    return this.#digest?.copy().digest('base64') ?? hash('sha256', this.#small, 'base64')
  }

  /** Takes a piece of a line that is longer than a block. */
  hold(piece: Uint8Array): void {
    this.#add(piece)
    this.held += piece.length
  }

  /** Takes whole lines. */
  pass(bytes: Uint8Array, lines: number): void {
    this.#add(bytes)
    this.held = 0
    this.lines += lines
    if (this.lines === this.#known.lines && this.lines > 0) this.#requireSame()
  }

  /** Takes those lines of a block that an earlier call brought; gives the rest. @throws LedgerError `batch_differs` */
  passKnown(block: Buffer): Buffer {
    let end = 0
    let lines = 0
    for (; this.lines + lines < this.#known.lines && end < block.length; lines++) end = block.indexOf(NEWLINE, end) + 1
    if (lines > 0) this.pass(block.subarray(0, end), lines)
    return block.subarray(end)
  }

  /** All that came before must come again. @throws LedgerError `batch_shorter` */
  requireAll(): void {
    if (this.lines >= this.#known.lines) return
    const before = this.#known.lines
    throw new LedgerError('batch_shorter', {
      en: `This idempotency key brought ${before} lines before, and now only ${this.lines}; send the whole batch again, or use a new key for a new one.`,
      zh: `此幂等键上次送来 ${before} 行，这次只有 ${this.lines} 行；请发送完整批次，新批次请用新的幂等键。`,
    })
  }

  #add(bytes: Uint8Array): void {
    if (this.#digest === undefined && this.#small.length === 0 && bytes.length <= SMALL_BYTES) {
      this.#small = Buffer.from(bytes) // their memory is used again
      return
    }
    this.#digest ??= createHash('sha256').update(this.#small)
    this.#digest.update(bytes)
  }

  #requireSame(): void {
    if (this.digest() === this.#known.digest) return
    const { lines } = this.#known
    throw new LedgerError('batch_differs', {
      en: `This idempotency key brought ${lines} other lines before; the first ${lines} lines are not the same now. Use a new key for a new batch.`,
      zh: `此幂等键上次送来的是另外 ${lines} 行；前 ${lines} 行与上次不同。新批次请用新的幂等键。`,
    })
  }
}
