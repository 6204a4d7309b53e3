// The first use-case: lines in, receipts out. Each line becomes a record and a leaf, or is refused with its number and
// the reason; nothing is dropped and nothing is guessed.

import { hash } from 'node:crypto'
import type { Gate, GateFigures, Turn } from './admission.ts'
import { LedgerError, reasonOf } from './core/error.ts'
import { leaveOut, NO_LEAVES } from './core/leaves.ts'
import type { ReceiptJson } from './core/receipt.ts'
import type { GroupCommit } from './group-commit.ts'
import { type BlockSizes, createBlockMemory } from './lines/block-memory.ts'
import { type Block, cutBlocks, endLine } from './lines/blocks.ts'
import { tooLong } from './lines/line.ts'
import { type LineReader, MAX_LINE_BYTES, MAX_LINES, type ReadLines, type SignedLine } from './lines/reader.ts'
import { SentLines } from './lines/sent.ts'
import type { BatchState, Refusal, Store } from './store/store.ts'

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

export interface Ingest {
  /**
   * Accepts a batch of NDJSON lines. `key` makes it idempotent: lines that this key brought before are skipped, a batch
   * that was cut short goes on where it stopped, and one with other content is refused (`batch_differs`). When more
   * comes in than can be written, it is refused before the stream is read (`overloaded`). A body of up to
   * `MAX_LINE_BYTES` may come in one piece, which takes fewer steps.
   */
  submit(body: Uint8Array | AsyncIterable<Uint8Array>, options: SubmitOptions): Promise<IngestResult>
  /** A receipt for leaves already in the log, proven to the tree as it is now. */
  receipt(range: { firstIndex: number; count: number }): Promise<ReceiptJson>
  readonly counters: IngestCounters
  /** What is in hand, and who waits. */
  load(): GateFigures
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

/** Bytes of batches that are held at once at most; a batch may have any number of them. */
export const BLOCK_SIZES: BlockSizes = { whole: 1_048_576, lean: MAX_LINE_BYTES + 4_096, mostWhole: 32, shareWhole: 24 }
const NEWLINE = 0x0a
/** What an answer holds while its batch comes in, which may take an hour: nonsense and patience must not cost memory. */
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

export interface IngestParts {
  /** Bytes of receipts held for open batches: `ANSWER_SIZES.receiptBytes`, unless a test says otherwise. */
  readonly receiptRoom?: number
  /** `ANSWER_SIZES.runs`, likewise. */
  readonly mostRuns?: number
  readonly store: Store
  readonly commit: GroupCommit
  readonly reader: LineReader
  readonly links: Links
  /** Who may have lines read next; weights are bytes. */
  readonly gate: Gate
  /** A receipt for any range of leaves of the durable tree, newly signed. */
  readonly receiptFor: (range: { firstIndex: number; count: number }) => Promise<ReceiptJson>
}

/** Which signed lines are in the log already, or on their way into it (src/sources/links.ts). */
export interface Links {
  /** Those that are not copies are held until the claim is settled, so that nobody else brings them; in a dry run they are not. */
  claim(signed: readonly SignedLine[], isDry: boolean): Promise<Claim>
}

export interface Claim {
  /** By number among the leaves, why a line is not taken. */
  readonly copies: ReadonlyMap<number, Refusal>
  /** To be called when the others are in the log, from this leaf on, or are given up. */
  readonly settle: (firstIndex: number | undefined) => void
}

export function createIngest(parts: IngestParts): Ingest {
  const { store, commit, reader, gate, links, receiptFor, mostRuns = ANSWER_SIZES.runs } = parts
  const counters: IngestCounters = { accepted: 0, refused: 0, duplicates: 0 }
  const busy = new Set<string>()
  const blocks = createBlockMemory(BLOCK_SIZES)
  const room: Room = { left: parts.receiptRoom ?? ANSWER_SIZES.receiptBytes }

  const submit = async (
    body: Uint8Array | AsyncIterable<Uint8Array>,
    options: SubmitOptions,
  ): Promise<IngestResult> => {
    const whole = body instanceof Uint8Array
    // Before the first byte is looked at: who comes when others wait too long already is sent away for nothing.
    using admitted = await gate.ask(options.client, whole ? body.length : 1)
    if (!whole) admitted[Symbol.dispose]()
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
      using batch = new Batch(key, key === undefined ? undefined : store.findBatch(key), room)
      if (whole) await readWhole(body, batch, options)
      else await readStream(cutBlocks(body, blocks, options.client), batch, options)
      batch.sent.requireAll()
      counters.duplicates += batch.already
      return { ...batch.result(), ...(await batch.answer.receipts(receiptFor)) }
    } finally {
      if (key !== undefined) busy.delete(key)
    }
  }

