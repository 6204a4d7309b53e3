// What Corrections says (ICorrections.sol): data that its users dispute.

import type { Answer } from '../codes.ts'
import type { Due } from './reference.ts'

export interface CorrectionEvents {
  readonly CorrectionRaised: Due & {
    readonly id: bigint
    readonly resource: bigint
    readonly raiser: bigint
    readonly grant: bigint
    readonly claimDigest: string
  }
  readonly CorrectionAnswered: {
    readonly id: bigint
    readonly resource: bigint
    readonly provider: bigint
    readonly answer: Answer
    readonly answerDigest: string
    readonly overdue: boolean
  }
  readonly CorrectionDisputed: Due & {
    readonly id: bigint
    readonly resource: bigint
    readonly raiser: bigint
    readonly round: number
    readonly claimDigest: string
  }
  readonly CorrectionAccepted: { readonly id: bigint; readonly resource: bigint; readonly raiser: bigint }
}
