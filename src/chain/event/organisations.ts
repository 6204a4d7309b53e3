// What Organisations says (IOrganisations.sol): who takes part.

import type { Kind, OrganisationStatus } from '../codes.ts'
import type { LiftAgreed, Lifted, Vetoed } from './veto.ts'

export interface OrganisationEvents {
  readonly OrganisationRegistered: {
    readonly id: bigint
    readonly codeHash: string
    readonly account: string
    readonly kinds: readonly Kind[]
    readonly code: string
    readonly name: string
  }
  readonly OrganisationUpdated: { readonly id: bigint; readonly kinds: readonly Kind[]; readonly name: string }
  readonly OrganisationAccountChanged: {
    readonly id: bigint
    readonly previousAccount: string
    readonly account: string
  }
  readonly OrganisationStatusChanged: {
    readonly id: bigint
    readonly status: OrganisationStatus
    readonly previousStatus: OrganisationStatus
    readonly reasonDigest: string
  }
  /** `officer` is the zero address where the office fell vacant. */
  readonly OfficerAppointed: { readonly id: bigint; readonly previousOfficer: string; readonly officer: string }
  readonly OrganisationVetoed: Vetoed
  readonly OrganisationVetoLiftAgreed: LiftAgreed
  readonly OrganisationVetoLifted: Lifted
}
