// What Agreements says (IAgreements.sol): authorised operation, development, contractual opening.

import type { AgreementKind, Measure, Outcome } from '../codes.ts'
import type { Due } from './reference.ts'
import type { LiftAgreed, Lifted, Vetoed } from './veto.ts'

interface Ended {
  readonly id: bigint
  readonly by: bigint
  readonly reasonDigest: string
}

export interface AgreementEvents {
  readonly AgreementApplied: {
    readonly id: bigint
    readonly operator: bigint
    readonly developer: bigint
    readonly parent: bigint
    readonly from: number
    readonly until: number
    readonly range: readonly bigint[]
    readonly schemeDigest: string
    readonly materialsDigest: string
  }
  readonly AgreementPublicised: Omit<Due, 'dueAt'> & {
    readonly id: bigint
    readonly operator: bigint
    readonly publicUntil: number
    readonly reviewDigest: string
  }
  readonly AgreementObjected: { readonly id: bigint; readonly by: bigint; readonly objectionDigest: string }
  readonly AgreementObjectionResolved: { readonly id: bigint; readonly by: bigint; readonly resolutionDigest: string }
  readonly AgreementOffered: {
    readonly id: bigint
    readonly first: bigint
    readonly second: bigint
    readonly kind: AgreementKind
    /** 0 if there are two parties. */
    readonly third: bigint
    readonly from: number
    readonly until: number
    readonly range: readonly bigint[]
    readonly textDigest: string
  }
  readonly AgreementSigned: { readonly id: bigint; readonly by: bigint; readonly textDigest: string }
  readonly AgreementInForce: Omit<Due, 'dueAt'> & {
    readonly id: bigint
    readonly from: number
    readonly until: number
    readonly filingDueAt: number
  }
  readonly AgreementFiled: { readonly id: bigint; readonly by: bigint; readonly receiptDigest: string }
  readonly AgreementDeclined: Ended
  readonly AgreementEnded: Ended
  /** `rectifyBy` is 0 where nothing is to be rectified. */
  readonly AgreementEvaluated: {
    readonly id: bigint
    readonly by: bigint
    readonly outcome: Outcome
    readonly rectifyBy: number
    readonly reportDigest: string
  }
  readonly MeasureTaken: {
    readonly operator: bigint
    readonly developer: bigint
    readonly measure: Measure
    readonly previousMeasure: Measure
    readonly reasonDigest: string
  }
  readonly AgreementVetoed: Vetoed
  readonly AgreementVetoLiftAgreed: LiftAgreed
  readonly AgreementVetoLifted: Lifted
}
