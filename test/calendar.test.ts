// The calendar file, and when a number of working days is over.

import { expect } from 'chai'
import fc from 'fast-check'
import { dateOfDay, dayAt, dayOfDate, firstDayOfYear, isWeekend, startOfDay } from '../src/calendar/day.ts'
import {
  type CalendarYear,
  describeExceptions,
  digestCalendar,
  isKnown,
  isWorkingDay,
  NO_DAYS,
  parseCalendar,
  SEED_CALENDAR,
  spansOf,
  withSpan,
  workDaysOf,
  workingDaysAfter,
} from '../src/calendar.ts'
import { LedgerError } from '../src/core/error.ts'
import { CALENDAR } from './contracts/calendar.ts'

const NEW_YEAR: CalendarYear = {
  year: 2027,
  source: '国办发明电〔2026〕1号',
  holidays: ['2027-01-01', '2027-01-02', '2027-02-08'],
  makeUpDays: ['2027-02-13'],
}

/** A time of the clock in Beijing, in seconds since 1970. */
function beijing(text: string): number {
  return Date.parse(`${text}+08:00`) / 1000
}

describe('calendar file', () => {
  const file = (years: readonly object[], changes: object = {}): string =>
    JSON.stringify({ version: 1, name: '日历', years, ...changes })
  const refuses = (text: string, words: string): void => {
    expect(() => parseCalendar(text))
      .to.throw(LedgerError, words)
      .with.property('code', 'invalid_calendar')
  }

  it('is read as it stands', () => {
    expect(parseCalendar(file([NEW_YEAR]))).to.deep.equal({ version: 1, name: '日历', years: [NEW_YEAR] })
    expect(parseCalendar(JSON.stringify(SEED_CALENDAR))).to.deep.equal(SEED_CALENDAR)
  })

  it('has one digest, however it is spaced and ordered', () => {
    const { year, source, holidays, makeUpDays } = NEW_YEAR
    const shuffled = JSON.stringify(
      { years: [{ makeUpDays, holidays, source, year }], name: '日历', version: 1 },
      null,
      2,
    )
    const digest = digestCalendar(parseCalendar(file([NEW_YEAR])))
    expect(digestCalendar(parseCalendar(shuffled))).to.equal(digest)
    // Computed apart: printf '%s' <canonical JSON> | sha256sum
    expect(digest).to.equal('0x2b37bf908243757c26cf53f2aaa65d7b025bc4b4bee223fb963366ff8eeb296f')
    expect(digestCalendar(parseCalendar(file([NEW_YEAR], { name: '另一个' })))).to.not.equal(digest)
  })

  it('is refused with the place of the slip', () => {
    refuses('{', 'not JSON')
    refuses('[]', 'the calendar: must be an object with version, name, years')
    refuses(file([NEW_YEAR], { version: 2 }), 'version: is 2; this program reads version 1')
    refuses(file([NEW_YEAR], { version: undefined }), 'version: is undefined')
    refuses(file([NEW_YEAR], { name: ' ' }), 'name: must be a text')
    refuses(file([NEW_YEAR], { extra: 1 }), 'the calendar: has the key "extra"')
    refuses(file([]), 'years: must be a list of at least one year')
    refuses(file([], { years: {} }), 'years: must be a list of at least one year')
    refuses(file([null as unknown as object]), 'years[0]: must be an object')
    refuses(file([NEW_YEAR, { ...NEW_YEAR, holiday: [] }]), 'years[1]: has the key "holiday"')
    refuses(
      file([NEW_YEAR, { ...NEW_YEAR, year: 1969 }]),
      'years[1].year: is 1969; it must be a year from 1970 to 2148',
    )
    refuses(file([{ ...NEW_YEAR, year: 2149 }]), 'years[0].year: is 2149')
    refuses(file([{ ...NEW_YEAR, year: 2027.5 }]), 'years[0].year: is 2027.5')
    refuses(file([{ ...NEW_YEAR, year: '2027' }]), 'years[0].year: is "2027"')
    refuses(file([{ ...NEW_YEAR, source: '' }]), 'years[0].source: must be a text')
    refuses(file([{ ...NEW_YEAR, source: 7 }]), 'years[0].source: must be a text')
  })

  it('is refused for dates that cannot be', () => {
    const holidays = (...dates: unknown[]): string => file([{ ...NEW_YEAR, holidays: dates }])
    const makeUp = (...dates: unknown[]): string => file([{ ...NEW_YEAR, makeUpDays: dates }])
    refuses(file([{ ...NEW_YEAR, holidays: '2027-01-01' }]), 'years[0].holidays: must be a list of dates')
    refuses(holidays(), 'years[0].holidays: is empty; 2027 has holidays')
    for (const date of ['2027-02-29', '2027-13-01', '2027-1-1', '2027/01/01', '01-01', 20_270_101, null]) {
      refuses(holidays(date), `years[0].holidays[0]: ${JSON.stringify(date)} is not a date`)
    }
    refuses(holidays('2028-01-01'), '2028-01-01 does not lie in 2027; put it under its own year')
    refuses(holidays('2027-01-02', '2027-01-01'), 'years[0].holidays[1]: 2027-01-01 comes after 2027-01-02')
    refuses(holidays('2027-01-02', '2027-01-02'), 'each date stands once')
    refuses(makeUp('2027-02-12'), 'years[0].makeUpDays[0]: 2027-02-12 is no Saturday or Sunday, so it is worked anyway')
    refuses(makeUp('2027-01-02'), 'years[0].makeUpDays[0]: 2027-01-02 is also a holiday')
    refuses(
      file([
        { ...NEW_YEAR, year: 2026, holidays: ['2026-01-01'], makeUpDays: [] },
        { ...NEW_YEAR, year: 2028 },
      ]),
      '2027-01-01 does not lie in 2028',
    )
    const later = { ...NEW_YEAR, year: 2029, holidays: ['2029-01-01'], makeUpDays: [] }
    refuses(file([NEW_YEAR, later]), 'years[1].year: is 2029 after 2027; years follow one another')
    refuses(file([NEW_YEAR, NEW_YEAR]), 'years[1].year: is 2027 after 2027')
  })
})

