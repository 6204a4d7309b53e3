// The trie of the index: from each value's key to what its sub-log is. A binary tree by the bits of the keys, in which a
// node stands only where keys part; so a key that is not there is proven absent by the one leaf where it would be.

import { equal, isBytes } from '../bytes.ts'
import { EMPTY_ROOT, sha256 } from '../hash.ts'
import { HASH_BYTES, type Hash } from '../tree.ts'
import { decodeU64, encodeU64 } from './numbers.ts'
import { decodeSubNode, SUB_NODE_BYTES, type SubNode, writeSubNode } from './sub-log.ts'

/** What the trie has of a key: the tree over its blocks. */
export interface SubLogHead {
  /** Blocks; 1 or more. */
  readonly size: number
  readonly root: SubNode
}

export interface TrieLeaf {
  /** 32 bytes. */
  readonly key: Uint8Array
  readonly head: SubLogHead
}

/** A node beside the path: at which bit it parts from it, the highest of the first byte being 0, and its hash. */
export interface Sibling {
  readonly bit: number
  readonly hash: Hash
}

/** The leaf that a key leads to (its bytes), which may be another's, and what lies beside its path, from the root down; of an empty trie, nothing. */
export interface TrieProof {
  readonly leaf: Uint8Array | undefined
  readonly siblings: readonly Sibling[]
}

/** Of no keys at all: SHA-256 of nothing, as of an empty log. */
export const EMPTY_TRIE: Hash = EMPTY_ROOT

/** As many as a key has: behind the last one. */
export const KEY_BITS = 8 * HASH_BYTES
const HEAD_BYTES = 8 + SUB_NODE_BYTES
const LEAF_BYTES = HASH_BYTES + HEAD_BYTES

/** Key and head, one behind the other. */
export function encodeLeaf({ key, head }: TrieLeaf): Uint8Array {
  const bytes = new Uint8Array(LEAF_BYTES)
  bytes.set(key)
  writeHead(head, bytes, HASH_BYTES)
  return bytes
}

// What is hashed is filled in and hashed in one go, so one scratch array each serves every call.
const leafInput = new Uint8Array(1 + LEAF_BYTES)
const innerInput = new Uint8Array(2 + 2 * HASH_BYTES)
innerInput[0] = 1

/** H(00 ‖ leaf). @throws RangeError for what has not the length of a leaf */
export function leafHash(leaf: Uint8Array): Hash {
  if (leaf.length !== LEAF_BYTES) throw new RangeError(`a leaf of the trie has ${LEAF_BYTES} bytes, not ${leaf.length}`)
  leafInput.set(leaf, 1)
  return sha256(leafInput)
}

/** H(01 ‖ bit ‖ left ‖ right), the bit in one byte: keys on the left have a 0 there. */
export function innerHash(bit: number, left: Hash, right: Hash): Hash {
  innerInput[1] = bit
  innerInput.set(left, 2)
  innerInput.set(right, 2 + HASH_BYTES)
  return sha256(innerInput)
}

/** How many blocks in eight bytes, then the summary and the hash of the tree over them. */
export function encodeHead(head: SubLogHead): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES)
  writeHead(head, bytes, 0)
  return bytes
}

function writeHead({ size, root }: SubLogHead, target: Uint8Array, at: number): void {
  encodeU64(size, target, at)
  writeSubNode(root, target, at + 8)
}

export function decodeHead(bytes: Uint8Array): SubLogHead | undefined {
  if (bytes.length !== HEAD_BYTES) return undefined
  const size = decodeU64(bytes, 0)
  const root = decodeSubNode(bytes.subarray(8))
  return size === undefined || size < 1 || root === undefined ? undefined : { size, root }
}

export function bitOf(key: Uint8Array, bit: number): 0 | 1 {
  return ((key[Math.floor(bit / 8)]! >> (7 - (bit % 8))) & 1) as 0 | 1
}

/** The first bit in which two keys of the same length differ; undefined when they are the same. */
export function partingBit(a: Uint8Array, b: Uint8Array): number | undefined {
  for (let k = 0; k < a.length; k++) {
    const difference = a[k]! ^ b[k]!
    if (difference !== 0) return 8 * k + Math.clz32(difference) - 24
  }
  return undefined
}

