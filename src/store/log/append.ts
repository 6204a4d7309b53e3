// From batches to what one commit adds to the log's files: pure, so that one write per file does it. Leaves fill the open
// segment and go on in the next.

import { findEntries, type Leaves, sliceLeaves } from '../../core/leaves.ts'
import { DIMENSIONS } from '../../core/question.ts'
import { HASH_BYTES } from '../../core/tree.ts'
import type { SealedPlace } from '../index/columns.ts'
import type { BatchState, NewBatch } from '../store.ts'
import type { LogEnd } from './commits.ts'
import { sealedFrameBytes, writeSealedFrame } from './sealed.ts'

/** The largest time that an index holds. */
const MAX_TIME = 2 ** 48 - 1

/** Leaves of one batch in one segment, with their places in its files. */
export interface PlacedLeaves {
  readonly leaves: Leaves
  readonly places: Float64Array
  readonly sealed: readonly SealedPlace[]
}

/** What is appended to one segment. */
export interface PackedSegment {
  readonly number: number
  readonly parts: readonly PlacedLeaves[]
  /** Frames of the sealed parts, one behind the other. */
  readonly sealed: Uint8Array
}

export interface PackedBatches {
  readonly segments: readonly PackedSegment[]
  /** Where the files of the last segment end afterwards. */
  readonly entriesEnd: number
  readonly sealedEnd: number
  /** Index of each batch's first leaf. */
  readonly firstIndices: readonly number[]
  /** States with the ranges that their batches now have. */
  readonly states: readonly BatchState[]
}

/** Packs batches to go behind `end`. Throws plainly for what the caller must have ruled out. */
export function packBatches(batches: readonly NewBatch[], end: LogEnd, segmentLeaves: number): PackedBatches {
  const firstIndices: number[] = []
  const states: BatchState[] = []
  const segments: SegmentPacker[] = []
  let size = end.size
  for (const { leaves, state, each } of batches) {
    firstIndices.push(size)
    if (state !== undefined) states.push(withRange(state, size, leaves.count))
    if (each !== undefined) states.push(...statesOfEach(each, size, leaves.count))
    const places = placesOf(leaves)
    for (let first = 0; first < leaves.count; ) {
      let segment = segments.at(-1)
      if (segment === undefined || size % segmentLeaves === 0) {
        const isNew = size % segmentLeaves === 0
        const number = Math.floor(size / segmentLeaves)
        segment = new SegmentPacker(number, size, isNew ? 0 : end.entriesEnd, isNew ? 0 : end.sealedEnd, segmentLeaves)
        segments.push(segment)
      }
      const count = Math.min(leaves.count - first, segmentLeaves - (size % segmentLeaves))
      segment.add(sliceLeaves(leaves, places, first, first + count), places.subarray(first, first + count + 1))
      first += count
      size += count
    }
  }
  if (new Set(states.map(({ key }) => key)).size !== states.length) {
    throw new Error('two batches of one key in one append: the second cannot know the ranges of the first')
  }
  const { entriesEnd, sealedEnd } = segments.at(-1) ?? end
  return { segments: segments.map(segment => segment.take()), entriesEnd, sealedEnd, firstIndices, states }
}

/** Gathers what goes into one segment. */
class SegmentPacker {
  entriesEnd: number
  sealedEnd: number
  readonly #number: number
  readonly #segmentLeaves: number
  /** Index of the next leaf. */
  #next: number
  readonly #parts: PlacedLeaves[] = []
  readonly #sealed: Buffer[] = []

  constructor(number: number, first: number, entriesEnd: number, sealedEnd: number, segmentLeaves: number) {
    this.#number = number
    this.#next = first
    this.entriesEnd = entriesEnd
    this.sealedEnd = sealedEnd
    this.#segmentLeaves = segmentLeaves
  }

  add(leaves: Leaves, places: Float64Array): void {
    const shift = this.entriesEnd - places[0]!
    const sealed = leaves.sealed.map(({ leaf, bytes }) => {
      const index = this.#next + leaf
      const place = this.sealedEnd
      const frame = Buffer.allocUnsafe(sealedFrameBytes(bytes))
      writeSealedFrame(frame, 0, index, bytes)
      this.#sealed.push(frame)
      this.sealedEnd += frame.length
      return { leaf: index % this.#segmentLeaves, place }
    })
    this.#parts.push({ leaves, places: shift === 0 ? places : shifted(places, shift), sealed })
    this.entriesEnd += leaves.entries.length
    this.#next += leaves.count
  }

  take(): PackedSegment {
    return { number: this.#number, parts: this.#parts, sealed: Buffer.concat(this.#sealed) }
  }
}

/** Where the entries are within their chunk; throws when the columns do not belong together. */
function placesOf({ count, entries, hashes, times, bytes, rows, values, sealed }: Leaves): Float64Array {
  const places = findEntries(entries, count)
  if (places === undefined) throw new RangeError(`the entries of a batch are not ${count}, each behind its length`)
  if (hashes.length !== count * HASH_BYTES || values.length !== count * DIMENSIONS.length) {
    throw new RangeError(`hashes or values of a batch are not those of ${count} leaves`)
  }
  if (times.length !== count || bytes.length !== count || rows.length !== count) {
    throw new RangeError(`times, bytes or rows of a batch are not those of ${count} leaves`)
  }
  for (let k = 0; k < count; k++) {
    const time = times[k]!
    if (!(time >= 0 && time <= MAX_TIME)) throw new RangeError(`no leaf can have time ${time}`)
  }
  let last = -1
  for (const { leaf } of sealed) {
    if (!(leaf > last && leaf < count)) throw new RangeError(`sealed part ${leaf} of a batch is out of order`)
    last = leaf
  }
  return places
}

function shifted(places: Float64Array, shift: number): Float64Array {
  const moved = new Float64Array(places.length)
  for (let k = 0; k < places.length; k++) moved[k] = places[k]! + shift
  return moved
}

function statesOfEach(each: readonly (BatchState | undefined)[], first: number, count: number): BatchState[] {
  if (each.length !== count) throw new RangeError(`${each.length} batches do not have ${count} leaves, one each`)
  return each.flatMap((state, k) => (state === undefined ? [] : [withRange(state, first + k, 1)]))
}

/** Adds the run of leaves just given to a batch; a run that goes on from the last one makes it longer. */
function withRange(state: BatchState, firstIndex: number, count: number): BatchState {
  // Copies: what the caller passed in may grow, what is remembered must not.
  const refused = [...state.refused]
  if (state.ranges.length === 0) return { ...state, ranges: count > 0 ? [{ firstIndex, count }] : [], refused }
  const ranges = state.ranges.map(range => ({ ...range }))
  const last = ranges.at(-1)!
  if (last.firstIndex + last.count === firstIndex) {
    ranges[ranges.length - 1] = { firstIndex: last.firstIndex, count: last.count + count }
  } else if (count > 0) {
    ranges.push({ firstIndex, count })
  }
  return { ...state, ranges, refused }
}
