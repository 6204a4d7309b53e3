// A segment in memory: what is found by and read from of its leaves, as columns that grow at their end. The open segment
// is here, and one that is full until its index is on the disk.

import type { EntryColumns } from '../../core/entry-columns.ts'
import { DIMENSIONS, type Dimension } from '../../core/question.ts'
import type { Dictionary } from './dictionary.ts'
import { GrowingColumn } from './growing-column.ts'
import type { SealedFrame } from './segment-index.ts'

/** Where the sealed part of a leaf is; `leaf` is its number within the segment. */
export interface SealedPlace {
  readonly leaf: number
  readonly place: number
}

export class SegmentColumns {
  readonly number: number
  /** Index of the first leaf. */
  readonly start: number
  /** Leaves of the full segment. */
  readonly capacity: number
  readonly dictionary: Dictionary
  count = 0
  minTime = Number.POSITIVE_INFINITY
  maxTime = Number.NEGATIVE_INFINITY
  /** Where each leaf's frame begins in the segment's entries, and where the last one ends. */
  readonly places: GrowingColumn
  readonly times: GrowingColumn
  /** Plus one; 0 where a record does not say. */
  readonly bytes: GrowingColumn
  readonly rows: GrowingColumn
  /** By dimension, the numbers that values have in the dictionary. */
  readonly ids: readonly GrowingColumn[]
  /** In order of leaf, the leaves that have a sealed part, and where its frame is in the segment's sealed parts. */
  readonly sealedLeaves: GrowingColumn
  readonly sealedPlaces: GrowingColumn
  sealedCount = 0

  constructor(number: number, capacity: number, dictionary: Dictionary) {
    this.number = number
    this.start = number * capacity
    this.capacity = capacity
    this.dictionary = dictionary
    this.places = new GrowingColumn(capacity + 1)
    this.places.set([0], 0, 0)
    this.times = new GrowingColumn(capacity)
    this.bytes = new GrowingColumn(capacity)
    this.rows = new GrowingColumn(capacity)
    this.ids = DIMENSIONS.map(() => new GrowingColumn(capacity))
    this.sealedLeaves = new GrowingColumn(capacity)
    this.sealedPlaces = new GrowingColumn(capacity)
  }

  get isFull(): boolean {
    return this.count === this.capacity
  }

  idsOf(dimension: Dimension): GrowingColumn {
    return this.ids[DIMENSIONS.indexOf(dimension)]!
  }

  /** Where the first `count` leaves end in the segment's entries. */
  endOf(count: number): number {
    return this.places.numbers[count]!
  }

  /** Adds leaves that all fit. `places` are those of their entries in the segment's file, as `findEntries` gives them. */
  append(leaves: Omit<EntryColumns, 'sealed' | 'hashes'>, places: Float64Array, sealed: readonly SealedPlace[]): void {
    const { count } = leaves
    const ids = this.dictionary.internAll(leaves)
    const columns = DIMENSIONS.map((_, d) => ids.subarray(d * count, (d + 1) * count))
    this.restore(leaves, places, columns, sealed)
  }

  /** The same for leaves whose values have their numbers already. */
  restore(
    leaves: Pick<EntryColumns, 'count' | 'times' | 'bytes' | 'rows'>,
    places: Float64Array,
    ids: readonly ArrayLike<number>[],
    sealed: readonly SealedPlace[],
  ): void {
    const { count, times } = leaves
    const before = this.count
    if (before + count > this.capacity) throw new RangeError(`segment ${this.number} cannot take ${count} leaves more`)
    for (let k = 0; k < count; k++) {
      const time = times[k]!
      if (time < this.minTime) this.minTime = time
      if (time > this.maxTime) this.maxTime = time
    }
    this.places.set(places, before, places.at(-1)!)
    this.times.set(times, before, Math.max(0, this.maxTime))
    this.bytes.setPlusOne(leaves.bytes, before)
    this.rows.setPlusOne(leaves.rows, before)
    for (const [d, dimension] of DIMENSIONS.entries()) {
      this.ids[d]!.set(ids[d]!, before, this.dictionary.count(dimension))
    }
    if (sealed.length > 0) this.#addSealed(sealed)
    this.count += count
  }

  /** Where a leaf's sealed part is. */
  sealedFrame(leaf: number): SealedFrame | undefined {
    const leaves = this.sealedLeaves.numbers
    let low = 0
    let high = this.sealedCount
    while (low < high) {
      const middle = (low + high) >>> 1
      if (leaves[middle]! < leaf) low = middle + 1
      else high = middle
    }
    if (low === this.sealedCount || leaves[low] !== leaf) return undefined
    const places = this.sealedPlaces.numbers
    return { start: places[low]!, end: low + 1 < this.sealedCount ? places[low + 1] : undefined }
  }

  #addSealed(sealed: readonly SealedPlace[]): void {
    const last = sealed.at(-1)!
    const leaves = Float64Array.from(sealed, ({ leaf }) => leaf)
    const places = Float64Array.from(sealed, ({ place }) => place)
    this.sealedLeaves.set(leaves, this.sealedCount, last.leaf)
    this.sealedPlaces.set(places, this.sealedCount, last.place)
    this.sealedCount += sealed.length
  }
}
