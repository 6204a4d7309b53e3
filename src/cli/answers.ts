// What the commands read of the service's answers (docs/api.md; the schemas are in src/http/schemas). Only what is shown
// is looked at, so that a newer service may say more.

import { JUDGEMENTS, type Judgement } from '../core/authority.ts'
import { anyText, dictionary, flag, list, oneOf, orNull, part, type Read, wholeNumber } from '../core/reader.ts'

const TEXT = anyText(100_000)
const COUNT = wholeNumber()
const MANY = 1_000_000

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

export const INGESTED = part({
  lines: COUNT,
  accepted: COUNT,
  already: COUNT,
  refused: list(part({ line: wholeNumber(1), code: TEXT, message: TEXT }), MANY),
  refusedCount: COUNT,
  receipts: list(RECEIPT, MANY),
  receiptsOmitted: list(part({ firstIndex: COUNT, count: COUNT }), MANY),
})
export type IngestAnswer = Read<typeof INGESTED>

export const USAGE = part(
  {
    checkpoint: part({ size: COUNT }),
    anchor: orNull(ANCHOR),
    rows: list(
      part({
        record: part(
          { time: TEXT, consumer: TEXT, resource: TEXT },
          { purpose: TEXT, grant: COUNT, bytes: COUNT, rows: COUNT },
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
    totals: part({
      groups: list(
        part({ consumer: TEXT, records: COUNT, bytes: COUNT, rows: COUNT, outside: COUNT }, { purpose: TEXT }),
        MANY,
      ),
    }),
  },
)
export type UsageAnswer = Read<typeof USAGE>

export const GRANTS = part(
  {
    consumer: part({ code: TEXT, name: TEXT }),
    grants: list(
      part(
        {
          id: COUNT,
          resource: TEXT,
          purpose: TEXT,
          from: TEXT,
          until: TEXT,
          state: TEXT,
          requested: PLACE,
          uses: part({ records: COUNT, outside: COUNT }),
        },
        { decision: part({ decision: oneOf(['automatic', 'provider']), block: part({ number: COUNT }) }) },
      ),
      MANY,
    ),
  },
  { next: COUNT },
)

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