/** The same; behind their last bit when they are the same. */
export function partAt(a: Uint8Array, b: Uint8Array): number {
  return partingBit(a, b) ?? KEY_BITS
}

/** Where, among keys [start, end) that are in order and have the same bits before it, those begin that have a 1 at a bit. */
export function firstWithOne(
  keyed: readonly { readonly key: Uint8Array }[],
  bit: number,
  start: number,
  end: number,
): number {
  let [low, high] = [start, end]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (bitOf(keyed[middle]!.key, bit) === 0) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * What the trie says of a key: its sub-log, `absent`, or undefined when the proof does not lead to this root, or says nothing
 * of this key.
 */
export function lookUp(key: Uint8Array, root: Hash, { leaf, siblings }: TrieProof): SubLogHead | 'absent' | undefined {
  if (!isBytes(key, HASH_BYTES) || siblings.length > KEY_BITS) return undefined
  if (leaf === undefined) return siblings.length === 0 && equal(root, EMPTY_TRIE) ? 'absent' : undefined
  // What is read of the leaf is what is hashed: a number with a second spelling would be another key with the same hash.
  if (!isBytes(leaf, LEAF_BYTES)) return undefined
  let hash = leafHash(leaf)
  // The way down is that of the key, whatever the leaf at its end: a leaf that lies elsewhere leads to another root.
  for (const { bit, hash: sibling } of siblings.toReversed()) {
    if (!Number.isSafeInteger(bit) || bit < 0 || bit >= KEY_BITS || !isBytes(sibling, HASH_BYTES)) return undefined
    hash = bitOf(key, bit) === 0 ? innerHash(bit, hash, sibling) : innerHash(bit, sibling, hash)
  }
  if (!equal(hash, root)) return undefined
  return equal(key, leaf.subarray(0, HASH_BYTES)) ? decodeHead(leaf.subarray(HASH_BYTES)) : 'absent'
}

/** A whole trie in memory, to be compared with, and for small logs. Leaves in any order, no key twice. */
export class IndexTrie {
  readonly #leaves: readonly TrieLeaf[]
  readonly root: Hash

  constructor(leaves: readonly TrieLeaf[]) {
    this.#leaves = leaves.toSorted((a, b) => compare(a.key, b.key))
    if (this.#leaves.some(({ key }, k) => k > 0 && compare(key, this.#leaves[k - 1]!.key) === 0)) {
      throw new RangeError('a key is in the trie twice')
    }
    this.root = leaves.length === 0 ? EMPTY_TRIE : this.#hash(0, leaves.length)
  }

  prove(key: Uint8Array): TrieProof {
    const siblings: Sibling[] = []
    let [start, end] = [0, this.#leaves.length]
    if (end === 0) return { leaf: undefined, siblings }
    while (end - start > 1) {
      const { bit, middle } = this.#part(start, end)
      const isLeft = bitOf(key, bit) === 0
      siblings.push({ bit, hash: isLeft ? this.#hash(middle, end) : this.#hash(start, middle) })
      if (isLeft) end = middle
      else start = middle
    }
    return { leaf: encodeLeaf(this.#leaves[start]!), siblings }
  }

  #hash(start: number, end: number): Hash {
    if (end - start === 1) return leafHash(encodeLeaf(this.#leaves[start]!))
    const { bit, middle } = this.#part(start, end)
    return innerHash(bit, this.#hash(start, middle), this.#hash(middle, end))
  }

  /** Sorted keys part first in the bit in which the first and the last of them do. */
  #part(start: number, end: number): { bit: number; middle: number } {
    const bit = partingBit(this.#leaves[start]!.key, this.#leaves[end - 1]!.key)!
    return { bit, middle: firstWithOne(this.#leaves, bit, start, end) }
  }
}

function compare(a: Uint8Array, b: Uint8Array): number {
  const bit = partingBit(a, b)
  return bit === undefined ? 0 : bitOf(a, bit) === 0 ? -1 : 1
}
