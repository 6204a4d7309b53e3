// The answer: rows, totals, and what they are pinned to.

import { Type } from 'typebox'
import { QuestionShape } from '../question.ts'
import { Anchor, Count, Head, Index, list, Time } from './common.ts'
import { Decision } from './directory.ts'
import { JudgementWord, LogRecord } from './record.ts'

const Group = Type.Object({
  consumer: Type.String(),
  purpose: Type.Optional(Type.String({ description: 'Absent: undeclared.' })),
  records: Count('Accesses.'),
  bytes: Count('Bytes given.'),
  rows: Count('Rows given.'),
  outside: Count('Accesses not within their grant.'),
  first: Time('The earliest of them.'),
  last: Time('The latest of them.'),
})

const Totals = Type.Object(
  {
    records: Count('Accesses.'),
    bytes: Count('Bytes given.'),
    rows: Count('Rows given.'),
    outside: Count('Accesses not within their grant.'),
    groups: list(Group, { description: 'By consumer and purpose, most accesses first; 1,000 at most.' }),
    groupsOmitted: Type.Optional(Count('How many more groups there are.')),
    ungrouped: Type.Optional(
      Type.Literal(true, {
        description: 'There are more than 10,000 groups, and none is listed: ask for one consumer, or a shorter time.',
      }),
    ),
  },
  { description: 'Over everything that fits, not only over this page.' },
)

export const Row = Type.Object({
  index: Index,
  record: LogRecord,
  judgement: JudgementWord,
  grant: Type.Optional(
    Type.Object(
      { id: Type.Integer({ minimum: 1 }), state: Type.String(), decision: Type.Optional(Decision) },
      { description: 'The grant that the record names, if the contracts have it.' },
    ),
  ),
})

const NamesOf = Type.Record(Type.String(), Type.String())

export const Names = Type.Object(
  {
    organisations: NamesOf,
    resources: NamesOf,
    purposes: Type.Record(Type.String(), Type.Object({ zh: Type.String(), en: Type.String() })),
  },
  { description: 'For display: what the codes on this page are called.' },
)

export const Usage = Type.Object(
  {
    question: QuestionShape,
    checkpoint: Head,
    anchor: Type.Union([Anchor, Type.Null()], {
      description: 'null while the checkpoint of this answer is not on the chain yet.',
    }),
    rows: list(Row, { description: 'Newest in the log first.' }),
    next: Type.Optional(
      Type.String({ description: 'Cursor of the next page, which speaks of the same tree; absent on the last.' }),
    ),
    proof: Type.Optional(
      list(Type.String(), {
        description:
          'With proof=true: base64 hashes that lead from the leaves of these rows, lowest index first, to the checkpoint’s root. The leaf of a row is SHA-256(00 ‖ its record as RFC 8785 JSON).',
      }),
    ),
    totals: Type.Optional(Totals),
    names: Names,
  },
  { description: 'Who took which data, under whose authority, and what for.' },
)