describe('seed calendar', () => {
  it('covers 2004 to 2026, each year with its source', () => {
    expect(SEED_CALENDAR.years.map(({ year }) => year)).to.deep.equal(Array.from({ length: 23 }, (_, i) => 2004 + i))
    for (const { source } of SEED_CALENDAR.years) expect(source).to.match(/^https?:|通知$/u)
  })

  it('is what the chain has a digest of: a change of the package shows here', () => {
    expect(digestCalendar(SEED_CALENDAR)).to.equal('0x3920b10257291f290a7e1193abd2c557a6530ea78a7aca18ff0aaa758c14d3c7')
  })

  it('says of 2025 and 2026 what the notices say, typed in by hand', () => {
    const [firstDay, endDay, exceptions] = CALENDAR
    const [span] = spansOf(SEED_CALENDAR, 2025)
    expect({ ...span, sourceDigest: '' }).to.deep.equal({ firstDay, endDay, exceptions, sourceDigest: '' })
  })
})

describe('calendar spans', () => {
  it('are two years each, one after another, as much as the contract takes', () => {
    const spans = spansOf(SEED_CALENDAR)
    expect(spans).to.have.length(12)
    for (const [i, { firstDay, endDay, exceptions, sourceDigest }] of spans.entries()) {
      expect(firstDay).to.equal(i === 0 ? firstDayOfYear(2004) : spans[i - 1]!.endDay)
      expect(endDay - firstDay).to.be.within(365, 731)
      expect(exceptions.every((day, j) => day >= firstDay && day < endDay && (j === 0 || day > exceptions[j - 1]!))).to
        .be.true
      expect(sourceDigest).to.equal(digestCalendar(SEED_CALENDAR))
    }
    expect(spansOf(SEED_CALENDAR, 2026).map(({ firstDay }) => firstDay)).to.deep.equal([firstDayOfYear(2026)])
    expect(spansOf(SEED_CALENDAR, 2027)).to.deep.equal([])
  })

  it('hold holidays of the week and worked weekends, and nothing of a holiday at a weekend', () => {
    const [span] = spansOf(parseCalendar(JSON.stringify({ version: 1, name: '日历', years: [NEW_YEAR] })))
    expect(span!.exceptions.map(dateOfDay)).to.deep.equal(['2027-01-01', '2027-02-08', '2027-02-13'])
    expect(describeExceptions(span!.exceptions)).to.deep.equal({
      holidays: ['2027-01-01', '2027-02-08'],
      makeUpDays: ['2027-02-13'],
    })
  })

  it('laid over each other, the last one holds', () => {
    const first = withSpan(NO_DAYS, { firstDay: 100, endDay: 200, exceptions: [100, 150, 199] })
    const second = withSpan(first, { firstDay: 140, endDay: 220, exceptions: [151] })
    expect(second).to.deep.equal({ firstDay: 100, endDay: 220, exceptions: new Set([100, 151]) })
    expect(withSpan(second, { firstDay: 90, endDay: 100, exceptions: [] })).to.deep.equal({ ...second, firstDay: 90 })
  })
})

