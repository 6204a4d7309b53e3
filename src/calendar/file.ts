// The calendar file: what the State Council's yearly notices say about working days, as JSON that a person can compare
// with the notice. Its digest stands on the chain with every span that was set from it, so the file proves what the
// contract counts with. Dates are dates in Asia/Shanghai. docs/calendar.md has an example.

import canonicalize from 'canonicalize'
import { utf8 } from '../core/bytes.ts'
import { LedgerError } from '../core/error.ts'
import { sha256Hex } from '../core/hash.ts'
import { parseStrict } from '../core/json.ts'
import type { Words } from '../core/words.ts'
import { dayOfDate, isWeekend } from './day.ts'

export interface CalendarYear {
  readonly year: number
  /** Where it says so: number or address of the notice (文号). */
  readonly source: string
  /** Days off, ascending (放假); those at weekends change nothing. */
  readonly holidays: readonly string[]
  /** Saturdays and Sundays that are worked, ascending (调休上班). */
  readonly makeUpDays: readonly string[]
}

export interface Calendar {
  /** Of this format. */
  readonly version: 1
  readonly name: string
  /** One after another, without a gap. */
  readonly years: readonly CalendarYear[]
}

// What WorkCalendar can count with: its last day lies in 2149.
const FIRST_YEAR = 1970
const LAST_YEAR = 2148

/**
 * The calendar of a JSON text.
 * @throws LedgerError `invalid_calendar`, which names the place and what to do.
 */
export function parseCalendar(text: string): Calendar {
  const file = readObject(readJson(text), 'the calendar', ['version', 'name', 'years'])
  if (file['version'] !== 1) {
    throw invalid('version', {
      en: `is ${JSON.stringify(file['version'])}; this program reads version 1`,
      zh: `为 ${JSON.stringify(file['version'])}；本程序读取版本 1`,
    })
  }
  return { version: 1, name: readText(file['name'], 'name'), years: readYears(file['years']) }
}

/** SHA-256 of the calendar's canonical JSON (RFC 8785), as 0x and 64 hexadecimal digits: spaces and line ends of the file do not matter. */
export function digestCalendar(calendar: Calendar): string {
  return `0x${sha256Hex(utf8(canonicalize(calendar)!))}`
}

function readJson(text: string): unknown {
  try {
    return parseStrict(text)
  } catch (cause) {
    if (!(cause instanceof LedgerError)) throw cause
    throw new LedgerError(
      'invalid_calendar',
      { en: `the calendar is not JSON: ${cause.message}`, zh: `日历不是正确的 JSON：${cause.words.zh}` },
      { cause },
    )
  }
}

function readYears(value: unknown): readonly CalendarYear[] {
  if (!Array.isArray(value) || value.length === 0)
    throw invalid('years', { en: 'must be a list of at least one year', zh: '应为至少一年的列表' })
  const years = value.map((year, i) => readYear(year, `years[${i}]`))
  for (const [i, { year }] of years.entries()) {
    const before = years[i - 1]
    if (before && year !== before.year + 1) {
      throw invalid(`years[${i}].year`, {
        en: `is ${year} after ${before.year}; years follow one another without a gap`,
        zh: `在 ${before.year} 之后却是 ${year}；年份应连续`,
      })
    }
  }
  return years
}

function readYear(value: unknown, at: string): CalendarYear {
  const entry = readObject(value, at, ['year', 'source', 'holidays', 'makeUpDays'])
  const year = entry['year']
  if (typeof year !== 'number' || !Number.isInteger(year) || year < FIRST_YEAR || year > LAST_YEAR) {
    throw invalid(`${at}.year`, {
      en: `is ${JSON.stringify(year)}; it must be a year from ${FIRST_YEAR} to ${LAST_YEAR}`,
      zh: `为 ${JSON.stringify(year)}；应为 ${FIRST_YEAR} 至 ${LAST_YEAR} 的年份`,
    })
  }
  const source = readText(entry['source'], `${at}.source`)
  const holidays = readDates(entry['holidays'], `${at}.holidays`, year)
  const makeUpDays = readDates(entry['makeUpDays'], `${at}.makeUpDays`, year)
  // A year without holidays is one whose notice nobody typed in, and would pass for covered.
  if (holidays.length === 0)
    throw invalid(`${at}.holidays`, {
      en: `is empty; ${year} has holidays, take them from the notice`,
      zh: `为空；${year} 年有节假日，请照通知填写`,
    })
  for (const [i, date] of makeUpDays.entries()) {
    const place = `${at}.makeUpDays[${i}]`
    if (!isWeekend(dayOfDate(date)!))
      throw invalid(place, {
        en: `${date} is no Saturday or Sunday, so it is worked anyway`,
        zh: `${date} 不是星期六或星期日，本来就要上班`,
      })
    if (holidays.includes(date))
      throw invalid(place, {
        en: `${date} is also a holiday; take it out of one of the two lists`,
        zh: `${date} 同时列为节假日；请从其中一个列表删去`,
      })
  }
  return { year, source, holidays, makeUpDays }
}

function readDates(value: unknown, at: string, year: number): readonly string[] {
  if (!Array.isArray(value))
    throw invalid(at, { en: 'must be a list of dates such as "2026-10-01"', zh: '应为日期的列表，如“2026-10-01”' })
  return value.map((date: unknown, i) => {
    const place = `${at}[${i}]`
    if (typeof date !== 'string' || dayOfDate(date) === undefined) {
      throw invalid(place, {
        en: `${JSON.stringify(date)} is not a date; write year-month-day, such as "2026-10-01"`,
        zh: `${JSON.stringify(date)} 不是日期；请写年-月-日，如“2026-10-01”`,
      })
    }
    if (Number(date.slice(0, 4)) !== year)
      throw invalid(place, {
        en: `${date} does not lie in ${year}; put it under its own year`,
        zh: `${date} 不在 ${year} 年；请放在其所属年份下`,
      })
    const before: unknown = value[i - 1]
    if (typeof before === 'string' && date <= before) {
      throw invalid(place, {
        en: `${date} comes after ${before}; each date stands once, in ascending order`,
        zh: `${date} 排在 ${before} 之后；每个日期只写一次，按先后排列`,
      })
    }
    return date
  })
}

function readText(value: unknown, at: string): string {
  if (typeof value !== 'string' || value.trim() === '')
    throw invalid(at, { en: 'must be a text that is not empty', zh: '应为非空文本' })
  return value
}

function readObject(value: unknown, at: string, keys: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(at, { en: `must be an object with ${keys.join(', ')}`, zh: `应为含 ${keys.join('、')} 的对象` })
  }
  for (const key of Object.keys(value)) {
    if (!keys.includes(key))
      throw invalid(at, {
        en: `has the key ${JSON.stringify(key)}; it knows ${keys.join(', ')}`,
        zh: `有键 ${JSON.stringify(key)}；可用的键为 ${keys.join('、')}`,
      })
  }
  return value as Readonly<Record<string, unknown>>
}

function invalid(at: string, what: Words): LedgerError {
  return new LedgerError('invalid_calendar', { en: `${at}: ${what.en}`, zh: `${at}：${what.zh}` })
}
