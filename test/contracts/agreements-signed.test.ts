// Behaviour: agreements.tree. How agreements are signed, declined and filed.

import { expect } from 'chai'
import { ZeroHash } from 'ethers'
import {
  AGENCY,
  APPLICANT,
  anyValue,
  DEVELOPER,
  FIVE_YEARS,
  KIND_BITS,
  MEASURE,
  OPERATOR,
  PLATFORM,
  PUBLIC_UNTIL,
  STATE,
  SUSPENDED,
  TEXT,
  THREE_YEARS,
  UNTIL,
  useAgreements,
} from './agreement-acts.ts'
import { DAY, DIGEST, type Party, START } from './fixture.ts'

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
    offerDevelopment,
    stateOf,
  } = useAgreements()

  describe('signAgreement', () => {
    it('is for the parties, each once, of the text on offer', async () => {
      await refuses(sign('operator', 1n), 'AgreementUnknown').withArgs(1n)
      await offerOperation()
      await refuses(sign('developer', 1n), 'NotAPartyToAgreement').withArgs(1n, DEVELOPER)
      await refuses(sign('agency', 1n), 'AlreadySigned').withArgs(1n, AGENCY)
      await refuses(sign('operator', 1n, DIGEST), 'TextDiffers').withArgs(1n, DIGEST, TEXT)
      await sign('operator', 1n)
      await refuses(sign('operator', 1n), 'AgreementStateWrong').withArgs(1n, STATE.inForce)
      await pass(UNTIL)
      await refuses(sign('operator', 1n), 'AgreementStateWrong').withArgs(1n, STATE.expired)
    })

    it('comes too late when the period is over', async () => {
      await offerOperation()
      await scene.at(UNTIL)
      await refuses(sign('operator', 1n), 'AgreementPeriodInvalid').withArgs(START, UNTIL, anyValue, FIVE_YEARS)
    })

    it('is not possible under a veto', async () => {
      await offerOperation()
      await veto(1n)
      await refuses(sign('operator', 1n), 'AgreementIsVetoed').withArgs(1n)
    })

    it('needs every party active and of its kind', async () => {
      await offerOperation()
      await setStatus(AGENCY, SUSPENDED)
      await refusesParty(sign('operator', 1n), 'OrganisationNotActive').withArgs(AGENCY, SUSPENDED)
      await setStatus(AGENCY, 0)
      await scene.act('inspector', 'organisations', 'vetoOrganisation', AGENCY, DIGEST, ZeroHash)
      await refusesParty(sign('operator', 1n), 'OrganisationIsVetoed').withArgs(AGENCY)
      await setKinds(OPERATOR, KIND_BITS.consumer)
      await offerOpening()
      await setKinds(PLATFORM, KIND_BITS.consumer)
      await refuses(sign('applicant', 2n), 'PartyInvalid').withArgs(PLATFORM)
    })

    it('of an opening agreement needs its provider, its platform and its applicant to be that still', async () => {
      await offerOpening()
      await setKinds(APPLICANT, KIND_BITS.consumer)
      await refuses(sign('platform', 1n), 'PartyInvalid').withArgs(APPLICANT)
      await setKinds(PLATFORM, KIND_BITS.consumer)
      await refuses(sign('platform', 1n), 'PartyInvalid').withArgs(PLATFORM)
      await setKinds(1n, KIND_BITS.consumer)
      await refuses(sign('platform', 1n), 'PartyInvalid').withArgs(1n)
    })

    it('refuses an operator that is none any more', async () => {
      await offerOperation()
      await setKinds(OPERATOR, KIND_BITS.consumer)
      await refuses(sign('operator', 1n), 'PartyInvalid').withArgs(OPERATOR)
    })

    describe('of a development agreement', () => {
      it('waits for the end of publicity, to the second', async () => {
        await publicise()
        await scene.at(PUBLIC_UNTIL - 1)
        // Sent with its own gas: an estimate would be made at another time than the block's.
        await refuses(send('operator', 'signAgreement', 2, TEXT, { gasLimit: 500_000 }), 'PublicityNotOver').withArgs(
          2n,
          PUBLIC_UNTIL,
          PUBLIC_UNTIL - 1,
        )
        await scene.at(PUBLIC_UNTIL)
        await says(sign('operator', 2n), 'AgreementSigned').withArgs(2n, OPERATOR, TEXT)
      })

      it('is the operator’s first, which fixes the text, then the developer’s', async () => {
        await publicise()
        await pass(PUBLIC_UNTIL)
        await refuses(sign('developer', 2n), 'AgreementStateWrong').withArgs(2n, STATE.publicised)
        await refuses(sign('operator', 2n, ZeroHash), 'AgreementDigestMissing')
        await sign('operator', 2n)
        await refuses(sign('operator', 2n), 'AlreadySigned').withArgs(2n, OPERATOR)
        await refuses(sign('developer', 2n, DIGEST), 'TextDiffers').withArgs(2n, DIGEST, TEXT)
        await says(sign('developer', 2n), 'AgreementInForce')
        const { textDigest, signed } = (await view('agreementOf', 2)) as Record<string, unknown>
        expect([textDigest, signed]).to.deep.equal([TEXT, 3n])
      })

      it('is not possible before publicity', async () => {
        await operate()
        await apply()
        await refuses(sign('operator', 2n), 'AgreementStateWrong').withArgs(2n, STATE.applied)
      })

      it('is refused to a developer excluded meanwhile', async () => {
        await offerDevelopment()
        await send('operator', 'takeMeasure', DEVELOPER, MEASURE.barred, DIGEST)
        await refuses(sign('developer', 2n), 'DeveloperExcluded').withArgs(OPERATOR, DEVELOPER, MEASURE.barred)
      })

      it('comes too late when the period is over', async () => {
        await offerDevelopment({ until: START + 30 * DAY })
        await pass(START + 30 * DAY)
        await refuses(sign('developer', 2n), 'AgreementPeriodInvalid').withArgs(
          START,
          START + 30 * DAY,
          anyValue,
          THREE_YEARS,
        )
      })

      it('is refused once the one above has ended', async () => {
        await offerDevelopment()
        await send('agency', 'endAgreement', 1, DIGEST)
        await refuses(sign('developer', 2n), 'AgreementNotInForce').withArgs(1n, STATE.ended)
      })

      it('is refused to parties that changed their kinds', async () => {
        await offerDevelopment()
        await setKinds(DEVELOPER, KIND_BITS.applicant)
        await refuses(sign('developer', 2n), 'PartyInvalid').withArgs(DEVELOPER)
        await setKinds(OPERATOR, KIND_BITS.consumer)
        await refuses(sign('developer', 2n), 'PartyInvalid').withArgs(OPERATOR)
      })
    })
  })

  describe('declineAgreement', () => {
    const decline = (party: Party, id: bigint, reason = DIGEST): Promise<unknown> =>
      send(party, 'declineAgreement', id, reason)

    it('is for any party while it is applied for, public or on offer', async () => {
      await operate()
      await apply()
      await says(decline('operator', 2n), 'AgreementDeclined').withArgs(2n, OPERATOR, DIGEST)
      await apply()
      await send('operator', 'publicise', 3, DIGEST)
      await says(decline('developer', 3n), 'AgreementDeclined').withArgs(3n, DEVELOPER, DIGEST)
      await offerOpening()
      await says(decline('applicant', 4n), 'AgreementDeclined').withArgs(4n, APPLICANT, DIGEST)
      expect(await stateOf(4n)).to.equal(STATE.declined)
      await refuses(sign('applicant', 4n), 'AgreementStateWrong').withArgs(4n, STATE.declined)
    })

    it('owes a reason, and comes too late afterwards', async () => {
      await refuses(decline('operator', 1n), 'AgreementUnknown').withArgs(1n)
      await offerOperation()
      await refuses(decline('developer', 1n), 'NotAPartyToAgreement').withArgs(1n, DEVELOPER)
      await refuses(decline('operator', 1n, ZeroHash), 'AgreementReasonMissing').withArgs(1n)
      await sign('operator', 1n)
      await refuses(decline('operator', 1n), 'AgreementStateWrong').withArgs(1n, STATE.inForce)
      await pass(UNTIL)
      await refuses(decline('operator', 1n), 'AgreementStateWrong').withArgs(1n, STATE.expired)
    })
  })

  describe('fileAgreement', () => {
    const file = (party: Party, receipt = DIGEST): Promise<unknown> => send(party, 'fileAgreement', 1, receipt)

    it('is for its first party, from its beginning on, late too', async () => {
      await offerOperation()
      await refuses(file('agency'), 'AgreementStateWrong').withArgs(1n, STATE.offered)
      await sign('operator', 1n)
      await refuses(file('operator'), 'NotAPartyToAgreement').withArgs(1n, OPERATOR)
      await refuses(file('agency', ZeroHash), 'AgreementDigestMissing')
      await says(file('agency'), 'AgreementFiled').withArgs(1n, AGENCY, DIGEST)
      await send('operator', 'endAgreement', 1, DIGEST)
      await says(file('agency'), 'AgreementFiled').withArgs(1n, AGENCY, DIGEST)
    })
  })
})
