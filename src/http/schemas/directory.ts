// What the contracts say, as answers show it: organisations, resources, and the life of a grant. Whatever reads the chain
// hands these over (`Directory` in parts.ts).

import { type Static, Type } from 'typebox'
import { Block, Count, list, Time, Transaction } from './common.ts'

export const Place = Type.Object({ transaction: Transaction, block: Block })
export type Place = Static<typeof Place>

export const Organisation = Type.Object(
  {
    code: Type.String({ description: 'Unified social credit code, or another registered one.' }),
    name: Type.String(),
    kinds: list(Type.String(), { description: 'provider, consumer, operator, …' }),
    status: Type.String({ description: 'active, suspended or blacklisted.' }),
  },
  { description: 'A registered organisation. Source: the contract Organisations.' },
)
export type Organisation = Static<typeof Organisation>

export const Resource = Type.Object(
  {
    code: Type.String({ description: 'Catalogue code.' }),
    name: Type.String(),
    provider: Type.String({ description: 'Code of the organisation whose data it is.' }),
    version: Count('1 when registered; one more with every update.'),
    shareType: Type.String({ description: 'unconditional, conditional or withheld.' }),
    openType: Type.String({ description: 'open, on-application or not-open.' }),
    level: Count('Classification level, 1 and up.'),
    fieldCount: Count('Number of fields (信息项).'),
    parents: list(Type.String(), { description: 'Codes of the resources that it is made from.' }),
    withdrawn: Type.Boolean(),
    metadata: Type.Optional(
      Type.Unknown({ description: 'What else the provider registered: abstract, format, cycle, …' }),
    ),
    registered: Place,
  },
  { description: 'A resource of the catalogue. Source: the contract Catalogue.' },
)
export type Resource = Static<typeof Resource>

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
    decision: Type.Enum(['automatic', 'provider'], { description: 'By the contract at once, or by the provider.' }),
    by: Type.Optional(Type.String({ description: 'Code of the organisation that decided; absent when automatic.' })),
    ...Place.properties,
  },
  { description: 'Who decided the request, and where that stands on the chain.' },
)
export type Decision = Static<typeof Decision>

const Delivery = Type.Object({
  kind: Type.String({ description: 'share or download.' }),
  channel: Type.String(),
  bytes: Type.String({ description: 'Decimal.' }),
  rows: Type.String({ description: 'Decimal.' }),
  ...Place.properties,
})

export const Grant = Type.Object(
  {
    id: Type.Integer({ minimum: 1, description: 'One id for the request and the grant it became.' }),
    resource: Type.String({ description: 'Catalogue code.' }),
    consumer: Type.String({ description: 'Organisation code.' }),
    provider: Type.String({ description: 'Organisation code.' }),
    purpose: Type.String({ description: 'Purpose code.' }),
    from: Time('Begin of the period asked for or granted.'),
    until: Time('End of the period, exclusive.'),
    quota: Quota,
    state: Type.String({ description: 'Now: requested, refused, granted, revoked, expired or exhausted.' }),
    requested: Place,
    decision: Type.Optional(Decision),
    revoked: Type.Optional(Place),
    delivered: Type.Object(
      { count: Count('Deliveries.'), bytes: Type.String(), rows: Type.String() },
      { description: 'Sum of all deliveries; bytes and rows in decimal.' },
    ),
    deliveries: list(Delivery, { description: 'Newest first, at most 100.' }),
  },
  { description: 'A request, and the grant it became. Source: the contract AccessLedger.' },
)
export type Grant = Static<typeof Grant>
