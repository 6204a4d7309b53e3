// Requests and the grants they become, as their events make them.

import type { GrantTerms } from '../../core/authority.ts'
import { type Approver, approversFromBits, type Basis, type Ground } from '../codes.ts'
import type { EventFrom, EventNamed, Quota, RequestTerms } from '../ledger-event.ts'
import { type ActPlace, type Deadline, type KeptAct, placeOf, type Told, tell } from './act.ts'
import { type Books, codeOf, fileUnder, grantOf, pairOf, resourceOf } from './books.ts'
import { applyDelivery, type Computation, type Delivery, type Receipt } from './deliveries.ts'
import { type ApprovalsNeeded, applyApprovalRule } from './reference.ts'
import { agreeToLift, impose, lift, suspensionsOf, type Vetoable } from './veto.ts'

export interface Decision extends ActPlace {
  readonly outcome: 'granted' | 'refused'
  /** By the contract at once: unconditionally, or within the provider's policy. */
  readonly automatic: boolean
  readonly basis: Basis
  /** Version of the resource's policy that granted; absent where none did. */
  readonly policyVersion?: number
  readonly reasonDigest: string
}

export interface Approval {
  readonly role: Approver
  /** Code of the organisation whose officer, or which as regulator, approved. */
  readonly organisation: string
  readonly account: string
  /** Until when it counts, milliseconds since 1970. */
  readonly validUntil: number
  readonly given: ActPlace
  readonly withdrawn?: ActPlace
}

/** A request and the grant it becomes: one id. */
export interface Grant extends Told, Vetoable {
  readonly id: number
  /** Its own part of what accesses are judged by; see `termsOf` for the whole. */
  readonly terms: GrantTerms
  readonly provider: string
  readonly quota: Quota
  readonly ground: Ground
  /** Under which it was asked for. */
  readonly agreement?: number
  /** The request in full, as it was asked. */
  readonly asked: RequestTerms
  readonly resourceVersion: number
  readonly requested: ActPlace
  /** When an answer is due; absent where the contract decides at once. */
  readonly due?: Deadline
  /** What the decision took when it was asked for: the fewest approvals that meet every rule, of all they name. */
  readonly approvalsNeeded: ApprovalsNeeded
  /** Newest first, the last ones. */
  readonly approvals: readonly Approval[]
  /** How often an approval was taken back: each makes decisions worthless that were signed before (`askedDigest`). */
  readonly withdrawals: number
  readonly decision?: Decision
  readonly revoked?: ActPlace
  /** All deliveries, which is what the quota counts. */
  readonly delivered: { readonly count: number; readonly bytes: bigint; readonly rows: bigint }
  /** Of them those that sum up access lines, and how many lines. */
  readonly stated: {
    readonly count: number
    readonly accesses: bigint
    readonly bytes: bigint
    readonly rows: bigint
  }
  /** Newest first, the last hundred. */
  readonly deliveries: readonly Delivery[]
  readonly receipts: { readonly count: number; readonly newest: readonly Receipt[] }
  readonly computations: { readonly count: number; readonly newest: readonly Computation[] }
}

/** From which log an operator may state what was taken from a provider. */
export interface Entrusted {
  readonly provider: string
  readonly operator: string
  /** keccak256 of the log's origin. */
  readonly log: string
  readonly since: ActPlace
}

const APPROVALS_KEPT = 32
const APPROVAL_EVENTS = ['ApprovalGiven', 'ApprovalWithdrawn'] as const
const NO_LOG = `0x${'0'.repeat(64)}`

