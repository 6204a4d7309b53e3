// What a segment is found by and read from, be it in memory (memory-index.ts) or on the disk (index-file.ts). Leaves go by
// their numbers within the segment.

import type { Dimension } from '../../core/question.ts'
import type { LeafColumns, Names } from '../store.ts'

/** The columns that are numbers. */
export type Quantity = 'times' | 'bytes' | 'rows'

/** What a leaf must have: the number of a value in each of these dimensions. */
export type Wanted = readonly (readonly [Dimension, number])[]

export interface SegmentIndex extends Names {
  /** Index of the segment's first leaf. */
  readonly start: number
  /** No leaf's time is outside of these. */
  readonly minTime: number
  readonly maxTime: number
  /** The leaves below `below` that have what is wanted, newest first, in blocks that lie close together. */
  match(wanted: Wanted, below: number): AsyncIterable<Uint32Array>
  /** Numbers of leaves, given newest first. */
  read(quantity: Quantity, leaves: Uint32Array): Promise<Float64Array>
  readIds(dimension: Dimension, leaves: Uint32Array): Promise<Uint32Array>
  /** Fills in the columns of the leaves from `first` on. */
  readColumns(first: number, columns: LeafColumns): Promise<void>
  /** Where the frames of `count` leaves begin in the segment's entries, from leaf `first` on, and where the last ends. */
  places(first: number, count: number): Promise<Float64Array>
  /** Where the frame of a leaf's sealed part is, if it has one. */
  sealedFrame(leaf: number): Promise<SealedFrame | undefined>
}

/** Bytes [start, end) of the sealed parts; no end when it is the last of a segment that may grow. */
export interface SealedFrame {
  readonly start: number
  readonly end: number | undefined
}

/** Leaves that a search looks at together. */
export const BLOCK_LEAVES = 32_768
