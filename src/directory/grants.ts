// A request and the grant it became, with what may be done under it now.

import {
  type Approval,
  type Books,
  type Computation,
  type Delivery,
  type Grant,
  isVetoed,
  standingOf,
} from '../chain/registry-state.ts'
import { STANDINGS } from '../chain/state/standing.ts'
import { type GrantState, UNLIMITED } from '../chain/terms.ts'
import { formatTime } from '../core/record.ts'
import type * as shown from '../http/schemas/grant.ts'
import { nextStepOf } from './next-steps.ts'
import { positionsIn, showBy, showDue, showPlace, showStanding } from './place.ts'

/** @param now Milliseconds since 1970; state, standing and overdue depend on it. */
export function showGrant(grant: Grant, books: Books, now: number): shown.Grant {
  const { id, terms, provider, ground, agreement, asked, quota, decision, revoked, delivered, stated, due } = grant
  return {
    id,
    resource: terms.resource,
    resourceVersion: grant.resourceVersion,
    consumer: terms.consumer,
    provider,
    purpose: terms.purpose,
    ground,
    ...(agreement === undefined ? {} : { agreement }),
    fields: positionsIn(asked.scope),
    from: formatTime(terms.from),
    until: formatTime(terms.until),
    quota: {
      ...(quota.byteCount === UNLIMITED ? {} : { bytes: String(quota.byteCount) }),
      ...(quota.rowCount === UNLIMITED ? {} : { rows: String(quota.rowCount) }),
    },
    state: stateOf(grant, now),
    now: showNow(grant, books, now),
    requested: showPlace(grant.requested),
    ...(due && { due: showDue(due, decision, now) }),
    approvalsNeeded: { needed: grant.approvalsNeeded.needed, roles: [...grant.approvalsNeeded.roles] },
    approvals: grant.approvals.map(approval => showApproval(approval, now)),
    withdrawals: grant.withdrawals,
    ...showStanding(grant.vetoes),
    ...(decision && { decision: showDecision(grant, decision) }),
    ...(revoked && { revoked: showPlace(revoked) }),
    delivered: { count: delivered.count, bytes: String(delivered.bytes), rows: String(delivered.rows) },
    stated: {
      count: stated.count,
      accesses: String(stated.accesses),
      bytes: String(stated.bytes),
      rows: String(stated.rows),
    },
    deliveries: grant.deliveries.map(showDelivery),
  }
}

function showDecision({ provider }: Grant, decision: NonNullable<Grant['decision']>): shown.Decision {
  const { outcome, automatic, basis, policyVersion, reasonDigest, by = {}, ...place } = decision
  const { transaction, block } = showPlace(place)
  return {
    outcome,
    decision: automatic ? 'automatic' : basis === 'approvals' ? 'approvals' : 'provider',
    ...(automatic ? {} : { by: by.organisation ?? provider }),
    basis,
    ...(policyVersion === undefined ? {} : { policyVersion }),
    reasonDigest,
    ...('by' in showBy(by) ? { signed: by } : {}),
    transaction,
    block,
  }
}

function showApproval({ role, organisation, account, validUntil, given, withdrawn }: Approval, now: number) {
  return {
    role,
    organisation,
    account,
    validUntil: formatTime(validUntil),
    standing: withdrawn === undefined && now < validUntil,
    given: showPlace(given),
    ...(withdrawn && { withdrawn: showPlace(withdrawn) }),
  }
}

export function showDelivery(delivery: Delivery): shown.Delivery {
  const { kind, channel, bytes, rows, recordedBy, contentDigest, accesses, logFirst, logEnd } = delivery
  return {
    kind,
    channel,
    bytes: String(bytes),
    rows: String(rows),
    recordedBy,
    contentDigest,
    ...(accesses === 0n ? {} : { accesses: String(accesses) }),
    ...(logFirst === logEnd ? {} : { logFirst: String(logFirst), logEnd: String(logEnd) }),
    ...showPlace(delivery),
  }
}

export function showComputation({ algorithmDigest, outputDigest, inputs, recordedBy, ...place }: Computation) {
  return { algorithmDigest, outputDigest, inputs: [...inputs], recordedBy, ...showPlace(place) }
}

function showNow(grant: Grant, books: Books, now: number): shown.Now {
  const { usable, why, of } = standingOf(grant, books, now)
  const next = nextStepOf(why)
  return {
    usable,
    why,
    says: STANDINGS[why],
    ...(of === undefined ? {} : { of: String(of) }),
    ...(next === undefined ? {} : { next }),
  }
}

/** Expired and exhausted are never stored by the contract: they follow from time and quota (AccessLedger.stateOf). */
export function stateOf(grant: Grant, now: number): Exclude<GrantState, 'none'> {
  const { decision, revoked, terms, delivered, quota } = grant
  if (decision === undefined) return isVetoed(grant) ? 'held' : 'requested'
  if (decision.outcome === 'refused') return 'refused'
  if (revoked !== undefined) return 'revoked'
  if (now >= terms.until) return 'expired'
  if (isVetoed(grant)) return 'suspended'
  // An unlimited quota is the greatest number, and to the contract a number like any other: it can be used up.
  return delivered.bytes >= quota.byteCount || delivered.rows >= quota.rowCount ? 'exhausted' : 'granted'
}
