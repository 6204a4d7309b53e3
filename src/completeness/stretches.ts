// A stretch of the log out of the store's columns, with the values that its numbers stand for: no entry is read.

import { setImmediate } from 'node:timers/promises'
import { indexKey } from '../core/completeness/key.ts'
import { DIMENSIONS } from '../core/question.ts'
import type { Hash } from '../core/tree.ts'
import type { LeafColumns, Store } from '../store/store.ts'
import { type NamedStretch, STRETCH_LEAVES } from './columns.ts'

/** Values that are read and hashed in one turn: there may be as many as leaves, and others wait for this thread. */
const VALUES_AT_ONCE = 4_096

/** What takes stretches in, one behind the other. */
export interface GrowingIndex {
  readonly size: number
  begin(size: number): Promise<void>
  add(stretch: NamedStretch): Promise<void>
}

/** Where the stretch that begins here ends, if the index is to go as far as `size`. */
export function stretchEnd(start: number, size: number, most: number = STRETCH_LEAVES): number {
  return Math.min(size, (Math.floor(start / most) + 1) * most)
}

export interface GrowOptions {
  /** Leaves of a stretch, as many as a segment of the store has. */
  readonly most?: number
  /** Used for each stretch anew, when the one before it has been taken in. */
  readonly columns?: LeafColumns
  /** Given up between two stretches. */
  readonly signal?: AbortSignal | undefined
}

/** In memory that threads share, so that a stretch need not be copied to another, nor its memory given back there. */
export function shareColumns(leaves: number): LeafColumns {
  return {
    times: new Float64Array(new SharedArrayBuffer(leaves * Float64Array.BYTES_PER_ELEMENT)),
    ids: DIMENSIONS.map(() => new Uint32Array(new SharedArrayBuffer(leaves * Uint32Array.BYTES_PER_ELEMENT))),
  }
}

/** Takes the log in, as far as `size`, where an epoch is to end. */
export async function growTo(
  index: GrowingIndex,
  store: Pick<Store, 'readColumns'>,
  size: number,
  { most = STRETCH_LEAVES, columns = shareColumns(most), signal }: GrowOptions = {},
): Promise<void> {
  await index.begin(size)
  while (index.size < size) {
    signal?.throwIfAborted()
    const end = stretchEnd(index.size, size, most)
    await index.add(await readStretch(store, index.size, end, columns))
  }
}

/** The leaves [start, end), all in one segment of the store. */
async function readStretch(
  store: Pick<Store, 'readColumns'>,
  start: number,
  end: number,
  columns: LeafColumns,
): Promise<NamedStretch> {
  const times = columns.times.subarray(0, end - start)
  const ids = columns.ids.map(column => column.subarray(0, end - start))
  const names = await store.readColumns(start, { times, ids })
  const keys: (Hash | undefined)[][] = []
  for (const [d, dimension] of DIMENSIONS.entries()) {
    const numbers = numbersIn(ids[d]!)
    const found: (Hash | undefined)[] = []
    for (let at = 0; at < numbers.length; at += VALUES_AT_ONCE) {
      const some = numbers.slice(at, at + VALUES_AT_ONCE)
      const texts = await names.texts(dimension, some)
      for (const [k, id] of some.entries()) found[id] = indexKey(dimension, texts[k]!)
      await setImmediate()
    }
    keys.push(found)
  }
  return { stretch: { start, times, ids }, keys }
}

/** Each number of a column once, but 0. */
function numbersIn(column: Uint32Array): number[] {
  let most = 0
  for (let leaf = 0; leaf < column.length; leaf++) if (column[leaf]! > most) most = column[leaf]!
  const seen = new Uint8Array(most + 1)
  for (let leaf = 0; leaf < column.length; leaf++) seen[column[leaf]!] = 1
  const numbers: number[] = []
  for (let id = 1; id <= most; id++) if (seen[id] === 1) numbers.push(id)
  return numbers
}
