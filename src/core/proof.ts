// Proofs about the RFC 6962 tree: which hashes one needs, how to make it from them, and how to check it.
//
// Every proof is stated over *complete* subtrees, the only nodes that never change once written. A caller asks for the
// nodes a proof needs (`…Nodes`), reads them in one go, and hands the hashes back (`prove…`), as in golang.org/x/mod
// sumdb/tlog. Checking (`check…`, `root…`) is separate and takes nothing on trust.

import { equal } from './bytes.ts'
import { LedgerError } from './error.ts'
import { EMPTY_ROOT, hashNode } from './hash.ts'
import { coverRange, foldRight, type Hash, type LeafRange, type NodeId, splitPoint } from './tree.ts'

// ——— One leaf is in the tree (RFC 9162 §2.1.3) ———

/** The siblings on the path from leaf `index` to the root, bottom up, each as a range of leaves. */
function inclusionRanges(index: number, size: number): LeafRange[] {
  const ranges: LeafRange[] = []
  let start = 0
  let end = size
  while (end - start > 1) {
    const middle = start + splitPoint(end - start)
    if (index < middle) {
      ranges.push({ start: middle, end })
      end = middle
    } else {
      ranges.push({ start, end: middle })
      start = middle
    }
  }
  return ranges.reverse()
}

/** The nodes that `proveInclusion` needs, in the order it wants their hashes. */
export function inclusionNodes(index: number, size: number): NodeId[] {
  requireWithin(index, size)
  return inclusionRanges(index, size).flatMap(coverRange)
}

/** The inclusion proof of leaf `index` in the tree of `size` leaves, from the hashes of `inclusionNodes`. */
export function proveInclusion(index: number, size: number, hashes: readonly Hash[]): Hash[] {
  requireWithin(index, size)
  return foldRanges(inclusionRanges(index, size), hashes)
}

/** Does the proof lead from this leaf hash, at this index, to this root (RFC 9162 §2.1.3.2)? */
export function checkInclusion(index: number, size: number, leaf: Hash, root: Hash, proof: readonly Hash[]): boolean {
  if (!isIndex(index, size) || !proof.every(isHash)) return false
  let used = 0
  const visit = (start: number, end: number): Hash => {
    if (end - start === 1) return leaf
    const middle = start + splitPoint(end - start)
    const isLeft = index < middle
    const hash = isLeft ? visit(start, middle) : visit(middle, end)
    const sibling = proof[used++] ?? EMPTY_ROOT // of too short a proof, which is refused below
    return isLeft ? hashNode(hash, sibling) : hashNode(sibling, hash)
  }
  return equal(visit(0, size), root) && used === proof.length
}

// ——— A complete subtree is in the tree ———
// Above them, complete subtrees of one level are to the tree what leaves are to the whole: it splits between them only,
// down to where one is left, the last of which may be incomplete. So the proof is that of a leaf, in a tree of fewer.

/** How many subtrees of 2^level leaves the tree has, an incomplete last one included. */
function subtreesOf(level: number, size: number): number {
  return Math.ceil(size / 2 ** level)
}

function subtreeRanges({ level, index }: NodeId, size: number): LeafRange[] {
  requireWithin((index + 1) * 2 ** level - 1, size)
  return inclusionRanges(index, subtreesOf(level, size)).map(({ start, end }) => {
    return { start: start * 2 ** level, end: Math.min(end * 2 ** level, size) }
  })
}

/** The nodes that `proveSubtree` needs, in the order it wants their hashes. */
export function subtreeNodes(subtree: NodeId, size: number): NodeId[] {
  return subtreeRanges(subtree, size).flatMap(coverRange)
}

/** The proof that a complete subtree is in the tree of `size` leaves, from the hashes of `subtreeNodes`. */
export function proveSubtree(subtree: NodeId, size: number, hashes: readonly Hash[]): Hash[] {
  return foldRanges(subtreeRanges(subtree, size), hashes)
}

