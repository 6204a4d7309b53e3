// Answers a search window by window, newest first: intersects the postings of the named dimensions, then looks at the
// times. Holds one window's postings at a time, whatever the size of the log.

import type { Dimension } from '../core/question.ts'
import type { LogFile } from './file.ts'
import type { LevelIndex } from './level.ts'
import { readTimes } from './places.ts'
import { decodePostings, intersect, lowerBound } from './postings.ts'
import type { Search } from './store.ts'
import type { MemoryWindow, WindowBounds } from './window.ts'

/** Leaves looked at together; also the most that one run of an answer holds. */
const BLOCK_LEAVES = 4096

/** The order in which to try the dimensions of windows on disk: what usually narrows most comes first. */
const NARROWEST_FIRST: readonly Dimension[] = [
  'actor',
  'grant',
  'consumer',
  'resource',
  'purpose',
  'source',
  'provider',
]

/** What a search reads from; `memory` are the windows not yet in the index, newest first. */
export interface SearchSources {
  readonly memory: readonly MemoryWindow[]
  readonly index: LevelIndex
  readonly places: LogFile
}

/** A window and the offsets in it that have the named values; undefined stands for all of them. */
interface Candidates {
  readonly window: WindowBounds
  readonly offsets: readonly number[] | undefined
}

export async function* searchWindows(sources: SearchSources, search: Search): AsyncGenerator<readonly number[]> {
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, below } = search
  for await (const { window, offsets } of findCandidates(sources, search)) {
    if (window.start >= below || window.maxTime < from || window.minTime >= to) continue
    const whole = window.minTime >= from && window.maxTime < to
    for (const indices of blocksOf(window, offsets, below)) {
      const fitting = whole ? indices : await filterByTime(sources.places, indices, from, to)
      if (fitting.length > 0) yield fitting
    }
  }
}

async function* findCandidates({ memory, index }: SearchSources, search: Search): AsyncGenerator<Candidates> {
  const { where, below } = search
  const values = NARROWEST_FIRST.flatMap(dimension => {
    const value = where[dimension]
    return value === undefined ? [] : [[dimension, value] as const]
  })
  // Taken once: a window that moves into the index meanwhile is still answered from memory, and not twice.
  const windows = index.windows.slice()
  const inIndex = Math.min(below, ...memory.map(window => window.start))

  for (const window of memory) {
    const lists = values.map(([dimension, value]) => window.postings[dimension].get(value))
    if (lists.every(list => list !== undefined)) {
      yield { window, offsets: lists.length === 0 ? undefined : intersect(lists) }
    }
  }
  const [first, ...others] = values
  if (first === undefined) {
    for (const window of windows.reverse()) if (window.start < inIndex) yield { window, offsets: undefined }
    return
  }
  const byStart = new Map(windows.map(window => [window.start, window]))
  for await (const [start, postings] of index.scanPostings(...first, inIndex)) {
    const window = byStart.get(start)
    if (window === undefined || !overlaps(window, search)) continue
    const lists = [postings, ...(await index.readPostings(others, start))]
    if (lists.every(list => list !== undefined)) yield { window, offsets: intersect(lists.map(decodePostings)) }
  }
}

function overlaps(window: WindowBounds, { from, to }: Search): boolean {
  return (from === undefined || window.maxTime >= from) && (to === undefined || window.minTime < to)
}

/** The candidates as leaf indices below `below`, newest first, cut into runs of leaves that lie close together. */
function* blocksOf(window: WindowBounds, offsets: readonly number[] | undefined, below: number): Generator<number[]> {
  // Postings of an abandoned flush may reach beyond the window's end: those leaves belong to the next one.
  let count = Math.min(window.end, below) - window.start
  if (offsets !== undefined) count = lowerBound(offsets, count)
  while (count > 0) {
    const last = offsets === undefined ? count - 1 : offsets[count - 1]!
    const blockStart = Math.floor(last / BLOCK_LEAVES) * BLOCK_LEAVES
    const indices: number[] = []
    while (count > 0) {
      const offset = offsets === undefined ? count - 1 : offsets[count - 1]!
      if (offset < blockStart) break
      indices.push(window.start + offset)
      count--
    }
    yield indices
  }
}

/** Of indices in descending order, those whose record's time is in [from, to). */
async function filterByTime(places: LogFile, indices: readonly number[], from: number, to: number): Promise<number[]> {
  const first = indices.at(-1)!
  const times = await readTimes(places, first, indices[0]! - first + 1)
  return indices.filter(index => {
    const time = times[index - first]!
    return time >= from && time < to
  })
}
