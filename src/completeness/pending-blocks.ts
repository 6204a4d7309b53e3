// Blocks of one dimension that wait for their sub-logs. To grow a value in the trie costs as much as a hundred postings, be it by one
// block or by many: so a value that several stretches have grows once for all of them.

import { SUB_NODE_BYTES } from '../core/completeness/sub-log.ts'
import { HASH_BYTES, type Hash } from '../core/tree.ts'
import { type AddedBlocks, larger } from './memory-trie.ts'

/** A value, and what its sub-log grows by. */
export interface ValueBlocks {
  readonly key: Hash
  /** Where its blocks are among all, as nodes of a sub-log, in their order: good until what waits is cleared. */
  readonly runs: readonly NodeRange[]
}

/** Nodes one behind the other: bytes [from, to). */
export interface NodeRange {
  readonly nodes: Uint8Array
  readonly from: number
  readonly to: number
}

const NOTHING = new Uint8Array(0)
/** Of the key, compared as a number: what is left over is seldom needed. */
const ORDER_BYTES = 6
const FIRST_ROOM = 1_024

export class PendingBlocks {
  /** All in one piece, those of a value of a stretch together: an object for each would be several times as much. */
  #nodes = NOTHING
  #count = 0
  /** Of each such run, its key, and how many blocks there are up to its end. */
  #keys = NOTHING
  #ends = new Uint32Array(0)
  #runs = 0

  get count(): number {
    return this.#count
  }

  /** Blocks of one value come in the order of its sub-log. */
  add({ keys, counts, nodes }: AddedBlocks): void {
    this.#makeRoom(nodes.length, counts.length)
    this.#nodes.set(nodes, this.#count * SUB_NODE_BYTES)
    this.#keys.set(keys, this.#runs * HASH_BYTES)
    for (let k = 0; k < counts.length; k++) {
      this.#count += counts[k]!
      this.#ends[this.#runs++] = this.#count
    }
  }

  /** Each value once, in the order of their keys. */
  *values(): Generator<ValueBlocks> {
    const order = this.#sort()
    for (let at = 0; at < order.length; ) {
      const first = order[at]!
      const runs: NodeRange[] = []
      for (; at < order.length && this.#compare(order[at]!, first) === 0; at++) runs.push(this.#run(order[at]!))
      yield { key: this.#keys.slice(first * HASH_BYTES, (first + 1) * HASH_BYTES), runs }
    }
  }

  clear(): void {
    this.#nodes = NOTHING
    this.#count = 0
    this.#keys = NOTHING
    this.#ends = new Uint32Array(0)
    this.#runs = 0
  }

  /** The runs by their keys; those of one key as they came. */
  #sort(): Uint32Array {
    const starts = new Float64Array(this.#runs)
    const order = new Uint32Array(this.#runs)
    const keys = Buffer.from(this.#keys.buffer)
    for (let run = 0; run < order.length; run++) {
      starts[run] = keys.readUIntBE(run * HASH_BYTES, ORDER_BYTES)
      order[run] = run
    }
    return order.sort((a, b) => starts[a]! - starts[b]! || this.#compare(a, b) || a - b)
  }

  #compare(a: number, b: number): number {
    const [keys, from, to] = [this.#keys, a * HASH_BYTES, b * HASH_BYTES]
    for (let k = 0; k < HASH_BYTES; k++) {
      const difference = keys[from + k]! - keys[to + k]!
      if (difference !== 0) return difference
    }
    return 0
  }

  #run(run: number): NodeRange {
    const from = run === 0 ? 0 : this.#ends[run - 1]!
    return { nodes: this.#nodes, from: from * SUB_NODE_BYTES, to: this.#ends[run]! * SUB_NODE_BYTES }
  }

  #makeRoom(bytes: number, runs: number): void {
    const blocks = this.#count * SUB_NODE_BYTES + bytes
    if (this.#nodes.length < blocks) this.#nodes = larger(this.#nodes, Math.max(blocks, FIRST_ROOM * SUB_NODE_BYTES))
    const all = Math.max(this.#runs + runs, FIRST_ROOM)
    if (this.#ends.length >= all) return
    this.#ends = larger(this.#ends, all)
    this.#keys = larger(this.#keys, all * HASH_BYTES)
  }
}
