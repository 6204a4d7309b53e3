// What index-keeper.ts and its thread say to each other.

import type { CompleteProof } from '../core/completeness/answer.ts'
import type { Posting } from '../core/completeness/postings.ts'
import type { Window } from '../core/completeness/window.ts'
import type { Hash } from '../core/tree.ts'
import type { NamedStretch } from './columns.ts'
import type { BlockRange, PinnedRoot } from './kept-index.ts'

export interface IndexThreadData {
  readonly directory: string
}

/** A value's key, the times asked for, and the root that the answer is proven from. */
export interface Asked {
  readonly key: Hash
  readonly window: Window
  readonly root: Hash
}

/** By name, what the thread is asked and what it answers. */
export interface IndexJobs {
  /** Begins with what is left of pruned records, in a file. */
  restore: { readonly asked: string; readonly answer: IndexPlace }
  look: { readonly asked: undefined; readonly answer: IndexPlace }
  begin: { readonly asked: number; readonly answer: IndexPlace }
  add: { readonly asked: NamedStretch; readonly answer: IndexPlace }
  pin: { readonly asked: undefined; readonly answer: IndexPlace }
  release: { readonly asked: number; readonly answer: IndexPlace }
  /** How many records have a value. */
  count: { readonly asked: Pick<Asked, 'key' | 'root'>; readonly answer: number }
  blocks: { readonly asked: Asked; readonly answer: readonly BlockRange[] }
  /** With the postings of the blocks, by block. */
  prove: {
    readonly asked: Asked & { readonly postings: ReadonlyMap<number, readonly Posting[]> }
    readonly answer: CompleteProof
  }
}

/** How far the index goes; where the epoch under way ends, and a stretch of which not all is there; what can be proven from. */
export interface IndexPlace {
  readonly size: number
  readonly target: number | undefined
  readonly pins: readonly PinnedRoot[]
}

export type IndexJob = {
  [Name in keyof IndexJobs]: { readonly name: Name; readonly asked: IndexJobs[Name]['asked'] }
}[keyof IndexJobs]

/** To each job one, in their order. */
export type FromIndexThread = { readonly answer: unknown } | { readonly failure: unknown }
