// The sealed part of a record, and the two ways the public part points at it without showing it: a salted commitment,
// and a keyed pseudonym for the person.
//
// The salt makes a guess ("was it staff number 1024?") uncheckable for whoever holds only the log; when salt and sealed
// bytes are erased, nothing ties the digest to a person again, while entry and proofs stay as they were. The pseudonym
// is keyed for the same reason: without the key a list of staff cannot be hashed and compared.

import canonicalize from 'canonicalize'
import { concat, utf8 } from '../bytes.ts'
import { LedgerError } from '../error.ts'
import { sha256Hex } from '../hash.ts'
import { decodeUtf8, parseStrict } from '../json.ts'
import type { Reader } from '../reader.ts'
import { invalidField, readFields } from './line-fields.ts'
import { type Json, MAX_SEALED_BYTES, type RecordInput, type Sealed } from './shape.ts'

const COMMITMENT_LABEL = utf8('suyuan/sealed/v1\n')
const SALT_BYTES = 32
const MAX_PERSON_LENGTH = 256

/**
 * The canonical bytes of a sealed part, and the digest that its entry holds: SHA-256("suyuan/sealed/v1\n" ‖ salt ‖ bytes)
 * in hex. `salt` is 32 fresh random bytes; never use one twice, or equal sealed parts show as equal digests. Salt and
 * bytes are secret: encrypted at rest, and erasable. `encode`: as of `encodeEntry`.
 */
export function sealRecord(
  sealed: Sealed,
  salt: Uint8Array,
  encode: (text: string) => Uint8Array = utf8,
): { readonly digest: string; readonly bytes: Uint8Array } {
  if (salt.length !== SALT_BYTES) throw new Error(`a salt has ${SALT_BYTES} bytes, not ${salt.length}`)
  const bytes = encode(canonicalText(sealed))
  return { digest: commit(salt, bytes), bytes }
}

/** Whether salt and sealed bytes are what an entry's `sealed` digest commits to. */
export function checkSealed(digest: string, salt: Uint8Array, bytes: Uint8Array): boolean {
  return salt.length === SALT_BYTES && commit(salt, bytes) === digest
}

/**
 * The actor of a line: the pseudonym of its person, or else the pseudonym that it brings, if any. Throws
 * `actor_and_person` if the line has both: an answer that depended on whether they agree would let whoever may write
 * lines find out, guess by guess, who a pseudonym is.
 */
export function resolveActor(input: RecordInput, pseudonymOf: (person: string) => string): string | undefined {
  if (input.sealed?.person === undefined) return input.actor
  if (input.actor === undefined) return pseudonymOf(input.sealed.person)
  throw new LedgerError('actor_and_person', {
    en: 'the line has both actor and sealed.person; leave actor out, and it is derived',
    zh: '该行既有 actor 又有 sealed.person；请不写 actor，由账本推算',
  })
}

/** The canonical bytes (RFC 8785) of a sealed part. */
export function encodeSealed(part: Sealed): Uint8Array {
  return utf8(canonicalText(part))
}

// Without detail, a sealed part is two texts: their keys in order, written by JSON.stringify, are the canonical form. It
// is several times faster than the library, and nearly every sealed part is of this kind.
function canonicalText(part: Sealed): string {
  if (part.detail !== undefined) return canonicalize(part) ?? ''
  return JSON.stringify({ person: part.person, purposeText: part.purposeText })
}

/** The sealed part of canonical bytes. Throws `invalid_sealed` for any other bytes, so that one part has one digest. */
export function decodeSealed(bytes: Uint8Array): Sealed {
  try {
    const text = decodeUtf8(bytes)
    const part = readSealed(parseStrict(text))
    if (canonicalText(part) === text) return part
  } catch (cause) {
    if (!(cause instanceof LedgerError)) throw cause
    throw new LedgerError(
      'invalid_sealed',
      { en: `the sealed part does not read: ${cause.message}`, zh: `密封部分无法读取：${cause.words.zh}` },
      { cause },
    )
  }
  throw new LedgerError('invalid_sealed', {
    en: 'the sealed part is not in canonical form (RFC 8785)',
    zh: '密封部分不是规范形式（RFC 8785）',
  })
}