/** Does the proof lead from the root of a complete subtree, at its place, to the root of the tree? */
export function checkSubtree(
  { level, index }: NodeId,
  subtreeRoot: Hash,
  size: number,
  root: Hash,
  proof: readonly Hash[],
): boolean {
  if (!isIndex(level, 53) || !isIndex((index + 1) * 2 ** level - 1, size)) return false
  return checkInclusion(index, subtreesOf(level, size), subtreeRoot, root, proof)
}

// ——— A tree only grew (RFC 9162 §2.1.4) ———

function consistencyRanges(oldSize: number, newSize: number): LeafRange[] {
  const ranges: LeafRange[] = []
  let start = 0
  let end = newSize
  // Walk down to the subtree whose right edge is the old tree's right edge.
  while (oldSize < end) {
    const middle = start + splitPoint(end - start)
    if (oldSize <= middle) {
      ranges.push({ start: middle, end })
      end = middle
    } else {
      ranges.push({ start, end: middle })
      start = middle
    }
  }
  // The old tree itself is known to the checker when it is a subtree of its own; otherwise the proof starts with it.
  if (start !== 0) ranges.push({ start, end })
  return ranges.reverse()
}

/** The nodes that `proveConsistency` needs, in the order it wants their hashes. */
export function consistencyNodes(oldSize: number, newSize: number): NodeId[] {
  requireGrowth(oldSize, newSize)
  return oldSize === 0 ? [] : consistencyRanges(oldSize, newSize).flatMap(coverRange)
}

/** The consistency proof from the tree of `oldSize` leaves to that of `newSize`; empty for equal sizes and from 0. */
export function proveConsistency(oldSize: number, newSize: number, hashes: readonly Hash[]): Hash[] {
  requireGrowth(oldSize, newSize)
  return oldSize === 0 ? [] : foldRanges(consistencyRanges(oldSize, newSize), hashes)
}

/** RFC 9162 §2.1.4.2: is the tree (newSize, newRoot) an extension of (oldSize, oldRoot)? */
export function checkConsistency(
  oldSize: number,
  newSize: number,
  oldRoot: Hash,
  newRoot: Hash,
  proof: readonly Hash[],
): boolean {
  if (!isSize(oldSize) || !isSize(newSize) || oldSize > newSize || !proof.every(isHash)) return false
  if (oldSize === newSize) return proof.length === 0 && equal(oldRoot, newRoot)
  if (oldSize === 0) return proof.length === 0 && equal(oldRoot, EMPTY_ROOT)
  let node = oldSize - 1
  let last = newSize - 1
  while (node % 2 === 1) {
    node = half(node)
    last = half(last)
  }
  // When the old size is a power of two its root is the first subtree and is left out of the proof.
  const path = node === 0 ? [oldRoot, ...proof] : proof
  const first = path[0]
  if (first === undefined) return false
  let oldHash = first
  let newHash = first
  for (const sibling of path.slice(1)) {
    if (last === 0) return false
    if (node % 2 === 1 || node === last) {
      oldHash = hashNode(sibling, oldHash)
      newHash = hashNode(sibling, newHash)
      while (node % 2 === 0 && node !== 0) {
        node /= 2
        last = half(last)
      }
    } else {
      newHash = hashNode(newHash, sibling)
    }
    node = half(node)
    last = half(last)
  }
  return last === 0 && equal(oldHash, oldRoot) && equal(newHash, newRoot)
}

// ——— Many leaves at once ———
// One proof for a set of leaves shares what their paths have in common: the tree is the leaves themselves and, between
// them, the fewest complete subtrees. Receipts of a batch and the rows of an answer are proven so.

/** The ranges between the given leaves (strictly ascending), before the first and after the last. */
function gaps(indices: readonly number[], size: number): LeafRange[] {
  const ranges: LeafRange[] = []
  let at = 0
  for (const index of indices) {
    if (index > at) ranges.push({ start: at, end: index })
    at = index + 1
  }
  if (at < size) ranges.push({ start: at, end: size })
  return ranges
}

