// The states of idempotent batches: the newest in memory, the others in the index. A state may go into the index at any
// time after its commit: a replay only puts the same, or a later one, in its place.

import type { BatchState } from '../store.ts'
import type { LevelIndex } from './level.ts'

/** Some megabytes: a state counts once, and once more for each run of leaves and each refused line that it lists. */
const MOST_IN_MEMORY = 16_384

export class BatchStates {
  readonly #index: LevelIndex
  #recent = new Map<string, BatchState>()
  #weight = 0
  /** On their way into the index. */
  #flushing: { readonly states: ReadonlyMap<string, BatchState>; readonly done: Promise<void> } | undefined

  constructor(index: LevelIndex) {
    this.#index = index
  }

  /** So many that they should be flushed. */
  get areMany(): boolean {
    return this.#weight >= MOST_IN_MEMORY
  }

  remember(states: readonly BatchState[]): void {
    for (const state of states) {
      this.#recent.set(state.key, state)
      this.#weight += 1 + state.ranges.length + state.refused.length
    }
  }

  find(key: string): BatchState | undefined {
    return this.#recent.get(key) ?? this.#flushing?.states.get(key) ?? this.#index.findBatch(key)
  }

  /** Resolves when all that is remembered now is in the index. */
  async flush(): Promise<void> {
    await (await this.beginFlush()).done
  }

  /** Resolves as soon as only one flush is under way: the one that `done` waits for. */
  async beginFlush(): Promise<{ readonly done: Promise<void> }> {
    while (this.#flushing !== undefined) await this.#flushing.done
    const states = this.#recent
    this.#recent = new Map()
    this.#weight = 0
    const done = this.#index.writeBatches(states.values()).then(() => {
      this.#flushing = undefined
    })
    this.#flushing = { states, done }
    return { done }
  }
}
