// Days as the ledger counts them: numbered from 1970-01-01 in Asia/Shanghai, which is 8 hours ahead of UTC all year round
// (no summer time since 1991). IWorkCalendar counts the same way.

export const SECONDS_PER_DAY = 86_400
/** How far Beijing is ahead of UTC, in seconds. */
export const BEIJING_OFFSET = 8 * 3_600

const MILLISECONDS_PER_DAY = SECONDS_PER_DAY * 1_000
const DATE = /^\d{4}-\d{2}-\d{2}$/u

/** The day in Beijing at a time, in seconds since 1970. */
export function dayAt(time: number): number {
  return Math.floor((time + BEIJING_OFFSET) / SECONDS_PER_DAY)
}

/** When a day begins in Beijing, in seconds since 1970. */
export function startOfDay(day: number): number {
  return day * SECONDS_PER_DAY - BEIJING_OFFSET
}

/** The number of a date such as 2026-10-01; undefined if there is no such date. */
export function dayOfDate(date: string): number | undefined {
  if (!DATE.test(date)) return undefined
  const day = Date.parse(`${date}T00:00:00Z`) / MILLISECONDS_PER_DAY
  // Date.parse reads 2026-02-30 as the second of March, and 2026-13-01 as nothing.
  return !Number.isNaN(day) && dateOfDay(day) === date ? day : undefined
}

/** The date of a day, such as 2026-10-01. */
export function dateOfDay(day: number): string {
  return new Date(day * MILLISECONDS_PER_DAY).toISOString().slice(0, 10)
}

/** The first day of a year. */
export function firstDayOfYear(year: number): number {
  return Date.UTC(year, 0, 1) / MILLISECONDS_PER_DAY
}

/** Whether a day is a Saturday or a Sunday. */
export function isWeekend(day: number): boolean {
  const weekday = new Date(day * MILLISECONDS_PER_DAY).getUTCDay()
  return weekday === 0 || weekday === 6
}
