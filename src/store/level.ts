// The index on disk, a LevelDB: postings of full windows, states of batches, and the mark from which the log is replayed
// at the next start. All of it but the facts (facts.ts) is derived from the log.

import { type BatchOperation, Level } from 'level'
import { LedgerError } from '../core/error.ts'
import { DIMENSIONS, type Dimension } from '../core/question.ts'
import {
  batchKey,
  DERIVED_RANGES,
  FORMAT_KEY,
  formatStart,
  MARK_KEY,
  parseStart,
  postingsKey,
  postingsPrefix,
  WINDOW_RANGE,
  windowKey,
} from './keys.ts'
import { encodePostings } from './postings.ts'
import type { BatchState } from './store.ts'
import type { LogMark, MemoryWindow, WindowBounds } from './window.ts'

export type Database = Level<string, Buffer>

const FORMAT = '1'
/** Writes per batch: few enough not to hold up the event loop, enough to share a sync. */
const WRITES_PER_BATCH = 1024

export class LevelIndex {
  readonly database: Database
  #mark: LogMark | undefined
  /** Full windows, oldest first. */
  #windows: WindowBounds[]

  private constructor(database: Database, mark: LogMark | undefined, windows: WindowBounds[]) {
    this.database = database
    this.#mark = mark
    this.#windows = windows
  }

  /** Opens the index and holds its lock until it is closed or the process dies. */
  static async open(directory: string): Promise<LevelIndex> {
    const database: Database = new Level(directory, { valueEncoding: 'buffer' })
    await database.open()
    try {
      await requireFormat(database, directory)
      const windows: WindowBounds[] = []
      for await (const [key, value] of database.iterator(WINDOW_RANGE)) {
        windows.push({ start: parseStart(key), ...(decodeJson(value) as Omit<WindowBounds, 'start'>) })
      }
      const mark = await database.get(MARK_KEY)
      return new LevelIndex(database, mark === undefined ? undefined : decodeMark(mark), windows)
    } catch (error) {
      await database.close()
      throw error
    }
  }

  get mark(): LogMark | undefined {
    return this.#mark
  }

  get windows(): readonly WindowBounds[] {
    return this.#windows
  }

  /**
   * Writes a full window. Each part is synced before the next, and the mark comes last: without it the window is
   * replayed from the log and written again, to the same keys. (LevelDB's sync covers its current log file only, so one
   * sync at the end would not do.)
   */
  async flush(window: MemoryWindow): Promise<void> {
    let writes: BatchOperation<Database, string, Buffer>[] = []
    for (const [key, value] of windowRows(window)) {
      writes.push({ type: 'put', key, value })
      if (writes.length < WRITES_PER_BATCH) continue
      await this.database.batch(writes, { sync: true })
      writes = []
    }
    const { start, end, minTime, maxTime, mark } = window
    if (end > start) writes.push({ type: 'put', key: windowKey(start), value: encodeJson({ end, minTime, maxTime }) })
    writes.push({ type: 'put', key: MARK_KEY, value: encodeMark(mark) })
    await this.database.batch(writes, { sync: true })
    if (end > start) this.#windows.push({ start, end, minTime, maxTime })
    this.#mark = mark
  }

  async findBatch(key: string): Promise<BatchState | undefined> {
    const value = await this.database.get(batchKey(key))
    return value === undefined ? undefined : (decodeJson(value) as BatchState)
  }

  /** Postings of several values in one window. */
  async readPostings(
    values: readonly (readonly [Dimension, string])[],
    start: number,
  ): Promise<readonly (Uint8Array | undefined)[]> {
    return this.database.getMany(values.map(([dimension, value]) => postingsKey(dimension, value, start)))
  }

  /** The windows that start below `below` and have the value, newest first, with its postings. */
  async *scanPostings(dimension: Dimension, value: string, below: number): AsyncGenerator<[number, Uint8Array]> {
    const prefix = postingsPrefix(dimension, value)
    const range = { gte: prefix, lt: prefix + formatStart(below), reverse: true }
    for await (const [key, postings] of this.database.iterator(range)) yield [parseStart(key), postings]
  }

  /** Drops all that is derived, so that it is made again from the log. */
  async forget(): Promise<void> {
    // The mark first: without it the rest has no meaning.
    await this.database.del(MARK_KEY, { sync: true })
    for (const [gte, lt] of DERIVED_RANGES) await this.database.clear({ gte, lt })
    this.#mark = undefined
    this.#windows = []
  }

  async close(): Promise<void> {
    await this.database.close()
  }
}

function* windowRows({ start, postings, batches }: MemoryWindow): Generator<[string, Buffer]> {
  for (const dimension of DIMENSIONS) {
    for (const [value, offsets] of postings[dimension]) {
      yield [postingsKey(dimension, value, start), encodePostings(offsets)]
    }
  }
  for (const state of batches.values()) yield [batchKey(state.key), encodeJson(state)]
}

async function requireFormat(database: Database, directory: string): Promise<void> {
  const format = await database.get(FORMAT_KEY)
  if (format === undefined) return database.put(FORMAT_KEY, Buffer.from(FORMAT), { sync: true })
  if (format.toString() === FORMAT) return
  throw new LedgerError('data_format_unknown', {
    en: `${directory} is of format ${format.toString()}, but this version reads format ${FORMAT}: use the version of Suyuan that wrote it.`,
    zh: `${directory} 的格式为 ${format.toString()}，而本版本读取格式 ${FORMAT}：请使用写入它的那个版本。`,
  })
}

function encodeMark({ root, ...mark }: LogMark): Buffer {
  return encodeJson({ ...mark, root: Buffer.from(root).toString('base64') })
}

function decodeMark(value: Buffer): LogMark {
  const mark = decodeJson(value) as Omit<LogMark, 'root'> & { readonly root: string }
  return { ...mark, root: Buffer.from(mark.root, 'base64') }
}

function encodeJson(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value))
}

function decodeJson(value: Buffer): unknown {
  return JSON.parse(value.toString())
}
