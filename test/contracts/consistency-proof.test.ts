// The consistency check of the anchoring contract, against three others: RFC 9162's algorithm word for word in Solidity,
// the TypeScript one of src/core/tree.ts, and the recursive definition in growth.ts.

import { expect } from 'chai'
import type { Contract } from 'ethers'
import * as fc from 'fast-check'
import { network } from 'hardhat'
import { checkConsistency } from '../../src/core/proof.ts'
import { type Growth, growth, node, type RangeHash, realTree, syntheticTree } from './growth.ts'

type Verdict = 'proven' | 'refused'

describe('ConsistencyProof', () => {
  let harness: Contract
  let close: () => Promise<void>

  before(async () => {
    const connection = await network.create({ override: { hardfork: 'cancun', blockGasLimit: 5_000_000_000 } })
    close = () => connection.close()
    harness = await connection.ethers.deployContract('ConsistencyProofHarness')
  })
  after(() => close())

  const judge = async (check: 'fast' | 'plain', cases: readonly Growth[]): Promise<boolean[]> =>
    (await harness.getFunction(check).staticCall(cases)) as boolean[]

  /** What each case must be, by the library, by TypeScript where the sizes allow, and by the plain check if asked. */
  async function expectAll(
    cases: readonly Growth[],
    verdict: Verdict,
    checks: readonly ('fast' | 'plain')[],
  ): Promise<void> {
    const expected = verdict === 'proven'
    for (let at = 0; at < cases.length; at += 500) {
      const page = cases.slice(at, at + 500)
      for (const check of checks) {
        const wrong = (await judge(check, page)).findIndex(proven => proven !== expected)
        if (wrong !== -1) expect.fail(`${check}: ${show(page[wrong])} must be ${verdict}`)
      }
      const wrong = page.find(one => judgeInTypeScript(one, expected) !== expected)
      if (wrong) expect.fail(`typescript: ${show(wrong)} must be ${verdict}`)
    }
  }

  const tree = realTree()
  const small: Growth[] = []
  for (let newSize = 2n; newSize <= 64n; newSize++) {
    for (let oldSize = 1n; oldSize < newSize; oldSize++) small.push(growth(oldSize, newSize, tree))
  }

  it('accepts every growth between any two sizes up to 64', async () => {
    expect(small).to.have.lengthOf(2_016)
    await expectAll(small, 'proven', BOTH)
  })

  it('refuses each of them with any one hash changed', async () => {
    await expectAll(small.flatMap(changedHashes), 'refused', ['fast'])
    await expectAll(small.filter(one => one.newSize <= 20n).flatMap(changedHashes), 'refused', ['plain'])
  })

  it('refuses each of them with a hash too few or too many, or two swapped', async () => {
    await expectAll(small.flatMap(changedLengths), 'refused', ['fast'])
    await expectAll(small.filter(one => one.newSize <= 20n).flatMap(changedLengths), 'refused', ['plain'])
    await expectAll(small.filter(one => one.newSize <= 20n).flatMap(swapped), 'refused', BOTH)
  })

  it('refuses each of them from another old root or to another new root', async () => {
    await expectAll(
      small.map(one => ({ ...one, oldRoot: flip(one.oldRoot) })),
      'refused',
      ['fast'],
    )
    await expectAll(
      small.map(one => ({ ...one, newRoot: flip(one.newRoot) })),
      'refused',
      ['fast'],
    )
  })

  it('refuses a tree in which an old entry was changed', async () => {
    const rewritten: RangeHash = (start, end) => (start === 0n ? flip(tree(start, end)) : tree(start, end))
    const forged = small
      .filter(one => one.newSize <= 24n)
      .map(({ oldSize, newSize, oldRoot }) => Object.assign(growth(oldSize, newSize, rewritten), { oldRoot }))
    await expectAll(forged, 'refused', BOTH)
  })

  it('agrees with the others on sizes up to 2^64 - 1, and on what an attacker makes of them', async () => {
    const size = fc.oneof(
      fc.bigInt({ min: 2n, max: 2n ** 40n }),
      fc.bigInt({ min: 2n, max: 2n ** 64n - 1n }),
      fc.integer({ min: 1, max: 63 }).chain(bits => fc.constantFrom(2n ** BigInt(bits), 2n ** BigInt(bits) + 1n)),
    )
    const sizes = size.chain(newSize => fc.tuple(fc.bigInt({ min: 1n, max: newSize - 1n }), fc.constant(newSize)))
    await fc.assert(
      fc.asyncProperty(
        fc.array(sizes, { minLength: 8, maxLength: 8 }),
        fc.string(),
        fc.nat(),
        async (pairs, seed, at) => {
          const grown = pairs.map(([oldSize, newSize]) => growth(oldSize, newSize, syntheticTree(seed)))
          await expectAll(grown, 'proven', BOTH)
          await expectAll(
            grown.flatMap(one => changedHashes(one).at(at % one.proof.length) ?? []),
            'refused',
            BOTH,
          )
          await expectAll(grown.flatMap(changedLengths), 'refused', ['fast'])
        },
      ),
      { numRuns: 12 },
    )
  })

  it('gives the same roots as the reference for any hashes of the right number', async () => {
    const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(bytes => Buffer.from(bytes))
    const sizes = fc.tuple(fc.bigInt({ min: 1n, max: 2n ** 40n }), fc.bigInt({ min: 1n, max: 2n ** 40n }))
    await fc.assert(
      fc.asyncProperty(sizes, hash, fc.infiniteStream(hash), async ([oldSize, more], oldRoot, hashes) => {
        const { proof } = growth(oldSize, oldSize + more, syntheticTree(''))
        const any = {
          oldSize,
          newSize: oldSize + more,
          oldRoot,
          newRoot: oldRoot,
          proof: [...hashes.take(proof.length)],
        }
        const fast = (await harness.getFunction('fastRoots').staticCall(any)) as unknown[]
        const plain = (await harness.getFunction('plainRoots').staticCall(any)) as unknown[]
        expect([true, ...fast]).to.deep.equal([...plain])
      }),
      { numRuns: 30 },
    )
  })

  it('costs 7k gas at 2^10, 15k at 2^20, 23k at 2^30 in the dearest case, far less than the plain check', async () => {
    for (const [bits, most] of [
      [10n, 9_000],
      [20n, 17_000],
      [30n, 25_000],
      [40n, 33_000],
    ] as const) {
      const dearest = growth(2n ** bits - 1n, 2n ** bits, syntheticTree('gas'))
      const [fast, plain] = (await harness.getFunction('gasUsed').staticCall(dearest)) as [bigint, bigint]
      expect(Number(fast), `2^${bits}`).to.be.lessThan(most)
      expect(Number(plain) / Number(fast), `2^${bits}`).to.be.greaterThan(1.4)
    }
  })
})

