// RFC 6962 / 9162: published vectors, every leaf of every size to 100, every hash of every proof mutated, sizes past 2^32.

import { expect } from 'chai'
import fc from 'fast-check'
import { EMPTY_ROOT, hashLeaf, hashNode } from '../../src/core/hash.ts'
import {
  checkConsistency,
  checkInclusion,
  checkLeaves,
  checkSubtree,
  consistencyNodes,
  inclusionNodes,
  leavesNodes,
  proveConsistency,
  proveInclusion,
  proveSubtree,
  subtreeNodes,
} from '../../src/core/proof.ts'
import {
  appendLeaf,
  coverRange,
  emptyFrontier,
  frontierNodes,
  frontierRoot,
  type Hash,
  type NodeId,
} from '../../src/core/tree.ts'

const hex = (hash: Hash): string => Buffer.from(hash).toString('hex')
const flip = (hash: Hash): Buffer => {
  const other = Buffer.from(hash)
  other[other.length - 1]! ^= 1
  return other
}

/** MTH of RFC 6962 §2.1, straight from its definition: the reference that nothing above is built on. */
function referenceRoot(leaves: readonly Hash[]): Hash {
  if (leaves.length === 0) return EMPTY_ROOT
  if (leaves.length === 1) return leaves[0]!
  let k = 1
  while (k * 2 < leaves.length) k *= 2
  return hashNode(referenceRoot(leaves.slice(0, k)), referenceRoot(leaves.slice(k)))
}

const LEAVES = Array.from({ length: 100 }, (_, i) => hashLeaf(Buffer.from(`leaf ${i}`)))
const nodeHash = ({ level, index }: NodeId): Hash =>
  referenceRoot(LEAVES.slice(index * 2 ** level, (index + 1) * 2 ** level))
const read = (nodes: readonly NodeId[]): Hash[] => nodes.map(nodeHash)
const ROOTS = Array.from({ length: 101 }, (_, size) => referenceRoot(LEAVES.slice(0, size)))

