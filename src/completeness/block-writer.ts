// Blocks (columns.ts) as nodes of sub-logs in bytes, for one stretch or many at once: many are hashed in one call.

import { MOST_POSTINGS } from '../core/completeness/postings.ts'
import { SUB_NODE_BYTES } from '../core/completeness/sub-log.ts'
import { SUMMARY_BYTES, writeSummary } from '../core/completeness/summary.ts'
import { HASH_BYTES, type Hash } from '../core/tree.ts'
import type { HashEach } from '../hashing/hash-each.ts'
import { MOST_BLOCK_BYTES, type Stretch, summariseLeaves, writeBlock } from './columns.ts'
import { type AddedBlocks, larger } from './memory-trie.ts'

const LENGTH_BYTES = 2
/** Blocks that are hashed at once, and the bytes of most such; longer ones are hashed sooner. */
const BLOCKS_AT_ONCE = 4_096
const FRAMES_BYTES = 64 * BLOCKS_AT_ONCE
const FEW_STRETCHES = 4
const FIRST_NODES = 16

export class BlockWriter {
  readonly #hashEach: HashEach
  readonly #stretches: readonly Additions[]
  readonly #frames = new Uint8Array(FRAMES_BYTES + LENGTH_BYTES + MOST_BLOCK_BYTES)
  #end = 0
  /** Whose the blocks are that are framed and not hashed, and where their hashes belong. */
  readonly #owners: Additions[] = []
  readonly #places: number[] = []

  /**
   * @param stretches How many they are
   * @param values How many values they have: where there are few stretches, each has about as many blocks
   */
  constructor(stretches: number, values: number, hashEach: HashEach) {
    this.#hashEach = hashEach
    const room = stretches <= FEW_STRETCHES ? FIRST_NODES + Math.ceil((values * 9) / 8) : FIRST_NODES
    this.#stretches = Array.from({ length: stretches }, () => new Additions(room))
  }

  /** The leaves of a value within a stretch, by the value's key; values stay in the order in which they come. `times` begin with leaf `start`. */
  add(stretch: number, key: Hash, leaves: Uint32Array, { start, times }: Pick<Stretch, 'start' | 'times'>): void {
    const owner = this.#stretches[stretch]!
    owner.begin(key, Math.ceil(leaves.length / MOST_POSTINGS))
    for (let at = 0; at < leaves.length; at += MOST_POSTINGS) {
      const block = leaves.length <= MOST_POSTINGS ? leaves : leaves.subarray(at, at + MOST_POSTINGS)
      const place = owner.addNode()
      writeSummary(summariseLeaves(block, start, times), owner.nodes, place)
      const from = this.#end
      this.#end = writeBlock(block, start, times, this.#frames, from + LENGTH_BYTES)
      const length = this.#end - from - LENGTH_BYTES
      this.#frames[from] = length >> 8
      this.#frames[from + 1] = length & 255
      this.#owners.push(owner)
      this.#places.push(place + SUMMARY_BYTES)
      if (this.#owners.length === BLOCKS_AT_ONCE || this.#end >= FRAMES_BYTES) this.#hash()
    }
  }

  /** What each stretch adds, in memory that is used again when more is added: that is of others, as many. */
  take(): AddedBlocks[] {
    this.#hash()
    return this.#stretches.map(added => added.take())
  }

  #hash(): void {
    const hashes = this.#hashEach.framed(this.#frames.subarray(0, this.#end), this.#owners.length)
    for (const [k, { nodes }] of this.#owners.entries()) {
      const [from, to] = [k * HASH_BYTES, this.#places[k]!]
      for (let j = 0; j < HASH_BYTES; j++) nodes[to + j] = hashes[from + j]!
    }
    this.#owners.length = 0
    this.#places.length = 0
    this.#end = 0
  }
}

/** Of one stretch. */
class Additions {
  nodes: Uint8Array
  #count = 0
  #keys: Uint8Array
  #counts: Uint32Array
  #values = 0

  /** @param room Nodes, and values, that it has room for at first */
  constructor(room: number) {
    this.nodes = new Uint8Array(room * SUB_NODE_BYTES)
    this.#keys = new Uint8Array(room * HASH_BYTES)
    this.#counts = new Uint32Array(room)
  }

  begin(key: Hash, blocks: number): void {
    if (this.#values === this.#counts.length) {
      this.#keys = larger(this.#keys)
      this.#counts = larger(this.#counts)
    }
    this.#keys.set(key, this.#values * HASH_BYTES)
    this.#counts[this.#values++] = blocks
  }

  /** Where a node more is to be written. */
  addNode(): number {
    const place = this.#count++ * SUB_NODE_BYTES
    if (place === this.nodes.length) this.nodes = larger(this.nodes)
    return place
  }

  take(): AddedBlocks {
    const [values, count] = [this.#values, this.#count]
    this.#values = 0
    this.#count = 0
    return {
      keys: this.#keys.subarray(0, values * HASH_BYTES),
      counts: this.#counts.subarray(0, values),
      nodes: this.nodes.subarray(0, count * SUB_NODE_BYTES),
    }
  }
}
