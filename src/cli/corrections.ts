// suyuan corrections, suyuan correction: what is said to be wrong with data, and whether it was answered in time.

import type { Command } from 'commander'
import { CORRECTION_STATES } from '../chain/terms.ts'
import { type Language, languageOf } from '../core/words.ts'
import { CORRECTION_LIFE, CORRECTIONS } from './answers.ts'
import { addServiceOptions, openClient, type ServiceOptions } from './client.ts'
import { formatHistory, labelOf } from './history.ts'
import { print, printAnswer, tell } from './output.ts'
import { parseWhole } from './question.ts'
import { formatBeijing, formatTable } from './table.ts'

const WORDS = {
  zh: {
    heads: ['校核', '数据资源', '提出方', '答复方', '授权', '状态', '轮次', '应答复（北京）'],
    none: '没有符合条件的校核。',
    overdue: '（逾期）',
  },
  en: {
    heads: ['correction', 'resource', 'raised by', 'owed by', 'grant', 'state', 'round', 'due (Beijing)'],
    none: 'No correction fits.',
    overdue: ' (overdue)',
  },
} as const

interface CorrectionsOptions extends ServiceOptions {
  readonly resource?: string
  readonly party?: string
  readonly state?: string
  readonly limit: number
  readonly before?: number
  readonly json?: true
}

export function addCorrections(program: Command): void {
  addServiceOptions(program.command('corrections'))
    .description('corrections of a resource or a party, or all')
    .option('--resource <code>', 'of this resource')
    .option('--party <code>', 'raised or to be answered by this organisation')
    .option('--state <word>', `in this state: ${Object.keys(CORRECTION_STATES).slice(1).join(', ')}`)
    .option('--limit <n>', 'corrections shown, newest first (at most 200)', parseWhole, 50)
    .option('--before <id>', 'go on below this one', parseWhole)
    .option('--json', 'the answer as the service gives it')
    .addHelpText('after', '\nExample:\n  suyuan corrections --party 115201000088888881 --state raised')
    .action(async (options: CorrectionsOptions) => {
      const client = await openClient(options)
      const { resource, party, state, limit, before } = options
      const parameters = { resource, party, state, limit, before }
      if (options.json) {
        printAnswer(await client.getBytes('/v1/corrections', parameters))
        return
      }
      const { corrections, next } = await client.get('/v1/corrections', parameters, CORRECTIONS)
      const language = languageOf(process.env)
      print(corrections.length === 0 ? WORDS[language].none : formatCorrections(corrections, language))
      if (next !== undefined) tell(`--before ${next}`)
    })
}

export function addCorrection(program: Command): void {
  addServiceOptions(program.command('correction'))
    .description('one correction, with its whole history')
    .argument('<id>', 'its number', parseWhole)
    .option('--json', 'the answer as the service gives it')
    .action(async (id: number, options: CorrectionsOptions) => {
      const client = await openClient(options)
      const path = `/v1/corrections/${id}`
      if (options.json) {
        printAnswer(await client.getBytes(path, {}))
        return
      }
      const { correction } = await client.get(path, {}, CORRECTION_LIFE)
      const language = languageOf(process.env)
      print(formatCorrections([correction], language))
      print(formatHistory(correction.history, language))
    })
}

type Shown = ReturnType<typeof CORRECTIONS>['corrections'][number]

function formatCorrections(corrections: readonly Shown[], language: Language): string {
  const { heads, overdue } = WORDS[language]
  const rows = corrections.map(({ id, resource, raiser, provider, grant, state, rounds, due }) => [
    String(id),
    resource,
    raiser,
    provider,
    String(grant),
    labelOf(CORRECTION_STATES, state, language),
    String(rounds),
    `${formatBeijing(due.time)}${due.overdue ? overdue : ''}`,
  ])
  return formatTable(heads, rows, [0, 4, 6])
}
