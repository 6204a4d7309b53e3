// The first use-case: lines in, receipts out. Each line becomes a record and a leaf, or is refused with its number and
// the reason; nothing is dropped and nothing is guessed.

import type { Gate, GateFigures, Turn } from './admission.ts'
import { LedgerError, reasonOf } from './core/error.ts'
import { leaveOut, NO_LEAVES } from './core/leaves.ts'
import type { GroupCommit } from './group-commit.ts'
import { ANSWER_SIZES, type Answer, type IngestResult, type ReceiptFor, type Room } from './ingest/answer.ts'
import { Batch, batchKey, type Reach } from './ingest/batch.ts'
import { createSingles, isSingle } from './ingest/singles.ts'
import { type BlockSizes, createBlockMemory } from './lines/block-memory.ts'
import { type Block, cutBlocks, endLine } from './lines/blocks.ts'
import { tooLong } from './lines/line.ts'
import { type LineReader, MAX_LINE_BYTES, MAX_LINES, type ReadLines, type SignedLine } from './lines/reader.ts'
import type { Refusal, Store } from './store/store.ts'

export interface Ingest {
  /**
   * Accepts a batch of NDJSON lines. `key` makes it idempotent: lines that this key brought before are skipped, a batch
   * that was cut short goes on where it stopped, and one with other content is refused (`batch_differs`). When more
   * comes in than can be written, it is refused before the stream is read (`overloaded`). A body of up to
   * `MAX_LINE_BYTES` may come in one piece, which takes fewer steps.
   */
  submit(body: Uint8Array | AsyncIterable<Uint8Array>, options: SubmitOptions): Promise<IngestResult>
  /** A receipt for leaves already in the log, proven to the tree as it is now. */
  receipt: ReceiptFor
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
/** What came of a batch of one line, but for its receipt. */
const ONE_ACCEPTED = { lines: 1, accepted: 1, already: 0, refused: [], refusedCount: 0, receiptsOmitted: [] } as const

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
  readonly receiptFor: ReceiptFor
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
  const takeSingle = createSingles({ store, commit, reader })
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
      const lines = whole ? endLine(body) : undefined
      const taken = lines && options.dryRun !== true && isSingle(lines) ? await takeSingle(lines, key) : undefined
      if (taken !== undefined && 'receipt' in taken) {
        counters.accepted++
        return { ...ONE_ACCEPTED, receipts: [taken.receipt] }
      }
      using batch = new Batch(key, key === undefined ? undefined : store.findBatch(key), room)
      if (lines !== undefined) await readWhole(lines, batch, options, taken?.read)
      else if (!whole) await readStream(cutBlocks(body, blocks, options.client), batch, options)
      batch.sent.requireAll()
      counters.duplicates += batch.already
      return { ...batch.result(), ...(await batch.answer.receipts(receiptFor)) }
    } finally {
      if (key !== undefined) busy.delete(key)
    }
  }

  /** A small body, for which the turn is there already: one chunk nearly always, so there is nothing to do beside its writing. */
  const readWhole = async (
    lines: Buffer,
    batch: Batch,
    { dryRun }: SubmitOptions,
    known?: ReadLines,
  ): Promise<void> => {
    let rest = batch.sent.passKnown(lines)
    for (let first = known; rest.length > 0; first = undefined) {
      const read = readChunk(rest, batch, first)
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

  /** @param known What these lines were read as already */
  const readChunk = (rest: Buffer, { sent }: Batch, known?: ReadLines): ReadLines => {
    const read = known ?? reader.read(rest, { most: MAX_LINES, firstLine: sent.lines + 1 })
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

function inTooManyRuns(most: number, lines: number): LedgerError {
  return new LedgerError('batch_scattered', {
    en: `This batch lies in ${most} places of the log already, between the lines of others, as many as one may. Its first ${lines} lines are done with: sent again under its idempotency key they get their receipts. Send the rest as a batch of its own.`,
    zh: `本批次已分散在日志的 ${most} 处（其间为他人的行），达到上限。其前 ${lines} 行已处理：以同一幂等键重发这些行可取得回执。其余各行请作为新的批次发送。`,
  })
}
