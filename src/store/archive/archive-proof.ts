// Why an archive is to be believed without its ledger: a checkpoint that the log signed, and the proof that the segment,
// a complete subtree, is at its place in that tree (core/proof.ts). In the archive it is JSON, which `strings` shows.

import { decodeBase64, encodeBase64 } from '../../core/bytes.ts'
import type { TreeHead } from '../../core/checkpoint.ts'
import { decodeUtf8, parseStrict } from '../../core/json.ts'
import { checkSubtree } from '../../core/proof.ts'
import { anyText, list, object } from '../../core/reader.ts'
import type { Hash, NodeId } from '../../core/tree.ts'
import type { ArchiveSubject } from './archive-head.ts'

export interface ArchiveProof {
  /** A signed note. */
  readonly checkpoint: string
  readonly proof: readonly Hash[]
}

/** What no proof has: it is not of 32 bytes. */
const NO_HASH: Hash = new Uint8Array(0)

const PROOF = object({ checkpoint: anyText(100_000), proof: list(anyText(44), 64) })

export function encodeArchiveProof({ checkpoint, proof }: ArchiveProof): Buffer {
  return Buffer.from(JSON.stringify({ checkpoint, proof: proof.map(encodeBase64) }))
}

/** Throws a LedgerError that says what does not read. */
export function decodeArchiveProof(bytes: Uint8Array): ArchiveProof {
  const { checkpoint, proof } = PROOF(parseStrict(decodeUtf8(bytes)), '')
  return { checkpoint, proof: proof.map(hash => decodeBase64(hash) ?? NO_HASH) }
}

/** The segment as a subtree of the log's tree. */
export function subtreeOf({ number, count }: Pick<ArchiveSubject, 'number' | 'count'>): NodeId {
  return { level: Math.log2(count), index: number }
}

/** Is the segment in this tree? */
export function isInTree(subject: ArchiveSubject, { size, root }: TreeHead, proof: readonly Hash[]): boolean {
  return checkSubtree(subtreeOf(subject), subject.root, size, root, proof)
}
