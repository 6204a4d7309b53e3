// Behaviour: organisations.tree.

import { expect } from 'chai'
import { id as keccakOf, ZeroAddress, ZeroHash } from 'ethers'
import { kindsToBits, STATUSES } from '../../src/chain/terms.ts'
import { CODES, DIGEST, useScene } from './fixture.ts'

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
        kindsToBits(['operator', 'regulator']),
        stranger,
      )
      expect(scene.said(receipt)).to.deep.equal([
        {
          name: 'OrganisationRegistered',
          args: {
            id: 5n,
            codeHash: keccakOf(CODE),
            account: stranger,
            kinds: ['operator', 'regulator'],
            code: CODE,
            name: '数据局',
          },
        },
      ])
      expect(await scene.view('organisations', 'organisationCount')).to.equal(5n)
      expect(await scene.view('organisations', 'idOfAccount', stranger)).to.equal(5n)
      expect(await scene.view('organisations', 'idOfCode', keccakOf(CODE))).to.equal(5n)
      expect(await scene.view('organisations', 'organisation', 5)).to.deep.equal([stranger, 132n, 0n, keccakOf(CODE)])
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
      for (const kinds of [0, 256, 0xffff]) {
        await refuses(register(CODE, '数据局', kinds, scene.accounts.stranger), 'KindsInvalid').withArgs(kinds, 255)
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
        keccakOf(CODES[2]),
      ])
    })

    it('refuses an unknown organisation, a bad name, bad kinds and anyone but the registrar', async () => {
      const update = (...args: readonly unknown[]): Promise<unknown> =>
        scene.send('registrar', 'organisations', 'update', ...args)
      await refuses(update(9, '数据局', CONSUMER), 'OrganisationUnknown').withArgs(9)
      await refuses(update(0, '数据局', CONSUMER), 'OrganisationUnknown').withArgs(0)
      await refuses(update(2, '', CONSUMER), 'TextLengthInvalid').withArgs(0, 200)
      await refuses(update(2, '数据局', 0), 'KindsInvalid').withArgs(0, 255)
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
      await refuses(change(7, stranger), 'OrganisationUnknown').withArgs(7)
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
      await refuses(set(8, suspended.value, DIGEST), 'OrganisationUnknown').withArgs(8)
      await refuses(
        scene.send('tax', 'organisations', 'setStatus', 2, suspended.value, DIGEST),
        'AccessManagedUnauthorized',
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
    })
  })
})
