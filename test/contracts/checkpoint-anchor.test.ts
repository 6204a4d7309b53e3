// Behaviour: checkpoint-anchor.tree.

import { expect } from 'chai'
import { ZeroAddress, ZeroHash } from 'ethers'
import * as fc from 'fast-check'
import { logIdOf } from '../../src/chain/deploy.ts'
import { DIGEST, ORIGIN, type Party, useScene } from './fixture.ts'
import { growth, realTree, syntheticTree } from './growth.ts'

const LOG = logIdOf(ORIGIN)

describe('CheckpointAnchor', () => {
  const scene = useScene()
  const refuses = (act: Promise<unknown>, error: string): Chai.CustomErrorAssertion =>
    expect(act).to.be.revertedWithCustomError(scene.contract('checkpointAnchor'), error)
  const anchor = (
    size: bigint | number,
    root: Uint8Array | string,
    proof: readonly Uint8Array[] = [],
    party: Party = 'anchorer',
  ): Promise<unknown> => scene.send(party, 'checkpointAnchor', 'anchor', LOG, size, root, proof)
  const latest = (log = LOG): Promise<unknown> => scene.view('checkpointAnchor', 'latest', log)
  const tree = realTree()

  describe('registerLog', () => {
    it('names a log by the hash of its origin', async () => {
      const receipt = await scene.act(
        'admin',
        'checkpointAnchor',
        'registerLog',
        'other.example/日志',
        scene.accounts.stranger,
      )
      expect(scene.said(receipt)).to.deep.equal([
        {
          name: 'LogRegistered',
          args: { log: logIdOf('other.example/日志'), anchorer: scene.accounts.stranger, origin: 'other.example/日志' },
        },
      ])
      expect(await scene.view('checkpointAnchor', 'anchorerOf', logIdOf('other.example/日志'))).to.equal(
        scene.accounts.stranger,
      )
      expect(await latest(logIdOf('other.example/日志'))).to.deep.equal([0n, ZeroHash])
    })

    it('is for the log administrator, once per origin', async () => {
      const register = (party: Party, origin: string, anchorer = scene.accounts.stranger): Promise<unknown> =>
        scene.send(party, 'checkpointAnchor', 'registerLog', origin, anchorer)
      await refuses(register('anchorer', 'x'), 'AccessManagedUnauthorized').withArgs(scene.accounts.anchorer)
      await refuses(register('admin', ORIGIN), 'LogTaken').withArgs(LOG)
      await refuses(register('admin', ''), 'TextLengthInvalid').withArgs(0, 255)
      await refuses(register('admin', 'x'.repeat(256)), 'TextLengthInvalid').withArgs(256, 255)
      await refuses(register('admin', 'x', ZeroAddress), 'AnchorerInvalid').withArgs(logIdOf('x'), ZeroAddress)
    })
  })

  describe('replaceAnchorer', () => {
    it('hands the log over and keeps what is anchored', async () => {
      const { anchorer, stranger } = scene.accounts
      await anchor(5, DIGEST)
      const receipt = await scene.act('admin', 'checkpointAnchor', 'replaceAnchorer', LOG, stranger)
      expect(scene.said(receipt)).to.deep.equal([
        { name: 'AnchorerReplaced', args: { log: LOG, previousAnchorer: anchorer, anchorer: stranger } },
      ])
      expect(await latest()).to.deep.equal([5n, DIGEST])
      await refuses(anchor(6, DIGEST, []), 'NotTheAnchorer').withArgs(LOG, anchorer, stranger)
      await refuses(anchor(6, DIGEST, [], 'stranger'), 'ProofLengthWrong').withArgs(0, 3)
    })

    it('is for the log administrator, to another account', async () => {
      const replace = (party: Party, account: string, log = LOG): Promise<unknown> =>
        scene.send(party, 'checkpointAnchor', 'replaceAnchorer', log, account)
      await refuses(replace('anchorer', scene.accounts.stranger), 'AccessManagedUnauthorized').withArgs(
        scene.accounts.anchorer,
      )
      await refuses(replace('admin', ZeroAddress), 'AnchorerInvalid').withArgs(LOG, ZeroAddress)
      await refuses(replace('admin', scene.accounts.anchorer), 'AnchorerInvalid').withArgs(LOG, scene.accounts.anchorer)
      await refuses(replace('admin', scene.accounts.stranger, DIGEST), 'LogUnknown').withArgs(DIGEST)
    })
  })

  describe('anchor', () => {
    it('takes any root first, and then only trees that extend it', async () => {
      const first = growth(3n, 7n, tree)
      await anchor(3, first.oldRoot)
      const receipt = await scene.act('anchorer', 'checkpointAnchor', 'anchor', LOG, 7, first.newRoot, first.proof)
      expect(scene.said(receipt)).to.deep.equal([
        {
          name: 'CheckpointAnchored',
          args: { log: LOG, size: 7n, root: hex(first.newRoot), previousSize: 3n, previousRoot: hex(first.oldRoot) },
        },
      ])
      expect(await latest()).to.deep.equal([7n, hex(first.newRoot)])
      const next = growth(7n, 8n, tree)
      await anchor(8, next.newRoot, next.proof)
      const last = growth(8n, 1_000n, tree) // from a power of two
      await anchor(1_000, last.newRoot, last.proof)
      expect(await latest()).to.deep.equal([1_000n, hex(last.newRoot)])
    })

    it('never shrinks and never stands still', async () => {
      await refuses(anchor(0, DIGEST), 'CheckpointStale').withArgs(0, 0)
      await anchor(9, DIGEST)
      await refuses(anchor(8, DIGEST), 'CheckpointStale').withArgs(8, 9)
      await refuses(anchor(9, DIGEST), 'CheckpointStale').withArgs(9, 9)
      await refuses(anchor(9, ZeroHash), 'CheckpointStale').withArgs(9, 9)
    })

    it('refuses a proof that does not fit, with what disagrees', async () => {
      const { oldRoot, newRoot, proof } = growth(6n, 11n, tree)
      const other = growth(6n, 11n, syntheticTree('another log'))
      await refuses(anchor(6, oldRoot, [oldRoot]), 'ProofLengthWrong').withArgs(1, 0)
      await anchor(6, oldRoot)
      await refuses(anchor(11, newRoot, proof.slice(1)), 'ProofLengthWrong').withArgs(proof.length - 1, proof.length)
      await refuses(anchor(11, newRoot, [...proof, oldRoot]), 'ProofLengthWrong').withArgs(
        proof.length + 1,
        proof.length,
      )
      await refuses(anchor(11, other.newRoot, other.proof), 'OldRootMismatch').withArgs(
        6,
        hex(other.oldRoot),
        hex(oldRoot),
      )
      await refuses(anchor(11, other.newRoot, proof), 'NewRootMismatch').withArgs(11, hex(newRoot), hex(other.newRoot))
      await anchor(11, newRoot, proof)
    })

    it('is for the anchorer of a registered log', async () => {
      for (const party of ['stranger', 'admin', 'registrar'] as const) {
        await refuses(anchor(1, DIGEST, [], party), 'NotTheAnchorer').withArgs(
          LOG,
          scene.accounts[party],
          scene.accounts.anchorer,
        )
      }
      await refuses(scene.send('anchorer', 'checkpointAnchor', 'anchor', DIGEST, 1, DIGEST, []), 'LogUnknown').withArgs(
        DIGEST,
      )
      await refuses(latest(DIGEST), 'LogUnknown').withArgs(DIGEST)
      await refuses(scene.view('checkpointAnchor', 'anchorerOf', DIGEST), 'LogUnknown').withArgs(DIGEST)
    })

    it('keeps logs apart', async () => {
      await scene.act('admin', 'checkpointAnchor', 'registerLog', 'other', scene.accounts.stranger)
      await anchor(5, DIGEST)
      await scene.act('stranger', 'checkpointAnchor', 'anchor', logIdOf('other'), 3, ZeroHash, [])
      expect(await latest()).to.deep.equal([5n, DIGEST])
      expect(await latest(logIdOf('other'))).to.deep.equal([3n, ZeroHash])
    })

    it('takes sizes up to the last of 64 bits', async () => {
      const most = 2n ** 64n - 1n
      const { oldRoot, newRoot, proof } = growth(2n ** 63n + 5n, most, syntheticTree('large'))
      await anchor(2n ** 63n + 5n, oldRoot)
      await anchor(most, newRoot, proof)
      expect(await latest()).to.deep.equal([most, hex(newRoot)])
    })

    it('follows a log through any sequence of sizes', async function () {
      this.timeout(20_000)
      let count = 0
      await fc.assert(
        fc.asyncProperty(fc.array(fc.bigInt({ min: 1n, max: 200n }), { minLength: 2, maxLength: 8 }), async steps => {
          const origin = `log ${++count}`
          await scene.act('admin', 'checkpointAnchor', 'registerLog', origin, scene.accounts.anchorer)
          let size = 0n
          for (const step of steps) {
            const grown = size === 0n ? { newRoot: tree(0n, step), proof: [] } : growth(size, size + step, tree)
            size += step
            await scene.act('anchorer', 'checkpointAnchor', 'anchor', logIdOf(origin), size, grown.newRoot, grown.proof)
          }
          expect(await latest(logIdOf(origin))).to.deep.equal([size, hex(tree(0n, size))])
        }),
        { numRuns: 10 },
      )
    })
  })

  describe('anchorAll', () => {
    const OTHER = logIdOf('other')
    const next = growth(6n, 11n, tree)
    const one = { log: LOG, size: 11, root: next.newRoot, proof: next.proof }
    const other = { ...one, log: OTHER }
    const anchorAll = (growths: readonly object[], party: Party = 'anchorer'): Promise<unknown> =>
      scene.send(party, 'checkpointAnchor', 'anchorAll', growths)
    const anchored = (log: string): object => ({
      name: 'CheckpointAnchored',
      args: { log, size: 11n, root: hex(next.newRoot), previousSize: 6n, previousRoot: hex(next.oldRoot) },
    })

    beforeEach(async () => {
      await scene.act('admin', 'checkpointAnchor', 'registerLog', 'other', scene.accounts.anchorer)
      const first = { size: 6, root: next.oldRoot, proof: [] }
      await anchorAll([
        { ...first, log: LOG },
        { ...first, log: OTHER },
      ])
    })

    it('anchors several logs in one transaction, each with its own event', async () => {
      const receipt = await scene.act('anchorer', 'checkpointAnchor', 'anchorAll', [one, other])
      expect(scene.said(receipt)).to.deep.equal([anchored(LOG), anchored(OTHER)])
      for (const log of [LOG, OTHER]) expect(await latest(log)).to.deep.equal([11n, hex(next.newRoot)])
    })

    it('takes one alone as anchor does', async () => {
      expect(scene.said(await scene.act('anchorer', 'checkpointAnchor', 'anchorAll', [one]))).to.deep.equal([
        anchored(LOG),
      ])
      expect(await latest(OTHER)).to.deep.equal([6n, hex(next.oldRoot)])
    })

    it('takes the same log twice, the second time from where the first left it', async () => {
      const last = growth(11n, 13n, tree)
      const then = { log: LOG, size: 13, root: last.newRoot, proof: last.proof }
      await refuses(anchorAll([one, one]), 'CheckpointStale').withArgs(11, 11)
      await refuses(anchorAll([then, one]), 'ProofLengthWrong')
      await anchorAll([one, then])
      expect(await latest()).to.deep.equal([13n, hex(last.newRoot)])
    })

    it('refuses an empty list', async () => {
      await refuses(anchorAll([]), 'BatchEmpty').withArgs()
      await refuses(anchorAll([], 'stranger'), 'BatchEmpty').withArgs()
    })

    it('refuses all for the sake of any one, wherever it stands', async () => {
      const { anchorer, stranger } = scene.accounts
      await scene.act('admin', 'checkpointAnchor', 'registerLog', 'not ours', stranger)
      const wrong: [growth: object, error: string, args: unknown[]][] = [
        [{ ...other, log: DIGEST }, 'LogUnknown', [DIGEST]],
        [{ ...other, log: logIdOf('not ours') }, 'NotTheAnchorer', [logIdOf('not ours'), anchorer, stranger]],
        [{ ...other, size: 6 }, 'CheckpointStale', [6, 6]],
        [{ ...other, proof: next.proof.slice(1) }, 'ProofLengthWrong', [next.proof.length - 1, next.proof.length]],
        [{ ...other, root: DIGEST }, 'NewRootMismatch', [11, hex(next.newRoot), DIGEST]],
      ]
      for (const [growths, error, args] of wrong) {
        await refuses(anchorAll([one, growths]), error).withArgs(...args)
        await refuses(anchorAll([growths, one]), error).withArgs(...args)
      }
      for (const log of [LOG, OTHER]) expect(await latest(log)).to.deep.equal([6n, hex(next.oldRoot)])
      await refuses(anchorAll([one], 'stranger'), 'NotTheAnchorer').withArgs(LOG, stranger, anchorer)
    })

    it('costs at most 80k gas for one log and 130k for two, with the longest proofs of 2^30 leaves', async () => {
      const dearest = growth(2n ** 30n - 1n, 2n ** 30n, syntheticTree('gas'))
      expect(dearest.proof).to.have.lengthOf(31)
      const cost = async (...logs: string[]): Promise<number> => {
        for (const origin of logs) {
          await scene.act('admin', 'checkpointAnchor', 'registerLog', origin, scene.accounts.anchorer)
          await scene.act('anchorer', 'checkpointAnchor', 'anchor', logIdOf(origin), 2 ** 30 - 1, dearest.oldRoot, [])
        }
        const growths = logs.map(origin => ({
          log: logIdOf(origin),
          size: 2 ** 30,
          root: dearest.newRoot,
          proof: dearest.proof,
        }))
        return Number((await scene.act('anchorer', 'checkpointAnchor', 'anchorAll', growths)).gasUsed)
      }
      expect(await cost('one')).to.be.at.most(80_000)
      expect(await cost('access', 'index')).to.be.at.most(130_000)
    })
  })
})

function hex(hash: Buffer): string {
  return `0x${hash.toString('hex')}`
}
