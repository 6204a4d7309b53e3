// Behaviour: policies.tree. What the ledger does with a policy is in requests.test.ts.

import { expect } from 'chai'
import { ZeroHash } from 'ethers'
import fc from 'fast-check'
import { CONDITIONAL, DAY, DIGEST, describeResource, type Party, START, useScene, WITHHELD } from './fixture.ts'
import { ID, SUSPENDED } from './grant-acts.ts'
import { sayingsIn } from './said.ts'

const UNTIL = START + 100 * DAY
const TERMS = {
  longestPeriod: 30 * DAY,
  validUntil: UNTIL,
  mostBytes: 1_000n,
  mostRows: 100n,
  scope: 0b1111n,
  purposes: 0b101n,
}
const ASKED = {
  resource: CONDITIONAL,
  consumer: ID.statistics,
  purpose: 2,
  period: 30 * DAY,
  byteCount: 1_000n,
  rowCount: 100n,
  scope: 0b1111n,
}

describe('Policies', () => {
  const scene = useScene()
  const send = (party: Party, method: string, ...args: readonly unknown[]): Promise<unknown> =>
    scene.send(party, 'policies', method, ...args)
  const set = (changes: object = {}, consumers: readonly bigint[] = [], party: Party = 'tax', resource = CONDITIONAL) =>
    send(party, 'setPolicy', resource, { ...TERMS, ...changes }, consumers)
  const end = (party: Party = 'tax', reason = DIGEST): Promise<unknown> => send(party, 'endPolicy', CONDITIONAL, reason)
  const versionFor = (changes: object = {}): Promise<unknown> =>
    scene.view('policies', 'versionFor', { ...ASKED, ...changes })
  const names = (id: bigint): Promise<unknown> => scene.view('policies', 'names', CONDITIONAL, id)
  const refuses = (
    act: Promise<unknown>,
    error: string,
    contract: 'policies' | 'catalogue' | 'organisations' = 'policies',
  ): Chai.CustomErrorAssertion => expect(act).to.be.revertedWithCustomError(scene.contract(contract), error)

  describe('setPolicy', () => {
    it('states what may be had, and by whom', async () => {
      const terms = { ...TERMS, purposes: 1n << 255n }
      const receipt = await scene.act('tax', 'policies', 'setPolicy', CONDITIONAL, terms, [2, 3, 11])
      expect(sayingsIn(receipt, scene.deployment.contracts)).to.deep.equal([
        {
          name: 'PolicySet',
          args: { resource: 1n, version: 1, provider: ID.tax, terms, consumers: [2n, 3n, 11n] },
        },
      ])
      expect(await scene.view('policies', 'policyOf', CONDITIONAL)).to.deep.equal([
        1n,
        BigInt(30 * DAY),
        BigInt(UNTIL),
        false,
        1_000n,
        100n,
        0b1111n,
        1n << 255n,
      ])
      expect([await names(2n), await names(3n), await names(4n), await names(11n)]).to.deep.equal([
        true,
        true,
        false,
        true,
      ])
    })

    it('stands in place of the one before, its consumers included', async () => {
      await set({}, [ID.statistics, ID.traffic])
      expect(await versionFor()).to.equal(1n)
      await set({ mostRows: 99n }, [ID.traffic])
      expect([await versionFor(), await versionFor({ rowCount: 99n })]).to.deep.equal([0n, 0n])
      expect(await versionFor({ rowCount: 99n, consumer: ID.traffic })).to.equal(2n)
      await set()
      expect(await versionFor()).to.equal(3n)
      expect(await names(ID.statistics)).to.equal(false)
      await set({}, [ID.statistics])
      expect(await versionFor({ consumer: ID.traffic })).to.equal(0n)
    })

    it('is for the provider, an active one', async () => {
      await refuses(set({}, [], 'archive'), 'NotThePolicysProvider').withArgs(1, ID.archive, ID.tax)
      await refuses(set({}, [], 'stranger'), 'AccountUnknown', 'organisations').withArgs(scene.accounts.stranger)
      await scene.act('registrar', 'organisations', 'setStatus', ID.tax, SUSPENDED, DIGEST)
      await refuses(set(), 'OrganisationNotActive', 'organisations').withArgs(ID.tax, SUSPENDED)
    })

    it('is of a product for its maker', async () => {
      await scene.act('operator', 'catalogue', 'register', 'P-1', DIGEST, describeResource('conditional'))
      await set({}, [], 'operator', 4n)
      await refuses(set({}, [], 'tax', 4n), 'NotThePolicysProvider').withArgs(4, ID.tax, ID.operator)
    })

    it('is of a resource that may be shared', async () => {
      await refuses(set({}, [], 'tax', WITHHELD), 'ResourceIsWithheld', 'catalogue').withArgs(3)
      await refuses(set({}, [], 'tax', 99n), 'ResourceUnknown', 'catalogue').withArgs(99)
      await scene.act('inspector', 'catalogue', 'vetoResource', CONDITIONAL, DIGEST, ZeroHash)
      await refuses(set(), 'ResourceIsVetoed', 'catalogue').withArgs(1, 1)
    })

    it('is never empty, over, or wider than the resource', async () => {
      const now = START + DAY
      await scene.at(now)
      await refuses(set({ validUntil: now }), 'PolicyPeriodInvalid').withArgs(30 * DAY, now, now)
      await scene.at(now + 1)
      await refuses(set({ longestPeriod: 0 }), 'PolicyPeriodInvalid').withArgs(0, UNTIL, now + 1)
      await refuses(set({ mostBytes: 0 }), 'PolicyQuotaEmpty').withArgs(0, 100)
      await refuses(set({ mostRows: 0 }), 'PolicyQuotaEmpty').withArgs(1_000, 0)
      await refuses(set({ scope: 0 }), 'PolicyScopeInvalid').withArgs(0, 0xff)
      await refuses(set({ scope: 0x101 }), 'PolicyScopeInvalid').withArgs(0x101, 0xff)
      await refuses(set({ purposes: 0 }), 'PolicyPurposesEmpty').withArgs()
    })

    it('names up to 128 organisations, ascending', async () => {
      await refuses(set({}, [3n, 2n]), 'PolicyConsumersInvalid').withArgs(2)
      await refuses(set({}, [2n, 2n]), 'PolicyConsumersInvalid').withArgs(2)
      await refuses(set({}, [0n]), 'PolicyConsumersInvalid').withArgs(0)
      await refuses(set({}, [2n, 99n]), 'OrganisationUnknown', 'organisations').withArgs(99)
      const many = Array.from({ length: 129 }, (_, i) => BigInt(i + 1))
      await refuses(set({}, many), 'PolicyConsumersTooMany').withArgs(129, 128)
      await refuses(set({}, many.slice(1)), 'OrganisationUnknown', 'organisations').withArgs(12)
    })
  })

  describe('endPolicy', () => {
    beforeEach(() => set())

    it('says why, and grants nothing more', async () => {
      await expect(end()).to.emit(scene.contract('policies'), 'PolicyEnded').withArgs(1, 1, ID.tax, DIGEST)
      expect(await versionFor()).to.equal(0n)
      await refuses(end(), 'PolicyNone').withArgs(1)
      await set()
      expect(await versionFor()).to.equal(2n)
    })

    it('is for the provider, with a reason, of a policy that there is', async () => {
      await refuses(end('archive'), 'NotThePolicysProvider').withArgs(1, ID.archive, ID.tax)
      await refuses(end('tax', ZeroHash), 'PolicyReasonMissing').withArgs(1)
      await refuses(send('tax', 'endPolicy', 2, DIGEST), 'PolicyNone').withArgs(2)
      await refuses(send('tax', 'endPolicy', 99, DIGEST), 'ResourceUnknown', 'catalogue').withArgs(99)
    })

    it('is possible for a resource that is under veto or withheld by now', async () => {
      await scene.act('tax', 'catalogue', 'update', CONDITIONAL, describeResource('withheld'))
      await scene.act('inspector', 'catalogue', 'vetoResource', CONDITIONAL, DIGEST, ZeroHash)
      await end()
    })
  })

  describe('versionFor', () => {
    it('is 0 where there is no policy', async () => {
      expect(await versionFor()).to.equal(0n)
    })

    it('is 0 from the second at which the policy is over', async () => {
      await set({ validUntil: START + DAY })
      await scene.at(START + DAY - 1)
      await scene.request('evm_mine', [])
      expect(await versionFor()).to.equal(1n)
      await scene.at(START + DAY)
      await scene.request('evm_mine', [])
      expect(await versionFor()).to.equal(0n)
    })

    it('is the version within the policy, and 0 one step outside of it', async () => {
      await set({}, [ID.statistics])
      expect(await versionFor()).to.equal(1n)
      const outside = [
        { period: 30 * DAY + 1 },
        { byteCount: 1_001n },
        { rowCount: 101n },
        { scope: 0b1_0000n },
        { purpose: 1 },
        { consumer: ID.traffic },
        { resource: 2n },
      ]
      for (const changes of outside) expect(await versionFor(changes), Object.keys(changes)[0]).to.equal(0n)
    })

    it('is the version exactly where every number is within its bound', async () => {
      const near = (bound: bigint): fc.Arbitrary<bigint> =>
        fc.constantFrom(bound - 1n, bound, bound + 1n, 0n, 2n * bound)
      const asked = fc.record({
        period: near(BigInt(TERMS.longestPeriod)),
        byteCount: near(TERMS.mostBytes),
        rowCount: near(TERMS.mostRows),
        scope: fc.oneof(fc.bigInt(0n, 31n), fc.constant(2n ** 127n)),
        purpose: fc.integer({ min: 0, max: 255 }),
        consumer: fc.bigInt(1n, 300n),
      })
      await set({}, [ID.statistics, ID.applicant])
      await fc.assert(
        fc.asyncProperty(asked, fc.boolean(), async (given, likely) => {
          const words = likely ? { ...given, purpose: 2, consumer: ID.applicant } : given
          const within =
            words.period <= BigInt(TERMS.longestPeriod) &&
            words.byteCount <= TERMS.mostBytes &&
            words.rowCount <= TERMS.mostRows &&
            (words.scope & ~TERMS.scope) === 0n &&
            (words.purpose === 0 || words.purpose === 2) &&
            (words.consumer === ID.statistics || words.consumer === ID.applicant)
          expect(await versionFor(words)).to.equal(within ? 1n : 0n)
        }),
        { numRuns: 150 },
      )
    })
  })
})
