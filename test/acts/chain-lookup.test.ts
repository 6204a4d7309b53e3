// Which veto a lifting is for, asked of the contracts: of each kind of thing that an inspector can veto.

import { expect } from 'chai'
import { isError, ZeroHash } from 'ethers'
import { createChainLookup } from '../../src/acts/chain-lookup.ts'
import { type Chain, RpcRefusal } from '../../src/chain/network.ts'
import { CONDITIONAL, DIGEST, requestFor, roundOn, useScene } from '../contracts/fixture.ts'
import { authorise, ID } from '../contracts/grant-acts.ts'

describe('the round of a lifting', () => {
  const scene = useScene()

  /** The contracts of the scene, as a node tells of them. */
  function lookUp(thing: Parameters<ReturnType<typeof createChainLookup>['round']>[0]): Promise<number | undefined> {
    const request: Chain['request'] = (method, params) =>
      scene.request(method, params).catch((error: unknown) => {
        if (!isError(error, 'CALL_EXCEPTION')) throw error
        throw new RpcRefusal('scene', method, { code: 3, message: error.shortMessage, data: error.data })
      })
    const chain: Chain = {
      name: 'scene',
      chainId: scene.deployment.chainId,
      pollingMs: 1,
      get provider(): never {
        throw new Error('a lookup asks by request alone')
      },
      request,
      close: () => {},
    }
    return createChainLookup(chain, scene.deployment.contracts, undefined).round(thing)
  }

  it('is that of the veto that stands; there is none where none does, or nothing of that number', async () => {
    await authorise(scene)
    await scene.act('statistics', 'accessLedger', 'request', requestFor(CONDITIONAL))
    for (const [thing, contract, veto, lift, id] of [
      ['organisation 2', 'organisations', 'vetoOrganisation', 'liftOrganisationVeto', ID.statistics],
      ['resource 1', 'catalogue', 'vetoResource', 'liftResourceVeto', 1],
      ['agreement 1', 'agreements', 'vetoAgreement', 'liftAgreementVeto', 1],
      ['grant 1', 'accessLedger', 'vetoGrant', 'liftGrantVeto', 1],
    ] as const) {
      expect(await lookUp(thing), thing).to.equal(undefined)
      for (const round of [1, 2]) {
        await scene.act('inspector', contract, veto, id, DIGEST, ZeroHash)
        expect(await lookUp(thing), thing).to.equal(round)
        expect(await roundOn(scene, contract, id)).to.equal(BigInt(round))
        for (const party of ['inspector', 'regulator'] as const) {
          await scene.act(party, contract, lift, id, await lookUp(thing), DIGEST)
        }
        expect(await lookUp(thing), thing).to.equal(undefined)
      }
    }
    for (const thing of ['organisation 99', 'resource 99', 'agreement 99', 'grant 99'] as const) {
      expect(await lookUp(thing), thing).to.equal(undefined)
    }
  })
})