  /** A small body, for which the turn is there already: one chunk nearly always, so there is nothing to do beside its writing. */
  const readWhole = async (body: Uint8Array, batch: Batch, { dryRun }: SubmitOptions): Promise<void> => {
    let rest = batch.sent.passKnown(endLine(body))
    while (rest.length > 0) {
      const read = readChunk(rest, batch)
      await writeChunk(batch, read, dryRun)
      rest = rest.subarray(read.consumed)
    }
  }

  const readStream = async (
    stream: AsyncIterable<Block>,
    batch: Batch,
    { client, dryRun }: SubmitOptions,
  ): Promise<void> => {
    const { sent } = batch
    let written: Promise<unknown> = Promise.resolve()
    // A turn lasts while a chunk is read and written, never while a client is waited for.
    const turns = new Set<Turn>()
    const begin = async (bytes: number): Promise<Turn> => {
      const turn = await gate.take(client, bytes)
      turns.add(turn)
      return turn
    }
    const end = (turn: Turn | undefined): void => {
      if (turn !== undefined && turns.delete(turn)) turn[Symbol.dispose]()
    }
    // One chunk is on its way to the disk while the next is read; each states how far its batch has come, so they go
    // one after the other.
    const write = async (read: Chunk, turn?: Turn): Promise<void> => {
      await written
      // Its turn ends however it goes: what is read next may be waiting for it.
      written = writeChunk(batch, read, dryRun).finally(() => end(turn))
      written.catch(() => {}) // thrown where it is awaited
    }
    try {
      for await (const { bytes, partial } of stream) {
        let rest = bytes
        let turn = await begin(bytes.length)
        if (partial) {
          sent.hold(bytes)
          end(turn)
          continue
        }
        if (sent.held > 0) {
          const lineEnd = rest.indexOf(NEWLINE) + 1
          const reason = reasonOf(tooLong(sent.held + lineEnd - 1))
          sent.pass(rest.subarray(0, lineEnd), 1)
          if (sent.lines > batch.linesBefore)
            await write({ leaves: NO_LEAVES, refused: [{ line: sent.lines, ...reason }], signed: [], release() {} })
          rest = rest.subarray(lineEnd)
        }
        rest = sent.passKnown(rest)
        if (rest.length === 0) end(turn)
        while (rest.length > 0) {
          const read = readChunk(rest, batch)
          turn.shrink(read.consumed)
          await write(read, turn)
          rest = rest.subarray(read.consumed)
          if (rest.length > 0) turn = await begin(rest.length)
        }
      }
    } finally {
      // A stream that breaks off leaves a chunk on its way to the disk. The key is held until that chunk is there or
      // lost: the same batch sent again at once must find what became of it.
      await written.catch(() => {})
      for (const turn of turns) end(turn)
    }
    await written
  }

  const readChunk = (rest: Buffer, { sent }: Batch): ReadLines => {
    const read = reader.read(rest, { most: MAX_LINES, firstLine: sent.lines + 1 })
    sent.pass(rest.subarray(0, read.consumed), read.lines)
    return read
  }

  /**
   * To be called when the chunk before is written, and before the next is read: it states how far the batch has come. What
   * keeps the chunk from being written at all is thrown at once.
   */
  const writeChunk = (batch: Batch, chunk: Chunk, dryRun: boolean | undefined): Promise<unknown> => {
    const { answer, key } = batch
    const { leaves, refused, signed } = chunk
    answer.refuse(refused)
    if (dryRun !== true && key !== undefined && leaves.count > 0 && answer.ranges.length >= mostRuns) {
      throw inTooManyRuns(mostRuns, batch.inLog)
    }
    if (signed.length > 0) return writeSigned(batch, chunk, batch.reach(), dryRun === true)
    return dryRun === true ? pretend(answer, chunk) : commitChunk(batch, chunk, batch.reach())
  }

