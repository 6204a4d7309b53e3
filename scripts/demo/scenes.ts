// The scenes of the demo's story besides the day itself: each does its acts, and says on stage what the chain made of them.

import type { Grant } from '../../src/chain/registry.ts'
import { BASES, type Basis } from '../../src/chain/terms.ts'
import type { Ledger } from '../../src/ledger.ts'
import { type OnboardingParts, onboard } from '../../src/onboarding.ts'
import type { Plan } from '../../src/plan.ts'
import { type City, ONBOARDED_AT } from './city.ts'
import { computeInPlace, handOver } from './deliveries.ts'
import { countOverdue, type Disputed, disputeData } from './incidents.ts'
import { askAgain } from './open-request.ts'
import type { Stage } from './stage.ts'
import { type Stated, stateUsage } from './statements.ts'

const DAY_MS = 86_400_000
/** Five working days after the choice of a developer was made public. */
export const PUBLICITY_OVER_AT = ONBOARDED_AT + 9 * DAY_MS

interface Scene {
  readonly ledger: Ledger
  readonly parts: OnboardingParts
  readonly stage: Stage
}

/** How many requests were granted by whom, and how many were not. */
type Granted = Readonly<Record<Basis | 'refused' | 'open', number>>

interface Registered {
  /** The ids of the plan's requests. */
  readonly requests: readonly number[]
  readonly summary: Granted
}

export async function registerCity({ ledger, parts, plan, stage }: Scene & { readonly plan: Plan }): Promise<void> {
  const [organisations, resources, requests] = [plan.organisations.length, plan.resources.length, plan.requests.length]
  stage.step(
    `上链：${organisations} 家机构、${resources} 项目录、${requests} 份申请与审批`,
    `On the chain: ${organisations} organisations, ${resources} resources, ${requests} requests and their decisions`,
  )
  const bar = stage.progress('笔 acts')
  const result = await onboard(plan, { ...parts, onProgress: (done, total) => bar.update(done, total) })
  bar.stop()
  await ledger.registry.refresh()
  const { unconditional, policy, provider, approvals, refused } = countGranted(ledger, result.requests)
  stage.note(
    `${result.acts} 笔交易：合约自动授权 ${unconditional}，按共享策略 ${policy}，提供方批准 ${provider}，多方会签 ${approvals}，拒绝 ${refused}\n` +
      `${result.acts} transactions: ${unconditional} granted by the contract itself, ${policy} by a provider’s policy, ${provider} by the provider, ${approvals} by two of three approvals, ${refused} refused`,
  )
  for (const { zh, en } of result.waiting) stage.note(`尚待：${zh}\nNot yet: ${en}`)
}

/** The same plan again, when what it waited for has come: it adds only that. */
export async function finishAgreements({
  ledger,
  parts,
  plan,
  stage,
}: Scene & { readonly plan: Plan }): Promise<Registered> {
  stage.step(
    '授权运营：公示期满，签署开发协议，产品审查发布，开发主体取得授权',
    'Authorised operation: publicity is over, the development agreement is signed, the product released and granted',
  )
  const { requests, acts, waiting } = await onboard(plan, parts)
  if (waiting.length > 0) throw new Error(`the plan still waits: ${waiting.map(({ en }) => en).join('; ')}`)
  await ledger.registry.refresh()
  await fileAgreements(ledger, parts)
  const { agreements, products } = ledger.registry.books
  for (const { id, kind, parties, state, filing } of agreements.values()) {
    const names = parties.map(code => ledger.registry.organisation(code)?.name ?? code)
    stage.note(
      `协议 agreement ${id}（${kind}）: ${names.join(' — ')}, ${state}${filing?.filed === undefined ? '' : '，已备案 filed'}`,
    )
  }
  for (const { resource, state } of products.values()) {
    stage.note(
      `产品 product ${resource} ${ledger.registry.resource(resource)?.name ?? ''}: ${state}; ${acts} 笔交易 transactions`,
    )
  }
  return { requests: requests.map(id => id!), summary: countGranted(ledger, requests) }
}

/** Agencies file what they signed with the provincial bureau; the receipt's text stays off the chain. */
async function fileAgreements({ registry }: Ledger, { act, accountOf, digestText }: OnboardingParts): Promise<void> {
  const due = [...registry.books.agreements.values()].filter(
    ({ kind, filing }) => kind === 'operation' && filing !== undefined && filing.filed === undefined,
  )
  for (const { id, parties } of due) {
    await act(accountOf(parties[0]!), 'agreements', 'fileAgreement', [id, digestText('省数据主管部门备案回执')])
  }
  await registry.refresh()
}