/** The nodes that prove the leaves at `indices` (strictly ascending) to be in the tree of `size`: their hashes, in this order, are the proof. */
export function leavesNodes(indices: readonly number[], size: number): NodeId[] {
  if (!isAscendingWithin(indices, size)) {
    throw new RangeError(`leaf indices must be strictly ascending and below ${size}`)
  }
  return gaps(indices, size).flatMap(coverRange)
}

/** The same for the leaves [start, end), without a gap between them. */
export function runNodes({ start, end }: LeafRange, size: number): NodeId[] {
  requireWithin(end - 1, size)
  return [...coverRange({ start: 0, end: start }), ...coverRange({ start: end, end: size })]
}

/** The root that these leaves, at these indices, and the proof's hashes make; undefined when the proof has not exactly the hashes that such a tree has. */
export function rootOfLeaves(
  indices: readonly number[],
  leaves: readonly Hash[],
  size: number,
  proof: readonly Hash[],
): Hash | undefined {
  if (!isSize(size) || !isAscendingWithin(indices, size) || indices.length !== leaves.length) return undefined
  if (!proof.every(isHash) || !leaves.every(isHash)) return undefined
  let [at, used] = [0, 0]
  const visit = (start: number, end: number): Hash | undefined => {
    const hasNone = at === indices.length || indices[at]! >= end
    // Without a leaf a complete subtree is one hash; the incomplete one at the right edge is made of several.
    if (hasNone && isComplete(end - start)) return proof[used++]
    if (end - start === 1) return leaves[at++]
    const middle = start + splitPoint(end - start)
    const left = visit(start, middle)
    const right = left && visit(middle, end)
    return right && hashNode(left, right)
  }
  const root = size === 0 ? EMPTY_ROOT : visit(0, size)
  return used === proof.length ? root : undefined
}

/** Are these leaves, at these indices, in the tree of this size and root? */
export function checkLeaves(
  indices: readonly number[],
  leaves: readonly Hash[],
  size: number,
  root: Hash,
  proof: readonly Hash[],
): boolean {
  const found = rootOfLeaves(indices, leaves, size, proof)
  return found !== undefined && equal(found, root)
}

// ——— Small parts ———

function foldRanges(ranges: readonly LeafRange[], hashes: readonly Hash[]): Hash[] {
  let at = 0
  const proof = ranges.map(range => {
    const count = coverRange(range).length
    const part = hashes.slice(at, at + count)
    at += count
    return foldRight(part)
  })
  if (at !== hashes.length) throw new RangeError(`a proof of ${at} nodes was given ${hashes.length} hashes`)
  return proof
}

/** Of a power of two leaves; in the tree such a subtree always begins at a multiple of it. */
const isComplete = (leaves: number): boolean => leaves === 1 || splitPoint(leaves) * 2 === leaves
const half = (n: number): number => Math.floor(n / 2)
const isHash = (hash: Hash): boolean => hash.length === 32
const isSize = (size: number): boolean => Number.isSafeInteger(size) && size >= 0
const isIndex = (index: number, size: number): boolean => isSize(index) && isSize(size) && index < size

function isAscendingWithin(indices: readonly number[], size: number): boolean {
  return indices.every((index, k) => isIndex(index, size) && (k === 0 || index > indices[k - 1]!))
}

function requireWithin(index: number, size: number): void {
  if (isIndex(index, size)) return
  throw new LedgerError('index_beyond_tree', {
    en: `Leaf ${index} is not in a tree of ${size} leaves; ask for an index from 0 to ${size - 1}, or for a later checkpoint.`,
    zh: `第 ${index} 片叶不在有 ${size} 片叶的树中；请使用 0 至 ${size - 1} 的序号，或更新的检查点。`,
  })
}

function requireGrowth(oldSize: number, newSize: number): void {
  if (isSize(oldSize) && isSize(newSize) && oldSize <= newSize) return
  throw new LedgerError('tree_cannot_shrink', {
    en: `No consistency proof leads from size ${oldSize} to ${newSize}: a log only grows. Give the smaller size first.`,
    zh: `没有从大小 ${oldSize} 到 ${newSize} 的一致性证明：日志只增不减。请把较小的写在前面。`,
  })
}
