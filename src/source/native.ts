// The platform's own Ed25519, by a key that is made ready once: for whoever checks every line. By a sound key
// (`parseSourceKey`), what it takes the verifier takes.

import { type KeyObject, verify } from 'node:crypto'
import { toKeyObject as keyObjectOf } from '../core/ed25519-node.ts'
import type { VerifierKey } from '../core/note.ts'
import { readSignature, type SignedRecord } from '../core/source-link.ts'

export function toKeyObject({ publicKey }: VerifierKey): KeyObject {
  return keyObjectOf(publicKey)
}

/** Whether this key signed the record, of which this is the text that is signed; the key ID was looked at before. */
export function holds(text: string, record: SignedRecord, key: KeyObject): boolean {
  const { signature } = readSignature(record.source, record.signature)
  return verify(null, Buffer.from(text), key, signature)
}
