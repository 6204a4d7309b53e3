// Behaviour: agreements.tree. How a development agreement is applied for, made public and objected to.

import { expect } from 'chai'
import { ZeroHash } from 'ethers'
import {
  AGENCY,
  anyValue,
  DEVELOPER,
  FIVE_YEARS,
  KIND,
  KIND_BITS,
  MEASURE,
  OPERATOR,
  PUBLIC_UNTIL,
  REGULATOR,
  STATE,
  SUSPENDED,
  THREE_YEARS,
  UNTIL,
  useAgreements,
} from './agreement-acts.ts'
import { DAY, DIGEST, START } from './fixture.ts'

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
    offerOpening,
    apply,
    sign,
    operate,
    publicise,
    stateOf,
  } = useAgreements()

  describe('applyForDevelopment', () => {
    it('applies to the operator of the agreement above', async () => {
      await operate()
      await says(apply({ range: [4n, 5n] }), 'AgreementApplied').withArgs(
        2n,
        OPERATOR,
        DEVELOPER,
        1n,
        START,
        UNTIL,
        [4n, 5n],
        DIGEST,
        DIGEST,
      )
      const { first, second, parent, kind, state, signed } = (await view('agreementOf', 2)) as Record<string, bigint>
      expect([first, second, parent, kind, state, signed]).to.deep.equal([
        OPERATOR,
        DEVELOPER,
        1n,
        KIND.development,
        STATE.applied,
        0n,
      ])
    })

    it('needs an operation agreement in force', async () => {
      await refuses(apply({}, 0n), 'AgreementUnknown').withArgs(0n)
      await refuses(apply({}, 1n), 'AgreementUnknown').withArgs(1n)
      await offerOperation()
      await refuses(apply(), 'AgreementNotInForce').withArgs(1n, STATE.offered)
      await sign('operator', 1n)
      await setStatus(AGENCY, SUSPENDED)
      await refusesParty(apply(), 'OrganisationNotActive').withArgs(AGENCY, SUSPENDED)
      await setStatus(AGENCY, 0)
      await offerOpening()
      await sign('platform', 2n)
      await sign('applicant', 2n)
      await refuses(apply({}, 2n), 'AgreementKindWrong').withArgs(2n, KIND.opening)
    })

    it('is for a developer whom the operator has not excluded', async () => {
      await operate()
      await refusesParty(
        send('operator', 'applyForDevelopment', 1, START, UNTIL, [4], DIGEST, DIGEST),
        'KindMissing',
      ).withArgs(OPERATOR, KIND_BITS.operator | KIND_BITS.consumer, KIND_BITS.developer)
      for (const measure of [MEASURE.suspended, MEASURE.barred]) {
        await send('operator', 'takeMeasure', DEVELOPER, measure, DIGEST)
        await refuses(apply(), 'DeveloperExcluded').withArgs(OPERATOR, DEVELOPER, measure)
      }
      await send('operator', 'takeMeasure', DEVELOPER, MEASURE.warned, DIGEST)
      await apply()
    })

    it('is never for whoever operates or chose the operator, even if it is called a developer by now', async () => {
      await operate()
      for (const [party, id] of [
        ['operator', OPERATOR],
        ['agency', AGENCY],
      ] as const) {
        await setKinds(id, KIND_BITS.developer)
        const act = send(party, 'applyForDevelopment', 1, START, UNTIL, [4], DIGEST, DIGEST)
        await refuses(act, 'PartyInvalid').withArgs(id)
      }
    })

    it('lasts up to three years, and not longer than the one above', async () => {
      await operate({ until: START + FIVE_YEARS })
      await refuses(apply({ until: START + THREE_YEARS + 1 }), 'AgreementPeriodInvalid')
      await apply({ until: START + THREE_YEARS })
      const [from, until] = [START + FIVE_YEARS - DAY, START + FIVE_YEARS]
      await refuses(apply({ from, until: until + 1 }), 'AgreementOutlastsParent').withArgs(1n, until + 1, until)
      await apply({ from, until })
    })

    it('comes with a range and its papers', async () => {
      await operate()
      await refuses(apply({ range: [] }), 'RangeEmpty')
      await refuses(apply({}, 1n, [ZeroHash, DIGEST]), 'AgreementDigestMissing')
      await refuses(apply({}, 1n, [DIGEST, ZeroHash]), 'AgreementDigestMissing')
    })
  })

  describe('publicise', () => {
    it('makes it public for five working days, over a holiday', async () => {
      await operate()
      await apply()
      const version = ((await scene.view('workCalendar', 'coverage')) as { version: bigint }).version
      await says(send('operator', 'publicise', 2, DIGEST), 'AgreementPublicised').withArgs(
        2n,
        OPERATOR,
        PUBLIC_UNTIL,
        version,
        false,
        DIGEST,
      )
      expect(await stateOf(2n)).to.equal(STATE.publicised)
    })

    it('is for its operator, once, with a review, and not under a veto', async () => {
      await refuses(send('operator', 'publicise', 2, DIGEST), 'AgreementUnknown').withArgs(2n)
      await operate()
      await apply()
      await refuses(send('developer', 'publicise', 2, DIGEST), 'NotAPartyToAgreement').withArgs(2n, DEVELOPER)
      await refuses(send('operator', 'publicise', 2, ZeroHash), 'AgreementDigestMissing')
      await veto(2n)
      await refuses(send('operator', 'publicise', 2, DIGEST), 'AgreementIsVetoed').withArgs(2n)
      await send('inspector', 'liftAgreementVeto', 2, 1, DIGEST)
      await send('regulator', 'liftAgreementVeto', 2, 1, DIGEST)
      await send('operator', 'publicise', 2, DIGEST)
      await refuses(send('operator', 'publicise', 2, DIGEST), 'AgreementStateWrong').withArgs(2n, STATE.publicised)
      await refuses(send('operator', 'publicise', 1, DIGEST), 'AgreementStateWrong').withArgs(1n, STATE.inForce)
    })
  })

  describe('object and resolveObjection', () => {
    it('counts what is open, and nothing is signed meanwhile', async () => {
      await publicise()
      await says(send('traffic', 'object', 2, DIGEST), 'AgreementObjected').withArgs(2n, 3n, DIGEST)
      await refuses(send('traffic', 'object', 2, DIGEST), 'AlreadyObjected').withArgs(2n, 3n)
      await send('tax', 'object', 2, DIGEST)
      await says(send('regulator', 'resolveObjection', 2, DIGEST), 'AgreementObjectionResolved').withArgs(
        2n,
        REGULATOR,
        DIGEST,
      )
      await pass(PUBLIC_UNTIL)
      await refuses(sign('operator', 2n), 'ObjectionsOpen').withArgs(2n, 1)
      await send('regulator', 'resolveObjection', 2, DIGEST)
      await refuses(send('regulator', 'resolveObjection', 2, DIGEST), 'ObjectionsNone').withArgs(2n)
      await sign('operator', 2n)
      await refuses(send('regulator', 'resolveObjection', 2, DIGEST), 'AgreementStateWrong').withArgs(2n, STATE.offered)
    })

    it('is heard while it is public, from others, with a digest, under a veto too', async () => {
      await operate()
      await apply()
      await refuses(send('traffic', 'object', 2, DIGEST), 'AgreementStateWrong').withArgs(2n, STATE.applied)
      await send('operator', 'publicise', 2, DIGEST)
      await refuses(send('operator', 'object', 2, DIGEST), 'PartyInvalid').withArgs(OPERATOR)
      await refuses(send('developer', 'object', 2, DIGEST), 'PartyInvalid').withArgs(DEVELOPER)
      await refuses(send('traffic', 'object', 2, ZeroHash), 'AgreementDigestMissing')
      await refusesParty(send('stranger', 'object', 2, DIGEST), 'AccountUnknown')
      await veto(2n)
      await scene.at(PUBLIC_UNTIL - 2)
      await send('traffic', 'object', 2, DIGEST)
      await pass(PUBLIC_UNTIL)
      await refuses(send('traffic', 'object', 2, DIGEST), 'PublicityOver').withArgs(2n, PUBLIC_UNTIL, anyValue)
    })

    it('is resolved by a regulator that is no party, with a digest', async () => {
      await publicise()
      await send('traffic', 'object', 2, DIGEST)
      await refusesParty(send('operator', 'resolveObjection', 2, DIGEST), 'KindMissing')
      await refuses(send('regulator', 'resolveObjection', 2, ZeroHash), 'AgreementDigestMissing')
      await setKinds(OPERATOR, KIND_BITS.regulator)
      await refuses(send('operator', 'resolveObjection', 2, DIGEST), 'PartyInvalid').withArgs(OPERATOR)
    })
  })
})
