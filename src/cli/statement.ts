// suyuan statement: states on the chain what was used since the last statement, summed up from the log; and checks what
// was stated (docs/statements.md).

import { createHash } from 'node:crypto'
import { type Command, Option } from 'commander'
import { readAccount } from '../acts/relayer.ts'
import { JUDGEMENTS } from '../core/authority.ts'
import { LedgerError } from '../core/error.ts'
import { decodeUtf8, parseStrict } from '../core/json.ts'
import { type Language, languageOf } from '../core/words.ts'
import { UNSTATED } from '../statements/unstated.ts'
import { findLedger } from './act-ledger.ts'
import { PENDING, type PendingAnswer } from './answers.ts'
import { addServiceOptions, type Client, openClient, type ServiceOptions } from './client.ts'
import { askToSign } from './confirm.ts'
import { print, printAnswer, tell } from './output.ts'
import { parseWhole } from './question.ts'
import { signAct } from './sign-act.ts'
import { checkStatements } from './statement-check.ts'
import { formatCount, formatTable } from './table.ts'

/**
 * One for all statements of an account, whoever serves it: "statements" in ASCII. A batch that is held back, and one that
 * is signed for the same lines meanwhile, have the same nonce, and only one of them can land.
 */
const STATEMENTS_LANE = String(BigInt('0x73746174656d656e7473'))

interface StatementOptions extends ServiceOptions {
  readonly by?: string
  readonly key?: string
  readonly trust?: string
  readonly rpc?: string
  readonly deadline?: string
  readonly direct?: true
  readonly dryRun?: true
  readonly yes?: string
  readonly check?: number
  readonly json?: true
  readonly wait: boolean
  readonly timeout: number
}

export function addStatement(program: Command): void {
  addServiceOptions(program.command('statement'))
    .description('states use on the chain, summed up from the log; or checks what was stated')
    .option('--by <code>', 'who states: the provider, or a platform operator it entrusted')
    .option('--key <file>', 'private key of who states, 64 hexadecimal digits, readable by you alone')
    .option('--dry-run', 'shows what is to be stated, and signs nothing')
    .option('--yes <digest>', 'signs this batch without asking, and no other: the digest that --dry-run shows')
    .option('--check <grant>', 'checks the statements of this grant against the log and the chain', parseWhole)
    .option('--trust <file>', 'trust file: contracts, chain and log that you know to be right')
    .option('--deadline <time>', 'until when it may be sent, at most 7 days ahead (a day, by the ledger’s clock)')
    .addOption(new Option('--direct', 'as a transaction of your own, past the service').conflicts('deadline'))
    .addOption(new Option('--rpc <url>', 'node of the chain, for --check and --direct').env('SUYUAN_RPC_URL'))
    .option('--json', 'the answer as JSON')
    .option('--no-wait', 'does not wait until the act is on the chain')
    .option('--timeout <seconds>', 'how long to wait', parseWhole, 60)
    .addHelpText(
      'after',
      `
One batch of at most 100 statements; run it again while it says that there is more.
--check: exit code 0 the statements are those of the log, 1 they are not, 2 could not be checked.

Examples:
  suyuan statement --by 11520100MB0000008H --dry-run
  suyuan statement --by 11520100MB0000008H --key platform.key --yes 0x…
  suyuan statement --by 11520100MB0000008H --key platform.key --direct --rpc http://127.0.0.1:8545
  suyuan statement --check 42 --trust trust.json --rpc http://127.0.0.1:8545`,
    )
    .action(async (options: StatementOptions) => {
      const client = await openClient(options)
      const { check, trust, rpc, json } = options
      if (check !== undefined) {
        process.exitCode = await checkStatements(client, check, { trust, rpc, json: json === true })
        return
      }
      await state(client, options)
    })
}

