// The index's trie (core/completeness/index-trie.ts) on a disk. A node lies under its hash, so nothing is ever written over:
// an older root leads to the trie as it was, until what only it has is dropped.

import { concat, equal } from '../core/bytes.ts'
import {
  bitOf,
  EMPTY_TRIE,
  innerHash,
  KEY_BITS,
  leafHash,
  type Sibling,
  type TrieProof,
} from '../core/completeness/index-trie.ts'
import { HASH_BYTES, type Hash } from '../core/tree.ts'
import { growTrie, type TrieNode, type TrieNodes } from './grow-trie.ts'
import type { Nodes } from './nodes.ts'

/** A leaf, and whatever else its owner keeps with it. */
export interface KeptLeaf {
  /** As `encodeLeaf` writes it: its key comes first. */
  readonly leaf: Uint8Array
  readonly more: Uint8Array
}

/** A key whose leaf becomes another. */
export interface Growth {
  readonly key: Hash
  grow(before: KeptLeaf | undefined): KeptLeaf
}

/** What becomes of nodes. `version`: how many roots were pinned when the node was made. */
export interface Lifetimes {
  readonly version: number
  /** A node that no newer root has. */
  drop(nodeKey: Uint8Array, version: number): void
}

// Nodes on the disk, under 't' and their hash:
//   leaf    00, u32 version, u16 bytes of the leaf, leaf, more
//   inner   01, u32 version, u8 bit, 32 bytes of some key below, hash of the left and of the right node
interface Node extends TrieNode<Hash> {
  readonly hash: Hash
  readonly version: number
  /** Of a leaf. */
  readonly kept?: KeptLeaf
}

const PREFIX = 0x74
const LEAF = 0
const INNER = 1
const LEAF_HEAD = 7
const INNER_BYTES = 6 + 3 * HASH_BYTES

export class KeptTrie implements TrieNodes<Hash, Growth, Node> {
  root: Hash
  readonly #nodes: Nodes
  readonly #lifetimes: Lifetimes

  constructor(nodes: Nodes, lifetimes: Lifetimes, root: Hash = EMPTY_TRIE) {
    this.#nodes = nodes
    this.#lifetimes = lifetimes
    this.root = root
  }

  /** Each key once, in their order. */
  update(growths: readonly Growth[]): void {
    this.root = growTrie(this, equal(this.root, EMPTY_TRIE) ? undefined : this.root, growths) ?? EMPTY_TRIE
  }

  /** As `IndexTrie.prove`, and the leaf's own companion; by the trie with this root. */
  prove(key: Uint8Array, root: Hash = this.root): TrieProof & { readonly more: Uint8Array | undefined } {
    const siblings: Sibling[] = []
    if (equal(root, EMPTY_TRIE)) return { leaf: undefined, siblings, more: undefined }
    for (let hash = root; ; ) {
      const { kept, bit, left, right } = this.open(hash)
      if (kept !== undefined) return { leaf: kept.leaf, siblings, more: kept.more }
      const isLeft = bitOf(key, bit) === 0
      siblings.push({ bit, hash: isLeft ? right! : left! })
      hash = isLeft ? left! : right!
    }
  }

  open(hash: Hash): Node {
    const record = this.#nodes.get(nodeKey(hash))
    if (record === undefined) throw new Error(`the index has no node ${Buffer.from(hash).toString('hex')}`)
    const view = new DataView(record.buffer, record.byteOffset)
    const version = view.getUint32(1)
    if (record[0] === LEAF) {
      const end = LEAF_HEAD + view.getUint16(5)
      const kept = { leaf: record.subarray(LEAF_HEAD, end), more: record.subarray(end) }
      return { hash, version, bit: KEY_BITS, key: kept.leaf.subarray(0, HASH_BYTES), kept }
    }
    const [key, left, right] = [0, 1, 2].map(k => record.subarray(6 + k * HASH_BYTES, 6 + (k + 1) * HASH_BYTES))
    return { hash, version, bit: record[5]!, key: key!, left: left!, right: right! }
  }

  grow(growth: Growth, before: Node | undefined): Hash {
    const { leaf, more } = growth.grow(before?.kept)
    this.#drop(before)
    const record = new Uint8Array(LEAF_HEAD + leaf.length + more.length)
    const view = new DataView(record.buffer)
    record[0] = LEAF
    view.setUint32(1, this.#lifetimes.version)
    view.setUint16(5, leaf.length)
    record.set(leaf, LEAF_HEAD)
    record.set(more, LEAF_HEAD + leaf.length)
    const hash = leafHash(leaf)
    this.#nodes.put(nodeKey(hash), record)
    return hash
  }

  fork(bit: number, key: Uint8Array, left: Hash, right: Hash, before: Node | undefined): Hash {
    this.#drop(before)
    const record = new Uint8Array(INNER_BYTES)
    record[0] = INNER
    new DataView(record.buffer).setUint32(1, this.#lifetimes.version)
    record[5] = bit
    record.set(key, 6)
    record.set(left, 6 + HASH_BYTES)
    record.set(right, 6 + 2 * HASH_BYTES)
    const hash = innerHash(bit, left, right)
    this.#nodes.put(nodeKey(hash), record)
    return hash
  }

  #drop(node: Node | undefined): void {
    if (node !== undefined) this.#lifetimes.drop(nodeKey(node.hash), node.version)
  }
}

function nodeKey(hash: Hash): Uint8Array {
  return concat(Uint8Array.of(PREFIX), hash)
}
