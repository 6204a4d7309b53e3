// suyuan agreements, suyuan agreement: of which agreements a party is, how they stand, and how they came to be so.

import type { Command } from 'commander'
import { AGREEMENT_KINDS, AGREEMENT_STATES, OUTCOMES } from '../chain/terms.ts'
import { type Language, languageOf } from '../core/words.ts'
import { AGREEMENT_LIFE, AGREEMENTS, type AgreementAnswer } from './answers.ts'
import { addServiceOptions, openClient, type ServiceOptions } from './client.ts'
import { formatHistory, labelOf } from './history.ts'
import { print, printAnswer, tell } from './output.ts'
import { parseWhole } from './question.ts'
import { formatBeijing, formatCount, formatTable } from './table.ts'

const WORDS = {
  zh: {
    heads: ['协议', '类别', '各方', '期限（北京）', '状态', '签署', '异议', '备案', '评估', '授权', '产品'],
    none: '没有符合条件的协议。',
    vetoed: '（被否决）',
    public: (until: string) => `（公示至 ${until}）`,
    filed: { done: '已备案', late: '逾期备案', overdue: '逾期未备案', waiting: (until: string) => `${until} 前` },
  },
  en: {
    heads: [
      'agreement',
      'kind',
      'parties',
      'period (Beijing)',
      'state',
      'signed',
      'objections',
      'filing',
      'evaluated',
      'grants',
      'products',
    ],
    none: 'No agreement fits.',
    vetoed: ' (vetoed)',
    public: (until: string) => ` (public until ${until})`,
    filed: { done: 'filed', late: 'filed late', overdue: 'overdue', waiting: (until: string) => `before ${until}` },
  },
} as const

interface AgreementsOptions extends ServiceOptions {
  readonly state?: string
  readonly limit: number
  readonly before?: number
  readonly json?: true
}

export function addAgreements(program: Command): void {
  addServiceOptions(program.command('agreements'))
    .description('agreements of one party, or all')
    .argument('[party]', 'organisation code')
    .option('--state <word>', `in this state: ${Object.keys(AGREEMENT_STATES).slice(1).join(', ')}`)
    .option('--limit <n>', 'agreements shown, newest first (at most 200)', parseWhole, 50)
    .option('--before <id>', 'go on below this one', parseWhole)
    .option('--json', 'the answer as the service gives it')
    .addHelpText('after', '\nExample:\n  suyuan agreements 11520100MB1A234565')
    .action(async (party: string | undefined, options: AgreementsOptions) => {
      const client = await openClient(options)
      const { state, limit, before } = options
      const parameters = { party, state, limit, before }
      if (options.json) {
        printAnswer(await client.getBytes('/v1/agreements', parameters))
        return
      }
      const { agreements, next } = await client.get('/v1/agreements', parameters, AGREEMENTS)
      const language = languageOf(process.env)
      print(agreements.length === 0 ? WORDS[language].none : formatAgreements(agreements, language))
      if (next !== undefined) tell(`--before ${next}`)
    })
}

export function addAgreement(program: Command): void {
  addServiceOptions(program.command('agreement'))
    .description('one agreement, with its whole history')
    .argument('<id>', 'its number', parseWhole)
    .option('--json', 'the answer as the service gives it')
    .addHelpText('after', '\nExample:\n  suyuan agreement 3')
    .action(async (id: number, options: AgreementsOptions) => {
      const client = await openClient(options)
      const path = `/v1/agreements/${id}`
      if (options.json) {
        printAnswer(await client.getBytes(path, {}))
        return
      }
      const { agreement } = await client.get(path, {}, AGREEMENT_LIFE)
      const language = languageOf(process.env)
      print(formatAgreements([agreement], language))
      print(formatHistory(agreement.history, language))
    })
}

function formatAgreements(agreements: readonly AgreementAnswer[], language: Language): string {
  const words = WORDS[language]
  const rows = agreements.map(one => [
    String(one.id),
    labelOf(AGREEMENT_KINDS, one.kind, language),
    one.parties.map(({ name }) => name).join(' – '),
    `${formatBeijing(one.from)} – ${formatBeijing(one.until)}`,
    `${labelOf(AGREEMENT_STATES, one.state, language)}${sayAside(one, language)}`,
    `${one.signatures.length}/${one.parties.length}`,
    `${one.objections.open}/${one.objections.raised}`,
    sayFiling(one, language),
    one.evaluation === undefined ? '—' : labelOf(OUTCOMES, one.evaluation.outcome, language),
    formatCount(one.grants),
    formatCount(one.products),
  ])
  return formatTable(words.heads, rows, [0, 9, 10])
}

function sayAside({ veto, state, publicity }: AgreementAnswer, language: Language): string {
  const words = WORDS[language]
  if (veto !== undefined) return words.vetoed
  return state === 'publicised' && publicity !== undefined ? words.public(formatBeijing(publicity.until)) : ''
}

/** As the ledger says it: what time it is there, this machine's clock does not know. */
function sayFiling({ filing }: AgreementAnswer, language: Language): string {
  const { filed } = WORDS[language]
  if (filing === undefined) return '—'
  const { overdue, late, time } = filing.due
  if (filing.filed !== undefined) return late ? filed.late : filed.done
  return overdue ? filed.overdue : filed.waiting(formatBeijing(time))
}
