// What a plan may hold (docs/register.md). Organisations and resources are named by their codes, which the whole city
// knows; agreements and requests by names that only the plan gives them, since the chain numbers them when they are made.

import type { AgreementKind, Approver, Kind, OpenType, PriceClass, ShareType } from '../chain/terms.ts'

export interface PlannedOrganisation {
  /** Unified social credit code, 18 characters. */
  readonly code: string
  readonly name: string
  readonly kinds: readonly Kind[]
  /** Has a chief data officer (首席数据官), whose account approves requests for sensitive data. */
  readonly officer?: boolean
  /** Code of the platform operator that may state what was taken from this organisation, by this ledger's access log. */
  readonly entrusts?: string
}

export interface PlannedResource {
  readonly code: string
  /** Code of the organisation that provides it. */
  readonly provider: string
  readonly name: string
  readonly shareType: ShareType
  readonly openType: OpenType
  /** Classification, from 1. */
  readonly level: number
  /** Names of its fields (信息项); a scope is a set of them. */
  readonly fields: readonly string[]
  /** Names the datum at its source: one datum, one source. */
  readonly source: string
  /** Codes of the resources that it is made from. */
  readonly parents?: readonly string[]
  /** The rest of its catalogue entry: abstract, category, format, cycle, … */
  readonly details?: Readonly<Record<string, string>>
  readonly legalBasis?: string
  readonly policy?: PlannedPolicy
}

/** As much as may be taken in all; what is left out is unlimited. */
export interface PlannedQuota {
  readonly bytes?: number
  readonly rows?: number
}

/** What the provider grants without being asked (自动共享策略). */
export interface PlannedPolicy extends PlannedQuota {
  readonly purposes: readonly string[]
  /** Codes; every consumer if left out. */
  readonly consumers?: readonly string[]
  /** Days that a grant may last. */
  readonly longestDays: number
  /** Seconds since 1970. */
  readonly validUntil: number
  /** Names; all fields if left out. */
  readonly fields?: readonly string[]
}

/** From which classification level on how many of whom must approve (多方会签). */
export interface PlannedApprovalRule {
  /** 1 to 15; 0 for requests under an operation agreement, whatever the level. */
  readonly fromLevel: number
  readonly needed: number
  readonly roles: readonly Approver[]
}

export interface PlannedAgreement {
  /** The plan's own name for it. */
  readonly name: string
  readonly kind: AgreementKind
  /** Codes: agency, operator; operator, developer; provider, platform operator, applicant. */
  readonly parties: readonly string[]
  /** Of a development agreement: the name of the operation agreement that it stands under. */
  readonly parent?: string
  /** Seconds since 1970. */
  readonly from: number
  readonly until: number
  /** Codes of the resources that it reaches. */
  readonly range: readonly string[]
  /** What is signed, in words. Only its digest goes on chain. */
  readonly text: string
}

export interface PlannedRequest {
  /** The plan's own name for it, where a product is made from it. */
  readonly name?: string
  readonly resource: string
  readonly consumer: string
  readonly purpose: string
  /** The purpose in words. Only its digest goes on chain. */
  readonly purposeText: string
  readonly legalBasis: string
  /** Seconds since 1970. */
  readonly from: number
  readonly until: number
  /** Names; all fields if left out. */
  readonly fields?: readonly string[]
  readonly quota?: PlannedQuota
  /** Name of the agreement under which it is asked for. */
  readonly agreement?: string
  /** What is decided, where people have to: by the provider, or by as many approvers as it takes; absent: not yet. */
  readonly decision?: { readonly grant: true } | { readonly refuse: string }
}

/** A product (数据产品): a resource of its maker, to be reviewed before anybody may take it. */
export interface PlannedProduct {
  readonly resource: string
  /** Name of the agreement that it was made under. */
  readonly agreement: string
  readonly price: PriceClass
  /** Names of the requests by which its data came. */
  readonly sources: readonly string[]
  /** What it is for and how it was made, in words. */
  readonly use: string
  /** What its reviewer finds; absent: not reviewed yet. */
  readonly review?: { readonly release: true } | { readonly refuse: string }
}

export interface Plan {
  readonly organisations: readonly PlannedOrganisation[]
  readonly approvalRules?: readonly PlannedApprovalRule[]
  readonly resources: readonly PlannedResource[]
  readonly agreements?: readonly PlannedAgreement[]
  readonly requests: readonly PlannedRequest[]
  readonly products?: readonly PlannedProduct[]
}
