// The index on disk, a LevelDB: states of batches, the marks from which the log is replayed at the next start, and the
// facts (facts.ts). All of it but the facts is derived from the log.

import { type BatchOperation, Level } from 'level'
import { LedgerError } from '../core/error.ts'
import type { LogMark } from './commits.ts'
import { BATCH_RANGE, batchKey, FORMAT_KEY, MARK_KEY, OPEN_KEY, SEGMENT_KEY } from './keys.ts'
import type { BatchState } from './store.ts'

export type Database = Level<string, Buffer>

/** The commit that the log is replayed from: the last that ends within the segments whose index is on the disk. */
export interface FlushedMark extends LogMark {
  /** How many segments have their index on the disk. */
  readonly segments: number
}

const FORMAT = '2'
/** Writes per batch: few enough not to hold up the event loop, enough to share a sync. */
const WRITES_PER_BATCH = 1024

export class LevelIndex {
  readonly database: Database
  readonly #directory: string
  #mark: FlushedMark | undefined
  #open: LogMark | undefined

  private constructor(database: Database, directory: string, mark?: FlushedMark, open?: LogMark) {
    this.database = database
    this.#directory = directory
    this.#mark = mark
    this.#open = open
  }

  /** Opens the index and holds its lock until it is closed or the process dies. */
  static async open(directory: string): Promise<LevelIndex> {
    const database: Database = new Level(directory, { valueEncoding: 'buffer' })
    await database.open()
    try {
      await requireValue(database, directory, FORMAT_KEY, FORMAT)
      const [mark, open] = await database.getMany([MARK_KEY, OPEN_KEY])
      return new LevelIndex(
        database,
        directory,
        mark === undefined ? undefined : (decodeMark(mark) as FlushedMark),
        open === undefined ? undefined : decodeMark(open),
      )
    } catch (error) {
      await database.close()
      throw error
    }
  }

  /** Segments have one size for good. Throws `data_format_unknown` if it is another one. */
  async requireSegments(leaves: number): Promise<void> {
    await requireValue(this.database, this.#directory, SEGMENT_KEY, String(leaves))
  }

  get mark(): FlushedMark | undefined {
    return this.#mark
  }

  /** The commit that the open segment was put down after. */
  get open(): LogMark | undefined {
    return this.#open
  }

  /**
   * Remembers states for good. Each part is synced before the next: LevelDB's sync covers its current log file only, so
   * one sync at the end would not do.
   */
  async writeBatches(states: Iterable<BatchState>): Promise<void> {
    let writes: BatchOperation<Database, string, Buffer>[] = []
    const flush = async (): Promise<void> => {
      if (writes.length > 0) await this.database.batch(writes, { sync: true })
      writes = []
    }
    for (const state of states) {
      writes.push({ type: 'put', key: batchKey(state.key), value: encodeJson(state) })
      if (writes.length >= WRITES_PER_BATCH) await flush()
    }
    await flush()
  }

  /** Moves the mark on; what it covers must be on the disk. */
  async moveMark(mark: FlushedMark): Promise<void> {
    const writes: BatchOperation<Database, string, Buffer>[] = [
      { type: 'put', key: MARK_KEY, value: encodeMark(mark) },
      { type: 'del', key: OPEN_KEY },
    ]
    await this.database.batch(writes, { sync: true })
    this.#mark = mark
    this.#open = undefined
  }

  /** The open segment was put down after this commit. */
  async markOpen(mark: LogMark): Promise<void> {
    await this.database.put(OPEN_KEY, encodeMark(mark), { sync: true })
    this.#open = mark
  }

  async findBatch(key: string): Promise<BatchState | undefined> {
    const value = await this.database.get(batchKey(key))
    return value === undefined ? undefined : (decodeJson(value) as BatchState)
  }

  /** Drops all that is derived, so that it is made again from the log. */
  async forget(): Promise<void> {
    // The marks first: without them the rest has no meaning.
    const writes = [MARK_KEY, OPEN_KEY].map(key => ({ type: 'del' as const, key }))
    await this.database.batch(writes, { sync: true })
    await this.database.clear(BATCH_RANGE)
    this.#mark = undefined
    this.#open = undefined
  }

  async close(): Promise<void> {
    await this.database.close()
  }
}

async function requireValue(database: Database, directory: string, key: string, value: string): Promise<void> {
  const found = await database.get(key)
  if (found === undefined) return database.put(key, Buffer.from(value), { sync: true })
  if (found.toString() === value) return
  throw new LedgerError('data_format_unknown', {
    en: `${directory} is of ${key} ${found.toString()}, but this version reads ${key} ${value}: use the version of Suyuan that wrote it.`,
    zh: `${directory} 的 ${key} 为 ${found.toString()}，而本版本读取 ${key} ${value}：请使用写入它的那个版本。`,
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
