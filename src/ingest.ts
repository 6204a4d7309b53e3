// The first use-case: lines in, receipts out. Each line becomes a record and a leaf, or is refused with its number and
// the reason; nothing is dropped and nothing is guessed.

import { createHash } from 'node:crypto'
import { LedgerError, reasonOf } from './core/error.ts'
import { hashLeaf } from './core/hash.ts'
import { decodeUtf8, parseStrict } from './core/json.ts'
import type { ReceiptJson } from './core/receipt.ts'
import { completeRecord, encodeEntry, parseRecordInput, type Registry, resolveActor } from './core/record.ts'
import type { GroupCommit } from './group-commit.ts'
import { type ChunkLimits, type Line, type LineChunk, splitLines } from './lines.ts'
import type { BatchState, NewLeaf, Refusal, Store } from './store/store.ts'
import type { Vault } from './vault.ts'

export interface IngestResult {
  /** Lines of the batch consumed in all, this time and before. */
  readonly lines: number
  /** Lines that this call added to the log. */
  readonly accepted: number
  /** Lines that an earlier call with the same key had added already; nothing was added for them. */
  readonly already: number
  /** The first lines that were refused, each with its number and the reason; of those refused before, twenty. */
  readonly refused: readonly Refusal[]
  /** How many were refused in all. */
  readonly refusedCount: number
  /** For every line accepted under this batch, now or before; for long batches, see `receiptsOmitted`. */
  readonly receipts: readonly ReceiptJson[]
  /** Runs of leaves whose receipts were left out of a long answer; each can be asked for by its range. */
  readonly receiptsOmitted: readonly { readonly firstIndex: number; readonly count: number }[]
}

export interface Ingest {
  /**
   * Accepts a batch of NDJSON lines. `key` makes it idempotent: lines that this key brought before are skipped, a batch
   * that was cut short goes on where it stopped, and one with other content is refused (`batch_differs`).
   */
  submit(stream: AsyncIterable<Uint8Array>, options: SubmitOptions): Promise<IngestResult>
  /** A receipt for leaves already in the log, proven to the tree as it is now. */
  receipt(range: { firstIndex: number; count: number }): Promise<ReceiptJson>
  readonly counters: IngestCounters
}

export interface SubmitOptions {
  readonly key?: string
  /** Who sends: keys of different clients are different keys. */
  readonly client: string
  /** Checks every line, and stores nothing. */
  readonly dryRun?: boolean
}

export interface IngestCounters {
  accepted: number
  refused: number
  duplicates: number
}

/** Bounds on one request; more lines than these are fine, they only go in several commits. */
const LIMITS: ChunkLimits = { maxLineBytes: 131_072, maxLines: 1_000, maxBytes: 4 * 1024 * 1024 }
/** Refused lines that an answer lists, and that are remembered with a key; the rest are counted: nonsense must not cost memory. */
const MAX_LISTED_REFUSALS = 10_000
/** What is remembered of them with a key is written again with every commit of its batch, so it is little. */
const MAX_REMEMBERED_REFUSALS = 20
const MAX_REMEMBERED_MESSAGE = 200
const MAX_RECEIPT_LEAVES = 20_000

export interface IngestParts {
  readonly store: Store
  readonly commit: GroupCommit
  readonly vault: Vault
  readonly registry: Registry
  readonly now: () => number
  /** A receipt for any range of leaves of the durable tree, newly signed. */
  readonly receiptFor: (range: { firstIndex: number; count: number }) => Promise<ReceiptJson>
}

export function createIngest(parts: IngestParts): Ingest {
  const { store, commit, receiptFor } = parts
  const counters: IngestCounters = { accepted: 0, refused: 0, duplicates: 0 }
  const busy = new Set<string>()

  const submit = async (stream: AsyncIterable<Uint8Array>, options: SubmitOptions): Promise<IngestResult> => {
    const key = options.key === undefined ? undefined : batchKey(options.client, options.key)
    if (key !== undefined && busy.has(key)) {
      throw new LedgerError(
        'batch_in_progress',
        {
          en: 'A batch with this idempotency key is being written right now; wait for it to end, then send it again.',
          zh: '使用此幂等键的批次正在写入；请待其结束后重发。',
        },
        { retryable: true },
      )
    }
    if (key !== undefined) busy.add(key)
    try {
      const before = key === undefined ? undefined : await store.findBatch(key)
      return await consume(stream, key, before, options.dryRun === true)
    } finally {
      if (key !== undefined) busy.delete(key)
    }
  }

  const consume = async (
    stream: AsyncIterable<Uint8Array>,
    key: string | undefined,
    before: BatchState | undefined,
    dryRun: boolean,
  ): Promise<IngestResult> => {
    const answer = new Answer(before)
    const already = answer.accepted
    let written = Promise.resolve()
    let lines = 0
    try {
      for await (const chunk of splitLines(stream, LIMITS, before?.lines)) {
        lines += chunk.lines.length
        if (before !== undefined && lines <= before.lines) {
          requireSameBeginning(before, lines, chunk)
          continue
        }
        const { leaves, refused } = parseChunk(chunk.lines)
        answer.refuse(refused)
        if (dryRun) {
          answer.accept(undefined, leaves.length, undefined)
          continue
        }
        // One chunk is on its way to the disk while the next is parsed; each states how far its batch has come, so they
        // go one after the other.
        await written
        written = writeChunk(answer, key, lines, chunk, leaves, refused)
        written.catch(() => {}) // thrown where it is awaited
      }
    } finally {
      // A stream that breaks off leaves a chunk on its way to the disk. The key is held until that chunk is there or
      // lost: the same batch sent again at once must find what became of it.
      await written.catch(() => {})
    }
    await written
    if (before !== undefined && lines < before.lines) {
      throw new LedgerError('batch_shorter', {
        en: `This idempotency key brought ${before.lines} lines before, and now only ${lines}; send the whole batch again, or use a new key for a new one.`,
        zh: `此幂等键上次送来 ${before.lines} 行，这次只有 ${lines} 行；请发送完整批次，新批次请用新的幂等键。`,
      })
    }
    counters.duplicates += already
    return {
      lines,
      accepted: answer.accepted - already,
      already,
      refused: answer.refused,
      refusedCount: answer.refusedCount,
      ...(await answer.receipts(receiptFor)),
    }
  }

  const writeChunk = async (
    answer: Answer,
    key: string | undefined,
    lines: number,
    chunk: LineChunk,
    leaves: readonly NewLeaf[],
    refused: readonly Refusal[],
  ): Promise<void> => {
    if (leaves.length === 0 && key === undefined) {
      counters.refused += refused.length
      return
    }
    const state = key === undefined ? undefined : { key, lines, digest: chunk.digest, ...answer.remembered() }
    const { firstIndex, receipt } = await commit.commit(state === undefined ? { leaves } : { leaves, state })
    if (leaves.length > 0) answer.accept(firstIndex, leaves.length, receipt)
    counters.accepted += leaves.length
    counters.refused += refused.length
  }

  const parseChunk = (lines: readonly Line[]): { leaves: NewLeaf[]; refused: Refusal[] } => {
    const now = parts.now()
    const leaves: NewLeaf[] = []
    const refused: Refusal[] = []
    for (const line of lines) {
      try {
        leaves.push(parseLeaf(line, parts, now))
      } catch (error) {
        if (!(error instanceof LedgerError)) throw error
        refused.push({ line: line.number, ...reasonOf(error) })
      }
    }
    return { leaves, refused }
  }

  return { submit, receipt: receiptFor, counters }
}

