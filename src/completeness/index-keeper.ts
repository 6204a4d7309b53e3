// The index beside a running ledger: the columns are read here, where the store is; all else is done on a thread of its
// own, since a stretch takes a fifth of a second that nobody is to wait for.

import { Worker } from 'node:worker_threads'
import type { CompleteProof } from '../core/completeness/answer.ts'
import { indexKey } from '../core/completeness/key.ts'
import type { Posting } from '../core/completeness/postings.ts'
import type { Window } from '../core/completeness/window.ts'
import { LedgerError } from '../core/error.ts'
import type { Dimension } from '../core/question.ts'
import type { LeafColumns, Store } from '../store/store.ts'
import { STRETCH_LEAVES } from './columns.ts'
import type { FromIndexThread, IndexJobs, IndexPlace, IndexThreadData } from './index-job.ts'
import type { BlockRange, PinnedRoot } from './kept-index.ts'
import { growTo, shareColumns } from './stretches.ts'

/** All records with one value, within a window. */
export interface IndexQuestion extends Window {
  readonly dimension: Dimension
  readonly value: string
}

export interface IndexKeeper extends AsyncDisposable {
  /** Leaves that the index covers. */
  readonly size: number
  /** How many leaves an epoch has that was begun and interrupted: it must be ended before another begins. */
  readonly target: number | undefined
  /** The roots that can be proven from, the oldest first. */
  readonly pins: readonly PinnedRoot[]
  /**
   * Takes the log in as far as `size`, and keeps the trie as it is then: one epoch. One call at a time; an epoch without
   * new leaves is one too. What failed, or was given up between two stretches, can be tried again. @throws RangeError unless `size` is that of the epoch under way
   */
  grow(size: number, signal?: AbortSignal): Promise<PinnedRoot>
  /** Begins with what is left of pruned records (edge-file.ts); nothing was taken in yet. */
  restore(path: string): Promise<void>
  /** Drops the pinned roots of fewer leaves than this. */
  release(size: number): Promise<void>
  /** How many records had a value by then. */
  count(dimension: Dimension, value: string, pin: PinnedRoot): Promise<number>
  /**
   * All postings of a value within a window, proven from a pinned root.
   * @throws LedgerError `evidence_too_long` where more blocks would have to be opened than one proof may hold
   */
  prove(question: IndexQuestion, pin: PinnedRoot): Promise<CompleteProof>
}

/** Blocks that one proof opens at the most: half a million postings, some megabytes. */
const MOST_BLOCKS = 2_048
/** Some megabytes of a stretch, and of what it changes. */
const LIMITS = { maxOldGenerationSizeMb: 96 }

/** @param stretchLeaves As many as a segment of the store has, unless it is the usual number */
export async function openIndexKeeper(
  store: Pick<Store, 'scan' | 'readColumns'>,
  directory: string,
  stretchLeaves: number = STRETCH_LEAVES,
): Promise<IndexKeeper> {
  const thread = new IndexThread({ directory })
  return new Keeper(store, thread, await thread.ask('look', undefined), stretchLeaves)
}

class Keeper implements IndexKeeper {
  readonly #store: Pick<Store, 'scan' | 'readColumns'>
  readonly #thread: IndexThread
  readonly #stretchLeaves: number
  readonly #columns: LeafColumns
  #place: IndexPlace

  constructor(
    store: Pick<Store, 'scan' | 'readColumns'>,
    thread: IndexThread,
    place: IndexPlace,
    stretchLeaves: number,
  ) {
    this.#store = store
    this.#thread = thread
    this.#place = place
    this.#stretchLeaves = stretchLeaves
    this.#columns = shareColumns(stretchLeaves)
  }

  get size(): number {
    return this.#place.size
  }

  get target(): number | undefined {
    return this.#place.target
  }

  get pins(): readonly PinnedRoot[] {
    return this.#place.pins
  }

  async begin(size: number): Promise<void> {
    await this.#change(() => this.#thread.ask('begin', size))
  }

  async add(stretch: IndexJobs['add']['asked']): Promise<void> {
    await this.#change(() => this.#thread.ask('add', stretch)) // its columns are shared, and used again after this
  }

