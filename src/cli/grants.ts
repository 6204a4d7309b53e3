// suyuan grants: what one consumer asked for, what was decided, and what it took (R10).

import type { Command } from 'commander'
import { GRANT_STATES, PURPOSES } from '../chain/terms.ts'
import { GRANTS } from './answers.ts'
import { addServiceOptions, openClient, type ServiceOptions } from './client.ts'
import { languageOf, print, printAnswer, tell } from './output.ts'
import { parseWhole } from './question.ts'
import { formatBeijing, formatCount, formatTable } from './table.ts'

const HEADS = {
  zh: ['授权', '数据资源', '用途', '期限（北京）', '状态', '决定', '使用次数', '超出授权', '区块'],
  en: ['grant', 'resource', 'purpose', 'period (Beijing)', 'state', 'decided', 'uses', 'outside', 'block'],
} as const
const DECIDED = {
  zh: { automatic: '合约自动', provider: '提供方' },
  en: { automatic: 'automatically', provider: 'by provider' },
} as const

interface GrantsOptions extends ServiceOptions {
  readonly limit: number
  readonly before?: number
  readonly json?: true
}

export function addGrants(program: Command): void {
  addServiceOptions(program.command('grants'))
    .description('the grant history of one consumer')
    .argument('<consumer>', 'organisation code')
    .option('--limit <n>', 'grants shown, newest first (at most 200)', parseWhole, 50)
    .option('--before <id>', 'go on below this grant', parseWhole)
    .option('--json', 'the answer as the service gives it')
    .addHelpText('after', '\nExample:\n  suyuan grants 11520100MB1A234565')
    .action(async (consumer: string, options: GrantsOptions) => {
      const client = await openClient(options)
      const { limit, before } = options
      const parameters = { consumer, limit, before }
      if (options.json) {
        printAnswer(await client.getBytes('/v1/grants', parameters))
        return
      }
      const answer = await client.get('/v1/grants', parameters, GRANTS)
      const language = languageOf(process.env)
      const rows = answer.grants.map(({ id, resource, purpose, from, until, state, decision, requested, uses }) => [
        String(id),
        resource,
        (PURPOSES as Record<string, { zh: string; en: string }>)[purpose]?.[language] ?? purpose,
        `${formatBeijing(from)} – ${formatBeijing(until)}`,
        (GRANT_STATES as Record<string, { zh: string; en: string }>)[state]?.[language] ?? state,
        decision === undefined ? '—' : DECIDED[language][decision.decision],
        formatCount(uses.records),
        formatCount(uses.outside),
        String((decision ?? requested).block.number),
      ])
      print(`${answer.consumer.name} ${answer.consumer.code}`)
      print(formatTable(HEADS[language], rows, [0, 6, 7, 8]))
      if (answer.next !== undefined) tell(`--before ${answer.next}`)
    })
}
