// What a decision is about, shown to whoever signs it. A decision carries `askedDigest` (IAccessLedger), one word that
// says nothing to a reader; so the request is fetched and shown in full, and the word is computed anew from what was
// shown. A service that shows one request and has another signed is found out by that. A refusal carries no such word:
// its request is shown all the same, against the contract's word where the chain itself is asked.

import { AbiCoder, keccak256 } from 'ethers'
import type { Act } from '../acts/list.ts'
import type { Lookup } from '../acts/lookup.ts'
import { UNLIMITED } from '../chain/terms.ts'
import { LedgerError } from '../core/error.ts'
import { anyText, list, part, type Read, text, wholeNumber } from '../core/reader.ts'
import { languageOf } from '../core/words.ts'
import type { Client } from './client.ts'
import { tell } from './output.ts'
import { formatBeijing, formatCount, showCell } from './table.ts'

const CODE = anyText(200)
const AMOUNT = text(/^\d{1,20}$/u, { en: 'a number', zh: '数字' })
const TIME = text(/^\d{4}-\d\d-\d\dT[\d:.]{8,12}Z$/u, { en: 'a time in UTC', zh: ' UTC 时间' })
const REQUEST = part({
  grant: part(
    {
      resource: CODE,
      consumer: CODE,
      purpose: CODE,
      fields: list(wholeNumber(), 128),
      from: TIME,
      until: TIME,
      quota: part({}, { bytes: AMOUNT, rows: AMOUNT }),
      withdrawals: wholeNumber(),
    },
    { agreement: wholeNumber() },
  ),
})
type Request = Read<typeof REQUEST>['grant']

/** Numbers of codes: the contracts' own, or what the service says they are. */
export type Numbers = Pick<Lookup, 'organisation' | 'resource' | 'purpose' | 'asked'>

/** Decides on a request, and does not say what was asked. */
const REFUSE = 'access-ledger.refuse'

/**
 * Shows the request that a decision is about, and makes sure that the decision is about that one. Other acts pass.
 * A refusal binds nobody to what was shown, so it can be signed unseen, and is said to be.
 * @param values The act's arguments, as they will be signed.
 * @param known Whether the digest is not the service's word: the chain's, or given by who signs. Then a request that
 *   cannot be shown is said to be unseen; otherwise nothing may be signed.
 * @throws LedgerError `asked_differs`, `asked_unseen`
 */
export async function checkAsked(
  client: Client,
  act: Act,
  values: readonly unknown[],
  numbers: Numbers,
  known: boolean,
): Promise<void> {
  const valueOf = (form: string): unknown => values[act.parameters.findIndex(({ form: { is } }) => is === form)]
  if (act.name !== REFUSE && valueOf('asked') === undefined) return
  const grant = valueOf('grant') as bigint
  const digest = (valueOf('asked') ?? (await numbers.asked(grant))) as string | undefined
  if (digest === undefined) return // there is no such request, as the contracts will say
  const [asked, id] = [digest, String(grant)]
  let request: Request
  try {
    request = (await client.get(`/v1/grants/${id}`, {}, REQUEST)).grant
  } catch (cause) {
    if (!(cause instanceof LedgerError)) throw cause
    if (known || act.name === REFUSE)
      return tell(WORDS[languageOf(process.env)].unseen(id, asked, cause.words[languageOf(process.env)]))
    throw new LedgerError(
      'asked_unseen',
      {
        en: `Nothing was signed: the service does not show request ${id} (${cause.message}), and only it says that the decision is about ${asked}. Ask again; or name what you decide on with --asked, or use --direct.`,
        zh: `没有签名：服务没有显示申请 ${id}（${cause.words.zh}），而只有它说明该决定是关于 ${asked} 的。请再次询问；或用 --asked 写明您所决定的内容，或用 --direct。`,
      },
      { cause },
    )
  }
  show(id, request)
  const found = await digestAsked(request, numbers)
  if (found === asked) {
    if (act.name !== REFUSE) tell(WORDS[languageOf(process.env)].checked)
    return
  }
  throw new LedgerError('asked_differs', {
    en: `Nothing was signed: the decision would be about ${asked}, and request ${id} as it is shown is ${found ?? 'of codes that have no number'}. It was decided meanwhile, or the service shows another request than it has you sign; ask your own node (--direct --rpc URL).`,
    zh: `没有签名：该决定将针对 ${asked}，而所显示的申请 ${id} 为 ${found ?? '无编号的代码'}。它可能已另有决定，或服务显示的申请与要您签名的不是同一个；请询问您自己的节点（--direct --rpc 地址）。`,
  })
}

/** As AccessLedger computes it: keccak256 of ten words. Undefined where a code has no number. */
async function digestAsked(request: Request, numbers: Numbers): Promise<string | undefined> {
  const { agreement = 0, fields, quota, withdrawals } = request
  const resource = await numbers.resource(request.resource)
  const consumer = await numbers.organisation(request.consumer)
  const purpose = await numbers.purpose(request.purpose)
  if (resource === undefined || consumer === undefined || purpose === undefined) return undefined
  const scope = fields.reduce((bits, field) => bits | (1n << BigInt(field)), 0n)
  const [from, until] = [request.from, request.until].map(time => Math.floor(Date.parse(time) / 1_000))
  const [bytes, rows] = [quota.bytes ?? UNLIMITED, quota.rows ?? UNLIMITED]
  const words = [resource, consumer, agreement, purpose, scope, from, until, bytes, rows, withdrawals % 256]
  const types = words.map(() => 'uint256')
  return keccak256(AbiCoder.defaultAbiCoder().encode(types, words))
}

const WORDS = {
  zh: {
    request: '申请',
    rows: ['使用方', '数据资源', '用途', '字段', '期限', '字节额度', '行数额度', '协议', '撤回会签次数'],
    period: (from: string, until: string) => `${from} – ${until}（北京）`,
    unlimited: '不限',
    none: '无',
    checked: '已核对：所签决定正是针对以上申请。',
    unseen: (id: string, asked: string, why: string) =>
      `未能核对：无法显示申请 ${id}（${why}）；所签决定针对 ${asked}，请自行确认其内容。`,
  },
  en: {
    request: 'request',
    rows: ['consumer', 'resource', 'purpose', 'fields', 'period', 'bytes', 'rows', 'agreement', 'approvals taken back'],
    period: (from: string, until: string) => `${from} – ${until} (Beijing)`,
    unlimited: 'unlimited',
    none: 'none',
    checked: 'Checked: the decision is about this request, and no other.',
    unseen: (id: string, asked: string, why: string) =>
      `NOT CHECKED: request ${id} cannot be shown (${why}); the decision is about ${asked}, whatever that asks for.`,
  },
} as const

function show(
  id: string,
  { resource, consumer, purpose, fields, from, until, quota, agreement, withdrawals }: Request,
): void {
  const words = WORDS[languageOf(process.env)]
  const amount = (most: string | undefined): string =>
    most === undefined ? words.unlimited : formatCount(BigInt(most))
  const period = words.period(formatBeijing(from), formatBeijing(until))
  const codes = [consumer, resource, purpose].map(showCell)
  const cells = [...codes, fields.join(', '), period, amount(quota.bytes), amount(quota.rows)]
  tell(`${words.request} ${id}`)
  for (const [k, cell] of [
    ...cells,
    agreement === undefined ? words.none : String(agreement),
    String(withdrawals),
  ].entries()) {
    tell(`  ${words.rows[k]}: ${cell}`)
  }
}
