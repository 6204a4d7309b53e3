// A request and the grant it became, as answers show it. Source: the contract AccessLedger.

import { type Static, Type } from 'typebox'
import { APPROVERS, BASES, CHANNELS, DELIVERY_KINDS, GRANT_STATES, GROUNDS } from '../../chain/terms.ts'
import { Count, list, Time } from './common.ts'
import { By, Digest, Due, HistoryEntry, Place, Veto, Words } from './place.ts'

export const wordsOf = <T extends object>(terms: T) => Object.keys(terms) as [keyof T & string, ...(keyof T & string)[]]

const Quota = Type.Object(
  {
    bytes: Type.Optional(Type.String({ description: 'Decimal, since it may pass 2^53; absent: unlimited.' })),
    rows: Type.Optional(Type.String({ description: 'Decimal; absent: unlimited.' })),
  },
  { description: 'How much may be delivered in all.' },
)

export const Decision = Type.Object(
  {
    outcome: Type.Enum(['granted', 'refused']),
    decision: Type.Enum(['automatic', 'provider', 'approvals'], {
      description: 'By the contract at once, by the provider, or by several approvals.',
    }),
    by: Type.Optional(Type.String({ description: 'Code of the organisation that decided; absent when automatic.' })),
    basis: Type.Optional(Type.Enum(wordsOf(BASES), { description: 'Who granted, or refused.' })),
    policyVersion: Type.Optional(Count('Version of the provider’s policy that granted.')),
    reasonDigest: Type.Optional(Digest('Of the reasons; zero where there are none.')),
    signed: Type.Optional(By),
    transaction: Place.properties.transaction,
    block: Place.properties.block,
  },
  { description: 'Who decided the request, and where that stands on the chain.' },
)
export type Decision = Static<typeof Decision>

const Amounts = {
  bytes: Type.String({ description: 'Decimal.' }),
  rows: Type.String({ description: 'Decimal.' }),
} as const

export const Delivery = Type.Object({
  kind: Type.Enum(wordsOf(DELIVERY_KINDS)),
  channel: Type.Enum(wordsOf(CHANNELS)),
  ...Amounts,
  recordedBy: Type.Optional(Type.String({ description: 'Code of who says so.' })),
  contentDigest: Type.Optional(
    Digest('Of what was delivered; of a statement: SHA-256 over the leaf hashes of the lines it sums up.'),
  ),
  accesses: Type.Optional(Type.String({ description: 'Access lines that a statement sums up; decimal.' })),
  logFirst: Type.Optional(Type.String({ description: 'Index of the first leaf that it may speak of; decimal.' })),
  logEnd: Type.Optional(Type.String({ description: 'First index after the last; decimal.' })),
  ...Place.properties,
})
export type Delivery = Static<typeof Delivery>

const Approval = Type.Object({
  role: Type.Enum(wordsOf(APPROVERS)),
  organisation: Type.String({
    description: 'Code of the organisation whose officer, or which as regulator, approved.',
  }),
  account: Type.String(),
  validUntil: Time('Until when it counts.'),
  standing: Type.Boolean({ description: 'Neither withdrawn nor run out.' }),
  given: Place,
  withdrawn: Type.Optional(Place),
})

export const Now = Type.Object(
  {
    usable: Type.Boolean({ description: 'Whether a delivery would be recorded now.' }),
    why: Type.String({ description: 'In one word.', examples: ['expired'] }),
    says: Words,
    of: Type.Optional(
      Type.String({
        description: 'What it fails on: code of an organisation or resource, number of an agreement or grant.',
      }),
    ),
    next: Type.Optional(Words),
  },
  { description: 'What may be done under it now, and if nothing, why not and what to do.' },
)
export type Now = Static<typeof Now>

export const GrantState = Type.Enum(wordsOf(GRANT_STATES), { description: 'As the contract has it now.' })

export const Grant = Type.Object(
  {
    id: Type.Integer({ minimum: 1, description: 'One id for the request and the grant it became.' }),
    resource: Type.String({ description: 'Catalogue code.' }),
    resourceVersion: Count('The version of the entry that was asked for.'),
    consumer: Type.String({ description: 'Organisation code.' }),
    provider: Type.String({ description: 'Organisation code.' }),
    purpose: Type.String({ description: 'Purpose code.' }),
    ground: Type.Enum(wordsOf(GROUNDS), { description: 'By which rules it was asked for.' }),
    agreement: Type.Optional(Count('Number of the agreement under which it was asked for.')),
    fields: list(Count('From 0.'), { description: 'Positions of the fields that may be taken.' }),
    from: Time('Begin of the period asked for or granted.'),
    until: Time('End of the period, exclusive.'),
    quota: Quota,
    state: GrantState,
    now: Now,
    requested: Place,
    due: Type.Optional(Due),
    approvalsNeeded: Type.Object(
      {
        needed: Count('How many at least; 0: the provider decides alone.'),
        roles: list(Type.Enum(wordsOf(APPROVERS))),
      },
      { description: 'What the decision took when it was asked for: of several rules the fewest that meet them all.' },
    ),
    approvals: list(Approval, { description: 'Newest first, the last 32.' }),
    withdrawals: Type.Integer({
      description: 'How often an approval was taken back, ever; part of what decisions sign.',
    }),
    veto: Type.Optional(Veto),
    decision: Type.Optional(Decision),
    revoked: Type.Optional(Place),
    delivered: Type.Object(
      { count: Count('Deliveries.'), ...Amounts },
      { description: 'Sum of all deliveries, statements among them: what the quota counts.' },
    ),
    stated: Type.Object(
      {
        count: Count('Statements.'),
        accesses: Type.String({ description: 'Access lines summed up; decimal.' }),
        ...Amounts,
      },
      { description: 'Sum of the usage statements among them.' },
    ),
    deliveries: list(Delivery, { description: 'Newest first, at most 100.' }),
  },
  { description: 'A request, and the grant it became. Source: the contract AccessLedger.' },
)
export type Grant = Static<typeof Grant>

export const GrantLife = Type.Object(
  {
    ...Grant.properties,
    history: list(HistoryEntry, {
      description: 'By what it is what it is, in the order of the chain; of approvals the last 32.',
    }),
    vetoes: list(Veto, { description: 'All that ever stood on it, oldest first.' }),
    statements: list(Delivery, {
      description: 'The usage statements among the deliveries, newest first, at most 100.',
    }),
    computations: Type.Object({
      count: Count('All.'),
      newest: list(
        Type.Object({
          algorithmDigest: Digest('Of the algorithm.'),
          outputDigest: Digest('Of the result.'),
          inputs: list(Count('Grant.')),
          recordedBy: Type.String(),
          ...Place.properties,
        }),
      ),
    }),
    confirmations: Type.Object({
      count: Count('All.'),
      newest: list(Type.Object({ contentDigest: Digest('Of what arrived.'), ...Place.properties })),
    }),
    corrections: list(Count('Number of a correction raised about it.')),
  },
  { description: 'Everything that the ledger knows of one grant.' },
)
export type GrantLife = Static<typeof GrantLife>
