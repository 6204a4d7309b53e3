// The calendar that a new ledger starts with: 2004 to 2026, as far as the package chinese-days has typed in the notices.
// Only its table of dates is read; none of its code runs. A later year is loaded from the operator's own file.

import days from 'chinese-days/dist/chinese-days.json' with { type: 'json' }
import type { Calendar, CalendarYear } from './file.ts'

// The notices behind the table, by year, where their text is to be had.
const SOURCES: Readonly<Record<string, string>> = {
  2004: 'https://zh.wikisource.org/zh-hans/国务院办公厅关于2004年部分节假日安排的通知',
  2006: 'http://www.gov.cn/jrzg/2005-12/22/content_133837.htm',
  2007: 'http://www.gov.cn/fwxx/sh/2006-12/18/content_471877.htm',
  2008: 'http://www.gov.cn/zwgk/2007-12/18/content_837184.htm',
  2009: 'http://www.gov.cn/zwgk/2008-12/10/content_1174014.htm',
  2010: 'http://www.gov.cn/zwgk/2009-12/08/content_1482691.htm',
  2011: 'http://www.gov.cn/zwgk/2010-12/10/content_1762643.htm',
  2012: 'http://www.gov.cn/zwgk/2011-12/06/content_2012097.htm',
  2013: 'http://www.gov.cn/zwgk/2012-12/10/content_2286598.htm',
  2014: 'http://www.gov.cn/zwgk/2013-12/11/content_2546204.htm',
  2015: 'http://www.gov.cn/zhengce/content/2014-12/16/content_9302.htm; http://www.gov.cn/zhengce/content/2015-05/13/content_9742.htm',
  2016: 'http://www.gov.cn/zhengce/content/2015-12/10/content_10394.htm',
  2017: 'http://www.gov.cn/zhengce/content/2016-12/01/content_5141603.htm',
  2018: 'http://www.gov.cn/zhengce/content/2017-11/30/content_5243579.htm',
  2019: 'http://www.gov.cn/xinwen/2018-12/06/content_5346287.htm; http://www.gov.cn/zhengce/content/2019-03/22/content_5375877.htm',
  2020: 'http://www.gov.cn/zhengce/content/2019-11/21/content_5454164.htm; http://www.gov.cn/zhengce/content/2020-01/27/content_5472352.htm',
  2021: 'http://www.gov.cn/zhengce/content/2020-11/25/content_5564127.htm',
  2022: 'http://www.gov.cn/zhengce/content/2021-10/25/content_5644835.htm',
  2023: 'http://www.gov.cn/zhengce/content/2022-12/08/content_5730844.htm',
  2024: 'https://www.gov.cn/zhengce/content/202310/content_6911527.htm',
  2025: 'https://www.gov.cn/zhengce/zhengceku/202411/content_6986383.htm',
  2026: 'https://www.gov.cn/zhengce/zhengceku/202511/content_7047091.htm',
}

/** State Council holidays and make-up days of all years that are known. */
export const SEED_CALENDAR: Calendar = { version: 1, name: '国务院办公厅节假日安排', years: seedYears() }

function seedYears(): readonly CalendarYear[] {
  const holidays = Object.keys(days.holidays).sort()
  const makeUpDays = Object.keys(days.workdays).sort()
  const years = [...new Set(holidays.map(yearOf))]
  return years.map(year => ({
    year: Number(year),
    source: SOURCES[year] ?? `国务院办公厅关于${year}年部分节假日安排的通知`,
    holidays: holidays.filter(date => yearOf(date) === year),
    makeUpDays: makeUpDays.filter(date => yearOf(date) === year),
  }))
}

function yearOf(date: string): string {
  return date.slice(0, 4)
}
