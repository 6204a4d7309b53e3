// The index beside a running ledger: the columns are read here, where the store is; all else is done on a thread of its
// own, since a stretch takes a fifth of a second that nobody is to wait for.

import { Worker } from 'node:worker_threads'
import type { CompleteProof } from '../core/completeness/answer.ts'
import { indexKey } from '../core/completeness/key.ts'
import type { Posting } from '../core/completeness/postings.ts'
import type { Window } from '../core/completeness/window.ts'
import type { Dimension } from '../core/question.ts'
import type { Store } from '../store/store.ts'
import type { FromIndexThread, IndexJobs, IndexPlace, IndexThreadData } from './index-job.ts'
import type { BlockRange, PinnedRoot } from './kept-index.ts'
import { growTo } from './stretches.ts'

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
   * new leaves is one too. What failed can be tried again. @throws RangeError unless `size` is that of the epoch under way
   */
  grow(size: number): Promise<PinnedRoot>
  /** Drops the pinned roots of fewer leaves than this. */
  release(size: number): Promise<void>
  /** All postings of a value within a window, proven from a pinned root. */
  prove(question: IndexQuestion, pin: PinnedRoot): Promise<CompleteProof>
}

/** Some megabytes of a stretch, and of what it changes. */
const LIMITS = { maxYoungGenerationSizeMb: 48, maxOldGenerationSizeMb: 256 }

/** @param stretchLeaves As many as a segment of the store has, unless it is the usual number */
export async function openIndexKeeper(
  store: Pick<Store, 'scan'>,
  directory: string,
  stretchLeaves?: number,
): Promise<IndexKeeper> {
  const thread = new IndexThread({ directory })
  return new Keeper(store, thread, await thread.ask('look', undefined), stretchLeaves)
}

class Keeper implements IndexKeeper {
  readonly #store: Pick<Store, 'scan'>
  readonly #thread: IndexThread
  readonly #stretchLeaves: number | undefined
  #place: IndexPlace

  constructor(store: Pick<Store, 'scan'>, thread: IndexThread, place: IndexPlace, stretchLeaves: number | undefined) {
    this.#store = store
    this.#thread = thread
    this.#place = place
    this.#stretchLeaves = stretchLeaves
  }

  get size(): number {
    return this.#place.size
  }

  get target(): number | undefined {
    return this.#place.target
  }

  get partialEnd(): number | undefined {
    return this.#place.partialEnd
  }

  get pins(): readonly PinnedRoot[] {
    return this.#place.pins
  }

  async begin(size: number): Promise<void> {
    await this.#change(() => this.#thread.ask('begin', size))
  }

  async add(stretch: IndexJobs['add']['asked']): Promise<void> {
    const { times, ids } = stretch.stretch
    // Handed over, not copied: they are the thread's from here on.
    await this.#change(() => this.#thread.ask('add', stretch, [times.buffer, ...ids.map(({ buffer }) => buffer)]))
  }

  async grow(size: number): Promise<PinnedRoot> {
    await growTo(this, this.#store, size, this.#stretchLeaves)
    await this.#change(() => this.#thread.ask('pin', undefined))
    return this.pins.at(-1)!
  }

  async release(size: number): Promise<void> {
    await this.#change(() => this.#thread.ask('release', size))
  }

  async prove({ dimension, value, ...window }: IndexQuestion, { root }: PinnedRoot): Promise<CompleteProof> {
    const asked = { key: indexKey(dimension, value), window, root }
    const postings = new Map<number, readonly Posting[]>()
    for (const range of await this.#thread.ask('blocks', asked)) {
      postings.set(range.block, await this.#postingsIn(range, dimension, value))
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

  ask<Name extends keyof IndexJobs>(
    name: Name,
    asked: IndexJobs[Name]['asked'],
    moved: readonly ArrayBufferLike[] = [],
  ): Promise<IndexJobs[Name]['answer']> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    const waiting = Promise.withResolvers<unknown>()
    this.#waiting.push(waiting)
    this.#worker.postMessage({ name, asked }, moved as ArrayBuffer[])
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
