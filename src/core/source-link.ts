// A source that signs (docs/sources.md): each of its records is a link of a chain, one chain a key. What is signed follows
// from the record alone: all that the source stated, as the record has it. So nobody can change, renumber or move a
// signed record to another log and have it hold; what the ledger filled in is named as such.

import { encodeBase64, fromBase64, toHex, utf8 } from './bytes.ts'
import { sha256 } from './hash.ts'
import { checkNote, type NoteSignature, type VerifierKey } from './note.ts'
import { type AccessRecord, canonicalText } from './record.ts'

/** A record that its source signed. */
export type SignedRecord = AccessRecord & { readonly seq: number; readonly signature: string }

export function isSigned(record: { readonly signature?: string | undefined }): record is SignedRecord {
  return record.signature !== undefined
}

/**
 * What the source signs: three lines — what this is, the log's origin, and the record in canonical form (RFC 8785)
 * without `signature`, `filled`, and the fields that `filled` names.
 */
export function linkText(record: AccessRecord, origin: string): string {
  const stated: Partial<Record<string, unknown>> = { ...record }
  for (const field of ['signature', 'filled', ...(record.filled?.split(' ') ?? [])]) delete stated[field]
  return `suyuan-source/v1\n${origin}\n${canonicalText(stated as unknown as AccessRecord)}\n`
}

/** What the next link has as `previous`. */
export function linkHash(text: string): string {
  return encodeBase64(sha256(utf8(text)))
}

/** What a key signs when it gives over to the next: how many links it made, and which key goes on. */
export function endorsementText(next: string, ends: number, origin: string): string {
  return `suyuan-source-key/v1\n${origin}\n${next}\n${ends}\n`
}

/** The parts of a `signature` field. */
export function readSignature(name: string, signature: string): NoteSignature {
  const bytes = fromBase64(signature) // its form was checked
  return { name, id: bytes.subarray(0, 4), signature: bytes.subarray(4) }
}

/** ID of the key that made a `signature` field, in hex. */
export function keyIdOf(signature: string): string {
  return toHex(readSignature('', signature).id)
}

/**
 * The key among these by which the source signed the record; undefined where it is none of them.
 * @throws LedgerError `signature_invalid` where it is one of them, and the signature does not hold
 */
export function checkLink(record: SignedRecord, origin: string, keys: readonly VerifierKey[]): VerifierKey | undefined {
  const signature = readSignature(record.source, record.signature)
  return checkNote({ text: linkText(record, origin), signatures: [signature] }, keys)[0]?.key
}
