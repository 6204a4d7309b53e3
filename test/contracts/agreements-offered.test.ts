// Behaviour: agreements.tree. How agreements of operation and of opening are offered.

import { expect } from 'chai'
import { ZeroHash } from 'ethers'
import fc from 'fast-check'
import {
  AGENCY,
  APPLICANT,
  anyValue,
  DEVELOPER,
  FIVE_YEARS,
  KIND,
  KIND_BITS,
  OPERATOR,
  PLATFORM,
  STATE,
  SUSPENDED,
  TEXT,
  UNTIL,
  useAgreements,
} from './agreement-acts.ts'
import { DAY, START } from './fixture.ts'

describe('Agreements', () => {
  const {
    scene,
    view,
    says,
    refuses,
    refusesParty,
    pass,
    setStatus,
    setKinds,
    offerOperation,
    offerOpening,
    sign,
    stateOf,
  } = useAgreements()

  describe('offerOperation', () => {
    it('offers it with the agency’s signature, and the operator’s puts it in force', async () => {
      await scene.at(START + 900)
      await says(offerOperation({ range: [1n, 2n, 2n] }), 'AgreementOffered').withArgs(
        1n,
        AGENCY,
        OPERATOR,
        KIND.operation,
        0n,
        START,
        UNTIL,
        [1n, 2n, 2n],
        TEXT,
      )
      expect(await view('agreementOf', 1)).to.deep.equal([
        AGENCY,
        OPERATOR,
        0n,
        0n,
        KIND.operation,
        STATE.offered,
        1n,
        0n,
        0n,
        0n,
        BigInt(START),
        BigInt(UNTIL),
        0n,
        0n,
        TEXT,
      ])
      expect(await Promise.all([1n, 2n, 3n].map(resource => view('reaches', 1, resource)))).to.deep.equal([
        true,
        true,
        false,
      ])
      expect(await view('agreementCount')).to.equal(1n)

      await scene.at(START + 1_000)
      const signed = sign('operator', 1n)
      await says(signed, 'AgreementSigned').withArgs(1n, OPERATOR, TEXT)
      // It begins now, although the text says earlier; the 20th working day after 1 January is the 29th.
      const filing = Date.UTC(2026, 0, 29, 16) / 1000
      await says(signed, 'AgreementInForce').withArgs(1n, START + 1_000, UNTIL, filing, anyValue, false)
      expect(await stateOf(1n)).to.equal(STATE.inForce)
    })

    it('may begin later', async () => {
      const from = START + 10 * DAY
      await offerOperation({ from })
      await says(sign('operator', 1n), 'AgreementInForce').withArgs(1n, from, UNTIL, anyValue, anyValue, false)
      await refuses(view('checkInForce', 1), 'AgreementNotBegun').withArgs(1n, from, anyValue)
      await pass(from)
      await view('checkInForce', 1)
    })

    it('is for agencies, with authorised operators, not with themselves', async () => {
      await refusesParty(offerOperation({}, OPERATOR, 'tax'), 'KindMissing')
      await refusesParty(offerOperation({}, 99n), 'OrganisationUnknown').withArgs(99n)
      await refuses(offerOperation({}, PLATFORM), 'PartyInvalid').withArgs(PLATFORM)
      await setKinds(AGENCY, KIND_BITS.agency | KIND_BITS.operator)
      await refuses(offerOperation({}, AGENCY), 'PartyInvalid').withArgs(AGENCY)
      await setStatus(OPERATOR, SUSPENDED)
      await refusesParty(offerOperation(), 'OrganisationNotActive').withArgs(OPERATOR, SUSPENDED)
    })

    it('lasts up to five years, and not into the past', async () => {
      const now = START + 5_000
      await scene.at(now)
      await refuses(offerOperation({ from: UNTIL, until: UNTIL }), 'AgreementPeriodInvalid').withArgs(
        UNTIL,
        UNTIL,
        now,
        FIVE_YEARS,
      )
      await refuses(offerOperation({ from: 1, until: START }), 'AgreementPeriodInvalid')
      await refuses(offerOperation({ until: START + FIVE_YEARS + 1 }), 'AgreementPeriodInvalid')
      await offerOperation({ until: START + FIVE_YEARS })
    })

    it('reaches from one to 64 entries, and has a text', async () => {
      const many = (count: number): bigint[] => Array.from({ length: count }, (_, i) => BigInt(i + 1))
      await refuses(offerOperation({ range: [] }), 'RangeEmpty')
      await refuses(offerOperation({ range: many(65) }), 'RangeTooLong').withArgs(65, 64)
      await refuses(offerOperation({ text: ZeroHash }), 'AgreementDigestMissing')
      await offerOperation({ range: many(64) })
      expect(await view('agreementCount')).to.equal(1n)
    })

    it('accepts a period if and only if it is a possible one', async () => {
      const [low, high] = [START - FIVE_YEARS, START + 3 * FIVE_YEARS]
      const time = fc.oneof(
        fc.integer({ min: low, max: high }).map(BigInt),
        fc.constantFrom(0n, 1n, BigInt(START + FIVE_YEARS), 2n ** 40n - 1n),
      )
      const caller = { from: scene.accounts.agency }
      await pass(START + DAY)
      await fc.assert(
        fc.asyncProperty(time, time, async (from, until) => {
          const possible = from < until && until > BigInt(START + DAY + 60) && until - from <= BigInt(FIVE_YEARS)
          // Within a minute of now either answer may be right: a call's own time is the node's choice.
          fc.pre(until < BigInt(START + DAY) || until > BigInt(START + DAY + 60))
          const offer = view('offerOperation', OPERATOR, from, until, [1], TEXT, caller)
          if (possible) expect(await offer).to.equal(1n)
          else await refuses(offer, 'AgreementPeriodInvalid')
        }),
        { numRuns: 60 },
      )
    })
  })

  describe('offerOpening', () => {
    it('is in force when all three have signed, in any order', async () => {
      await says(offerOpening(), 'AgreementOffered').withArgs(
        1n,
        1n,
        PLATFORM,
        KIND.opening,
        APPLICANT,
        START,
        UNTIL,
        [1n],
        TEXT,
      )
      await sign('applicant', 1n)
      await refuses(sign('applicant', 1n), 'AlreadySigned').withArgs(1n, APPLICANT)
      await refuses(sign('tax', 1n), 'AlreadySigned').withArgs(1n, 1n)
      expect(await stateOf(1n)).to.equal(STATE.offered)
      await refuses(view('checkInForce', 1), 'AgreementNotInForce').withArgs(1n, STATE.offered)
      await says(sign('platform', 1n), 'AgreementInForce')
    })

    it('lets the applicant take, and stops with any of the three', async () => {
      await offerOpening()
      await sign('platform', 1n)
      await sign('applicant', 1n)
      await view('checkMayTake', 1, 1, APPLICANT)
      await refuses(view('checkMayTake', 1, 1, PLATFORM), 'OutsideAgreement').withArgs(1n, 1n, PLATFORM)
      for (const party of [1n, PLATFORM, APPLICANT]) {
        await setStatus(party, SUSPENDED)
        await refusesParty(view('checkInForce', 1), 'OrganisationNotActive').withArgs(party, SUSPENDED)
        await setStatus(party, 0)
      }
    })

    it('is of a provider, a platform operator, and an applicant or developer: three different ones', async () => {
      await refusesParty(offerOpening({}, undefined, 'statistics'), 'KindMissing')
      await refuses(offerOpening({}, [AGENCY, APPLICANT]), 'PartyInvalid').withArgs(AGENCY)
      await refuses(offerOpening({}, [PLATFORM, AGENCY]), 'PartyInvalid').withArgs(AGENCY)
      await setKinds(PLATFORM, KIND_BITS.platform | KIND_BITS.applicant)
      await refuses(offerOpening({}, [PLATFORM, PLATFORM]), 'PartyInvalid').withArgs(PLATFORM)
      await setKinds(1n, 1 | KIND_BITS.platform | KIND_BITS.applicant)
      await refuses(offerOpening({}, [1n, APPLICANT]), 'PartyInvalid').withArgs(1n)
      await refuses(offerOpening({}, [PLATFORM, 1n]), 'PartyInvalid').withArgs(1n)
      await offerOpening({}, [PLATFORM, DEVELOPER])
    })

    it('is bounded as an operation agreement is', async () => {
      await refuses(offerOpening({ until: START + FIVE_YEARS + 1 }), 'AgreementPeriodInvalid')
      await refuses(offerOpening({ range: [] }), 'RangeEmpty')
      await refuses(offerOpening({ text: ZeroHash }), 'AgreementDigestMissing')
    })
  })
})
