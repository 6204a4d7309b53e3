// What Conduct says (IConduct.sol): who handles data, what went wrong, what was filed.

import type { Severity } from '../codes.ts'
import type { Due } from './reference.ts'

export interface ConductEvents {
  /** `person` is a pseudonym: a salted digest. */
  readonly PersonRegistered: {
    readonly organisation: bigint
    readonly person: string
    readonly undertakingDigest: string
  }
  readonly PersonRemoved: { readonly organisation: bigint; readonly person: string; readonly reasonDigest: string }
  /** `agreement` is 0 where it happened outside of any. */
  readonly IncidentReported: {
    readonly incident: bigint
    readonly by: bigint
    readonly agreement: bigint
    readonly severity: Severity
    readonly occurredAt: number
    readonly reportDigest: string
  }
  readonly IncidentFollowedUp: {
    readonly incident: bigint
    readonly by: bigint
    readonly closed: boolean
    readonly reportDigest: string
  }
  readonly PlanFiled: Due & { readonly agency: bigint; readonly planDigest: string; readonly approvedAt: number }
}
