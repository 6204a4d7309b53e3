// The record as answers show it: the fields of core/record/shape.ts, with their units and sources.

import { Type } from 'typebox'
import { JUDGEMENTS, type Judgement } from '../../core/authority.ts'
import { ACTIONS, CHANNELS, ERASURE, PATTERNS, REFUSED, REGISTER_KEY, RETIRE_KEY, STATUSES } from '../../core/record.ts'
import { Count, Time } from './common.ts'

const text = (pattern: RegExp, description: string, example: string) =>
  Type.String({ pattern: pattern.source, description, examples: [example] })

export const FIELDS = {
  actor: text(
    PATTERNS.actor,
    'Keyed pseudonym of the person who acted. Source: the ledger.',
    '9f86d081884c7d659a2feaa0c55ad015',
  ),
  consumer: text(PATTERNS.organisation, 'Code of the organisation that took the data.', '11520100MB1A234565'),
  provider: text(PATTERNS.organisation, 'Code of the organisation whose data it is.', '115201000088888881'),
  purpose: text(PATTERNS.purpose, 'Purpose code, W3C DPV or local.', 'LegalCompliance'),
  resource: text(PATTERNS.resource, 'Catalogue code of the data.', '306001/000001'),
  source: text(PATTERNS.source, 'Who shipped the line.', 'gateway-1'),
} as const

export const SOURCE_KEY = 'gateway-1+6f4d3f0c+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'

export const LogRecord = Type.Object(
  {
    action: Type.Enum([...ACTIONS, ERASURE, REGISTER_KEY, RETIRE_KEY], {
      description:
        'What was done with the data; "erase": the ledger destroyed the sealed part of a record; "register-key", "retire-key": from here on a key speaks for its source, or no more.',
    }),
    actor: Type.Optional(FIELDS.actor),
    basis: Type.Optional(text(PATTERNS.basis, 'Of an erasure: its legal basis.', 'PIPL-47')),
    bytes: Type.Optional(Count('Bytes of data given.')),
    channel: Type.Optional(Type.Enum(CHANNELS, { description: '系统对接, 前置机, 联机查询, 批量下载.' })),
    consumer: Type.Optional(FIELDS.consumer),
    ends: Type.Optional(Count('Of a key that takes over: how many links the key before it made, by that key’s word.')),
    endorsed: Type.Optional(
      Type.String({ description: 'Of a key that takes over: the signature of the key before it.' }),
    ),
    erases: Type.Optional(Count('Of an erasure: the record whose sealed part is no more.')),
    erasesText: Type.Optional(
      Type.String({ description: 'Of an erasure: the digest on the chain whose text is no more.' }),
    ),
    every: Type.Optional(Count('Of a key: its source ships at least once in so many seconds.')),
    filled: Type.Optional(
      Type.String({ description: 'Of a signed record: the fields that the ledger filled in, which are not signed.' }),
    ),
    grant: Type.Optional(Type.Integer({ minimum: 1, description: 'Id of the grant that the access named.' })),
    key: Type.Optional(text(PATTERNS.sourceKey, 'Of a key: in the form of C2SP; its name is the source.', SOURCE_KEY)),
    previous: Type.Optional(Type.String({ description: 'Of a signed record: the hash of the link before it.' })),
    provider: Type.Optional(FIELDS.provider),
    purpose: Type.Optional(FIELDS.purpose),
    resource: Type.Optional(FIELDS.resource),
    rows: Type.Optional(Count('Rows of data given.')),
    sealed: Type.Optional(Type.String({ description: 'Salted SHA-256 of the sealed part, 64 hexadecimal digits.' })),
    seq: Type.Optional(Count('The source’s own sequence number.')),
    signature: Type.Optional(
      Type.String({ description: 'The source’s signature of this record: key ID and Ed25519, in base64.' }),
    ),
    source: FIELDS.source,
    status: Type.Optional(Type.Enum(STATUSES, { description: 'How it ended.' })),
    time: Time('When the access happened, as its source says.'),
    transaction: Type.Optional(Type.String({ description: 'Id of the exchange, logged by both sides.' })),
    unsigned: Type.Optional(
      Type.Enum([REFUSED], { description: 'Of a key: lines of its source that are not signed are refused.' }),
    ),
  },
  {
    description:
      'The public part of one record, as the log keeps it: of an access, which always has consumer, provider, resource and status; or of an erasure, which always has basis, and erases or erasesText; or of a source’s key, which always has key.',
  },
)

export const JudgementWord = Type.Enum(Object.keys(JUDGEMENTS) as [Judgement, ...Judgement[]], {
  description:
    'The access judged by the grant it named, as the contracts have it: "within", or what is wrong; "erasure" or "source-key" for a record that is no access.',
})
