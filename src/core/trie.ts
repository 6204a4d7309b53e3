// Ethereum's Merkle Patricia trie (Yellow Paper, appendix D), as far as a block's lists of transactions and receipts need it: keys of
// which none begins another, written once. Who has the whole list makes its root, and compares it with the header's.

import { keccak256 } from '#keccak'
import { fromHex, toHex } from './bytes.ts'
import { encodeRlp, type Rlp } from './rlp.ts'

export interface TrieEntry {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/** A node refers to another by its hash, or holds it whole when it is shorter than one. */
const HASH_BYTES = 32
const NOTHING = new Uint8Array(0)

interface Leaf {
  /** What is left of its key, one hexadecimal digit a step. */
  readonly path: string
  readonly value: Uint8Array
}

/** The root of the trie of these entries. */
export function trieRoot(entries: readonly TrieEntry[]): Uint8Array {
  return keccak256(encodeRlp(makeNode(entries.map(({ key, value }) => ({ path: toHex(key), value })))))
}

function makeNode(leaves: readonly Leaf[]): Rlp {
  const [first, ...others] = leaves
  if (first === undefined) return NOTHING
  if (others.length === 0) return [packPath(first.path, true), first.value]
  const shared = sharedLength(first, others)
  if (shared > 0) return [packPath(first.path.slice(0, shared), false), refer(below(leaves, shared))]
  if (leaves.some(({ path }) => path === '')) throw new RangeError('one key of the trie begins another')
  const children = Array.from('0123456789abcdef', digit => leaves.filter(({ path }) => path[0] === digit))
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

function sharedLength({ path }: Leaf, others: readonly Leaf[]): number {
  let shared = 0
  while (shared < path.length && others.every(other => other.path[shared] === path[shared])) shared++
  return shared
}

/** The "hex-prefix" form: the first digit says whether the path ends here, and whether its length is odd. */
function packPath(path: string, isLeaf: boolean): Uint8Array {
  const isOdd = path.length % 2 === 1
  const flag = (isLeaf ? 2 : 0) + (isOdd ? 1 : 0)
  return fromHex(`${flag}${isOdd ? '' : '0'}${path}`)
}
