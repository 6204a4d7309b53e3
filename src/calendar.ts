// When a number of working days is over (工作日), computed here as IWorkCalendar defines it and independently of the
// contract, so that anybody can recompute a due time: from a calendar file, or from the `CalendarSet` events alone. The
// events up to the version that is named with a due time give it, and so do later ones that were there by then.

import { dayAt, isWeekend, startOfDay } from './calendar/day.ts'
import type { WorkDays } from './calendar/span.ts'
import { LedgerError } from './core/error.ts'

export { type Calendar, type CalendarYear, digestCalendar, parseCalendar } from './calendar/file.ts'
export { SEED_CALENDAR } from './calendar/seed.ts'
export {
  type CalendarSpan,
  describeExceptions,
  NO_DAYS,
  spansOf,
  type WorkDays,
  withSpan,
  workDaysOf,
} from './calendar/span.ts'

export const MAX_WORKING_DAYS = 60

export interface DueTime {
  /** The first second after the last working day, in seconds since 1970. */
  readonly dueAt: number
  /** Whether any day that was looked at lies outside of what is known, so that only the week was counted with. */
  readonly provisional: boolean
}

/**
 * When `count` working days are over, that of `time` itself not counted.
 * @param time Seconds since 1970.
 * @param count 1 to 60.
 * @param known The calendar: `workDaysOf(file)`, or the spans of events laid over each other.
 * @throws LedgerError `invalid_working_days`
 */
export function workingDaysAfter(time: number, count: number, known: WorkDays): DueTime {
  if (!Number.isInteger(count) || count < 1 || count > MAX_WORKING_DAYS) {
    throw new LedgerError('invalid_working_days', {
      en: `${count} working days; give a whole number from 1 to ${MAX_WORKING_DAYS}`,
      zh: `${count} 个工作日不正确；请给出 1 至 ${MAX_WORKING_DAYS} 的整数`,
    })
  }
  let day = dayAt(time)
  let provisional = false
  for (let left = count; left > 0; ) {
    day += 1
    if (!isKnown(day, known)) provisional = true
    if (isWorkingDay(day, known)) left -= 1
  }
  return { dueAt: startOfDay(day + 1), provisional }
}

/** Whether a day is worked. */
export function isWorkingDay(day: number, { exceptions }: WorkDays): boolean {
  return isWeekend(day) === exceptions.has(day)
}

/** Whether a day is covered by the calendar. */
export function isKnown(day: number, { firstDay, endDay }: WorkDays): boolean {
  return day >= firstDay && day < endDay
}
