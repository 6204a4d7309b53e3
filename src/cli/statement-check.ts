// suyuan statement --check: are the statements of a grant the sums of the log's own lines? With a trust file and a node
// nothing is taken on the service's word: statements and grant come from the chain, the log is read whole, and its tree
// must be the one anchored there.

import { LedgerError } from '../core/error.ts'
import { anyText, flag, list, part, wholeNumber } from '../core/reader.ts'
import { type Language, languageOf } from '../core/words.ts'
import type { Checked, CheckedStatement } from '../statements.ts'
import type { Client } from './client.ts'
import { describeError, EXIT, print, printJson, tell } from './output.ts'
import { readSettings } from './read-file.ts'
import { formatCount, formatTable } from './table.ts'

export interface CheckOptions {
  readonly trust: string | undefined
  readonly rpc: string | undefined
  readonly json: boolean
}

/** As `GET /v1/statements` shows them. */
interface Shown {
  readonly agrees: boolean
  readonly overlaps: boolean
  readonly statement: Sum & { readonly logFirst?: string; readonly logEnd?: string }
  readonly found?: Sum
  readonly skipped?: Sum
}
interface Sum {
  readonly accesses?: number | string
  readonly bytes: string
  readonly rows: string
}

/** @returns the exit code: 0 they are, 1 they are not. @throws LedgerError where that cannot be checked */
export async function checkStatements(client: Client, grant: number, options: CheckOptions): Promise<number> {
  const language = languageOf(process.env)
  const { trust, rpc, json } = options
  if ((trust === undefined) !== (rpc === undefined)) {
    throw new LedgerError('option_missing', {
      en: 'To check without trusting the service, give both --trust FILE and --rpc URL.',
      zh: '要不信任服务而检查，请同时给出 --trust 文件和 --rpc 地址。',
    })
  }
  let checked: readonly Shown[]
  try {
    checked =
      trust === undefined || rpc === undefined
        ? await askService(client, grant, language)
        : (await checkAnew(client, grant, await readSettings(trust, '--trust'), rpc)).map(show)
  } catch (error) {
    if (!(error instanceof LedgerError) || error.code !== 'log_differs') throw error
    tell(`suyuan: ${describeError(error)}`)
    return EXIT.tampered
  }
  if (json) printJson({ grant, statements: checked })
  else printTable(checked, language)
  return checked.every(({ agrees }) => agrees) ? EXIT.ok : EXIT.tampered
}

/** Statements asked for at a time. */
const PAGE = 1_000

const SUM = part({ accesses: wholeNumber(), bytes: anyText(40), rows: anyText(40) })
const CHECKED = part(
  {
    statements: list(
      part(
        {
          agrees: flag,
          overlaps: flag,
          statement: part(
            { bytes: anyText(40), rows: anyText(40) },
            { accesses: anyText(40), logFirst: anyText(40), logEnd: anyText(40) },
          ),
        },
        { found: SUM, skipped: SUM },
      ),
      PAGE,
    ),
  },
  { next: wholeNumber(1) },
)

async function askService(client: Client, grant: number, language: Language): Promise<readonly Shown[]> {
  const checked: Shown[] = []
  let before: number | undefined
  do {
    const page = await client.get('/v1/statements', { grant, limit: PAGE, before }, CHECKED)
    checked.push(...page.statements)
    // A page ends before the one that was asked for, or it would never end.
    before = page.next === undefined || page.next >= (before ?? Infinity) ? undefined : page.next
  } while (before !== undefined)
  tell(
    language === 'zh'
      ? `以上为 ${client.url} 自己的核对；加 --trust 和 --rpc 可不依赖它自行核对。`
      : `This is the word of ${client.url}; with --trust and --rpc it is checked without it.`,
  )
  return checked
}

