// Takes note of what the service says, and judges it: receipts and checkpoints against the log's keys and the book,
// answers against what was sent.

import { checkCheckpoint } from '../../src/core/checkpoint.ts'
import type { VerifierKey } from '../../src/core/note.ts'
import { checkReceipt, decodeReceipt, type ReceiptJson } from '../../src/core/receipt.ts'
import type { Trust } from '../../src/verify/trust.ts'
import { type Book, Violation } from './book.ts'
import type { Answer } from './client.ts'
import type { Batch, SentLine } from './lines.ts'

export interface LogKeys {
  readonly log: VerifierKey
  readonly time: VerifierKey
}

/** What is kept of a receipt, to be checked once more at the end. */
export interface KeptReceipt {
  readonly receipt: ReceiptJson
  readonly batch: Batch
}

export class Witness {
  readonly book: Book
  readonly keys: LogKeys
  /** As the service gave it when it was made; it has to hold for good. */
  readonly trust: Trust
  readonly receipts: KeptReceipt[] = []
  /** Checkpoints, as they were signed. */
  readonly checkpoints = new Set<string>()

  constructor(book: Book, trust: Trust) {
    this.book = book
    this.trust = trust
    this.keys = { log: trust.logKey, time: trust.timeKey! }
  }

  noteCheckpoint(note: string): number {
    const { checkpoint } = checkCheckpoint(note, this.keys.log)
    this.book.claim(checkpoint.size, Buffer.from(checkpoint.root).toString('base64'), 'checkpoint')
    this.checkpoints.add(note)
    return checkpoint.size
  }

  /** A 200 to a batch: all its lines are accounted for, and every good one has a receipt, in the order it was sent. */
  noteAnswer(batch: Batch, answer: Answer): void {
    const { good, lines } = batch
    const told = `batch ${batch.id} of ${lines} lines, ${good.length} of them good`
    if (answer.accepted + answer.already !== good.length || answer.lines !== lines) {
      throw new Violation(`${told}: ${answer.accepted} accepted, ${answer.already} already, of ${answer.lines}`)
    }
    if (answer.refusedCount !== lines - good.length) throw new Violation(`${told}: ${answer.refusedCount} refused`)
    if (answer.receiptsOmitted.length > 0) throw new Violation(`${told}: receipts left out`)
    let next = 0
    for (const receipt of answer.receipts) {
      this.#noteReceipt(batch, receipt, good.slice(next, next + receipt.count))
      next += receipt.count
    }
    if (next !== good.length) throw new Violation(`${told}: receipts for ${next}`)
    this.book.answered.add(batch)
  }

  #noteReceipt(batch: Batch, receipt: ReceiptJson, lines: readonly SentLine[]): void {
    const decoded = decodeReceipt(receipt)
    const { size, root } = checkReceipt(decoded, this.keys.log, this.keys.time)
    this.book.claim(size, Buffer.from(root).toString('base64'), `receipt of batch ${batch.id}`)
    for (const [k, leaf] of decoded.leaves.entries()) {
      const line = lines[k]
      if (line === undefined) throw new Violation(`batch ${batch.id}: more leaves in its receipts than lines accepted`)
      this.book.promise(decoded.firstIndex + k, Buffer.from(leaf), line)
    }
    this.receipts.push({ receipt, batch })
  }
}