/** line → record → leaf. */
function parseLeaf(line: Line, { registry, vault }: IngestParts, now: number): NewLeaf {
  if (line.bytes === undefined) {
    throw new LedgerError('line_too_long', {
      en: `The line has ${line.length} bytes; at most ${LIMITS.maxLineBytes} are taken.`,
      zh: `该行有 ${line.length} 字节；最多接受 ${LIMITS.maxLineBytes} 字节。`,
    })
  }
  if (line.bytes.length === 0)
    throw new LedgerError('line_empty', { en: 'The line is empty; leave it out.', zh: '该行为空；请去掉。' })
  const input = parseRecordInput(parseStrict(decodeUtf8(line.bytes)))
  const { sealed, actor: _, ...open } = input
  const actor = resolveActor(input, vault.actorKey)
  const record = completeRecord(actor === undefined ? open : { ...open, actor }, registry, now)
  if (sealed === undefined) return toLeaf(record)
  const { digest, bytes } = vault.seal(sealed)
  return toLeaf({ ...record, sealed: digest }, bytes)
}

function toLeaf(record: NewLeaf['record'], sealed?: Uint8Array): NewLeaf {
  const entry = encodeEntry(record)
  const leaf = { record, entry, leaf: hashLeaf(entry) }
  return sealed === undefined ? leaf : { ...leaf, sealed }
}

/** What came of a batch so far, over all calls with its key. */
class Answer {
  readonly ranges: { firstIndex: number; count: number }[]
  readonly refused: Refusal[]
  refusedCount: number
  accepted: number
  readonly #receipts: ReceiptJson[] = []
  /** Ranges from before this call, or whose receipts were too many to keep. */
  readonly #withoutReceipt: { firstIndex: number; count: number }[]
  #leavesInReceipts = 0

  constructor(before: BatchState | undefined) {
    this.ranges = (before?.ranges ?? []).map(range => ({ ...range }))
    this.refused = [...(before?.refused ?? [])]
    this.refusedCount = before?.refusedCount ?? 0
    this.accepted = this.ranges.reduce((sum, { count }) => sum + count, 0)
    this.#withoutReceipt = this.ranges.map(range => ({ ...range }))
  }

  refuse(refused: readonly Refusal[]): void {
    this.refused.push(...refused.slice(0, Math.max(0, MAX_LISTED_REFUSALS - this.refused.length)))
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
    const last = this.ranges.at(-1)
    if (last !== undefined && last.firstIndex + last.count === firstIndex) last.count += count
    else this.ranges.push({ firstIndex, count })
    if (receipt !== undefined && this.#leavesInReceipts + count <= MAX_RECEIPT_LEAVES) {
      this.#receipts.push(receipt)
      this.#leavesInReceipts += count
    } else {
      this.#withoutReceipt.push({ firstIndex, count })
    }
  }

  async receipts(
    receiptFor: IngestParts['receiptFor'],
  ): Promise<{ receipts: ReceiptJson[]; receiptsOmitted: { firstIndex: number; count: number }[] }> {
    const receipts = [...this.#receipts]
    const receiptsOmitted: { firstIndex: number; count: number }[] = []
    for (const range of this.#withoutReceipt) {
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

function requireSameBeginning(before: BatchState, lines: number, { digest }: LineChunk): void {
  if (lines === before.lines && digest !== before.digest) {
    throw new LedgerError('batch_differs', {
      en: `This idempotency key brought ${before.lines} other lines before; the first ${before.lines} lines are not the same now. Use a new key for a new batch.`,
      zh: `此幂等键上次送来的是另外 ${before.lines} 行；前 ${before.lines} 行与上次不同。新批次请用新的幂等键。`,
    })
  }
}

function batchKey(client: string, key: string): string {
  return createHash('sha256').update(`${client}\n${key}`).digest('hex')
}
