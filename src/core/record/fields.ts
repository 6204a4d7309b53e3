// From an unknown object to known fields: one reader per field, nothing else let in. Both a submitted line and a stored
// entry are read with these, so they cannot come to mean different things.

import { LedgerError } from '../error.ts'
import type { Words } from '../words.ts'
import {
  ACTIONS,
  type AccessRecord,
  CHANNELS,
  ERASURE,
  ERASURE_SOURCE,
  type ErasureRecord,
  FILLABLE,
  KEYS_SOURCE,
  type KeyRecord,
  MAX_AMOUNT,
  MAX_INTERVAL,
  PATTERNS,
  REFUSED,
  REGISTER_KEY,
  RETIRE_KEY,
  type RecordInput,
  STATUSES,
} from './shape.ts'
import { parseTime } from './time.ts'

/** Gives back the value if it may stand in the field, else throws. */
export type Reader<T> = (value: unknown, field: string) => T
export type Readers<T> = ReadonlyMap<string, Reader<T[keyof T]>>

// What a message must not repeat: a wrong `actor` is most likely a person's name, and so may be anything in `sealed`.
const SECRET_FIELDS: ReadonlySet<string> = new Set(['actor', 'salt', 'sealed'])

const ORGANISATION: Words = {
  en: 'an organisation code of 1 to 64 of 0-9 A-Z a-z . _ : / -',
  zh: '机构代码（1 至 64 个 0-9 A-Z a-z . _ : / - 字符）',
}
const readCount = wholeNumber(0)
const readAmount = wholeNumber(0, MAX_AMOUNT)

const SIGNATURE = matching(PATTERNS.signature, {
  en: 'a key ID and an Ed25519 signature, 68 bytes in base64',
  zh: '密钥编号与 Ed25519 签名（68 字节的 base64）',
})

/** The readers of the fields that a submitted line and an entry have in common, sorted by name. */
const COMMON = {
  action: oneOf(ACTIONS),
  actor: matching(PATTERNS.actor, {
    en: 'a pseudonym of 32 lower-case hex digits; send the person as sealed.person',
    zh: '32 位小写十六进制的假名；本人请写入 sealed.person',
  }),
  bytes: readAmount,
  channel: oneOf(CHANNELS),
  consumer: matching(PATTERNS.organisation, ORGANISATION),
  grant: wholeNumber(1),
  previous: matching(PATTERNS.hash, {
    en: 'the hash of the link before it, 32 bytes in base64',
    zh: '上一条链节的哈希（32 字节的 base64）',
  }),
  provider: matching(PATTERNS.organisation, ORGANISATION),
  purpose: matching(PATTERNS.purpose, {
    en: 'a purpose code of 1 to 32 of A-Z a-z 0-9 . _ : -',
    zh: '用途代码（1 至 32 个 A-Z a-z 0-9 . _ : - 字符）',
  }),
  resource: matching(PATTERNS.resource, {
    en: 'a catalogue code of 1 to 64 printable ASCII characters without spaces',
    zh: '目录代码（1 至 64 个可见 ASCII 字符，不含空格）',
  }),
  rows: readAmount,
  seq: readCount,
  signature: SIGNATURE,
  source: matching(PATTERNS.source, {
    en: 'a source name of 1 to 64 of 0-9 A-Z a-z . _ : / -',
    zh: '来源名称（1 至 64 个 0-9 A-Z a-z . _ : / - 字符）',
  }),
  status: oneOf(STATUSES),
  time: readTimeField,
  transaction: matching(PATTERNS.transaction, {
    en: 'an id of 1 to 128 printable ASCII characters without spaces',
    zh: '编号（1 至 128 个可见 ASCII 字符，不含空格）',
  }),
} as const

const SEALED_DIGEST = matching(PATTERNS.sealed, {
  en: 'a SHA-256 digest of 64 lower-case hex digits',
  zh: '64 位小写十六进制的 SHA-256 摘要',
})
const REQUIRED = ['time', 'action', 'resource', 'consumer', 'source', 'status'] as const

/** The readers of a submitted line, given the reader of its sealed part. */
export function inputReaders(readSealed: Reader<RecordInput['sealed']>): Readers<RecordInput> {
  return new Map<string, Reader<RecordInput[keyof RecordInput]>>([
    ...Object.entries(COMMON),
    ['salt', matching(PATTERNS.hash, { en: '32 bytes in base64', zh: '32 字节的 base64' })],
    ['sealed', readSealed],
  ])
}
export const REQUIRED_OF_INPUT: readonly (keyof RecordInput)[] = REQUIRED

/** Every choice of what may be filled in, each in its one spelling. */
const FILLED = Array.from({ length: 2 ** FILLABLE.length - 1 }, (_, k) =>
  FILLABLE.filter((_, bit) => ((k + 1) & (1 << bit)) !== 0).join(' '),
)

export const ENTRY_READERS: Readers<AccessRecord> = new Map<string, Reader<AccessRecord[keyof AccessRecord]>>([
  ...Object.entries(COMMON),
  ['filled', oneOf(FILLED)],
  ['sealed', SEALED_DIGEST],
])
export const REQUIRED_OF_ENTRY: readonly (keyof AccessRecord)[] = [...REQUIRED, 'provider']

const { actor, provider, resource, time } = COMMON
const OF_EVERY_ERASURE = {
  action: oneOf([ERASURE]),
  actor,
  basis: matching(PATTERNS.basis, {
    en: 'a legal basis of 1 to 64 of A-Z a-z 0-9 . _ : / ( ) -, such as PIPL-47',
    zh: '法律依据代码（1 至 64 个 A-Z a-z 0-9 . _ : / ( ) - 字符），如 PIPL-47',
  }),
  sealed: SEALED_DIGEST,
  source: oneOf([ERASURE_SOURCE]),
  time,
} as const
const NEEDED_BY_EVERY_ERASURE = ['action', 'basis', 'source', 'time'] as const
type ErasureReader = Reader<ErasureRecord[keyof ErasureRecord]>

