// Answers a search segment by segment, newest first. Holds one block of leaves at a time, whatever the size of the log.

import { DIMENSIONS, type Dimension } from '../../core/question.ts'
import type { Rows, Search } from '../store.ts'
import type { SegmentIndex, Wanted } from './segment-index.ts'

/** Segments that are asked at once whether they have a value. */
const MOST_AT_ONCE = 16

/** Leaves of one segment that fit, by their numbers within it, newest first. */
interface Found {
  readonly index: SegmentIndex
  readonly leaves: Uint32Array
  /** Their times, where they had to be read to find them. */
  readonly times?: Float64Array
}

/** `segments` are all that there are, oldest first. */
export async function* searchSegments(
  segments: readonly SegmentIndex[],
  segmentLeaves: number,
  search: Search,
): AsyncGenerator<readonly number[]> {
  for await (const found of findLeaves(segments, segmentLeaves, search)) yield Array.from(indicesOf(found))
}

/** The same leaves with their columns. A block is read while whoever asked is busy with the one before it. */
export async function* scanSegments(
  segments: readonly SegmentIndex[],
  segmentLeaves: number,
  search: Search,
  dimensions: readonly Dimension[],
): AsyncGenerator<Rows> {
  let ahead: Promise<Rows> | undefined
  for await (const found of findLeaves(segments, segmentLeaves, search)) {
    const reading = readRows(found, dimensions)
    reading.catch(() => {}) // thrown below, when it is its turn; nobody hears of it who no longer asks
    if (ahead !== undefined) yield await ahead
    ahead = reading
  }
  if (ahead !== undefined) yield await ahead
}

async function readRows(found: Found, dimensions: readonly Dimension[]): Promise<Rows> {
  const { index, leaves } = found
  const [[times, bytes, rows], columns] = await Promise.all([
    Promise.all([found.times ?? index.read('times', leaves), index.read('bytes', leaves), index.read('rows', leaves)]),
    Promise.all(dimensions.map(dimension => index.readIds(dimension, leaves))),
  ])
  const ids = Object.fromEntries(dimensions.map((dimension, k) => [dimension, columns[k]!]))
  return { indices: indicesOf(found), times, bytes, rows, ids, names: index }
}

async function* findLeaves(
  segments: readonly SegmentIndex[],
  segmentLeaves: number,
  { where, from, to, below, first = 0 }: Search,
): AsyncGenerator<Found> {
  const earliest = from ?? Number.NEGATIVE_INFINITY
  const latest = to ?? Number.POSITIVE_INFINITY
  const fitting = segments.filter(
    ({ start, minTime, maxTime }) =>
      start + segmentLeaves > first && start < below && maxTime >= earliest && minTime < latest,
  )
  for await (const { index, wanted } of findSegments(fitting.toReversed(), where)) {
    const isWhole = index.minTime >= earliest && index.maxTime < latest
    for await (const leaves of index.match(wanted, Math.min(below - index.start, segmentLeaves))) {
      // Newest first: those before `first` are the last ones.
      const late =
        index.start >= first
          ? leaves
          : leaves.subarray(0, leaves.findLastIndex(leaf => index.start + leaf >= first) + 1)
      const found = isWhole ? { index, leaves: late } : await filterByTime(index, late, earliest, latest)
      if (found.leaves.length > 0) yield found
      if (index.start + leaves.at(-1)! < first) break
    }
  }
}

/**
 * Those of the segments that have all values asked for. The first is looked at alone, since it has most of what is asked
 * for most; then ever more at once, since a value that is rare is in few of many.
 */
async function* findSegments(
  segments: readonly SegmentIndex[],
  where: Search['where'],
): AsyncGenerator<{ readonly index: SegmentIndex; readonly wanted: Wanted }> {
  for (let at = 0, count = 1; at < segments.length; at += count, count = Math.min(2 * count, MOST_AT_ONCE)) {
    const some = segments.slice(at, at + count)
    // What fails is thrown when its turn comes: an answer may be full before it gets to a segment that was pruned.
    const found = await Promise.allSettled(some.map(index => findWanted(index, where)))
    for (const [k, outcome] of found.entries()) {
      if (outcome.status === 'rejected') throw outcome.reason
      if (outcome.value !== undefined) yield { index: some[k]!, wanted: outcome.value }
    }
  }
}

/** The numbers that the values asked for have in a segment; undefined when it has no leaf with one of them. */
async function findWanted(index: SegmentIndex, where: Search['where']): Promise<Wanted | undefined> {
  const wanted: (readonly [Dimension, number])[] = []
  for (const dimension of DIMENSIONS) {
    const value = where[dimension]
    if (value === undefined) continue
    const id = await index.find(dimension, value)
    if (id === 0) return undefined
    wanted.push([dimension, id])
  }
  return wanted
}

async function filterByTime(index: SegmentIndex, leaves: Uint32Array, from: number, to: number): Promise<Found> {
  const times = await index.read('times', leaves)
  const found = new Uint32Array(leaves.length)
  let count = 0
  for (let k = 0; k < leaves.length; k++) {
    const time = times[k]!
    if (!(time >= from && time < to)) continue
    found[count] = leaves[k]!
    times[count++] = time
  }
  return { index, leaves: found.subarray(0, count), times: times.subarray(0, count) }
}

function indicesOf({ index: { start }, leaves }: Found): Float64Array {
  const indices = new Float64Array(leaves.length)
  for (let k = 0; k < leaves.length; k++) indices[k] = start + leaves[k]!
  return indices
}
