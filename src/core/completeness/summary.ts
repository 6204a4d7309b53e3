// What is under a node of a sub-log, in five numbers. Every node is hashed with those of the two below it, so that one may
// be passed over by whoever sees that nothing under it is of any interest.

import { decodeU64, encodeU64 } from './numbers.ts'
import { type Posting, TIME_END } from './postings.ts'

export interface Summary {
  /** How many records. */
  readonly count: number
  readonly firstIndex: number
  readonly lastIndex: number
  /** The earliest and the latest of their own times, ms since 1970. */
  readonly earliest: number
  readonly latest: number
}

const FIELDS = ['count', 'firstIndex', 'lastIndex', 'earliest', 'latest'] as const
export const SUMMARY_BYTES = 8 * FIELDS.length

/** Of the postings of a block: one or more. */
export function summarise(postings: readonly Posting[]): Summary {
  const times = postings.map(({ time }) => time)
  return {
    count: postings.length,
    firstIndex: postings[0]!.index,
    lastIndex: postings.at(-1)!.index,
    earliest: Math.min(...times),
    latest: Math.max(...times),
  }
}

/** Of all that is under two neighbours; undefined when the second does not lie behind the first, or nobody can count both. */
export function combine(left: Summary, right: Summary): Summary | undefined {
  const count = left.count + right.count
  if (right.firstIndex <= left.lastIndex || !Number.isSafeInteger(count)) return undefined
  return {
    count,
    firstIndex: left.firstIndex,
    lastIndex: right.lastIndex,
    earliest: Math.min(left.earliest, right.earliest),
    latest: Math.max(left.latest, right.latest),
  }
}

/** The numbers in the order of the type, eight bytes each, big-endian. */
export function writeSummary(summary: Summary, target: Uint8Array, at: number): void {
  for (let k = 0; k < FIELDS.length; k++) encodeU64(summary[FIELDS[k]!], target, at + 8 * k)
}

/** Undefined when no postings have such a summary. */
export function readSummary(bytes: Uint8Array, at: number): Summary | undefined {
  const numbers = FIELDS.map((_, k) => decodeU64(bytes, at + 8 * k))
  if (numbers.includes(undefined)) return undefined
  const [count, firstIndex, lastIndex, earliest, latest] = numbers as [number, number, number, number, number]
  const room = lastIndex - firstIndex + 1
  const isOne = count > 1 || (room === 1 && earliest === latest)
  const isPossible = count >= 1 && count <= room && isOne && earliest <= latest && latest < TIME_END
  return isPossible ? { count, firstIndex, lastIndex, earliest, latest } : undefined
}
