// Small facts that cannot be made again from the log: published checkpoint, anchors, transactions sent, texts. The truth
// is their journal (facts-journal.ts); LevelDB finds them by key (facts-index.ts), and is made again from it.
//
// A put goes: frame → sync → LevelDB, unsynced. If we crash before the frame is whole it is cut off, and nobody was told
// of it; if after, the next start reads on from LevelDB's mark.

import { LedgerError } from '../../core/error.ts'
import type { Files } from '../file.ts'
import type { LevelIndex } from '../level/level.ts'
import type { Facts } from '../store.ts'
import { FactsCount, FactsIndex } from './facts-index.ts'
import { FactsJournal, type FactValues, factsDamaged } from './facts-journal.ts'

export interface FactsParts {
  /** The journal. */
  readonly path: string
  readonly disk: Files
  readonly index: LevelIndex
}

export interface FactsOptions {
  /** Makes LevelDB's part again, trusting none of it. */
  readonly rebuild?: boolean
  readonly onNotice?: (notice: string) => void
}

/** Facts, until they are closed. */
export interface OpenFacts extends Facts {
  close(): Promise<void>
}

/** The journal's place in the data directory. */
export const FACTS_FILE = 'log/facts'
/** A journal is written anew when it is larger than this, and more than half of it was replaced. */
const LARGE_JOURNAL = 64 * 2 ** 20
/** So many facts are added up at a start; with more, it would be felt. */
const MOST_ADDED_UP = 100_000
/** Facts that go into LevelDB together. */
const PUTS_PER_APPLY = 256

/**
 * Opens the facts, reading what the journal has and LevelDB has not.
 * @throws LedgerError `facts_damaged`, `index_damaged`
 */
export async function openFacts({ path, disk, index }: FactsParts, options: FactsOptions = {}): Promise<OpenFacts> {
  const { rebuild = false, onNotice = () => {} } = options
  const found = await FactsIndex.open(index.database, index.directory)
  const journal = await FactsJournal.open(path, disk, found.mark !== undefined)
  try {
    const facts = new JournalledFacts(journal, found)
    await facts.recover(rebuild, onNotice)
    return facts
  } catch (error) {
    await journal.close()
    throw error
  }
}

interface Waiting {
  readonly facts: FactValues
  /** What was there before must be gone. */
  readonly replaces: boolean
  readonly resolve: () => void
  readonly reject: (cause: unknown) => void
}

class JournalledFacts implements OpenFacts {
  readonly #journal: FactsJournal
  readonly #index: FactsIndex
  #waiting: Waiting[] = []
  #writing: Promise<void> | undefined
  /** Why no more is written: only a start can tell what reached the disk. */
  #failure: { readonly cause: unknown } | undefined

  constructor(journal: FactsJournal, index: FactsIndex) {
    this.#journal = journal
    this.#index = index
  }

  get(key: string): Promise<string | undefined> {
    return this.#index.get(key)
  }

  list: Facts['list'] = (prefix, options) => this.#index.list(prefix, options)

  put(facts: FactValues): Promise<void> {
    return this.#enqueue(facts, false)
  }

  replace(facts: FactValues): Promise<void> {
    return this.#enqueue(facts, true)
  }