const BOTH = ['fast', 'plain'] as const

/** Sizes past 2^53 are out of its reach, by its own rule: then it has no say. */
function judgeInTypeScript(one: Growth, otherwise: boolean): boolean {
  const { oldSize, newSize, oldRoot, newRoot, proof } = one
  if (newSize > Number.MAX_SAFE_INTEGER) return otherwise
  return checkConsistency(Number(oldSize), Number(newSize), oldRoot, newRoot, proof)
}

const withProof = (one: Growth, proof: readonly Buffer[]): Growth => ({ ...one, proof })

function changedHashes(one: Growth): Growth[] {
  return one.proof.map((hash, at) => withProof(one, one.proof.with(at, flip(hash))))
}

function changedLengths(one: Growth): Growth[] {
  const extra = node(one.oldRoot, one.newRoot)
  return [one.proof.slice(0, -1), [...one.proof, extra], [one.oldRoot, ...one.proof], []].map(proof =>
    withProof(one, proof),
  )
}

function swapped(one: Growth): Growth[] {
  const { proof } = one
  return proof.slice(1).map((hash, at) => withProof(one, proof.with(at, hash).with(at + 1, proof[at] ?? hash)))
}

function flip(hash: Buffer): Buffer {
  const changed = Buffer.from(hash)
  changed[31] = (changed[31] ?? 0) ^ 1
  return changed
}

function show(one: Growth | undefined): string {
  return `from ${one?.oldSize} to ${one?.newSize} with ${one?.proof.length} hashes`
}
