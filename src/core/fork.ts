// Proof that a log has signed two histories: two of its checkpoints, and the root that the tree of the later one has at the
// size of the earlier, which is another than the earlier one states. It convinces whoever has the log's key, and nobody's
// word is needed.

import { decodeBase64, encodeBase64, equal } from './bytes.ts'
import { checkCheckpoint } from './checkpoint.ts'
import type { VerifierKey } from './note.ts'
import { checkConsistency } from './proof.ts'
import type { Hash } from './tree.ts'

export interface Fork {
  /** The signed note of the smaller tree; either, if they are of one size. */
  readonly earlier: string
  readonly later: string
  /** Base64: what the later tree has at the size of the earlier. */
  readonly root: string
  /** RFC 6962 consistency, from that root to the later checkpoint's. */
  readonly proof: readonly string[]
}

export function makeFork(earlier: string, later: string, root: Hash, proof: readonly Hash[]): Fork {
  return { earlier, later, root: encodeBase64(root), proof: proof.map(encodeBase64) }
}

/**
 * Do the two contradict?
 * @throws LedgerError as `checkCheckpoint`, where one of them is not the log's
 */
export function checkFork({ earlier, later, root, proof }: Fork, key: VerifierKey): boolean {
  const [small, large] = [earlier, later].map(note => checkCheckpoint(note, key).checkpoint) as [Head, Head]
  const there = decodeBase64(root)
  const hashes = proof.map(decodeBase64)
  // Of nothing there is one tree only, whatever is said of it.
  if (there === undefined || hashes.includes(undefined) || small.size === 0 || small.size > large.size) return false
  const isIn = checkConsistency(small.size, large.size, there, large.root, hashes as Hash[])
  return isIn && !equal(there, small.root)
}

type Head = ReturnType<typeof checkCheckpoint>['checkpoint']
