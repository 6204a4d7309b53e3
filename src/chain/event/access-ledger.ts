// What AccessLedger says (IAccessLedger.sol): who may take which data, what for, and what they took.

import type { Approver, Basis, Channel, DeliveryKind, Ground } from '../codes.ts'
import type { Due } from './reference.ts'
import type { LiftAgreed, Lifted, Vetoed } from './veto.ts'

export interface Quota {
  readonly byteCount: bigint
  readonly rowCount: bigint
}

export interface RequestTerms {
  readonly resource: bigint
  /** 0 if it is asked for under none. */
  readonly agreement: bigint
  readonly purpose: string
  readonly purposeTextDigest: string
  readonly legalBasisDigest: string
  readonly scope: bigint
  readonly from: number
  readonly until: number
  readonly quota: Quota
}

/** How many of whom must approve; nobody where `needed` is 0. `roles`: one bit each (codes.ts: Approver). */
export interface ApprovalRule {
  readonly needed: number
  readonly roles: number
}

interface Handover {
  readonly channel: Channel
  readonly rowCount: bigint
  readonly byteCount: bigint
  readonly scope: bigint
  readonly contentDigest: string
  readonly accessCount: bigint
  readonly logFirst: bigint
  readonly logEnd: bigint
}

interface Decision {
  readonly id: bigint
  readonly resource: bigint
  readonly consumer: bigint
  readonly provider: bigint
  readonly reasonDigest: string
}

export interface AccessLedgerEvents {
  /** `dueAt` is 0 where the contract decides at once. `approvals`: the fewest that meet every rule, of all they name. */
  readonly AccessRequested: Due & {
    readonly id: bigint
    readonly resource: bigint
    readonly consumer: bigint
    readonly resourceVersion: number
    readonly ground: Ground
    readonly approvals: ApprovalRule
    readonly terms: RequestTerms
  }
  /** `policyVersion` is 0 where no policy granted. */
  readonly AccessGranted: Decision & {
    readonly basis: Basis
    readonly policyVersion: number
    readonly from: number
    readonly until: number
    readonly quota: Quota
  }
  readonly AccessRefused: Decision
  readonly GrantRevoked: Decision
  readonly ApprovalGiven: {
    readonly id: bigint
    readonly by: bigint
    readonly role: Approver
    readonly account: string
    readonly validUntil: number
    /** How many approvals stand now, and how many more it takes at least: none where this one granted it. */
    readonly standing: number
    readonly missing: number
    readonly reasonDigest: string
  }
  readonly ApprovalWithdrawn: {
    readonly id: bigint
    readonly by: bigint
    readonly role: Approver
    readonly account: string
    readonly reasonDigest: string
  }
  readonly ApprovalRuleSet: { readonly fromLevel: number; readonly rule: ApprovalRule }
  readonly GrantVetoed: Vetoed
  readonly GrantVetoLiftAgreed: LiftAgreed
  readonly GrantVetoLifted: Lifted
  readonly Delivered: {
    readonly grant: bigint
    readonly resource: bigint
    readonly consumer: bigint
    readonly recordedBy: bigint
    readonly kind: DeliveryKind
    readonly handover: Handover
  }
  readonly Computed: {
    readonly outputDigest: string
    readonly consumer: bigint
    readonly recordedBy: bigint
    readonly algorithmDigest: string
    readonly inputs: readonly bigint[]
  }
  readonly ReceiptConfirmed: {
    readonly grant: bigint
    readonly resource: bigint
    readonly consumer: bigint
    readonly contentDigest: string
  }
  /** `log` is zero where the operator is entrusted no more. */
  readonly OperatorEntrusted: { readonly provider: bigint; readonly operator: bigint; readonly log: string }
}
