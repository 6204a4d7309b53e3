// How requests are decided: from which level on several must approve, and what a provider grants without being asked.

import { type Approver, approversFromBits, approversToBits, encodePurpose, UNLIMITED } from '../chain/terms.ts'
import { LedgerError } from '../core/error.ts'
import type { PlannedApprovalRule, PlannedPolicy } from '../plan/planned.ts'
import { ascending, eachSender, type KnownResource, organisationId, type Run, scopeOf } from './run.ts'

const HIGHEST_LEVEL = 15
const DAY_SECONDS = 86_400

/** Requests under an operation agreement have to meet the rule of this level, beside that of their own. */
const OPERATION_LEVEL = 0

/** As the contract says it. */
interface RuleAtLevel {
  readonly needed: bigint
  readonly roles: bigint
}

export interface RuleInForce {
  readonly needed: number
  readonly roles: ReadonlySet<Approver>
}

/** The rules that a request has to meet, all of them; none where its provider decides alone. */
export async function rulesFor(level: number, underOperation: boolean, run: Run): Promise<readonly RuleInForce[]> {
  const levels = underOperation ? [level, OPERATION_LEVEL] : [level]
  const rules = await Promise.all(levels.map(level => ruleAt(level, run)))
  return rules
    .filter(({ needed }) => needed !== 0n)
    .map(({ needed, roles }) => ({ needed: Number(needed), roles: new Set(approversFromBits(roles)) }))
}

async function ruleAt(level: number, { view }: Run): Promise<RuleAtLevel> {
  const [rule] = (await view('accessLedger', 'approvalRuleAt', [level])) as [RuleAtLevel]
  return rule
}

/** A rule holds from its level on, in place of whatever was there: none is set over one that the plan does not know. */
export async function setApprovalRules(rules: readonly PlannedApprovalRule[], run: Run): Promise<void> {
  let sent = false
  for (const { fromLevel, needed, roles } of rules.toSorted((a, b) => a.fromLevel - b.fromLevel)) {
    const bits = approversToBits(roles)
    const there = await ruleAt(fromLevel, run)
    if (Number(there.needed) === needed && Number(there.roles) === bits) continue
    const free = (sent && fromLevel > 0) || (await isFree(fromLevel, run))
    if (!free) {
      const is = `${there.needed} of ${approversFromBits(there.roles).join(', ') || 'none'}`
      run.differences.push(
        `approvals from level ${fromLevel} on: ${is} on the chain, ${needed} of ${roles.join(', ')} in the plan`,
      )
      continue
    }
    await run.act(run.registrar, 'accessLedger', 'setApprovalRule', [fromLevel, { needed, roles: bits }])
    sent ||= fromLevel > 0
  }
}

/** Whether no rule is in force at this level or above; level 0 stands for itself. */
async function isFree(fromLevel: number, run: Run): Promise<boolean> {
  const last = fromLevel === 0 ? 0 : HIGHEST_LEVEL
  for (let level = fromLevel; level <= last; level++) if ((await ruleAt(level, run)).needed !== 0n) return false
  return true
}

export async function setPolicies(resources: readonly KnownResource[], run: Run): Promise<void> {
  const ruled = resources.filter(({ policy }) => policy !== undefined)
  if (ruled.length === 0) return
  const numbers = await readPurposeNumbers(run)
  await eachSender(
    ruled,
    ({ provider }) => provider,
    resource => setPolicy(resource, resource.policy!, numbers, run),
  )
}

async function setPolicy(
  resource: KnownResource,
  policy: PlannedPolicy,
  numbers: ReadonlyMap<string, number>,
  run: Run,
): Promise<void> {
  const [there] = (await run.view('policies', 'policyOf', [resource.id])) as [Readonly<Record<string, unknown>>]
  const terms = termsOf(resource, policy, numbers)
  if (there['version'] === 0n) {
    const consumers = ascending((policy.consumers ?? []).map(code => organisationId(code, run)))
    await run.act(run.accountOf(resource.provider), 'policies', 'setPolicy', [resource.id, terms, consumers])
    return
  }
  for (const [name, wanted] of Object.entries(terms)) {
    if (BigInt(wanted) === there[name]) continue
    run.differences.push(
      `policy of ${resource.code}: ${name} is ${String(there[name])} on the chain, ${wanted} in the plan`,
    )
  }
}

function termsOf(resource: KnownResource, policy: PlannedPolicy, numbers: ReadonlyMap<string, number>) {
  return {
    longestPeriod: policy.longestDays * DAY_SECONDS,
    validUntil: policy.validUntil,
    mostBytes: policy.bytes === undefined ? UNLIMITED : BigInt(policy.bytes),
    mostRows: policy.rows === undefined ? UNLIMITED : BigInt(policy.rows),
    scope: scopeOf(resource, policy.fields),
    purposes: policy.purposes.reduce((set, code) => set | (1n << BigInt(numberOf(code, numbers))), 0n),
  }
}

function numberOf(purpose: string, numbers: ReadonlyMap<string, number>): number {
  const number = numbers.get(encodePurpose(purpose))
  if (number !== undefined) return number
  throw new LedgerError('purpose_unknown', {
    en: `The plan has a policy for the purpose ${purpose}, which is not in the ledger's vocabulary; let its keeper add it (suyuan purposes add), or name another.`,
    zh: `登记方案中有用途 ${purpose} 的策略，而账本的用途词表中没有该用途；请由词表维护方增加（suyuan purposes add），或改用其他用途。`,
  })
}

/** Purposes by code as the contract has it. */
async function readPurposeNumbers({ view }: Run): Promise<ReadonlyMap<string, number>> {
  const [count] = (await view('vocabulary', 'purposeCount', [])) as [bigint]
  const numbers = new Map<string, number>()
  for (let number = 0; number < Number(count); number++) {
    const [code] = (await view('vocabulary', 'purposeAt', [number])) as [string]
    numbers.set(code, number)
  }
  return numbers
}
