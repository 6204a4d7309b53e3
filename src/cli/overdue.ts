// suyuan overdue: what is owed and late now, and who owes it.

import type { Command } from 'commander'
import { OBLIGATIONS } from '../chain/state/overdue.ts'
import { languageOf } from '../core/words.ts'
import { OVERDUE } from './answers.ts'
import { addServiceOptions, openClient, type ServiceOptions } from './client.ts'
import { print, printAnswer } from './output.ts'
import { formatBeijing, formatTable } from './table.ts'

const WORDS = {
  zh: { heads: ['事项', '责任机构', '编号', '逾期自（北京）'], none: '没有逾期事项。', provisional: '（暂定）' },
  en: {
    heads: ['what', 'owed by', 'of', 'overdue since (Beijing)'],
    none: 'Nothing is overdue.',
    provisional: ' (provisional)',
  },
} as const

interface OverdueOptions extends ServiceOptions {
  readonly owedBy?: string
  readonly what?: string
  readonly json?: true
}

export function addOverdue(program: Command): void {
  addServiceOptions(program.command('overdue'))
    .description('everything that is owed and late now')
    .option('--owed-by <code>', 'by this organisation')
    .option('--what <kind>', `of this kind: ${Object.keys(OBLIGATIONS).join(', ')}`)
    .option('--json', 'the answer as the service gives it')
    .addHelpText('after', '\nExample:\n  suyuan overdue --owed-by 115201000088888881')
    .action(async (options: OverdueOptions) => {
      const client = await openClient(options)
      const { owedBy, what } = options
      if (options.json) {
        printAnswer(await client.getBytes('/v1/overdue', { owedBy, what }))
        return
      }
      const { overdue } = await client.get('/v1/overdue', { owedBy, what }, OVERDUE)
      const language = languageOf(process.env)
      const { heads, none, provisional } = WORDS[language]
      const rows = overdue.map(one => [
        one.says[language],
        one.owedBy,
        one.of,
        `${formatBeijing(one.since)}${one.provisional ? provisional : ''}`,
      ])
      print(rows.length === 0 ? none : formatTable(heads, rows))
    })
}
