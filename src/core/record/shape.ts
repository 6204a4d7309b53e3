// The shape of an access record: what the log keeps of one use of data (DESIGN.md, "Records"). The public part,
// AccessRecord, is the log entry and can be read by whoever may read the log, for ever. The sealed part holds what may
// have to be erased (a person, a purpose in words, row-level detail); the entry only commits to it.
//
// The patterns are exported because the HTTP schemas and the documents state the same rules.

/** What was done with the data: looked at, taken away, or handed to another party. */
export const ACTIONS = ['read', 'download', 'share'] as const
export type Action = (typeof ACTIONS)[number]

/** The one act that is no access: the ledger destroyed the sealed part of a record. */
export const ERASURE = 'erase'
/** Every erasure names this source, which is how they are found. */
export const ERASURE_SOURCE = 'suyuan/erasure'

/** The other acts that are no access: a source's key was registered, or retired (docs/sources.md). */
export const REGISTER_KEY = 'register-key'
export const RETIRE_KEY = 'retire-key'
/** Every one of them names this source. */
export const KEYS_SOURCE = 'suyuan/source'
/** What becomes of a line that names the source of a key and is not signed, where it is not taken. */
export const REFUSED = 'refused'

/** What the ledger may fill in, and a source's signature then does not cover. */
export const FILLABLE = ['actor', 'provider', 'purpose'] as const

/** The four ways of sharing: 系统对接, 前置机, 联机查询, 批量下载; and 域内计算, where data is used without leaving. */
export const CHANNELS = ['system-interface', 'front-end-machine', 'online-query', 'bulk-download', 'in-place'] as const
export type Channel = (typeof CHANNELS)[number]

/** How the act ended: data was given, access was denied, or it failed for another reason. */
export const STATUSES = ['ok', 'denied', 'failed'] as const
export type Status = (typeof STATUSES)[number]

/** Of who ships lines, and of organisations. */
const CODE = /^[0-9A-Za-z._:/-]{1,64}$/

/** The form of each text field. All are ASCII, so that no two codes look alike and differ. */
export const PATTERNS = {
  /** A keyed pseudonym: 16 bytes in lower-case hex. */
  actor: /^[0-9a-f]{32}$/,
  /** An organisation's code: the unified social credit code, or another registered one. */
  organisation: CODE,
  /** A purpose code: a W3C DPV term or a local one, as the contracts take it in a bytes32. */
  purpose: /^[A-Za-z0-9._:-]{1,32}$/,
  /** A catalogue code: printable ASCII without spaces. */
  resource: /^[!-~]{1,64}$/,
  /** A SHA-256 digest in lower-case hex. */
  sealed: /^[0-9a-f]{64}$/,
  /** Who shipped the line. */
  source: CODE,
  /** Why a part was erased: the article of a law or of a rule, as a code. */
  basis: /^[A-Za-z0-9._:/()-]{1,64}$/,
  /** A source's verification key, as C2SP spells it: its name is the source's. */
  sourceKey: /^[0-9A-Za-z._:/-]{1,64}\+[0-9a-f]{8}\+[0-9A-Za-z+/]{44}$/,
  /** 32 bytes in base64, spelled in the one way there is. */
  hash: /^[0-9A-Za-z+/]{42}[AEIMQUYcgkosw048]=$/,
  /** A key ID of 4 bytes and an Ed25519 signature, in base64. */
  signature: /^[0-9A-Za-z+/]{90}[AEIMQUYcgkosw048]=$/,
  /** What stands on the chain for a text. */
  textDigest: /^0x[0-9a-f]{64}$/,
  /** The id that both sides of an exchange log. */
  transaction: /^[!-~]{1,128}$/,
  /** UTC with milliseconds, RFC 3339. The pattern alone does not check the calendar: parseTime does. */
  time: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/,
} as const

/** Whether a value from the registry may stand in an entry's field. */
export function fitsField(field: 'provider' | 'purpose', value: string): boolean {
  return (field === 'provider' ? PATTERNS.organisation : PATTERNS.purpose).test(value)
}

/** Bytes or rows of one access: a tebi, so that sums over many records stay exact. A larger transfer is several records. */
export const MAX_AMOUNT = 2 ** 40
/** A C2SP entry bundle gives a length two bytes. */
export const MAX_ENTRY_BYTES = 65_535
/** Canonical bytes of one sealed part. */
export const MAX_SEALED_BYTES = 16_384
/** How far ahead of the ledger's clock a line's time may be, ms: clocks differ, but a line cannot foretell. */
export const MAX_CLOCK_SKEW = 300_000
/** No platform's log is older; an earlier time is a clock that was never set. */
export const EARLIEST_TIME = '2000-01-01T00:00:00.000Z'
/** A source that ships once a year is silent after that; in seconds. */
export const MAX_INTERVAL = 366 * 86_400