describe('tree: RFC 6962 vectors', () => {
  // The eight test leaves of the Certificate Transparency reference tests and the root of each prefix.
  const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
  const roots = [
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ]

  it('has the published empty root and the root of every prefix of the test leaves', () => {
    expect(hex(EMPTY_ROOT)).to.equal('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    const frontier = emptyFrontier()
    expect(hex(frontierRoot(frontier))).to.equal(hex(EMPTY_ROOT))
    for (const [i, input] of inputs.entries()) {
      appendLeaf(frontier, hashLeaf(Buffer.from(input, 'hex')))
      expect(hex(frontierRoot(frontier)), `size ${i + 1}`).to.equal(roots[i])
    }
  })
})

describe('tree: growing', () => {
  it('gives the root of the definition at every size to 100, and emits every complete subtree once', () => {
    const frontier = emptyFrontier()
    const emitted = new Map<string, string>()
    for (const leaf of LEAVES) {
      const counts = frontier.size
      appendLeaf(frontier, leaf, (level, hash) => {
        const index = (counts + 1) / 2 ** level - 1
        emitted.set(`${level}/${index}`, hex(hash))
      })
      expect(hex(frontierRoot(frontier))).to.equal(hex(ROOTS[frontier.size]!))
      expect(frontier.hashes.map(hex)).to.deep.equal(read(frontierNodes(frontier.size)).map(hex))
    }
    for (let level = 0; 2 ** level <= 100; level++) {
      for (let index = 0; (index + 1) * 2 ** level <= 100; index++) {
        expect(emitted.get(`${level}/${index}`)).to.equal(hex(nodeHash({ level, index })))
      }
    }
  })
})

describe('tree: inclusion', () => {
  it('proves every leaf of every size to 100, and nothing else', function () {
    this.timeout(120_000)
    for (let size = 1; size <= 100; size++) {
      for (let index = 0; index < size; index++) {
        const proof = proveInclusion(index, size, read(inclusionNodes(index, size)))
        const check = (i: number, n: number, leaf: Hash, root: Hash, p: readonly Hash[]): boolean =>
          checkInclusion(i, n, leaf, root, p)
        const root = ROOTS[size]!
        const leaf = LEAVES[index]!
        expect(check(index, size, leaf, root, proof), `leaf ${index} of ${size}`).to.equal(true)
        expect(check(index, size, flip(leaf), root, proof)).to.equal(false)
        expect(check(index, size, leaf, flip(root), proof)).to.equal(false)
        expect(check(index, size, leaf, root, [...proof, root])).to.equal(false)
        expect(check(index + 1, size, leaf, root, proof)).to.equal(false)
        if (proof.length === 0) continue
        expect(check(index, size, leaf, root, proof.slice(1))).to.equal(false)
        expect(check(index, size, leaf, root, proof.slice(0, -1))).to.equal(false)
        expect(check(index, size, leaf, root, [proof[0]!.subarray(1), ...proof.slice(1)])).to.equal(false)
        for (let k = 0; k < proof.length; k++) {
          expect(check(index, size, leaf, root, proof.with(k, flip(proof[k]!)))).to.equal(false)
        }
      }
    }
  })

  it('refuses an index outside the tree', () => {
    expect(() => inclusionNodes(8, 8))
      .to.throw()
      .with.property('code', 'index_beyond_tree')
    expect(checkInclusion(-1, 8, LEAVES[0]!, ROOTS[8]!, [])).to.equal(false)
    expect(checkInclusion(0.5, 8, LEAVES[0]!, ROOTS[8]!, [])).to.equal(false)
    expect(checkInclusion(0, 0, LEAVES[0]!, EMPTY_ROOT, [])).to.equal(false)
  })
})

describe('tree: a complete subtree', () => {
  it('proves every complete subtree of every size to 100, and nothing else', function () {
    this.timeout(120_000)
    for (let size = 1; size <= 100; size++) {
      for (let level = 0; 2 ** level <= size; level++) {
        for (let index = 0; (index + 1) * 2 ** level <= size; index++) {
          const subtree = { level, index }
          const hash = nodeHash(subtree)
          const proof = proveSubtree(subtree, size, read(subtreeNodes(subtree, size)))
          const root = ROOTS[size]!
          const where = `subtree (${level}, ${index}) of ${size}`
          expect(checkSubtree(subtree, hash, size, root, proof), where).to.equal(true)
          expect(checkSubtree(subtree, flip(hash), size, root, proof), where).to.equal(false)
          expect(checkSubtree(subtree, hash, size, flip(root), proof), where).to.equal(false)
          expect(checkSubtree(subtree, hash, size, root, [...proof, root]), where).to.equal(false)
          expect(checkSubtree({ level, index: index + 1 }, hash, size, root, proof), where).to.equal(false)
          // One level up it would be another subtree: of one with more leaves there are fewer siblings.
          expect(checkSubtree({ level: level + 1, index }, hash, size, root, proof), where).to.equal(false)
          for (const [k, sibling] of proof.entries()) {
            expect(checkSubtree(subtree, hash, size, root, proof.with(k, flip(sibling))), where).to.equal(false)
          }
        }
      }
    }
  })

  it('refuses a subtree that the tree has not, or not yet as a whole', () => {
    for (const [subtree, size] of [
      [{ level: 3, index: 1 }, 15],
      [{ level: 0, index: 7 }, 7],
      [{ level: 7, index: 0 }, 100],
    ] as const) {
      expect(() => subtreeNodes(subtree, size))
        .to.throw()
        .with.property('code', 'index_beyond_tree')
      expect(checkSubtree(subtree, LEAVES[0]!, size, LEAVES[0]!, [])).to.equal(false)
    }
    expect(checkSubtree({ level: -1, index: 0 }, LEAVES[0]!, 1, LEAVES[0]!, [])).to.equal(false)
    expect(checkSubtree({ level: 0, index: 0.5 }, LEAVES[0]!, 1, LEAVES[0]!, [])).to.equal(false)
  })
})

describe('tree: consistency', () => {
  it('proves every growth to 100, and nothing else', function () {
    this.timeout(120_000)
    for (let newSize = 0; newSize <= 100; newSize++) {
      for (let oldSize = 0; oldSize <= newSize; oldSize++) {
        const proof = proveConsistency(oldSize, newSize, read(consistencyNodes(oldSize, newSize)))
        const [oldRoot, newRoot] = [ROOTS[oldSize]!, ROOTS[newSize]!]
        expect(checkConsistency(oldSize, newSize, oldRoot, newRoot, proof), `${oldSize} → ${newSize}`).to.equal(true)
        expect(checkConsistency(oldSize, newSize, flip(oldRoot), newRoot, proof)).to.equal(false)
        // From the empty tree anything is a growth: there is nothing that the new root could contradict.
        if (oldSize > 0) expect(checkConsistency(oldSize, newSize, oldRoot, flip(newRoot), proof)).to.equal(false)
        expect(checkConsistency(oldSize, newSize, oldRoot, newRoot, [...proof, newRoot])).to.equal(false)
        for (let k = 0; k < proof.length; k++) {
          expect(checkConsistency(oldSize, newSize, oldRoot, newRoot, proof.with(k, flip(proof[k]!)))).to.equal(false)
          expect(checkConsistency(oldSize, newSize, oldRoot, newRoot, proof.toSpliced(k, 1))).to.equal(false)
        }
      }
    }
    expect(checkConsistency(9, 8, ROOTS[9]!, ROOTS[8]!, [])).to.equal(false)
    expect(() => consistencyNodes(9, 8))
      .to.throw()
      .with.property('code', 'tree_cannot_shrink')
  })
})

describe('tree: many leaves at once', () => {
  it('proves any set of leaves, and no changed, moved, added or missing one', () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 100 })
          .chain(size =>
            fc.tuple(fc.constant(size), fc.uniqueArray(fc.nat(size - 1), { minLength: 1, maxLength: size }), fc.nat()),
          ),
        ([size, chosen, pick]) => {
          const indices = chosen.toSorted((a, b) => a - b)
          const leaves = indices.map(i => LEAVES[i]!)
          const proof = read(leavesNodes(indices, size))
          const root = ROOTS[size]!
          expect(checkLeaves(indices, leaves, size, root, proof)).to.equal(true)
          const k = pick % indices.length
          expect(checkLeaves(indices, leaves.with(k, flip(leaves[k]!)), size, root, proof)).to.equal(false)
          expect(checkLeaves(indices, leaves, size, flip(root), proof)).to.equal(false)
          expect(checkLeaves(indices.toSpliced(k, 1), leaves.toSpliced(k, 1), size, root, proof)).to.equal(false)
          expect(checkLeaves(indices, leaves, size, root, [...proof, root])).to.equal(false)
          if (proof.length > 0) {
            const j = pick % proof.length
            expect(checkLeaves(indices, leaves, size, root, proof.with(j, flip(proof[j]!)))).to.equal(false)
            expect(checkLeaves(indices, leaves, size, root, proof.toSpliced(j, 1))).to.equal(false)
          }
          if (k > 0) {
            const swapped = leaves.with(k, leaves[k - 1]!).with(k - 1, leaves[k]!)
            expect(checkLeaves(indices, swapped, size, root, proof)).to.equal(false)
          }
        },
      ),
      { numRuns: 500 },
    )
  })

  it('refuses indices that are not strictly ascending', () => {
    expect(() => leavesNodes([3, 3], 8)).to.throw(RangeError)
    expect(checkLeaves([1, 0], [LEAVES[1]!, LEAVES[0]!], 2, ROOTS[2]!, [])).to.equal(false)
  })
})

