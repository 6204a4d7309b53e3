// One line → record → entry: what every line means, told once. A line that is not right throws what is wrong with it.

import { decodeBase64 } from '../core/bytes.ts'
import { LedgerError } from '../core/error.ts'
import { decodeUtf8, MAX_JSON_DEPTH, parseStrict } from '../core/json.ts'
import {
  type AccessRecord,
  type CompleteRecord,
  completeRecord,
  encodeEntry,
  FILLABLE,
  parseRecordInput,
  type RecordInput,
  readSealed,
  resolveActor,
} from '../core/record.ts'
import { isSigned } from '../core/source-link.ts'
import { type LineContext, type LineLink, type LineSources, MAX_LINE_BYTES } from './reader.ts'

export interface AcceptedLine {
  readonly record: AccessRecord
  readonly entry: Uint8Array
  /** Its sealed part with its salt, for `Vault.encrypt`. */
  readonly secret: Uint8Array | undefined
  /** Where its source signed it. */
  readonly link: LineLink | undefined
}

/** Reads a line without its line end. `now`: ms since 1970. Throws a LedgerError for a line that is not taken. */
export function readLine(line: Uint8Array, { registry, vault, sources }: LineContext, now: number): AcceptedLine {
  if (line.length > MAX_LINE_BYTES) throw tooLong(line.length)
  if (line.length === 0)
    throw new LedgerError('line_empty', { en: 'The line is empty; leave it out.', zh: '该行为空；请去掉。' })
  const input = parseRecordInput(parseStrict(decodeUtf8(line)))
  const { sealed, salt, actor: _, ...open } = input
  const actor = resolveActor(input, person => vault.pseudonymOf(person))
  const complete = completeRecord(actor === undefined ? open : { ...open, actor }, registry, now)
  const { digest, secret } =
    sealed === undefined ? NO_SECRET : vault.commit(sealed, salt === undefined ? undefined : decodeBase64(salt))
  const record = { ...complete, ...filledIn(input, complete), ...(digest === undefined ? {} : { sealed: digest }) }
  const link = requireRightlySigned(record, sources)
  return { record, entry: encodeEntry(record, encode), secret, link }
}

const NO_SECRET = { digest: undefined, secret: undefined }

/** What a signature does not cover, because the source did not say it. */
function filledIn(input: RecordInput, record: CompleteRecord): Pick<AccessRecord, 'filled'> {
  if (!isSigned(input)) return {}
  const filled = FILLABLE.filter(field => record[field] !== undefined && input[field] === undefined)
  return filled.length === 0 ? {} : { filled: filled.join(' ') }
}

/** @throws LedgerError `source_unsigned`, `source_key_unknown`, `source_key_retired`, `signature_invalid` */
function requireRightlySigned(record: AccessRecord, sources: LineSources = NO_SOURCES): LineLink | undefined {
  if (isSigned(record)) return sources.requireSignature(record)
  if (!sources.strict.has(record.source)) return undefined
  throw new LedgerError('source_unsigned', {
    en: `source ${record.source} signs its lines, and this one is not signed; sign it (suyuan ingest --source-key FILE), or have the setting changed (suyuan source add --unsigned taken)`,
    zh: `来源 ${record.source} 对其各行签名，而该行没有签名；请签名（suyuan ingest --source-key 文件），或更改设置（suyuan source add --unsigned taken）`,
  })
}

const NO_SOURCES: LineSources = {
  strict: new Set(),
  requireSignature: ({ source }) => {
    throw keyUnknown(source)
  },
}

export function keyUnknown(source: string): LedgerError {
  return new LedgerError('source_key_unknown', {
    en: `the line is signed by a key that is not registered for source ${source}; register it (suyuan source add VKEY), then send the line again`,
    zh: `该行的签名密钥没有登记在来源 ${source} 名下；请先登记（suyuan source add 公钥），再重发该行`,
  })
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
