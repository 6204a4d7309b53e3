// A question as a query string (core/question-parameters.ts reads it). The same parameters ask for rows and for evidence.

import { Type } from 'typebox'
import { DIMENSIONS } from '../core/question.ts'
import { FIELDS } from './schemas/record.ts'

const MOMENT = 'An RFC 3339 time with offset, or a date, which means that whole day in Beijing (Asia/Shanghai, UTC+8).'

/** The filters; all that are given must fit. */
export const QUESTION_PARAMETERS = {
  resource: Type.Optional(FIELDS.resource),
  provider: Type.Optional(FIELDS.provider),
  consumer: Type.Optional(FIELDS.consumer),
  actor: Type.Optional(FIELDS.actor),
  purpose: Type.Optional(FIELDS.purpose),
  grant: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'Id of the grant that the access named.',
      examples: [42],
    }),
  ),
  source: Type.Optional(FIELDS.source),
  from: Type.Optional(
    Type.String({ maxLength: 40, description: `Not before this. ${MOMENT}`, examples: ['2026-03-01'] }),
  ),
  to: Type.Optional(
    Type.String({
      maxLength: 40,
      description: `Before this time (exclusive); a date includes its day. ${MOMENT}`,
      examples: ['2026-03-31'],
    }),
  ),
} as const

/** The question as it was understood: times as instants, so that nobody need guess what a date meant. */
export const QuestionShape = Type.Object(
  {
    ...Object.fromEntries(DIMENSIONS.map(dimension => [dimension, Type.Optional(Type.String())])),
    from: Type.Optional(Type.String({ description: 'Inclusive, RFC 3339, UTC.' })),
    to: Type.Optional(Type.String({ description: 'Exclusive, RFC 3339, UTC.' })),
  },
  { description: 'The question as it was understood.' },
)
