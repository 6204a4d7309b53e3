// What the commands read of the service's answers (docs/api.md; the schemas are in src/http/schemas). Only what is shown
// is looked at, so that a newer service may say more.

import { JUDGEMENTS, type Judgement } from '../core/authority.ts'
import { anyText, dictionary, flag, list, oneOf, orNull, part, type Read, text, wholeNumber } from '../core/reader.ts'

const TEXT = anyText(100_000)
const COUNT = wholeNumber()
const MANY = 1_000_000
const AMOUNT = text(/^\d{1,78}$/u, { en: 'a number', zh: '数字' })

const PLACE = part({ transaction: TEXT, block: part({ number: COUNT, hash: TEXT }, { time: TEXT }) })

export const ANCHOR = part({
  size: COUNT,
  transaction: TEXT,
  block: part({ number: COUNT, hash: TEXT }, { time: TEXT }),
})
export type AnchorAnswer = Read<typeof ANCHOR>

export const RECEIPT = part({
  firstIndex: COUNT,
  count: COUNT,
  leaves: anyText(10_000_000),
  proof: list(TEXT, MANY),
  checkpoint: TEXT,
})
export type ReceiptAnswer = Read<typeof RECEIPT>

export const ERASED = part({ index: COUNT, receipt: RECEIPT })

export const INGESTED = part({
  lines: COUNT,
  accepted: COUNT,
  already: COUNT,
  refused: list(part({ line: wholeNumber(1), code: TEXT, message: TEXT }, { index: COUNT }), MANY),
  refusedCount: COUNT,
  receipts: list(RECEIPT, MANY),
  receiptsOmitted: list(part({ firstIndex: COUNT, count: COUNT }), MANY),
})
export type IngestAnswer = Read<typeof INGESTED>

export const REGISTERED = part({ index: COUNT, receipt: RECEIPT })

const RECORD_PLACE = part({ index: COUNT, time: TEXT })
export const SOURCES = part({
  size: COUNT,
  sources: list(
    part(
      {
        source: TEXT,
        strict: flag,
        unsigned: COUNT,
        keys: list(
          part(
            {
              vkey: TEXT,
              since: RECORD_PLACE,
              links: COUNT,
              next: COUNT,
              missing: COUNT,
              holes: list(part({ from: COUNT, to: COUNT }), MANY),
              lost: flag,
              faults: list(part({ kind: TEXT, seq: COUNT, index: COUNT }, { other: COUNT }), MANY),
            },
            { retired: RECORD_PLACE, follows: TEXT, ends: COUNT },
          ),
          MANY,
        ),
      },
      { every: COUNT, heard: TEXT, silentSince: TEXT },
    ),
    MANY,
  ),
})
export type SourcesAnswer = Read<typeof SOURCES>

const BY_SIDE = part({ client: COUNT, producer: COUNT })
export const MATCHED = part({
  size: COUNT,
  from: TEXT,
  to: TEXT,
  records: BY_SIDE,
  unnamed: BY_SIDE,
  matched: COUNT,
  waiting: COUNT,
  oneSidedCount: COUNT,
  contradictingCount: COUNT,
  oneSided: list(part({ side: oneOf(['client', 'producer']), transaction: TEXT, index: COUNT, time: TEXT }), MANY),
  contradicting: list(part({ transaction: TEXT, client: COUNT, producer: COUNT, differs: list(TEXT, MANY) }), MANY),
})

export const USAGE = part(
  {
    checkpoint: part({ size: COUNT }),
    anchor: orNull(ANCHOR),
    rows: list(
      part({
        index: COUNT,
        record: part(
          { time: TEXT },
          { resource: TEXT, consumer: TEXT, purpose: TEXT, grant: COUNT, bytes: COUNT, rows: COUNT },
        ),
        judgement: oneOf(Object.keys(JUDGEMENTS) as Judgement[]),
      }),
      MANY,
    ),
    names: part({
      organisations: dictionary(TEXT),
      resources: dictionary(TEXT),
      purposes: dictionary(part({ zh: TEXT, en: TEXT })),
    }),
  },
  {
    next: TEXT,
    totals: part(
      {
        groups: list(
          part({ consumer: TEXT, records: COUNT, bytes: COUNT, rows: COUNT, outside: COUNT }, { purpose: TEXT }),
          MANY,
        ),
      },
      { ungrouped: flag },
    ),
  },
)
export type UsageAnswer = Read<typeof USAGE>

