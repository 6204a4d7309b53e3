// What Policies says (IPolicies.sol): what a provider grants without being asked.

export interface PolicyTerms {
  /** Seconds that a grant may last. */
  readonly longestPeriod: number
  /** Seconds since 1970. */
  readonly validUntil: number
  readonly mostBytes: bigint
  readonly mostRows: bigint
  readonly scope: bigint
  /** Bit n: the purpose with number n. */
  readonly purposes: bigint
}

export interface PolicyEvents {
  readonly PolicySet: {
    readonly resource: bigint
    readonly version: number
    readonly provider: bigint
    readonly terms: PolicyTerms
    /** Empty for every consumer. */
    readonly consumers: readonly bigint[]
  }
  readonly PolicyEnded: {
    readonly resource: bigint
    readonly version: number
    readonly provider: bigint
    readonly reasonDigest: string
  }
}