/** Of the erasure of a record's sealed part. */
export const ERASURE_READERS: Readers<ErasureRecord> = new Map<string, ErasureReader>(
  Object.entries({ ...OF_EVERY_ERASURE, erases: readCount, provider, resource }),
)
export const REQUIRED_OF_ERASURE: readonly (keyof ErasureRecord)[] = [...NEEDED_BY_EVERY_ERASURE, 'erases']

/** Of the erasure of a text. */
export const TEXT_ERASURE_READERS: Readers<ErasureRecord> = new Map<string, ErasureReader>(
  Object.entries({
    ...OF_EVERY_ERASURE,
    erasesText: matching(PATTERNS.textDigest, {
      en: 'a digest of 0x and 64 lower-case hex digits, as it stands on the chain',
      zh: '链上的摘要（0x 和 64 位小写十六进制）',
    }),
  }),
)
export const REQUIRED_OF_TEXT_ERASURE: readonly (keyof ErasureRecord)[] = [...NEEDED_BY_EVERY_ERASURE, 'erasesText']

/** Of a source's key. */
export const KEY_READERS: Readers<KeyRecord> = new Map<string, Reader<KeyRecord[keyof KeyRecord]>>(
  Object.entries({
    action: oneOf([REGISTER_KEY, RETIRE_KEY]),
    ends: readCount,
    endorsed: SIGNATURE,
    every: wholeNumber(1, MAX_INTERVAL),
    key: matching(PATTERNS.sourceKey, {
      en: 'a verification key of the form source+8 hex digits+base64',
      zh: '“来源+8 位十六进制+base64”形式的验签公钥',
    }),
    source: oneOf([KEYS_SOURCE]),
    time,
    unsigned: oneOf([REFUSED]),
  }),
)
export const REQUIRED_OF_KEY: readonly (keyof KeyRecord)[] = ['action', 'key', 'source', 'time']

/** What is read, as messages name it. */
const OBJECTS = { 'the record': '记录', 'the entry': '条目', sealed: '密封部分（sealed）' } as const

/**
 * Every field of an object, read. `what` names the object in messages. Throws `not_an_object`, `unknown_field`,
 * `missing_field`, or what a reader throws (`invalid_field`, `invalid_time`).
 */
export function readFields<T>(
  value: unknown,
  readers: Readers<T>,
  required: readonly (keyof T & string)[],
  what: keyof typeof OBJECTS,
): T {
  if (!isObject(value))
    throw new LedgerError('not_an_object', {
      en: `${what} is not a JSON object: send one object per line`,
      zh: `${OBJECTS[what]}不是 JSON 对象：每行一个对象`,
    })
  const fields: Record<string, unknown> = {}
  for (const key of Object.keys(value)) {
    const read = readers.get(key)
    if (read === undefined) {
      const name = SECRET_FIELDS.has(what) ? '' : ` ${show(key)}`
      const known = [...readers.keys()].sort().join(', ')
      throw new LedgerError('unknown_field', {
        en: `${what} has an unknown field${name}; the fields are ${known}`,
        zh: `${OBJECTS[what]}有未知的字段${name}；可用的字段为 ${known}`,
      })
    }
    fields[key] = read(value[key], key)
  }
  for (const key of required) {
    if (fields[key] === undefined)
      throw new LedgerError('missing_field', {
        en: `${what} has no field "${key}", which it needs`,
        zh: `${OBJECTS[what]}缺少必填字段“${key}”`,
      })
  }
  return fields as T
}

/** Whether a value from the registry may stand in an entry's field. */
export function fitsField(field: 'provider' | 'purpose', value: string): boolean {
  return (field === 'provider' ? PATTERNS.organisation : PATTERNS.purpose).test(value)
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function invalidField(field: string, value: unknown, wanted: Words): LedgerError {
  const shown = SECRET_FIELDS.has(field) ? '' : ` ${show(value)}`
  return new LedgerError('invalid_field', {
    en: `${field}${shown} is not ${wanted.en}`,
    zh: `${field} 的值${shown === '' ? '' : `${shown} `}不正确，应为${wanted.zh}`,
  })
}

function matching(pattern: RegExp, wanted: Words): Reader<string> {
  return (value, field) => {
    if (typeof value !== 'string' || !pattern.test(value)) throw invalidField(field, value, wanted)
    return value
  }
}

function oneOf<T extends string>(allowed: readonly T[]): Reader<T> {
  return (value, field) => {
    if (!allowed.includes(value as T))
      throw invalidField(field, value, { en: `one of ${allowed.join(', ')}`, zh: `下列之一：${allowed.join('、')}` })
    return value as T
  }
}

function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): Reader<number> {
  return (value, field) => {
    const number = value as number
    // -0 is refused because its canonical form is 0.
    if (!Number.isSafeInteger(value) || number < least || number > most || Object.is(value, -0)) {
      throw invalidField(field, value, {
        en: `a whole number from ${least} to ${most}; leave the field out if it is unknown`,
        zh: `${least} 至 ${most} 的整数；不知道的不写该字段`,
      })
    }
    return value as number
  }
}

function readTimeField(value: unknown, field: string): string {
  if (typeof value !== 'string')
    throw invalidField(field, value, { en: 'an RFC 3339 time in a string', zh: '字符串形式的 RFC 3339 时间' })
  return parseTime(value)
}

// A value for a message: short, on one line, and without control characters.
function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 64 ? `${value.slice(0, 64)}…` : value)
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value)
  return Array.isArray(value) ? '(an array)' : `(${typeof value})`
}
