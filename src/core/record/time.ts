// Times as the ledger keeps them: RFC 3339 in UTC with exactly three digits of milliseconds, so that order as text is
// order in time and one moment has one spelling.

import { LedgerError } from '../error.ts'
import { textThat } from '../reader.ts'
import type { Words } from '../words.ts'
import { PATTERNS } from './shape.ts'

const RFC_3339 =
  /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.(\d{1,3})(\d*))?(?:[Zz]|([+-](?:[01]\d|2[0-3]):[0-5]\d))$/
/** Of the years with four digits, ms since 1970. */
export const LAST_MOMENT = 253_402_300_799_999
const MONTH_LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const

/** A time in its canonical spelling: read and written again it is the same, so the calendar has it and the clock too. */
export const TIME = textThat(text => PATTERNS.time.test(text) && new Date(text).toJSON() === text, {
  en: 'a time of the form 2026-03-01T08:30:00.000Z',
  zh: '2026-03-01T08:30:00.000Z 这种格式的时间',
})

/**
 * The canonical spelling of an RFC 3339 time with any offset and up to milliseconds. Throws `invalid_time`: also for a
 * date that no calendar has, and for digits finer than a millisecond, which would be lost.
 */
export function parseTime(text: string): string {
  if (PATTERNS.time.test(text)) {
    checkCalendar(text, text.slice(0, 10), text.slice(11, 19))
    return text
  }
  const match = RFC_3339.exec(text)
  if (match === null)
    throw invalidTime(text, {
      en: 'it is not RFC 3339; write 2026-03-01T08:30:00.000+08:00',
      zh: '不是 RFC 3339 格式；请写成 2026-03-01T08:30:00.000+08:00',
    })
  const [, date = '', clock = '', millis = '', finer = '', offset = 'Z'] = match
  checkCalendar(text, date, clock)
  for (const digit of finer) {
    if (digit !== '0')
      throw invalidTime(text, {
        en: 'it is finer than a millisecond; send three digits at most',
        zh: '精度超过毫秒；小数最多三位',
      })
  }
  const time = new Date(`${date}T${clock}.${millis.padEnd(3, '0')}${offset}`).toISOString()
  // An offset can carry the first or last day of four-digit years over the edge.
  if (!PATTERNS.time.test(time))
    throw invalidTime(text, { en: 'its year in UTC has no four digits', zh: '换算为 UTC 后年份不是四位数' })
  return time
}

/** Milliseconds since 1970 of a canonical time. */
export function readTime(time: string): number {
  return Date.parse(time)
}

/**
 * The canonical time of milliseconds since 1970. Whoever signs a number, or seals a block with it, may write any: what lies
 * beyond the calendar is its last moment, or a number would end whatever tells of it.
 */
export function formatTime(ms: number): string {
  return new Date(Math.min(ms, LAST_MOMENT)).toISOString()
}

/** The same of seconds, as checkpoints are signed and blocks are sealed with. */
export function formatSeconds(seconds: number): string {
  return formatTime(seconds * 1000)
}

function checkCalendar(text: string, date: string, clock: string): void {
  const year = Number(date.slice(0, 4))
  const month = Number(date.slice(5, 7))
  const day = Number(date.slice(8, 10))
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const length = month === 2 && leap ? 29 : (MONTH_LENGTHS[month - 1] ?? 0)
  if (day < 1 || day > length) throw invalidTime(text, { en: 'the calendar has no such day', zh: '日历上没有这一天' })
  const second = Number(clock.slice(6, 8))
  if (second === 60)
    throw invalidTime(text, {
      en: 'a leap second has no place on this scale; send second 59',
      zh: '不使用闰秒；请写第 59 秒',
    })
  if (Number(clock.slice(0, 2)) > 23 || Number(clock.slice(3, 5)) > 59 || second > 59) {
    throw invalidTime(text, { en: 'the clock has no such time', zh: '没有这个时刻' })
  }
}

function invalidTime(text: string, why: Words): LedgerError {
  return new LedgerError('invalid_time', {
    en: `time ${JSON.stringify(text.slice(0, 64))} is refused: ${why.en}`,
    zh: `时间 ${JSON.stringify(text.slice(0, 64))} 不正确：${why.zh}`,
  })
}
