// What was read of the contracts' events, kept in a file (docs/indexer.md), so that a start reads on from where it
// stopped. Events and the block they were read up to stand in one line, so no crash can part them. Everything here can be
// read again from the chain; so whatever is not whole is cut off with all that follows, and what is left is the journal as
// it was at an earlier moment: never wrong, only older.

import { LedgerError } from '../core/error.ts'
import type { LogFile } from '../store/file.ts'
import type { Deployment } from './deploy.ts'
import { decodeLine, decodeStep, encodeLine, encodeStep } from './event-lines.ts'
import type { BlockId, Step } from './event-reader.ts'
import { type RawEvent, readingRules } from './event-source.ts'
import { readLines } from './whole-lines.ts'

export interface EventJournal {
  /** The newest blocks that were read, oldest first; the last is how far the journal goes. */
  readonly known: readonly BlockId[]
  /** All that is kept, oldest first. Begins everything: it must be read to its end before any of the others is called. */
  replay(): AsyncGenerator<readonly RawEvent[]>
  /** Goes on from the last known block; durable when it resolves, if there is any event in it. */
  append(step: Step): Promise<void>
  /** Forgets what came after a known block. Resolves to whether that may hold events. */
  unwind(to: BlockId): Promise<boolean>
  /** Forgets everything. */
  clear(): Promise<void>
}

export interface EventJournalParts {
  readonly file: LogFile
  /** A journal of any other is begun anew. */
  readonly deployment: Deployment
  readonly log: { warn(fields: object, message: string): void }
}

/** Its name in the data directory. */
export const EVENT_JOURNAL_FILE = 'events'
/** Of another format a journal is not guessed at, but read again from the chain. */
const FORMAT = 1
/** So many known blocks are kept: a reorganisation deeper than these means reading everything again. */
const KNOWN = 1024
/** Of one step so many, the newest. */
const KNOWN_OF_STEP = 64
/** Blocks without an event are not worth a write: after a crash they are read again. But not endlessly many. */
const QUIET_BLOCKS = 1_000

export function openEventJournal({ file, deployment, log }: EventJournalParts): EventJournal {
  const { chainId, genesisHash, block, contracts } = deployment
  const owner = { chainId, genesisHash, firstBlock: block, contracts, rules: readingRules() }
  return new FileJournal(file, encodeLine({ format: FORMAT, ...owner }), log)
}

/** Keeps nothing but how far the reading went: when it cannot go on from there, everything is read again. */
export function forgetfulJournal(): EventJournal {
  let last: readonly BlockId[] = []
  const forget = async (): Promise<void> => {
    last = []
  }
  return {
    get known() {
      return last
    },
    async *replay() {
      await forget()
      yield* []
    },
    async append({ blocks }) {
      last = blocks.slice(-1)
    },
    async unwind() {
      await forget()
      return true
    },
    clear: forget,
  }
}

/** A step in the file: where its line begins, and the block it goes on from. */
interface Kept {
  readonly offset: number
  readonly after: BlockId | undefined
}

class FileJournal implements EventJournal {
  readonly #file: LogFile
  readonly #header: Buffer
  readonly #log: EventJournalParts['log']
  /** Bytes of whole lines; what is behind them is of a write that failed. */
  #end = 0
  /** The last block that the file tells of. */
  #written: BlockId | undefined
  #known: BlockId[] = []
  /** The newest steps; each known block up to `#written` is in one of them, since each has one at least. */
  #steps: Kept[] = []

  constructor(file: LogFile, header: Buffer, log: EventJournalParts['log']) {
    this.#file = file
    this.#header = header
    this.#log = log
  }

  get known(): readonly BlockId[] {
    return this.#known
  }

