// Whose grants a developer may name as the sources of its product: its own, its operator's, and those of the agency that
// chose the operator, if that agency takes data itself. Anybody else's are refused when the product is asked for.

import { expect } from 'chai'
import { id as keccakOf } from 'ethers'
import { kindsToBits } from '../../src/chain/terms.ts'
import { CONDITIONAL, DAY, DIGEST, describeResource, type Party, START, useScene } from './fixture.ts'
import { authorise, END, grantActs, ID } from './grant-acts.ts'

const PRODUCT = 4n
const DEVELOPMENT = 2
const ALL_CHECKS = 0b11_1111

describe('The sources of a developer’s product', () => {
  const scene = useScene()
  const { grant, request, download, refuses } = grantActs(scene)

  /** Agreement 2, under which the developer makes entry 4 from what `taker` was granted as grant 1. */
  async function makeFrom(taker: Party): Promise<void> {
    await authorise(scene)
    const kinds = kindsToBits(['implementing-agency', 'consumer'])
    await scene.act('registrar', 'organisations', 'update', ID.agency, '大数据发展管理局', kinds)
    await request({}, CONDITIONAL, taker)
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

  it('may be grants of the agency above its operator', async () => {
    await makeFrom('agency')
    await request({}, PRODUCT)
    await grant(2, { party: 'developer' })
    await expect(download(2)).to.emit(scene.contract('accessLedger'), 'Delivered')
  })

  it('are never somebody else’s', async () => {
    await makeFrom('traffic')
    await refuses(request({}, PRODUCT), 'SourceNotGranted').withArgs(PRODUCT, 1)
  })
})
