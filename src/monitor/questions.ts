// What to ask: questions to which the answer must show records that were just read.

import { DIMENSIONS, type Dimension, type Question } from '../core/question.ts'
import { type LogRecord, readTime } from '../core/record.ts'

export interface ReadRecord {
  readonly index: number
  readonly record: LogRecord
}

/** Mostly one value, at times two, or only a time; over the time of the records here that have as much. */
export function chooseQuestion(records: readonly ReadRecord[], random: () => number): Question {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
  const { record } = pick(records)
  const named = DIMENSIONS.filter(dimension => record[dimension] !== undefined)
  const kind = random()
  if (kind < 0.2) return { where: {}, from: readTime(record.time), to: readTime(record.time) + 1 }
  const chosen = kind < 0.4 ? [pick(named), pick(named)] : [pick(named)]
  return within(Object.fromEntries(chosen.map(dimension => [dimension, String(record[dimension])])), records)
}

/** One for every value that one of these records has. */
export function everyQuestion(records: readonly ReadRecord[]): Question[] {
  return DIMENSIONS.flatMap(dimension => {
    const values = new Set(records.flatMap(({ record }) => record[dimension] ?? []).map(String))
    return [...values].map(value => within({ [dimension]: value }, records))
  })
}

function within(where: Question['where'], records: readonly ReadRecord[]): Question {
  const named = Object.entries(where) as [Dimension, string][]
  const times = records
    .filter(({ record }) => named.every(([dimension, value]) => String(record[dimension]) === value))
    .map(({ record }) => readTime(record.time))
  return { where, from: Math.min(...times), to: Math.max(...times) + 1 }
}
