// The index on disk, a LevelDB: states of batches, the marks from which the log is replayed at the next start, and the
// facts (facts-index.ts). All of it is derived, from the log or from the journal of facts.

import { join } from 'node:path'
import { type BatchOperation, Level } from 'level'
import { encodeBase64 } from '../../core/bytes.ts'
import { LedgerError } from '../../core/error.ts'
import type { LogMark } from '../log/commits.ts'
import type { BatchState } from '../store.ts'
import { checkedValue, readChecked } from './checked-value.ts'
import { checkSums, writeSums } from './folder-sums.ts'
import { BATCH_RANGE, batchKey, CLOSED_KEY, FORMAT_KEY, MARK_KEY, OPEN_KEY, SEGMENT_KEY } from './keys.ts'

export type Database = Level<string, Buffer>

/** The commit that the log is replayed from: the last that ends within the segments whose index is on the disk. */
export interface FlushedMark extends LogMark {
  /** How many segments have their index on the disk. */
  readonly segments: number
}

const FORMAT = '3'
/** What is written lately is kept in memory up to this: fewer tables to look through for a key that nobody has sent before. */
const WRITE_BUFFER_BYTES = 1 << 24
/** Writes per batch: few enough not to hold up the event loop, enough to share a sync. */
const WRITES_PER_BATCH = 1024

export class LevelIndex {
  readonly database: Database
  readonly directory: string
  #mark: FlushedMark | undefined
  #open: LogMark | undefined

  private constructor(database: Database, directory: string, mark?: FlushedMark, open?: LogMark) {
    this.database = database
    this.directory = directory
    this.#mark = mark
    this.#open = open
  }

  /**
   * Opens the index and holds its lock until it is closed or the process dies. `unchecked`: for whoever looks at it because
   * it is damaged.
   * @throws LedgerError `index_damaged`, `data_format_unknown`; and as LevelDB does
   */
  static async open(directory: string, unchecked = false): Promise<LevelIndex> {
    if (!unchecked) await requireUnchanged(directory)
    const database: Database = new Level(directory, { valueEncoding: 'buffer', writeBufferSize: WRITE_BUFFER_BYTES })
    await database.open()
    try {
      await requireValue(database, directory, FORMAT_KEY, FORMAT)
      const [mark, open] = await database.getMany([MARK_KEY, OPEN_KEY])
      return new LevelIndex(
        database,
        directory,
        mark === undefined ? undefined : (decodeMark(readChecked(directory, MARK_KEY, mark)) as FlushedMark),
        open === undefined ? undefined : decodeMark(readChecked(directory, OPEN_KEY, open)),
      )
    } catch (error) {
      await database.close()
      throw error
    }
  }

  /** Segments have one size for good. Throws `data_format_unknown` if it is another one. */
  async requireSegments(leaves: number): Promise<void> {
    await requireValue(this.database, this.directory, SEGMENT_KEY, String(leaves))
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
      const key = batchKey(state.key)
      writes.push({ type: 'put', key, value: checkedValue(key, JSON.stringify(state)) })
      if (writes.length >= WRITES_PER_BATCH) await flush()
    }
    await flush()
  }

  /** Moves the mark on; what it covers must be on the disk. */
  async moveMark(mark: FlushedMark): Promise<void> {
    const writes: BatchOperation<Database, string, Buffer>[] = [
      { type: 'put', key: MARK_KEY, value: checkedValue(MARK_KEY, encodeMark(mark)) },
      { type: 'del', key: OPEN_KEY },
    ]
    await this.database.batch(writes, { sync: true })
    this.#mark = mark
    this.#open = undefined
  }

  /** The open segment was put down after this commit. */
  async markOpen(mark: LogMark): Promise<void> {
    await this.database.put(OPEN_KEY, checkedValue(OPEN_KEY, encodeMark(mark)), { sync: true })
    this.#open = mark
  }

  findBatch(key: string): BatchState | undefined {
    const place = batchKey(key)
    // In step: what is asked is nearly always not there, which LevelDB knows without reading, and sooner than a thread.
    const value = this.database.getSync(place)
    return value === undefined ? undefined : (JSON.parse(readChecked(this.directory, place, value)) as BatchState)
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

  /** The commits that are on the disk, when the ledger is closed: none of them can be torn. */
  async markClosed(commitEnd: number): Promise<void> {
    await this.database.put(CLOSED_KEY, checkedValue(CLOSED_KEY, String(commitEnd)), { sync: true })
  }

  /** Where the commits were known to end when the ledger was last closed. */
  async findClosed(): Promise<number> {
    const value = await this.database.get(CLOSED_KEY)
    return value === undefined ? 0 : Number(readChecked(this.directory, CLOSED_KEY, value))
  }

  async close(): Promise<void> {
    await this.database.close()
    await writeSums(this.directory).catch(ignore) // without them there is only less to compare
  }
}

async function requireUnchanged(directory: string): Promise<void> {
  const { changed } = await checkSums(directory, true)
  const [name] = changed
  if (name === undefined) return
  throw new LedgerError('index_damaged', {
    en: `${join(directory, name)} is not what it was when the ledger was closed: it changed on the disk. All of the index is derived: run suyuan fsck --repair, which makes it again from the log.`,
    zh: `${join(directory, name)} 与账本关闭时不同：它在磁盘上被改动。索引全是派生数据：请运行 suyuan fsck --repair，由日志重新生成。`,
  })
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

function encodeMark({ root, ...mark }: LogMark): string {
  return JSON.stringify({ ...mark, root: encodeBase64(root) })
}

function decodeMark(text: string): LogMark {
  const mark = JSON.parse(text) as Omit<LogMark, 'root'> & { readonly root: string }
  return { ...mark, root: Buffer.from(mark.root, 'base64') }
}

function ignore(): void {}
