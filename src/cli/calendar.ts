// suyuan calendar: the working calendar as the contract has it, when some working days are over, and loading a new year
// (docs/calendar.md). Only its keeper can load; the file's digest stands on the chain, so anybody can compare.

import type { Command } from 'commander'
import { dateOfDay } from '../calendar/day.ts'
import { type Calendar, digestCalendar, MAX_WORKING_DAYS, parseCalendar, spansOf } from '../calendar.ts'
import { LedgerError } from '../core/error.ts'
import { decodeUtf8 } from '../core/json.ts'
import { anyText, flag, list, part, type Read, wholeNumber } from '../core/reader.ts'
import { type Language, languageOf } from '../core/words.ts'
import { setSpans } from '../seeding.ts'
import { addServiceOptions, openClient, type ServiceOptions } from './client.ts'
import { print, printJson } from './output.ts'
import { addSigningOptions, openSigning, type SigningOptions } from './own-account.ts'
import { readSettings } from './read-file.ts'
import { formatBeijing } from './table.ts'

/** What is used of GET /v1/calendar. */
const ANSWER = part({
  calendar: part(
    { version: wholeNumber(), holidays: list(anyText(10), 100_000), makeUpDays: list(anyText(10), 100_000) },
    {
      coverage: part({ first: anyText(10), last: anyText(10) }),
      digest: anyText(66),
      due: part({ time: anyText(40), provisional: flag }),
    },
  ),
})
type CalendarAnswer = Read<typeof ANSWER>['calendar']

interface JsonOption {
  readonly json?: true
}

export function addCalendar(program: Command): void {
  const calendar = addServiceOptions(program.command('calendar'))
    .description('the working calendar on the chain; `calendar load` adds a year, `calendar due` counts')
    .option('--json', 'the same as JSON')
    .enablePositionalOptions(false)
    .action(async (options: ServiceOptions & JsonOption) => {
      const answer = (await (await openClient(options)).get('/v1/calendar', {}, ANSWER)).calendar
      if (options.json) printJson(answer)
      else print(describe(answer, languageOf(process.env)))
    })

  // --url, --token-file and --json are those of `calendar` itself, wherever they stand.
  calendar
    .command('due')
    .description('when some working days after a time are over')
    .argument('<time>', 'such as 2026-09-28T10:00:00+08:00, or a date: the start of that day in Beijing')
    .argument('<days>', `working days, 1 to ${MAX_WORKING_DAYS}; the day of the time is not counted`)
    .addHelpText(
      'after',
      '\nExamples:\n  suyuan calendar due 2026-09-28T10:00:00+08:00 10\n  suyuan calendar due 2026-09-28 10',
    )
    .action(async (time: string, days: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ServiceOptions & JsonOption>()
      const { due } = (await (await openClient(options)).get('/v1/calendar', { time: readTime(time), days }, ANSWER))
        .calendar
      if (due === undefined)
        throw new LedgerError('answer_incomplete', {
          en: 'The service did not say when it is due; see that both are of one version.',
          zh: '服务没有说明何时到期；请确认两者版本一致。',
        })
      if (options.json) printJson(due)
      else print(describeDue(due, languageOf(process.env)))
    })

  addSigningOptions(calendar.command('load'))
    .description('loads a calendar file; for the calendar’s keeper, on the machine of the data directory')
    .argument('<file>', 'calendar file, see docs/calendar.md')
    .option('--from-year <year>', 'leaves out the years before')
    .addHelpText('after', '\nExample:\n  suyuan calendar load 2027.json')
    .action(async (file: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<SigningOptions & JsonOption & { readonly fromYear?: string }>()
      const read = parseCalendar(decodeUtf8(await readSettings(file, '<file>')))
      const loaded = await load(read, options, readYear(options.fromYear))
      if (options.json) printJson(loaded)
      else print(describeLoaded(loaded, languageOf(process.env)))
    })
}

/** Beijing has kept UTC+8 since 1991; whether there is such a day the service says. */
function readTime(text: string): string {
  return /^\d{4}-\d{2}-\d{2}$/u.test(text) ? `${text}T00:00:00+08:00` : text
}

function readYear(text: string | undefined): number | undefined {
  if (text === undefined || /^\d{4}$/u.test(text)) return text === undefined ? undefined : Number(text)
  throw new LedgerError('option_invalid', {
    en: `--from-year takes a year such as 2027, not "${text}".`,
    zh: `--from-year 应为年份，如 2027，而不是“${text}”。`,
  })
}

interface Loaded {
  readonly first: string
  readonly last: string
  readonly digest: string
  readonly acts: number
}

async function load(calendar: Calendar, options: SigningOptions, fromYear: number | undefined): Promise<Loaded> {
  const spans = spansOf(calendar, fromYear)
  const [first, last] = [spans[0], spans.at(-1)]
  if (first === undefined || last === undefined) {
    throw new LedgerError('calendar_empty', {
      en: `The calendar has no year from ${fromYear} on; leave --from-year out.`,
      zh: `日历中没有 ${fromYear} 年及以后的年份；请去掉 --from-year。`,
    })
  }
  using signing = await openSigning(options)
  await setSpans(spans, { act: signing.act, by: signing.account })
  return {
    first: dateOfDay(first.firstDay),
    last: dateOfDay(last.endDay - 1),
    digest: digestCalendar(calendar),
    acts: spans.length,
  }
}

function describe({ version, coverage, digest }: CalendarAnswer, language: Language): string {
  const zh = language === 'zh'
  if (coverage === undefined) {
    return zh
      ? '链上尚无工作日历：期限只按周末推算，均为暂定。由日历管理员载入：suyuan calendar load FILE'
      : 'No calendar is on the chain: due times count weekends only, and are provisional. Its keeper loads one: suyuan calendar load FILE'
  }
  return zh
    ? `工作日历第 ${version} 版，覆盖 ${coverage.first} 至 ${coverage.last}；来源文件摘要 ${digest}`
    : `Working calendar, version ${version}, covers ${coverage.first} to ${coverage.last}; digest of its file ${digest}`
}

function describeDue({ time, provisional }: NonNullable<CalendarAnswer['due']>, language: Language): string {
  const zh = language === 'zh'
  const warning = zh ? '（暂定：超出日历覆盖）' : ' (provisional: beyond what the calendar covers)'
  const at = formatBeijing(time)
  return `${zh ? `期限届满：${at}（北京时间）` : `Overdue from ${at}, Beijing time, on`}${provisional ? warning : ''}`
}

function describeLoaded({ first, last, digest, acts }: Loaded, language: Language): string {
  return language === 'zh'
    ? `已载入 ${first} 至 ${last}，${acts} 笔交易；文件摘要 ${digest}`
    : `Loaded ${first} to ${last} in ${acts} transactions; digest of the file ${digest}`
}
