// A question as a query string, and back as an answer states it. The same parameters ask for rows and for evidence.

import { type Static, Type } from 'typebox'
import { LedgerError } from '../core/error.ts'
import { DIMENSIONS, type Question } from '../core/question.ts'
import { formatTime, parseTime, readTime } from '../core/record.ts'
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

const parameters = Type.Object(QUESTION_PARAMETERS)
export type QuestionParameters = Static<typeof parameters>

/** The question as it was understood: times as instants, so that nobody need guess what a date meant. */
export const QuestionShape = Type.Object(
  {
    ...Object.fromEntries(DIMENSIONS.map(dimension => [dimension, Type.Optional(Type.String())])),
    from: Type.Optional(Type.String({ description: 'Inclusive, RFC 3339, UTC.' })),
    to: Type.Optional(Type.String({ description: 'Exclusive, RFC 3339, UTC.' })),
  },
  { description: 'The question as it was understood.' },
)

/** Throws `invalid_time`, or `question_invalid` for a time that does not end after it begins. */
export function parseQuestion(parameters: QuestionParameters): Question {
  const where: { [D in (typeof DIMENSIONS)[number]]?: string } = {}
  for (const dimension of DIMENSIONS) {
    const value = parameters[dimension]
    if (value !== undefined) where[dimension] = String(value)
  }
  const from = parameters.from === undefined ? undefined : readMoment(parameters.from, 0)
  const to = parameters.to === undefined ? undefined : readMoment(parameters.to, DAY)
  if (from !== undefined && to !== undefined && from >= to) {
    throw new LedgerError('question_invalid', {
      en: `The time asked for, from "${parameters.from}" to "${parameters.to}", does not end after it begins; exchange "from" and "to", or put them further apart.`,
      zh: `所询问的时间从“${parameters.from}”到“${parameters.to}”，止不晚于起；请对调“from”与“to”，或加大间隔。`,
    })
  }
  return { where, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
}

/** The question as an answer states it. */
export function formatQuestion({ where, from, to }: Question): Record<string, string> {
  return {
    ...where,
    ...(from === undefined ? {} : { from: formatTime(from) }),
    ...(to === undefined ? {} : { to: formatTime(to) }),
  }
}

const DAY = 24 * 60 * 60 * 1000

/** Beijing has kept UTC+8 without daylight saving since 1991, and no record is older than 2000. */
function readMoment(text: string, ofDate: number): number {
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(text)
  return isDate ? readTime(parseTime(`${text}T00:00:00+08:00`)) + ofDate : readTime(parseTime(text))
}
