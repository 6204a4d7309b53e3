// What Catalogue says (ICatalogue.sol): which data there is, and who answers for it.

import type { ChangeKind, OpenType, ShareType } from '../codes.ts'
import type { Due } from './reference.ts'
import type { LiftAgreed, Lifted, Vetoed } from './veto.ts'

interface ResourceDescription {
  readonly name: string
  readonly shareType: ShareType
  readonly openType: OpenType
  readonly level: number
  readonly fieldCount: number
  readonly parents: readonly bigint[]
  readonly legalBasisDigest: string
  /** The bytes, in hexadecimal: canonical JSON if the provider's software did its duty; check before use. */
  readonly metadata: string
}

export interface CatalogueEvents {
  readonly ResourceRegistered: {
    readonly id: bigint
    readonly provider: bigint
    readonly sourceHash: string
    readonly code: string
    readonly description: ResourceDescription
  }
  readonly ResourceUpdated: {
    readonly id: bigint
    readonly provider: bigint
    readonly version: number
    readonly description: ResourceDescription
  }
  readonly ResourceWithdrawn: { readonly id: bigint; readonly provider: bigint; readonly reasonDigest: string }
  readonly ResourceChangeNoted: Due & {
    readonly id: bigint
    readonly by: bigint
    readonly kind: ChangeKind
    readonly occurredAt: number
    readonly changeDigest: string
  }
  readonly ResourceConfirmed: { readonly id: bigint; readonly by: bigint; readonly reviewDigest: string }
  readonly ResourceVetoed: Vetoed
  readonly ResourceVetoLiftAgreed: LiftAgreed
  readonly ResourceVetoLifted: Lifted
}
