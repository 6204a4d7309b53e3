// The sub-log of one value: a tree of the form of RFC 6962 over its blocks, in which every node is hashed together with
// the summaries of the nodes below it. So a part of it that has nothing of a window is shown by one node, however large.

import { concat, equal, isBytes } from '../bytes.ts'
import { sha256 } from '../hash.ts'
import { HASH_BYTES, type Hash, splitPoint } from '../tree.ts'
import { decodeBlock, encodeBlock, type Posting } from './postings.ts'
import { combine, readSummary, SUMMARY_BYTES, type Summary, summarise, writeSummary } from './summary.ts'
import { isWindow, isWithin, mayMeet, type Window } from './window.ts'

/** A subtree: its hash, and what is under it. */
export interface SubNode {
  readonly hash: Hash
  readonly summary: Summary
}

/** Summary and hash, one behind the other. */
export const SUB_NODE_BYTES = SUMMARY_BYTES + HASH_BYTES

const LEAF = Uint8Array.of(0)

/** H(00 ‖ block), and its summary. */
export function blockNode(postings: readonly Posting[]): SubNode {
  return nodeOf(postings, encodeBlock(postings))
}

function nodeOf(postings: readonly Posting[], block: Uint8Array): SubNode {
  return { hash: sha256(concat(LEAF, block)), summary: summarise(postings) }
}

/** What a parent is hashed of: nothing is done between filling and hashing it, so one serves every call. */
const children = new Uint8Array(1 + 2 * SUB_NODE_BYTES)
children[0] = 1

/** H(01 ‖ left ‖ right), each as its summary and its hash. Undefined when the right one does not lie behind the left one. */
export function parentNode(left: SubNode, right: SubNode): SubNode | undefined {
  const summary = combine(left.summary, right.summary)
  if (summary === undefined) return undefined
  writeSubNode(left, children, 1)
  writeSubNode(right, children, 1 + SUB_NODE_BYTES)
  return { hash: sha256(children), summary }
}

/** The same of nodes that are one's own. @throws RangeError when the right one does not lie behind the left one */
export function joinNodes(left: SubNode, right: SubNode): SubNode {
  const node = parentNode(left, right)
  if (node === undefined) throw new RangeError('a block does not lie behind the one before it')
  return node
}

export function encodeSubNode(node: SubNode): Uint8Array {
  const bytes = new Uint8Array(SUB_NODE_BYTES)
  writeSubNode(node, bytes, 0)
  return bytes
}

/** The same, at a place among others. */
export function writeSubNode({ summary, hash }: SubNode, target: Uint8Array, at: number): void {
  writeSummary(summary, target, at)
  target.set(hash, at + SUMMARY_BYTES)
}

export function decodeSubNode(bytes: Uint8Array): SubNode | undefined {
  if (!isBytes(bytes, SUB_NODE_BYTES)) return undefined
  const summary = readSummary(bytes, 0)
  return summary && { summary, hash: bytes.slice(SUMMARY_BYTES) }
}

/** A subtree of so many blocks that is not opened; or a block, opened. In the order of their blocks. */
export type SubProofPart = { readonly blocks: number; readonly node: Uint8Array } | { readonly block: Uint8Array }

/** The node of the blocks [start, end), where that is a subtree of the tree. */
export type SubNodeAt = (start: number, end: number) => SubNode

/** A subtree that has nothing of a window, or a block that may have something. */
export interface WindowPart {
  readonly start: number
  readonly end: number
  readonly node: SubNode
  readonly isOpened: boolean
}

/** The parts of which a proof for the window is made, in the order of their blocks. */
export function partsOf(size: number, window: Window, nodeAt: SubNodeAt): WindowPart[] {
  if (!isWindow(window)) throw new RangeError('not a window')
  const parts: WindowPart[] = []
  const visit = (start: number, end: number): void => {
    const node = nodeAt(start, end)
    const isOpened = mayMeet(node.summary, window)
    if (!isOpened || end - start === 1) {
      parts.push({ start, end, node, isOpened })
      return
    }
    const middle = start + splitPoint(end - start)
    visit(start, middle)
    visit(middle, end)
  }
  if (size > 0) visit(0, size)
  return parts
}

/** Proves which postings of a sub-log of `size` blocks are within a window. `blockAt` is asked for the blocks that may have one. */
export function proveWindow(
  size: number,
  window: Window,
  nodeAt: SubNodeAt,
  blockAt: (block: number) => readonly Posting[],
): SubProofPart[] {
  return partsOf(size, window, nodeAt).map(({ start, end, node, isOpened }) =>
    isOpened ? { block: encodeBlock(blockAt(start)) } : { blocks: end - start, node: encodeSubNode(node) },
  )
}

/**
 * All postings of a sub-log that are within the window; undefined when the proof does not lead to this root, or passes over
 * something that may be within.
 */
export function checkWindow(
  { size, root }: { readonly size: number; readonly root: SubNode },
  window: Window,
  parts: readonly SubProofPart[],
): Posting[] | undefined {
  const found: Posting[] = []
  let used = 0
  const visit = (start: number, end: number): SubNode | undefined => {
    const part = parts[used]
    if (part === undefined) return undefined
    if ('block' in part) {
      if (end - start > 1) return visitBoth(start, end)
      used++
      const postings = part.block instanceof Uint8Array ? decodeBlock(part.block) : undefined
      if (postings === undefined) return undefined
      found.push(...postings.filter(posting => isWithin(posting, window)))
      return nodeOf(postings, part.block)
    }
    if (part.blocks !== end - start) return end - start > 1 ? visitBoth(start, end) : undefined
    used++
    const node = decodeSubNode(part.node)
    return node === undefined || mayMeet(node.summary, window) ? undefined : node
  }
  const visitBoth = (start: number, end: number): SubNode | undefined => {
    const middle = start + splitPoint(end - start)
    const left = visit(start, middle)
    const right = left && visit(middle, end)
    return right && parentNode(left, right)
  }
  if (!Number.isSafeInteger(size) || size < 1 || !isWindow(window)) return undefined
  const made = visit(0, size)
  const isSame = made !== undefined && used === parts.length && equal(encodeSubNode(made), encodeSubNode(root))
  return isSame ? found : undefined
}
