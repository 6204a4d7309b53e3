// The little that is kept of a verified tree gives every earlier root and every proof, and goes back to where it stood.

import { expect } from 'chai'
import { hashLeaf } from '../../src/core/hash.ts'
import { checkConsistency, consistencyNodes, proveConsistency } from '../../src/core/proof.ts'
import type { Hash } from '../../src/core/tree.ts'
import { TileTree } from '../../src/tile-tree.ts'
import { GrowingLog } from '../growing-log.ts'

const SIZE = 2_000
const SIZES = [1, 2, 255, 256, 257, 511, 512, 768, 1023, 1024, 1025, 1536, 1999, SIZE]

describe('monitor: a tree of tiles', () => {
  const log = new GrowingLog(undefined, SIZE)
  const leaves = Array.from({ length: SIZE }, (_, k) => hashLeaf(Buffer.from(`leaf ${k}`)))
  const leavesOf = async (tile: number): Promise<Hash[]> => leaves.slice(tile * 256, (tile + 1) * 256)
  const grown = (size: number, tree = TileTree.of(new Uint8Array(0), [])): TileTree => {
    for (const leaf of leaves.slice(tree.size, size)) tree.append(leaf)
    return tree
  }

  it('has the root at every size, as it grows and later', async () => {
    const tree = TileTree.of(new Uint8Array(0), [])
    for (let size = 0; size <= SIZE; size++) {
      expect(tree.head()).to.deep.equal({ size, root: Buffer.from(log.rootAt(size)) })
      if (size < SIZE) tree.append(leaves[size]!)
    }
    for (const size of [0, ...SIZES]) {
      expect(Buffer.from(await tree.rootAt(size, leavesOf)).equals(log.rootAt(size)), `size ${size}`).to.be.true
    }
  })

  it('proves that it only grew', async () => {
    const tree = grown(SIZE)
    for (const size of SIZES) {
      const proof = proveConsistency(size, SIZE, await tree.readNodes(consistencyNodes(size, SIZE), leavesOf))
      expect(checkConsistency(size, SIZE, log.rootAt(size), log.rootAt(SIZE), proof)).to.be.true
    }
  })

  it('goes back, and on again', () => {
    for (const size of SIZES) {
      const tree = grown(size)
      const mark = tree.mark()
      for (let k = 0; k < 700; k++) tree.append(Buffer.alloc(32, k))
      tree.rollBack(mark)
      expect(grown(SIZE, tree).head().root).to.deep.equal(Buffer.from(log.rootAt(SIZE)))
    }
  })

  it('is the same from what was kept of it', () => {
    for (const size of SIZES) {
      const tree = grown(size)
      const kept = TileTree.of(tree.tileRoots(0), tree.tail)
      expect(kept.head()).to.deep.equal(tree.head())
      expect(kept.hasTile(0, leaves.slice(0, 256))).to.equal(size >= 256)
    }
  })
})
