// A stretch of the log out of the store's columns, with the values that its numbers stand for: no entry is read.

import { indexKey } from '../core/completeness/key.ts'
import { DIMENSIONS } from '../core/question.ts'
import type { Hash } from '../core/tree.ts'
import type { Names, Store } from '../store/store.ts'
import { type NamedStretch, STRETCH_LEAVES, type Stretch } from './columns.ts'

/** What takes stretches in, one behind the other. */
export interface GrowingIndex {
  readonly size: number
  readonly partialEnd: number | undefined
  begin(size: number): Promise<void>
  add(stretch: NamedStretch): Promise<void>
}

/** Where the stretch that begins here ends, if the index is to go as far as `size`. */
export function stretchEnd(start: number, size: number, most: number = STRETCH_LEAVES): number {
  return Math.min(size, (Math.floor(start / most) + 1) * most)
}

/** Room for the columns of a stretch. */
export type Columns = Pick<Stretch, 'times' | 'ids'>

export interface GrowOptions {
  /** Leaves of a stretch, as many as a segment of the store has. */
  readonly most?: number
  /** Used for each stretch anew, when the one before it has been taken in. */
  readonly columns?: Columns
  /** Given up between two stretches. */
  readonly signal?: AbortSignal | undefined
}

/** In memory that threads share, so that a stretch need not be copied to another, nor its memory given back there. */
export function shareColumns(leaves: number): Columns {
  return {
    times: new Float64Array(new SharedArrayBuffer(leaves * Float64Array.BYTES_PER_ELEMENT)),
    ids: DIMENSIONS.map(() => new Uint32Array(new SharedArrayBuffer(leaves * Uint32Array.BYTES_PER_ELEMENT))),
  }
}

/** Takes the log in, as far as `size`, where an epoch is to end. */
export async function growTo(
  index: GrowingIndex,
  store: Pick<Store, 'scan'>,
  size: number,
  { most = STRETCH_LEAVES, columns = shareColumns(most), signal }: GrowOptions = {},
): Promise<void> {
  await index.begin(size)
  while (index.size < size) {
    signal?.throwIfAborted()
    // One that was interrupted ends where it would have, so that its blocks are what they were.
    const end = index.partialEnd ?? stretchEnd(index.size, size, most)
    await index.add(await readStretch(store, index.size, end, columns))
  }
}

/** The leaves [start, end), all in one segment of the store. */
async function readStretch(
  store: Pick<Store, 'scan'>,
  start: number,
  end: number,
  columns: Columns,
): Promise<NamedStretch> {
  const count = end - start
  const times = columns.times.subarray(0, count)
  const ids = columns.ids.map(column => column.subarray(0, count))
  let names: Names | undefined
  let found = 0
  for await (const rows of store.scan({ where: {}, first: start, below: end }, DIMENSIONS)) {
    if (names !== undefined && rows.names !== names) throw new Error(`[${start}, ${end}) lies in more than one segment`)
    names = rows.names
    found += rows.indices.length
    // Newest first, and without a gap.
    const last = rows.indices[0]! - start
    copyBackwards(rows.times, times, last)
    for (const [d, dimension] of DIMENSIONS.entries()) copyBackwards(rows.ids[dimension]!, ids[d]!, last)
  }
  if (found !== count) throw new Error(`the store has ${found} of the ${count} leaves [${start}, ${end})`)
  const keys: (Hash | undefined)[][] = []
  for (const [d, dimension] of DIMENSIONS.entries()) {
    const seen: boolean[] = []
    const column = ids[d]!
    for (let leaf = 0; leaf < count; leaf++) seen[column[leaf]!] = true
    const found: (Hash | undefined)[] = []
    for (let id = 1; id < seen.length; id++) {
      if (seen[id] === true) found[id] = indexKey(dimension, await names!.text(dimension, id))
    }
    keys.push(found)
  }
  return { stretch: { start, times, ids }, keys }
}

function copyBackwards(from: ArrayLike<number>, to: { [place: number]: number }, last: number): void {
  for (let k = 0; k < from.length; k++) to[last - k] = from[k]!
}