export function applyToGrants(books: Books, event: EventFrom<'accessLedger'>, act: KeptAct): void {
  const place = placeOf(act)
  const change = (change: Partial<Grant>): void => {
    if (!('id' in event.args)) return
    const known = grantOf(books, event.args.id)
    const most = APPROVAL_EVENTS.some(name => name === act.name) ? APPROVALS_KEPT : Infinity
    books.grants.set(known.id, { ...known, ...change, ...tell(known, act, APPROVAL_EVENTS, most) })
  }

  switch (event.name) {
    case 'AccessRequested':
      return addRequest(books, event, act)
    case 'AccessGranted':
      return addGrant(books, event, act)
    case 'AccessRefused': {
      const { reasonDigest } = event.args
      return change({ decision: { ...place, outcome: 'refused', automatic: false, basis: 'provider', reasonDigest } })
    }
    case 'GrantRevoked': {
      const { terms } = grantOf(books, event.args.id)
      return change({ terms: { ...terms, revokedAt: act.time * 1000 }, revoked: place })
    }
    case 'ApprovalGiven': {
      const { id, by, role, account, validUntil } = event.args
      const organisation = codeOf(books, by)
      const approval = { role, organisation, account, validUntil: validUntil * 1000, given: place }
      return change({ approvals: withApproval(approval, grantOf(books, id).approvals) })
    }
    case 'ApprovalWithdrawn': {
      const { id, role } = event.args
      const { approvals, withdrawals } = grantOf(books, id)
      const last = approvals.findIndex(approval => approval.role === role)
      const rest = approvals.map((one, k) => (k === last ? { ...one, withdrawn: place } : one))
      return change({ approvals: rest, withdrawals: withdrawals + 1 })
    }
    case 'GrantVetoed': {
      const inspector = codeOf(books, event.args.inspector)
      return change(judged(event.args.id, known => impose(known, { ...event.args, inspector }, place)))
    }
    case 'GrantVetoLiftAgreed': {
      const by = codeOf(books, event.args.by)
      return change(judged(event.args.id, known => agreeToLift(known, by, place)))
    }
    case 'GrantVetoLifted':
      return change(judged(event.args.id, known => lift(known, place)))
    case 'ApprovalRuleSet':
      return applyApprovalRule(books, event, act)
    case 'OperatorEntrusted': {
      const [provider, operator] = [codeOf(books, event.args.provider), codeOf(books, event.args.operator)]
      const { log } = event.args
      if (log === NO_LOG) books.entrusted.delete(pairOf(provider, operator))
      else books.entrusted.set(pairOf(provider, operator), { provider, operator, log, since: place })
      return
    }
    case 'Delivered':
    case 'Computed':
    case 'ReceiptConfirmed':
      return applyDelivery(books, event, act)
  }

  function judged(id: bigint, veto: (known: Vetoable) => Vetoable): Partial<Grant> {
    const known = grantOf(books, id)
    const next = veto(known)
    return { ...next, terms: { ...known.terms, suspensions: suspensionsOf(next) } }
  }
}

/** The newest, but of each role its last word: who approves and takes it back without end drowns nobody else's. */
function withApproval(given: Approval, known: readonly Approval[]): readonly Approval[] {
  const all = [given, ...known]
  if (all.length <= APPROVALS_KEPT) return all
  const isLastWord = ({ role }: Approval, k: number): boolean => all.findIndex(one => one.role === role) === k
  return all.toSpliced(
    all.findLastIndex((one, k) => !isLastWord(one, k)),
    1,
  )
}

function addRequest(books: Books, { args }: EventNamed<'AccessRequested'>, act: KeptAct): void {
  const id = Number(args.id)
  const { agreement, purpose, from, until, quota } = args.terms
  const { dueAt, calendarVersion, provisional } = args
  const resource = resourceOf(books, args.resource)
  const consumer = codeOf(books, args.consumer)
  books.grants.set(id, {
    id,
    terms: { id, resource: resource.code, consumer, purpose, from: from * 1000, until: until * 1000 },
    provider: resource.provider,
    quota,
    ground: args.ground,
    ...(agreement !== 0n && { agreement: Number(agreement) }),
    asked: args.terms,
    resourceVersion: args.resourceVersion,
    requested: placeOf(act),
    ...(dueAt !== 0 && { due: { at: dueAt * 1000, calendarVersion, provisional } }),
    approvalsNeeded: { needed: args.approvals.needed, roles: approversFromBits(args.approvals.roles) },
    approvals: [],
    withdrawals: 0,
    delivered: { count: 0, bytes: 0n, rows: 0n },
    stated: { count: 0, accesses: 0n, bytes: 0n, rows: 0n },
    deliveries: [],
    receipts: { count: 0, newest: [] },
    computations: { count: 0, newest: [] },
    vetoes: [],
    ...tell(undefined, act),
  })
  fileUnder(books.grantsByConsumer, consumer, id)
}

function addGrant(books: Books, { args }: EventNamed<'AccessGranted'>, act: KeptAct): void {
  const known = grantOf(books, args.id)
  const { basis, policyVersion, from, until, quota, reasonDigest } = args
  const decision: Decision = {
    ...placeOf(act),
    outcome: 'granted',
    automatic: basis === 'unconditional' || basis === 'policy',
    basis,
    ...(policyVersion !== 0 && { policyVersion }),
    reasonDigest,
  }
  const terms = { ...known.terms, from: from * 1000, until: until * 1000, grantedAt: act.time * 1000 }
  // Whoever asks by what right the contract granted is answered with the provider's own words: the policy it set.
  const policy = basis === 'policy' ? books.policies.get(Number(args.resource)) : undefined
  const set = policy?.version === policyVersion ? policy.acts.findLast(({ name }) => name === 'PolicySet') : undefined
  const told = { ...known, acts: set === undefined ? known.acts : [set, ...known.acts] }
  books.grants.set(known.id, { ...known, terms, quota, decision, ...tell(told, act) })
}
