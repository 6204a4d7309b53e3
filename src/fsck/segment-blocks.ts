// What the leaves of a segment add to the index, made in the thread that checks the segment: for each stretch, by the key of
// each value, the blocks of its sub-log. In pieces of bytes, which are handed to another thread as they are.

import { BlockWriter } from '../completeness/block-writer.ts'
import { type Stretch, StretchBlocks } from '../completeness/columns.ts'
import type { AddedBlocks } from '../completeness/memory-trie.ts'
import { DIMENSIONS } from '../core/question.ts'
import { HASH_BYTES } from '../core/tree.ts'
import type { HashEach } from '../hashing/hash-each.ts'
import type { SegmentColumns } from '../store/index/columns.ts'
import { ValueKeys } from './value-keys.ts'

/** Makes them for one segment after the other, in the same memory. */
export class SegmentBlocks {
  readonly #hashEach: HashEach
  readonly #keys = new ValueKeys()
  #times = new Float64Array(0)
  /** By dimension, the values' numbers; and room to order the leaves by them. */
  #ids: readonly Uint32Array[] = []
  #rooms: readonly Uint32Array[] = []

  constructor(hashEach: HashEach) {
    this.#hashEach = hashEach
  }

  /**
   * @param ends Where stretches end, ascending, as leaves of the log; the first begins with the segment, and the columns have
   *   the leaves of all of them
   */
  added(columns: SegmentColumns, ends: readonly number[]): AddedBlocks[] {
    if (ends.length === 0) return []
    const { start, dictionary } = columns
    const stretch = this.#copy(columns, ends.at(-1)! - start)
    const groups = DIMENSIONS.map((_, d) => new StretchBlocks(stretch, d, this.#rooms[d]))
    const count = groups.reduce((sum, grouped) => sum + grouped.count, 0)
    // Flat, since a segment may have more values than leaves: which value it is, and its key.
    const dimensions = new Uint8Array(count)
    const ids = new Uint32Array(count)
    const keys = new Uint8Array(count * HASH_BYTES)
    let value = 0
    for (const [d, dimension] of DIMENSIONS.entries()) {
      for (const id of groups[d]!.values()) {
        dimensions[value] = d
        ids[value] = id
        this.#keys.write(dimension, dictionary.text(dimension, id), keys, value * HASH_BYTES)
        value++
      }
    }
    const writer = new BlockWriter(ends.length, count, this.#hashEach)
    for (const value of inOrder(keys)) {
      const key = keyAt(keys, value)
      const leaves = groups[dimensions[value]!]!.leaves(ids[value]!)
      for (let at = 0; at < leaves.length; ) {
        const number = firstAbove(ends, start + leaves[at]!)
        const to = firstFrom(leaves, ends[number]! - start, at)
        writer.add(number, key, to - at === leaves.length ? leaves : leaves.subarray(at, to), stretch)
        at = to
      }
    }
    return writer.take()
  }

  #copy({ start, times, ids }: SegmentColumns, count: number): Stretch {
    if (this.#times.length < count) {
      this.#times = new Float64Array(count)
      this.#ids = DIMENSIONS.map(() => new Uint32Array(count))
      this.#rooms = DIMENSIONS.map(() => new Uint32Array(count))
    }
    this.#times.set(times.numbers.subarray(0, count))
    for (const [d, { numbers }] of ids.entries()) this.#ids[d]!.set(numbers.subarray(0, count))
    return { start, times: this.#times.subarray(0, count), ids: this.#ids.map(column => column.subarray(0, count)) }
  }
}

/** How many keys a number of the order has room for, beside the first 30 bits of one. */
const PLACES = 2 ** 23

/** The places of these keys, in their order: sorted as numbers, which is several times faster, and then those that begin alike. */
function inOrder(keys: Uint8Array): Uint32Array {
  const order = new Float64Array(keys.length / HASH_BYTES)
  for (let k = 0; k < order.length; k++) order[k] = startOf(keys, k) * PLACES + k
  order.sort()
  const places = Uint32Array.from(order, number => number % PLACES)
  for (let from = 0; from < places.length; ) {
    let to = from + 1
    while (to < places.length && startOf(keys, places[to]!) === startOf(keys, places[from]!)) to++
    if (to - from > 1) {
      places.subarray(from, to).sort((a, b) => Buffer.compare(keyAt(keys, a), keyAt(keys, b)))
    }
    from = to
  }
  return places
}

function startOf(keys: Uint8Array, place: number): number {
  const at = place * HASH_BYTES
  return (keys[at]! << 22) | (keys[at + 1]! << 14) | (keys[at + 2]! << 6) | (keys[at + 3]! >> 2)
}

function keyAt(keys: Uint8Array, place: number): Uint8Array {
  return keys.subarray(place * HASH_BYTES, (place + 1) * HASH_BYTES)
}

/** The place of the first of these ascending numbers that is above `number`. */
function firstAbove(numbers: readonly number[], number: number): number {
  let low = 0
  for (let high = numbers.length; low < high; ) {
    const middle = (low + high) >>> 1
    if (numbers[middle]! > number) high = middle
    else low = middle + 1
  }
  return low
}

/** The same, from a place on, of the first that is not below `least`. */
function firstFrom(numbers: Uint32Array, least: number, from: number): number {
  let low = from
  for (let high = numbers.length; low < high; ) {
    const middle = (low + high) >>> 1
    if (numbers[middle]! < least) low = middle + 1
    else high = middle
  }
  return low
}
