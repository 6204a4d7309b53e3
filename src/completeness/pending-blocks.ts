// Blocks of one dimension that wait for their sub-logs. To grow a value in the trie costs as much as a hundred postings, be it by one
// block or by many: so a value that several stretches have grows once for all of them.

import { decodeSubNode, SUB_NODE_BYTES, type SubNode, writeSubNode } from '../core/completeness/sub-log.ts'
import { HASH_BYTES, type Hash } from '../core/tree.ts'

/** A value, and what its sub-log grows by. */
export interface ValueBlocks {
  readonly key: Hash
  readonly blocks: readonly SubNode[]
}

const BLOCK_BYTES = HASH_BYTES + SUB_NODE_BYTES
/** Of the key, compared as a number: what is left over is seldom needed. */
const ORDER_BYTES = 6
const FIRST_ROOM = 1_024

export class PendingBlocks {
  /** Key and node of each, one behind the other: an object for each would be four times as much. */
  #bytes = Buffer.alloc(0)
  #count = 0

  get count(): number {
    return this.#count
  }

  /** Blocks of one value come in the order of its sub-log. */
  add(key: Hash, blocks: readonly SubNode[]): void {
    this.#makeRoom(blocks.length)
    for (const block of blocks) {
      const at = this.#count++ * BLOCK_BYTES
      this.#bytes.set(key, at)
      writeSubNode(block, this.#bytes, at + HASH_BYTES)
    }
  }

  /** Each value once, in the order of their keys. */
  *values(): Generator<ValueBlocks> {
    const order = this.#sort()
    for (let at = 0; at < order.length; ) {
      const key = this.#keyOf(order[at]!)
      const blocks: SubNode[] = []
      for (; at < order.length && this.#keyOf(order[at]!).equals(key); at++) blocks.push(this.#blockOf(order[at]!))
      yield { key: Uint8Array.from(key), blocks }
    }
  }

  clear(): void {
    this.#bytes = Buffer.alloc(0)
    this.#count = 0
  }

  /** The places of the blocks by their keys; those of one key as they came. */
  #sort(): Uint32Array {
    const starts = new Float64Array(this.#count)
    const order = new Uint32Array(this.#count)
    for (let place = 0; place < order.length; place++) {
      starts[place] = this.#bytes.readUIntBE(place * BLOCK_BYTES, ORDER_BYTES)
      order[place] = place
    }
    return order.sort((a, b) => starts[a]! - starts[b]! || this.#keyOf(a).compare(this.#keyOf(b)) || a - b)
  }

  #keyOf(place: number): Buffer {
    return this.#bytes.subarray(place * BLOCK_BYTES, place * BLOCK_BYTES + HASH_BYTES)
  }

  #blockOf(place: number): SubNode {
    return decodeSubNode(this.#bytes.subarray(place * BLOCK_BYTES + HASH_BYTES, (place + 1) * BLOCK_BYTES))!
  }

  #makeRoom(blocks: number): void {
    const needed = (this.#count + blocks) * BLOCK_BYTES
    if (needed <= this.#bytes.length) return
    const bytes = Buffer.alloc(Math.max(FIRST_ROOM * BLOCK_BYTES, 2 * this.#bytes.length, needed))
    bytes.set(this.#bytes)
    this.#bytes = bytes
  }
}
