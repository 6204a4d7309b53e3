// The times that are asked for.

import type { Summary } from './summary.ts'

/** Milliseconds since 1970, by the records' own times: from (inclusive) to (exclusive); without end where undefined. */
export interface Window {
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/** Is it one? Compared with what is no number, nothing would be within. */
export function isWindow({ from, to }: Window): boolean {
  return [from, to].every(bound => bound === undefined || Number.isSafeInteger(bound))
}

export function isWithin(time: number, { from, to }: Window): boolean {
  return (from === undefined || time >= from) && (to === undefined || time < to)
}

/** May a record under a node with this summary be within? */
export function mayMeet({ earliest, latest }: Summary, { from, to }: Window): boolean {
  return (from === undefined || latest >= from) && (to === undefined || earliest < to)
}
