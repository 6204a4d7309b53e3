// Puts a plan on the chain: what a city does once before its first line is logged, and again whenever it grows. Each act
// is sent by the account of the organisation whose act it is. What the chain has already is left as it is, so that a plan
// can be run again, also after it was cut short; what cannot be done yet is told, and done by a later run. One file of
// onboarding/ for each kind of planned thing.

import type { Act } from './chain/acts.ts'
import type { Words } from './core/words.ts'
import { concludeAgreements } from './onboarding/agreements.ts'
import { requireComplete } from './onboarding/complete.ts'
import { findDifferences } from './onboarding/differences.ts'
import { registerOrganisations } from './onboarding/organisations.ts'
import { releaseProduct } from './onboarding/products.ts'
import { decide, requestAccess } from './onboarding/requests.ts'
import { registerResources } from './onboarding/resources.ts'
import { setApprovalRules, setPolicies } from './onboarding/rules.ts'
import { eachSender, type KnownRequest, type OnboardingParts, type Run } from './onboarding/run.ts'
import type { Plan, PlannedRequest } from './plan/planned.ts'

export type { OnboardingParts } from './onboarding/run.ts'

export interface Onboarded {
  /** The ids of the plan's requests, in their order; undefined where one cannot be made yet. */
  readonly requests: readonly (number | undefined)[]
  /** Acts sent; 0 when the chain had everything. */
  readonly acts: number
  /** What the chain has otherwise than the plan says, in words; it was left as it is. */
  readonly differences: readonly string[]
  /** What could not be done yet, in words, and when it can. */
  readonly waiting: readonly Words[]
}

/** @throws LedgerError `plan_incomplete`, or what the contracts refuse an act with */
export async function onboard(plan: Plan, parts: OnboardingParts): Promise<Onboarded> {
  requireComplete(plan, parts)
  const { organisations, approvalRules = [], agreements = [], products = [] } = plan
  let acts = 0
  const count: Act = async (...args) => {
    acts++
    return parts.act(...args)
  }
  const run = startRun(plan, { ...parts, act: count })

  await registerOrganisations(organisations, run)
  await setApprovalRules(approvalRules, run)
  await registerResources(plan.resources, run)
  await setPolicies([...run.resources.values()], run)
  await concludeAgreements(agreements, run)

  // Products are made from data that was asked for before, and are asked for themselves when they were released.
  const isProduct = new Set(products.map(({ resource }) => resource))
  const [ofProducts = [], ofData = []] = [true, false].map(made =>
    plan.requests.filter(({ resource }) => isProduct.has(resource) === made),
  )
  const requests = new Map<PlannedRequest, KnownRequest>()
  await askAndDecide(ofData, plan, requests, run)
  const named = new Map([...requests].flatMap(([{ name }, known]) => (name === undefined ? [] : [[name, known]])))
  for (const product of products) {
    await releaseProduct(product, agreements, named, run)
    run.progress()
  }
  await askAndDecide(ofProducts, plan, requests, run)
  return {
    requests: plan.requests.map(request => requests.get(request)?.id),
    acts,
    differences: run.differences,
    waiting: run.waiting,
  }
}

function startRun(plan: Plan, parts: OnboardingParts): Run {
  const { organisations, resources, requests, agreements = [], products = [] } = plan
  const total = [organisations, resources, requests, agreements, products].reduce((sum, items) => sum + items.length, 0)
  let done = 0
  return {
    ...parts,
    organisations: new Map(),
    resources: new Map(),
    agreements: new Map(),
    released: new Set(),
    differences: [...findDifferences(plan, parts)],
    waiting: [],
    progress: () => parts.onProgress?.(++done, total),
  }
}

async function askAndDecide(
  planned: readonly PlannedRequest[],
  { organisations, products = [] }: Plan,
  requests: Map<PlannedRequest, KnownRequest>,
  run: Run,
): Promise<void> {
  await eachSender(
    planned,
    ({ consumer }) => consumer,
    async request => {
      const isProduct = products.some(({ resource }) => resource === request.resource)
      const made = await requestAccess(request, isProduct, run)
      if (made !== undefined) requests.set(request, made)
      run.progress()
    },
  )
  const deciding = planned.filter(request => requests.get(request)?.open === true && request.decision !== undefined)
  await eachSender(
    deciding,
    ({ resource }) => run.resources.get(resource)!.provider,
    request => decide(request, requests.get(request)!, organisations, run),
  )
}

/** Ends grants before their time, each by its provider. */
export async function revokeGrants(
  grants: readonly { readonly id: number; readonly provider: string; readonly reason: string }[],
  { act, accountOf, digestText }: Pick<OnboardingParts, 'act' | 'accountOf' | 'digestText'>,
): Promise<void> {
  for (const { id, provider, reason } of grants) {
    await act(accountOf(provider), 'accessLedger', 'revoke', [id, digestText(reason)])
  }
}