  async close(): Promise<void> {
    await this.#writing
    try {
      // So that a clean stop tells a torn last frame from a damaged one.
      if (this.#failure === undefined) await this.#index.moveMark()
    } finally {
      await this.#journal.close()
    }
  }

  async recover(rebuild: boolean, onNotice: (notice: string) => void): Promise<void> {
    const { path, generation } = this.#journal
    const { mark } = this.#index
    if (mark !== undefined && mark.generation !== generation && mark.next !== generation) {
      throw factsDamaged(path, 0, {
        en: 'begins another journal than the index remembers: they are not of one ledger',
        zh: '所属的日志不是索引所记的那份：二者不属于同一账本',
      })
    }
    const isOurs = mark !== undefined && mark.generation === generation
    if (isOurs && mark.end > this.#journal.size) {
      throw factsDamaged(path, this.#journal.size, {
        en: `is the end, but the index has facts up to byte ${mark.end}`,
        zh: `已是末尾，而索引中的登记信息到第 ${mark.end} 字节`,
      })
    }
    const torn = await this.#journal.settle(isOurs ? mark.end : this.#journal.start)
    if (torn > 0) onNotice(`${path}: ${torn} bytes at the end were never acknowledged and are cut off.`)
    if (rebuild || !isOurs) await this.#index.clear()
    await this.#readOn()
    if (this.#index.mark!.count > MOST_ADDED_UP || (await this.#addsUp())) return
    onNotice(`${path}: the index had not all of these facts, or others; they are read again from the journal.`)
    await this.#readAgain()
  }

  /** Brings LevelDB up to the journal. */
  async #readOn(): Promise<void> {
    const { generation } = this.#journal
    let puts: FactValues[] = []
    let end = this.#index.mark?.end ?? this.#journal.start
    const apply = async (): Promise<void> => {
      await this.#index.apply(puts, generation, end)
      puts = []
    }
    for await (const kept of this.#journal.scan(end)) {
      puts.push(kept.facts)
      end = kept.end
      if (puts.length >= PUTS_PER_APPLY) await apply()
    }
    if (puts.length > 0 || this.#index.mark === undefined) await apply()
  }

  async #readAgain(): Promise<void> {
    await this.#index.clear()
    await this.#readOn()
  }

  async #addsUp(): Promise<boolean> {
    const count = new FactsCount()
    try {
      for await (const facts of this.#index.runs()) count.add(facts)
    } catch (error) {
      if (error instanceof LedgerError && error.code === 'index_damaged') return false
      throw error
    }
    return count.equals(this.#index.mark!)
  }

  #enqueue(facts: FactValues, replaces: boolean): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure.cause)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#waiting.push({ facts, replaces, resolve, reject })
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined
    })
    return promise
  }

  /** All that waits, with one sync; and again, until nothing waits. */
  async #write(): Promise<void> {
    for (let group = this.#takeGroup(); group.length > 0; group = this.#takeGroup()) {
      try {
        await this.#writeGroup(group)
        for (const { resolve } of group) resolve()
      } catch (cause) {
        this.#failure = { cause }
        for (const { reject } of [...group, ...this.#takeGroup()]) reject(cause)
      }
    }
  }

  #takeGroup(): readonly Waiting[] {
    return this.#waiting.splice(0)
  }

  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    const puts = group.map(({ facts }) => facts)
    const isReplaced = group.some(({ replaces }) => replaces)
    await this.#journal.append(puts)
    // LevelDB drops a value when it merges a file that has it with one that has a later one: so it must be in a file.
    if (isReplaced) await this.#index.compact()
    await this.#index.apply(puts, this.#journal.generation, this.#journal.size)
    if (isReplaced || this.#isLarge) await this.#rewrite()
    if (!isReplaced) return
    await this.#index.compact()
    // Once more: whoever looked for a batch (level.ts) as that ended may have kept the files that it made needless.
    await this.#index.compact()
  }

  get #isLarge(): boolean {
    return this.#journal.size > LARGE_JOURNAL && this.#journal.size > 2 * this.#index.mark!.bytes
  }

  /** Writes the journal anew with what LevelDB has of it, after adding it up: what is derived must not cut the truth. */
  async #rewrite(): Promise<void> {
    if (!(await this.#addsUp())) await this.#readAgain()
    const count = new FactsCount()
    const anew = await this.#journal.rewrite(counted(this.#index.runs(), count))
    if (!count.equals(this.#index.mark!)) {
      await anew.file.close()
      throw new LedgerError('index_damaged', {
        en: `The index of ${this.#journal.path} has other facts than were just put into it: the disk does not keep what is written to it. Check it.`,
        zh: `${this.#journal.path} 的索引与刚写入的登记信息不符：磁盘没有保住写入的内容。请检查磁盘。`,
      })
    }
    await this.#index.moveMark({ next: anew.generation })
    await this.#journal.take(anew)
    await this.#index.moveMark({ generation: anew.generation, end: this.#journal.size })
  }
}

async function* counted(runs: AsyncIterable<FactValues>, count: FactsCount): AsyncGenerator<FactValues> {
  for await (const facts of runs) {
    count.add(facts)
    yield facts
  }
}
