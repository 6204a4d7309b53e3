// The RFC 6962 Merkle tree, without storage: complete subtrees, and a tree that grows by one leaf at a time. Sizes and
// indices are plain numbers up to 2^53 − 1, so no bit operators, which stop at 2^32. Proofs are in proof.ts.

import { EMPTY_ROOT, hashNode } from './hash.ts'

/** A complete subtree: the leaves [index·2^level, (index+1)·2^level). */
export interface NodeId {
  readonly level: number
  readonly index: number
}

/** Leaves [start, end). */
export interface LeafRange {
  readonly start: number
  readonly end: number
}

export type Hash = Uint8Array

export const HASH_BYTES = 32

/** The largest power of two smaller than `size` (size ≥ 2): where RFC 6962 splits a tree. */
export function splitPoint(size: number): number {
  let power = 2 ** Math.floor(Math.log2(size))
  // Math.log2 may round up near powers of two beyond 2^49; size itself never is its own split.
  while (power >= size) power /= 2
  while (power * 2 < size) power *= 2
  return power
}

/** The fewest complete subtrees that cover the leaves [start, end), from left to right. */
export function coverRange({ start, end }: LeafRange): NodeId[] {
  const nodes: NodeId[] = []
  let at = start
  while (at < end) {
    let level = 0
    let width = 1
    while (at % (width * 2) === 0 && at + width * 2 <= end) {
      level++
      width *= 2
    }
    nodes.push({ level, index: at / width })
    at += width
  }
  return nodes
}

/** Folds the subtrees of `coverRange({ start: 0, end: size })`, or of any range of one RFC 6962 subtree, into its root. */
export function foldRight(hashes: readonly Hash[]): Hash {
  let root = hashes.at(-1)
  if (root === undefined) return EMPTY_ROOT
  for (let i = hashes.length - 2; i >= 0; i--) root = hashNode(hashes[i]!, root)
  return root
}

// ——— The growing edge ———

/** A tree of `size` leaves as the roots of its complete subtrees, from left to right: all that appending needs. */
export interface Frontier {
  size: number
  readonly hashes: Hash[]
}

export function emptyFrontier(): Frontier {
  return { size: 0, hashes: [] }
}

/** The nodes a frontier of `size` leaves is made of. */
export function frontierNodes(size: number): NodeId[] {
  return coverRange({ start: 0, end: size })
}

/**
 * Appends one leaf hash. `emit` is told of every complete subtree that this leaf finishes (the leaf itself is level 0),
 * in order of level: what a store of tiles has to write.
 */
export function appendLeaf(frontier: Frontier, leaf: Hash, emit?: (level: number, hash: Hash) => void): void {
  let hash = leaf
  let level = 0
  emit?.(0, hash)
  for (let rest = frontier.size; rest % 2 === 1; rest = (rest - 1) / 2) {
    hash = hashNode(frontier.hashes.pop()!, hash)
    level++
    emit?.(level, hash)
  }
  frontier.hashes.push(hash)
  frontier.size++
}

export function frontierRoot(frontier: Frontier): Hash {
  return foldRight(frontier.hashes)
}
