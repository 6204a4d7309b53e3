// The record: one use of data, from a submitted line to a log entry. In order of use:
//
//   parseRecordInput   unknown → RecordInput     the form of every field; nothing unknown gets in
//   resolveActor       → pseudonym               a person becomes a keyed pseudonym
//   sealRecord         → digest + secret bytes   what may have to be erased goes behind a salted digest
//   completeRecord     → CompleteRecord          agreement with catalogue, organisations and clock
//   encodeEntry        → bytes                   RFC 8785; the leaf of the log
//   decodeEntry        bytes → LogRecord         for verifiers: only the exact canonical bytes
//
// docs/records.md has the same as a table of fields and refusal codes.

import { inputReaders, REQUIRED_OF_INPUT, readFields } from './record/fields.ts'
import { requireLink, requireSalt } from './record/link.ts'
import { readSealed } from './record/sealed.ts'
import type { RecordInput } from './record/shape.ts'

export { completeRecord, type Registry } from './record/complete.ts'
export { canonicalText, decodeEntry, encodeEntry } from './record/entry.ts'
export { fitsField } from './record/fields.ts'
export {
  checkSealed,
  decodeSealed,
  encodeSealed,
  readSealed,
  resolveActor,
  sealRecord,
} from './record/sealed.ts'
export {
  ACTIONS,
  type AccessRecord,
  CHANNELS,
  type CompleteRecord,
  EARLIEST_TIME,
  ERASURE,
  ERASURE_SOURCE,
  type ErasureRecord,
  FILLABLE,
  isAccess,
  isErasure,
  KEYS_SOURCE,
  type KeyRecord,
  type LogRecord,
  MAX_AMOUNT,
  MAX_CLOCK_SKEW,
  MAX_ENTRY_BYTES,
  MAX_INTERVAL,
  MAX_SEALED_BYTES,
  PATTERNS,
  type PublicInput,
  REFUSED,
  REGISTER_KEY,
  RETIRE_KEY,
  type RecordInput,
  type Sealed,
  STATUSES,
  type Status,
} from './record/shape.ts'
export { formatTime, parseTime, readTime } from './record/time.ts'

const INPUT_READERS = inputReaders(readSealed)

/**
 * The trusted form of one submitted object. Throws `not_an_object`, `unknown_field`, `missing_field`, `invalid_field`,
 * `invalid_time`, `invalid_link` or `sealed_too_long`, naming field, value (never one of the sealed part) and the next step.
 */
export function parseRecordInput(value: unknown): RecordInput {
  const input = readFields<RecordInput>(value, INPUT_READERS, REQUIRED_OF_INPUT, 'the record')
  requireLink(input)
  requireSalt(input)
  return input
}
