// Proof that a log signed two histories: it convinces for every pair of sizes, and nothing that does not contradict passes.

import { expect } from 'chai'
import { LedgerError } from '../../src/core/error.ts'
import { checkFork, type Fork, makeFork } from '../../src/core/fork.ts'
import { makeKey, ORIGIN, TestLogOf } from '../witness/scene.ts'

const SIZE = 17

describe('core: a fork', () => {
  const log = new TestLogOf(SIZE)
  const liar = new TestLogOf(SIZE, { seed: 'lie', logKey: log.logKey })
  const { key } = log.logKey

  const forkOf = async (small: number, large: number): Promise<Fork> => {
    const proof = await log.prove(small, large)
    return makeFork(liar.checkpoint(small), log.checkpoint(large), log.tree.rootAt(small), proof)
  }

  it('is shown by any two sizes, but the empty tree', async () => {
    for (let large = 1; large <= SIZE; large++) {
      for (let small = 0; small <= large; small++) {
        expect(checkFork(await forkOf(small, large), key), `${small}, ${large}`).to.equal(small > 0)
      }
    }
  })

  it('is none where the earlier tree is a beginning of the later', async () => {
    for (let small = 1; small <= SIZE; small++) {
      const fork = { ...(await forkOf(small, SIZE)), earlier: log.checkpoint(small) }
      expect(checkFork(fork, key)).to.be.false
    }
  })

  it('is none with any part of it changed', async () => {
    for (let small = 1; small < SIZE; small++) {
      const fork = await forkOf(small, SIZE)
      const other = Buffer.alloc(32, small).toString('base64')
      expect(checkFork({ ...fork, root: other }, key)).to.be.false
      expect(checkFork({ ...fork, root: 'none' }, key)).to.be.false
      for (const k of fork.proof.keys()) {
        expect(checkFork({ ...fork, proof: fork.proof.with(k, other) }, key)).to.be.false
        expect(checkFork({ ...fork, proof: fork.proof.toSpliced(k, 1) }, key)).to.be.false
      }
      expect(checkFork({ ...fork, proof: [...fork.proof, other] }, key)).to.be.false
      expect(checkFork({ ...fork, earlier: fork.later, later: fork.earlier }, key)).to.be.false
    }
  })

  it('is refused where the log did not sign it', async () => {
    const stranger = new TestLogOf(SIZE, { seed: 'lie', logKey: makeKey(ORIGIN, key.type) })
    const fork = await forkOf(5, SIZE)
    expect(() => checkFork({ ...fork, earlier: stranger.checkpoint(5) }, key)).to.throw(LedgerError)
    expect(() => checkFork({ ...fork, later: stranger.checkpoint(SIZE) }, key)).to.throw(LedgerError)
  })
})
