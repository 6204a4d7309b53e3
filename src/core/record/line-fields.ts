// A submitted line, field by field: nothing unknown gets in, and whoever ships it is told which field, which value (unless it
// may be a secret) and what would fit.

import { LedgerError } from '../error.ts'
import { isObject, type Reader, type Refuse } from '../reader.ts'

export type Readers<T> = ReadonlyMap<string, Reader<T[keyof T]>>

// What a message must not repeat: a wrong `actor` is most likely a person's name, and so may be anything in `sealed`.
const SECRET_FIELDS: ReadonlySet<string> = new Set(['actor', 'salt', 'sealed'])
/** What sources write as -1 or "-" where they do not know it. */
const COUNTS: ReadonlySet<string> = new Set(['bytes', 'grant', 'rows', 'seq'])

/** What is read, as messages name it. */
const OBJECTS = { 'the record': '记录', sealed: '密封部分（sealed）' } as const

/**
 * Every field of an object, read. `what` names the object in messages. Throws `not_an_object`, `unknown_field`,
 * `missing_field`, `invalid_field`, or what a reader throws by itself (`invalid_time`).
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
    fields[key] = read(value[key], key, invalidField)
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

export const invalidField: Refuse = (field, wanted, value) => {
  const shown = SECRET_FIELDS.has(field) ? '' : ` ${show(value)}`
  const [hint, hintZh] = COUNTS.has(field)
    ? ['; leave the field out if it is unknown', '；不知道的不写该字段']
    : ['', '']
  return new LedgerError('invalid_field', {
    en: `${field}${shown} is not ${wanted.en}${hint}`,
    zh: `${field} 的值${shown === '' ? '' : `${shown} `}不正确，应为${wanted.zh}${hintZh}`,
  })
}

// A value for a message: short, on one line, and without control characters.
function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 64 ? `${value.slice(0, 64)}…` : value)
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value)
  return Array.isArray(value) ? '(an array)' : `(${typeof value})`
}
