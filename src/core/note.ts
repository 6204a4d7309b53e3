// C2SP signed-note: a text, a blank line, and signature lines `— <name> base64(keyID ‖ signature)`.

import { concat, decodeBase64, encodeBase64, equal, toHex, utf8 } from './bytes.ts'
import { verifyEd25519 } from './ed25519.ts'
import { LedgerError } from './error.ts'
import { sha256 } from './hash.ts'
import type { Words } from './words.ts'

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
const SIGNATURE_LINE = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/u

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
  return { name, id: keyId(name, type, publicKey), type, publicKey: Uint8Array.from(publicKey) }
}

/** Reads a vkey, and recomputes its ID: a key whose parts do not belong together is refused. */
export function parseVerifierKey(text: string): VerifierKey {
  const match = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/u.exec(text)
  const bytes = match === null ? undefined : decodeBase64(match[3]!)
  if (match === null || bytes === undefined || bytes.length < 2) {
    throw new LedgerError('key_invalid', {
      en: `"${text}" is not a verification key of the form name+8 hex digits+base64.`,
      zh: `“${text}”不是“名称+8 位十六进制+base64”形式的验签公钥。`,
    })
  }
  const key = makeVerifierKey(match[1]!, bytes[0]!, bytes.subarray(1))
  if (toHex(key.id) !== match[2]) {
    throw new LedgerError('key_invalid', {
      en: `The key of "${key.name}" states ID ${match[2]} but its bytes make ${toHex(key.id)}; copy the whole key again.`,
      zh: `“${key.name}”的密钥写明编号 ${match[2]}，而其字节得出 ${toHex(key.id)}；请重新完整复制该密钥。`,
    })
  }
  return key
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

export function parseNote(note: string): Note {
  const refuse = (why: Words): LedgerError =>
    new LedgerError('note_malformed', {
      en: `Not a signed note: ${why.en}.`,
      zh: `不是签名文本（signed note）：${why.zh}。`,
    })
  if (note.length > MAX_NOTE_BYTES)
    throw refuse({ en: `it is ${note.length} characters long`, zh: `长达 ${note.length} 个字符` })
  if (FORBIDDEN.test(note)) throw refuse({ en: 'it has a control character', zh: '含有控制字符' })
  const split = note.lastIndexOf('\n\n')
  if (split < 0) throw refuse({ en: 'no blank line stands before its signatures', zh: '签名之前没有空行' })
  if (!note.endsWith('\n')) throw refuse({ en: 'its last line has no end', zh: '最后一行没有结束' })
  const lines = note.slice(split + 2, -1).split('\n')
  if (lines.length > MAX_SIGNATURES)
    throw refuse({ en: `it has ${lines.length} signatures`, zh: `有 ${lines.length} 个签名` })
  const signatures = lines.map(line => {
    const match = SIGNATURE_LINE.exec(line)
    const bytes = match === null ? undefined : decodeBase64(match[2]!)
    if (match === null || bytes === undefined || bytes.length < 5 || !NAME.test(match[1]!)) {
      throw refuse({ en: `"${line.slice(0, 80)}" is no signature line`, zh: `“${line.slice(0, 80)}”不是签名行` })
    }
    return { name: match[1]!, id: bytes.subarray(0, 4), signature: bytes.subarray(4) }
  })
  return { text: note.slice(0, split + 1), signatures }
}

/**
 * The signatures of this note by the given keys. Unknown keys are passed over, as the specification says; a known name
 * and ID with a signature that does not verify rejects the whole note.
 */
export function checkNote(note: Note, keys: readonly VerifierKey[]): CheckedSignature[] {
  const checked: CheckedSignature[] = []
  for (const { name, id, signature } of note.signatures) {
    const key = keys.find(key => key.name === name && equal(key.id, id))
    if (key === undefined || checked.some(other => other.key === key)) continue
    const time = checkSignature(note.text, key, signature)
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
  key: VerifierKey,
  signature: Uint8Array,
): [Uint8Array, Uint8Array, number | undefined] {
  if (key.type === TYPE_ED25519) return [utf8(text), signature, undefined]
  if (key.type === TYPE_COSIGNATURE && signature.length === 72) {
    const time = Number(new DataView(signature.buffer, signature.byteOffset).getBigUint64(0))
    return [cosignedMessage(text, time), signature.subarray(8), time]
  }
  throw new LedgerError('signature_type_unknown', {
    en: `The key of "${key.name}" is of type 0x${key.type.toString(16)} and its signature of ${signature.length} bytes; this verifier knows Ed25519 (01) and cosignature/v1 (04).`,
    zh: `“${key.name}”的密钥类型为 0x${key.type.toString(16)}，签名有 ${signature.length} 字节；本核实程序只认 Ed25519（01）和 cosignature/v1（04）。`,
  })
}

/** What a cosigner signs at `time`, in seconds (C2SP tlog-cosignature). `encode`: as of `encodeEntry`. */
export function cosignedMessage(text: string, time: number, encode: (text: string) => Uint8Array = utf8): Uint8Array {
  return encode(`cosignature/v1\ntime ${time}\n${text}`)
}
