// What the contract keeps of a calendar (WorkCalendar): the days that are the opposite of the Monday–Friday rule, set span
// by span. Spans made from a file are the arguments of `setDays`; spans read from `CalendarSet` events, laid one over
// another in their order, are the calendar as the contract had it at any version.

import { dateOfDay, dayOfDate, firstDayOfYear, isWeekend } from './day.ts'
import { type Calendar, type CalendarYear, digestCalendar } from './file.ts'

/** One call of `setDays`. */
export interface CalendarSpan {
  readonly firstDay: number
  /** The first day after. */
  readonly endDay: number
  /** Ascending. */
  readonly exceptions: readonly number[]
  /** Of the calendar file, as 0x and 64 hexadecimal digits. */
  readonly sourceDigest: string
}

/** The days that are known, and which of them are the opposite of the week. */
export interface WorkDays {
  readonly firstDay: number
  readonly endDay: number
  readonly exceptions: ReadonlySet<number>
}

/** Nothing is known but the week. */
export const NO_DAYS: WorkDays = { firstDay: 0, endDay: 0, exceptions: new Set() }

const YEARS_PER_SPAN = 2

/**
 * The calls of `setDays` that load a calendar, in order: two years each, as much as the contract takes at once.
 * @param firstYear Leaves out the years before; the digest stays the one of the whole file.
 */
export function spansOf(calendar: Calendar, firstYear = 0): readonly CalendarSpan[] {
  const years = calendar.years.filter(({ year }) => year >= firstYear)
  const sourceDigest = digestCalendar(calendar)
  const spans: CalendarSpan[] = []
  for (let i = 0; i < years.length; i += YEARS_PER_SPAN) {
    const part = years.slice(i, i + YEARS_PER_SPAN)
    spans.push({
      firstDay: firstDayOfYear(part[0]!.year),
      endDay: firstDayOfYear(part.at(-1)!.year + 1),
      exceptions: part.flatMap(exceptionsOf),
      sourceDigest,
    })
  }
  return spans
}

/** Lays a span over what is known: within it, only what it says holds from now on. */
export function withSpan(known: WorkDays, span: Omit<CalendarSpan, 'sourceDigest'>): WorkDays {
  const outside = [...known.exceptions].filter(day => day < span.firstDay || day >= span.endDay)
  const exceptions = new Set([...outside, ...span.exceptions])
  if (known.endDay === 0) return { firstDay: span.firstDay, endDay: span.endDay, exceptions }
  return {
    firstDay: Math.min(known.firstDay, span.firstDay),
    endDay: Math.max(known.endDay, span.endDay),
    exceptions,
  }
}

/** What a calendar file says, as the contract would have it. */
export function workDaysOf(calendar: Calendar): WorkDays {
  return spansOf(calendar).reduce(withSpan, NO_DAYS)
}

/** The dates behind a span's exceptions, for people to compare with the notice. */
export function describeExceptions(exceptions: readonly number[]): { holidays: string[]; makeUpDays: string[] } {
  return {
    holidays: exceptions.filter(day => !isWeekend(day)).map(dateOfDay),
    makeUpDays: exceptions.filter(isWeekend).map(dateOfDay),
  }
}

/** A holiday at a weekend is none: that day is free anyway. */
function exceptionsOf({ holidays, makeUpDays }: CalendarYear): number[] {
  const free = holidays.map(date => dayOfDate(date)!).filter(day => !isWeekend(day))
  return [...free, ...makeUpDays.map(date => dayOfDate(date)!)].sort((a, b) => a - b)
}
