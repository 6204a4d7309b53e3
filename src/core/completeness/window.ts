// What is asked of a value's records: their own times, and from where in the log on.

import type { Posting } from './postings.ts'
import type { Summary } from './summary.ts'

export interface Window {
  /** Milliseconds since 1970, by the records' own times: from (inclusive) to (exclusive); without end where undefined. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** No record of an earlier leaf: an answer that was cut off at a number of rows goes back to here. */
  readonly first?: number | undefined
}

/** Is it one? Compared with what is no number, nothing would be within. */
export function isWindow({ from, to, first }: Window): boolean {
  return [from, to, first].every(bound => bound === undefined || Number.isSafeInteger(bound))
}

export function isWithin({ index, time }: Posting, window: Window): boolean {
  return mayMeet({ earliest: time, latest: time, lastIndex: index }, window)
}

/** May a record under a node with this summary be within? */
export function mayMeet(
  { earliest, latest, lastIndex }: Pick<Summary, 'earliest' | 'latest' | 'lastIndex'>,
  { from, to, first }: Window,
): boolean {
  return (
    (from === undefined || latest >= from) &&
    (to === undefined || earliest < to) &&
    (first === undefined || lastIndex >= first)
  )
}
