// Behaviour: catalogue.tree, as far as it is about what an entry is made from, and about vetoes.

import { expect } from 'chai'
import { id as keccakOf, ZeroHash } from 'ethers'
import fc from 'fast-check'
import { STATUSES } from '../../src/chain/terms.ts'
import {
  CONDITIONAL,
  DIGEST,
  describeResource,
  type Party,
  roundOn,
  UNCONDITIONAL,
  useScene,
  WITHHELD,
} from './fixture.ts'

/** The next entry that is registered; the scene has three. */
const NEXT = 4

describe('Catalogue: lineage and vetoes', () => {
  const scene = useScene()
  const send = (party: Party, method: string, ...args: readonly unknown[]): Promise<unknown> =>
    scene.send(party, 'catalogue', method, ...args)
  const made = (parents: readonly number[]): object => describeResource('conditional', { parents })
  let registered = 0
  const register = (parents: readonly number[], party: Party = 'archive'): Promise<unknown> => {
    registered += 1
    return send(party, 'register', `d-${registered}`, keccakOf(`d-${registered}`), made(parents))
  }
  const veto = (id: bigint | number): Promise<unknown> => send('inspector', 'vetoResource', id, DIGEST, ZeroHash)
  const lift = async (party: Party, id: bigint | number, round?: bigint): Promise<unknown> =>
    send(party, 'liftResourceVeto', id, round ?? (await roundOn(scene, 'catalogue', id)), DIGEST)
  const ancestors = (id: number): Promise<unknown> => scene.view('catalogue', 'ancestorsOf', id)
  const sharable = (id: bigint | number): Promise<unknown> => scene.view('catalogue', 'checkSharable', id)
  const notVetoed = (id: bigint | number): Promise<unknown> => scene.view('catalogue', 'checkNotVetoed', id)
  const refuses = (act: Promise<unknown>, error: string): Chai.CustomErrorAssertion =>
    expect(act).to.be.revertedWithCustomError(scene.contract('catalogue'), error)
  const refusesParty = (act: Promise<unknown>, error: string): Chai.CustomErrorAssertion =>
    expect(act).to.be.revertedWithCustomError(scene.contract('organisations'), error)

  describe('ancestors', () => {
    it('are parents and theirs, each once, ascending', async () => {
      await register([1, 3]) // 4
      await register([2]) // 5
      await register([1, 4, 5]) // 6
      expect(await ancestors(1)).to.deep.equal([])
      expect(await ancestors(4)).to.deep.equal([1n, 3n])
      expect(await ancestors(6)).to.deep.equal([1n, 2n, 3n, 4n, 5n])
      await refuses(ancestors(7), 'ResourceUnknown').withArgs(7)
      await refuses(ancestors(0), 'ResourceUnknown').withArgs(0)
    })

    it('are at most 64', async () => {
      for (let i = NEXT; i <= 66; i += 1)
        await register(i === NEXT ? [1, 2, 3] : [i - 1]) // a chain: 66 has 65 before it
          .catch((error: unknown) => {
            if (i !== 66) throw error
          })
      expect(await scene.view('catalogue', 'resourceCount')).to.equal(65n)
      expect(await ancestors(65)).to.deep.equal(Array.from({ length: 64 }, (_, i) => BigInt(i + 1)))
      await refuses(register([65]), 'AncestorsTooMany').withArgs(65, 64)
      await refuses(register([1, 65]), 'AncestorsTooMany').withArgs(65, 64)
      await notVetoed(65)
      await veto(CONDITIONAL)
      await refuses(notVetoed(65), 'ResourceIsVetoed').withArgs(65, 1)
    })

    it('are added by an update and never shed', async () => {
      await register([1]) // 4
      await register([2]) // 5
      await register([4]) // 6
      await send('archive', 'update', 6, made([5]))
      expect(await ancestors(6)).to.deep.equal([1n, 2n, 4n, 5n])
      await send('archive', 'update', 6, made([]))
      expect(await ancestors(6)).to.deep.equal([1n, 2n, 4n, 5n])
      await send('archive', 'update', 6, made([1]))
      expect(await ancestors(6)).to.deep.equal([1n, 2n, 4n, 5n])
      await veto(CONDITIONAL)
      await refuses(sharable(6), 'ResourceIsVetoed').withArgs(6, 1)
    })

    it('are settled once something is made from the entry: what is below it would not know', async () => {
      await register([1]) // 4
      await register([4]) // 5
      await refuses(send('archive', 'update', 4, made([1, 2])), 'LineageSettled').withArgs(4)
      await send('archive', 'update', 4, made([1])) // nothing new
      await send('archive', 'update', 4, made([]))
      await send('archive', 'update', 5, made([2, 4])) // nothing is made from 5
      expect(await ancestors(5)).to.deep.equal([1n, 2n, 4n])
      await refuses(send('tax', 'update', UNCONDITIONAL, made([1])), 'LineageSettled').withArgs(2)
    })

    it('are those of the graph of parents, whatever it is', async () => {
      const parentsOf = fc.array(fc.uniqueArray(fc.nat({ max: 30 }), { maxLength: 6 }), { minLength: 1, maxLength: 12 })
      await fc.assert(
        fc.asyncProperty(parentsOf, async picks => {
          const before = await scene.request('evm_snapshot', [])
          const all = new Map<number, ReadonlySet<number>>([1, 2, 3].map(id => [id, new Set()]))
          for (const [i, pick] of picks.entries()) {
            const id = NEXT + i
            const parents = [...new Set(pick.map(n => (n % (id - 1)) + 1))].sort((a, b) => a - b)
            await register(parents)
            all.set(id, new Set(parents.flatMap(parent => [parent, ...all.get(parent)!])))
            const expected = [...all.get(id)!].sort((a, b) => a - b).map(BigInt)
            expect(await ancestors(id)).to.deep.equal(expected)
          }
          // A veto on any entry covers it and exactly its descendants.
          const target = NEXT + (picks.length >> 1)
          await veto(target)
          for (const [id, above] of all) {
            if (id === target || above.has(target))
              await refuses(notVetoed(id), 'ResourceIsVetoed').withArgs(id, target)
            else await notVetoed(id)
          }
          await scene.request('evm_revert', [before])
        }),
        { numRuns: 10 },
      )
    })
  })

  describe('vetoResource', () => {
    it('freezes the entry from this block on', async () => {
      const act = send('inspector', 'vetoResource', UNCONDITIONAL, DIGEST, keccakOf('case 7'))
      await expect(act)
        .to.emit(scene.contract('catalogue'), 'ResourceVetoed')
        .withArgs(UNCONDITIONAL, 9, DIGEST, keccakOf('case 7'))
      await refuses(sharable(UNCONDITIONAL), 'ResourceIsVetoed').withArgs(2, 2)
      await refuses(notVetoed(UNCONDITIONAL), 'ResourceIsVetoed').withArgs(2, 2)
      await sharable(CONDITIONAL)
      await notVetoed(CONDITIONAL)
    })

    it('freezes all that is made from it, though it be withdrawn or withheld', async () => {
      await register([1, 3]) // 4
      await register([4], 'operator') // 5
      await scene.act('tax', 'catalogue', 'withdraw', CONDITIONAL, DIGEST)
      await sharable(5)
      await veto(CONDITIONAL)
      await refuses(sharable(5), 'ResourceIsVetoed').withArgs(5, 1)
      await lift('inspector', CONDITIONAL)
      await lift('regulator', CONDITIONAL)
      await veto(WITHHELD)
      await refuses(sharable(5), 'ResourceIsVetoed').withArgs(5, 3)
      await notVetoed(UNCONDITIONAL)
    })

    it('is for active inspectors, who owe a reason, once', async () => {
      await refusesParty(send('regulator', 'vetoResource', 1, DIGEST, ZeroHash), 'KindMissing')
      await refusesParty(send('tax', 'vetoResource', 1, DIGEST, ZeroHash), 'KindMissing')
      await refuses(send('inspector', 'vetoResource', 1, ZeroHash, DIGEST), 'ResourceReasonMissing').withArgs(1)
      await refuses(veto(9), 'ResourceUnknown').withArgs(9)
      await scene.relayed('inspector', 'catalogue', 'vetoResource', [1, DIGEST, ZeroHash])
      await refuses(veto(1), 'ResourceIsVetoed').withArgs(1, 1)
      await scene.act('registrar', 'organisations', 'setStatus', 9, STATUSES.suspended.value, DIGEST)
      await refusesParty(veto(2), 'OrganisationNotActive')
    })
  })

  describe('liftResourceVeto', () => {
    const orders: readonly [Party, Party][] = [
      ['inspector', 'regulator'],
      ['regulator', 'inspector'],
    ]
    for (const [first, second] of orders) {
      it(`takes both sides: ${first}, then ${second}`, async () => {
        const contract = scene.contract('catalogue')
        const idOf = { inspector: 9, regulator: 10 } as Readonly<Partial<Record<Party, number>>>
        await veto(2)
        await expect(lift(first, 2))
          .to.emit(contract, 'ResourceVetoLiftAgreed')
          .withArgs(2, idOf[first], DIGEST)
          .and.not.to.emit(contract, 'ResourceVetoLifted')
        await refuses(sharable(2), 'ResourceIsVetoed').withArgs(2, 2)
        await refuses(lift(first, 2), 'ResourceLiftNotYours').withArgs(2, idOf[first])
        await expect(lift(second, 2))
          .to.emit(contract, 'ResourceVetoLiftAgreed')
          .withArgs(2, idOf[second], DIGEST)
          .and.to.emit(contract, 'ResourceVetoLifted')
          .withArgs(2)
        await sharable(2)
        await refuses(lift(second, 2), 'ResourceNotVetoed').withArgs(2)
        // A new veto needs both again.
        await veto(2)
        await lift(second, 2)
        await refuses(sharable(2), 'ResourceIsVetoed').withArgs(2, 2)
      })
    }

    it('takes both anew where the veto is imposed again after one agreed', async () => {
      await veto(2)
      for (const [first, second] of orders) {
        await lift(first, 2)
        await expect(veto(2)).to.emit(scene.contract('catalogue'), 'ResourceVetoed').withArgs(2, 9, DIGEST, ZeroHash)
        await refuses(veto(2), 'ResourceIsVetoed').withArgs(2, 2)
        await lift(second, 2)
        await refuses(sharable(2), 'ResourceIsVetoed').withArgs(2, 2)
        await veto(2)
      }
    })

    it('takes no consent that was signed for another veto', async () => {
      await veto(2)
      await lift('regulator', 2)
      await veto(2)
      for (const round of [0n, 1n, 3n]) {
        await refuses(lift('inspector', 2, round), 'ResourceVetoDiffers').withArgs(2, round, 2n)
      }
    })

    it('is for nobody else, and wants a reason', async () => {
      await veto(2)
      await refuses(lift('tax', 2), 'ResourceLiftNotYours').withArgs(2, 1)
      await refusesParty(lift('stranger', 2), 'AccountUnknown')
      await refuses(send('regulator', 'liftResourceVeto', 2, 1, ZeroHash), 'ResourceReasonMissing').withArgs(2)
      await refuses(lift('regulator', 1), 'ResourceNotVetoed').withArgs(1)
      await refuses(lift('regulator', 9), 'ResourceUnknown').withArgs(9)
    })
  })

  describe('a veto on a provider', () => {
    const vetoOrganisation = (id: number): Promise<unknown> =>
      scene.act('inspector', 'organisations', 'vetoOrganisation', id, DIGEST, ZeroHash)

    it('covers what others make from its data', async () => {
      await register([1]) // 4, of the archive, from the tax bureau's
      await register([4], 'developer') // 5
      await vetoOrganisation(1)
      await refusesParty(sharable(5), 'OrganisationIsVetoed').withArgs(1)
      await refusesParty(notVetoed(4), 'OrganisationIsVetoed').withArgs(1)
    })

    it('covers its own entries: told by checkNotVetoed, and by checkSharable where others’ data is in them', async () => {
      await register([1]) // 4
      await vetoOrganisation(4)
      await refusesParty(sharable(4), 'OrganisationIsVetoed').withArgs(4)
      await refusesParty(notVetoed(4), 'OrganisationIsVetoed').withArgs(4)
      await vetoOrganisation(1)
      await refusesParty(notVetoed(1), 'OrganisationIsVetoed').withArgs(1)
      await sharable(1) // made from nothing: who asks checks the provider anyway
    })

    it('is more than a suspension, which leaves what is made from its data', async () => {
      await register([1]) // 4
      await scene.act('registrar', 'organisations', 'setStatus', 1, STATUSES.suspended.value, DIGEST)
      await sharable(4)
    })
  })

  describe('withdraw under a veto', () => {
    it('is refused: registered anew, the source would have shed it', async () => {
      await register([1]) // 4
      await veto(1)
      await refuses(send('tax', 'withdraw', 1, DIGEST), 'ResourceIsVetoed').withArgs(1, 1)
      await refuses(send('archive', 'withdraw', 4, DIGEST), 'ResourceIsVetoed').withArgs(4, 1)
      await send('tax', 'withdraw', 2, DIGEST)
      await send('tax', 'update', 1, describeResource('withheld')) // what is wrong can be put right meanwhile
      await lift('inspector', 1)
      await lift('regulator', 1)
      await send('archive', 'withdraw', 4, DIGEST)
    })
  })

  describe('checkNotVetoed', () => {
    it('is asked of any entry there is', async () => {
      await notVetoed(WITHHELD)
      await refuses(notVetoed(0), 'ResourceUnknown').withArgs(0)
      await refuses(notVetoed(NEXT), 'ResourceUnknown').withArgs(NEXT)
    })
  })

  describe('checkSharable', () => {
    it('costs little gas where an entry is made from nothing: one storage slot', async () => {
      const contract = scene.contract('catalogue')
      const data = contract.interface.encodeFunctionData('checkSharable', [1])
      const calldata = Buffer.from(data.slice(2), 'hex').reduce((sum, byte) => sum + (byte === 0 ? 4 : 16), 0)
      const gas = await scene.provider.estimateGas({ to: await contract.getAddress(), data })
      expect(Number(gas) - 21_000 - calldata).to.be.below(3_800)
    })
  })
})
