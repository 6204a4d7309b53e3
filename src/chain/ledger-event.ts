// What the contracts say, as types. Every field is what the contract said, under the contract's name for it; numbers that
// may pass 2^53 are bigint, enumerations are the words of terms.ts. A test compares the shapes with the compiled contracts.

import type { ContractName } from './abi.ts'
import type * as terms from './terms.ts'

/** Where an event stands on the chain. */
interface EventPlace {
  /** The contract that emitted it, and its address. */
  readonly contract: ContractName
  readonly address: string
  readonly blockNumber: number
  readonly blockHash: string
  readonly transactionHash: string
  /** Position in the block, over all its transactions. */
  readonly logIndex: number
}

export interface Quota {
  readonly byteCount: bigint
  readonly rowCount: bigint
}

interface ResourceDescription {
  readonly name: string
  readonly shareType: terms.ShareType
  readonly openType: terms.OpenType
  readonly level: number
  readonly fieldCount: number
  readonly parents: readonly bigint[]
  readonly legalBasisDigest: string
  /** The bytes, in hexadecimal: canonical JSON if the provider's software did its duty; check before use. */
  readonly metadata: string
}

interface RequestTerms {
  readonly resource: bigint
  readonly purpose: string
  readonly purposeTextDigest: string
  readonly legalBasisDigest: string
  readonly scope: bigint
  readonly from: number
  readonly until: number
  readonly quota: Quota
}

interface Handover {
  readonly channel: terms.Channel
  readonly rowCount: bigint
  readonly byteCount: bigint
  readonly scope: bigint
  readonly contentDigest: string
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

interface OrganisationRegistered extends EventPlace {
  readonly name: 'OrganisationRegistered'
  readonly args: {
    readonly id: bigint
    readonly codeHash: string
    readonly account: string
    readonly kinds: readonly terms.Kind[]
    readonly code: string
    readonly name: string
  }
}

interface OrganisationUpdated extends EventPlace {
  readonly name: 'OrganisationUpdated'
  readonly args: { readonly id: bigint; readonly kinds: readonly terms.Kind[]; readonly name: string }
}

interface OrganisationAccountChanged extends EventPlace {
  readonly name: 'OrganisationAccountChanged'
  readonly args: { readonly id: bigint; readonly previousAccount: string; readonly account: string }
}

interface OrganisationStatusChanged extends EventPlace {
  readonly name: 'OrganisationStatusChanged'
  readonly args: {
    readonly id: bigint
    readonly status: terms.OrganisationStatus
    readonly previousStatus: terms.OrganisationStatus
    readonly reasonDigest: string
  }
}

interface ResourceRegistered extends EventPlace {
  readonly name: 'ResourceRegistered'
  readonly args: {
    readonly id: bigint
    readonly provider: bigint
    readonly sourceHash: string
    readonly code: string
    readonly description: ResourceDescription
  }
}

interface ResourceUpdated extends EventPlace {
  readonly name: 'ResourceUpdated'
  readonly args: {
    readonly id: bigint
    readonly provider: bigint
    readonly version: number
    readonly description: ResourceDescription
  }
}

interface ResourceWithdrawn extends EventPlace {
  readonly name: 'ResourceWithdrawn'
  readonly args: { readonly id: bigint; readonly provider: bigint; readonly reasonDigest: string }
}

interface AccessRequested extends EventPlace {
  readonly name: 'AccessRequested'
  readonly args: {
    readonly id: bigint
    readonly resource: bigint
    readonly consumer: bigint
    readonly resourceVersion: number
    readonly terms: RequestTerms
  }
}

interface AccessGranted extends EventPlace {
  readonly name: 'AccessGranted'
  readonly args: Decision & {
    readonly automatic: boolean
    readonly from: number
    readonly until: number
    readonly quota: Quota
  }
}

interface AccessRefused extends EventPlace {
  readonly name: 'AccessRefused'
  readonly args: Decision
}

interface GrantRevoked extends EventPlace {
  readonly name: 'GrantRevoked'
  readonly args: Decision
}

interface Delivered extends EventPlace {
  readonly name: 'Delivered'
  readonly args: {
    readonly grant: bigint
    readonly resource: bigint
    readonly consumer: bigint
    readonly recordedBy: bigint
    readonly kind: terms.DeliveryKind
    readonly handover: Handover
  }
}

interface LogRegistered extends EventPlace {
  readonly name: 'LogRegistered'
  readonly args: { readonly log: string; readonly anchorer: string; readonly origin: string }
}

interface AnchorerReplaced extends EventPlace {
  readonly name: 'AnchorerReplaced'
  readonly args: { readonly log: string; readonly previousAnchorer: string; readonly anchorer: string }
}

interface CheckpointAnchored extends EventPlace {
  readonly name: 'CheckpointAnchored'
  readonly args: {
    readonly log: string
    readonly size: bigint
    readonly root: string
    readonly previousSize: bigint
    readonly previousRoot: string
  }
}

/** Any event of the ledger; one of them is `Extract<LedgerEvent, { name: 'Delivered' }>`. */
export type LedgerEvent =
  | OrganisationRegistered
  | OrganisationUpdated
  | OrganisationAccountChanged
  | OrganisationStatusChanged
  | ResourceRegistered
  | ResourceUpdated
  | ResourceWithdrawn
  | AccessRequested
  | AccessGranted
  | AccessRefused
  | GrantRevoked
  | Delivered
  | LogRegistered
  | AnchorerReplaced
  | CheckpointAnchored