/** The public part, canonical: optional fields are left out, never null. */
export interface AccessRecord {
  readonly action: Action
  /** The person, as a keyed pseudonym (`derivePseudonym`). */
  readonly actor?: string
  /** Bytes of data given. */
  readonly bytes?: number
  readonly channel?: Channel
  /** Code of the organisation that took the data. */
  readonly consumer: string
  /** In a signed record, the fields that the ledger filled in, by name with a space between. */
  readonly filled?: string
  /** Id of the grant in the AccessLedger contract that the access was made under. */
  readonly grant?: number
  /** Of a signed record but the first of its key: the hash of the link before it (`link.ts`). */
  readonly previous?: string
  /** Code of the organisation whose data it is. */
  readonly provider: string
  /** Purpose code; absent when none was declared. */
  readonly purpose?: string
  /** Catalogue code of the data. */
  readonly resource: string
  /** Rows of data given. */
  readonly rows?: number
  /** Digest of the sealed part (`sealRecord`); absent when there is none. */
  readonly sealed?: string
  /** The source's own sequence number: a hole shows a line that was not shipped. */
  readonly seq?: number
  /** The source's signature of all of it but this field, `filled`, and what that names: key ID and Ed25519, in base64. */
  readonly signature?: string
  readonly source: string
  readonly status: Status
  /** When the access happened, `YYYY-MM-DDTHH:mm:ss.sssZ`. */
  readonly time: string
  readonly transaction?: string
  // What only an erasure has, or a record of a key.
  readonly basis?: never
  readonly erases?: never
  readonly erasesText?: never
  readonly ends?: never
  readonly endorsed?: never
  readonly every?: never
  readonly key?: never
  readonly unsigned?: never
}

/**
 * The record of an erasure: that the sealed part of another record was destroyed, or the text behind a digest of an act.
 * Only the ledger itself logs one, when it does so (src/erasure.ts); no submitted line can be one. It is no access, so it
 * names no consumer, and no grant judges it.
 */
export interface ErasureRecord {
  readonly action: typeof ERASURE
  /** Who asked for it, as a keyed pseudonym. */
  readonly actor?: string
  readonly basis: string
  /** The leaf whose sealed part is no more, and what data that record was about, if it was about any. */
  readonly erases?: number
  readonly provider?: string
  readonly resource?: string
  /** Or the digest on the chain whose text is no more. */
  readonly erasesText?: string
  /** Digest of its own sealed part: who asked, and the reason in words. */
  readonly sealed?: string
  readonly source: typeof ERASURE_SOURCE
  readonly time: string
  // What only an access has, or a record of a key.
  readonly bytes?: never
  readonly channel?: never
  readonly consumer?: never
  readonly ends?: never
  readonly endorsed?: never
  readonly every?: never
  readonly filled?: never
  readonly grant?: never
  readonly key?: never
  readonly previous?: never
  readonly purpose?: never
  readonly rows?: never
  readonly seq?: never
  readonly signature?: never
  readonly status?: never
  readonly transaction?: never
  readonly unsigned?: never
}

/**
 * The record of a source's key: from here on it speaks for the source that it is named by, or no more. Only the ledger
 * logs one, when its operator says so (src/sources.ts): whoever follows the log sees each key that ever spoke for a source.
 * The newest of a key counts.
 */
export type KeyRecord = { readonly [F in Exclude<keyof AccessRecord | keyof ErasureRecord, KeyField>]?: never } & {
  readonly action: typeof REGISTER_KEY | typeof RETIRE_KEY
  /** As a signed text of the key that came before it: how many links that key made, and so how many must be there. */
  readonly ends?: number
  /** That key's signature of it (`endorsementText`). */
  readonly endorsed?: string
  /** The source ships at least once in so many seconds; when not, it is silent. */
  readonly every?: number
  /** C2SP verification key; its name is the source's. */
  readonly key: string
  readonly source: typeof KEYS_SOURCE
  readonly time: string
  /** Lines that name the source and are not signed are refused; where absent, they are taken. */
  readonly unsigned?: typeof REFUSED
}
type KeyField = 'action' | 'ends' | 'endorsed' | 'every' | 'key' | 'source' | 'time' | 'unsigned'

/** What a leaf of the log holds. */
export type LogRecord = AccessRecord | ErasureRecord | KeyRecord

export function isAccess(record: LogRecord): record is AccessRecord {
  return record.consumer !== undefined
}

export function isErasure(record: LogRecord): record is ErasureRecord {
  return record.action === ERASURE
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** What the entry commits to but does not show. At least one field. */
export interface Sealed {
  readonly detail?: Json
  /** The person as the source names them: an account, a staff number. NFC, since two spellings are two pseudonyms. */
  readonly person?: string
  readonly purposeText?: string
}

/** One submitted line, well-formed but not yet compared with the catalogue (`parseRecordInput`). */
export type RecordInput = Omit<AccessRecord, 'provider' | 'sealed' | 'filled'> & {
  readonly provider?: string
  readonly sealed?: Sealed
  /** Of a signed line with a sealed part: the source's own salt of it, 32 bytes in base64. Secret, like the part. */
  readonly salt?: string
}

/** The same without its sealed part: `sealed` may not even be present, so that it cannot slip into an entry in clear. */
export type PublicInput = Omit<RecordInput, 'sealed' | 'salt'> & { readonly sealed?: never; readonly salt?: never }

/** A record that agrees with the catalogue (`completeRecord`); its `sealed` digest is added last, if it has one. */
export type CompleteRecord = Omit<AccessRecord, 'sealed'> & { readonly sealed?: never }
