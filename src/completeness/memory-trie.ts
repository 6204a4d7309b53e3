// The sub-logs of all values and the trie over them in memory, for whoever derives the index again: of each sub-log its edge
// (sub-log-edges.ts), of the trie every node as it is now. Hashes are made when the root is asked for, of what changed since,
// those that wait for no other at once.

import { EMPTY_TRIE, KEY_BITS } from '../core/completeness/index-trie.ts'
import { encodeU64 } from '../core/completeness/numbers.ts'
import { SUB_NODE_BYTES } from '../core/completeness/sub-log.ts'
import { HASH_BYTES, type Hash } from '../core/tree.ts'
import { type HashEach, PLAIN_HASH_EACH } from '../hashing/hash-each.ts'
import { growTrie, type TrieNode, type TrieNodes } from './grow-trie.ts'
import { LOGS_AT_ONCE, SubLogEdges, wordsOf } from './sub-log-edges.ts'

/** What sub-logs get: `counts[k]` blocks to that of the k-th key. */
export interface AddedBlocks {
  /** One behind the other; in their order where a trie is to grow by them. */
  readonly keys: Uint8Array
  readonly counts: Uint32Array
  /** The blocks of the first, then those of the second, …, as nodes of a sub-log. */
  readonly nodes: Uint8Array
}

/** A sub-log as all that its growth needs. */
export interface Edge {
  readonly key: Hash
  /** Blocks. */
  readonly size: number
  /** The roots of its complete subtrees, the largest first. */
  readonly nodes: Uint8Array
}

interface Growth {
  readonly key: Uint8Array
  /** What number it is among those that grow. */
  readonly place: number
}

/** A value's number, or ~ that of a fork. */
type Ref = number

interface Node extends TrieNode<Ref> {
  readonly ref: Ref
}

const LEAF_BYTES = HASH_BYTES + 8 + SUB_NODE_BYTES
const FORK_BYTES = 1 + 2 * HASH_BYTES
/** The bit is the last byte of a word, so that hashes are copied in words of four bytes. */
const FORK_SLOT_BYTES = 4 + 2 * HASH_BYTES
const HASH_WORDS = HASH_BYTES / 4
const FIRST_ROOM = 1_024

export class MemoryTrie implements TrieNodes<Ref, Growth, Node> {
  readonly #hashEach: HashEach
  readonly #edges: SubLogEdges
  #root: Ref | undefined
  readonly #keys: Uint8Array[] = []
  #leafHashes = new Uint32Array(FIRST_ROOM * HASH_WORDS)
  #isLeafOld = new Uint8Array(FIRST_ROOM)
  #forks = 0
  #bits = new Uint8Array(FIRST_ROOM)
  /** By fork, some value below, and the two nodes. */
  #below = new Int32Array(3 * FIRST_ROOM)
  #forkHashes = new Uint32Array(FIRST_ROOM * HASH_WORDS)
  #isForkOld = new Uint8Array(FIRST_ROOM)
  /** What is hashed: used again and again. */
  #slots = new Uint8Array(0)
  /** The values that grow now. */
  #growing = new Uint32Array(0)

  constructor(hashEach: HashEach = PLAIN_HASH_EACH) {
    this.#hashEach = hashEach
    this.#edges = new SubLogEdges(hashEach)
  }

  /** How many values there are. */
  get count(): number {
    return this.#keys.length
  }

  update({ keys, counts, nodes }: AddedBlocks): void {
    this.#grow(keys, counts.length)
    this.#edges.append(this.#growing, counts, nodes)
  }

  /** Takes over sub-logs as they were, in the order of their keys, none of which is there. */
  restore(edges: readonly Edge[]): void {
    this.#grow(Buffer.concat(edges.map(({ key }) => key)), edges.length)
    for (const [k, { size, nodes }] of edges.entries()) this.#edges.restore(this.#growing[k]!, size, nodes)
  }

