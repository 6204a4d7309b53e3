// Behaviour: products.tree.

import { expect } from 'chai'
import { id as keccakOf, ZeroHash } from 'ethers'
import fc from 'fast-check'
import { DAY, DIGEST, describeResource, type Party, START, useScene } from './fixture.ts'

const AGENCY = 5n
const OPERATOR = 6n
const DEVELOPER = 7n
const UNTIL = START + 365 * DAY

/** The operator's entry, made from the tax bureau's first; and the developer's, made from the operator's. */
const PRODUCT = 4n
const SECOND_PRODUCT = 5n
const OPERATION = 1n

const STATE = { none: 0n, registered: 1n, released: 2n, refused: 3n, withdrawn: 4n }
const FREE = 0
const PAID = 1
const ALL_CHECKS = 0b11_1111
const SUSPENDED = 1

interface Registration {
  readonly product?: bigint
  readonly agreement?: bigint
  readonly price?: number
  readonly sources?: readonly bigint[]
  readonly use?: string
  readonly party?: Party
}

interface Review {
  readonly product?: bigint
  readonly version?: number
  readonly checks?: number
  readonly release?: boolean
  readonly report?: string
  readonly party?: Party
}

describe('Products', () => {
  const scene = useScene()
  const send = (party: Party, method: string, ...args: readonly unknown[]): Promise<unknown> =>
    scene.send(party, 'products', method, ...args)
  const agree = (party: Party, method: string, ...args: readonly unknown[]): Promise<unknown> =>
    scene.act(party, 'agreements', method, ...args)
  const view = (method: string, ...args: readonly unknown[]): Promise<unknown> =>
    scene.view('products', method, ...args)
  const says = (act: Promise<unknown>, event: string): Chai.EmitAssertion =>
    expect(act).to.emit(scene.contract('products'), event)
  const refuses = (
    act: Promise<unknown>,
    error: string,
    contract: 'products' | 'catalogue' | 'agreements' | 'organisations' = 'products',
  ): Chai.CustomErrorAssertion => expect(act).to.be.revertedWithCustomError(scene.contract(contract), error)

  const enter = (party: Party, code: string, parents: readonly bigint[]): Promise<unknown> =>
    scene.act(party, 'catalogue', 'register', code, keccakOf(code), describeResource('conditional', { parents }))
  const update = (party: Party = 'operator', product = PRODUCT, parents = [1n]): Promise<unknown> =>
    scene.act(party, 'catalogue', 'update', product, describeResource('conditional', { parents }))
  const register = ({
    product = PRODUCT,
    agreement = OPERATION,
    price = FREE,
    sources = [1n],
    use = DIGEST,
    party = 'operator',
  }: Registration = {}): Promise<unknown> => send(party, 'registerProduct', product, agreement, price, sources, use)
  const review = ({
    product = PRODUCT,
    version = 1,
    checks = ALL_CHECKS,
    release = true,
    report = DIGEST,
    party = 'agency',
  }: Review = {}): Promise<unknown> => send(party, 'reviewProduct', product, version, checks, release, report)
  const withdraw = (party: Party, reason = DIGEST): Promise<unknown> => send(party, 'withdrawProduct', PRODUCT, reason)
  const stateOf = async (): Promise<unknown> => {
    const [{ state }] = (await view('productOf', PRODUCT)) as [{ state: bigint }]
    return state
  }

  /** Agreement 1: of operation; entry 4: of the operator. */
  beforeEach(async () => {
    await agree('agency', 'offerOperation', OPERATOR, START, UNTIL, [1], DIGEST)
    await agree('operator', 'signAgreement', OPERATION, DIGEST)
    await enter('operator', 'product', [1n])
  })

  /** Agreement 2: of development, under agreement 1; entry 5: of the developer. */
  const develop = async (): Promise<void> => {
    await agree('developer', 'applyForDevelopment', OPERATION, START, UNTIL, [PRODUCT], DIGEST, DIGEST)
    await agree('operator', 'publicise', 2, DIGEST)
    await scene.at(START + 14 * DAY)
    await agree('operator', 'signAgreement', 2, DIGEST)
    await agree('developer', 'signAgreement', 2, DIGEST)
    await enter('developer', 'second product', [PRODUCT])
  }

  describe('registerProduct', () => {
    it('puts it up for review, with its sources', async () => {
      const sources = Array.from({ length: 16 }, (_, i) => BigInt(3 * i + 1))
      await says(register({ price: PAID, sources }), 'ProductRegistered').withArgs(
        PRODUCT,
        OPERATION,
        OPERATOR,
        PAID,
        sources,
        DIGEST,
      )
      expect(await view('productOf', PRODUCT)).to.deep.equal([
        [OPERATION, 0n, STATE.registered, BigInt(PAID), 0n, 16n, 1n, 0n],
        sources,
        [],
      ])
    })

    it('is for the entry’s provider, an active one', async () => {
      const act = register({ party: 'developer' })
      await refuses(act, 'NotItsMaker').withArgs(PRODUCT, DEVELOPER, OPERATOR)
      await refuses(register({ party: 'stranger' }), 'AccountUnknown', 'organisations')
      await scene.act('registrar', 'organisations', 'setStatus', OPERATOR, SUSPENDED, DIGEST)
      await refuses(register(), 'OrganisationNotActive', 'organisations').withArgs(OPERATOR, SUSPENDED)
    })

    it('is of a product that stands and that no veto covers', async () => {
      await refuses(register({ product: 99n }), 'ResourceUnknown', 'catalogue').withArgs(99n)
      await refuses(register({ product: 1n, party: 'tax' }), 'NotAProduct').withArgs(1n)
      await scene.act('inspector', 'catalogue', 'vetoResource', 1, DIGEST, ZeroHash)
      await refuses(register(), 'ResourceIsVetoed', 'catalogue').withArgs(PRODUCT, 1n)
      await scene.act('inspector', 'catalogue', 'liftResourceVeto', 1, 1, DIGEST)
      await scene.act('regulator', 'catalogue', 'liftResourceVeto', 1, 1, DIGEST)
      await scene.act('operator', 'catalogue', 'withdraw', PRODUCT, DIGEST)
      await refuses(register(), 'ResourceIsWithdrawn').withArgs(PRODUCT)
    })

    it('is under an agreement in force, whose second party makes it', async () => {
      await refuses(register({ agreement: 9n }), 'AgreementUnknown', 'agreements').withArgs(9n)
      await develop()
      await refuses(register({ agreement: 2n }), 'NotTheMakersAgreement').withArgs(2n, OPERATOR)
      await register({ product: SECOND_PRODUCT, agreement: 2n, party: 'developer' })
      await agree('agency', 'endAgreement', OPERATION, DIGEST)
      await refuses(register(), 'AgreementNotInForce', 'agreements').withArgs(OPERATION, 6)
    })

    it('is not under an opening agreement, even for its platform operator', async () => {
      await scene.act('registrar', 'organisations', 'update', OPERATOR, 'both', 2 | 4 | 16)
      await agree('tax', 'offerOpening', OPERATOR, 11, START, UNTIL, [1], DIGEST)
      await agree('operator', 'signAgreement', 2, DIGEST)
      await agree('applicant', 'signAgreement', 2, DIGEST)
      await refuses(register({ agreement: 2n }), 'NotTheMakersAgreement').withArgs(2n, OPERATOR)
    })

    it('names 1 to 16 sources, ascending, and what it is for', async () => {
      const many = Array.from({ length: 17 }, (_, i) => BigInt(i + 1))
      await refuses(register({ sources: [] }), 'SourcesInvalid').withArgs(0, 16)
      await refuses(register({ sources: many }), 'SourcesInvalid').withArgs(17, 16)
      await refuses(register({ sources: [0n, 1n] }), 'SourceOutOfOrder').withArgs(0n)
      await refuses(register({ sources: [3n, 3n] }), 'SourceOutOfOrder').withArgs(3n)
      await refuses(register({ sources: [3n, 5n, 4n] }), 'SourceOutOfOrder').withArgs(4n)
      await refuses(register({ use: ZeroHash }), 'ProductUseMissing').withArgs(PRODUCT)
    })

    it('happens once per version: what a signed review names cannot be exchanged under it', async () => {
      await register({ sources: [1n, 2n] })
      await refuses(register({ sources: [1n] }), 'ProductStateWrong').withArgs(PRODUCT, STATE.registered)
      await withdraw('operator')
      await refuses(register({ sources: [1n] }), 'ProductStateWrong').withArgs(PRODUCT, STATE.withdrawn)
      await update()
      await register({ sources: [7n] })
      await refuses(review({ version: 1 }), 'ReviewOfAnotherVersion').withArgs(PRODUCT, 1, 2)
      await review({ version: 2, checks: 0b1, release: false })
      await refuses(register(), 'ProductStateWrong').withArgs(PRODUCT, STATE.refused)
      await update()
      await register({ sources: [1n, 2n, 3n, 4n, 5n] })
      await review({ version: 3 })
      await refuses(register(), 'ProductStateWrong').withArgs(PRODUCT, STATE.released)
      await update()
      const sources = [1n, 2n, 3n, 4n, 5n, 9n]
      await register({ price: PAID, sources })
      // Nothing is left of the release but what it was made from.
      expect(await view('productOf', PRODUCT)).to.deep.equal([
        [OPERATION, 0n, STATE.registered, BigInt(PAID), 0n, 6n, 4n, 5n],
        sources,
        [1n, 2n, 3n, 4n, 5n],
      ])
    })

    it('keeps the sources of what was released, so that nobody sheds the veto on one', async () => {
      await register({ sources: [2n, 4n] })
      await review()
      await update()
      await refuses(register({ sources: [5n] }), 'SourceDropped').withArgs(PRODUCT, 2n)
      await refuses(register({ sources: [1n, 2n, 3n, 5n] }), 'SourceDropped').withArgs(PRODUCT, 4n)
      await register({ sources: [1n, 2n, 3n, 4n, 5n] })
      await review({ version: 2 })
      await withdraw('operator')
      await update()
      await refuses(register({ sources: [2n, 4n] }), 'SourceDropped').withArgs(PRODUCT, 1n)
    })

    it('need not keep what was never released: refused, withdrawn or a slip', async () => {
      await register({ sources: [2n, 4n] })
      await review()
      await update()
      await register({ sources: [2n, 3n, 4n, 99n] })
      await review({ version: 2, release: false })
      await update()
      await register({ sources: [2n, 4n, 5n, 6n, 7n, 98n] })
      await withdraw('operator')
      await update()
      await register({ sources: [2n, 4n, 6n] })
      expect(await view('sourcesBehind', PRODUCT)).to.deep.equal([2n, 4n])
      await review({ version: 4 })
      expect(await view('sourcesBehind', PRODUCT)).to.deep.equal([2n, 4n, 6n])
    })
  })

  describe('reviewProduct', () => {
    it('releases the version that was looked at', async () => {
      await register()
      await says(review(), 'ProductReleased').withArgs(PRODUCT, OPERATION, AGENCY, 1, DIGEST)
      expect(await view('productOf', PRODUCT)).to.deep.equal([
        [OPERATION, 1n, STATE.released, 0n, BigInt(ALL_CHECKS), 1n, 1n, 1n],
        [1n],
        [1n],
      ])
    })

    it('refuses it, and says what was in order', async () => {
      await register()
      await says(review({ checks: 0b10_0111, release: false }), 'ProductRefused').withArgs(
        PRODUCT,
        OPERATION,
        AGENCY,
        0b10_0111,
        DIGEST,
      )
      expect(await stateOf()).to.equal(STATE.refused)
    })

    it('happens once, to what was registered', async () => {
      await refuses(review(), 'ProductStateWrong').withArgs(PRODUCT, STATE.none)
      await register()
      await review()
      await refuses(review(), 'ProductStateWrong').withArgs(PRODUCT, STATE.released)
      await withdraw('operator')
      await refuses(review(), 'ProductStateWrong').withArgs(PRODUCT, STATE.withdrawn)
    })

    it('is the agreement’s first party’s: the agency’s of the operator, the operator’s of the developer', async () => {
      await develop()
      await register()
      await refuses(review({ party: 'operator' }), 'NotItsReviewer').withArgs(PRODUCT, OPERATOR, AGENCY)
      await refuses(review({ party: 'regulator' }), 'NotItsReviewer').withArgs(PRODUCT, 10n, AGENCY)
      await register({ product: SECOND_PRODUCT, agreement: 2n, party: 'developer' })
      await refuses(review({ product: SECOND_PRODUCT }), 'NotItsReviewer').withArgs(SECOND_PRODUCT, AGENCY, OPERATOR)
      await review({ product: SECOND_PRODUCT, party: 'operator' })
    })

    it('needs the agreement in force, the entry standing and no veto', async () => {
      await register()
      await scene.act('inspector', 'catalogue', 'vetoResource', PRODUCT, DIGEST, ZeroHash)
      await refuses(review(), 'ResourceIsVetoed', 'catalogue').withArgs(PRODUCT, PRODUCT)
      await scene.act('inspector', 'catalogue', 'liftResourceVeto', PRODUCT, 1, DIGEST)
      await scene.act('regulator', 'catalogue', 'liftResourceVeto', PRODUCT, 1, DIGEST)
      await scene.act('inspector', 'agreements', 'vetoAgreement', OPERATION, DIGEST, ZeroHash)
      await refuses(review(), 'AgreementIsVetoed', 'agreements').withArgs(OPERATION)
      await agree('agency', 'endAgreement', OPERATION, DIGEST)
      await refuses(review(), 'AgreementNotInForce', 'agreements').withArgs(OPERATION, 6)
    })

    it('is void once the entry is withdrawn', async () => {
      await register()
      await scene.act('operator', 'catalogue', 'withdraw', PRODUCT, DIGEST)
      await refuses(review(), 'ResourceIsWithdrawn').withArgs(PRODUCT)
    })

    it('is of the current version, and of the registered one', async () => {
      await register()
      await refuses(review({ version: 2 }), 'ReviewOfAnotherVersion').withArgs(PRODUCT, 2, 1)
      await update()
      await refuses(review({ version: 1 }), 'ReviewOfAnotherVersion').withArgs(PRODUCT, 1, 2)
      await refuses(review({ version: 2 }), 'ReviewOfAnotherVersion').withArgs(PRODUCT, 2, 1)
      await register()
      await review({ version: 2 })
    })

    it('releases only with all six points in order, and no others', async () => {
      await register()
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 0, max: 255 }), async checks => {
          fc.pre(checks !== ALL_CHECKS)
          const act = view('reviewProduct', PRODUCT, 1, checks, true, DIGEST, { from: scene.accounts.agency })
          await refuses(act, 'ChecksMissing').withArgs(PRODUCT, checks ^ ALL_CHECKS)
        }),
        { numRuns: 40 },
      )
      await refuses(review({ checks: 0b11_1011 }), 'ChecksMissing').withArgs(PRODUCT, 0b100)
      await refuses(review({ report: ZeroHash }), 'ProductReasonMissing').withArgs(PRODUCT)
      await refuses(review({ release: false, report: ZeroHash }), 'ProductReasonMissing').withArgs(PRODUCT)
    })
  })

  describe('withdrawProduct', () => {
    it('is for its maker, its reviewer and a regulator', async () => {
      for (const [version, [party, id]] of (
        [
          ['operator', OPERATOR],
          ['agency', AGENCY],
          ['regulator', 10n],
        ] as const
      ).entries()) {
        await register()
        if (party !== 'operator') await review({ version: version + 1 })
        await says(withdraw(party), 'ProductWithdrawn').withArgs(PRODUCT, id, DIGEST)
        expect(await stateOf()).to.equal(STATE.withdrawn)
        await refuses(withdraw(party), 'ProductStateWrong').withArgs(PRODUCT, STATE.withdrawn)
        await update()
      }
    })

    it('owes a reason, and is possible after the agreement’s end', async () => {
      await refuses(withdraw('operator'), 'ProductStateWrong').withArgs(PRODUCT, STATE.none)
      await register()
      await refuses(withdraw('developer'), 'NotItsMaker').withArgs(PRODUCT, DEVELOPER, OPERATOR)
      await refuses(withdraw('operator', ZeroHash), 'ProductReasonMissing').withArgs(PRODUCT)
      await agree('operator', 'endAgreement', OPERATION, DIGEST)
      await withdraw('agency')
    })

    it('leaves what was refused as it is', async () => {
      await register()
      await review({ release: false })
      await refuses(withdraw('operator'), 'ProductStateWrong').withArgs(PRODUCT, STATE.refused)
    })
  })

  describe('checkReleased', () => {
    const check = (version: number): Promise<unknown> => view('checkReleased', PRODUCT, version)

    it('gives what a released version hangs on', async () => {
      await register({ sources: [2n, 3n, 5n, 7n, 11n] })
      await review()
      expect(await check(1)).to.deep.equal([OPERATION, [2n, 3n, 5n, 7n, 11n]])
    })

    it('refuses any other version and any other state', async () => {
      await refuses(check(1), 'ProductNotReleased').withArgs(PRODUCT, STATE.none, 1, 0)
      await refuses(check(0), 'ProductNotReleased').withArgs(PRODUCT, STATE.none, 0, 0)
      await register()
      await refuses(check(1), 'ProductNotReleased').withArgs(PRODUCT, STATE.registered, 1, 0)
      await review()
      await refuses(check(2), 'ProductNotReleased').withArgs(PRODUCT, STATE.released, 2, 1)
      await withdraw('operator')
      await refuses(check(1), 'ProductNotReleased').withArgs(PRODUCT, STATE.withdrawn, 1, 1)
    })
  })

  describe('sourcesBehind', () => {
    const behind = (product: bigint): Promise<unknown> => view('sourcesBehind', product)

    it('are those of what was released, and of the products that it is made from', async () => {
      await develop()
      await register({ sources: [2n, 3n, 5n, 7n, 11n] })
      await register({ product: SECOND_PRODUCT, agreement: 2n, sources: [2n, 13n], party: 'developer' })
      expect([await behind(PRODUCT), await behind(SECOND_PRODUCT)]).to.deep.equal([[], []])
      await review({ product: SECOND_PRODUCT, party: 'operator' })
      expect(await behind(SECOND_PRODUCT)).to.deep.equal([2n, 13n])
      await review()
      expect(await behind(PRODUCT)).to.deep.equal([2n, 3n, 5n, 7n, 11n])
      expect(await behind(SECOND_PRODUCT)).to.deep.equal([2n, 13n, 2n, 3n, 5n, 7n, 11n])
      await update()
      await register({ sources: [2n, 3n, 5n, 7n, 11n, 99n] })
      expect(await behind(SECOND_PRODUCT)).to.deep.equal([2n, 13n, 2n, 3n, 5n, 7n, 11n])
      await review({ version: 2 })
      expect(await behind(SECOND_PRODUCT)).to.deep.equal([2n, 13n, 2n, 3n, 5n, 7n, 11n, 99n])
    })

    it('stay once the product is withdrawn: what was made from it is still made from them', async () => {
      await register({ sources: [2n] })
      await review()
      await withdraw('operator')
      expect(await behind(PRODUCT)).to.deep.equal([2n])
    })

    it('are none of what is no product, or unknown', async () => {
      expect([await behind(1n), await behind(99n)]).to.deep.equal([[], []])
    })
  })

  describe('invariant', () => {
    it('what is released is, to the source, what the review of that version looked at', async () => {
      const opened = await scene.request('evm_snapshot', [])
      let snapshot = opened
      let releases = 0
      // The reviewer looks at what is registered, signs for its version, and the act arrives any number of acts later.
      const act = fc.constantFrom('register', 'register', 'update', 'withdraw', 'look', 'look', 'arrive', 'arrive')
      await fc.assert(
        fc.asyncProperty(fc.array(act, { minLength: 4, maxLength: 14 }), async given => {
          await scene.request('evm_revert', [snapshot])
          snapshot = await scene.request('evm_snapshot', [])
          let source = 0
          let looked: { version: number; sources: unknown } | undefined
          let released: unknown = []
          for (const what of ['register', 'look', ...given]) {
            if (what === 'register') {
              const sources = Array.from({ length: ++source }, (_, i) => BigInt(i + 1))
              await register({ sources }).catch(() => undefined)
            }
            if (what === 'update') await update()
            if (what === 'withdraw') await withdraw('operator').catch(() => undefined)
            if (what === 'look') {
              const [product, sources] = (await view('productOf', PRODUCT)) as [{ registeredVersion: bigint }, unknown]
              looked = { version: Number(product.registeredVersion), sources }
            }
            if (what === 'arrive' && looked) await review({ version: looked.version }).catch(() => undefined)
            const [product, sources] = (await view('productOf', PRODUCT)) as [{ state: bigint }, unknown]
            if (what === 'arrive' && product.state === STATE.released) {
              expect(sources, JSON.stringify(given)).to.deep.equal(looked?.sources)
              releases += 1
            }
            if (what === 'arrive' && product.state === STATE.released) released = sources
            expect(await view('sourcesBehind', PRODUCT), JSON.stringify(given)).to.deep.equal(released)
          }
        }),
        { numRuns: 40 },
      )
      expect(releases, 'no run released anything').to.be.greaterThan(0)
    }).timeout(120_000)
  })
})
