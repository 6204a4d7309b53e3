// Whose grants a developer may name as the sources of its product: its own, and those that its operator took under an
// operation agreement of the same agency. Anybody else's are refused when the product is asked for; so is what operator or
// agency took without such an agreement, since that met neither the range nor the approvals of operation.

import { expect } from 'chai'
import { id as keccakOf, ZeroHash } from 'ethers'
import { kindsToBits } from '../../src/chain/terms.ts'
import { CONDITIONAL, DAY, DIGEST, describeResource, type Party, START, UNCONDITIONAL, useScene } from './fixture.ts'
import { authorise, END, grantActs, ID } from './grant-acts.ts'

const PRODUCT = 4n
const DEVELOPMENT = 2
const ALL_CHECKS = 0b11_1111

describe('The sources of a product', () => {
  const scene = useScene()
  const { grant, request, download, refuses } = grantActs(scene)

  async function alsoConsumer(party: 'agency' | 'operator'): Promise<void> {
    const kinds = kindsToBits([party === 'agency' ? 'implementing-agency' : 'authorised-operator', 'consumer'])
    await scene.act('registrar', 'organisations', 'update', ID[party], party, kinds)
  }

  /** Agreement 2, under which the developer makes entry 4 from what `taker` was granted as grant 1. */
  async function makeFrom(taker: Party, under: { agreement?: number } = {}): Promise<void> {
    await authorise(scene)
    for (const party of ['agency', 'operator'] as const) await alsoConsumer(party)
    await request(under, CONDITIONAL, taker)
    await grant(1)
    const terms = [1, START, END, [PRODUCT], DIGEST, DIGEST]
    await scene.act('developer', 'agreements', 'applyForDevelopment', ...terms)
    await scene.act('operator', 'agreements', 'publicise', DEVELOPMENT, DIGEST)
    await scene.at(START + 14 * DAY)
    await scene.act('operator', 'agreements', 'signAgreement', DEVELOPMENT, DIGEST)
    await scene.act('developer', 'agreements', 'signAgreement', DEVELOPMENT, DIGEST)
    const entry = describeResource('conditional', { parents: [CONDITIONAL] })
    await scene.act('developer', 'catalogue', 'register', 'P-2', keccakOf('P-2'), entry)
    await scene.act('developer', 'products', 'registerProduct', PRODUCT, DEVELOPMENT, 0, [1], DIGEST)
    await scene.act('operator', 'products', 'reviewProduct', PRODUCT, 1, ALL_CHECKS, true, DIGEST)
  }

  it('of a developer may be grants that its operator took under the agreement above', async () => {
    await makeFrom('operator', { agreement: 1 })
    await request({}, PRODUCT)
    await grant(2, { party: 'developer' })
    await expect(download(2)).to.emit(scene.contract('accessLedger'), 'Delivered')
  })

  for (const taker of ['operator', 'agency'] as const) {
    it(`of a developer are not what the ${taker} took as a consumer, past range and approvals of operation`, async () => {
      await makeFrom(taker)
      await refuses(request({}, PRODUCT), 'SourceNotGranted').withArgs(PRODUCT, 1)
    })
  }

  it('are never somebody else’s', async () => {
    await makeFrom('traffic')
    await refuses(request({}, PRODUCT), 'SourceNotGranted').withArgs(PRODUCT, 1)
  })

  describe('of an operator’s own product', () => {
    const SECOND_OPERATION = 2

    /** Entry 4, made and released under this agreement from grant 1, and asked for as grant 2. */
    async function makeUnder(agreement: number, agency: Party = 'agency'): Promise<unknown> {
      const entry = describeResource('conditional', { parents: [CONDITIONAL] })
      await scene.act('operator', 'catalogue', 'register', 'P-1', keccakOf('P-1'), entry)
      await scene.act('operator', 'products', 'registerProduct', PRODUCT, agreement, 0, [1], DIGEST)
      await scene.act(agency, 'products', 'reviewProduct', PRODUCT, 1, ALL_CHECKS, true, DIGEST)
      return request({}, PRODUCT)
    }

    async function operateFor(agency: Party): Promise<void> {
      await scene.act(agency, 'agreements', 'offerOperation', ID.operator, START, END, [CONDITIONAL], DIGEST)
      await scene.act('operator', 'agreements', 'signAgreement', SECOND_OPERATION, DIGEST)
    }

    beforeEach(() => authorise(scene))

    it('are not what it took as a consumer', async () => {
      await alsoConsumer('operator')
      await request({}, CONDITIONAL, 'operator')
      await grant(1)
      await refuses(makeUnder(1), 'SourceNotGranted').withArgs(PRODUCT, 1)
    })

    it('are not what it took for another agency', async () => {
      await request({ agreement: 1 }, CONDITIONAL, 'operator')
      await grant(1)
      const kinds = kindsToBits(['implementing-agency'])
      await scene.act('registrar', 'organisations', 'update', ID.traffic, 'traffic', kinds)
      await operateFor('traffic')
      await refuses(makeUnder(SECOND_OPERATION, 'traffic'), 'SourceNotGranted').withArgs(PRODUCT, 1)
    })

    it('are not what another operator took for the same agency', async () => {
      const kinds = kindsToBits(['authorised-operator'])
      await scene.act('registrar', 'organisations', 'update', ID.traffic, 'traffic', kinds)
      const terms = [ID.traffic, START, END, [CONDITIONAL], DIGEST]
      await scene.act('agency', 'agreements', 'offerOperation', ...terms)
      await scene.act('traffic', 'agreements', 'signAgreement', SECOND_OPERATION, DIGEST)
      await request({ agreement: SECOND_OPERATION }, CONDITIONAL, 'traffic')
      await grant(1)
      await refuses(makeUnder(1), 'SourceNotGranted').withArgs(PRODUCT, 1)
    })

    it('are not what it took by contractual opening', async () => {
      const kinds = kindsToBits(['authorised-operator', 'applicant'])
      await scene.act('registrar', 'organisations', 'update', ID.operator, 'operator', kinds)
      const open = describeResource('unconditional', { openType: 1 })
      await scene.act('tax', 'catalogue', 'update', UNCONDITIONAL, open)
      const opening = [ID.platform, ID.operator, START, END, [UNCONDITIONAL], DIGEST]
      await scene.act('tax', 'agreements', 'offerOpening', ...opening)
      for (const party of ['platform', 'operator'] as const)
        await scene.act(party, 'agreements', 'signAgreement', SECOND_OPERATION, DIGEST)
      await request({ agreement: SECOND_OPERATION }, UNCONDITIONAL, 'operator')
      await grant(1)
      await refuses(makeUnder(1), 'SourceNotGranted').withArgs(PRODUCT, 1)
    })

    it('may be what it took under an earlier agreement of the same two; a veto on that one, over or not, stops it', async () => {
      await request({ agreement: 1 }, CONDITIONAL, 'operator')
      await grant(1)
      await operateFor('agency')
      await makeUnder(SECOND_OPERATION)
      await grant(2, { party: 'operator' })
      await scene.act('operator', 'agreements', 'endAgreement', 1, DIGEST)
      await expect(download(2)).to.emit(scene.contract('accessLedger'), 'Delivered')
      await scene.act('inspector', 'agreements', 'vetoAgreement', 1, DIGEST, ZeroHash)
      await refuses(download(2), 'AgreementIsVetoed', 'agreements').withArgs(1)
      for (const party of ['inspector', 'regulator'] as const)
        await scene.act(party, 'agreements', 'liftAgreementVeto', 1, 1, DIGEST)
      await expect(download(2)).to.emit(scene.contract('accessLedger'), 'Delivered')
    })
  })
})