  async *replay(): AsyncGenerator<readonly RawEvent[]> {
    this.#forget(0)
    let events = 0
    for await (const { line, end } of readLines(this.#file)) {
      if (this.#end === 0) {
        if (!this.#isHeader(line)) break
        this.#end = end
        continue
      }
      const step = decodeStep(line, this.#written)
      if (step === undefined) break
      this.#remember(step, end)
      events += step.events.length
      yield step.events
    }
    if (this.#end < this.#file.size) {
      const [bytes, path] = [this.#file.size - this.#end, this.#file.path]
      const why =
        this.#end === 0
          ? 'is of another deployment, of another version, or damaged'
          : 'is not whole: a crash cut it off, or it was damaged'
      this.#log.warn(
        { path, bytes, kept: events },
        `the journal of events ${why}; the rest is read again from the chain`,
      )
    }
    await this.#saving(() => this.#file.truncate(this.#end))
    if (this.#end === 0) await this.clear()
  }

  async append(step: Step): Promise<void> {
    const last = step.blocks.at(-1)!
    const quiet = this.#known.filter(({ number }) => number > (this.#written?.number ?? -1))
    if (step.events.length === 0 && last.number - (this.#written?.number ?? -1) < QUIET_BLOCKS) {
      this.#learn(step.blocks)
      return
    }
    this.#known.splice(this.#known.length - quiet.length)
    await this.#write({ after: this.#written, blocks: [...quiet, ...step.blocks], events: step.events })
  }

  async unwind(to: BlockId): Promise<boolean> {
    if (this.#written === undefined || to.number >= this.#written.number) {
      this.#known = this.#known.filter(({ number }) => number <= to.number)
      return false
    }
    // The step that holds the block is taken back as a whole, and what still stands of it is written anew. A crash in
    // between leaves the journal as it was before that step.
    const at = this.#steps.findLastIndex(({ after }) => (after?.number ?? -1) < to.number)
    const { offset, after } = this.#steps[at]!
    const step = await this.#readStep(offset, after)
    await this.#saving(() => this.#file.truncate(offset))
    this.#end = offset
    this.#written = after
    this.#steps.length = at
    this.#known = this.#known.filter(({ number }) => number <= (after?.number ?? -1))
    if (step === undefined) return true // damaged since it was written: then it is read again from the chain
    const blocks = step.blocks.filter(({ number }) => number <= to.number)
    await this.#write({ after, blocks, events: step.events.filter(({ log }) => log.blockNumber <= to.number) })
    return true
  }

  async clear(): Promise<void> {
    this.#forget(0)
    await this.#saving(async () => {
      await this.#file.truncate(0)
      await this.#file.append(this.#header)
      await this.#file.datasync()
    })
    this.#end = this.#header.length
  }

  async #write(step: Step): Promise<void> {
    const kept = { ...step, blocks: step.blocks.slice(-KNOWN_OF_STEP) }
    const line = encodeStep(kept)
    await this.#saving(async () => {
      await this.#file.truncate(this.#end) // of a write that failed
      await this.#file.append(line)
      await this.#file.datasync()
    })
    this.#remember(kept, this.#end + line.length)
  }

  async #readStep(offset: number, after: BlockId | undefined): Promise<Step | undefined> {
    for await (const { line } of readLines(this.#file, offset)) return decodeStep(line, after)
    return undefined
  }

  #isHeader(line: Buffer): boolean {
    return decodeLine(line) !== undefined && Buffer.concat([line, Buffer.from('\n')]).equals(this.#header)
  }

  #remember({ after, blocks }: Step, end: number): void {
    this.#steps.push({ offset: this.#end, after })
    if (this.#steps.length > KNOWN) this.#steps.shift()
    this.#learn(blocks)
    this.#written = blocks.at(-1)
    this.#end = end
  }

  #learn(blocks: readonly BlockId[]): void {
    this.#known.push(...blocks)
    if (this.#known.length > KNOWN) this.#known.splice(0, this.#known.length - KNOWN)
  }

  #forget(end: number): void {
    this.#end = end
    this.#written = undefined
    this.#known = []
    this.#steps = []
  }

  async #saving(write: () => Promise<unknown>): Promise<void> {
    try {
      await write()
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new LedgerError(
        'event_journal_unwritable',
        {
          en: `What the contracts say cannot be written to ${this.#file.path}: ${why}. Nothing new is read from the chain until it can: free space, or see to the disk; nothing is lost, since all of it is on the chain.`,
          zh: `合约事件无法写入 ${this.#file.path}：${why}。在可写之前不再从链上读取新内容：请腾出空间或检查磁盘；数据不会丢失，全部在链上。`,
        },
        { cause, retryable: true },
      )
    }
  }
}
