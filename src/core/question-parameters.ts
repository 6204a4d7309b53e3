// A question as the parameters of a request say it, and back as an answer states it. Whoever asked reads the answer's
// question by the same rules: what is answered must be what was asked.

import { LedgerError } from './error.ts'
import { DIMENSIONS, type Dimension, type Question } from './question.ts'
import { formatTime, parseTime, readTime } from './record.ts'

export type QuestionParameters = { readonly [D in Dimension]?: string | number | undefined } & {
  /** A time with offset, or a date, which is a whole day in Beijing. */
  readonly from?: string | undefined
  readonly to?: string | undefined
}

/** Throws `invalid_time`, or `question_invalid` for a time that does not end after it begins. */
export function parseQuestion(parameters: QuestionParameters): Question {
  const where: { [D in Dimension]?: string } = {}
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
