// A window: the run of leaves whose postings are kept together. The newest is in memory and can be replayed from the
// log; when it is full it goes to the index in one piece and a new one begins. A window ends where a commit ends.

import { DIMENSIONS, type Dimension } from '../core/question.ts'
import type { AccessRecord } from '../core/record.ts'
import type { CommitFrame, LogEnd } from './commits.ts'
import { dimensionValues } from './postings.ts'
import type { BatchState } from './store.ts'

/** The leaves [start, end) and the span of their times. */
export interface WindowBounds {
  readonly start: number
  readonly end: number
  readonly minTime: number
  readonly maxTime: number
}

/** A point the log can be replayed from: the tree after the commit whose frame is the bytes [commitStart, commitEnd). */
export interface LogMark extends LogEnd {
  readonly commitStart: number
  readonly commitEnd: number
}

/** Commits of few or no leaves (all lines refused) fill a window too, or a restart would have ever more to read. */
const MAX_COMMIT_BYTES = 64 * 2 ** 20

export class MemoryWindow implements WindowBounds {
  readonly start: number
  minTime = Number.POSITIVE_INFINITY
  maxTime = Number.NEGATIVE_INFINITY
  readonly postings: Readonly<Record<Dimension, Map<string, number[]>>>
  /** States of the batches carried on in this window, by key. */
  readonly batches = new Map<string, BatchState>()
  /** Where the log was when this window began, and at its latest commit. */
  readonly #begin: LogMark
  #mark: LogMark

  constructor(begin: LogMark) {
    this.start = begin.size
    this.#begin = begin
    this.#mark = begin
    this.postings = {
      resource: new Map(),
      provider: new Map(),
      consumer: new Map(),
      actor: new Map(),
      purpose: new Map(),
      grant: new Map(),
      source: new Map(),
    }
  }

  get mark(): LogMark {
    return this.#mark
  }

  get end(): number {
    return this.#mark.size
  }

  add(index: number, record: AccessRecord, time: number): void {
    if (time < this.minTime) this.minTime = time
    if (time > this.maxTime) this.maxTime = time
    const offset = index - this.start
    const values = dimensionValues(record)
    for (const dimension of DIMENSIONS) {
      const value = values[dimension]
      if (value === undefined) continue
      const offsets = this.postings[dimension].get(value)
      // A copy of the value: it may be a slice that would keep a whole request body in memory.
      if (offsets === undefined) this.postings[dimension].set(Buffer.from(value).toString(), [offset])
      else offsets.push(offset)
    }
  }

  /** Takes in a commit whose leaves were added before. */
  commit({ commit, start, end }: CommitFrame): void {
    const { size, root, entriesEnd, sealedEnd } = commit
    this.#mark = { size, root, entriesEnd, sealedEnd, commitStart: start, commitEnd: end }
    for (const state of commit.batches) this.batches.set(state.key, state)
  }

  isFull(leaves: number): boolean {
    return this.end - this.start >= leaves || this.#mark.commitEnd - this.#begin.commitEnd >= MAX_COMMIT_BYTES
  }
}