  /** Lines that are in the log already are not written again. */
  const writeSigned = async (batch: Batch, chunk: Chunk, reach: Reach, isDry: boolean): Promise<void> => {
    const { hashed, ...read } = chunk
    if (hashed !== undefined) await hashed
    const { copies, settle } = await links.claim(read.signed, isDry)
    let firstIndex: number | undefined
    try {
      const refused = [...copies.values()]
      batch.answer.refuse(refused)
      const rest =
        copies.size === 0
          ? read
          : { ...read, leaves: leaveOut(read.leaves, new Set(copies.keys())), refused: [...read.refused, ...refused] }
      if (isDry) await pretend(batch.answer, rest)
      else firstIndex = await commitChunk(batch, rest, reach)
    } finally {
      settle(firstIndex)
    }
  }

  const pretend = async (answer: Answer, { leaves, hashed, release }: Chunk): Promise<void> => {
    answer.accept(undefined, leaves.count, undefined)
    if (hashed !== undefined) await hashed
    release()
  }

  /** The first of its leaves; undefined where nothing is written. */
  const commitChunk = async (
    batch: Batch,
    { leaves, hashed, refused, release }: Chunk,
    reach: Reach,
  ): Promise<number | undefined> => {
    const { answer, key } = batch
    let first: number | undefined
    if (leaves.count > 0 || key !== undefined) {
      const state = key === undefined ? {} : { state: { key, ...reach, ...answer.remembered() } }
      if (hashed !== undefined) await hashed
      const { firstIndex, receipt } = await commit.commit({ leaves, ...state })
      first = firstIndex
      if (leaves.count > 0) answer.accept(firstIndex, leaves.count, receipt)
    }
    counters.accepted += leaves.count
    counters.refused += refused.length
    batch.inLog = reach.lines
    release()
    return first
  }

  return { submit, receipt: receiptFor, counters, load: () => gate.figures }
}

/** What is written of lines that were read. */
type Chunk = Pick<ReadLines, 'leaves' | 'hashed' | 'refused' | 'signed' | 'release'>

/** How far a batch has come, as it is remembered. */
type Reach = Pick<BatchState, 'lines' | 'digest'>

/** One call with a batch: how far it has come, and what came of it. */
class Batch implements Disposable {
  readonly key: string | undefined
  readonly sent: SentLines
  readonly answer: Answer
  /** Lines, and leaves of them, that earlier calls with its key brought. */
  readonly linesBefore: number
  readonly already: number
  /** Lines that are done with, and in the log for good if they were accepted. */
  inLog: number

  constructor(key: string | undefined, before: BatchState | undefined, room: Room) {
    this.key = key
    this.sent = new SentLines(before)
    this.answer = new Answer(before, room)
    this.linesBefore = before?.lines ?? 0
    this.already = this.answer.accepted
    this.inLog = this.linesBefore
  }

  /** With the lines that have come by now. */
  reach(): Reach {
    return { lines: this.sent.lines, digest: this.key === undefined ? '' : this.sent.digest() }
  }

  result(): Omit<IngestResult, 'receipts' | 'receiptsOmitted'> {
    const { accepted, refused, refusedCount } = this.answer
    return { lines: this.sent.lines, accepted: accepted - this.already, already: this.already, refused, refusedCount }
  }

  [Symbol.dispose](): void {
    this.answer[Symbol.dispose]()
  }
}

/** Bytes that are left for the receipts of all open batches together. */
interface Room {
  left: number
}

/** What came of a batch so far, over all calls with its key. */
class Answer implements Disposable {
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
    receiptFor: IngestParts['receiptFor'],
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

function inTooManyRuns(most: number, lines: number): LedgerError {
  return new LedgerError('batch_scattered', {
    en: `This batch lies in ${most} places of the log already, between the lines of others, as many as one may. Its first ${lines} lines are done with: sent again under its idempotency key they get their receipts. Send the rest as a batch of its own.`,
    zh: `本批次已分散在日志的 ${most} 处（其间为他人的行），达到上限。其前 ${lines} 行已处理：以同一幂等键重发这些行可取得回执。其余各行请作为新的批次发送。`,
  })
}

function batchKey(client: string, key: string): string {
  return hash('sha256', `${client}\n${key}`, 'hex')
}
