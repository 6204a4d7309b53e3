// What is asked: by which dimensions, over which time; and whether a record is part of the answer.

import type { LogRecord } from './record.ts'

/** The dimensions that answers are asked by. */
export const DIMENSIONS = ['resource', 'provider', 'consumer', 'actor', 'purpose', 'grant', 'source'] as const
export type Dimension = (typeof DIMENSIONS)[number]

export interface Question {
  /** Every named dimension must have this value; `grant` in decimal. */
  readonly where: { readonly [D in Dimension]?: string }
  /** Milliseconds since 1970, by the record's own time: from (inclusive) to (exclusive). */
  readonly from?: number
  readonly to?: number
}

/** Does this record fit the question? The verifier's own check of each row it is shown. */
export function fits({ where, from, to }: Question, record: LogRecord): boolean {
  const time = Date.parse(record.time)
  if ((from !== undefined && time < from) || (to !== undefined && time >= to)) return false
  return DIMENSIONS.every(dimension => {
    const value = where[dimension]
    return value === undefined || (record[dimension] !== undefined && String(record[dimension]) === value)
  })
}
