// Ethereum's Merkle Patricia trie (Yellow Paper, appendix D), as far as a block's list of receipts needs it: keys of
// which none begins another, written once. Who has the whole list makes its root, and compares it with the header's.

import { keccak_256 } from '@noble/hashes/sha3.js'
import { encodeRlp, type Rlp } from './rlp.ts'

export interface TrieEntry {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/** A node refers to another by its hash, or holds it whole when it is shorter than one. */
const HASH_BYTES = 32
const NOTHING = new Uint8Array(0)

export function keccak256(bytes: Uint8Array): Uint8Array {
  return keccak_256(bytes)
}

interface Leaf {
  readonly path: readonly number[]
  readonly value: Uint8Array
}

/** The root of the trie of these entries. */
export function trieRoot(entries: readonly TrieEntry[]): Uint8Array {
  return keccak256(encodeRlp(makeNode(leavesOf(entries))))
}

function leavesOf(entries: readonly TrieEntry[]): Leaf[] {
  return entries.map(({ key, value }) => ({ path: nibblesOf(key), value }))
}

function makeNode(leaves: readonly Leaf[]): Rlp {
  const [first, ...others] = leaves
  if (first === undefined) return NOTHING
  if (others.length === 0) return [packPath(first.path, true), first.value]
  const shared = sharedLength(leaves)
  if (shared > 0) return [packPath(first.path.slice(0, shared), false), refer(below(leaves, shared))]
  if (leaves.some(({ path }) => path.length === 0)) throw new RangeError('one key of the trie begins another')
  const children = Array.from({ length: 16 }, (_, nibble) => leaves.filter(({ path }) => path[0] === nibble))
  return [...children.map(child => (child.length === 0 ? NOTHING : refer(below(child, 1)))), NOTHING]
}

function refer(leaves: readonly Leaf[]): Rlp {
  const node = makeNode(leaves)
  const encoded = encodeRlp(node)
  return encoded.length < HASH_BYTES ? node : keccak256(encoded)
}

function below(leaves: readonly Leaf[], depth: number): Leaf[] {
  return leaves.map(({ path, value }) => ({ path: path.slice(depth), value }))
}

function sharedLength([first, ...others]: readonly Leaf[]): number {
  const differs = first!.path.findIndex((nibble, k) => others.some(({ path }) => path[k] !== nibble))
  return differs === -1 ? first!.path.length : differs
}

/** The "hex-prefix" form: the first nibble says whether the path ends here, and whether its length is odd. */
function packPath(path: readonly number[], isLeaf: boolean): Uint8Array {
  const isOdd = path.length % 2 === 1
  const flag = (isLeaf ? 2 : 0) + (isOdd ? 1 : 0)
  const nibbles = isOdd ? [flag, ...path] : [flag, 0, ...path]
  return Uint8Array.from({ length: nibbles.length / 2 }, (_, k) => nibbles[2 * k]! * 16 + nibbles[2 * k + 1]!)
}

function nibblesOf(bytes: Uint8Array): number[] {
  return Array.from(bytes, byte => [Math.floor(byte / 16), byte % 16]).flat()
}
