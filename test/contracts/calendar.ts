// The scene's calendar: 2025 and 2026, written down by hand from the State Council's notices of 2024-11-12 (国办发明电
// 〔2024〕12号) and 2025-11-04 (国办发明电〔2025〕7号). It is a sample for tests; what a ledger is seeded with is made from
// a calendar file.

import { id } from 'ethers'

const DAY_MS = 86_400_000

/** Days that are not what their day of the week says: Mondays to Fridays off, weekends worked. */
const TURNED_ROUND: Readonly<Record<number, string>> = {
  2025: `01-01 01-26 01-28 01-29 01-30 01-31 02-03 02-04 02-08 04-04 04-27 05-01 05-02 05-05 06-02 09-28 10-01 10-02
    10-03 10-06 10-07 10-08 10-11`,
  2026: `01-01 01-02 01-04 02-14 02-16 02-17 02-18 02-19 02-20 02-23 02-28 04-06 05-01 05-04 05-05 05-09 06-19 09-20
    09-25 10-01 10-02 10-05 10-06 10-07 10-10`,
}

/** Days since 1970-01-01, as the calendar counts them (in Asia/Shanghai). */
export function dayOf(date: string): number {
  return Date.parse(date) / DAY_MS
}

const EXCEPTIONS = Object.entries(TURNED_ROUND).flatMap(([year, dates]) =>
  dates.split(/\s+/u).map(date => dayOf(`${year}-${date}`)),
)

/** The arguments of `setDays`: the span from 2025-01-01 to 2026-12-31, its exceptions, and a digest of their source. */
export const CALENDAR = [
  dayOf('2025-01-01'),
  dayOf('2027-01-01'),
  EXCEPTIONS,
  id(JSON.stringify(TURNED_ROUND)),
] as const
