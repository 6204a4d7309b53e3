// The record of anchors: the next anchor for any size, whatever the sizes are.

import { expect } from 'chai'
import * as fc from 'fast-check'
import { type Anchor, anchorKey, openAnchors } from '../src/anchors.ts'
import { TestFacts } from './chain/fixtures.ts'

const makeAnchor = (size: number): Anchor => ({
  size,
  root: '',
  checkpoint: `checkpoint of ${size}`,
  transaction: `0x${size}`,
  block: { number: size, hash: `0x${size}`, time: size },
})
const sizes = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }))

describe('anchors', () => {
  it('finds the smallest that is large enough, and the newest, past those that were struck', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(sizes, { maxLength: 20 }),
        fc.array(fc.nat(19)),
        fc.array(sizes, { minLength: 1, maxLength: 10 }),
        async (recorded, struck, asked) => {
          const anchors = openAnchors(new TestFacts())
          for (const size of recorded) await anchors.record(makeAnchor(size))
          const gone = new Set(struck.flatMap(k => recorded[k] ?? []))
          for (const size of gone) await anchors.strike(makeAnchor(size))
          const left = recorded.filter(size => !gone.has(size)).toSorted((a, b) => a - b)
          for (const size of [...asked, ...recorded, ...recorded.map(size => size - 1)]) {
            const expected = left.find(anchored => anchored >= size)
            expect(await anchors.findAtLeast(size)).to.deep.equal(
              expected === undefined ? undefined : makeAnchor(expected),
            )
          }
          for (const limit of [1, 3, 50]) {
            expect(await anchors.newest(limit)).to.deep.equal(left.toReversed().slice(0, limit).map(makeAnchor))
          }
        },
      ),
      { numRuns: 200 },
    )
  })

  it('takes a struck one back when it is recorded again', async () => {
    const anchors = openAnchors(new TestFacts())
    await anchors.record(makeAnchor(7))
    await anchors.strike(makeAnchor(7))
    expect(await anchors.findAtLeast(1)).to.equal(undefined)
    await anchors.record(makeAnchor(7))
    expect(await anchors.findAtLeast(1)).to.deep.equal(makeAnchor(7))
  })

  it('refuses what is no size', async () => {
    for (const size of [-1, 0.5, Number.NaN, 2 ** 53]) {
      expect(() => anchorKey(size))
        .to.throw()
        .with.property('code', 'size_invalid')
    }
  })
})
