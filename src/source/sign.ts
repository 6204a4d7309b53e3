// The client's side of a source that signs (docs/sources.md), for any program that ships lines: a key, and one function
// that makes a link of a line. The same line at the same place of the chain always gives the same bytes.

import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  randomBytes,
  sign as signBytes,
} from 'node:crypto'
import canonicalize from 'canonicalize'
import { makeVerifierKey, TYPE_ED25519, type VerifierKey } from '../core/note.ts'
import { type AccessRecord, type RecordInput, sealRecord } from '../core/record.ts'
import { endorsementText, linkHash, linkText } from '../core/source-link.ts'

/** A source's key, for one log: a link of it holds in no other. */
export interface SourceKey {
  readonly source: string
  readonly origin: string
  readonly verifierKey: VerifierKey
  readonly secret: KeyObject
  /** Salts come from it: whoever has it can test guesses at what was sealed. */
  readonly saltKey: Uint8Array
}

/** Where a link stands in the chain of its key. */
export interface Place {
  readonly seq: number
  /** Hash of the link before it; undefined for the first, 0. */
  readonly previous: string | undefined
}

export interface SignedLine {
  /** JSON in canonical form, as `POST /v1/records` takes it. */
  readonly line: string
  /** What the next link has as `previous`. */
  readonly link: string
  /** What the record will have as `sealed`, if it has a sealed part. */
  readonly digest?: string
}

const SECRET_BYTES = 32
/** PKCS #8 of an Ed25519 key, but for its 32 bytes (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')

export function newSecret(): Uint8Array {
  return randomBytes(SECRET_BYTES)
}

/** @param secret 32 random bytes, of which signing key and salts are made */
export function makeSourceKey(of: { source: string; origin: string; secret: Uint8Array }): SourceKey {
  const { source, origin } = of
  if (of.secret.length !== SECRET_BYTES) throw new Error(`the secret of a source has ${SECRET_BYTES} bytes`)
  const seed = derive(of.secret, 'suyuan-source-key/v1\n')
  const secret = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' })
  const publicKey = createPublicKey(secret).export({ type: 'spki', format: 'der' }).subarray(-32)
  const verifierKey = makeVerifierKey(source, TYPE_ED25519, publicKey)
  return { source, origin, verifierKey, secret, saltKey: derive(of.secret, 'suyuan-source-salt/v1\n') }
}

/** Signs a line for its place. The line names the key's source, and has no seq of its own. */
export function signLine(input: RecordInput, { seq, previous }: Place, key: SourceKey): SignedLine {
  const { sealed, salt: _, signature: __, previous: ___, ...open } = input
  if (open.source !== key.source) throw new Error(`a line of ${open.source} is not signed by the key of ${key.source}`)
  const stated = { ...open, seq, ...(previous === undefined ? {} : { previous }) }
  const salt = sealed === undefined ? undefined : derive(key.saltKey, canonicalize([stated, sealed]) ?? '')
  const digest = sealed === undefined ? undefined : sealRecord(sealed, salt!).digest
  // What the source states, as the record will have it; the rest the ledger fills in.
  const record = { ...stated, ...(digest === undefined ? {} : { sealed: digest }) } as AccessRecord
  const text = linkText(record, key.origin)
  const signature = signText(text, key)
  const secret = sealed === undefined ? {} : { sealed, salt: Buffer.from(salt!).toString('base64') }
  return {
    line: canonicalize({ ...stated, ...secret, signature }) ?? '',
    link: linkHash(text),
    ...(digest === undefined ? {} : { digest }),
  }
}

/** By this the key says that its chain ends after so many links, and that another one goes on. */
export function endorse(next: string, ends: number, key: SourceKey): string {
  return signText(endorsementText(next, ends, key.origin), key)
}

function signText(text: string, { secret, verifierKey }: SourceKey): string {
  return Buffer.concat([verifierKey.id, signBytes(null, Buffer.from(text), secret)]).toString('base64')
}

function derive(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
