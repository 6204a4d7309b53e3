// Evidence: one self-contained file that answers one question (docs/evidence.md has the format byte for byte). It holds
// the rows with their proof, the signed checkpoint they lie under, the event that anchored it, and the contract events
// that the rows are judged by. Here is its shape, and what its author signs; making is src/evidence.ts, checking is
// src/verify.
//
// There is no field that a verifier passes over: what cannot be checked against the log, the chain or the trust file is
// at least covered by the signature, so that whoever shortens or re-frames an answer has to be its author.

import { JUDGEMENTS, type Judgement } from './authority.ts'
import { because, LedgerError } from './error.ts'
import { BLOCKS, CHAIN, EVENT, EVENTS, HASH, OFFLINE } from './evidence-chain.ts'
import { COMPLETE } from './evidence-complete.ts'
import type { Dimension, Question } from './question.ts'
import { anyText, flag, isObject, list, object, oneOf, type Read, type Reader, text, wholeNumber } from './reader.ts'
import { OPTIONAL, ORGANISATION, REQUIRED as REQUIRED_FIELDS } from './record/fields.ts'
import { formatTime, readTime, TIME } from './record.ts'
import { DOES_NOT_PROVE, readEvidence, SIGNATURE, signedFileText } from './signed-file.ts'
import type { UsageTotals } from './usage.ts'
import type { Words } from './words.ts'

export const EVIDENCE_FORMAT = 'suyuan-evidence/v3'
const OTHER_FORMAT: Words = {
  en: `and this verifier reads ${EVIDENCE_FORMAT}; ask the author of an older one for it again, and for a newer one get a newer verifier`,
  zh: `而本核实程序读取的是 ${EVIDENCE_FORMAT}；较旧的请向出具者重新索取，较新的请换用较新的核实程序`,
}
/** Rows that one file may hold. */
export const MAX_EVIDENCE_ROWS = 10_000

const NOT_COMPLETE: Words = {
  zh: '本文件证明所列记录确在日志中，但所问没有指明任何一个值，因此不证明没有遗漏其他记录；若有遗漏，答复方的签名使其须为此负责。',
  en: 'That no row was left out: no value was asked for, only a time. Each row shown is in the log; whether more rows fit the question, only the signer of this answer vouches for.',
}
const BY_THE_INDEX: Words = {
  zh: '没有遗漏，是按与日志一同存证的索引而言；索引是否如实由日志得出，要由监测者重新推导才能确认。若索引有假，运营方须对其存证负责。',
  en: 'That the index is the log’s own. Nothing was left out by the index that was anchored together with the log; whether that index was truly made from the log, those find out who derive it again. Its anchor makes the operator answerable for it.',
}
const NEVER_PROVEN: readonly Words[] = [
  {
    zh: '不证明平台把每次访问都写入了日志；从未写入日志的访问，本文件无从知晓。',
    en: 'That the platform logged every access. An access that was never logged leaves no trace here.',
  },
  {
    zh: '记录的内容（时间、数量、人员假名、用途）是来源方的陈述；本文件证明其自入账后未被更改，不证明其当时属实。',
    en: 'That what a record says is true. Time, amounts, person and purpose are the word of its source; proven is that nobody changed them since.',
  },
]

/** What such evidence does not prove, in every file word for word: a file that says less was changed. */
export function listUnproven({ complete }: { readonly complete?: unknown }): readonly Words[] {
  return [complete === undefined ? NOT_COMPLETE : BY_THE_INDEX, ...NEVER_PROVEN]
}

// ——— The shape ———

/** Each as records have it: that nobody took what nobody can write proves nothing, and would be read as something. */
const VALUES = {
  resource: REQUIRED_FIELDS.resource,
  provider: ORGANISATION,
  consumer: ORGANISATION,
  actor: OPTIONAL.actor,
  purpose: OPTIONAL.purpose,
  grant: text(/^[1-9][0-9]{0,15}$/, { en: 'the number of a grant', zh: '授权编号' }),
  source: REQUIRED_FIELDS.source,
} satisfies Record<Dimension, Reader<string>>

const QUESTION = object(
  {
    where: object({}, VALUES),
  },
  { from: TIME, to: TIME },
)

