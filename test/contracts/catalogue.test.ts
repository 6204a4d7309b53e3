// Behaviour: catalogue.tree. Lineage, vetoes and upkeep are in catalogue-veto.test.ts and catalogue-upkeep.test.ts.

import { expect } from 'chai'
import { hexlify, keccak256, id as keccakOf, randomBytes, toUtf8Bytes, ZeroHash } from 'ethers'
import { kindsToBits, SHARE_TYPES, STATUSES } from '../../src/chain/terms.ts'
import {
  CONDITIONAL,
  DIGEST,
  describeResource,
  FIELDS,
  type Party,
  UNCONDITIONAL,
  useScene,
  WITHHELD,
} from './fixture.ts'

const CODE = '307-02-009'
const SOURCE = keccakOf('civil affairs / births / person')

describe('Catalogue', () => {
  const scene = useScene()
  const register = (code: string, source: string, description: object): Promise<unknown> =>
    scene.send('archive', 'catalogue', 'register', code, source, description)
  const update = (id: bigint | number, description: object): Promise<unknown> =>
    scene.send('tax', 'catalogue', 'update', id, description)
  const refuses = (act: Promise<unknown>, error: string): Chai.CustomErrorAssertion =>
    expect(act).to.be.revertedWithCustomError(scene.contract('catalogue'), error)
  const refusesParty = (act: Promise<unknown>, error: string): Chai.CustomErrorAssertion =>
    expect(act).to.be.revertedWithCustomError(scene.contract('organisations'), error)

  describe('register', () => {
    it('gives the next id, keeps what acts are checked against and says everything in the event', async () => {
      const metadata = toUtf8Bytes('{"abstract":"出生登记"}')
      const description = describeResource('conditional', { metadata, parents: [1, 3], level: 4, fieldCount: 128 })
      const receipt = await scene.act('archive', 'catalogue', 'register', CODE, SOURCE, description)
      expect(scene.said(receipt)).to.deep.equal([
        {
          name: 'ResourceRegistered',
          args: {
            id: 4n,
            provider: 4n,
            sourceHash: SOURCE,
            code: CODE,
            description: {
              name: '纳税人登记信息',
              shareType: 'conditional',
              openType: 'not-open',
              level: 4,
              fieldCount: 128,
              parents: [1n, 3n],
              legalBasisDigest: DIGEST,
              metadata: hexlify(metadata),
            },
          },
        },
      ])
      expect(await scene.view('catalogue', 'resource', 4)).to.deep.equal([
        4n,
        1n,
        BigInt(SHARE_TYPES.conditional.value),
        2n,
        4n,
        128n,
        false,
        false,
        0n,
        2n,
        false,
        4n,
        keccak256(metadata),
        SOURCE,
      ])
      expect(await scene.view('catalogue', 'idOfCode', keccakOf(CODE))).to.equal(4n)
      expect(await scene.view('catalogue', 'idOfSource', SOURCE)).to.equal(4n)
      expect(await scene.view('catalogue', 'resourceCount')).to.equal(4n)
    })

    it('is for active providers, authorised operators and developers', async () => {
      const by = (party: Party): Promise<unknown> =>
        scene.send(party, 'catalogue', 'register', CODE, SOURCE, describeResource('conditional'))
      await refusesParty(by('stranger'), 'AccountUnknown').withArgs(scene.accounts.stranger)
      await refuses(by('statistics'), 'NotAProvider').withArgs(2, kindsToBits(['consumer']))
      await refuses(by('regulator'), 'NotAProvider').withArgs(10, kindsToBits(['regulator']))
      await scene.act('registrar', 'organisations', 'setStatus', 4, STATUSES.suspended.value, DIGEST)
      await refusesParty(by('archive'), 'OrganisationNotActive').withArgs(4, STATUSES.suspended.value)
    })

    it('makes a product of what is no provider’s', async () => {
      const isProduct = async (party: Party, n: number): Promise<boolean> => {
        await scene.act(party, 'catalogue', 'register', `p-${n}`, keccakOf(`p-${n}`), describeResource('conditional'))
        const id = await scene.view('catalogue', 'resourceCount')
        return ((await scene.view('catalogue', 'resource', id)) as { product: boolean }).product
      }
      expect(await isProduct('archive', 1)).to.be.false
      expect(await isProduct('operator', 2)).to.be.true
      expect(await isProduct('developer', 3)).to.be.true
    })

    it('may be relayed: who signs registers', async () => {
      await scene.relayed('archive', 'catalogue', 'register', [CODE, SOURCE, describeResource('conditional')])
      expect(((await scene.view('catalogue', 'resource', 4)) as { provider: bigint }).provider).to.equal(4n)
    })

    it('refuses a code twice', async () => {
      await refuses(register('', SOURCE, describeResource('conditional')), 'TextLengthInvalid').withArgs(0, 64)
      await refuses(register('x'.repeat(65), SOURCE, describeResource('conditional')), 'TextLengthInvalid').withArgs(
        65,
        64,
      )
      const act = register('306-01-002', SOURCE, describeResource('conditional'))
      await refuses(act, 'ResourceCodeTaken').withArgs(keccakOf('306-01-002'), 2)
    })

    it('refuses a source twice: one datum, one source', async () => {
      await refuses(register(CODE, ZeroHash, describeResource('conditional')), 'SourceMissing').withArgs()
      const act = register(CODE, keccakOf('source 1'), describeResource('conditional'))
      await refuses(act, 'SourceTaken').withArgs(keccakOf('source 1'), 1)
    })

    it('bounds name, metadata, level and fields', async () => {
      const registers = (changes: object): Promise<unknown> =>
        register(CODE, SOURCE, describeResource('conditional', changes))
      await refuses(registers({ name: '' }), 'TextLengthInvalid').withArgs(0, 200)
      await refuses(registers({ name: 'x'.repeat(201) }), 'TextLengthInvalid').withArgs(201, 200)
      await refuses(registers({ metadata: '0x' }), 'TextLengthInvalid').withArgs(0, 16_384)
      await refuses(registers({ metadata: new Uint8Array(16_385) }), 'TextLengthInvalid').withArgs(16_385, 16_384)
      await refuses(registers({ level: 0 }), 'LevelMissing').withArgs()
      await refuses(registers({ fieldCount: 0 }), 'FieldCountInvalid').withArgs(0, 1, 128)
      await refuses(registers({ fieldCount: 129 }), 'FieldCountInvalid').withArgs(129, 1, 128)
    })

    it('takes the largest metadata it allows', async () => {
      const metadata = randomBytes(16_384)
      await scene.act('archive', 'catalogue', 'register', CODE, SOURCE, describeResource('conditional', { metadata }))
      const resource = (await scene.view('catalogue', 'resource', 4)) as { metadataDigest: string }
      expect(resource.metadataDigest).to.equal(keccak256(metadata))
    })

    it('wants parents that exist, in ascending order and few', async () => {
      const registers = (parents: number[]): Promise<unknown> =>
        register(CODE, SOURCE, describeResource('conditional', { parents }))
      await refuses(registers([2, 1]), 'ParentOutOfOrder').withArgs(1, 2, 4)
      await refuses(registers([1, 1]), 'ParentOutOfOrder').withArgs(1, 1, 4)
      await refuses(registers([0]), 'ParentOutOfOrder').withArgs(0, 0, 4)
      await refuses(registers([1, 4]), 'ParentOutOfOrder').withArgs(4, 1, 4) // itself
      await refuses(registers([99]), 'ParentOutOfOrder').withArgs(99, 0, 4)
      await refuses(registers(Array.from({ length: 17 }, (_, i) => i + 1)), 'ParentsTooMany').withArgs(17, 16)
    })

    it('wants a legal basis for the negative list', async () => {
      const registers = (share: 'withheld' | 'conditional'): Promise<unknown> =>
        register(CODE, SOURCE, describeResource(share, { legalBasisDigest: ZeroHash }))
      await refuses(registers('withheld'), 'NegativeListBasisMissing').withArgs()
      await registers('conditional')
    })
  })

  describe('update', () => {
    it('makes the next version and keeps code, source and provider', async () => {
      const changes = { name: '新名称', fieldCount: FIELDS + 1, level: 1, metadata: '0x5b5d' }
      const receipt = await scene.act(
        'tax',
        'catalogue',
        'update',
        CONDITIONAL,
        describeResource('unconditional', changes),
      )
      expect(scene.said(receipt)).to.deep.equal([
        {
          name: 'ResourceUpdated',
          args: {
            id: 1n,
            provider: 1n,
            version: 2,
            description: {
              name: '新名称',
              shareType: 'unconditional',
              openType: 'not-open',
              level: 1,
              fieldCount: 9,
              parents: [],
              legalBasisDigest: DIGEST,
              metadata: '0x5b5d',
            },
          },
        },
      ])
      expect(await scene.view('catalogue', 'resource', CONDITIONAL)).to.deep.equal([
        1n,
        2n,
        0n,
        2n,
        1n,
        9n,
        false,
        false,
        0n,
        0n,
        false,
        3n, // the level it had before
        keccak256('0x5b5d'),
        keccakOf('source 1'),
      ])
    })

    it('never takes a field away, since grants point at fields by position', async () => {
      await refuses(
        update(CONDITIONAL, describeResource('conditional', { fieldCount: FIELDS - 1 })),
        'FieldCountInvalid',
      ).withArgs(7, 8, 128)
      await refuses(
        update(CONDITIONAL, describeResource('conditional', { fieldCount: 129 })),
        'FieldCountInvalid',
      ).withArgs(129, 8, 128)
    })

    it('never makes a resource its own ancestor', async () => {
      await refuses(update(2n, describeResource('conditional', { parents: [3] })), 'ParentOutOfOrder').withArgs(3, 0, 2)
      await refuses(update(2n, describeResource('conditional', { parents: [2] })), 'ParentOutOfOrder').withArgs(2, 0, 2)
      await update(3n, describeResource('conditional', { parents: [1, 2] }))
    })

    it('is for its provider, while the entry stands', async () => {
      const act = scene.send('archive', 'catalogue', 'update', CONDITIONAL, describeResource('conditional'))
      await refuses(act, 'NotItsProvider').withArgs(1, 4, 1)
      await refuses(
        scene.send('statistics', 'catalogue', 'update', CONDITIONAL, describeResource('conditional')),
        'NotItsProvider',
      ).withArgs(1, 2, 1)
      await refuses(update(9, describeResource('conditional')), 'ResourceUnknown').withArgs(9)
      await refuses(update(0, describeResource('conditional')), 'ResourceUnknown').withArgs(0)
      await scene.act('tax', 'catalogue', 'withdraw', CONDITIONAL, DIGEST)
      await refuses(update(CONDITIONAL, describeResource('conditional')), 'ResourceIsWithdrawn').withArgs(1)
    })
  })

  describe('update and withdraw, of an organisation that is no longer of that kind', () => {
    it('are refused, for resources and for products', async () => {
      const product = describeResource('conditional')
      await scene.act('operator', 'catalogue', 'register', CODE, SOURCE, product)
      await scene.act('operator', 'catalogue', 'update', 4, product)
      await scene.act('registrar', 'organisations', 'update', 1, '税务局', kindsToBits(['consumer']))
      await scene.act('registrar', 'organisations', 'update', 6, '数据运营公司', kindsToBits(['provider']))
      const consumer = kindsToBits(['consumer'])
      await refuses(update(CONDITIONAL, describeResource('conditional')), 'NotAProvider').withArgs(1, consumer)
      await refuses(scene.send('tax', 'catalogue', 'withdraw', 1, DIGEST), 'NotAProvider').withArgs(1, consumer)
      const operator = scene.send('operator', 'catalogue', 'update', 4, product)
      await refuses(operator, 'NotAProvider').withArgs(6, kindsToBits(['provider']))
    })
  })

  describe('withdraw', () => {
    it('ends the entry and frees its source, but not its code', async () => {
      const receipt = await scene.act('tax', 'catalogue', 'withdraw', CONDITIONAL, DIGEST)
      expect(scene.said(receipt)).to.deep.equal([
        { name: 'ResourceWithdrawn', args: { id: 1n, provider: 1n, reasonDigest: DIGEST } },
      ])
      expect(await scene.view('catalogue', 'idOfSource', keccakOf('source 1'))).to.equal(0n)
      const again = (code: string): Promise<unknown> =>
        register(code, keccakOf('source 1'), describeResource('conditional'))
      await refuses(again('306-01-001'), 'ResourceCodeTaken').withArgs(keccakOf('306-01-001'), 1)
      await again(CODE)
      expect(await scene.view('catalogue', 'idOfSource', keccakOf('source 1'))).to.equal(4n)
    })

    it('leaves lineage true: a withdrawn resource may still be named as a parent', async () => {
      await scene.act('tax', 'catalogue', 'withdraw', CONDITIONAL, DIGEST)
      await register(CODE, SOURCE, describeResource('conditional', { parents: [1] }))
    })

    it('asks for a reason, once, from its provider', async () => {
      const withdraw = (reason: string): Promise<unknown> =>
        scene.send('tax', 'catalogue', 'withdraw', CONDITIONAL, reason)
      await refuses(withdraw(ZeroHash), 'ResourceReasonMissing').withArgs(1)
      await refuses(scene.send('archive', 'catalogue', 'withdraw', CONDITIONAL, DIGEST), 'NotItsProvider').withArgs(
        1,
        4,
        1,
      )
      await withdraw(DIGEST)
      await refuses(withdraw(DIGEST), 'ResourceIsWithdrawn').withArgs(1)
    })
  })

  describe('checkSharable', () => {
    it('tells what a request must respect, or why there can be none', async () => {
      const check = (id: bigint): Promise<unknown> => scene.view('catalogue', 'checkSharable', id)
      expect(await check(UNCONDITIONAL)).to.deep.equal([1n, 1n, 0n, 2n, 3n, BigInt(FIELDS), false])
      await refuses(check(WITHHELD), 'ResourceIsWithheld').withArgs(3)
      await refuses(check(77n), 'ResourceUnknown').withArgs(77)
      await refuses(scene.view('catalogue', 'resource', 77), 'ResourceUnknown').withArgs(77)
      await scene.act('tax', 'catalogue', 'withdraw', UNCONDITIONAL, DIGEST)
      await refuses(check(UNCONDITIONAL), 'ResourceIsWithdrawn').withArgs(2)
    })
  })
})
