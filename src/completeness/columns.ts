// From columns to blocks, the quick way: the records of a stretch of the log as the segments have them, in columns, become the
// blocks that they add to the sub-log of each value. It does what `deriveEpoch` (core/completeness/derive.ts) does with
// records, and is compared with it.

import { MOST_POSTINGS } from '../core/completeness/postings.ts'
import type { Summary } from '../core/completeness/summary.ts'
import type { Hash } from '../core/tree.ts'
import type { LeafColumns } from '../store/store.ts'

/** Leaves that follow each other, none of them on the far side of a multiple of `STRETCH_LEAVES` or of an epoch's end. */
export interface Stretch extends LeafColumns {
  /** Index of the first. */
  readonly start: number
}

/** A stretch, and what its numbers stand for. */
export interface NamedStretch {
  readonly stretch: Stretch
  /** By dimension, the key (core/completeness/key.ts) of each number that a leaf of the stretch has. */
  readonly keys: readonly (readonly (Hash | undefined)[])[]
}

/**
 * No block has leaves from both sides of a multiple of it, so that the index grows in bounded steps, however late its epochs
 * end. It is part of what the index is; a segment of the store, in which a stretch has to lie, may have as many, or a multiple.
 */
export const STRETCH_LEAVES = 262_144

/** The count, and two numbers a posting, each of up to eight bytes. */
export const MOST_BLOCK_BYTES = 2 + 16 * MOST_POSTINGS
/** Varints below it are the number itself. */
const ONE_BYTE = 128
/** What bit operators can take. */
const SMALL = 2 ** 28

/** The leaves of a stretch by the value that they have in one dimension, each value's in their order. */
export class StretchBlocks {
  readonly #leaves: Uint32Array
  /** Where the leaves of each value begin among them, and where the last one's end; first those without one. */
  readonly #starts: Uint32Array

  /** @param room For as many numbers as the stretch has leaves; used as long as this is */
  constructor(stretch: Stretch, dimension: number, room: Uint32Array = new Uint32Array(stretch.times.length)) {
    // By index: these run over every leaf, where iterators of typed arrays cost twice as much.
    const ids = stretch.ids[dimension]!
    let most = 0
    for (let leaf = 0; leaf < ids.length; leaf++) if (ids[leaf]! > most) most = ids[leaf]!
    const starts = new Uint32Array(most + 2)
    for (let leaf = 0; leaf < ids.length; leaf++) starts[ids[leaf]! + 1]!++
    for (let id = 0; id <= most; id++) starts[id + 1]! += starts[id]!
    const next = starts.slice()
    this.#leaves = room.subarray(0, ids.length)
    for (let leaf = 0; leaf < ids.length; leaf++) this.#leaves[next[ids[leaf]!]!++] = leaf
    this.#starts = starts
  }

  /** How many values there are. */
  get count(): number {
    let count = 0
    for (let id = 1; id + 1 < this.#starts.length; id++) if (this.#starts[id]! < this.#starts[id + 1]!) count++
    return count
  }

  /** The values that a leaf has. */
  *values(): Generator<number> {
    for (let id = 1; id + 1 < this.#starts.length; id++) if (this.#starts[id]! < this.#starts[id + 1]!) yield id
  }

  /** The leaves of a value, by their number within the stretch, ascending. */
  leaves(id: number): Uint32Array {
    return this.#leaves.subarray(this.#starts[id], this.#starts[id + 1])
  }
}

/** Writes the block of these leaves as `encodeBlock` (core/completeness/postings.ts) does; returns where it ends. */
export function writeBlock(
  leaves: Uint32Array,
  start: number,
  times: Float64Array,
  to: Uint8Array,
  place: number,
): number {
  const count = leaves.length
  let at = writeVarint(count, to, place)
  at = writeVarint(start + leaves[0]!, to, at)
  for (let k = 1; k < count; k++) {
    const step = leaves[k]! - leaves[k - 1]!
    if (step < ONE_BYTE) to[at++] = step
    else at = writeVarint(step, to, at)
  }
  let before = times[leaves[0]!]!
  at = writeVarint(2 * before, to, at)
  for (let k = 1; k < count; k++) {
    const time = times[leaves[k]!]!
    const difference = time - before
    const step = difference >= 0 ? 2 * difference : -2 * difference - 1
    if (step < ONE_BYTE) to[at++] = step
    else at = writeVarint(step, to, at)
    before = time
  }
  return at
}

/** What `summarise` (core/completeness/summary.ts) says of these leaves. */
export function summariseLeaves(leaves: Uint32Array, start: number, times: Float64Array): Summary {
  const count = leaves.length
  let earliest = times[leaves[0]!]!
  let latest = earliest
  for (let k = 1; k < count; k++) {
    const time = times[leaves[k]!]!
    if (time < earliest) earliest = time
    else if (time > latest) latest = time
  }
  return { count, firstIndex: start + leaves[0]!, lastIndex: start + leaves[count - 1]!, earliest, latest }
}

function writeVarint(number: number, target: Uint8Array, at: number): number {
  let to = at
  let rest = number
  for (; rest >= SMALL; rest = Math.floor(rest / 128)) target[to++] = (rest % 128) | 128
  let few = rest
  for (; few >= 128; few >>>= 7) target[to++] = (few & 127) | 128
  target[to++] = few
  return to
}
