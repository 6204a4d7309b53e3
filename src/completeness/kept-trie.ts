// The index's trie (core/completeness/index-trie.ts) on a disk. A node lies under its hash, so nothing is ever written over:
// an older root leads to the trie as it was, until what only it has is dropped.

import { concat, equal } from '../core/bytes.ts'
import {
  bitOf,
  EMPTY_TRIE,
  firstWithOne,
  innerHash,
  leafHash,
  partAt,
  type Sibling,
  type TrieProof,
} from '../core/completeness/index-trie.ts'
import { HASH_BYTES, type Hash } from '../core/tree.ts'
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
interface Inner {
  readonly version: number
  readonly bit: number
  readonly some: Uint8Array
  readonly left: Hash
  readonly right: Hash
}

interface Leaf extends KeptLeaf {
  readonly version: number
}

const PREFIX = 0x74
const LEAF = 0
const INNER = 1
const LEAF_HEAD = 7
const INNER_BYTES = 6 + 3 * HASH_BYTES

/** Something at a place in a part of the trie that is built anew. */
interface Item {
  readonly key: Uint8Array
  readonly hash: Hash
}

export class KeptTrie {
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
    if (growths.length === 0) return
    this.root = equal(this.root, EMPTY_TRIE)
      ? this.#build(growths.map(growth => this.#grow(growth, undefined)))
      : this.#merge(this.root, growths)
  }

  /** As `IndexTrie.prove`, and the leaf's own companion; by the trie with this root. */
  prove(key: Uint8Array, root: Hash = this.root): TrieProof & { readonly more: Uint8Array | undefined } {
    const siblings: Sibling[] = []
    if (equal(root, EMPTY_TRIE)) return { leaf: undefined, siblings, more: undefined }
    for (let hash = root; ; ) {
      const node = this.#read(hash)
      if ('leaf' in node) return { leaf: node.leaf, siblings, more: node.more }
      const isLeft = bitOf(key, node.bit) === 0
      siblings.push({ bit: node.bit, hash: isLeft ? node.right : node.left })
      hash = isLeft ? node.left : node.right
    }
  }

  #merge(hash: Hash, growths: readonly Growth[]): Hash {
    if (growths.length === 0) return hash
    const node = this.#read(hash)
    if ('leaf' in node) return this.#mergeLeaf(hash, node, growths)
    const { bit, some, left, right } = node
    // The keys come in order, so one at an end is the one that parts from this node's first.
    const parting = Math.min(partAt(some, growths[0]!.key), partAt(some, growths.at(-1)!.key))
    if (parting < bit) {
      const [zeros, ones] = splitBy(growths, parting)
      const isLeft = bitOf(some, parting) === 0
      const other = this.#build((isLeft ? ones : zeros).map(growth => this.#grow(growth, undefined)))
      const same = this.#merge(hash, isLeft ? zeros : ones)
      return this.#putInner(parting, some, isLeft ? same : other, isLeft ? other : same)
    }
    const [zeros, ones] = splitBy(growths, bit)
    const [newLeft, newRight] = [this.#merge(left, zeros), this.#merge(right, ones)]
    this.#drop(hash, node.version)
    return this.#putInner(bit, some, newLeft, newRight)
  }

  #mergeLeaf(hash: Hash, leaf: Leaf, growths: readonly Growth[]): Hash {
    const key = keyOf(leaf)
    const items = growths.map(growth => this.#grow(growth, equal(growth.key, key) ? leaf : undefined))
    if (growths.some(growth => equal(growth.key, key))) {
      this.#drop(hash, leaf.version)
      return this.#build(items)
    }
    const place = growths.findIndex(growth => Buffer.compare(growth.key, key) > 0)
    return this.#build(items.toSpliced(place === -1 ? items.length : place, 0, { key, hash }))
  }

  #grow(growth: Growth, before: KeptLeaf | undefined): Item {
    const { leaf, more } = growth.grow(before)
    const record = new Uint8Array(LEAF_HEAD + leaf.length + more.length)
    const view = new DataView(record.buffer)
    record[0] = LEAF
    view.setUint32(1, this.#lifetimes.version)
    view.setUint16(5, leaf.length)
    record.set(leaf, LEAF_HEAD)
    record.set(more, LEAF_HEAD + leaf.length)
    const hash = leafHash(leaf)
    this.#nodes.put(nodeKey(hash), record)
    return { key: growth.key, hash }
  }

  /** One item or more, in the order of their keys. */
  #build(items: readonly Item[]): Hash {
    const [first] = items
    if (items.length === 1) return first!.hash
    const bit = partAt(first!.key, items.at(-1)!.key)
    const [zeros, ones] = splitBy(items, bit)
    return this.#putInner(bit, first!.key, this.#build(zeros), this.#build(ones))
  }

  #putInner(bit: number, some: Uint8Array, left: Hash, right: Hash): Hash {
    const record = new Uint8Array(INNER_BYTES)
    record[0] = INNER
    new DataView(record.buffer).setUint32(1, this.#lifetimes.version)
    record[5] = bit
    record.set(some, 6)
    record.set(left, 6 + HASH_BYTES)
    record.set(right, 6 + 2 * HASH_BYTES)
    const hash = innerHash(bit, left, right)
    this.#nodes.put(nodeKey(hash), record)
    return hash
  }

  #read(hash: Hash): Inner | Leaf {
    const record = this.#nodes.get(nodeKey(hash))
    if (record === undefined) throw new Error(`the index has no node ${Buffer.from(hash).toString('hex')}`)
    const view = new DataView(record.buffer, record.byteOffset)
    const version = view.getUint32(1)
    if (record[0] === LEAF) {
      const end = LEAF_HEAD + view.getUint16(5)
      return { version, leaf: record.subarray(LEAF_HEAD, end), more: record.subarray(end) }
    }
    const [some, left, right] = [0, 1, 2].map(k => record.subarray(6 + k * HASH_BYTES, 6 + (k + 1) * HASH_BYTES))
    return { version, bit: record[5]!, some: some!, left: left!, right: right! }
  }

  #drop(hash: Hash, version: number): void {
    this.#lifetimes.drop(nodeKey(hash), version)
  }
}

function keyOf({ leaf }: KeptLeaf): Uint8Array {
  return leaf.subarray(0, HASH_BYTES)
}

function nodeKey(hash: Hash): Uint8Array {
  return concat(Uint8Array.of(PREFIX), hash)
}

/** Those with a 0 at a bit, and those with a 1; they are in order, and have the same bits before it. */
function splitBy<T extends { readonly key: Uint8Array }>(
  items: readonly T[],
  bit: number,
): [readonly T[], readonly T[]] {
  const middle = firstWithOne(items, bit, 0, items.length)
  return [items.slice(0, middle), items.slice(middle)]
}
