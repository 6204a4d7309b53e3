// A sub-log in tiles: every node of every size is that of the plain tree, however often its growth was taken up again.

import { expect } from 'chai'
import fc from 'fast-check'
import { KeptSubLog, SubLogGrowth, tileKey } from '../../src/completeness/kept-sub-log.ts'
import { blockNode, encodeSubNode, type SubNode } from '../../src/core/completeness/sub-log.ts'
import { splitPoint } from '../../src/core/tree.ts'
import { nodeOf } from '../core/completeness/blocks.ts'

const BLOCKS = Array.from({ length: 700 }, (_, k) => [{ index: 3 * k, time: (k * 37) % 500 }])
const NODES = BLOCKS.map(block => encodeSubNode(blockNode(block)))

describe('a kept sub-log', () => {
  const tiles = new Map<string, Uint8Array>()
  /** What lay with the leaf, by size. */
  const more = new Map<number, { bytes: Uint8Array; root: SubNode }>()
  const read = (level: number, tile: number): Uint8Array | undefined => tiles.get(`${level}/${tile}`)

  before(() => {
    let bytes = new Uint8Array(0)
    for (let size = 0; size < BLOCKS.length; ) {
      const log = new SubLogGrowth(size, bytes, (level, tile, nodes) => {
        expect(tiles.has(`${level}/${tile}`), `${level}/${tile} twice`).to.equal(false)
        tiles.set(`${level}/${tile}`, nodes.slice())
      })
      for (const node of NODES.slice(size, size + 1 + (size % 23))) log.append(node, 0)
      size = log.size
      bytes = Uint8Array.from(log.more())
      more.set(size, { bytes, root: log.root() })
    }
  })

  it('has the root of the plain tree', () => {
    expect(more.size).to.be.greaterThan(40)
    for (const [size, { root }] of more) expect(root, `${size}`).to.deep.equal(nodeOf(BLOCKS.slice(0, size)))
    expect([...tiles.keys()].filter(name => name.startsWith('1/'))).to.have.length(2)
    expect([...tiles.keys()].filter(name => name.startsWith('0/'))).to.have.length(Math.floor(BLOCKS.length / 16))
  })

  it('reads every node of every size that it had', () => {
    const sizes = [...more.keys()]
    fc.assert(
      fc.property(fc.nat(sizes.length - 1), fc.array(fc.boolean(), { maxLength: 12 }), (which, path) => {
        const size = sizes[which]!
        const log = new KeptSubLog(size, more.get(size)!.bytes, read)
        let [start, end] = [0, size]
        for (const right of path) {
          if (end - start === 1) break
          const middle = start + splitPoint(end - start)
          if (right) start = middle
          else end = middle
        }
        expect(log.nodeAt(start, end)).to.deep.equal(nodeOf(BLOCKS.slice(start, end)))
      }),
      { numRuns: 300 },
    )
  })

  it('says when a tile is gone', () => {
    const size = [...more.keys()].at(-1)!
    const log = new KeptSubLog(size, more.get(size)!.bytes, () => undefined)
    expect(() => log.nodeAt(0, 16)).to.throw('lacks tile 0')
  })

  it('says when something of what lay with the leaf is gone, or there is no block', () => {
    const { bytes } = more.get([...more.keys()].at(-1)!)!
    const size = [...more.keys()].at(-1)!
    for (const some of [bytes.subarray(72), bytes.subarray(0, -72), new Uint8Array(0)]) {
      expect(() => new SubLogGrowth(size, some, () => {})).to.throw('no node')
    }
    expect(() => new SubLogGrowth(0, new Uint8Array(0), () => {}).root()).to.throw('no node')
  })

  it('has tiles under keys in the order of level and place', () => {
    const key = Buffer.alloc(32, 7)
    const keys = [tileKey(key, 0, 255), tileKey(key, 0, 256), tileKey(key, 0, 2 ** 40), tileKey(key, 1, 0)]
    expect(keys.toSorted((a, b) => Buffer.compare(a, b))).to.deep.equal(keys)
    expect(Buffer.from(keys[1]!).toString('hex')).to.equal(`6e${'07'.repeat(32)}00000000000100`)
  })
})
