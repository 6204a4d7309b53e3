// What Products says (IProducts.sol): what is made from granted data, and whether it may go out.

import type { PriceClass } from '../codes.ts'

export interface ProductEvents {
  readonly ProductRegistered: {
    readonly resource: bigint
    readonly agreement: bigint
    readonly maker: bigint
    readonly price: PriceClass
    /** Grants by which its data came. */
    readonly sources: readonly bigint[]
    readonly useDigest: string
  }
  readonly ProductReleased: {
    readonly resource: bigint
    readonly agreement: bigint
    readonly reviewer: bigint
    readonly version: number
    readonly reviewDigest: string
  }
  /** `checks`: the points that were in order, one bit each (codes.ts: CHECK_POINTS). */
  readonly ProductRefused: {
    readonly resource: bigint
    readonly agreement: bigint
    readonly reviewer: bigint
    readonly checks: number
    readonly reviewDigest: string
  }
  readonly ProductWithdrawn: { readonly resource: bigint; readonly by: bigint; readonly reasonDigest: string }
}