const WORDS = part({ zh: TEXT, en: TEXT })
const BY = part({}, { organisation: TEXT, account: TEXT, relayer: TEXT })
const SIGNED = part({ transaction: TEXT, block: part({ number: COUNT, hash: TEXT }, { time: TEXT }) }, { by: BY })
const DUE = part({ time: TEXT, provisional: flag, overdue: flag, late: flag })
const GRANT = part(
  {
    id: COUNT,
    resource: TEXT,
    consumer: TEXT,
    provider: TEXT,
    purpose: TEXT,
    from: TEXT,
    until: TEXT,
    state: TEXT,
    now: part({ usable: flag, says: WORDS }, { of: TEXT, next: WORDS }),
    requested: PLACE,
    delivered: part({ count: COUNT, bytes: AMOUNT, rows: AMOUNT }),
  },
  {
    due: DUE,
    agreement: COUNT,
    decision: part(
      { decision: oneOf(['automatic', 'provider', 'approvals']), block: part({ number: COUNT }) },
      { basis: TEXT, policyVersion: COUNT },
    ),
  },
)
const USES = part({ records: COUNT, outside: COUNT })
const HISTORY = list(part({ event: TEXT, says: WORDS, place: SIGNED }), MANY)
export type HistoryAnswer = Read<typeof HISTORY>
export type GrantAnswer = Read<typeof GRANT>

export const GRANTS = part(
  { grants: list((value, at) => ({ ...GRANT(value, at), ...part({ uses: USES })(value, at) }), MANY) },
  { consumer: part({ code: TEXT, name: TEXT }), provider: part({ code: TEXT, name: TEXT }), next: COUNT },
)

const DELIVERY = part(
  { kind: TEXT, channel: TEXT, bytes: TEXT, rows: TEXT, transaction: TEXT, block: part({ number: COUNT }) },
  { recordedBy: TEXT, accesses: TEXT, contentDigest: TEXT, logFirst: TEXT, logEnd: TEXT },
)
const GRANT_TERMS = part({
  fields: list(COUNT, 128),
  quota: part({}, { bytes: AMOUNT, rows: AMOUNT }),
  approvalsNeeded: part({ needed: COUNT, roles: list(TEXT, 10) }),
  approvals: list(part({ role: TEXT, organisation: TEXT, standing: flag }), MANY),
  confirmations: part({ count: COUNT, newest: list(part({ block: part({ number: COUNT }) }), MANY) }),
})
export type GrantLifeAnswer = Pick<GrantAnswer, 'due' | 'delivered'> & Read<typeof GRANT_TERMS>
export const GRANT_LIFE = part({
  grant: (value, at) => ({
    ...GRANT(value, at),
    ...GRANT_TERMS(value, at),
    ...part({ history: HISTORY, deliveries: list(DELIVERY, MANY) })(value, at),
  }),
  uses: USES,
})

const AGREEMENT = part(
  {
    id: COUNT,
    kind: TEXT,
    state: TEXT,
    parties: list(part({ code: TEXT, name: TEXT }), 3),
    from: TEXT,
    until: TEXT,
    objections: part({ raised: COUNT, open: COUNT }),
    signatures: list(part({ by: TEXT }), 3),
    grants: COUNT,
    products: COUNT,
  },
  {
    publicity: part({ until: TEXT, over: flag }),
    filing: part({ due: DUE }, { filed: part({}) }),
    evaluation: part({ outcome: TEXT }, { rectifyBy: TEXT }),
    veto: part({ inspector: TEXT }),
  },
)
export type AgreementAnswer = Read<typeof AGREEMENT>
export const AGREEMENTS = part({ agreements: list(AGREEMENT, MANY) }, { next: COUNT })
export const AGREEMENT_LIFE = part({
  agreement: (value, at) => ({ ...AGREEMENT(value, at), ...part({ history: HISTORY })(value, at) }),
})

const CORRECTION = part(
  { id: COUNT, resource: TEXT, raiser: TEXT, provider: TEXT, grant: COUNT, state: TEXT, rounds: COUNT, due: DUE },
  {},
)
export const CORRECTIONS = part({ corrections: list(CORRECTION, MANY) }, { next: COUNT })
export const CORRECTION_LIFE = part({
  correction: (value, at) => ({ ...CORRECTION(value, at), ...part({ history: HISTORY })(value, at) }),
})

export const OVERDUE = part({
  overdue: list(part({ what: TEXT, says: WORDS, owedBy: TEXT, of: TEXT, since: TEXT, provisional: flag }), MANY),
})

const STATED = { grant: COUNT, resource: TEXT, consumer: TEXT, accesses: COUNT, bytes: TEXT, rows: TEXT } as const
export const PENDING = part({
  size: COUNT,
  statements: list(
    part({ ...STATED, fields: list(COUNT, 128), contentDigest: TEXT, logFirst: COUNT, logEnd: COUNT }),
    100,
  ),
  unstated: list(part({ ...STATED, why: TEXT }), MANY),
  outside: list(part({ ...STATED, judgement: oneOf(Object.keys(JUDGEMENTS) as Judgement[]) }), MANY),
  more: flag,
})
export type PendingAnswer = Read<typeof PENDING>

export const STATUS = part({
  records: COUNT,
  published: orNull(part({ size: COUNT, time: TEXT })),
  anchored: orNull(ANCHOR),
  lag: part({ records: COUNT, seconds: COUNT }),
  chain: part({ id: COUNT, block: COUNT }),
  ready: flag,
  reasons: list(part({ code: TEXT, detail: TEXT }), MANY),
})
export type StatusAnswer = Read<typeof STATUS>
