// Ethereum's Merkle Patricia trie (Yellow Paper, appendix D), as far as a block's list of receipts needs it: keys of
// which none begins another, written once. Making a root and a proof, and, apart from it, checking a proof.

import { keccak_256 } from '@noble/hashes/sha3.js'
import { LedgerError } from './error.ts'
import { decodeRlp, encodeRlp, type Rlp } from './rlp.ts'

export interface TrieEntry {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/** A node refers to another by its hash, or holds it whole when it is shorter than one. */
const HASH_BYTES = 32
const BRANCH_ITEMS = 17
const NOTHING = new Uint8Array(0)

export function keccak256(bytes: Uint8Array): Buffer {
  return Buffer.from(keccak_256(bytes))
}

interface Leaf {
  readonly path: readonly number[]
  readonly value: Uint8Array
}

// ——— Making ———

/** The root of the trie of these entries. */
export function trieRoot(entries: readonly TrieEntry[]): Buffer {
  return keccak256(encodeRlp(makeNode(leavesOf(entries))))
}

/** The nodes on the way to a key, from the root, each in RLP; those that are held whole in their parent left out. */
export function proveEntry(entries: readonly TrieEntry[], key: Uint8Array): Buffer[] {
  const proof: Buffer[] = []
  let leaves = leavesOf(entries)
  let path = nibblesOf(key)
  for (let isRoot = true; leaves.length > 0; isRoot = false) {
    const encoded = encodeRlp(makeNode(leaves))
    if (isRoot || encoded.length >= HASH_BYTES) proof.push(encoded)
    if (leaves.length === 1) return proof
    const step = Math.max(1, sharedLength(leaves))
    const taken = path.slice(0, step)
    leaves = below(
      leaves.filter(leaf => taken.every((nibble, k) => leaf.path[k] === nibble)),
      step,
    )
    path = path.slice(step)
  }
  throw new RangeError('the trie has no such key')
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
function packPath(path: readonly number[], isLeaf: boolean): Buffer {
  const isOdd = path.length % 2 === 1
  const flag = (isLeaf ? 2 : 0) + (isOdd ? 1 : 0)
  const nibbles = isOdd ? [flag, ...path] : [flag, 0, ...path]
  return Buffer.from(nibbles.map(nibble => nibble.toString(16)).join(''), 'hex')
}

// ——— Checking ———

/**
 * The value under a key, as the proof shows it to be in the trie with this root.
 * @throws LedgerError `trie_unproven` when the nodes do not lead there, or are not all needed; `rlp_malformed`
 */
export function checkEntry(root: Uint8Array, key: Uint8Array, proof: readonly Uint8Array[]): Uint8Array {
  let path = nibblesOf(key)
  let used = 0
  let reference: Rlp = root
  for (;;) {
    const node = follow(reference, proof, () => used++)
    if (node.length === BRANCH_ITEMS) {
      const [nibble, ...rest] = path
      if (nibble === undefined) throw unproven('it ends at a branch')
      reference = node[nibble]!
      path = rest
      continue
    }
    const { path: step, isLeaf } = unpackPath(node)
    if (step.some((nibble, k) => path[k] !== nibble)) throw unproven('it leads to another key')
    path = path.slice(step.length)
    if (!isLeaf) {
      reference = node[1]!
      continue
    }
    const value = node[1]
    if (path.length > 0 || !(value instanceof Uint8Array)) throw unproven('it leads to another key')
    if (used !== proof.length) throw unproven(`it has ${proof.length} nodes, of which ${used} are needed`)
    return value
  }
}

/** The node that a reference stands for: itself, or the proof's next one if that has the hash. */
function follow(reference: Rlp, proof: readonly Uint8Array[], take: () => number): readonly Rlp[] {
  if (!(reference instanceof Uint8Array)) return requireNode(reference)
  if (reference.length !== HASH_BYTES) throw unproven('there is nothing under the key')
  const encoded = proof[take()]
  if (encoded === undefined) throw unproven('it ends too early')
  if (!keccak256(encoded).equals(reference)) throw unproven('a node has another hash than its parent says')
  return requireNode(decodeRlp(encoded))
}

function requireNode(node: Rlp): readonly Rlp[] {
  if (!(node instanceof Uint8Array) && (node.length === BRANCH_ITEMS || node.length === 2)) return node
  throw unproven('one of its nodes is no node')
}

function unpackPath([packed]: readonly Rlp[]): { path: number[]; isLeaf: boolean } {
  if (!(packed instanceof Uint8Array) || packed.length === 0) throw unproven('a path is no path')
  const [flag, second, ...rest] = nibblesOf(packed)
  if (flag! > 3 || (flag! % 2 === 0 && second !== 0)) throw unproven('a path is no path')
  return { path: flag! % 2 === 1 ? [second!, ...rest] : rest, isLeaf: flag! >= 2 }
}

function nibblesOf(bytes: Uint8Array): number[] {
  return Array.from(bytes, byte => [Math.floor(byte / 16), byte % 16]).flat()
}

function unproven(why: string): LedgerError {
  return new LedgerError('trie_unproven', `The proof does not lead from the root to the key: ${why}.`)
}
