// What came of a batch, over all calls with its key: runs of leaves, their receipts, lines refused; all within bounds, since
// a batch may come in for an hour.

import type { ReceiptJson } from '../core/receipt.ts'
import type { BatchState, Refusal } from '../store/store.ts'

export interface IngestResult {
  /** Lines of the batch consumed in all, this time and before. */
  readonly lines: number
  /** Lines that this call added to the log. */
  readonly accepted: number
  /** Lines that an earlier call with the same key had added already; nothing was added for them. */
  readonly already: number
  /** The first hundred lines that were refused, each with its number and the reason; of those refused before, twenty. */
  readonly refused: readonly Refusal[]
  /** How many were refused in all. */
  readonly refusedCount: number
  /** For the lines accepted under this batch, now or before, but those of `receiptsOmitted`. */
  readonly receipts: readonly ReceiptJson[]
  /** Runs of leaves whose receipts were too many for the answer, or for memory; each can be asked for by its range. */
  readonly receiptsOmitted: readonly { readonly firstIndex: number; readonly count: number }[]
}

/** What an answer holds while its batch comes in: nonsense and patience must not cost memory. */
export const ANSWER_SIZES = {
  /** Refused lines that are listed; the rest are counted. */
  refusals: 100,
  /** Bytes of receipts of all open batches, beyond the first of each; the rest can be asked for. */
  receiptBytes: 16_777_216,
  /** Runs of leaves that a batch with a key may lie in, between those of others: each of its commits tells of all of them. */
  runs: 1_024,
} as const
/** What is remembered of them with a key is written again with every commit of its batch, so it is little. */
const MAX_REMEMBERED_REFUSALS = 20
const MAX_REMEMBERED_MESSAGE = 200
const MAX_RECEIPT_LEAVES = 20_000

/** A receipt for any range of leaves of the durable tree, newly signed. */
export type ReceiptFor = (range: { firstIndex: number; count: number }) => Promise<ReceiptJson>

/** Bytes that are left for the receipts of all open batches together. */
export interface Room {
  left: number
}

/** What came of a batch so far, over all calls with its key. */
export class Answer implements Disposable {
  readonly ranges: { firstIndex: number; count: number }[]
  readonly refused: Refusal[]
  refusedCount: number
  accepted: number
  readonly #receipts: ReceiptJson[] = []
  /** Ranges from before this call. */
  readonly #before: readonly { firstIndex: number; count: number }[]
  /** Ranges whose receipts were too many to keep. */
  readonly #omitted: { firstIndex: number; count: number }[] = []
  readonly #room: Room
  #roomTaken = 0
  #leavesInReceipts = 0

  constructor(before: BatchState | undefined, room: Room) {
    this.#room = room
    this.ranges = (before?.ranges ?? []).map(range => ({ ...range }))
    this.refused = [...(before?.refused ?? [])]
    this.refusedCount = before?.refusedCount ?? 0
    this.accepted = this.ranges.reduce((sum, { count }) => sum + count, 0)
    this.#before = before?.ranges ?? []
  }

  refuse(refused: readonly Refusal[]): void {
    this.refused.push(...refused.slice(0, Math.max(0, ANSWER_SIZES.refusals - this.refused.length)))
    this.refusedCount += refused.length
  }

  remembered(): Pick<BatchState, 'ranges' | 'refused' | 'refusedCount'> {
    const { ranges, refused, refusedCount } = this
    const few = refused.slice(0, MAX_REMEMBERED_REFUSALS)
    const short = few.map(({ message, zh = message, ...rest }) => ({
      ...rest,
      message: message.slice(0, MAX_REMEMBERED_MESSAGE),
      zh: zh.slice(0, MAX_REMEMBERED_MESSAGE / 2), // it says the same in fewer characters
    }))
    return { ranges, refused: short, refusedCount }
  }

  accept(firstIndex: number | undefined, count: number, receipt: ReceiptJson | undefined): void {
    this.accepted += count
    if (firstIndex === undefined) return
    addRange(this.ranges, firstIndex, count)
    if (receipt !== undefined && this.#leavesInReceipts + count <= MAX_RECEIPT_LEAVES && this.#hold(receipt)) {
      this.#receipts.push(receipt)
      this.#leavesInReceipts += count
    } else {
      addRange(this.#omitted, firstIndex, count)
    }
  }

  /** The first needs no room, so that a short batch always gets its receipt at once. */
  #hold({ leaves, proof, checkpoint }: ReceiptJson): boolean {
    if (this.#receipts.length === 0) return true
    const bytes = proof.reduce((sum, hash) => sum + hash.length, leaves.length + checkpoint.length)
    if (bytes > this.#room.left) return false
    this.#room.left -= bytes
    this.#roomTaken += bytes
    return true
  }

  /** Gives its room back: nothing more is held, or the answer is on its way. */
  [Symbol.dispose](): void {
    this.#room.left += this.#roomTaken
    this.#roomTaken = 0
  }

  async receipts(
    receiptFor: ReceiptFor,
  ): Promise<{ receipts: ReceiptJson[]; receiptsOmitted: { firstIndex: number; count: number }[] }> {
    const receipts = [...this.#receipts]
    const receiptsOmitted = [...this.#omitted]
    for (const range of this.#before) {
      if (this.#leavesInReceipts + range.count > MAX_RECEIPT_LEAVES) {
        receiptsOmitted.push(range)
      } else {
        receipts.push(await receiptFor(range))
        this.#leavesInReceipts += range.count
      }
    }
    return { receipts: receipts.toSorted((a, b) => a.firstIndex - b.firstIndex), receiptsOmitted }
  }
}

function addRange(ranges: { firstIndex: number; count: number }[], firstIndex: number, count: number): void {
  const last = ranges.at(-1)
  if (last !== undefined && last.firstIndex + last.count === firstIndex) last.count += count
  else ranges.push({ firstIndex, count })
}