function countGranted({ registry }: Ledger, ids: readonly (number | undefined)[]): Granted {
  const counts = Object.fromEntries([...Object.keys(BASES), 'refused', 'open'].map(name => [name, 0])) as Record<
    keyof Granted,
    number
  >
  for (const id of ids) {
    const decision = id === undefined ? undefined : registry.grant(id)?.decision
    counts[decision === undefined ? 'open' : decision.outcome === 'refused' ? 'refused' : decision.basis]++
  }
  return counts
}

/** Two users of the population register find mistakes. */
export async function playCorrections({
  ledger,
  parts,
  city,
  stage,
}: Scene & { readonly city: City }): Promise<Disputed> {
  const disputed = await disputeData(liveGrants(ledger, city).slice(0, 2), parts)
  stage.note(
    `校核：两个使用方对人口基础信息提出校核，第 ${disputed.answered} 件已更正并接受，第 ${disputed.open} 件待答复\n` +
      `Corrections: two users dispute entries of the register; number ${disputed.answered} is corrected and accepted, number ${disputed.open} waits`,
  )
  return disputed
}

/** Grants of the population register that stand. */
function liveGrants({ registry }: Ledger, { populationRegister }: City): readonly Grant[] {
  return [...registry.books.grants.values()].filter(
    ({ terms, decision, revoked }) =>
      terms.resource === populationRegister && decision?.outcome === 'granted' && revoked === undefined,
  )
}

/** Two grants of one consumer, for a computation over both. */
function grantsOfOne({ registry }: Ledger, now: number): readonly Grant[] {
  const live = [...registry.books.grants.values()].filter(
    ({ decision, revoked, terms, agreement }) =>
      decision?.outcome === 'granted' && revoked === undefined && terms.until > now && agreement === undefined,
  )
  const ofOne = [...Map.groupBy(live, ({ terms }) => terms.consumer).values()]
  return ofOne.find(grants => grants.length > 1)!.slice(0, 2)
}

interface Evening {
  readonly vetoed: number
  readonly overdue: number
  readonly statements: Omit<Stated, 'vetoed'>
  readonly computations: number
  readonly receipts: number
  /** The request that waits for whoever runs the demo. */
  readonly open: number | undefined
}

export async function playEvening({
  ledger,
  parts,
  city,
  disputed,
  stage,
  now,
}: Scene & {
  readonly city: City
  readonly disputed: Disputed
  readonly now: number
}): Promise<Evening> {
  stage.step(
    '日终：用量结算、域内计算、交付确认、逾期',
    'The evening: usage statements, a computation, a confirmed delivery, what is overdue',
  )
  await ledger.registry.refresh()
  const { vetoed, ...statements } = await stateUsage(ledger, parts)
  stage.note(
    `用量结算：${statements.grants} 份授权，合计 ${statements.accesses} 次、${statements.rows} 行，其中最大的 ${statements.checked} 份按日志重新汇总，${statements.agree ? '一致' : '不一致！'}；另有 ${statements.late} 次属当日已终止的授权\n` +
      `Statements: ${statements.grants} grants, ${statements.accesses} accesses, ${statements.rows} rows; the ${statements.checked} largest summed up again from the log ${statements.agree ? 'agree' : 'do NOT agree'}; ${statements.late} more under grants that ended that day`,
  )
  const live = liveGrants(ledger, city).find(({ terms }) => terms.until > now)!
  await computeInPlace(grantsOfOne(ledger, now), parts)
  await handOver(live, parts)
  await ledger.registry.refresh()
  const grants = [...ledger.registry.books.grants.values()]
  const computedOn = grants.filter(grant => grant.computations.count > 0)
  const outputs = computedOn.flatMap(grant => grant.computations.newest.map(({ outputDigest }) => outputDigest))
  const computations = new Set(outputs).size
  const receipts = grants.reduce((sum, grant) => sum + grant.receipts.count, 0)
  const overdue = countOverdue(ledger, now)
  const open = await askAgain(ledger, parts, now)
  stage.note(
    `计算：${computations} 次，${computedOn.length} 份授权的数据在域内计算，未离开；交付确认 ${receipts} 次；否决期间的访问 ${vetoed} 次；逾期 ${overdue} 项（第 ${disputed.open} 件校核未答复）\n` +
      `${computations} computation on the data of ${computedOn.length} grants, none of it left; ${receipts} delivery confirmed; ${vetoed} accesses while vetoed; ${overdue} overdue (correction ${disputed.open} unanswered)`,
  )
  if (open !== undefined) {
    stage.note(`申请 ${open.id} 待提供方答复\nRequest ${open.id} waits for its provider’s answer`)
  }
  return { vetoed, overdue, statements, computations, receipts, open: open?.id }
}
