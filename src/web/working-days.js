// Working days between two times, counted from the ledger's calendar on the page itself, so that the number is not merely
// told (docs/calendar.md).

const DAY = 86_400_000
/** Beijing keeps UTC+8 the whole year. */
const BEIJING = 8 * 3_600_000
/** Longer than any due time of the contracts (60 working days), so that no time sent can keep the page counting. */
const MOST_DAYS = 400

/**
 * Working days from the day after `start` to the day before `due`, dates in Beijing; undefined where the calendar cannot
 * tell: another version than the due time was counted by, or days that it does not cover.
 * @param start RFC 3339.
 * @param calendar Of GET /v1/calendar.
 */
export function countWorkingDays(start, { time, calendarVersion, provisional }, calendar) {
  if (provisional || calendar === undefined || calendar.version !== calendarVersion) return undefined
  const [free, worked] = [new Set(calendar.holidays), new Set(calendar.makeUpDays)]
  const end = midnightOf(time)
  const first = midnightOf(start) + DAY
  if (!(end - first < MOST_DAYS * DAY)) return undefined
  let count = 0
  for (let day = first; day < end; day += DAY) {
    const date = new Date(day).toISOString().slice(0, 10)
    const weekend = new Date(day).getUTCDay() % 6 === 0
    if (worked.has(date) || (!weekend && !free.has(date))) count++
  }
  return count
}

/** Of the date in Beijing, as if that were UTC. */
function midnightOf(time) {
  const local = Date.parse(time) + BEIJING
  return local - (local % DAY)
}
