// Requests, and what is decided about them: by the provider, or by as many approvers as the resource's level asks for.

import { isDeepStrictEqual } from 'node:util'
import type { Grant, RequestTerms } from '../chain/registry-state.ts'
import { APPROVERS, type Approver, encodePurpose, UNLIMITED } from '../chain/terms.ts'
import type { Words } from '../core/words.ts'
import type { PlannedOrganisation, PlannedQuota, PlannedRequest } from '../plan/planned.ts'
import { type RuleInForce, rulesFor } from './rules.ts'
import { idIn, type KnownRequest, type KnownResource, NO_DIGEST, type Run, scopeOf } from './run.ts'

/** The request's number on the chain, made if need be; undefined where it cannot be made yet. */
export async function requestAccess(
  request: PlannedRequest,
  isProduct: boolean,
  run: Run,
): Promise<KnownRequest | undefined> {
  const resource = run.resources.get(request.resource)!
  const terms = termsOf(request, resource, run)
  const known = findRequest(request.consumer, terms, run)
  if (known !== undefined) return { id: known.id, open: known.decision === undefined }
  const obstacle = findObstacle(request, isProduct, run)
  if (obstacle !== undefined) {
    const { consumer, resource: code } = request
    run.waiting.push({
      en: `the request of ${consumer} for ${code} waits until ${obstacle.en}`,
      zh: `${consumer} 对 ${code} 的申请须待${obstacle.zh}`,
    })
    return undefined
  }
  const sent = { ...terms, purpose: encodePurpose(terms.purpose) }
  const events = await run.act(run.accountOf(request.consumer), 'accessLedger', 'request', [sent])
  return { id: idIn(events), open: events.every(({ name }) => name !== 'AccessGranted') }
}

function findObstacle({ agreement, resource }: PlannedRequest, isProduct: boolean, run: Run): Words | undefined {
  if (agreement !== undefined && run.agreements.get(agreement)?.inForce !== true)
    return { en: `agreement ${agreement} is in force`, zh: `协议 ${agreement} 生效` }
  if (isProduct && !run.released.has(resource))
    return { en: `product ${resource} is released`, zh: `产品 ${resource} 发布` }
  return undefined
}

function termsOf(request: PlannedRequest, resource: KnownResource, { digestText, agreements }: Run): RequestTerms {
  const { agreement, purpose, purposeText, legalBasis, fields, from, until, quota } = request
  return {
    resource: BigInt(resource.id),
    agreement: BigInt(agreement === undefined ? 0 : (agreements.get(agreement)?.id ?? 0)),
    purpose,
    purposeTextDigest: digestText(purposeText),
    legalBasisDigest: digestText(legalBasis),
    scope: scopeOf(resource, fields),
    from,
    until,
    quota: quotaOf(quota),
  }
}

function quotaOf({ bytes, rows }: PlannedQuota = {}): RequestTerms['quota'] {
  return {
    byteCount: bytes === undefined ? UNLIMITED : BigInt(bytes),
    rowCount: rows === undefined ? UNLIMITED : BigInt(rows),
  }
}

/** The consumer's request of exactly these terms: granting one of other terms would grant what nobody planned. */
function findRequest(consumer: string, terms: RequestTerms, { known }: Run): Grant | undefined {
  return known.grantsOfConsumer(consumer).find(({ asked }) => isDeepStrictEqual({ ...asked }, terms))
}

/** What the contract decided by itself, or people have decided already, is left as it is. */
export async function decide(
  request: PlannedRequest,
  { id, open }: KnownRequest,
  organisations: readonly PlannedOrganisation[],
  run: Run,
): Promise<void> {
  const { decision, until, quota, agreement } = request
  if (!open || decision === undefined) return
  const resource = run.resources.get(request.resource)!
  const provider = run.accountOf(resource.provider)
  if ('refuse' in decision) {
    await run.act(provider, 'accessLedger', 'refuse', [id, run.digestText(decision.refuse)])
    return
  }
  const [asked] = await run.view('accessLedger', 'askedDigest', [id])
  const underOperation = agreement !== undefined && run.agreements.get(agreement)?.kind === 'operation'
  const rules = await rulesFor(resource.level, underOperation, run)
  if (rules.length === 0)
    await run.act(provider, 'accessLedger', 'grant', [id, asked, until, quotaOf(quota), NO_DIGEST])
  else await approve(request, { id, asked, rules }, organisations, run)
}

async function approve(
  { consumer, resource: code, until }: PlannedRequest,
  { id, asked, rules }: { readonly id: number; readonly asked: unknown; readonly rules: readonly RuleInForce[] },
  organisations: readonly PlannedOrganisation[],
  run: Run,
): Promise<void> {
  const { provider } = run.resources.get(code)!
  const [given] = (await run.view('accessLedger', 'approvalsOf', [id])) as [readonly bigint[]]
  const roles = Object.keys(APPROVERS) as Approver[]
  const standing = new Set(roles.filter(role => Number(given[APPROVERS[role].value]) * 1000 > run.now()))
  const isOpen = (rule: RuleInForce): boolean => standing.intersection(rule.roles).size < rule.needed
  for (const role of roles) {
    const wanted = !standing.has(role) && rules.some(rule => rule.roles.has(role) && isOpen(rule))
    const holder = wanted ? findApprover(role, { provider, consumer }, organisations, run) : undefined
    if (holder === undefined) continue
    await run.act(holder, 'accessLedger', 'approve', [id, asked, APPROVERS[role].value, until, NO_DIGEST])
    standing.add(role)
  }
  for (const rule of rules.filter(isOpen)) {
    const missing = rule.needed - standing.intersection(rule.roles).size
    const namesIn = (language: keyof Words, comma: string): string =>
      Array.from(rule.roles, role => APPROVERS[role][language]).join(comma)
    run.waiting.push({
      en: `request ${id} waits for more approvals: ${missing}, of ${namesIn('en', ', ')}`,
      zh: `申请 ${id} 还须 ${missing} 方会签同意：${namesIn('zh', '、')}`,
    })
  }
}

function findApprover(
  role: Approver,
  sides: { readonly provider: string; readonly consumer: string },
  organisations: readonly PlannedOrganisation[],
  run: Run,
) {
  if (role === 'regulator') {
    const regulator = organisations.find(({ kinds }) => kinds.includes('regulator'))
    return regulator && run.accountOf(regulator.code)
  }
  const side = role === 'provider-officer' ? sides.provider : sides.consumer
  return organisations.some(({ code, officer }) => code === side && officer === true) ? run.officerOf(side) : undefined
}
