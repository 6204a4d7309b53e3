// One line → record → entry: what every line means, told once. A line that is not right throws what is wrong with it.

import { LedgerError } from '../core/error.ts'
import { decodeUtf8, MAX_JSON_DEPTH, parseStrict } from '../core/json.ts'
import {
  type AccessRecord,
  completeRecord,
  encodeEntry,
  parseRecordInput,
  readSealed,
  resolveActor,
} from '../core/record.ts'
import { type LineContext, MAX_LINE_BYTES } from './reader.ts'

export interface AcceptedLine {
  readonly record: AccessRecord
  readonly entry: Uint8Array
  /** Its sealed part with its salt, for `Vault.encrypt`. */
  readonly secret: Uint8Array | undefined
}

/** Reads a line without its line end. `now`: ms since 1970. Throws a LedgerError for a line that is not taken. */
export function readLine(line: Uint8Array, { registry, vault }: LineContext, now: number): AcceptedLine {
  if (line.length > MAX_LINE_BYTES) throw tooLong(line.length)
  if (line.length === 0)
    throw new LedgerError('line_empty', { en: 'The line is empty; leave it out.', zh: '该行为空；请去掉。' })
  const input = parseRecordInput(parseStrict(decodeUtf8(line)))
  const { sealed, actor: _, ...open } = input
  const actor = resolveActor(input, person => vault.pseudonymOf(person))
  const record = completeRecord(actor === undefined ? open : { ...open, actor }, registry, now)
  if (sealed === undefined) return { record, entry: encodeEntry(record, encode), secret: undefined }
  const { digest, secret } = vault.commit(sealed)
  const committed = { ...record, sealed: digest }
  return { record: committed, entry: encodeEntry(committed, encode), secret }
}

// Node's own: several times faster than TextEncoder for a text as short as an entry.
const encode = (text: string): Uint8Array => Buffer.from(text)

export function tooLong(bytes: number): LedgerError {
  return new LedgerError('line_too_long', {
    en: `The line has ${bytes} bytes; at most ${MAX_LINE_BYTES} are taken.`,
    zh: `该行有 ${bytes} 字节；最多接受 ${MAX_LINE_BYTES} 字节。`,
  })
}

export interface ReadSealedPart {
  /** The pseudonym of its person, if it names one. */
  readonly actor: string | undefined
  readonly digest: string
  /** For `Vault.encrypt`. */
  readonly secret: Uint8Array
}

/** The same for the sealed part alone, as it stands in its line. */
export function readSealedPart(text: Uint8Array, { vault }: LineContext): ReadSealedPart {
  const sealed = readSealed(parseStrict(decodeUtf8(text), { depth: MAX_JSON_DEPTH - 1 }))
  const actor = sealed.person === undefined ? undefined : vault.pseudonymOf(sealed.person)
  return { actor, ...vault.commit(sealed) }
}