async function state(client: Client, options: StatementOptions): Promise<void> {
  const { by, key, trust, dryRun, yes, json } = options
  const language = languageOf(process.env)
  if (by === undefined)
    throw new LedgerError('option_missing', {
      en: 'Say who states with --by CODE, or what to check with --check GRANT.',
      zh: '请用 --by 代码 说明由谁结算，或用 --check 授权编号 说明检查什么。',
    })
  if (json && dryRun) {
    const answer = await client.getBytes('/v1/statements/pending', { by })
    const { statements } = PENDING(parseStrict(decodeUtf8(answer)), 'answer')
    printAnswer(answer)
    if (statements.length > 0) tell(WORDS[language].batch(digestBatch(by, statements)))
    return
  }
  const pending = await client.get('/v1/statements/pending', { by }, PENDING)
  const say = dryRun ? print : tell
  show(pending, language, say)
  const batch = digestBatch(by, pending.statements)
  if (pending.statements.length > 0) say(WORDS[language].batch(batch))
  if (dryRun || pending.statements.length === 0) return
  if (key === undefined)
    throw new LedgerError('option_missing', {
      en: '--key FILE is needed to sign, or --dry-run to look only.',
      zh: '签名需要 --key 文件；只看不签请用 --dry-run。',
    })
  const confirm = (): Promise<void> =>
    askToSign({
      en: 'look at it with --dry-run, and name the batch that it shows with --yes DIGEST',
      zh: '请用 --dry-run 查看，并以 --yes 摘要 指明所示的批次',
    })
  if (yes !== undefined && yes !== batch) {
    throw new LedgerError('batch_differs', {
      en: `Nothing was signed: --yes names the batch ${JSON.stringify(yes.slice(0, 80))}, and what is to be stated now is ${batch}. The log has grown, or the service shows something else than before; look again with --dry-run.`,
      zh: `没有签名：--yes 指定的批次为 ${JSON.stringify(yes.slice(0, 80))}，而现在要结算的是 ${batch}。日志又有增长，或服务显示的内容与先前不同；请用 --dry-run 再看一次。`,
    })
  }
  const wallet = await readAccount(key)
  const ledger = await findLedger(client, trust)
  await signAct(
    client,
    ledger,
    wallet,
    'access-ledger.deliver',
    { deliveries: pending.statements.map(toDelivery) },
    { ...options, lane: STATEMENTS_LANE, ...(yes === undefined && { confirm }) },
  )
  if (pending.more) tell(WORDS[language].more)
}

function toDelivery({
  grant,
  bytes,
  rows,
  fields,
  contentDigest,
  accesses,
  logFirst,
  logEnd,
}: PendingAnswer['statements'][number]) {
  return {
    grant,
    kind: 'statement',
    handover: {
      channel: 'online-query',
      rowCount: rows,
      byteCount: bytes,
      scope: fields,
      contentDigest,
      accessCount: accesses,
      logFirst,
      logEnd,
    },
  }
}

/** One name for all that is signed: SHA-256 of who states, and of the deliveries in their order, as JSON. */
function digestBatch(by: string, statements: PendingAnswer['statements']): string {
  const signed = JSON.stringify({ by, deliveries: statements.map(toDelivery) })
  return `0x${createHash('sha256').update(signed).digest('hex')}`
}

const WORDS = {
  zh: {
    due: ['授权', '数据资源', '使用方', '访问次数', '字节', '行数', '日志范围', '字段', '内容摘要'],
    left: ['授权', '数据资源', '使用方', '访问次数', '字节', '行数', '未结算原因'],
    batch: (digest: string) => `本批摘要：${digest}`,
    none: '没有待结算的用量。',
    size: (size: number) => `统计至已上链日志的前 ${formatCount(size)} 条。`,
    left_: '以下访问不计入结算：',
    more: '还有更多待结算，请再次运行。',
  },
  en: {
    due: ['grant', 'resource', 'consumer', 'accesses', 'bytes', 'rows', 'range of the log', 'fields', 'content digest'],
    left: ['grant', 'resource', 'consumer', 'accesses', 'bytes', 'rows', 'not stated, since'],
    batch: (digest: string) => `batch: ${digest}`,
    none: 'Nothing is to be stated.',
    size: (size: number) => `Summed up over the first ${formatCount(size)} records, which are on the chain.`,
    left_: 'These accesses are not stated:',
    more: 'There is more to state; run it again.',
  },
} as const

/** A newer service may name others. */
const REASONS: Readonly<Record<string, Readonly<Record<Language, string>> | undefined>> = UNSTATED

function show(
  { size, statements, unstated, outside, more }: PendingAnswer,
  language: Language,
  say: (text: string) => void,
): void {
  const words = WORDS[language]
  const cells = (
    one: PendingAnswer['statements'][number] | PendingAnswer['unstated'][number] | PendingAnswer['outside'][number],
  ) => [
    String(one.grant),
    one.resource,
    one.consumer,
    formatCount(one.accesses),
    formatCount(BigInt(one.bytes)),
    formatCount(BigInt(one.rows)),
  ]
  const due = statements.map(one => [
    ...cells(one),
    `${one.logFirst}–${one.logEnd - 1}`,
    one.fields.join(', '),
    one.contentDigest,
  ])
  say(due.length === 0 ? words.none : formatTable(words.due, due, [0, 3, 4, 5]))
  const left = [
    ...unstated.map(one => [...cells(one), REASONS[one.why]?.[language] ?? one.why]),
    ...outside.map(one => [...cells(one), JUDGEMENTS[one.judgement][language]]),
  ]
  if (left.length > 0) {
    say(words.left_)
    say(formatTable(words.left, left, [0, 3, 4, 5]))
  }
  tell(words.size(size))
  if (more) tell(words.more)
}
