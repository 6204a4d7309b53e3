// Nodes joined as bytes are those that are joined as objects.

import { expect } from 'chai'
import fc from 'fast-check'
import { joinPair } from '../../src/completeness/node-bytes.ts'
import { encodeSubNode, joinNodes, SUB_NODE_BYTES, type SubNode } from '../../src/core/completeness/sub-log.ts'

const MOST = 2 ** 52
const anyNode: fc.Arbitrary<SubNode> = fc
  .record({
    hash: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    count: fc.maxSafeNat().map(count => 1 + (count % MOST)),
    firstIndex: fc.oneof(fc.nat(20), fc.maxSafeNat()),
    more: fc.nat(20),
    earliest: fc.maxSafeNat(),
    latest: fc.maxSafeNat(),
  })
  .map(({ hash, more, ...summary }) => {
    const firstIndex = summary.firstIndex % MOST
    return { hash, summary: { ...summary, firstIndex, lastIndex: firstIndex + more } }
  })

describe('nodes of sub-logs as bytes', () => {
  it('are joined as nodes are', () => {
    let joined = 0
    fc.assert(
      fc.property(anyNode, anyNode, fc.nat(40), (left, right, at) => {
        const bytes = new Uint8Array(at + 2 * SUB_NODE_BYTES)
        bytes.set(encodeSubNode(left), at)
        bytes.set(encodeSubNode(right), at + SUB_NODE_BYTES)
        const join = (): void => joinPair(new DataView(bytes.buffer), at)
        if (right.summary.firstIndex <= left.summary.lastIndex) {
          expect(join).to.throw(RangeError, 'does not lie behind')
          expect(() => joinNodes(left, right)).to.throw(RangeError)
          return
        }
        join()
        joined++
        expect(bytes.subarray(at, at + SUB_NODE_BYTES)).to.deep.equal(encodeSubNode(joinNodes(left, right)))
        expect(bytes.subarray(at + SUB_NODE_BYTES)).to.deep.equal(encodeSubNode(right))
      }),
      { numRuns: 500 },
    )
    expect(joined).to.be.greaterThan(100)
  })
})
