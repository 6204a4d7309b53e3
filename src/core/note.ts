// C2SP signed-note: a text, a blank line, and signature lines `— <name> base64(keyID ‖ signature)`.

import { verifyEd25519 } from '#ed25519'
import { concat, decodeBase64, encodeBase64, equal, toHex, utf8 } from './bytes.ts'
import { because, LedgerError } from './error.ts'
import { sha256 } from './hash.ts'

/** Ed25519 over the note text. */
export const TYPE_ED25519 = 0x01
/** C2SP tlog-cosignature v1: Ed25519 over a header with the time, then the note text. */
export const TYPE_COSIGNATURE = 0x04

/** A verification key: `name+hex(keyID)+base64(type ‖ public key)`. */
export interface VerifierKey {
  readonly name: string
  readonly id: Uint8Array
  readonly type: number
  readonly publicKey: Uint8Array
}

export interface NoteSignature {
  readonly name: string
  readonly id: Uint8Array
  readonly signature: Uint8Array
}

export interface Note {
  /** Ends in a newline; what is signed. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

/** A signature of a note by a key we know, checked. `time` is the cosignature's, in seconds. */
export interface CheckedSignature {
  readonly key: VerifierKey
  readonly time?: number
}

/** More signature lines than any log of this kind carries; bounds the work that a hostile note can ask for. */
export const MAX_SIGNATURES = 64
const MAX_NOTE_BYTES = 1_000_000

// oxlint-disable-next-line no-control-regex -- signed-note forbids exactly these characters
const FORBIDDEN = /[\u0000-\u0009\u000b-\u001f\u007f]|\p{Surrogate}/u
const NAME = /^[^\s+\p{White_Space}]+$/u
const SIGNATURE_LINE = /^— (\S+) (\S+)$/u

export function keyId(name: string, type: number, publicKey: Uint8Array): Uint8Array {
  return sha256(concat(utf8(`${name}\n`), Uint8Array.of(type), publicKey)).subarray(0, 4)
}

export function formatVerifierKey({ name, id, type, publicKey }: VerifierKey): string {
  return `${name}+${toHex(id)}+${encodeBase64(concat(Uint8Array.of(type), publicKey))}`
}

export function makeVerifierKey(name: string, type: number, publicKey: Uint8Array): VerifierKey {
  if (!NAME.test(name)) {
    throw new LedgerError('key_name_invalid', {
      en: `"${name}" cannot name a key: it must be non-empty, without spaces or "+".`,
      zh: `“${name}”不能作为密钥名称：不得为空，不得含空格或“+”。`,
    })
  }
  return keyOf(name, type, publicKey)
}

function keyOf(name: string, type: number, publicKey: Uint8Array): VerifierKey {
  return { name, id: keyId(name, type, publicKey), type, publicKey: Uint8Array.from(publicKey) }
}

/** Reads a vkey, and recomputes its ID: a key whose parts do not belong together is refused. */
export function parseVerifierKey(text: string): VerifierKey {
  const [, name = '', id, base64 = ''] = /^([^+]+)\+([0-9a-f]{8})\+(.*)$/u.exec(text) ?? []
  const bytes = decodeBase64(base64)
  if (!NAME.test(name) || bytes === undefined || bytes.length < 2) {
    throw new LedgerError('key_invalid', {
      en: `"${text}" is not a verification key of the form name+8 hex digits+base64.`,
      zh: `“${text}”不是“名称+8 位十六进制+base64”形式的验签公钥。`,
    })
  }
  const key = keyOf(name, bytes[0]!, bytes.subarray(1))
  const made = toHex(key.id)
  if (made !== id) {
    throw new LedgerError('key_invalid', {
      en: `The key of "${name}" states ID ${id} but its bytes make ${made}; copy the whole key again.`,
      zh: `“${name}”的密钥写明编号 ${id}，而其字节得出 ${made}；请重新完整复制该密钥。`,
    })
  }
  return key
}

/** The same of an Ed25519 key for one type of signatures. */
export function parseKeyOfType(text: string, type: typeof TYPE_ED25519 | typeof TYPE_COSIGNATURE): VerifierKey {
  const key = parseVerifierKey(text)
  const { name, publicKey } = key
  if (key.type === type && publicKey.length === 32) return key
  throw new LedgerError('key_invalid', {
    en: `the key of "${name}" is of type ${key.type} with ${publicKey.length} bytes; one of type ${type} with 32 bytes (Ed25519) is needed here`,
    zh: `“${name}”的密钥类型为 ${key.type}，长 ${publicKey.length} 字节；此处需类型 ${type}、32 字节（Ed25519）`,
  })
}

/** Parts as one in base64; the platform's own way, where it has a quicker one. */
type ToBase64 = (...parts: Uint8Array[]) => string
const PLAIN: ToBase64 = (...parts) => encodeBase64(concat(...parts))

export function formatNote({ text, signatures }: Note, toBase64: ToBase64 = PLAIN): string {
  return `${text}
${formatSignatures(signatures, toBase64)}`
}

/** The lines alone, each with its end: what stands below a note's blank line, and what a witness answers. */
export function formatSignatures(signatures: readonly NoteSignature[], toBase64: ToBase64 = PLAIN): string {
  return signatures
    .map(
      ({ name, id, signature }) => `— ${name} ${toBase64(id, signature)}
`,
    )
    .join('')
}

const malformed = because('note_malformed', { en: 'Not a signed note', zh: '不是签名文本（signed note）' })

export function parseNote(note: string): Note {
  if (note.length > MAX_NOTE_BYTES)
    throw malformed({ en: `it is ${note.length} characters long`, zh: `长达 ${note.length} 个字符` })
  if (FORBIDDEN.test(note)) throw malformed({ en: 'it has a control character', zh: '含有控制字符' })
  const split = note.lastIndexOf('\n\n')
  if (split < 0 || !note.endsWith('\n'))
    throw malformed({ en: 'its signatures are not lines behind a blank one', zh: '签名不是空行之后各自成行' })
  const lines = note.slice(split + 2, -1).split('\n')
  if (lines.length > MAX_SIGNATURES)
    throw malformed({ en: `it has ${lines.length} signatures`, zh: `有 ${lines.length} 个签名` })
  const signatures = lines.map(line => {
    const [, name = '', base64 = ''] = SIGNATURE_LINE.exec(line) ?? []
    const bytes = decodeBase64(base64)
    if (bytes === undefined || bytes.length < 5 || !NAME.test(name)) {
      throw malformed({ en: `"${line.slice(0, 80)}" is no signature line`, zh: `“${line.slice(0, 80)}”不是签名行` })
    }
    return { name, id: bytes.subarray(0, 4), signature: bytes.subarray(4) }
  })
  return { text: note.slice(0, split + 1), signatures }
}

/** Name and ID together are what names a key in a note (signed-note). */
export function isSameKey(a: Pick<NoteSignature, 'name' | 'id'>, b: Pick<NoteSignature, 'name' | 'id'>): boolean {
  return a.name === b.name && equal(a.id, b.id)
}

/**
 * The signatures of this note by the given keys. Unknown keys are passed over, as the specification says; a known name
 * and ID with a signature that does not verify rejects the whole note.
 */
export function checkNote(note: Note, keys: readonly VerifierKey[]): CheckedSignature[] {
  const checked: CheckedSignature[] = []
  for (const line of note.signatures) {
    const key = keys.find(key => isSameKey(key, line))
    if (key === undefined || checked.some(other => other.key === key)) continue
    const time = checkSignature(note.text, key, line.signature)
    checked.push(time === undefined ? { key } : { key, time })
  }
  return checked
}

function checkSignature(text: string, key: VerifierKey, signature: Uint8Array): number | undefined {
  const [message, bare, time] = signedMessage(text, key, signature)
  if (bare.length === 64 && verifyEd25519(bare, message, key.publicKey)) return time
  throw new LedgerError('signature_invalid', {
    en: `The signature of "${key.name}" does not fit the note: its text, or the signature, was changed.`,
    zh: `“${key.name}”的签名与文本不符：文本或签名被改动过。`,
  })
}

function signedMessage(
  text: string,
  { name, type }: VerifierKey,
  signature: Uint8Array,
): [Uint8Array, Uint8Array, number | undefined] {
  const { length } = signature
  if (type === TYPE_ED25519) return [utf8(text), signature, undefined]
  if (type === TYPE_COSIGNATURE && length === 72) {
    const time = Number(new DataView(signature.buffer, signature.byteOffset).getBigUint64(0))
    return [cosignedMessage(text, time), signature.subarray(8), time]
  }
  throw new LedgerError('signature_type_unknown', {
    en: `The key of "${name}" is of type ${type} and its signature of ${length} bytes; this verifier knows Ed25519 (1) and cosignature/v1 (4).`,
    zh: `“${name}”的密钥类型为 ${type}，签名有 ${length} 字节；本核实程序只认 Ed25519（1）和 cosignature/v1（4）。`,
  })
}

/** What a cosigner signs at `time`, in seconds (C2SP tlog-cosignature). `encode`: as of `encodeEntry`. */
export function cosignedMessage(text: string, time: number, encode: (text: string) => Uint8Array = utf8): Uint8Array {
  return encode(`cosignature/v1\ntime ${time}\n${text}`)
}