async function checkAnew(
  client: Client,
  grant: number,
  trustFile: Uint8Array,
  rpc: string,
): Promise<Checked['statements']> {
  // Loaded here only: what reads a chain takes longer to load than most commands to run.
  const [{ parseTrust }, { connectChain }, { createRegistry }, { callContract }, { logIdOf }] = await Promise.all([
    import('../verify/trust.ts'),
    import('../chain/network.ts'),
    import('../chain/registry.ts'),
    import('../chain/call.ts'),
    import('../chain/deploy.ts'),
  ])
  const [{ systemClock }, { createStatements }, { readLogOf }] = await Promise.all([
    import('../clock.ts'),
    import('../statements.ts'),
    import('../statements/read-log.ts'),
  ])
  const { chainId, contracts, logKey } = parseTrust(trustFile)
  const chain = await connectChain({ url: rpc, chainId })
  try {
    const log = { warn: (_: object, message: string): void => tell(message) }
    const registry = createRegistry({ chain, contracts, firstBlock: 0, clock: systemClock, log })
    await registry.refresh()
    const id = logIdOf(logKey.name)
    const [size, root] = await callContract(chain, 'checkpointAnchor', contracts.checkpointAnchor, 'latest', [id])
    const head = { size: Number(size), root: Buffer.from(String(root).slice(2), 'hex') }
    const store = await readLogOf(grant, head, path => client.getBytes(`/log/${path}`, {}))
    const { statements } = await createStatements({ store, registry, log: id, anchored: () => head.size }).check(grant)
    return statements
  } finally {
    chain.close()
  }
}

function sum({ accesses, bytes, rows }: { accesses: number | bigint; bytes: bigint; rows: bigint }): Sum {
  return { accesses: String(accesses), bytes: String(bytes), rows: String(rows) }
}

function show({ statement, found, skipped, overlaps, agrees }: CheckedStatement): Shown {
  const range = { logFirst: String(statement.logFirst), logEnd: String(statement.logEnd) }
  return {
    statement: { ...sum(statement), ...range },
    ...(found && { found: sum(found) }),
    ...(skipped && { skipped: sum(skipped) }),
    overlaps,
    agrees,
  }
}

/** Statements listed whether they agree or not. */
const LISTED = 100

const WORDS = {
  zh: {
    heads: ['日志范围', '链上：次数', '字节', '行数', '日志：次数', '字节', '行数', '结论'],
    none: '该授权没有用量结算。',
    agrees: '一致',
    short: '日志没有这么长',
    more: (count: string) => `更早的 ${count} 份结算均一致，未列出。`,
    overlaps: '与之前的结算重叠',
    skipped: (count: string) => `之前有 ${count} 次访问未结算`,
    differs: '不一致',
  },
  en: {
    heads: ['range of the log', 'chain: accesses', 'bytes', 'rows', 'log: accesses', 'bytes', 'rows', 'result'],
    none: 'This grant has no usage statements.',
    agrees: 'agrees',
    short: 'the log is not that long',
    more: (count: string) => `${count} earlier ones agree, and are not listed.`,
    overlaps: 'states again what was stated before',
    skipped: (count: string) => `${count} accesses before it were never stated`,
    differs: 'differs',
  },
} as const

/** The newest, and of all before them those that do not agree. */
function printTable(checked: readonly Shown[], language: Language): void {
  const words = WORDS[language]
  const cells = (sum: Sum | undefined): string[] =>
    sum === undefined
      ? ['—', '—', '—']
      : [sum.accesses ?? 0, sum.bytes, sum.rows].map(value => formatCount(BigInt(value)))
  const listed = checked.filter(({ agrees }, k) => k < LISTED || !agrees)
  const rows = listed.map(one => {
    const { logFirst = '0', logEnd = '0' } = one.statement
    return [`${logFirst}–${BigInt(logEnd) - 1n}`, ...cells(one.statement), ...cells(one.found), resultOf(one, language)]
  })
  print(rows.length === 0 ? words.none : formatTable(words.heads, rows, [1, 2, 3, 4, 5, 6]))
  const more = checked.length - listed.length
  if (more > 0) tell(words.more(formatCount(more)))
}

function resultOf({ agrees, found, overlaps, skipped }: Shown, language: Language): string {
  const words = WORDS[language]
  if (agrees) return words.agrees
  if (found === undefined) return words.short
  if (overlaps) return words.overlaps
  return skipped === undefined ? words.differs : words.skipped(formatCount(BigInt(skipped.accesses ?? 0)))
}
