// The facts as LevelDB has them, to be found by key: derived from their journal (facts-journal.ts). LevelDB drops what it
// cannot read of its log without a word; so the mark, which is written with every put, knows how many facts there are and
// what their CRC-32s add up to.

import type { BatchOperation } from 'level'
import { checkedValue, checkOf, readChecked } from '../level/checked-value.ts'
import { FACT_PREFIX, FACT_RANGE, FACTS_MARK_KEY } from '../level/keys.ts'
import type { Database } from '../level/level.ts'
import type { Facts } from '../store.ts'
import type { FactValues } from './facts-journal.ts'

/** What the facts add up to. */
export interface FactsSum {
  readonly count: number
  /** Bytes that they take in a journal. */
  readonly bytes: number
  /** Their CRC-32s, added up modulo 2^32. */
  readonly sum: number
}

/** How far LevelDB has what the journal has. */
export interface FactsMark extends FactsSum {
  readonly generation: string
  readonly end: number
  /** The journal that is about to take this one's place. */
  readonly next?: string
}

const NOTHING: FactsSum = { count: 0, bytes: 0, sum: 0 }
const FACTS_PER_READ = 1024

export class FactsIndex {
  readonly #database: Database
  readonly #directory: string
  #mark: FactsMark | undefined
  readonly #reads = new Set<Promise<unknown>>()
  /** Reads that come meanwhile wait for its end. */
  #compacting: Promise<void> | undefined

  private constructor(database: Database, directory: string, mark: FactsMark | undefined) {
    this.#database = database
    this.#directory = directory
    this.#mark = mark
  }

  static async open(database: Database, directory: string): Promise<FactsIndex> {
    const mark = await database.get(FACTS_MARK_KEY)
    const text = mark === undefined ? undefined : readChecked(directory, FACTS_MARK_KEY, mark)
    return new FactsIndex(database, directory, text === undefined ? undefined : (JSON.parse(text) as FactsMark))
  }

  get mark(): FactsMark | undefined {
    return this.#mark
  }

  async get(key: string): Promise<string | undefined> {
    const value = await this.#whenOpen(() => this.#database.get(FACT_PREFIX + key))
    return value === undefined ? undefined : this.#read(FACT_PREFIX + key, value)
  }

  readonly list: Facts['list'] = async (prefix, { from = prefix, reverse = false, limit = -1 } = {}) => {
    const first = Buffer.from(FACT_PREFIX + from)
    // No UTF-8 text holds the byte FF, so this is the end of all that starts with the prefix.
    const end = Buffer.concat([Buffer.from(FACT_PREFIX + prefix), Buffer.of(0xff)])
    const range = { gte: first, lt: end, reverse, limit, keyEncoding: 'buffer' } as const
    const found = await this.#whenOpen(() => this.#database.iterator<Buffer, Buffer>(range).all())
    return found.map(([bytes, value]) => {
      const key = bytes.toString()
      return [key.slice(FACT_PREFIX.length), this.#read(key, value)] as const
    })
  }

  /** Takes in what was put, in order, up to byte `end` of the journal; all of it or nothing. */
  async apply(puts: readonly FactValues[], generation: string, end: number): Promise<void> {
    const facts: FactValues = Object.assign({}, ...puts)
    const keys = Object.keys(facts).map(key => FACT_PREFIX + key)
    const before = await this.#database.getMany(keys)
    let { count, bytes, sum } = this.#mark ?? NOTHING
    const writes: BatchOperation<Database, string, Buffer>[] = []
    for (const [k, value] of Object.values(facts).entries()) {
      const key = keys[k]!
      const old = before[k]
      if (old === undefined) count++
      else {
        const was = this.#read(key, old)
        bytes -= bytesOf(key, was)
        sum -= checkOf(key, was)
      }
      bytes += bytesOf(key, value)
      sum += checkOf(key, value)
      writes.push({ type: 'put', key, value: checkedValue(key, value) })
    }
    const mark = { generation, end, count, bytes, sum: modulo(sum) }
    writes.push({ type: 'put', key: FACTS_MARK_KEY, value: checkedValue(FACTS_MARK_KEY, JSON.stringify(mark)) })
    await this.#database.batch(writes)
    this.#mark = mark
  }

  /** Puts down durably how far it has come, and which journal is to follow, if one is. */
  async moveMark(moved: Partial<Pick<FactsMark, 'generation' | 'end' | 'next'>> = {}): Promise<void> {
    const { next: _, ...mark } = this.#mark!
    this.#mark = { ...mark, ...moved }
    const value = checkedValue(FACTS_MARK_KEY, JSON.stringify(this.#mark))
    await this.#database.put(FACTS_MARK_KEY, value, { sync: true })
  }

  /** Drops all of it, to be made again from the journal. */
  async clear(): Promise<void> {
    await this.#database.del(FACTS_MARK_KEY, { sync: true }) // first: without it the rest has no meaning
    await this.#database.clear(FACT_RANGE)
    this.#mark = undefined
  }

  /** All that there is, in runs, in order of key. @throws LedgerError `index_damaged` for a value that was changed */
  async *runs(): AsyncGenerator<FactValues> {
    const iterator = this.#database.iterator(FACT_RANGE)
    try {
      for (;;) {
        const entries = await iterator.nextv(FACTS_PER_READ)
        if (entries.length === 0) return
        yield Object.fromEntries(entries.map(([key, value]) => [key.slice(FACT_PREFIX.length), this.#read(key, value)]))
      }
    } finally {
      await iterator.close()
    }
  }

  /**
   * Rewrites LevelDB's own files, so that values which others replaced are in none of them. LevelDB keeps what an open
   * iterator may still come to; so nobody reads meanwhile.
   */
  async compact(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#compacting = promise
    try {
      await Promise.allSettled(this.#reads)
      await this.#compactRange()
    } finally {
      this.#compacting = undefined
      resolve()
    }
  }

  async #whenOpen<T>(read: () => Promise<T>): Promise<T> {
    while (this.#compacting !== undefined) await this.#compacting
    const reading = read()
    this.#reads.add(reading)
    try {
      return await reading
    } finally {
      this.#reads.delete(reading)
    }
  }

  async #compactRange(): Promise<void> {
    // What `level` gives in Node is a ClassicLevel, which has this; its types are those that browsers have, too.
    const database = this.#database as Database & { compactRange(start: string, end: string): Promise<void> }
    await database.compactRange(FACT_RANGE.gte, FACT_RANGE.lt)
  }

  #read(key: string, value: Buffer): string {
    return readChecked(this.#directory, key, value)
  }
}

/** What facts add up to that are told one run after the other. */
export class FactsCount {
  #count = 0
  #bytes = 0
  #sum = 0

  add(facts: FactValues): void {
    for (const [key, value] of Object.entries(facts)) {
      this.#count++
      this.#bytes += bytesOf(FACT_PREFIX + key, value)
      this.#sum += checkOf(FACT_PREFIX + key, value)
    }
    this.#sum = modulo(this.#sum)
  }

  equals({ count, bytes, sum }: FactsSum): boolean {
    return count === this.#count && bytes === this.#bytes && sum === this.#sum
  }
}

function modulo(sum: number): number {
  return ((sum % 2 ** 32) + 2 ** 32) % 2 ** 32
}

/** As `"key":"value",` in a frame. */
function bytesOf(key: string, value: string): number {
  return Buffer.byteLength(JSON.stringify(key)) - FACT_PREFIX.length + Buffer.byteLength(JSON.stringify(value)) + 2
}
