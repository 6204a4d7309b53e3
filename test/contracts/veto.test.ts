// Behaviour: veto.tree. What a veto stops is with the acts it stops: decisions, approvals, deliveries.

import { expect } from 'chai'
import { ZeroHash } from 'ethers'
import { DIGEST, roundOn, UNCONDITIONAL, useScene } from './fixture.ts'
import { END, grantActs, ID, STATE } from './grant-acts.ts'

describe('AccessLedger: veto', () => {
  const scene = useScene()
  const { send, request, refuses, says, stateOf, share, veto, lift, grant, suspend } = grantActs(scene)

  describe('vetoGrant', () => {
    it('holds a request', async () => {
      await request()
      await says(send('inspector', 'vetoGrant', 1, DIGEST, DIGEST), 'GrantVetoed').withArgs(
        1,
        ID.inspector,
        DIGEST,
        DIGEST,
      )
      expect(await stateOf(1)).to.equal(STATE.held)
    })

    it('suspends a grant, used up or not', async () => {
      await request({}, UNCONDITIONAL)
      await share(1, { byteCount: 1_000 })
      await veto(1)
      expect(await stateOf(1)).to.equal(STATE.suspended)
      await refuses(share(1), 'GrantIsVetoed').withArgs(1, 1)
    })

    it('is for an active inspector, who owes a reason', async () => {
      await request()
      await refuses(veto(1, 'regulator'), 'KindMissing', 'organisations').withArgs(ID.regulator, 128, 64)
      await refuses(send('inspector', 'vetoGrant', 1, ZeroHash, DIGEST), 'ReasonMissing').withArgs(1)
      await refuses(veto(2), 'GrantUnknown').withArgs(2)
      await suspend(ID.inspector)
      await refuses(veto(1), 'OrganisationNotActive', 'organisations')
    })

    it('stands once; imposed again after one side agreed to lift it, both have to agree anew', async () => {
      await request()
      await veto(1)
      await refuses(veto(1), 'GrantIsVetoed').withArgs(1, 1)
      for (const [first, second] of [
        ['inspector', 'regulator'],
        ['regulator', 'inspector'],
      ] as const) {
        await lift(1, first)
        await says(veto(1), 'GrantVetoed').withArgs(1, ID.inspector, DIGEST, ZeroHash)
        await refuses(veto(1), 'GrantIsVetoed').withArgs(1, 1)
        await lift(1, second)
        expect(await stateOf(1)).to.equal(STATE.held)
        await veto(1)
      }
    })

    it('comes too late for what can never be granted', async () => {
      await request()
      await send('tax', 'refuse', 1, DIGEST)
      await refuses(veto(1), 'GrantStateWrong').withArgs(1, STATE.refused, STATE.requested)
      await request()
      await scene.at(END)
      await refuses(veto(2), 'RequestLapsed').withArgs(2, END, END)
    })

    it('never comes too late for what was granted: something may have been made from what was taken', async () => {
      await request({}, UNCONDITIONAL)
      await send('tax', 'revoke', 1, DIGEST)
      await request({}, UNCONDITIONAL)
      await scene.at(END)
      for (const [id, state] of [
        [1, STATE.revoked],
        [2, STATE.expired],
      ] as const) {
        await says(veto(id), 'GrantVetoed').withArgs(id, ID.inspector, DIGEST, ZeroHash)
        expect(await stateOf(id)).to.equal(state)
        expect(await scene.view('accessLedger', 'grantOf', id)).to.have.nested.property('[7]', (1n << 3n) | 1n)
        await lift(id, 'inspector')
        await says(lift(id, 'regulator'), 'GrantVetoLifted').withArgs(id)
        expect(await stateOf(id)).to.equal(state)
      }
    })
  })

  describe('liftGrantVeto', () => {
    beforeEach(async () => {
      await request()
      await veto(1)
    })

    it('takes the inspector and the regulator, in any order', async () => {
      for (const [first, second] of [
        ['inspector', 'regulator'],
        ['regulator', 'inspector'],
      ] as const) {
        await says(lift(1, first), 'GrantVetoLiftAgreed').withArgs(1, ID[first], DIGEST)
        expect(await stateOf(1)).to.equal(STATE.held)
        await refuses(lift(1, first), 'GrantLiftNotYours').withArgs(1, ID[first])
        const last = lift(1, second)
        await says(last, 'GrantVetoLiftAgreed').withArgs(1, ID[second], DIGEST)
        await says(last, 'GrantVetoLifted').withArgs(1)
        expect(await stateOf(1)).to.equal(STATE.requested)
        await veto(1)
      }
    })

    it('is for nobody else, owes a reason, and needs a veto', async () => {
      await refuses(lift(1, 'tax'), 'GrantLiftNotYours').withArgs(1, ID.tax)
      await refuses(send('regulator', 'liftGrantVeto', 1, 1, ZeroHash), 'ReasonMissing').withArgs(1)
      await refuses(lift(9, 'regulator'), 'GrantUnknown').withArgs(9)
      await request()
      await refuses(lift(2, 'regulator'), 'GrantNotVetoed').withArgs(2)
    })

    it('does not carry an agreement over to a later veto', async () => {
      await lift(1, 'inspector')
      await lift(1, 'regulator')
      await veto(1)
      await lift(1, 'regulator')
      expect(await stateOf(1)).to.equal(STATE.held)
    })

    it('names the veto that it is for: signed for one and held back, it lifts no later one', async () => {
      const held = [
        await scene.signed('inspector', 'accessLedger', 'liftGrantVeto', [1, 1, DIGEST]),
        await scene.signed('regulator', 'accessLedger', 'liftGrantVeto', [1, 1, DIGEST]),
      ]
      for (const imposed of ['after it was lifted', 'after one agreed']) {
        await lift(1, 'inspector')
        if (imposed === 'after it was lifted') await lift(1, 'regulator')
        await veto(1)
        for (const act of held) {
          const current = await roundOn(scene, 'accessLedger', 1)
          const relayed = scene.send('relayer', 'relay', 'relay', act)
          await refuses(relayed, 'GrantVetoDiffers').withArgs(1, 1n, current)
        }
        expect(await stateOf(1), imposed).to.equal(STATE.held)
      }
      await refuses(lift(1, 'inspector', 4n), 'GrantVetoDiffers').withArgs(1, 4n, 3n)
    })

    it('counts 32 vetoes, and starts over', async () => {
      for (let count = 1; count < 32; count++) {
        await lift(1, 'regulator')
        await veto(1)
      }
      expect(await roundOn(scene, 'accessLedger', 1)).to.equal(0n)
      expect(await stateOf(1)).to.equal(STATE.held)
      await lift(1, 'inspector', 0n)
      await lift(1, 'regulator', 0n)
      expect(await stateOf(1)).to.equal(STATE.requested)
      expect(await scene.view('accessLedger', 'grantOf', 1)).to.have.nested.property('[7]', 0n)
      await veto(1)
      expect(await roundOn(scene, 'accessLedger', 1)).to.equal(1n)
    })

    it('leaves the rest as it was', async () => {
      const before = [...((await scene.view('accessLedger', 'grantOf', 1)) as Iterable<unknown>)]
      await lift(1, 'inspector')
      await lift(1, 'regulator')
      const after = [...((await scene.view('accessLedger', 'grantOf', 1)) as Iterable<unknown>)]
      expect(after).to.deep.equal(before.with(6, STATE.requested).with(7, 1n << 3n))
      await grant(1)
    })
  })
})
