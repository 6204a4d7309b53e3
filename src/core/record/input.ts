// One submitted line, well-formed: its fields as those of an entry, but for the time, which may have any offset, and the
// sealed part, which comes in clear with a signed line's salt.

import { type Reader, text } from '../reader.ts'
import { OPTIONAL, ORGANISATION, REQUIRED } from './fields.ts'
import { invalidField, readFields } from './line-fields.ts'
import { requireLink, requireSalt } from './link.ts'
import { readSealed } from './sealed.ts'
import { PATTERNS, type RecordInput } from './shape.ts'
import { parseTime } from './time.ts'

const anyTime: Reader<string> = (value, at) => {
  if (typeof value === 'string') return parseTime(value)
  throw invalidField(at, { en: 'an RFC 3339 time in a string', zh: '字符串形式的 RFC 3339 时间' }, value)
}

const READERS = new Map<string, Reader<RecordInput[keyof RecordInput]>>(
  Object.entries({
    ...REQUIRED,
    ...OPTIONAL,
    provider: ORGANISATION,
    salt: text(PATTERNS.hash, { en: '32 bytes in base64', zh: '32 字节的 base64' }),
    sealed: readSealed,
    time: anyTime,
  }),
)
const NEEDED = Object.keys(REQUIRED) as (keyof RecordInput)[]

/**
 * The trusted form of one submitted object. Throws `not_an_object`, `unknown_field`, `missing_field`, `invalid_field`,
 * `invalid_time`, `invalid_link` or `sealed_too_long`, naming field, value (never one of the sealed part) and the next step.
 */
export function parseRecordInput(value: unknown): RecordInput {
  const input = readFields<RecordInput>(value, READERS, NEEDED, 'the record')
  requireLink(input)
  requireSalt(input)
  return input
}
