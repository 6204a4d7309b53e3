// The one seam to SHA-256, and the two hashes of an RFC 6962 tree (§2.1): leaves and inner nodes are told apart by
// their first byte, so that no entry can pass for a node.

import { sha256, sha256Hex } from '#sha256'

/** SHA-256, 32 bytes; and the same in hex. */
export { sha256, sha256Hex }

// Hashing is synchronous, so that one scratch buffer serves every call: to make one each time takes as long as to hash.
const leafInput = new Uint8Array(65_536)

/** H(00 ‖ entry): the hash of one leaf. */
export function hashLeaf(entry: Uint8Array): Uint8Array {
  const length = entry.length + 1
  const input = length > leafInput.length ? new Uint8Array(length) : leafInput.subarray(0, length)
  input.set(entry, 1)
  return sha256(input)
}

const nodeInput = new Uint8Array(65)
nodeInput[0] = 1

/** H(01 ‖ left ‖ right): the hash of one inner node. */
export function hashNode(left: Uint8Array, right: Uint8Array): Uint8Array {
  nodeInput.set(left, 1)
  nodeInput.set(right, 33)
  return sha256(nodeInput)
}

/** The same for each pair of neighbours of a run of hashes. */
export function hashPairs(hashes: Uint8Array): Uint8Array {
  const nodes = new Uint8Array(hashes.length / 2)
  for (let at = 0; at < hashes.length; at += 64) {
    nodes.set(hashNode(hashes.subarray(at, at + 32), hashes.subarray(at + 32, at + 64)), at / 2)
  }
  return nodes
}

/** The root of the tree of no leaves: SHA-256 of nothing. */
export const EMPTY_ROOT: Uint8Array = sha256(new Uint8Array(0))
