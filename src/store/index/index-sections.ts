// The sections of a segment's index, out of its columns, in small steps: whoever writes them pauses in between, so that
// queries stay fast while a million leaves are put in order.

import { DIMENSIONS } from '../../core/question.ts'
import type { SegmentColumns } from './columns.ts'
import type { Texts } from './dictionary.ts'
import type { Numbers } from './growing-column.ts'
import {
  BLOCK_VALUES,
  FENCE_PLACE_BYTES,
  LIST_BYTES,
  LIST_COUNT_BYTES,
  LIST_PLACE_BYTES,
  LIST_SHARE,
  PLACE_BYTES,
  SEALED_BYTES,
  SEALED_LEAF_BYTES,
  TIME_BYTES,
} from './index-head.ts'
import { encodeNumbers, widthOf } from './numbers.ts'
import { encodePostings, MAX_VARINT_BYTES } from './postings.ts'
import { sortTexts } from './sort-texts.ts'

/** A section begins, or goes on with these bytes; nothing where there is only a place to pause. */
export type Step = { readonly width: number } | Uint8Array | undefined

const STEP_LEAVES = 32_768
const STEP_VALUES = 4096

/** The sections of the first `count` leaves, in the order of the table, all but the last (the checks). */
export function* makeSections(columns: SegmentColumns, count: number): Generator<Step> {
  yield* makeColumn(columns.places.numbers, count + 1, PLACE_BYTES)
  yield* makeColumn(columns.times.numbers, count, TIME_BYTES)
  yield* makeColumn(columns.bytes.numbers, count, widthOf(columns.bytes.largest))
  yield* makeColumn(columns.rows.numbers, count, widthOf(columns.rows.largest))
  yield* makeSealed(columns, count)
  for (const [d, dimension] of DIMENSIONS.entries()) {
    const texts = yield* columns.dictionary.texts(dimension)
    yield* makeDimension(columns.ids[d]!.numbers, count, texts)
  }
}

function* makeColumn(column: Numbers, count: number, width: number): Generator<Step> {
  yield { width }
  for (let first = 0; first < count; first += STEP_LEAVES) {
    yield encodeNumbers(column, first, Math.min(first + STEP_LEAVES, count), width)
  }
}

function* makeSealed(columns: SegmentColumns, count: number): Generator<Step> {
  const { sealedCount } = columns
  const leaves = columns.sealedLeaves.numbers
  const places = columns.sealedPlaces.numbers
  yield { width: SEALED_BYTES }
  for (let first = 0; first < sealedCount; first += STEP_LEAVES) {
    const end = Math.min(first + STEP_LEAVES, sealedCount)
    const bytes = Buffer.allocUnsafe((end - first) * SEALED_BYTES)
    let at = 0
    for (let k = first; k < end && leaves[k]! < count; k++) {
      at = bytes.writeUIntBE(leaves[k]!, at, SEALED_LEAF_BYTES)
      at = bytes.writeUIntBE(places[k]!, at, PLACE_BYTES)
    }
    yield bytes.subarray(0, at)
  }
}

function* makeDimension(ids: Numbers, count: number, texts: Texts): Generator<Step> {
  const order = yield* sortTexts(texts)
  // The number of a value in the index is its rank, which anyone can tell from the sorted values; 0 is still none.
  const ranks = new Uint32Array(order.length + 1)
  for (let k = 0; k < order.length; k++) ranks[order[k]!] = k + 1
  const counts = new Uint32Array(order.length + 1)
  const width = widthOf(order.length)
  const ranked = new Uint32Array(Math.min(STEP_LEAVES, count))
  yield { width }
  for (let first = 0; first < count; first += STEP_LEAVES) {
    const end = Math.min(first + STEP_LEAVES, count)
    for (let k = first; k < end; k++) {
      const rank = ranks[ids[k]!]!
      ranked[k - first] = rank
      counts[rank]!++
    }
    yield encodeNumbers(ranked, 0, end - first, width)
  }
  yield* makeTexts(texts, order)
  yield* makeLists(ids, count, ranks, counts)
}

/** The sorted values, each behind its length in one byte, and the first of each block with its place. */
function* makeTexts({ bytes, ends }: Texts, order: Uint32Array): Generator<Step> {
  const fences: Uint8Array[] = []
  let place = 0
  yield { width: 0 }
  for (let first = 0; first < order.length; first += STEP_VALUES) {
    const end = Math.min(first + STEP_VALUES, order.length)
    let length = 0
    for (let k = first; k < end; k++) length += 1 + ends[order[k]!]! - ends[order[k]! - 1]!
    const values = Buffer.allocUnsafe(length)
    let at = 0
    for (let k = first; k < end; k++) {
      const start = ends[order[k]! - 1]!
      const stop = ends[order[k]!]!
      const from = at
      values[at++] = stop - start
      for (let from = start; from < stop; from++) values[at++] = bytes[from]!
      if (k % BLOCK_VALUES !== 0) continue
      const fence = Buffer.allocUnsafe(FENCE_PLACE_BYTES)
      fence.writeUIntBE(place + from, 0, FENCE_PLACE_BYTES)
      fences.push(fence, values.subarray(from, at))
    }
    place += length
    yield values
  }
  yield { width: 0 }
  yield Buffer.concat(fences)
}

/** Where a list begins that there is none of. */
const NO_LIST = 2 ** 32 - 1

/** Which leaves have a value: the lists of the values that not too many have, and of every value how many and where. */
function* makeLists(ids: Numbers, count: number, ranks: Uint32Array, counts: Uint32Array): Generator<Step> {
  const most = Math.floor(count / LIST_SHARE)
  const isListed = (rank: number): boolean => counts[rank]! <= most
  // The leaves sorted by rank: each rank has its run of them.
  const next = new Uint32Array(counts.length).fill(NO_LIST)
  let total = 0
  for (let rank = 1; rank < counts.length; rank++) {
    if (!isListed(rank)) continue
    next[rank] = total
    total += counts[rank]!
  }
  const leaves = new Uint32Array(total)
  for (let k = 0; total > 0 && k < count; k++) {
    const rank = ranks[ids[k]!]!
    const to = next[rank]!
    if (to !== NO_LIST) {
      leaves[to] = k
      next[rank] = to + 1
    }
    if (k % STEP_LEAVES === 0) yield
  }
  const lists = Buffer.allocUnsafe((counts.length - 1) * LIST_BYTES)
  let place = 0
  let run = 0
  yield { width: 0 }
  for (let first = 1; first < counts.length; first += STEP_VALUES) {
    const start = run
    const end = Math.min(first + STEP_VALUES, counts.length)
    for (let rank = first; rank < end; rank++) if (isListed(rank)) run += counts[rank]!
    const bytes = Buffer.allocUnsafe((run - start) * MAX_VARINT_BYTES)
    let at = 0
    let leaf = start
    for (let rank = first; rank < end; rank++) {
      const row = (rank - 1) * LIST_BYTES
      lists.writeUIntBE(counts[rank]!, row, LIST_COUNT_BYTES)
      lists.writeUIntBE(place + at, row + LIST_COUNT_BYTES, LIST_PLACE_BYTES)
      if (!isListed(rank)) continue
      at = encodePostings(leaves.subarray(leaf, leaf + counts[rank]!), bytes, at)
      leaf += counts[rank]!
    }
    place += at
    yield bytes.subarray(0, at)
  }
  yield { width: LIST_BYTES }
  yield lists
}