const SUMS = { records: wholeNumber(), bytes: wholeNumber(), rows: wholeNumber(), outside: wholeNumber() }
const TOTALS: Reader<UsageTotals> = object({
  ...SUMS,
  groups: list(
    object(
      {
        consumer: ORGANISATION,
        ...SUMS,
        first: TIME,
        last: TIME,
      },
      { purpose: OPTIONAL.purpose },
    ),
    MAX_EVIDENCE_ROWS,
  ),
})

const REQUIRED = {
  format: oneOf([EVIDENCE_FORMAT]),
  question: QUESTION,
  /** When it was answered, by the author's clock. */
  asked: TIME,
  /** Rows the author was asked for at most, and whether more were left out because of it: then these are the newest. */
  limit: wholeNumber(1),
  more: flag,
  log: object({
    checkpoint: anyText(100_000),
    /** Of the records shown, strictly ascending: the rows, and whatever `complete` shows besides. */
    indices: list(wholeNumber(), MAX_EVIDENCE_ROWS),
    /** The canonical text of each record. */
    entries: list(anyText(65_535), MAX_EVIDENCE_ROWS),
    /** The leaf hash of each record: redundant, but by it a changed record can be named. */
    leaves: list(HASH, MAX_EVIDENCE_ROWS),
    /** One proof for all of them (`leavesNodes` in core/proof.ts). */
    proof: list(HASH, MAX_EVIDENCE_ROWS * 64),
  }),
  chain: CHAIN,
  blocks: BLOCKS,
  /** The event that anchored the checkpoint; where the file has `complete`, then the one that anchored the index log with it. */
  anchors: list(EVENT, 2),
  /** What the contracts say of the grants, organisations and resources in the rows, and of all that these hang on. */
  events: EVENTS,
  answer: object({
    /** Of each row, a record shown that fits the question, in the order of `log.indices`. */
    judgements: list(oneOf(Object.keys(JUDGEMENTS) as Judgement[]), MAX_EVIDENCE_ROWS),
    totals: TOTALS,
  }),
  doesNotProve: DOES_NOT_PROVE,
  /** A signed note by the author's key over `answerText`. */
  signature: SIGNATURE,
}
/** `complete` is there if the question names any value. */
const EVIDENCE = object(REQUIRED, { complete: COMPLETE, offline: OFFLINE })
export type Evidence = Read<typeof EVIDENCE>

/**
 * Reads a file. Throws `evidence_unreadable`, with the place, for whatever is not evidence of this version in exactly
 * this shape.
 */
export function parseEvidence(bytes: Uint8Array): Evidence {
  return readEvidence(bytes, read, unreadable)
}

function read(value: unknown): Evidence {
  requireFormat(value)
  return EVIDENCE(value, '')
}

function requireFormat(value: unknown): void {
  const { format } = isObject(value) ? value : {}
  if (format === EVIDENCE_FORMAT) return
  const named = typeof format === 'string' ? JSON.stringify(format.slice(0, 64)) : undefined
  throw new LedgerError('shape_invalid', {
    en: `it names ${named ?? 'no format'}, ${OTHER_FORMAT.en}`,
    zh: `写明的格式为 ${named ?? '（无）'}，${OTHER_FORMAT.zh}`,
  })
}

const unreadable = because('evidence_unreadable', {
  en: 'The file is not readable evidence',
  zh: '该文件不是可读的证据',
})

// ——— The question ———

type EvidenceQuestion = Evidence['question']

export function encodeQuestion({ where, from, to }: Question): EvidenceQuestion {
  return {
    where,
    ...(from === undefined ? {} : { from: formatTime(from) }),
    ...(to === undefined ? {} : { to: formatTime(to) }),
  }
}

export function decodeQuestion({ where, from, to }: EvidenceQuestion): Question {
  return {
    where,
    ...(from === undefined ? {} : { from: readTime(from) }),
    ...(to === undefined ? {} : { to: readTime(to) }),
  }
}

// ——— What the author signs ———

/** First line of the signed text, which no checkpoint has: a signature of one can never pass for the other. */
const ANSWER_LABEL = 'suyuan-answer/v1'

/** The key that signs the answers of a log is named after it. */
export function answerKeyName(origin: string): string {
  return `${origin}/answers`
}

/** What the author signs. */
export function answerText(origin: string, evidence: object): string {
  return signedFileText(ANSWER_LABEL, origin, evidence)
}
