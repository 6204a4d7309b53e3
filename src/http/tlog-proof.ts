// C2SP tlog-proof: one leaf's inclusion proof and the checkpoint it leads to, as one text that any tlog client reads.

import { encodeBase64 } from '../core/bytes.ts'
import type { Hash } from '../core/tree.ts'

/** `note` is the signed checkpoint; the proof's hashes go from leaf to root. */
export function formatTlogProof(index: number, proof: readonly Hash[], note: string): string {
  return `c2sp.org/tlog-proof@v1\nindex ${index}\n${proof.map(hash => `${encodeBase64(hash)}\n`).join('')}\n${note}`
}
