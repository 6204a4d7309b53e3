// How the index's trie (core/completeness/index-trie.ts) grows: leaves are made anew where keys grow, and the forks over them.
// What a node is, and where it lies, is its owner's: in memory (memory-trie.ts) or on a disk (kept-trie.ts).

import { bitOf, firstWithOne, partAt } from '../core/completeness/index-trie.ts'

/** A node, looked at: some key below it, and where the keys below part. A leaf has its own key, behind whose end it parts. */
export interface TrieNode<Ref> {
  readonly key: Uint8Array
  readonly bit: number
  readonly left?: Ref | undefined
  readonly right?: Ref | undefined
}

export interface TrieNodes<Ref, Growth extends { readonly key: Uint8Array }, Node extends TrieNode<Ref>> {
  open(ref: Ref): Node
  /** The leaf that a key has after its growth; `before` is the one that it had. */
  grow(growth: Growth, before: Node | undefined): Ref
  /** The fork at a bit over two; `before` is the one in whose place it is, which no newer trie has. */
  fork(bit: number, key: Uint8Array, left: Ref, right: Ref, before: Node | undefined): Ref
}

/** The root after each of these keys grew; they come in order, each once. Without a root the trie is empty. */
export function growTrie<Ref, Growth extends { readonly key: Uint8Array }, Node extends TrieNode<Ref>>(
  nodes: TrieNodes<Ref, Growth, Node>,
  root: Ref | undefined,
  growths: readonly Growth[],
): Ref | undefined {
  const merge = (ref: Ref, from: number, to: number): Ref => {
    if (from === to) return ref
    const node = nodes.open(ref)
    const { key, bit } = node
    // The keys come in order, so one at an end is the one that parts from this node's first.
    const parting = Math.min(partAt(key, growths[from]!.key), partAt(key, growths[to - 1]!.key))
    if (parting < bit) {
      const middle = firstWithOne(growths, parting, from, to)
      const isLeft = bitOf(key, parting) === 0
      const left = isLeft ? merge(ref, from, middle) : build(from, middle)
      const right = isLeft ? build(middle, to) : merge(ref, middle, to)
      return nodes.fork(parting, key, left, right, undefined)
    }
    if (node.left === undefined || node.right === undefined) return nodes.grow(growths[from]!, node)
    const middle = firstWithOne(growths, bit, from, to)
    return nodes.fork(bit, key, merge(node.left, from, middle), merge(node.right, middle, to), node)
  }
  /** One or more, none of which is there yet. */
  const build = (from: number, to: number): Ref => {
    const { key } = growths[from]!
    if (to - from === 1) return nodes.grow(growths[from]!, undefined)
    const bit = partAt(key, growths[to - 1]!.key)
    const middle = firstWithOne(growths, bit, from, to)
    return nodes.fork(bit, key, build(from, middle), build(middle, to), undefined)
  }
  if (growths.length === 0) return root
  return root === undefined ? build(0, growths.length) : merge(root, 0, growths.length)
}
