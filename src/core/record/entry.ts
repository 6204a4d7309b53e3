// The log entry of a record: its canonical JSON (RFC 8785) in UTF-8. Equal records have equal bytes, hence equal leaves;
// a verifier accepts no other bytes, so an operator has no freedom to hide anything in spelling.

import { utf8 } from '../bytes.ts'
import { because, LedgerError } from '../error.ts'
import { decodeUtf8, parseStrict } from '../json.ts'
import { isObject, object } from '../reader.ts'
import { KINDS } from './fields.ts'
import { requireFilledIn, requireLink } from './link.ts'
import { type AccessRecord, ERASURE, type LogRecord, MAX_ENTRY_BYTES, REGISTER_KEY, RETIRE_KEY } from './shape.ts'

// Every field in the order RFC 8785 asks for, with what stands before its value. The first, action, is never absent.
const FIELDS = [...new Set(Object.values(KINDS).flatMap(kind => kind.flatMap(fields => Object.keys(fields))))]
  .sort()
  .map((key, index) => {
    return { key: key as keyof LogRecord, label: `${index === 0 ? '{' : ','}"${key}":` }
  })
const NEEDS_NO_ESCAPE = /^[ !#-[\]-~]*$/

/**
 * The entry's bytes. Throws `entry_too_long` above 65,535 (no record that passed its patterns comes near). `encode`: the
 * platform's own way to UTF-8, where it has a quicker one.
 */
export function encodeEntry(record: LogRecord, encode: (text: string) => Uint8Array = utf8): Uint8Array {
  const bytes = encode(canonicalText(record))
  if (bytes.length > MAX_ENTRY_BYTES) {
    throw new LedgerError('entry_too_long', {
      en: `the record has ${bytes.length} bytes, more than the ${MAX_ENTRY_BYTES} that a log entry may have; put detail into the sealed part`,
      zh: `记录有 ${bytes.length} 字节，超过日志条目允许的 ${MAX_ENTRY_BYTES} 字节；请把细节放入密封部分`,
    })
  }
  return bytes
}

// RFC 8785 asks for sorted keys, no spaces, and strings and numbers as JSON.stringify writes them; a flat object of known
// keys needs no library for that, and this is several times faster than one.
/** Its canonical JSON. */
export function canonicalText(record: LogRecord): string {
  let json = ''
  for (const { key, label } of FIELDS) {
    const value: unknown = record[key]
    if (value === undefined) continue
    // The types forbid it; but an entry is public for ever, so a sealed part in clear is worth a second look.
    if (typeof value === 'object') throw new Error('an entry holds the digest of the sealed part, not the part')
    if (typeof value === 'string' && NEEDS_NO_ESCAPE.test(value)) json += `${label}"${value}"`
    else json += label + (typeof value === 'number' ? value : JSON.stringify(value))
  }
  return `${json}}`
}

/** The record of an entry. Throws `invalid_entry` for anything but the exact canonical bytes of a valid record. */
export function decodeEntry(bytes: Uint8Array): LogRecord {
  let text: string
  let record: LogRecord
  try {
    text = decodeUtf8(bytes)
    record = readRecord(parseStrict(text))
  } catch (cause) {
    if (!(cause instanceof LedgerError)) throw cause
    throw noRecord(cause.words, cause)
  }
  // Texts are compared, not bytes: read strictly, a text has one spelling in UTF-8.
  if (canonicalText(record) === text) return record
  throw noRecord({
    en: 'it reads, but is not in canonical form (RFC 8785)',
    zh: '可以读取，但不是规范形式（RFC 8785）',
  })
}

const noRecord = because('invalid_entry', { en: 'the entry is not a record', zh: '条目不是记录' })

const readAccess = object(...KINDS.access)
const readErasure = object(...KINDS.erasure)
const readTextErasure = object(...KINDS.textErasure)
const readKey = object(...KINDS.key)

function readRecord(value: unknown): LogRecord {
  const { action, erasesText } = isObject(value) ? value : {}
  if (action === ERASURE) return (erasesText === undefined ? readErasure : readTextErasure)(value, '')
  if (action === REGISTER_KEY || action === RETIRE_KEY) return readKey(value, '')
  const record = readAccess(value, '') as AccessRecord
  requireLink(record)
  requireFilledIn(record)
  return record
}
