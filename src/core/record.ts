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

export { completeRecord, type Registry } from './record/complete.ts'
export { canonicalText, decodeEntry, encodeEntry } from './record/entry.ts'
export { parseRecordInput } from './record/input.ts'
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
  fitsField,
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
export { formatSeconds, formatTime, parseTime, readTime, TIME } from './record/time.ts'
