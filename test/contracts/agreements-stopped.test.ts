// Behaviour: agreements.tree. Vetoes on agreements, and what asks whether they are in force.

import { expect } from 'chai'
import { id as keccakOf, ZeroHash } from 'ethers'
import {
  AGENCY,
  DEVELOPER,
  INSPECTOR,
  KIND,
  KIND_BITS,
  OPERATOR,
  REGULATOR,
  STATE,
  SUSPENDED,
  UNTIL,
  useAgreements,
} from './agreement-acts.ts'
import { DIGEST, type Party, roundOn, START } from './fixture.ts'

describe('Agreements', () => {
  const {
    scene,
    send,
    view,
    says,
    refuses,
    refusesParty,
    pass,
    setStatus,
    setKinds,
    veto,
    offerOperation,
    sign,
    operate,
    develop,
  } = useAgreements()

  describe('vetoAgreement and liftAgreementVeto', () => {
    const lift = async (party: Party, reason = DIGEST, round?: bigint): Promise<unknown> =>
      send(party, 'liftAgreementVeto', 1, round ?? (await roundOn(scene, 'agreements', 1)), reason)

    it('stops it and what is under it in that block, until inspector and regulator agree', async () => {
      await develop()
      const reference = keccakOf('case file')
      await says(send('inspector', 'vetoAgreement', 1, DIGEST, reference), 'AgreementVetoed').withArgs(
        1n,
        INSPECTOR,
        DIGEST,
        reference,
      )
      for (const id of [1, 2]) await refuses(view('checkInForce', id), 'AgreementIsVetoed').withArgs(1n)
      await refuses(view('checkMayTake', 2, 4, DEVELOPER), 'AgreementIsVetoed').withArgs(1n)
      await says(lift('regulator'), 'AgreementVetoLiftAgreed').withArgs(1n, REGULATOR, DIGEST)
      await refuses(view('checkInForce', 1), 'AgreementIsVetoed').withArgs(1n)
      const last = lift('inspector')
      await says(last, 'AgreementVetoLiftAgreed').withArgs(1n, INSPECTOR, DIGEST)
      await says(last, 'AgreementVetoLifted').withArgs(1n)
      for (const id of [1, 2]) await view('checkInForce', id)
      await veto(1n)
      await says(lift('inspector'), 'AgreementVetoLiftAgreed')
      await refuses(view('checkInForce', 1), 'AgreementIsVetoed')
    })

    it('imposed again after one side agreed to lift it, takes both anew', async () => {
      await operate()
      await veto(1n)
      for (const [first, second] of [
        ['inspector', 'regulator'],
        ['regulator', 'inspector'],
      ] as const) {
        await lift(first)
        await says(veto(1n), 'AgreementVetoed').withArgs(1n, INSPECTOR, DIGEST, ZeroHash)
        await refuses(veto(1n), 'AgreementIsVetoed').withArgs(1n)
        await lift(second)
        await refuses(view('checkInForce', 1), 'AgreementIsVetoed').withArgs(1n)
        await veto(1n)
      }
    })

    it('of a development agreement leaves the one above alone', async () => {
      await develop()
      await veto(2n)
      await refuses(view('checkInForce', 2), 'AgreementIsVetoed').withArgs(2n)
      await view('checkInForce', 1)
    })

    it('is an inspector’s, with a reason, once, of what was not declined', async () => {
      await refuses(veto(1n), 'AgreementUnknown').withArgs(1n)
      await offerOperation()
      await refusesParty(send('regulator', 'vetoAgreement', 1, DIGEST, ZeroHash), 'KindMissing')
      await refuses(send('inspector', 'vetoAgreement', 1, ZeroHash, ZeroHash), 'AgreementReasonMissing').withArgs(1n)
      await veto(1n)
      await refuses(veto(1n), 'AgreementIsVetoed').withArgs(1n)
      await send('agency', 'declineAgreement', 1, DIGEST)
      await refuses(veto(1n), 'AgreementStateWrong').withArgs(1n, STATE.declined)
      await offerOperation()
      await sign('operator', 2n)
      await pass(UNTIL)
      await says(veto(2n), 'AgreementVetoed').withArgs(2n, INSPECTOR, DIGEST, ZeroHash)
      await refuses(view('checkInForce', 2), 'AgreementNotInForce').withArgs(2n, STATE.expired)
    })

    it('is lifted by no consent that was signed for another, imposed before or yet to come', async () => {
      await operate()
      await veto(1n)
      await lift('regulator')
      await veto(1n)
      for (const round of [0n, 1n, 3n]) {
        await refuses(lift('inspector', DIGEST, round), 'AgreementVetoDiffers').withArgs(1n, round, 2n)
      }
    })

    it('is lifted by each side once, with a reason, and by nobody else', async () => {
      await refuses(lift('inspector'), 'AgreementUnknown').withArgs(1n)
      await operate()
      await refuses(lift('inspector'), 'AgreementNotVetoed').withArgs(1n)
      await veto(1n)
      await refuses(lift('agency'), 'AgreementLiftNotYours').withArgs(1n, AGENCY)
      await refuses(lift('inspector', ZeroHash), 'AgreementReasonMissing').withArgs(1n)
      await lift('inspector')
      await refuses(lift('inspector'), 'AgreementLiftNotYours').withArgs(1n, INSPECTOR)
      await lift('regulator')
      await refuses(lift('regulator'), 'AgreementNotVetoed').withArgs(1n)
      await veto(1n)
      await lift('regulator')
      await refuses(lift('regulator'), 'AgreementLiftNotYours').withArgs(1n, REGULATOR)
    })
  })

  describe('checkInForce', () => {
    it('gives the terms, without the text’s digest', async () => {
      await offerOperation()
      await scene.at(START + 2_000)
      await sign('operator', 1n)
      expect(await view('checkInForce', 1)).to.deep.equal([
        AGENCY,
        OPERATOR,
        0n,
        0n,
        KIND.operation,
        STATE.inForce,
        3n,
        0n,
        0n,
        0n,
        BigInt(START + 2_000),
        BigInt(UNTIL),
        0n,
        0n,
        ZeroHash,
      ])
    })

    it('refuses what is unknown or over', async () => {
      await refuses(view('checkInForce', 7), 'AgreementUnknown').withArgs(7n)
      await refuses(view('agreementOf', 7), 'AgreementUnknown').withArgs(7n)
      await operate()
      await pass(UNTIL)
      await refuses(view('checkInForce', 1), 'AgreementNotInForce').withArgs(1n, STATE.expired)
    })

    it('follows every party, of the one above too', async () => {
      await develop()
      for (const party of [AGENCY, OPERATOR, DEVELOPER]) {
        await setStatus(party, SUSPENDED)
        await refusesParty(view('checkInForce', 2), 'OrganisationNotActive').withArgs(party, SUSPENDED)
        await setStatus(party, 0)
      }
      await scene.act('inspector', 'organisations', 'vetoOrganisation', AGENCY, DIGEST, ZeroHash)
      await refusesParty(view('checkInForce', 2), 'OrganisationIsVetoed').withArgs(AGENCY)
    })

    it('of a development agreement ends with the one above', async () => {
      await develop()
      await view('checkInForce', 2)
      await send('operator', 'endAgreement', 1, DIGEST)
      await refuses(view('checkInForce', 2), 'AgreementNotInForce').withArgs(1n, STATE.ended)
    })
  })

  describe('checkMayTake', () => {
    it('lets its second party take what is within its range', async () => {
      await operate()
      const { first, second } = (await view('checkMayTake', 1, 1, OPERATOR)) as Record<string, bigint>
      expect([first, second]).to.deep.equal([AGENCY, OPERATOR])
      await refuses(view('checkMayTake', 1, 2, OPERATOR), 'OutsideAgreement').withArgs(1n, 2n, OPERATOR)
      await refuses(view('checkMayTake', 1, 1, AGENCY), 'OutsideAgreement').withArgs(1n, 1n, AGENCY)
    })

    it('gives nothing new to whom the registrar made something else', async () => {
      await develop()
      await setKinds(OPERATOR, KIND_BITS.consumer)
      await refuses(view('checkMayTake', 1, 1, OPERATOR), 'PartyInvalid').withArgs(OPERATOR)
      await setKinds(DEVELOPER, KIND_BITS.applicant)
      await refuses(view('checkMayTake', 2, 4, DEVELOPER), 'PartyInvalid').withArgs(DEVELOPER)
      await view('checkInForce', 2)
    })
  })
})
