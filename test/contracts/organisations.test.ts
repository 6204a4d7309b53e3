// Behaviour: organisations.tree.

import { expect } from 'chai'
import { id as keccakOf, ZeroAddress, ZeroHash } from 'ethers'
import * as fc from 'fast-check'
import { kindsToBits, STATUSES } from '../../src/chain/terms.ts'
import { CODES, DIGEST, type Party, roundOn, useScene } from './fixture.ts'

const CODE = '11520100MB0000009X'
const CONSUMER = kindsToBits(['consumer'])
const { active, suspended, blacklisted } = STATUSES

describe('Organisations', () => {
  const scene = useScene()
  const register = (...args: readonly unknown[]): Promise<unknown> =>
    scene.send('registrar', 'organisations', 'register', ...args)
  const refuses = (act: Promise<unknown>, error: string): Chai.CustomErrorAssertion =>
    expect(act).to.be.revertedWithCustomError(scene.contract('organisations'), error)

  describe('register', () => {
    it('gives the next id and says everything in the event', async () => {
      const { stranger } = scene.accounts
      const receipt = await scene.act(
        'registrar',
        'organisations',
        'register',
        CODE,
        '数据局',
        kindsToBits(['operator', 'consumer']),
        stranger,
      )
      expect(scene.said(receipt)).to.deep.equal([
        {
          name: 'OrganisationRegistered',
          args: {
            id: 12n,
            codeHash: keccakOf(CODE),
            account: stranger,
            kinds: ['consumer', 'operator'],
            code: CODE,
            name: '数据局',
          },
        },
      ])
      expect(await scene.view('organisations', 'organisationCount')).to.equal(12n)
      expect(await scene.view('organisations', 'idOfAccount', stranger)).to.equal(12n)
      expect(await scene.view('organisations', 'idOfCode', keccakOf(CODE))).to.equal(12n)
      expect(await scene.view('organisations', 'organisation', 12)).to.deep.equal([
        stranger,
        6n,
        0n,
        0n,
        keccakOf(CODE),
        ZeroAddress,
      ])
    })

    it('is for the registrar, not even for the administrator', async () => {
      for (const party of ['stranger', 'tax', 'admin'] as const) {
        const act = scene.send(party, 'organisations', 'register', CODE, '数据局', CONSUMER, scene.accounts.stranger)
        await refuses(act, 'AccessManagedUnauthorized').withArgs(scene.accounts[party])
      }
    })

    it('refuses a code that is not 18 digits and capital letters', async () => {
      for (const code of [
        '',
        CODE.slice(1),
        `${CODE}0`,
        CODE.toLowerCase(),
        `${CODE.slice(0, 17)}-`,
        `${CODE.slice(0, 15)}数`,
      ]) {
        await refuses(register(code, '数据局', CONSUMER, scene.accounts.stranger), 'CreditCodeInvalid').withArgs(code)
      }
    })

    it('refuses a code twice, naming its holder', async () => {
      const act = register(CODES[2], '另一个统计局', CONSUMER, scene.accounts.stranger)
      await refuses(act, 'CreditCodeTaken').withArgs(keccakOf(CODES[2]), 2)
    })

    it('refuses an account of nobody or of another', async () => {
      await refuses(register(CODE, '数据局', CONSUMER, ZeroAddress), 'AccountInvalid').withArgs()
      const act = register(CODE, '数据局', CONSUMER, scene.accounts.traffic)
      await refuses(act, 'AccountTaken').withArgs(scene.accounts.traffic, 3)
    })

    it('refuses no kind and unknown kinds', async () => {
      for (const kinds of [0, 512, 0xffff]) {
        await refuses(register(CODE, '数据局', kinds, scene.accounts.stranger), 'KindsInvalid').withArgs(kinds, 511)
      }
    })

    it('refuses any two kinds that exclude each other, and no other set of kinds', async () => {
      const kinds = (...bits: readonly number[]): number => bits.reduce((set, bit) => set | (1 << bit), 0)
      // By the bits of types/Kinds.sol: which kind excludes which.
      const exclusions: readonly [number, number][] = [
        [kinds(6), kinds(0, 1, 2, 3, 4, 5, 7, 8)],
        [kinds(5), kinds(0, 1, 3, 4, 7)],
        [kinds(4), kinds(0)],
        [kinds(7), kinds(2, 4, 5, 8)],
      ]
      for (let given = 1; given < 512; given++) {
        const broken = exclusions.find(([kind, excluded]) => (given & kind) !== 0 && (given & excluded) !== 0)
        const check = scene
          .contract('organisations')
          .getFunction('update')
          .staticCall(2, '统计局', given, { from: scene.accounts.registrar })
        if (broken) await refuses(check, 'KindsExclusive').withArgs(given, ...broken)
        else await check
      }
    })

    it('bounds the name', async () => {
      await refuses(register(CODE, '', CONSUMER, scene.accounts.stranger), 'TextLengthInvalid').withArgs(0, 200)
      await refuses(register(CODE, '局'.repeat(67), CONSUMER, scene.accounts.stranger), 'TextLengthInvalid').withArgs(
        201,
        200,
      )
    })
  })

  describe('update', () => {
    it('changes name and kinds, and neither code nor account', async () => {
      const receipt = await scene.act(
        'registrar',
        'organisations',
        'update',
        2,
        '市统计局',
        kindsToBits(['consumer', 'provider']),
      )
      expect(scene.said(receipt)).to.deep.equal([
        { name: 'OrganisationUpdated', args: { id: 2n, kinds: ['provider', 'consumer'], name: '市统计局' } },
      ])
      expect(await scene.view('organisations', 'organisation', 2)).to.deep.equal([
        scene.accounts.statistics,
        3n,
        0n,
        0n,
        keccakOf(CODES[2]),
        scene.accounts.statisticsOfficer,
      ])
    })

    it('refuses an unknown organisation, a bad name, bad kinds and anyone but the registrar', async () => {
      const update = (...args: readonly unknown[]): Promise<unknown> =>
        scene.send('registrar', 'organisations', 'update', ...args)
      await refuses(update(99, '数据局', CONSUMER), 'OrganisationUnknown').withArgs(99)
      await refuses(update(0, '数据局', CONSUMER), 'OrganisationUnknown').withArgs(0)
      await refuses(update(2, '', CONSUMER), 'TextLengthInvalid').withArgs(0, 200)
      await refuses(update(2, '数据局', 0), 'KindsInvalid').withArgs(0, 511)
      await refuses(
        scene.send('statistics', 'organisations', 'update', 2, '数据局', CONSUMER),
        'AccessManagedUnauthorized',
      )
    })
  })

  describe('changeAccount', () => {
    const change = (id: number, account: string): Promise<unknown> =>
      scene.send('registrar', 'organisations', 'changeAccount', id, account)

    it('lets the new account act and the old one no longer', async () => {
      const { stranger, statistics } = scene.accounts
      const receipt = await scene.act('registrar', 'organisations', 'changeAccount', 2, stranger)
      expect(scene.said(receipt)).to.deep.equal([
        { name: 'OrganisationAccountChanged', args: { id: 2n, previousAccount: statistics, account: stranger } },
      ])
      expect(await scene.view('organisations', 'checkActor', stranger, CONSUMER)).to.equal(2n)
      expect(await scene.view('organisations', 'idOfAccount', statistics)).to.equal(0n)
      await refuses(scene.view('organisations', 'checkActor', statistics, 0), 'AccountUnknown').withArgs(statistics)
    })

    it('lets an old account return to its organisation, and to no other', async () => {
      const { stranger, statistics } = scene.accounts
      await change(2, stranger)
      await refuses(change(3, statistics), 'AccountTaken').withArgs(statistics, 2)
      await refuses(register(CODE, '数据局', CONSUMER, statistics), 'AccountTaken').withArgs(statistics, 2)
      await change(2, statistics)
      expect(await scene.view('organisations', 'idOfAccount', statistics)).to.equal(2n)
      expect(await scene.view('organisations', 'idOfAccount', stranger)).to.equal(0n)
    })

    it('refuses the same account, zero, an unknown organisation and anyone but the registrar', async () => {
      const { stranger, statistics } = scene.accounts
      await refuses(change(2, statistics), 'AccountTaken').withArgs(statistics, 2)
      await refuses(change(2, ZeroAddress), 'AccountInvalid').withArgs()
      await refuses(change(99, stranger), 'OrganisationUnknown').withArgs(99)
      await refuses(
        scene.send('statistics', 'organisations', 'changeAccount', 2, stranger),
        'AccessManagedUnauthorized',
      )
    })
  })

  describe('setStatus', () => {
    it('stops an organisation, and restores it', async () => {
      const receipt = await scene.act('registrar', 'organisations', 'setStatus', 2, blacklisted.value, DIGEST)
      expect(scene.said(receipt)).to.deep.equal([
        {
          name: 'OrganisationStatusChanged',
          args: { id: 2n, status: 'blacklisted', previousStatus: 'active', reasonDigest: DIGEST },
        },
      ])
      await refuses(scene.view('organisations', 'checkActive', 2), 'OrganisationNotActive').withArgs(
        2,
        blacklisted.value,
      )
      await refuses(
        scene.view('organisations', 'checkActor', scene.accounts.statistics, CONSUMER),
        'OrganisationNotActive',
      ).withArgs(2, blacklisted.value)
      await scene.act('registrar', 'organisations', 'setStatus', 2, active.value, DIGEST)
      await scene.view('organisations', 'checkActive', 2)
      expect(await scene.view('organisations', 'checkActor', scene.accounts.statistics, CONSUMER)).to.equal(2n)
    })

    it('asks for a reason and for a change', async () => {
      const set = (...args: readonly unknown[]): Promise<unknown> =>
        scene.send('registrar', 'organisations', 'setStatus', ...args)
      await refuses(set(2, suspended.value, ZeroHash), 'OrganisationReasonMissing').withArgs(2)
      await refuses(set(2, active.value, DIGEST), 'OrganisationStatusUnchanged').withArgs(2, active.value)
      await refuses(set(99, suspended.value, DIGEST), 'OrganisationUnknown').withArgs(99)
      await refuses(
        scene.send('tax', 'organisations', 'setStatus', 2, suspended.value, DIGEST),
        'AccessManagedUnauthorized',
      )
    })
  })

  describe('appointOfficer', () => {
    const appoint = (id: number, officer: string): Promise<unknown> =>
      scene.send('registrar', 'organisations', 'appointOfficer', id, officer)
    const officerOf = (account: string): Promise<unknown> => scene.view('organisations', 'checkOfficer', account)

    it('lets the new officer speak as such, and the one before no longer', async () => {
      const { stranger, taxOfficer } = scene.accounts
      const receipt = await scene.act('registrar', 'organisations', 'appointOfficer', 1, stranger)
      expect(scene.said(receipt)).to.deep.equal([
        { name: 'OfficerAppointed', args: { id: 1n, previousOfficer: taxOfficer, officer: stranger } },
      ])
      expect(await officerOf(stranger)).to.equal(1n)
      await refuses(officerOf(taxOfficer), 'OfficerUnknown').withArgs(taxOfficer)
    })

    it('can leave the office vacant', async () => {
      const { taxOfficer } = scene.accounts
      const receipt = await scene.act('registrar', 'organisations', 'appointOfficer', 1, ZeroAddress)
      expect(scene.said(receipt)).to.deep.equal([
        { name: 'OfficerAppointed', args: { id: 1n, previousOfficer: taxOfficer, officer: ZeroAddress } },
      ])
      await refuses(officerOf(taxOfficer), 'OfficerUnknown').withArgs(taxOfficer)
      await refuses(officerOf(ZeroAddress), 'OfficerUnknown').withArgs(ZeroAddress)
      await refuses(appoint(1, ZeroAddress), 'OfficerUnchanged').withArgs(1, ZeroAddress)
    })

    it('lets an officer return to the same office, and take no other place', async () => {
      const { stranger, taxOfficer } = scene.accounts
      await appoint(1, stranger)
      await refuses(appoint(2, taxOfficer), 'AccountTaken').withArgs(taxOfficer, 1)
      for (const id of [1, 2]) {
        const change = scene.send('registrar', 'organisations', 'changeAccount', id, taxOfficer)
        await refuses(change, 'AccountTaken').withArgs(taxOfficer, 1)
      }
      await refuses(register(CODE, '数据局', CONSUMER, taxOfficer), 'AccountTaken').withArgs(taxOfficer, 1)
      await appoint(1, taxOfficer)
      expect(await officerOf(taxOfficer)).to.equal(1n)
    })

    it('refuses an account that is or was any organisation’s own', async () => {
      const { tax, traffic, stranger } = scene.accounts
      await scene.act('registrar', 'organisations', 'changeAccount', 3, stranger)
      await refuses(appoint(1, tax), 'AccountTaken').withArgs(tax, 1)
      for (const account of [traffic, stranger]) {
        await refuses(appoint(1, account), 'AccountTaken').withArgs(account, 3)
        await refuses(appoint(3, account), 'AccountTaken').withArgs(account, 3)
      }
    })

    it('refuses the same officer, an unknown organisation and anyone but the registrar', async () => {
      const { stranger, taxOfficer } = scene.accounts
      await refuses(appoint(1, taxOfficer), 'OfficerUnchanged').withArgs(1, taxOfficer)
      await refuses(appoint(99, stranger), 'OrganisationUnknown').withArgs(99)
      const act = scene.send('tax', 'organisations', 'appointOfficer', 1, stranger)
      await refuses(act, 'AccessManagedUnauthorized').withArgs(scene.accounts.tax)
    })

    it('keeps the officer’s account from acting, and the organisation’s from being an officer', async () => {
      const { tax, taxOfficer } = scene.accounts
      await refuses(scene.view('organisations', 'checkActor', taxOfficer, 0), 'AccountUnknown').withArgs(taxOfficer)
      expect(await scene.view('organisations', 'idOfAccount', taxOfficer)).to.equal(0n)
      await refuses(officerOf(tax), 'OfficerUnknown').withArgs(tax)
    })

    it('gives an officer no say while the organisation is suspended or vetoed', async () => {
      const { taxOfficer } = scene.accounts
      await scene.act('registrar', 'organisations', 'setStatus', 1, suspended.value, DIGEST)
      await refuses(officerOf(taxOfficer), 'OrganisationNotActive').withArgs(1, suspended.value)
      await scene.act('registrar', 'organisations', 'setStatus', 1, active.value, DIGEST)
      await scene.act('inspector', 'organisations', 'vetoOrganisation', 1, DIGEST, ZeroHash)
      await refuses(officerOf(taxOfficer), 'OrganisationIsVetoed').withArgs(1)
    })
  })

  describe('vetoOrganisation', () => {
    const veto = (party: Party, id: number, reason = DIGEST): Promise<unknown> =>
      scene.send(party, 'organisations', 'vetoOrganisation', id, reason, ZeroHash)

    it('stops an organisation from this block on', async () => {
      const reference = keccakOf('case 7')
      const receipt = await scene.act('inspector', 'organisations', 'vetoOrganisation', 2, DIGEST, reference)
      expect(scene.said(receipt)).to.deep.equal([
        {
          name: 'OrganisationVetoed',
          args: { id: 2n, inspector: 9n, reasonDigest: DIGEST, referenceDigest: reference },
        },
      ])
      const { statistics } = scene.accounts
      await refuses(scene.view('organisations', 'checkActive', 2), 'OrganisationIsVetoed').withArgs(2)
      await refuses(scene.view('organisations', 'checkActor', statistics, 0), 'OrganisationIsVetoed').withArgs(2)
      await refuses(scene.view('organisations', 'actorOf', statistics), 'OrganisationIsVetoed').withArgs(2)
      await refuses(scene.view('organisations', 'checkNotVetoed', [1, 2, 3]), 'OrganisationIsVetoed').withArgs(2)
      await scene.view('organisations', 'checkNotVetoed', [1, 3])
      expect(await scene.view('organisations', 'kindsOf', 2)).to.equal(BigInt(CONSUMER))
    })

    it('is for an active inspector', async () => {
      await refuses(veto('stranger', 2), 'AccountUnknown').withArgs(scene.accounts.stranger)
      await refuses(veto('regulator', 2), 'KindMissing').withArgs(10, 128, 64)
      await refuses(veto('registrar', 2), 'AccountUnknown').withArgs(scene.accounts.registrar)
      await scene.act('registrar', 'organisations', 'setStatus', 9, suspended.value, DIGEST)
      await refuses(veto('inspector', 2), 'OrganisationNotActive').withArgs(9, suspended.value)
    })

    it('refuses what is unknown, has no reason, or is vetoed already', async () => {
      await refuses(veto('inspector', 99), 'OrganisationUnknown').withArgs(99)
      await refuses(veto('inspector', 2, ZeroHash), 'OrganisationReasonMissing').withArgs(2)
      await veto('inspector', 2)
      await refuses(veto('inspector', 2), 'OrganisationIsVetoed').withArgs(2)
    })

    it('spares inspectors and regulators, by whom alone a veto is lifted', async () => {
      await refuses(veto('inspector', 9), 'OrganisationVetoExempt').withArgs(9, 64)
      await refuses(veto('inspector', 10), 'OrganisationVetoExempt').withArgs(10, 128)
    })
  })

  describe('liftOrganisationVeto', () => {
    const lift = async (party: Party, id = 2, reason = DIGEST, round?: bigint): Promise<unknown> =>
      scene.send(party, 'organisations', 'liftOrganisationVeto', id, round ?? (await standing(id)), reason)
    const standing = (id: number): Promise<bigint> => roundOn(scene, 'organisations', id)
    const vetoed = (): Promise<unknown> =>
      refuses(scene.view('organisations', 'checkActive', 2), 'OrganisationIsVetoed')

    for (const [first, second] of [
      ['inspector', 'regulator'],
      ['regulator', 'inspector'],
    ] as const) {
      it(`takes both, the ${first} first`, async () => {
        const ids = { inspector: 9n, regulator: 10n }
        await scene.act('inspector', 'organisations', 'vetoOrganisation', 2, DIGEST, ZeroHash)
        const agreed = await scene.act(first, 'organisations', 'liftOrganisationVeto', 2, 1, DIGEST)
        expect(scene.said(agreed)).to.deep.equal([
          { name: 'OrganisationVetoLiftAgreed', args: { id: 2n, by: ids[first], reasonDigest: DIGEST } },
        ])
        await vetoed()
        await refuses(lift(first), 'LiftNotYours').withArgs(2, ids[first])
        const lifted = await scene.act(second, 'organisations', 'liftOrganisationVeto', 2, 1, DIGEST)
        expect(scene.said(lifted)).to.deep.equal([
          { name: 'OrganisationVetoLiftAgreed', args: { id: 2n, by: ids[second], reasonDigest: DIGEST } },
          { name: 'OrganisationVetoLifted', args: { id: 2n } },
        ])
        await scene.view('organisations', 'checkActive', 2)
        await refuses(lift(second), 'OrganisationNotVetoed').withArgs(2)
      })
    }

    it('starts anew with the next veto', async () => {
      const veto = (): Promise<unknown> =>
        scene.act('inspector', 'organisations', 'vetoOrganisation', 2, DIGEST, ZeroHash)
      await veto()
      await lift('inspector')
      await lift('regulator')
      await veto()
      await lift('regulator')
      await vetoed()
    })

    it('takes no consent that was signed for another veto', async () => {
      const veto = (): Promise<unknown> =>
        scene.act('inspector', 'organisations', 'vetoOrganisation', 2, DIGEST, ZeroHash)
      await veto()
      await lift('regulator')
      await veto()
      for (const round of [0n, 1n, 3n]) {
        await refuses(lift('inspector', 2, DIGEST, round), 'OrganisationVetoDiffers').withArgs(2, round, 2n)
      }
    })

    it('refuses everybody else, what is unknown and no reason', async () => {
      await scene.act('inspector', 'organisations', 'vetoOrganisation', 2, DIGEST, ZeroHash)
      await refuses(lift('tax'), 'LiftNotYours').withArgs(2, 1)
      await refuses(lift('stranger'), 'AccountUnknown').withArgs(scene.accounts.stranger)
      await refuses(lift('statistics'), 'OrganisationIsVetoed').withArgs(2)
      await refuses(lift('regulator', 99), 'OrganisationUnknown').withArgs(99)
      await refuses(lift('regulator', 2, ZeroHash), 'OrganisationReasonMissing').withArgs(2)
    })

    it('is lifted once both have agreed since the newest veto, whatever the order of acts', async () => {
      const acts = fc.constantFrom('veto', 'inspector', 'regulator')
      await fc.assert(
        fc.asyncProperty(fc.array(acts, { maxLength: 12 }), async sequence => {
          const start = await scene.request('evm_snapshot', [])
          let agreed: Set<string> | undefined
          for (const act of sequence) {
            const allowed = act === 'veto' ? agreed?.size !== 0 : agreed !== undefined && !agreed.has(act)
            const sent =
              act === 'veto'
                ? scene.send('inspector', 'organisations', 'vetoOrganisation', 2, DIGEST, ZeroHash)
                : lift(act)
            const done = await sent.then(
              () => true,
              () => false,
            )
            expect(done).to.equal(allowed)
            if (!done) continue
            if (act === 'veto') agreed = new Set()
            else if (agreed?.size === 1) agreed = undefined
            else agreed?.add(act)
          }
          const [, , , veto] = (await scene.view('organisations', 'organisation', 2)) as readonly unknown[]
          expect((veto as bigint) % 2n === 1n).to.equal(agreed !== undefined)
          await scene.request('evm_revert', [start])
        }),
        { numRuns: 25 },
      )
    })
  })

  describe('checkActor', () => {
    it('knows who may act', async () => {
      const check = (account: string, kinds: number): Promise<unknown> =>
        scene.view('organisations', 'checkActor', account, kinds)
      const { stranger, statistics, tax } = scene.accounts
      expect(await check(tax, kindsToBits(['provider', 'consumer']))).to.equal(1n)
      await refuses(check(stranger, 0), 'AccountUnknown').withArgs(stranger)
      await refuses(check(ZeroAddress, 0), 'AccountUnknown').withArgs(ZeroAddress)
      await refuses(check(statistics, kindsToBits(['provider'])), 'KindMissing').withArgs(2, 2, 1)
      await refuses(scene.view('organisations', 'checkActive', 99), 'OrganisationUnknown').withArgs(99)
      await refuses(scene.view('organisations', 'organisation', 99), 'OrganisationUnknown').withArgs(99)
      await refuses(scene.view('organisations', 'kindsOf', 99), 'OrganisationUnknown').withArgs(99)
      expect(await scene.view('organisations', 'actorOf', tax)).to.deep.equal([1n, 3n])
      await refuses(scene.view('organisations', 'actorOf', stranger), 'AccountUnknown').withArgs(stranger)
      expect(await scene.view('organisations', 'idOfAccount', ZeroAddress)).to.equal(0n)
    })
  })
})
