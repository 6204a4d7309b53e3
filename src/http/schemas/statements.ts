// Usage statements, as answers show them.

import { Type } from 'typebox'
import { UNSTATED, type Why } from '../../statements/unstated.ts'
import { Count, Index, list } from './common.ts'
import { Delivery } from './grant.ts'
import { Digest } from './place.ts'
import { JudgementWord } from './record.ts'

const Of = {
  grant: Count('Its number.'),
  resource: Type.String({ description: 'Catalogue code.' }),
  consumer: Type.String({ description: 'Organisation code.' }),
  provider: Type.String({ description: 'Organisation code.' }),
}
const Amounts = {
  accesses: Count('Lines.'),
  bytes: Type.String({ description: 'Decimal.' }),
  rows: Type.String({ description: 'Decimal.' }),
}
const contentDigest = Digest('SHA-256 over the leaf hashes of the lines summed up, in the order of the log.')

export const Due = Type.Object({
  ...Of,
  ...Amounts,
  fields: list(Count('From 0.'), {
    description: 'The grant’s own fields: the log does not know which of them a line took.',
  }),
  contentDigest,
  logFirst: Index,
  logEnd: Count('First index after the last.'),
})

export const Un = Type.Object({
  ...Of,
  ...Amounts,
  first: Index,
  why: Type.Enum(Object.keys(UNSTATED) as [Why, ...Why[]], {
    description:
      'over-quota, nothing-taken, or why the grant takes no delivery now; of statements, with what they claim together: under-way; or contradicted by the log, stated-beyond-log, stated-otherwise, stated-twice.',
  }),
  statements: Type.Optional(Count('How many statements claim it; absent where it is lines of the log.')),
})

export const Out = Type.Object({ ...Of, ...Amounts, first: Index, judgement: JudgementWord })

export const Checked = Type.Object({
  statement: Delivery,
  found: Type.Optional(Type.Object(Amounts, { description: 'As the log has it now.' })),
  skipped: Type.Optional(Type.Object(Amounts, { description: 'Lines before it that no statement truthfully states.' })),
  overlaps: Type.Boolean({
    description: 'Its range meets one that was truthfully stated before it: lines in both count twice.',
  }),
  agrees: Type.Boolean({ description: 'Sum and digest are those of the log; nothing was skipped or counts twice.' }),
})