describe('tree: sizes beyond 2^32', () => {
  // A tree of equal leaves has one hash per level, so that trees of any size can be built without their leaves.
  const perfect: Hash[] = [LEAVES[0]!]
  for (let level = 0; level < 53; level++) perfect.push(hashNode(perfect[level]!, perfect[level]!))
  const readEqual = (nodes: readonly NodeId[]): Hash[] => nodes.map(node => perfect[node.level]!)
  const rootAt = (size: number): Hash => frontierRoot({ size, hashes: readEqual(frontierNodes(size)) })
  const sizes = fc.integer({ min: 2 ** 32 - 3, max: 2 ** 52 })

  it('proves inclusion and consistency, and covers ranges exactly', () => {
    fc.assert(
      fc.property(sizes, sizes, fc.double({ min: 0, max: 0.999_999, noNaN: true }), (a, b, where) => {
        const [oldSize, newSize] = a < b ? [a, b] : [b, a]
        const index = Math.floor(newSize * where)
        const inclusion = proveInclusion(index, newSize, readEqual(inclusionNodes(index, newSize)))
        expect(checkInclusion(index, newSize, perfect[0]!, rootAt(newSize), inclusion)).to.equal(true)
        expect(checkInclusion(index, newSize, LEAVES[1]!, rootAt(newSize), inclusion)).to.equal(false)
        const growth = proveConsistency(oldSize, newSize, readEqual(consistencyNodes(oldSize, newSize)))
        expect(checkConsistency(oldSize, newSize, rootAt(oldSize), rootAt(newSize), growth)).to.equal(true)
        const together = readEqual(leavesNodes([index], newSize))
        expect(checkLeaves([index], [perfect[0]!], newSize, rootAt(newSize), together)).to.equal(true)
        const covered = coverRange({ start: index, end: newSize }).reduce((sum, node) => sum + 2 ** node.level, 0)
        expect(covered).to.equal(newSize - index)
      }),
      { numRuns: 300 },
    )
  })
})
