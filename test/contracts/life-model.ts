// The life of a grant in plain numbers: what the rules of contracts/interfaces/IAccessLedger.sol say about one resource, two
// consumers, one agreement. It shares no code with the contracts. Every act tells whether it is allowed, and then happens.

/** A request or grant as the rules see it. Times in seconds, quotas in bytes; rows are not limited here. */
export interface Life {
  readonly underAgreement: boolean
  state: 'requested' | 'refused' | 'granted' | 'revoked'
  /** Bits: 1 imposed, 2 the inspector agreed to lift, 4 the regulator did. Which veto it is stands beside it. */
  veto: number
  vetoes: number
  from: number
  until: number
  left: number
  /** What was allowed in all, and what was taken: the second never exceeds the first. */
  quota: number
  taken: number
  /** Of each role until when its approval counts. */
  readonly approvals: number[]
}

export interface Rule {
  readonly needed: number
  readonly roles: number
}

export interface Model {
  time: number
  readonly lives: Life[]
  /** For the resource's level, and for requests under an operation agreement. */
  rule: Rule
  operationRule: Rule
  policy: { readonly longest: number; readonly most: number } | undefined
  resourceVeto: number
  resourceVetoes: number
  agreementEnded: boolean
}

export type Side = 'inspector' | 'regulator'

export function newModel(time: number): Model {
  const rule = { needed: 0, roles: 0 }
  return {
    time,
    lives: [],
    rule,
    operationRule: rule,
    policy: undefined,
    resourceVeto: 0,
    resourceVetoes: 0,
    agreementEnded: false,
  }
}

export function request(model: Model, terms: { underAgreement: boolean; until: number; quota: number }): boolean {
  const { underAgreement, until, quota } = terms
  if (model.resourceVeto !== 0 || quota === 0 || until <= model.time) return false
  if (underAgreement && model.agreementEnded) return false
  const life: Life = {
    underAgreement,
    state: 'requested',
    veto: 0,
    vetoes: 0,
    from: 0,
    until,
    left: quota,
    quota,
    taken: 0,
    approvals: [0, 0, 0],
  }
  const { policy } = model
  const covered = policy !== undefined && until - model.time <= policy.longest && quota <= policy.most
  if (!underAgreement && model.rule.needed === 0 && covered) begin(model, life)
  model.lives.push(life)
  return true
}

export function grant(model: Model, life: Life, until: number, quota: number): boolean {
  if (!decidable(model, life) || rulesFor(model, life).length !== 0) return false
  if (until > life.until || until <= model.time || quota === 0 || quota > life.left) return false
  Object.assign(life, { until, left: quota, quota })
  begin(model, life)
  return true
}

export function approve(model: Model, life: Life, role: number, until: number): boolean {
  const rules = rulesFor(model, life)
  if (!decidable(model, life) || !rules.some(rule => names(rule, role))) return false
  if (until <= model.time || (life.approvals[role] ?? 0) > model.time) return false
  life.approvals[role] = until
  if (rules.every(rule => standing(model, life, rule) >= rule.needed)) begin(model, life)
  return true
}

export function withdraw(model: Model, life: Life, role: number): boolean {
  if (life.state !== 'requested' || (life.approvals[role] ?? 0) <= model.time) return false
  life.approvals[role] = 0
  return true
}

export function refuse(life: Life): boolean {
  if (life.state !== 'requested') return false
  life.state = 'refused'
  return true
}

export function revoke(model: Model, life: Life): boolean {
  if (life.state !== 'granted' || model.time >= life.until) return false
  life.state = 'revoked'
  return true
}

export function veto(model: Model, life: Life): boolean {
  const lapsed = life.state === 'requested' && model.time >= life.until
  if (life.state === 'refused' || lapsed || life.veto === 1) return false
  life.veto = 1
  life.vetoes += 1
  return true
}

export function lift(life: Life, side: Side): boolean {
  const lifted = agree(life.veto, side)
  if (lifted === undefined) return false
  life.veto = lifted
  return true
}

export function vetoResource(model: Model): boolean {
  if (model.resourceVeto === 1) return false
  model.resourceVeto = 1
  model.resourceVetoes += 1
  return true
}

export function liftResource(model: Model, side: Side): boolean {
  const lifted = agree(model.resourceVeto, side)
  if (lifted === undefined) return false
  model.resourceVeto = lifted
  return true
}

export function setRule(model: Model, operation: boolean, rule: Rule): boolean {
  model[operation ? 'operationRule' : 'rule'] = rule
  return true
}

export function setPolicy(model: Model, longest: number, most: number): boolean {
  if (longest === 0 || most === 0 || model.resourceVeto !== 0) return false
  model.policy = { longest, most }
  return true
}

export function endAgreement(model: Model): boolean {
  const wasInForce = !model.agreementEnded
  model.agreementEnded = true
  return wasInForce
}

/** A batch: all or nothing. */
export function deliver(model: Model, amounts: readonly { life: Life; bytes: number }[]): boolean {
  const before = amounts.map(({ life }) => ({ life, left: life.left, taken: life.taken }))
  for (const { life, bytes } of amounts) {
    if (!usable(model, life) || bytes === 0 || bytes > life.left) {
      for (const { life, left, taken } of before.reverse()) Object.assign(life, { left, taken })
      return false
    }
    life.left -= bytes
    life.taken += bytes
  }
  return true
}

function begin(model: Model, life: Life): void {
  life.state = 'granted'
  life.from = model.time
}

function decidable(model: Model, life: Life): boolean {
  return (
    life.state === 'requested' &&
    life.veto === 0 &&
    model.resourceVeto === 0 &&
    model.time < life.until &&
    !(life.underAgreement && model.agreementEnded)
  )
}

export function usable(model: Model, life: Life): boolean {
  return (
    life.state === 'granted' &&
    life.veto === 0 &&
    model.resourceVeto === 0 &&
    life.from <= model.time &&
    model.time < life.until &&
    !(life.underAgreement && model.agreementEnded)
  )
}

/** All that ask for somebody: each has to be met. */
function rulesFor(model: Model, life: Life): readonly Rule[] {
  const rules = life.underAgreement ? [model.rule, model.operationRule] : [model.rule]
  return rules.filter(({ needed }) => needed !== 0)
}

function names({ roles }: Rule, role: number): boolean {
  return (roles & (1 << role)) !== 0
}

function standing(model: Model, life: Life, rule: Rule): number {
  return life.approvals.filter((until, role) => names(rule, role) && until > model.time).length
}

/** The veto after one side agrees to lift it; undefined if it cannot. */
function agree(veto: number, side: Side): number | undefined {
  const bit = side === 'inspector' ? 2 : 4
  if (veto === 0 || (veto & bit) !== 0) return undefined
  return (veto | bit) === 7 ? 0 : veto | bit
}
