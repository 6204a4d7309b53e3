// Behaviour: vocabulary.tree.

import { expect } from 'chai'
import { encodeBytes32String, ZeroHash } from 'ethers'
import { encodePurpose, PURPOSES } from '../../src/chain/terms.ts'
import { PURPOSE_SEED } from '../../src/vocabulary.ts'
import { DIGEST, useScene } from './fixture.ts'

const CODE = encodePurpose('km:DataIronCage')
const ENTRY = { code: CODE, zh: '数据铁笼', en: 'data iron cage', basis: 'a local rule, article 4' }
/** The purposes that the scene begins with: the seed. */
const KNOWN = Object.keys(PURPOSES)

describe('Vocabulary', () => {
  const scene = useScene()
  const register = (...entries: readonly object[]): Promise<unknown> =>
    scene.send('registrar', 'vocabulary', 'registerPurposes', entries)
  const retire = (code: string, reason: string): Promise<unknown> =>
    scene.send('registrar', 'vocabulary', 'retirePurpose', code, reason)
  const check = (code: string): Promise<unknown> => scene.view('vocabulary', 'checkPurpose', code)
  const at = (number: number): Promise<unknown> => scene.view('vocabulary', 'purposeAt', number)
  const count = (): Promise<unknown> => scene.view('vocabulary', 'purposeCount')
  const refuses = (act: Promise<unknown>, error: string): Chai.CustomErrorAssertion =>
    expect(act).to.be.revertedWithCustomError(scene.contract('vocabulary'), error)

  describe('registerPurposes', () => {
    it('numbers purposes in order and says everything in the events', async () => {
      const second = { code: encodePurpose('a'), zh: '甲', en: 'a', basis: 'x' }
      const contract = scene.contract('vocabulary')
      await expect(register(ENTRY, second))
        .to.emit(contract, 'PurposeRegistered')
        .withArgs(CODE, KNOWN.length, ENTRY.zh, ENTRY.en, ENTRY.basis)
        .and.to.emit(contract, 'PurposeRegistered')
        .withArgs(second.code, KNOWN.length + 1, second.zh, second.en, second.basis)
      expect(await count()).to.equal(BigInt(KNOWN.length + 2))
      expect(await at(KNOWN.length + 1)).to.deep.equal([second.code, false])
    })

    it('is for the keeper of the vocabulary, relayed or not', async () => {
      const act = scene.send('tax', 'vocabulary', 'registerPurposes', [ENTRY])
      await refuses(act, 'AccessManagedUnauthorized').withArgs(scene.accounts.tax)
      await scene.relayed('registrar', 'vocabulary', 'registerPurposes', [[ENTRY]])
      expect(await check(CODE)).to.equal(BigInt(KNOWN.length))
      await refuses(
        scene.relayed('tax', 'vocabulary', 'retirePurpose', [CODE, DIGEST]),
        'AccessManagedUnauthorized',
      ).withArgs(scene.accounts.tax)
    })

    it('wants at least one', async () => {
      await refuses(register(), 'PurposesEmpty').withArgs()
    })

    it('wants a well-formed code', async () => {
      const bytes = (text: string): string => `0x${Buffer.from(text, 'latin1').toString('hex').padEnd(64, '0')}`
      for (const code of [ZeroHash, bytes('a b'), bytes('a\0b'), bytes('\0a'), bytes('a/b'), bytes('é'), bytes('a@')]) {
        await refuses(register({ ...ENTRY, code }), 'PurposeInvalid').withArgs(code)
      }
      await register({ ...ENTRY, code: bytes('0Z-a.z:_9'.padEnd(32, 'x')) })
    })

    it('never gives a code a second meaning', async () => {
      await refuses(register(ENTRY, ENTRY), 'PurposeTaken').withArgs(CODE, KNOWN.length)
      const first = encodePurpose(KNOWN[0]!)
      await refuses(register({ ...ENTRY, code: first }), 'PurposeTaken').withArgs(first, 0)
      await retire(first, DIGEST)
      await refuses(register({ ...ENTRY, code: first }), 'PurposeTaken').withArgs(first, 0)
    })

    it('wants labels and a basis, at most 200 bytes of each', async () => {
      for (const field of ['zh', 'en', 'basis']) {
        await refuses(register({ ...ENTRY, [field]: '' }), 'TextLengthInvalid').withArgs(0, 200)
        await refuses(register({ ...ENTRY, [field]: '字'.repeat(67) }), 'TextLengthInvalid').withArgs(201, 200)
      }
      await register({ ...ENTRY, zh: 'x'.repeat(200), en: 'x'.repeat(200), basis: 'x'.repeat(200) })
    })

    it('is full at 256, which a set of purposes can name', async () => {
      const entries = Array.from({ length: 256 - KNOWN.length }, (_, i) => ({ ...ENTRY, code: encodePurpose(`n${i}`) }))
      for (let i = 0; i < entries.length; i += 50) {
        await scene.act('registrar', 'vocabulary', 'registerPurposes', entries.slice(i, i + 50))
      }
      expect(await count()).to.equal(256n)
      expect(await check(entries.at(-1)!.code)).to.equal(255n)
      expect(await at(255)).to.deep.equal([entries.at(-1)!.code, false])
      await refuses(register(ENTRY), 'VocabularyFull').withArgs(256)
      await refuses(register(entries[0]!), 'PurposeTaken').withArgs(entries[0]!.code, KNOWN.length)
    })

    it('takes the seed: each number is its place there', async () => {
      expect(KNOWN).to.deep.equal(PURPOSE_SEED.map(({ code }) => code))
      for (const [number, code] of KNOWN.entries()) expect(await check(encodePurpose(code))).to.equal(BigInt(number))
    })
  })

  describe('retirePurpose', () => {
    it('ends a purpose for what is asked from now on, and keeps its number', async () => {
      const code = encodePurpose(KNOWN[3]!)
      await expect(retire(code, DIGEST)).to.emit(scene.contract('vocabulary'), 'PurposeRetired').withArgs(code, DIGEST)
      await refuses(check(code), 'PurposeIsRetired').withArgs(code)
      expect(await at(3)).to.deep.equal([code, true])
      expect(await count()).to.equal(BigInt(KNOWN.length))
      await refuses(retire(code, DIGEST), 'PurposeIsRetired').withArgs(code)
    })

    it('asks for a reason and a known purpose, from the keeper', async () => {
      const code = encodePurpose(KNOWN[0]!)
      await refuses(retire(code, ZeroHash), 'PurposeReasonMissing').withArgs(code)
      await refuses(retire(CODE, DIGEST), 'PurposeUnknown').withArgs(CODE)
      await refuses(retire(ZeroHash, DIGEST), 'PurposeUnknown').withArgs(ZeroHash)
      const act = scene.send('statistics', 'vocabulary', 'retirePurpose', code, DIGEST)
      await refuses(act, 'AccessManagedUnauthorized').withArgs(scene.accounts.statistics)
    })
  })

  describe('checkPurpose, purposeAt', () => {
    it('know what was registered, and nothing else', async () => {
      expect(await check(encodePurpose(KNOWN[0]!))).to.equal(0n)
      await refuses(check(CODE), 'PurposeUnknown').withArgs(CODE)
      await refuses(check(encodeBytes32String('free text')), 'PurposeUnknown')
      expect(await at(0)).to.deep.equal([encodePurpose(KNOWN[0]!), false])
      expect(await at(KNOWN.length)).to.deep.equal([ZeroHash, false])
      expect(await at(255)).to.deep.equal([ZeroHash, false])
    })
  })
})
