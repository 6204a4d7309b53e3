// The life of an authorised operation, told once from end to end. Behaviour: authorised-operation.tree; the bounds of
// each single act are in agreements-*.test.ts and products.test.ts.

import { expect } from 'chai'
import { id as keccakOf, ZeroHash } from 'ethers'
import { type ContractName, interfaceOf } from '../../src/chain/abi.ts'
import { CONDITIONAL, DAY, DIGEST, describeResource, handoverOf, type Party, requestFor, useScene } from './fixture.ts'

const TAX = 1n
const OPERATOR = 6n
const DEVELOPER = 7n

const OPERATION = 1n
const DEVELOPMENT = 2n
/** The operator's entry. */
const PRODUCT = 4n
/** The operator's grant of the tax bureau's data, and the developer's of the product. */
const SOURCE_GRANT = 1n
const PRODUCT_GRANT = 2n

const TEXT = keccakOf('text of the agreement')
const OUTCOME = { pass: 1, fail: 2, rectify: 3 }
const MEASURE = { none: 0, suspended: 2 }
const STATE_GRANTED = 3n
const ENDED = 6
const GROUND = { operation: 2, development: 3 }
const BASIS_APPROVALS = 3
const PROVIDER_OFFICER = 0
const REGULATOR = 2
const ON_APPLICATION = 1
const ALL_CHECKS = 0b11_1111
const NO_RULE = { needed: 0, roles: 0 }

/** A time of day in Beijing. */
const beijing = (date: string, time = '10:00:00'): number => Date.parse(`${date}T${time}+08:00`) / 1000
const END = beijing('2029-01-01', '00:00:00')

