// The log of epochs: an ordinary tree over its leaves, whatever of it is kept.

import { expect } from 'chai'
import { EpochLog } from '../../src/completeness/epoch-log.ts'
import { encodeEpoch } from '../../src/core/completeness/epoch.ts'
import { hashLeaf, sha256 } from '../../src/core/hash.ts'
import { decodeBundle } from '../../src/core/tile.ts'
import { appendLeaf, emptyFrontier, frontierRoot, type Hash } from '../../src/core/tree.ts'
import { TestFacts } from '../chain/fixtures.ts'

const SIZE = 1_100

function epochOf(index: number) {
  const root = Buffer.from(sha256(Buffer.from(`root ${index}`))).toString('base64')
  return {
    trieRoot: sha256(Buffer.from(`trie ${index}`)),
    checkpoint: `example.org/use\n${3 * index + 5}\n${root}\n\n— example.org/use AAAAAAAA\n`,
  }
}

describe('the log of epochs', () => {
  const facts = new TestFacts()
  const roots: Hash[] = []
  const nodes = new Map<string, Hash>()
  let log: EpochLog

  before(async () => {
    const frontier = emptyFrontier()
    log = await EpochLog.open(facts)
    expect(log.newest).to.equal(undefined)
    for (let index = 0; index < SIZE; index++) {
      roots.push(frontierRoot(frontier))
      appendLeaf(frontier, hashLeaf(encodeEpoch(epochOf(index))), (level, hash) =>
        nodes.set(`${level}/${Math.floor(index / 2 ** level)}`, hash),
      )
      await log.append(epochOf(index))
      expect(Buffer.from(log.head.root).equals(frontierRoot(frontier))).to.equal(true)
      // Opened again it is the same, just before, at and after a full tile above all.
      if (index % 101 === 0 || [254, 255, 256, 511, 512, 767, 1_023, 1_024].includes(index)) {
        log = await EpochLog.open(facts)
        expect(log.head.size).to.equal(index + 1)
        expect(Buffer.from(log.head.root).equals(frontierRoot(frontier))).to.equal(true)
      }
    }
  })

  it('has every node of its tree, and no other', async () => {
    for (const [place, hash] of nodes) {
      const [level, index] = place.split('/').map(Number) as [number, number]
      expect(Buffer.from((await log.readNodes([{ level, index }]))[0]!).equals(hash), place).to.equal(true)
    }
    for (const node of [
      { level: 0, index: SIZE },
      { level: 3, index: 137 },
      { level: 8, index: 4 },
      { level: 11, index: 0 },
    ]) {
      expect(await log.readNodes([node]).catch(String), JSON.stringify(node)).to.match(/has no node/)
    }
  })

  it('gives the tiles of tlog-tiles', async () => {
    const bundle = decodeBundle((await log.readTile({ level: 'entries', index: 4, width: 76 }))!)
    expect(bundle).to.have.length(76)
    expect(Buffer.from(bundle[75]!).equals(encodeEpoch(epochOf(SIZE - 1)))).to.equal(true)
    const tile = (await log.readTile({ level: 0, index: 3, width: 256 }))!
    expect(Buffer.from(tile.subarray(32 * 9, 32 * 10)).equals(nodes.get(`0/${768 + 9}`)!)).to.equal(true)
    expect((await log.readTile({ level: 1, index: 0, width: 4 }))!.length).to.equal(128)
    for (const [level, index, width] of [
      ['entries', 4, 77],
      [0, 5, 1],
      [1, 0, 5],
      [2, 0, 1],
      [0, -1, 1],
      [0, 0, 0],
    ] as const) {
      expect(await log.readTile({ level, index, width })).to.equal(undefined)
    }
  })

  it('finds the epoch that ends at a size', async () => {
    for (const index of [0, 1, 500, SIZE - 1]) {
      expect(await log.ofSize(3 * index + 5)).to.deep.include({ index, size: 3 * index + 5 })
      expect(await log.ofSize(3 * index + 6)).to.equal(undefined)
    }
    expect(await log.ofSize(0)).to.equal(undefined)
    expect(log.newest).to.deep.include({ index: SIZE - 1, ...epochOf(SIZE - 1) })
  })

  it('forgets no epoch whose write failed but came to the disk, and has none that did not', async () => {
    for (const [how, size] of [
      ['lost', SIZE],
      ['persisted', SIZE + 1],
    ] as const) {
      facts.fail = () => how
      expect(await log.append(epochOf(SIZE)).catch(String)).to.match(/disk failed/)
      facts.fail = undefined
      expect(log.head.size).to.equal(SIZE)
      expect((await EpochLog.open(facts)).head.size).to.equal(size)
    }
  })
})
