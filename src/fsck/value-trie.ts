// The sub-logs of values and the trie over them, in memory, for a check: of a sub-log its growing edge, of the trie every
// node as it is now. Hashes are made when the root is asked for, of what changed since.

import {
  bitOf,
  EMPTY_TRIE,
  encodeLeaf,
  firstWithOne,
  innerHash,
  leafHash,
  partAt,
} from '../core/completeness/index-trie.ts'
import { decodeSubNode, joinNodes, SUB_NODE_BYTES, type SubNode } from '../core/completeness/sub-log.ts'
import { HASH_BYTES, type Hash } from '../core/tree.ts'

/** What a value gets: blocks, as nodes of its sub-log. */
export interface Addition {
  readonly key: Hash
  readonly blocks: Uint8Array
}

/** A sub-log that grows: its complete subtrees, from left to right. */
export interface Edge {
  size: number
  readonly nodes: SubNode[]
}

interface Value {
  readonly key: Hash
  readonly edge: Edge
  hash: Hash | undefined
}

interface Fork {
  readonly bit: number
  /** Some key below. */
  readonly key: Hash
  left: Node
  right: Node
  hash: Hash | undefined
}

type Node = Value | Fork

const KEY_BITS = 8 * HASH_BYTES

export class ValueTrie {
  #root: Node | undefined
  #count = 0

  /** How many values there are. */
  get count(): number {
    return this.#count
  }

  /** Additions in the order of their keys, each key once. */
  update(added: readonly Addition[]): void {
    if (added.length === 0) return
    this.#root =
      this.#root === undefined ? this.#build(added, 0, added.length) : this.#merge(this.#root, added, 0, added.length)
  }

  root(): Hash {
    return this.#root === undefined ? EMPTY_TRIE : hashOf(this.#root)
  }

  /** All values, in the order of their keys. */
  *values(): Generator<{ readonly key: Hash; readonly edge: Edge }> {
    const rest = this.#root === undefined ? [] : [this.#root]
    for (let node = rest.pop(); node !== undefined; node = rest.pop()) {
      if ('edge' in node) yield node
      else rest.push(node.right, node.left)
    }
  }

  #merge(node: Node, added: readonly Addition[], from: number, to: number): Node {
    if (from === to) return node
    // The keys come in order, so one at an end is the one that parts from this node's first.
    const parting = Math.min(partAt(node.key, added[from]!.key), partAt(node.key, added[to - 1]!.key))
    const bit = 'edge' in node ? KEY_BITS : node.bit
    if (parting < bit) {
      const middle = firstWithOne(added, parting, from, to)
      const isLeft = bitOf(node.key, parting) === 0
      const left = isLeft ? this.#merge(node, added, from, middle) : this.#build(added, from, middle)
      const right = isLeft ? this.#build(added, middle, to) : this.#merge(node, added, middle, to)
      return { bit: parting, key: node.key, left, right, hash: undefined }
    }
    node.hash = undefined
    if ('edge' in node) growEdge(node.edge, added[from]!.blocks)
    else {
      const middle = firstWithOne(added, bit, from, to)
      node.left = this.#merge(node.left, added, from, middle)
      node.right = this.#merge(node.right, added, middle, to)
    }
    return node
  }

  /** One or more, none of which is there yet. */
  #build(added: readonly Addition[], from: number, to: number): Node {
    const { key, blocks } = added[from]!
    if (to - from === 1) {
      const edge: Edge = { size: 0, nodes: [] }
      growEdge(edge, blocks)
      this.#count++
      return { key: key.slice(), edge, hash: undefined }
    }
    const bit = partAt(key, added[to - 1]!.key)
    const middle = firstWithOne(added, bit, from, to)
    const [left, right] = [this.#build(added, from, middle), this.#build(added, middle, to)]
    return { bit, key: left.key, left, right, hash: undefined }
  }
}

/** Appends blocks to a sub-log. */
export function growEdge(edge: Edge, blocks: Uint8Array): void {
  for (let node of subNodesIn(blocks)) {
    let isJoined = false
    for (let rest = edge.size; rest % 2 === 1; rest = (rest - 1) / 2) {
      node = joinNodes(edge.nodes.pop()!, node)
      isJoined = true
    }
    edge.nodes.push(isJoined ? { ...node, hash: alone(node.hash) } : node)
    edge.size++
  }
}

/** The leaf of a value in the trie. */
export function leafOf(key: Hash, { size, nodes }: Edge): Uint8Array {
  return encodeLeaf({ key, head: { size, root: nodes.reduceRight((right, left) => joinNodes(left, right)) } })
}

export function subNodesIn(bytes: Uint8Array): SubNode[] {
  return Array.from({ length: bytes.length / SUB_NODE_BYTES }, (_, k) => {
    return decodeSubNode(bytes.subarray(k * SUB_NODE_BYTES, (k + 1) * SUB_NODE_BYTES))!
  })
}

function hashOf(node: Node): Hash {
  node.hash ??= alone(
    'edge' in node ? leafHash(leafOf(node.key, node.edge)) : innerHash(node.bit, hashOf(node.left), hashOf(node.right)),
  )
  return node.hash
}

/** What is kept must not keep the block of memory that Node cuts small buffers out of, two hundred times as large. */
function alone(hash: Hash): Hash {
  return new Uint8Array(hash)
}