const SEALED_READERS = new Map<string, Reader<Sealed[keyof Sealed]>>([
  ['detail', readDetail],
  ['person', readPerson],
  ['purposeText', readPurposeText],
])

/** Reads the sealed part of a submitted line. Its messages never repeat a value. */
export function readSealed(value: unknown): Sealed {
  const part = readFields<Sealed>(value, SEALED_READERS, [], 'sealed')
  if (Object.keys(part).length === 0) {
    throw new LedgerError('missing_field', {
      en: 'sealed is empty: leave it out, or give person, purposeText or detail',
      zh: '密封部分（sealed）为空：请不写，或写明 person、purposeText 或 detail',
    })
  }
  const text = canonicalText(part)
  // A character has three bytes at most, two of them four: only a long text has to be counted.
  const size = text.length * 3 > MAX_SEALED_BYTES ? utf8(text).length : 0
  if (size > MAX_SEALED_BYTES) {
    throw new LedgerError('sealed_too_long', {
      en: `sealed has ${size} bytes, more than the ${MAX_SEALED_BYTES} allowed; keep bulk detail elsewhere and put its digest here`,
      zh: `密封部分（sealed）有 ${size} 字节，超过允许的 ${MAX_SEALED_BYTES} 字节；大量细节请另行保存，这里写其摘要`,
    })
  }
  return part
}

// Made once, as the inputs of hashLeaf and hashNode are; of the part, which is secret, nothing stays in it.
const committed = new Uint8Array(COMMITMENT_LABEL.length + SALT_BYTES + MAX_SEALED_BYTES)
committed.set(COMMITMENT_LABEL)

function commit(salt: Uint8Array, bytes: Uint8Array): string {
  const partAt = COMMITMENT_LABEL.length + SALT_BYTES
  const length = partAt + bytes.length
  if (length > committed.length) return sha256Hex(concat(COMMITMENT_LABEL, salt, bytes))
  committed.set(salt, COMMITMENT_LABEL.length)
  committed.set(bytes, partAt)
  const digest = sha256Hex(committed.subarray(0, length))
  committed.fill(0, COMMITMENT_LABEL.length, length)
  return digest
}

function readPerson(value: unknown): string {
  const fits = typeof value === 'string' && value.length >= 1 && value.length <= MAX_PERSON_LENGTH
  // Each spelling of a name is a pseudonym of its own, and a person's history would fall apart into several.
  if (!fits || /^\s|\s$|\p{Cc}/u.test(value) || !value.isWellFormed() || value !== value.normalize('NFC')) {
    throw invalidField('sealed', {
      en: `valid: person must be 1 to ${MAX_PERSON_LENGTH} characters in Unicode NFC, without control characters or spaces around it`,
      zh: ` 1 至 ${MAX_PERSON_LENGTH} 个字符的 person（Unicode NFC 形式，不含控制字符，首尾无空格）`,
    })
  }
  return value
}

function readPurposeText(value: unknown): string {
  if (typeof value !== 'string' || value === '' || !value.isWellFormed()) {
    throw invalidField('sealed', {
      en: 'valid: purposeText must be a text that is not empty',
      zh: '非空文本（purposeText）',
    })
  }
  return value
}

// The detail may come from a parser less strict than ours; what survives the canonical form and our own parser unchanged
// has exactly one meaning.
function readDetail(value: unknown): Json {
  try {
    const text = canonicalize(value)
    if (text !== undefined) return parseStrict(text) as Json
  } catch (cause) {
    throw new LedgerError(
      'invalid_field',
      {
        en: 'sealed is not valid: detail has no canonical JSON form',
        zh: '密封部分（sealed）不正确：detail 没有规范的 JSON 形式',
      },
      { cause },
    )
  }
  throw invalidField('sealed', { en: 'valid: detail must be JSON', zh: '有效的 JSON（detail）' })
}