describe('Authorised operation', () => {
  const scene = useScene()
  const act = (party: Party, contract: ContractName, method: string, ...args: readonly unknown[]): Promise<unknown> =>
    scene.send(party, contract, method, ...args)
  const says = (sent: Promise<unknown>, contract: ContractName, event: string): Chai.EmitAssertion =>
    expect(sent).to.emit(scene.contract(contract), event)
  const refuses = (sent: Promise<unknown>, contract: ContractName, error: string): Chai.CustomErrorAssertion =>
    expect(sent).to.be.revertedWithCustomError(scene.contract(contract), error)
  const pass = async (time: number): Promise<void> => {
    await scene.at(time)
    await scene.request('evm_mine', [])
  }

  const request = (party: Party, resource: bigint, agreement: bigint): Promise<unknown> =>
    act(party, 'accessLedger', 'request', requestFor(resource, { agreement, until: END }))
  const asked = (id: bigint): Promise<unknown> => scene.view('accessLedger', 'askedDigest', id)
  const approve = async (party: Party, id: bigint, role: number): Promise<unknown> =>
    act(party, 'accessLedger', 'approve', id, await asked(id), role, END, ZeroHash)
  const grant = async (party: Party, id: bigint): Promise<unknown> =>
    act(party, 'accessLedger', 'grant', id, await asked(id), END, { byteCount: 1_000, rowCount: 100 }, ZeroHash)
  const share = (party: Party, id: bigint): Promise<unknown> => act(party, 'accessLedger', 'share', id, handoverOf())
  const download = (party: Party, id: bigint): Promise<unknown> =>
    act(party, 'accessLedger', 'download', id, handoverOf())
  const agree = (party: Party, method: string, ...args: readonly unknown[]): Promise<unknown> =>
    act(party, 'agreements', method, ...args)

  /** The agency authorises the operator: agreement 1, of 2 February. */
  async function authorise(): Promise<void> {
    await scene.at(beijing('2026-02-02'))
    const offer = (until: number): Promise<unknown> =>
      agree('agency', 'offerOperation', OPERATOR, beijing('2026-02-02'), until, [CONDITIONAL], TEXT)
    await refuses(offer(beijing('2031-02-04')), 'agreements', 'AgreementPeriodInvalid')
    await offer(END)
    const signed = agree('operator', 'signAgreement', OPERATION, TEXT)
    // 20 working days: Spring Festival has no working day from 15 to 23 February, but two before and after it.
    const filing = beijing('2026-03-07', '00:00:00')
    await says(signed, 'agreements', 'AgreementInForce').withArgs(OPERATION, anyValue, END, filing, anyValue, false)
    await says(agree('agency', 'fileAgreement', OPERATION, DIGEST), 'agreements', 'AgreementFiled')
  }

  /** The operator gets the tax bureau's data under it: grant 1, by two of provider's officer and regulator. */
  async function takeSource(): Promise<void> {
    const rule = { needed: 2, roles: (1 << PROVIDER_OFFICER) | (1 << REGULATOR) }
    await act('registrar', 'accessLedger', 'setApprovalRule', 0, rule)
    const requested = request('operator', CONDITIONAL, OPERATION)
    await says(requested, 'accessLedger', 'AccessRequested')
    expect(await scene.view('accessLedger', 'stateOf', SOURCE_GRANT)).to.equal(1n)
    await refuses(grant('tax', SOURCE_GRANT), 'accessLedger', 'ApprovalsNeeded').withArgs(
      SOURCE_GRANT,
      rule.needed,
      rule.roles,
    )
    await approve('taxOfficer', SOURCE_GRANT, PROVIDER_OFFICER)
    await refuses(share('tax', SOURCE_GRANT), 'accessLedger', 'GrantStateWrong')
    await says(approve('regulator', SOURCE_GRANT, REGULATOR), 'accessLedger', 'AccessGranted').withArgs(
      SOURCE_GRANT,
      CONDITIONAL,
      OPERATOR,
      TAX,
      BASIS_APPROVALS,
      0,
      anyValue,
      END,
      [1_000, 100],
      ZeroHash,
    )
    await says(share('tax', SOURCE_GRANT), 'accessLedger', 'Delivered')
  }

  const entry = (changes: object = {}): object =>
    describeResource('conditional', { parents: [CONDITIONAL], openType: ON_APPLICATION, ...changes })

  /** The operator makes a product of it: entry 4. The first review finds a fault, the second releases version 2. */
  async function makeProduct(): Promise<void> {
    await act('operator', 'catalogue', 'register', 'product-1', keccakOf('product 1'), entry())
    const register = (): Promise<unknown> =>
      act('operator', 'products', 'registerProduct', PRODUCT, OPERATION, 0, [SOURCE_GRANT], DIGEST)
    const review = (version: number, checks: number, release: boolean): Promise<unknown> =>
      act('agency', 'products', 'reviewProduct', PRODUCT, version, checks, release, DIGEST)
    await register()
    const withRawData = ALL_CHECKS & ~0b100
    await refuses(review(1, withRawData, true), 'products', 'ChecksMissing').withArgs(PRODUCT, 0b100)
    await says(review(1, withRawData, false), 'products', 'ProductRefused')
    await act('operator', 'catalogue', 'update', PRODUCT, entry({ level: 2 }))
    await register()
    await says(review(2, ALL_CHECKS, true), 'products', 'ProductReleased')
  }

  /** The operator chooses a developer: agreement 2, public from 11 to 25 February, in force from 27 February. */
  async function choose(): Promise<void> {
    await scene.at(beijing('2026-02-10'))
    await agree('developer', 'applyForDevelopment', OPERATION, beijing('2026-02-10'), END, [PRODUCT], DIGEST, DIGEST)
    await scene.at(beijing('2026-02-11'))
    // Working days: Thursday 12, Friday 13, Saturday 14 (made up), and, after Spring Festival, the 24th and 25th.
    const publicUntil = beijing('2026-02-26', '00:00:00')
    const publicised = agree('operator', 'publicise', DEVELOPMENT, DIGEST)
    await says(publicised, 'agreements', 'AgreementPublicised').withArgs(
      DEVELOPMENT,
      OPERATOR,
      publicUntil,
      anyValue,
      false,
      DIGEST,
    )
    await scene.at(beijing('2026-02-13'))
    await agree('traffic', 'object', DEVELOPMENT, DIGEST)
    await pass(beijing('2026-02-25', '23:00:00'))
    const sign = (party: Party): Promise<unknown> => agree(party, 'signAgreement', DEVELOPMENT, TEXT)
    await refuses(sign('operator'), 'agreements', 'PublicityNotOver').withArgs(DEVELOPMENT, publicUntil, anyValue)
    await pass(beijing('2026-02-27'))
    await refuses(sign('operator'), 'agreements', 'ObjectionsOpen').withArgs(DEVELOPMENT, 1)
    await agree('regulator', 'resolveObjection', DEVELOPMENT, DIGEST)
    await sign('operator')
    await says(sign('developer'), 'agreements', 'AgreementInForce')
  }

  /** The developer gets the product: grant 2, by the operator, whose it is. */
  async function takeProduct(): Promise<void> {
    await refuses(request('developer', CONDITIONAL, DEVELOPMENT), 'agreements', 'OutsideAgreement').withArgs(
      DEVELOPMENT,
      CONDITIONAL,
      DEVELOPER,
    )
    await refuses(request('developer', PRODUCT, OPERATION), 'agreements', 'OutsideAgreement').withArgs(
      OPERATION,
      PRODUCT,
      DEVELOPER,
    )
    await request('developer', PRODUCT, DEVELOPMENT)
    await says(grant('operator', PRODUCT_GRANT), 'accessLedger', 'AccessGranted')
    await says(download('developer', PRODUCT_GRANT), 'accessLedger', 'Delivered')
  }

  beforeEach(async () => {
    await authorise()
    await takeSource()
    await makeProduct()
    await choose()
    await takeProduct()
  })

  it('goes from the offer to the delivery of a product', async () => {
    for (const id of [SOURCE_GRANT, PRODUCT_GRANT]) {
      expect(await scene.view('accessLedger', 'stateOf', id)).to.equal(STATE_GRANTED)
      await scene.view('accessLedger', 'checkUsable', id)
    }
    const filter = scene.contract('accessLedger').filters.AccessRequested?.()
    if (!filter) throw new Error('AccessLedger declares no AccessRequested')
    const events = await scene.contract('accessLedger').queryFilter(filter)
    const grounds = events.map(({ data, topics }) => {
      const { args } = interfaceOf('accessLedger').parseLog({ data, topics }) ?? {}
      return Number(args?.ground)
    })
    expect(grounds).to.deep.equal([GROUND.operation, GROUND.development])
  })

  it('gives nothing new after an overdue rectification, while deliveries run on', async () => {
    const evaluatedAt = beijing('2026-03-10')
    await scene.at(evaluatedAt)
    await agree('operator', 'evaluate', DEVELOPMENT, OUTCOME.rectify, DIGEST)
    await request('developer', PRODUCT, DEVELOPMENT)
    const rectifyBy = evaluatedAt + 30 * DAY
    await pass(rectifyBy)
    await refuses(request('developer', PRODUCT, DEVELOPMENT), 'agreements', 'EvaluationStands').withArgs(
      DEVELOPMENT,
      OUTCOME.rectify,
      rectifyBy,
      anyValue,
    )
    // Nor is what was asked for before.
    await refuses(grant('operator', 3n), 'agreements', 'EvaluationStands')
    await says(download('developer', PRODUCT_GRANT), 'accessLedger', 'Delivered')
    await agree('operator', 'evaluate', DEVELOPMENT, OUTCOME.pass, DIGEST)
    await says(grant('operator', 3n), 'accessLedger', 'AccessGranted')
  })

  it('stops for a developer whom the operator suspends', async () => {
    await agree('operator', 'takeMeasure', DEVELOPER, MEASURE.suspended, DIGEST)
    await refuses(download('developer', PRODUCT_GRANT), 'agreements', 'DeveloperExcluded').withArgs(
      OPERATOR,
      DEVELOPER,
      MEASURE.suspended,
    )
    await says(share('tax', SOURCE_GRANT), 'accessLedger', 'Delivered')
    await agree('operator', 'takeMeasure', DEVELOPER, MEASURE.none, DIGEST)
    await download('developer', PRODUCT_GRANT)
  })

  it('stops the product with the grant by which its data came, until inspector and regulator lift the veto', async () => {
    await act('inspector', 'accessLedger', 'vetoGrant', SOURCE_GRANT, DIGEST, ZeroHash)
    await refuses(download('developer', PRODUCT_GRANT), 'accessLedger', 'GrantIsVetoed').withArgs(
      PRODUCT_GRANT,
      SOURCE_GRANT,
    )
    await refuses(request('developer', PRODUCT, DEVELOPMENT), 'accessLedger', 'GrantIsVetoed')
    await act('inspector', 'accessLedger', 'liftGrantVeto', SOURCE_GRANT, 1, DIGEST)
    await refuses(download('developer', PRODUCT_GRANT), 'accessLedger', 'GrantIsVetoed')
    await act('regulator', 'accessLedger', 'liftGrantVeto', SOURCE_GRANT, 1, DIGEST)
    await download('developer', PRODUCT_GRANT)
  })

  /** The developer makes a product of its own from the operator's: entry 5, released by the operator. */
  async function redevelop(): Promise<void> {
    const opened = describeResource('conditional', { openType: ON_APPLICATION })
    await act('developer', 'catalogue', 'register', 'product-2', keccakOf('product 2'), opened)
    await act('developer', 'products', 'registerProduct', 5n, DEVELOPMENT, 1, [PRODUCT_GRANT], DIGEST)
    await act('operator', 'products', 'reviewProduct', 5n, 1, ALL_CHECKS, true, DIGEST)
  }

  it('stops what was made from the product, too', async () => {
    await redevelop()
    await request('applicant', 5n, 0n)
    await grant('developer', 3n)
    await download('applicant', 3n)
    await act('inspector', 'accessLedger', 'vetoGrant', SOURCE_GRANT, DIGEST, ZeroHash)
    await refuses(download('applicant', 3n), 'accessLedger', 'GrantIsVetoed').withArgs(3n, SOURCE_GRANT)
    await refuses(request('applicant', 5n, 0n), 'accessLedger', 'GrantIsVetoed')
    await act('operator', 'catalogue', 'update', PRODUCT, entry({ level: 2, fieldCount: 9 }))
    const shed = act('operator', 'products', 'registerProduct', PRODUCT, OPERATION, 0, [4n], DIGEST)
    await refuses(shed, 'products', 'SourceDropped').withArgs(PRODUCT, SOURCE_GRANT)
  })

  it('stops what names the product only as what it is made from, too', async () => {
    await request('operator', CONDITIONAL, OPERATION) // 3
    await approve('taxOfficer', 3n, PROVIDER_OFFICER)
    await approve('regulator', 3n, REGULATOR)
    await act('operator', 'catalogue', 'register', 'product-2', keccakOf('product 2'), entry({ parents: [PRODUCT] }))
    await act('operator', 'products', 'registerProduct', 5n, OPERATION, 0, [3n], DIGEST)
    await act('agency', 'products', 'reviewProduct', 5n, 1, ALL_CHECKS, true, DIGEST)
    await request('statistics', 5n, 0n)
    await grant('operator', 4n)
    await download('statistics', 4n)
    await act('tax', 'accessLedger', 'revoke', SOURCE_GRANT, DIGEST)
    await download('statistics', 4n)
    await act('inspector', 'accessLedger', 'vetoGrant', SOURCE_GRANT, DIGEST, ZeroHash)
    await refuses(download('statistics', 4n), 'accessLedger', 'GrantIsVetoed').withArgs(4n, SOURCE_GRANT)
    await refuses(request('statistics', 5n, 0n), 'accessLedger', 'GrantIsVetoed').withArgs(5n, SOURCE_GRANT)
    for (const party of ['inspector', 'regulator'] as const)
      await act(party, 'accessLedger', 'liftGrantVeto', SOURCE_GRANT, 1, DIGEST)
    await download('statistics', 4n)
  })

  it('gives out nothing of products that name each other as sources: no veto could be followed through them', async () => {
    await redevelop()
    await agree('agency', 'offerOperation', OPERATOR, beijing('2026-02-27'), END, [5n], TEXT)
    await agree('operator', 'signAgreement', 3n, TEXT)
    for (const level of [0, 1]) await act('registrar', 'accessLedger', 'setApprovalRule', level, NO_RULE)
    await request('operator', 5n, 3n)
    await grant('developer', 3n)
    await act('operator', 'catalogue', 'update', PRODUCT, entry({ level: 2, fieldCount: 9 }))
    await act('operator', 'products', 'registerProduct', PRODUCT, OPERATION, 0, [SOURCE_GRANT, 3n], DIGEST)
    await act('agency', 'products', 'reviewProduct', PRODUCT, 3, ALL_CHECKS, true, DIGEST)
    await refuses(download('developer', PRODUCT_GRANT), 'accessLedger', 'SourcesTooDeep').withArgs(PRODUCT)
  })

  it('stops the product with a veto on the agreement by which its data came, over or not, also where it was made under another', async () => {
    await agree('agency', 'offerOperation', OPERATOR, beijing('2026-02-27'), END, [CONDITIONAL], TEXT)
    await agree('operator', 'signAgreement', 3n, TEXT)
    await act('operator', 'catalogue', 'register', 'product-3', keccakOf('product 3'), entry())
    await act('operator', 'products', 'registerProduct', 5n, 3n, 0, [SOURCE_GRANT], DIGEST)
    await act('agency', 'products', 'reviewProduct', 5n, 1, ALL_CHECKS, true, DIGEST)
    await request('statistics', 5n, 0n)
    await grant('operator', 3n)
    await download('statistics', 3n)
    await agree('inspector', 'vetoAgreement', OPERATION, DIGEST, ZeroHash)
    await refuses(download('statistics', 3n), 'agreements', 'AgreementIsVetoed').withArgs(OPERATION)
    for (const party of ['inspector', 'regulator'] as const)
      await agree(party, 'liftAgreementVeto', OPERATION, 1, DIGEST)
    await agree('operator', 'endAgreement', OPERATION, DIGEST)
    await download('statistics', 3n)
    await agree('inspector', 'vetoAgreement', OPERATION, DIGEST, ZeroHash)
    await refuses(download('statistics', 3n), 'agreements', 'AgreementIsVetoed').withArgs(OPERATION)
  })

  it('is no way round the review: nothing but a product is made from a product', async () => {
    const derived = act('tax', 'catalogue', 'register', 'derived', keccakOf('derived'), entry({ parents: [PRODUCT] }))
    await refuses(derived, 'catalogue', 'ParentIsProduct').withArgs(5n, PRODUCT)
    await act('operator', 'catalogue', 'register', 'product-4', keccakOf('product 4'), entry({ parents: [PRODUCT] }))
  })

  it('goes on where the product is registered anew, with whatever sources: they count from its release', async () => {
    await redevelop()
    await request('applicant', 5n, 0n)
    await grant('developer', 3n)
    await request('operator', CONDITIONAL, OPERATION) // 4
    await act('inspector', 'accessLedger', 'vetoGrant', 4n, DIGEST, ZeroHash)
    await act('operator', 'catalogue', 'update', PRODUCT, entry({ level: 2, fieldCount: 9 }))
    await act('operator', 'products', 'registerProduct', PRODUCT, OPERATION, 0, [SOURCE_GRANT, 4n, 99n], DIGEST)
    await download('applicant', 3n)
    // It can be released, and then it is followed; its source that nobody asked for carries nothing.
    await act('agency', 'products', 'reviewProduct', PRODUCT, 3, ALL_CHECKS, true, DIGEST)
    await refuses(download('applicant', 3n), 'accessLedger', 'GrantIsVetoed').withArgs(3n, 4n)
    for (const party of ['inspector', 'regulator'] as const)
      await act(party, 'accessLedger', 'liftGrantVeto', 4n, 1, DIGEST)
    await download('applicant', 3n)
  })

  it('stops the product in any version but the one that was released', async () => {
    await act('operator', 'catalogue', 'update', PRODUCT, entry({ level: 2, fieldCount: 9 }))
    await refuses(download('developer', PRODUCT_GRANT), 'products', 'ProductNotReleased').withArgs(PRODUCT, 2, 3, 2)
    await act('operator', 'products', 'registerProduct', PRODUCT, OPERATION, 0, [SOURCE_GRANT], DIGEST)
    await refuses(download('developer', PRODUCT_GRANT), 'products', 'ProductNotReleased').withArgs(PRODUCT, 1, 3, 0)
    await act('agency', 'products', 'reviewProduct', PRODUCT, 3, ALL_CHECKS, true, DIGEST)
    await download('developer', PRODUCT_GRANT)
    await act('agency', 'products', 'withdrawProduct', PRODUCT, DIGEST)
    await refuses(download('developer', PRODUCT_GRANT), 'products', 'ProductNotReleased').withArgs(PRODUCT, 4, 3, 3)
  })

  it('closes with the operation agreement: in that block, for the operator and its developer', async () => {
    await scene.request('evm_setAutomine', [false])
    try {
      // Whoever pays more stands earlier in the block.
      const paying = (gwei: bigint): object => ({ gasLimit: 800_000, gasPrice: gwei * 1_000_000_000n })
      const sent = [
        await scene.send('tax', 'accessLedger', 'share', SOURCE_GRANT, handoverOf(), paying(40n)),
        await scene.send('agency', 'agreements', 'endAgreement', OPERATION, DIGEST, paying(30n)),
        await scene.send('developer', 'accessLedger', 'download', PRODUCT_GRANT, handoverOf(), paying(20n)),
        await scene.send('tax', 'accessLedger', 'share', SOURCE_GRANT, handoverOf(), paying(10n)),
      ]
      await scene.request('evm_mine', [])
      const receipts = await Promise.all(sent.map(({ hash }) => scene.provider.getTransactionReceipt(hash)))
      expect(new Set(receipts.map(receipt => receipt?.blockNumber)).size, 'all in one block').to.equal(1)
      expect(receipts.map(receipt => receipt?.index)).to.deep.equal([0, 1, 2, 3])
      expect(receipts.map(receipt => receipt?.status)).to.deep.equal([1, 1, 0, 0])
    } finally {
      await scene.request('evm_setAutomine', [true])
    }
    for (const [party, id] of [
      ['developer', PRODUCT_GRANT],
      ['operator', SOURCE_GRANT],
    ] as const) {
      await refuses(download(party, id), 'agreements', 'AgreementNotInForce').withArgs(OPERATION, ENDED)
    }
    await refuses(request('operator', CONDITIONAL, OPERATION), 'agreements', 'AgreementNotInForce')
    await refuses(request('developer', PRODUCT, DEVELOPMENT), 'agreements', 'AgreementNotInForce')
  })

  it('ends, or is vetoed, at the same cost over 1 grant as over 50', async () => {
    const gasOf = async (party: Party, method: string, ...args: readonly unknown[]): Promise<bigint> =>
      (await scene.act(party, 'agreements', method, OPERATION, ...args)).gasUsed
    const measure = async (): Promise<bigint[]> => {
      const snapshot = await scene.request('evm_snapshot', [])
      const used = [
        await gasOf('inspector', 'vetoAgreement', DIGEST, ZeroHash),
        await gasOf('agency', 'endAgreement', DIGEST),
      ]
      await scene.request('evm_revert', [snapshot])
      return used
    }
    const overOne = await measure()
    for (let id = PRODUCT_GRANT + 1n; id <= PRODUCT_GRANT + 49n; id++) {
      await request('developer', PRODUCT, DEVELOPMENT)
      await grant('operator', id)
    }
    expect(await scene.view('accessLedger', 'grantCount')).to.equal(PRODUCT_GRANT + 49n)
    expect(await measure()).to.deep.equal(overOne)
    await agree('agency', 'endAgreement', OPERATION, DIGEST)
    for (const id of [PRODUCT_GRANT, PRODUCT_GRANT + 49n]) {
      await refuses(download('developer', id), 'agreements', 'AgreementNotInForce').withArgs(OPERATION, ENDED)
    }
  })
})

/** For an argument that the node chose, or that another test is about. */
function anyValue(): boolean {
  return true
}
