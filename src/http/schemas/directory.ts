// What the contracts say, as answers show it: organisations, resources, and the life of a grant. Whatever reads the chain
// hands these over (`Directory` in parts.ts).

import { type Static, Type } from 'typebox'
import { Count, list } from './common.ts'
import { Place } from './place.ts'

export { Decision, Grant, GrantLife } from './grant.ts'

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