  async grow(size: number, signal?: AbortSignal): Promise<PinnedRoot> {
    await growTo(this, this.#store, size, { most: this.#stretchLeaves, columns: this.#columns, signal })
    await this.#change(() => this.#thread.ask('pin', undefined))
    return this.pins.at(-1)!
  }

  async restore(path: string): Promise<void> {
    await this.#change(() => this.#thread.ask('restore', path))
  }

  async release(size: number): Promise<void> {
    await this.#change(() => this.#thread.ask('release', size))
  }

  async count(dimension: Dimension, value: string, { root }: PinnedRoot): Promise<number> {
    return this.#thread.ask('count', { key: indexKey(dimension, value), root })
  }

  async prove({ dimension, value, ...window }: IndexQuestion, { root }: PinnedRoot): Promise<CompleteProof> {
    const asked = { key: indexKey(dimension, value), window, root }
    const postings = new Map<number, readonly Posting[]>()
    const ranges = await this.#thread.ask('blocks', asked)
    if (ranges.length > MOST_BLOCKS) throw tooLong(ranges.length)
    for (const range of ranges) {
      postings.set(range.block, await this.#postingsIn(range, dimension, value))
      if (range.isPruned) throw onlySums(range) // unless the store has said so: they are pruned, but for the record of it
    }
    return this.#thread.ask('prove', { ...asked, postings })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#thread.close()
  }

  async #change(ask: () => Promise<IndexPlace>): Promise<void> {
    try {
      this.#place = await ask()
    } catch (error) {
      this.#place = await this.#thread.ask('look', undefined) // what failed may have come some of its way
      throw error
    }
  }

  /** A block is not kept: it is what the log has of the value between its first and its last leaf. */
  async #postingsIn({ firstIndex, lastIndex }: BlockRange, dimension: Dimension, value: string): Promise<Posting[]> {
    const search = { where: { [dimension]: value }, first: firstIndex, below: lastIndex + 1 }
    const postings: Posting[] = []
    for await (const { indices, times } of this.#store.scan(search, [])) {
      for (const [k, index] of indices.entries()) postings.push({ index, time: times[k]! })
    }
    return postings.toReversed()
  }
}

function onlySums({ lastIndex }: BlockRange): LedgerError {
  return new LedgerError('entries_pruned', {
    en: `Of the leaves up to ${lastIndex} the index has only sums, since their pruning was begun and not ended: that nothing of them is left out cannot be shown. Ask for later times, or end it with suyuan prune.`,
    zh: `至第 ${lastIndex} 片为止各叶的清除已开始而未完成，索引中只有其汇总，无法证明没有遗漏。请查询更晚的时间，或以 suyuan prune 完成清除。`,
  })
}

function tooLong(blocks: number): LedgerError {
  return new LedgerError('evidence_too_long', {
    en: `To prove that nothing is left out would take ${blocks} blocks of the index, more than the ${MOST_BLOCKS} that one file may hold. Ask for a shorter time, or for a rarer value.`,
    zh: `要证明没有遗漏，需要 ${blocks} 个索引块，超过一份文件可容纳的 ${MOST_BLOCKS} 个。请缩短时间范围，或改问出现较少的值。`,
  })
}

/** Asks the thread, which answers in order. */
class IndexThread {
  readonly #worker: Worker
  readonly #waiting: PromiseWithResolvers<unknown>[] = []
  readonly #exited = Promise.withResolvers<void>()
  #ended: Error | undefined

  constructor(workerData: IndexThreadData) {
    this.#worker = new Worker(new URL('./index-thread.ts', import.meta.url), {
      workerData,
      execArgv: [], // not ours: a profiler's or a debugger's would come twice
      resourceLimits: LIMITS,
    })
    this.#worker.on('message', (message: FromIndexThread) => {
      const { resolve, reject } = this.#waiting.shift()!
      if ('answer' in message) resolve(message.answer)
      else reject(message.failure)
    })
    this.#worker.on('error', error => this.#end(error))
    this.#worker.on('exit', () => {
      this.#end(new Error('the thread of the index has ended'))
      this.#exited.resolve()
    })
  }

  ask<Name extends keyof IndexJobs>(name: Name, asked: IndexJobs[Name]['asked']): Promise<IndexJobs[Name]['answer']> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    const waiting = Promise.withResolvers<unknown>()
    this.#waiting.push(waiting)
    this.#worker.postMessage({ name, asked }, [])
    return waiting.promise as Promise<IndexJobs[Name]['answer']>
  }

  /** Resolves when others may open what it had open. */
  async close(): Promise<void> {
    if (this.#ended === undefined) this.#worker.postMessage('close', [])
    await this.#exited.promise
  }

  #end(error: Error): void {
    this.#ended ??= error
    for (const { reject } of this.#waiting.splice(0)) reject(this.#ended)
  }
}
