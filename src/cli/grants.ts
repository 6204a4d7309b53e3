// suyuan grants, suyuan grant: what was asked for, what was decided, what may be done now, and what was taken (R10).

import type { Command } from 'commander'
import { CHANNELS, DELIVERY_KINDS, GRANT_STATES, PURPOSES } from '../chain/terms.ts'
import { type Language, languageOf } from '../core/words.ts'
import { GRANT_LIFE, GRANTS, type GrantAnswer, type HistoryAnswer } from './answers.ts'
import { addServiceOptions, openClient, type ServiceOptions } from './client.ts'
import { formatTerms } from './grant-terms.ts'
import { formatHistory, labelOf } from './history.ts'
import { print, printAnswer, tell } from './output.ts'
import { parseWhole } from './question.ts'
import { formatBeijing, formatCount, formatTable, showCell } from './table.ts'

const WORDS = {
  zh: {
    grants: ['授权', '数据资源', '用途', '期限（北京）', '状态', '决定', '使用次数', '超出授权', '区块'],
    deliveries: ['区块', '方式', '渠道', '记录方', '访问次数', '字节', '行数'],
    decided: { automatic: '合约自动', provider: '提供方', approvals: '多方会签' },
    rule: { unconditional: '由合约（无条件）', policy: (version: number) => `由合约（策略第 ${version} 版）` },
    overdue: '（逾期）',
    none: '没有符合条件的申请或授权。',
    colon: '：',
    now: '现在',
  },
  en: {
    grants: ['grant', 'resource', 'purpose', 'period (Beijing)', 'state', 'decided', 'uses', 'outside', 'block'],
    deliveries: ['block', 'kind', 'channel', 'recorded by', 'accesses', 'bytes', 'rows'],
    decided: { automatic: 'automatically', provider: 'by provider', approvals: 'by approvals' },
    rule: {
      unconditional: 'by the contract (unconditional)',
      policy: (version: number) => `by the contract (policy v${version})`,
    },
    overdue: ' (overdue)',
    none: 'No request or grant fits.',
    colon: ': ',
    now: 'now',
  },
} as const

interface GrantsOptions extends ServiceOptions {
  readonly provider?: string
  readonly resource?: string
  readonly agreement?: number
  readonly state?: string
  readonly limit: number
  readonly before?: number
  readonly json?: true
}

export function addGrants(program: Command): void {
  addServiceOptions(program.command('grants'))
    .description('requests and grants of a consumer, or of whoever the options name')
    .argument('[consumer]', 'organisation code')
    .option('--provider <code>', 'of this provider')
    .option('--resource <code>', 'for this resource')
    .option('--agreement <number>', 'under this agreement', parseWhole)
    .option('--state <word>', `in this state: ${Object.keys(GRANT_STATES).slice(1).join(', ')}`)
    .option('--limit <n>', 'grants shown, newest first (at most 200)', parseWhole, 50)
    .option('--before <id>', 'go on below this grant', parseWhole)
    .option('--json', 'the answer as the service gives it')
    .addHelpText(
      'after',
      '\nExamples:\n  suyuan grants 11520100MB1A234565\n  suyuan grants --provider 115201000088888881 --state requested',
    )
    .action(async (consumer: string | undefined, options: GrantsOptions) => {
      const client = await openClient(options)
      const { provider, resource, agreement, state, limit, before } = options
      const parameters = { consumer, provider, resource, agreement, state, limit, before }
      if (options.json) {
        printAnswer(await client.getBytes('/v1/grants', parameters))
        return
      }
      const answer = await client.get('/v1/grants', parameters, GRANTS)
      const language = languageOf(process.env)
      for (const { name, code } of [answer.consumer, answer.provider].filter(one => one !== undefined)) {
        print(showCell(`${name} ${code}`))
      }
      const rows = answer.grants.map(grant => [...cellsOf(grant, language), ...usesOf(grant), placeOf(grant)])
      print(rows.length === 0 ? WORDS[language].none : formatTable(WORDS[language].grants, rows, [0, 6, 7, 8]))
      if (answer.next !== undefined) tell(`--before ${answer.next}`)
    })
}

export function addGrant(program: Command): void {
  addServiceOptions(program.command('grant'))
    .description('one request or grant: what may be done now, and its whole history')
    .argument('<id>', 'its number', parseWhole)
    .option('--json', 'the answer as the service gives it')
    .addHelpText('after', '\nExample:\n  suyuan grant 42')
    .action(async (id: number, options: GrantsOptions) => {
      const client = await openClient(options)
      const path = `/v1/grants/${id}`
      if (options.json) {
        printAnswer(await client.getBytes(path, {}))
        return
      }
      const { grant, uses } = await client.get(path, {}, GRANT_LIFE)
      const language = languageOf(process.env)
      const words = WORDS[language]
      print(showCell(`${grant.consumer} ← ${grant.provider}`))
      const row = [...cellsOf(grant, language), formatCount(uses.records), formatCount(uses.outside), placeOf(grant)]
      print(formatTable(words.grants, [row], [0, 6, 7, 8]))
      print(showCell(`${words.now}${words.colon}${sayNow(grant, language)}`))
      print(formatTerms(grant, language))
      print(formatHistory(nameRule(grant, language), language))
      if (grant.deliveries.length === 0) return
      const rows = grant.deliveries.map(delivery => [
        String(delivery.block.number),
        labelOf(DELIVERY_KINDS, delivery.kind, language),
        labelOf(CHANNELS, delivery.channel, language),
        delivery.recordedBy ?? '—',
        delivery.accesses ?? '—',
        formatCount(BigInt(delivery.bytes)),
        formatCount(BigInt(delivery.rows)),
      ])
      print(formatTable(words.deliveries, rows, [0, 4, 5, 6]))
    })
}

type GrantLife = GrantAnswer & { readonly history: HistoryAnswer }

/** Where a rule of the contract granted, nobody signed the grant: the line says which rule it was. */
function nameRule({ history, decision }: GrantLife, language: Language): HistoryAnswer {
  const { rule, colon } = WORDS[language]
  const { basis, policyVersion } = decision ?? {}
  const said =
    basis === 'unconditional'
      ? rule.unconditional
      : basis === 'policy' && policyVersion !== undefined
        ? rule.policy(policyVersion)
        : undefined
  if (said === undefined) return history
  return history.map(one =>
    one.event === 'AccessGranted'
      ? { ...one, says: { ...one.says, [language]: `${one.says[language]}${colon}${said}` } }
      : one,
  )
}

function cellsOf(grant: GrantAnswer, language: Language): readonly string[] {
  const { id, resource, purpose, from, until, state, decision, due } = grant
  const words = WORDS[language]
  const late = due?.overdue === true ? words.overdue : ''
  return [
    String(id),
    resource,
    labelOf(PURPOSES, purpose, language),
    `${formatBeijing(from)} – ${formatBeijing(until)}`,
    `${labelOf(GRANT_STATES, state, language)}${late}`,
    decision === undefined ? '—' : words.decided[decision.decision],
  ]
}

function usesOf({ uses }: { readonly uses: { readonly records: number; readonly outside: number } }) {
  return [formatCount(uses.records), formatCount(uses.outside)]
}

function placeOf({ decision, requested }: GrantAnswer): string {
  return String((decision ?? requested).block.number)
}

function sayNow({ now: { says, of, next } }: GrantAnswer, language: Language): string {
  const where = of === undefined ? '' : ` (${of})`
  if (language === 'zh') return `${says.zh}${where}。${next?.zh ?? ''}`
  return `${says.en}${where}.${next === undefined ? '' : ` ${next.en}`}`
}
