// The links of a key in any order: what is missing is told exactly, what came twice is told, and the state stays small
// whatever a source does.

import { expect } from 'chai'
import fc from 'fast-check'
import {
  type ChainState,
  countMissing,
  earlierLeaves,
  type Link,
  MAX_HOLES,
  newChain,
  takeLink,
} from '../../src/core/source-chain.ts'

const hashOf = (seq: number): string => `link ${seq}`
const link = (seq: number, index = seq): Link => ({
  seq,
  previous: seq === 0 ? undefined : hashOf(seq - 1),
  hash: hashOf(seq),
  index,
})

function take(links: readonly Link[], ends?: number): ChainState {
  const chain = newChain()
  for (const each of links) takeLink(chain, each, ends)
  return chain
}

const runs = ({ holes }: ChainState) => holes.map(({ from, to }) => [from, to])

describe('the chain of a key', () => {
  it('is whole when all came, in whatever order', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...Array(40).keys()], { minLength: 40 }), order => {
        const chain = take(order.map((seq, index) => link(seq, index)))
        expect({ ...chain, marks: 0, stride: 0 }).to.deep.equal({
          links: 40,
          next: 40,
          last: hashOf(39),
          holes: [],
          faults: [],
          counts: {},
          marks: 0,
          stride: 0,
        })
      }),
    )
  })

  it('tells exactly what is missing', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...Array(60).keys()], { minLength: 1 }), order => {
        const chain = take(order.map((seq, index) => link(seq, index)))
        const highest = Math.max(...order)
        const missing = [...Array(highest + 1).keys()].filter(seq => !order.includes(seq))
        expect(countMissing(chain)).to.equal(missing.length)
        const told = chain.holes.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, k) => from + k))
        expect(told).to.deep.equal(missing)
        expect(chain.counts).to.deep.equal({})
      }),
    )
  })

  it('tells a number that came before from one that did not', () => {
    const chain = take([link(0), link(1), link(4)])
    expect(runs(chain)).to.deep.equal([[2, 3]])
    for (const seq of [0, 1, 4]) expect(takeLink(chain, link(seq, 9)), String(seq)).to.equal(false)
    expect(takeLink(chain, link(3, 9))).to.equal(true)
    expect(takeLink(chain, link(3, 10))).to.equal(false)
    expect(chain.links).to.equal(4)
  })

  it('tells of a link that follows another than the one that came, wherever it comes', () => {
    const other = (seq: number): Link => ({ ...link(seq), previous: 'another link', hash: `other ${seq}` })
    const broken = (chain: ChainState) => chain.faults.map(({ kind, seq }) => `${kind} ${seq}`)
    expect(broken(take([link(0), other(1)]))).to.deep.equal(['broken 1'])
    expect(broken(take([link(0), link(3), other(1), link(2)]))).to.deep.equal(['broken 1', 'broken 2'])
    expect(broken(take([link(0), link(3), link(1), other(2)]))).to.deep.equal(['broken 2'])
    // Its own first number is another's second: what was before it never came.
    expect(broken(take([link(2), link(3)]))).to.deep.equal([])
  })

  it('knows what the key said of its end', () => {
    const chain = take([link(0), link(1), link(5)], 3)
    expect(chain.faults).to.deep.equal([{ kind: 'beyond', seq: 5, index: 5 }])
    expect(countMissing(take([link(0)], 3), 3)).to.equal(2)
  })

  it('stays small, and goes on to count', () => {
    const chain = newChain()
    for (let k = 0; k < 5_000; k++) takeLink(chain, link(2 * k, k))
    expect(chain.holes).to.have.length(MAX_HOLES)
    expect(chain.lost).to.equal(2 * MAX_HOLES + 1)
    expect(countMissing(chain)).to.equal(4_999)
    for (let k = 0; k < 100; k++) takeLink(chain, link(0, k))
    expect(JSON.stringify(chain).length).to.be.below(60_000)
    expect(takeLink(chain, link(0, 9_000))).to.equal(false)
    // Where it is not known which are missing, nobody is blamed, and nothing is said to be there that may not be.
    expect(takeLink(chain, link(9_001, 9_000))).to.equal(true)
    expect(takeLink(chain, link(1, 9_001))).to.equal(true)
    expect(countMissing(chain)).to.equal(4_998)
  })

  it('keeps no more marks than it may, and finds by them where a link is', () => {
    const chain = newChain()
    for (let k = 0; k < 100_000; k++) takeLink(chain, link(k, k + 7))
    expect(chain.marks.length).to.be.within(128, 257)
    for (const seq of [0, 1, 4_711, 50_000, 99_999]) {
      const { first, below = Infinity } = earlierLeaves(chain, seq)
      expect(seq + 7).to.be.within(first, below - 1)
      expect(Math.min(below, 100_007) - first).to.be.below(1_000)
    }
    for (const k of [1, 2, 3]) takeLink(chain, link(2 ** 52 + k * 2 ** 50, k))
    expect(chain.marks.length).to.be.below(258)
  })
})
