// Which leaves a run was promised for which batch: a leaf is one line, so no two batches have any in common.

export interface ClaimedLeaves {
  /** False, and nothing is claimed, where any of these leaves is another batch's. */
  claim(leaves: { readonly firstIndex: number; readonly count: number }, batch: string): boolean
}

interface Claim {
  readonly first: number
  readonly end: number
  readonly batch: string
}

export function claimLeaves(): ClaimedLeaves {
  /** Ascending, and apart from each other. */
  const claims: Claim[] = []
  return {
    claim({ firstIndex: first, count }, batch) {
      const end = first + count
      const at = firstEndingAfter(claims, first)
      let upTo = at
      while (upTo < claims.length && claims[upTo]!.first < end) upTo++
      const met = claims.slice(at, upTo)
      if (met.some(claim => claim.batch !== batch)) return false
      const [low, high] = [met[0]?.first ?? first, met.at(-1)?.end ?? end]
      claims.splice(at, met.length, { first: Math.min(low, first), end: Math.max(high, end), batch })
      return true
    },
  }
}

function firstEndingAfter(claims: readonly Claim[], index: number): number {
  let [low, high] = [0, claims.length]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (claims[middle]!.end > index) high = middle
    else low = middle + 1
  }
  return low
}
