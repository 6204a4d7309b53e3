// Where a kept sub-log begins when the records of its first blocks were pruned: the roots of complete subtrees over these
// blocks (edge-file.ts). What is below them nobody knows any more.

import { concat } from '../core/bytes.ts'
import { decodeSubNode, SUB_NODE_BYTES, type SubNode } from '../core/completeness/sub-log.ts'
import { mayMeet, type Window } from '../core/completeness/window.ts'
import { HASH_BYTES, type Hash } from '../core/tree.ts'
import type { Edge } from './memory-trie.ts'

const PREFIX = 0x62
const SIZE_BYTES = 6

/** Where a value's base lies among the kept nodes. */
export function baseKey(key: Hash): Uint8Array {
  const bytes = new Uint8Array(1 + HASH_BYTES)
  bytes[0] = PREFIX
  bytes.set(key, 1)
  return bytes
}

export function encodeBase({ size, nodes }: Pick<Edge, 'size' | 'nodes'>): Uint8Array {
  const head = Buffer.alloc(SIZE_BYTES)
  head.writeUIntBE(size, 0, SIZE_BYTES)
  return concat(head, nodes)
}

interface BaseNode {
  readonly start: number
  readonly end: number
  readonly node: SubNode
}

export class SubLogBase {
  /** Blocks that it stands for. */
  readonly size: number
  readonly #nodes: readonly BaseNode[]

  /** @param bytes As `encodeBase` gave them */
  constructor(bytes: Uint8Array) {
    this.size = Buffer.from(bytes.buffer, bytes.byteOffset).readUIntBE(0, SIZE_BYTES)
    const nodes: BaseNode[] = []
    for (let at = SIZE_BYTES, start = 0, rest = this.size; at < bytes.length; at += SUB_NODE_BYTES) {
      const width = 2 ** Math.floor(Math.log2(rest))
      const node = decodeSubNode(bytes.slice(at, at + SUB_NODE_BYTES))
      if (node === undefined) throw new Error('the index has no node where one should be')
      nodes.push({ start, end: start + width, node })
      start += width
      rest -= width
    }
    this.#nodes = nodes
  }

  /** The node over the blocks [start, end), which lie before its end. @throws Error when only one above it is known */
  nodeAt(start: number, end: number): SubNode {
    const known = this.#nodes.find(node => node.start === start && node.end === end)
    if (known === undefined) throw new Error(`the blocks ${start} to ${end} of a sub-log were pruned`)
    return known.node
  }

  /** Those that may have a record within a window: only their records would tell. */
  within(window: Window): readonly BaseNode[] {
    return this.#nodes.filter(({ node }) => mayMeet(node.summary, window))
  }
}