  root(): Hash {
    if (this.#root === undefined) return EMPTY_TRIE
    const leaves: number[] = []
    const forks: number[][] = []
    this.#findOld(this.#root, leaves, forks)
    // In pieces, so that little is held beside what is kept.
    for (let first = 0; first < leaves.length; first += LOGS_AT_ONCE) {
      this.#hashLeaves(Uint32Array.from(leaves.slice(first, first + LOGS_AT_ONCE)))
    }
    for (const level of forks) {
      for (let first = 0; first < level.length; first += LOGS_AT_ONCE) {
        this.#hashForks(level.slice(first, first + LOGS_AT_ONCE))
      }
    }
    const hash = new Uint32Array(HASH_WORDS)
    this.#copyHash(this.#root, hash, 0)
    return new Uint8Array(hash.buffer)
  }

  /** All sub-logs, in the order of their keys. */
  *edges(): Generator<Edge> {
    const rest = this.#root === undefined ? [] : [this.#root]
    for (let ref = rest.pop(); ref !== undefined; ref = rest.pop()) {
      if (ref < 0) rest.push(this.#below[3 * ~ref + 2]!, this.#below[3 * ~ref + 1]!)
      else yield { key: this.#keys[ref]!, size: this.#edges.sizeOf(ref), nodes: this.#edges.nodesOf(ref) }
    }
  }

  open(ref: Ref): Node {
    const [keys, below] = [this.#keys, this.#below]
    if (ref >= 0) return { ref, key: keys[ref]!, bit: KEY_BITS, left: undefined, right: undefined }
    const at = 3 * ~ref
    return { ref, key: keys[below[at]!]!, bit: this.#bits[~ref]!, left: below[at + 1]!, right: below[at + 2]! }
  }

  grow({ key, place }: Growth, before: Node | undefined): Ref {
    const value = before?.ref ?? this.#addValue(key)
    this.#isLeafOld[value] = 1
    this.#growing[place] = value
    return value
  }

  fork(bit: number, _key: Uint8Array, left: Ref, right: Ref, before: Node | undefined): Ref {
    const fork = before === undefined ? this.#addFork() : ~before.ref
    this.#bits[fork] = bit
    this.#below[3 * fork] = left >= 0 ? left : this.#below[3 * ~left]!
    this.#below[3 * fork + 1] = left
    this.#below[3 * fork + 2] = right
    this.#isForkOld[fork] = 1
    return ~fork
  }

  #grow(keys: Uint8Array, count: number): void {
    this.#growing = new Uint32Array(count)
    const growths = Array.from({ length: count }, (_, place): Growth => {
      return { key: keys.subarray(place * HASH_BYTES, (place + 1) * HASH_BYTES), place }
    })
    this.#root = growTrie(this, this.#root, growths)
  }

  /** What has to be hashed anew: leaves, and forks, those at each place after all that they wait for. Resolves to that place. */
  #findOld(ref: Ref, leaves: number[], forks: number[][]): number {
    if (ref >= 0) {
      if (this.#isLeafOld[ref] === 1) leaves.push(ref)
      return 0
    }
    if (this.#isForkOld[~ref] === 0) return 0
    const left = this.#findOld(this.#below[3 * ~ref + 1]!, leaves, forks)
    const right = this.#findOld(this.#below[3 * ~ref + 2]!, leaves, forks)
    const place = Math.max(left, right)
    ;(forks[place] ??= []).push(~ref)
    return place + 1
  }

  #hashLeaves(values: Uint32Array): void {
    const roots = this.#edges.roots(values)
    const slots = this.#slotsFor(values.length * LEAF_BYTES)
    const [words, rootWords] = [wordsOf(slots), wordsOf(roots)]
    for (let k = 0; k < values.length; k++) {
      const [value, at] = [values[k]!, k * LEAF_BYTES]
      slots.set(this.#keys[value]!, at)
      encodeU64(this.#edges.sizeOf(value), slots, at + HASH_BYTES)
      copy(rootWords, (k * SUB_NODE_BYTES) / 4, SUB_NODE_BYTES / 4, words, (at + HASH_BYTES + 8) / 4)
      this.#isLeafOld[value] = 0
    }
    const hashes = wordsOf(this.#hashEach.equal(0, slots, LEAF_BYTES))
    for (let k = 0; k < values.length; k++) {
      copy(hashes, k * HASH_WORDS, HASH_WORDS, this.#leafHashes, values[k]! * HASH_WORDS)
    }
  }

  #hashForks(forks: readonly number[]): void {
    const slots = this.#slotsFor(forks.length * FORK_SLOT_BYTES)
    const words = wordsOf(slots)
    for (let k = 0; k < forks.length; k++) {
      const [fork, at] = [forks[k]!, (k * FORK_SLOT_BYTES) / 4]
      slots[k * FORK_SLOT_BYTES + 3] = this.#bits[fork]!
      this.#copyHash(this.#below[3 * fork + 1]!, words, at + 1)
      this.#copyHash(this.#below[3 * fork + 2]!, words, at + 1 + HASH_WORDS)
      this.#isForkOld[fork] = 0
    }
    const hashes = wordsOf(this.#hashEach.equal(1, slots, FORK_BYTES, FORK_SLOT_BYTES))
    for (let k = 0; k < forks.length; k++) {
      copy(hashes, k * HASH_WORDS, HASH_WORDS, this.#forkHashes, forks[k]! * HASH_WORDS)
    }
  }

  #slotsFor(bytes: number): Uint8Array {
    if (this.#slots.length < bytes) this.#slots = new Uint8Array(2 * bytes)
    return this.#slots.subarray(0, bytes)
  }

  #copyHash(ref: Ref, to: Uint32Array, at: number): void {
    if (ref >= 0) copy(this.#leafHashes, ref * HASH_WORDS, HASH_WORDS, to, at)
    else copy(this.#forkHashes, ~ref * HASH_WORDS, HASH_WORDS, to, at)
  }

  #addValue(key: Uint8Array): number {
    const value = this.#edges.add()
    if (value === this.#isLeafOld.length) {
      this.#leafHashes = larger(this.#leafHashes)
      this.#isLeafOld = larger(this.#isLeafOld)
    }
    this.#keys.push(new Uint8Array(key))
    return value
  }

  #addFork(): number {
    if (this.#forks === this.#bits.length) {
      this.#bits = larger(this.#bits)
      this.#below = larger(this.#below)
      this.#forkHashes = larger(this.#forkHashes)
      this.#isForkOld = larger(this.#isForkOld)
    }
    return this.#forks++
  }
}

function copy(from: Uint32Array, at: number, length: number, to: Uint32Array, place: number): void {
  for (let k = 0; k < length; k++) to[place + k] = from[at + k]!
}

/** The same, with as much room again, and at the least so much in all. */
export function larger<T extends Uint8Array | Uint32Array | Int32Array>(array: T, least = 0): T {
  const twice = new (array.constructor as new (length: number) => T)(Math.max(least, 2 * array.length))
  twice.set(array)
  return twice
}
