// A veto and its lifting say the same wherever they stand: on an organisation, a resource, an agreement or a grant.

export interface Vetoed {
  readonly id: bigint
  readonly inspector: bigint
  readonly reasonDigest: string
  /** Digest of the case file; zero if none. */
  readonly referenceDigest: string
}

/** One side, inspector or regulator, agrees to lift it. */
export interface LiftAgreed {
  readonly id: bigint
  readonly by: bigint
  readonly reasonDigest: string
}

/** Both have agreed. */
export interface Lifted {
  readonly id: bigint
}
