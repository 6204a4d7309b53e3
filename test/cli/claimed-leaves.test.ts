// Leaves that one batch was promised are no other's, in whatever order and pieces they come: as a set of them says.

import { expect } from 'chai'
import * as fc from 'fast-check'
import { claimLeaves } from '../../src/cli/claimed-leaves.ts'

describe('leaves that are claimed for a batch', () => {
  it('are claimed for no other', () => {
    const claim = fc.record({
      firstIndex: fc.nat(60),
      count: fc.integer({ min: 1, max: 12 }),
      batch: fc.constantFrom('a', 'b', 'c'),
    })
    fc.assert(
      fc.property(fc.array(claim, { maxLength: 40 }), claims => {
        const [claimed, owners] = [claimLeaves(), new Map<number, string>()]
        for (const { firstIndex, count, batch } of claims) {
          const leaves = Array.from({ length: count }, (_, k) => firstIndex + k)
          const isFree = leaves.every(leaf => (owners.get(leaf) ?? batch) === batch)
          expect(claimed.claim({ firstIndex, count }, batch)).to.equal(isFree)
          if (isFree) for (const leaf of leaves) owners.set(leaf, batch)
        }
      }),
      { numRuns: 1_000 },
    )
  })
})