describe('workingDaysAfter', () => {
  const known = workDaysOf(SEED_CALENDAR)
  const due = (time: string, count: number): string =>
    dateOfDay(dayAt(workingDaysAfter(beijing(time), count, known).dueAt))

  it('does not count the day itself, and ends with the last day counted', () => {
    // Thursday 2026-11-19: Friday is the first, Monday the second.
    expect(workingDaysAfter(beijing('2026-11-19T00:00:00'), 2, known)).to.deep.equal({
      dueAt: beijing('2026-11-24T00:00:00'),
      provisional: false,
    })
  })

  it('counts days of Beijing, not of UTC', () => {
    expect(due('2026-11-19T00:00:00', 1)).to.equal('2026-11-21')
    expect(due('2026-11-19T23:59:59', 1)).to.equal('2026-11-21')
    expect(due('2026-11-20T00:00:00', 1)).to.equal('2026-11-24')
    expect(due('2026-11-18T23:59:59', 1)).to.equal('2026-11-20')
  })

  it('leaves out holidays and counts make-up days', () => {
    // National Day 2026: off from 1 to 7 October, worked on Sunday 20 September and Saturday 10 October.
    expect(due('2026-09-30T12:00:00', 3)).to.equal('2026-10-11')
    expect(due('2026-09-18T12:00:00', 1)).to.equal('2026-09-21')
    // Spring Festival 2026: off from 15 to 23 February, worked on Saturdays 14 and 28.
    expect(due('2026-02-13T12:00:00', 10)).to.equal('2026-03-06')
  })

  it('is provisional exactly where it looks beyond what is known', () => {
    const provisional = (time: string, count: number): boolean =>
      workingDaysAfter(beijing(time), count, known).provisional
    expect(provisional('2026-12-30T12:00:00', 1)).to.be.false // ends with 31 December
    expect(provisional('2026-12-30T12:00:00', 2)).to.be.true
    expect(provisional('2026-12-31T12:00:00', 1)).to.be.true
    expect(provisional('2003-12-31T23:59:59', 1)).to.be.false // begins with 1 January
    expect(provisional('2003-12-30T12:00:00', 1)).to.be.true
    expect(workingDaysAfter(0, 1, NO_DAYS)).to.deep.equal({ dueAt: startOfDay(2), provisional: true })
  })

  it('agrees with counting days one by one from a list', () => {
    const worked = Array.from({ length: 10_000 }, (_, i) => 12_418 + i).filter(day => isWorkingDay(day, known)) // from 2004
    fc.assert(
      fc.property(
        fc.integer({ min: 12_419, max: 22_200 }),
        fc.integer({ min: 0, max: 86_399 }),
        fc.integer({ min: 1, max: 60 }),
        (day, second, count) => {
          const last = worked[worked.findIndex(other => other > day) + count - 1]!
          expect(workingDaysAfter(startOfDay(day) + second, count, known)).to.deep.equal({
            dueAt: startOfDay(last + 1),
            provisional: !isKnown(last, known),
          })
        },
      ),
    )
  })

  it('takes 1 to 60 days', () => {
    for (const count of [0, 61, -1, 1.5, Number.NaN]) {
      expect(() => workingDaysAfter(0, count, known))
        .to.throw(LedgerError, `${count} working days; give a whole number from 1 to 60`)
        .with.property('code', 'invalid_working_days')
    }
  })
})

describe('days', () => {
  it('are numbered from 1970-01-01 in Beijing', () => {
    expect(dayAt(beijing('1970-01-01T00:00:00'))).to.equal(0)
    expect(dayAt(beijing('2026-10-01T00:00:00') - 1)).to.equal(dayOfDate('2026-09-30'))
    expect(startOfDay(dayOfDate('2026-10-01')!)).to.equal(beijing('2026-10-01T00:00:00'))
    expect(isWeekend(2)).to.be.true // 1970-01-03, a Saturday
    expect(isWeekend(4)).to.be.false
  })

  it('are dates and back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 65_535 }), day => {
        expect(dayOfDate(dateOfDay(day))).to.equal(day)
      }),
    )
  })
})
