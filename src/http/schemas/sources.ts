// Sources with keys, and what came of their links (docs/sources.md).

import { Type } from 'typebox'
import { MAX_INTERVAL, PATTERNS } from '../../core/record.ts'
import { Count, exact, Index, list, Time } from './common.ts'
import { FIELDS, SOURCE_KEY } from './record.ts'

const Key = Type.String({
  pattern: PATTERNS.sourceKey.source,
  description: 'Verification key in the form of C2SP; its name is the source.',
  examples: [SOURCE_KEY],
})

const RecordPlace = Type.Object({ index: Index, time: Time('By the ledger’s clock.') })

export const NewKey = exact({
  key: Key,
  every: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: MAX_INTERVAL,
      description: 'The source ships at least once in so many seconds.',
    }),
  ),
  strict: Type.Optional(Type.Boolean({ description: 'Refuse its lines that are not signed; taken unless told so.' })),
  endorsement: Type.Optional(
    exact(
      {
        ends: Count('How many links the key before it made.'),
        signature: Type.String({
          pattern: PATTERNS.signature.source,
          description: 'Its signature that this one goes on.',
        }),
      },
      { description: 'By which the key before it gives over (`suyuan source rotate`).' },
    ),
  ),
})

export const RetiredKey = exact({ key: Key })

const Hole = Type.Object({ from: Count('First number that is missing.'), to: Count('Last one, included.') })

const Fault = Type.Object({
  kind: Type.Enum(['again', 'beyond', 'broken', 'forked', 'repeated'], {
    description:
      'forked: two links with this number; broken: it follows another link than the log has; beyond: behind the end that its key stated; repeated: the same link twice; again: one of forked and repeated.',
  }),
  seq: Count('Number of the link.'),
  index: Index,
  other: Type.Optional(Index),
})

const KeyReport = Type.Object({
  vkey: Key,
  since: RecordPlace,
  retired: Type.Optional(RecordPlace),
  follows: Type.Optional(Type.String({ description: 'The key that gave over to it, by its own signature.' })),
  ends: Type.Optional(Count('How many links it made, by its own signature.')),
  links: Count('Different links that came.'),
  next: Count('One more than the highest number that came.'),
  missing: Count('Numbers that did not come.'),
  holes: list(Hole, { description: 'Which they are, 101 runs at most.' }),
  lost: Type.Boolean({ description: 'There are more runs than are told.' }),
  faults: list(Fault, { description: 'The first 16.' }),
  counts: Type.Record(Type.String(), Type.Integer(), { description: 'How many of each kind in all.' }),
})

export const SourceReport = Type.Object({
  source: FIELDS.source,
  strict: Type.Boolean({ description: 'Whether its unsigned lines are refused.' }),
  every: Type.Optional(Count('It ships at least once in so many seconds, as registered.')),
  heard: Type.Optional(Time('The newest time that a record of it states.')),
  silentSince: Type.Optional(Time('Nothing was heard since, for twice as long as it should ship in.')),
  unsigned: Count('Its unsigned records since its first key was registered.'),
  keys: list(KeyReport),
})
