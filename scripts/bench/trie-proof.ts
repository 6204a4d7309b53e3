// What it would take to show some of a block's transactions or receipts, not all: the nodes of the trie (Yellow Paper,
// appendix D) from its root to each of them. For measuring only; evidence shows lists whole, and
// docs/decisions/2026-11-22-blocks-are-shown-whole.md says why.

import { keccak256 } from '#keccak'
import { equal } from '../../src/core/bytes.ts'
import { receiptKey } from '../../src/core/receipt-bytes.ts'
import { encodeRlp, type Rlp } from '../../src/core/rlp.ts'

const NOTHING = new Uint8Array(0)

interface Leaf {
  readonly path: readonly number[]
  readonly value: Uint8Array
  readonly wanted: boolean
}

/**
 * Bytes of the nodes that show these of a block's parts, each node once.
 * @throws Error when the trie has not the root of the block's header: then nothing was measured
 */
export function proofBytes(parts: readonly Uint8Array[], wanted: ReadonlySet<number>, root: Uint8Array): number {
  const shown: Uint8Array[] = []
  const leaves = parts.map((value, k) => ({ path: nibblesOf(receiptKey(k)), value, wanted: wanted.has(k) }))
  const node = encodeRlp(makeNode(leaves, shown))
  if (!equal(keccak256(node), root)) throw new Error('the trie was not made as the chain makes it')
  return wanted.size === 0 ? 0 : [node, ...shown].reduce((sum, { length }) => sum + length, 0)
}

function makeNode(leaves: readonly Leaf[], shown: Uint8Array[]): Rlp {
  const [first] = leaves
  if (first === undefined) return NOTHING
  if (leaves.length === 1) return [packPath(first.path, true), first.value]
  const differs = first.path.findIndex((nibble, k) => leaves.some(({ path }) => path[k] !== nibble))
  if (differs > 0) return [packPath(first.path.slice(0, differs), false), refer(below(leaves, differs), shown)]
  const children = Array.from({ length: 16 }, (_, nibble) => leaves.filter(({ path }) => path[0] === nibble))
  return [...children.map(child => (child.length === 0 ? NOTHING : refer(below(child, 1), shown))), NOTHING]
}

function refer(leaves: readonly Leaf[], shown: Uint8Array[]): Rlp {
  const node = makeNode(leaves, shown)
  const bytes = encodeRlp(node)
  if (bytes.length < 32) return node
  if (leaves.some(({ wanted }) => wanted)) shown.push(bytes)
  return keccak256(bytes)
}

function below(leaves: readonly Leaf[], depth: number): Leaf[] {
  return leaves.map(leaf => ({ ...leaf, path: leaf.path.slice(depth) }))
}

function packPath(path: readonly number[], isLeaf: boolean): Buffer {
  const flag = (isLeaf ? 2 : 0) + (path.length % 2)
  const nibbles = path.length % 2 === 1 ? [flag, ...path] : [flag, 0, ...path]
  return Buffer.from(nibbles.map(nibble => nibble.toString(16)).join(''), 'hex')
}

function nibblesOf(bytes: Uint8Array): number[] {
  return Array.from(bytes, byte => [Math.floor(byte / 16), byte % 16]).flat()
}
