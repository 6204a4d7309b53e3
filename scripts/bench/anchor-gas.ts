// What anchoring costs: one log, and both logs of a ledger in one transaction, each with the longest proof.

import { concat, keccak256, sha256, toBeHex } from 'ethers'
import { logIdOf } from '../../src/chain/deploy.ts'

type Note = (name: string, gas: bigint) => void

/** From 2^30 - 1 to 2^30 leaves, the longest proof. A ledger has two logs: of accesses, and of the index. */
export async function measureAnchors(
  act: (method: string, ...args: unknown[]) => Promise<bigint>,
  anchorer: string,
  note: Note,
): Promise<void> {
  const { old, next } = syntheticGrowth(2 ** 30 - 1, 2 ** 30)
  const origins = ['one', 'access', 'index']
  const [one, access, index] = origins.map(origin => ({ log: logIdOf(origin), size: 2 ** 30, ...next }))
  for (const origin of origins) await act('registerLog', origin, anchorer)
  for (const [i, origin] of origins.entries()) {
    const gas = await act('anchor', logIdOf(origin), 2 ** 30 - 1, old, [])
    if (i === 0) note('anchorFirst', gas)
  }
  note('anchorOne', await act('anchor', one?.log, one?.size, one?.root, one?.proof))
  note('anchorBoth', await act('anchorAll', [access, index]))
}

/**
 * Roots and proof for a tree of any size without building it: hashes of subtrees are free to choose, and the proof holds
 * them. From 2^k-1 to 2^k leaves is the longest proof and the dearest: every hash but the last goes into both roots.
 */
function syntheticGrowth(oldSize: number, newSize: number): { old: string; next: { root: string; proof: string[] } } {
  const length = Math.log2(newSize)
  if (!Number.isInteger(length) || oldSize !== newSize - 1) throw new Error('from 2^k-1 to 2^k only')
  const proof = Array.from({ length: length + 1 }, (_, i) => keccak256(toBeHex(i, 32)))
  const node = (left: string, right: string): string => sha256(concat(['0x01', left, right]))
  let old = proof[0] ?? ''
  let root = node(old, proof[1] ?? '')
  for (const left of proof.slice(2)) {
    old = node(left, old)
    root = node(left, root)
  }
  return { old, next: { root, proof } }
}
