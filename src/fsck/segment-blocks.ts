// What the leaves of a segment add to the index, made in the thread that checks the segment: for each stretch, by the key of
// each value, the blocks of its sub-log. In pieces of bytes, which are handed to another thread as they are.

import { blocksOf, StretchBlocks } from '../completeness/columns.ts'
import { indexKey } from '../core/completeness/key.ts'
import { SUB_NODE_BYTES, type SubNode, writeSubNode } from '../core/completeness/sub-log.ts'
import { readSpelling } from '../core/leaves.ts'
import { DIMENSIONS } from '../core/question.ts'
import { HASH_BYTES, type Hash } from '../core/tree.ts'
import type { SegmentColumns } from '../store/index/columns.ts'

/** Of one stretch. */
export interface AddedBlocks {
  /** The keys of its values, in order, one behind the other. */
  readonly keys: Uint8Array
  /** How many blocks each of them gets. */
  readonly counts: Uint32Array
  /** The blocks of the first, then those of the second, …, as nodes of a sub-log. */
  readonly nodes: Uint8Array
}

/** A value, and its leaves by their number within the segment. */
interface ValueLeaves {
  readonly key: Hash
  /** The first bytes of the key. */
  readonly order: number
  readonly leaves: Uint32Array
}

const ORDER_BYTES = 6

/**
 * @param ends Where stretches end, ascending, as leaves of the log; the first begins with the segment, and the columns have
 *   the leaves of all of them
 */
export function addedBlocks(columns: SegmentColumns, ends: readonly number[]): AddedBlocks[] {
  if (ends.length === 0) return []
  const { start, dictionary } = columns
  const count = ends.at(-1)! - start
  const times = Float64Array.from(columns.times.numbers.subarray(0, count))
  const ids = columns.ids.map(({ numbers }) => Uint32Array.from(numbers.subarray(0, count)))
  const stretch = { start, times, ids }
  const values: ValueLeaves[] = []
  for (const [d, dimension] of DIMENSIONS.entries()) {
    const grouped = new StretchBlocks(stretch, d)
    for (const id of grouped.values()) {
      const key = indexKey(dimension, readSpelling(dictionary.text(dimension, id)))
      values.push({
        key,
        order: Buffer.from(key.buffer, key.byteOffset).readUIntBE(0, ORDER_BYTES),
        leaves: grouped.leaves(id),
      })
    }
  }
  values.sort((a, b) => a.order - b.order || Buffer.compare(a.key, b.key))
  const stretches = ends.map(() => new Additions())
  for (const { key, leaves } of values) {
    for (let at = 0; at < leaves.length; ) {
      const number = firstAbove(ends, start + leaves[at]!)
      const to = firstFrom(leaves, ends[number]! - start, at)
      stretches[number]!.add(key, blocksOf(leaves.subarray(at, to), stretch))
      at = to
    }
  }
  return stretches.map(added => added.encode())
}

class Additions {
  readonly #keys: Hash[] = []
  readonly #counts: number[] = []
  readonly #nodes: SubNode[] = []

  add(key: Hash, blocks: readonly SubNode[]): void {
    this.#keys.push(key)
    this.#counts.push(blocks.length)
    for (const block of blocks) this.#nodes.push(block)
  }

  encode(): AddedBlocks {
    const keys = new Uint8Array(this.#keys.length * HASH_BYTES)
    for (const [k, key] of this.#keys.entries()) keys.set(key, k * HASH_BYTES)
    const nodes = new Uint8Array(this.#nodes.length * SUB_NODE_BYTES)
    for (const [k, node] of this.#nodes.entries()) writeSubNode(node, nodes, k * SUB_NODE_BYTES)
    return { keys, counts: Uint32Array.from(this.#counts), nodes }
  }
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
