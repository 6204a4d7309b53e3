// Behaviour: agreements.tree.

import { expect } from 'chai'
import { id as keccakOf, ZeroHash } from 'ethers'
import fc from 'fast-check'
import { DAY, DIGEST, type Party, START, useScene } from './fixture.ts'

const AGENCY = 5n
const OPERATOR = 6n
const DEVELOPER = 7n
const PLATFORM = 8n
const INSPECTOR = 9n
const REGULATOR = 10n
const APPLICANT = 11n

const TEXT = keccakOf('text of the agreement')
const UNTIL = START + 365 * DAY
const FIVE_YEARS = 1_827 * DAY
const THREE_YEARS = 1_096 * DAY
/** Publicity that begins on 2026-01-01 is over after the five working days 4 (a make-up Sunday) to 8 January. */
const PUBLIC_UNTIL = Date.UTC(2026, 0, 8, 16) / 1000

const KIND = { operation: 0n, development: 1n, opening: 2n }
const STATE = { applied: 1n, publicised: 2n, offered: 3n, inForce: 4n, declined: 5n, ended: 6n, expired: 7n }
const OUTCOME = { none: 0, pass: 1, fail: 2, rectify: 3 }
const MEASURE = { none: 0, warned: 1, suspended: 2, barred: 3 }
const SUSPENDED = 1
const KIND_BITS = { consumer: 2, platform: 4, agency: 8, operator: 16, developer: 32, regulator: 128, applicant: 256 }

interface Terms {
  readonly from?: number | bigint
  readonly until?: number | bigint
  readonly range?: readonly bigint[]
  readonly text?: string
}

describe('Agreements', () => {
  const scene = useScene()
  const send = (party: Party, method: string, ...args: readonly unknown[]): Promise<unknown> =>
    scene.send(party, 'agreements', method, ...args)
  const view = (method: string, ...args: readonly unknown[]): Promise<unknown> =>
    scene.view('agreements', method, ...args)
  const says = (act: Promise<unknown>, event: string): Chai.EmitAssertion =>
    expect(act).to.emit(scene.contract('agreements'), event)
  const refuses = (act: Promise<unknown>, error: string): Chai.CustomErrorAssertion =>
    expect(act).to.be.revertedWithCustomError(scene.contract('agreements'), error)
  const refusesParty = (act: Promise<unknown>, error: string): Chai.CustomErrorAssertion =>
    expect(act).to.be.revertedWithCustomError(scene.contract('organisations'), error)

  /** Lets time pass, so that views see it too. */
  const pass = async (time: number): Promise<void> => {
    await scene.at(time)
    await scene.request('evm_mine', [])
  }
  const setStatus = (id: bigint, status: number): Promise<unknown> =>
    scene.act('registrar', 'organisations', 'setStatus', id, status, DIGEST)
  const setKinds = (id: bigint, kinds: number): Promise<unknown> =>
    scene.act('registrar', 'organisations', 'update', id, 'name', kinds)
  const veto = (id: bigint): Promise<unknown> => send('inspector', 'vetoAgreement', id, DIGEST, ZeroHash)

  const offerOperation = (
    { from = START, until = UNTIL, range = [1n], text = TEXT }: Terms = {},
    operator = OPERATOR,
    party: Party = 'agency',
  ): Promise<unknown> => send(party, 'offerOperation', operator, from, until, range, text)
  const offerOpening = (
    { from = START, until = UNTIL, range = [1n], text = TEXT }: Terms = {},
    [platform, applicant] = [PLATFORM, APPLICANT],
    party: Party = 'tax',
  ): Promise<unknown> => send(party, 'offerOpening', platform, applicant, from, until, range, text)
  const apply = (
    { from = START, until = UNTIL, range = [4n] }: Terms = {},
    parent = 1n,
    papers: readonly string[] = [DIGEST, DIGEST],
  ): Promise<unknown> => send('developer', 'applyForDevelopment', parent, from, until, range, ...papers)
  const sign = (party: Party, id: bigint, text = TEXT): Promise<unknown> => send(party, 'signAgreement', id, text)

  /** Agreement 1: of operation, in force. */
  const operate = async (terms: Terms = {}): Promise<void> => {
    await offerOperation(terms)
    await sign('operator', 1n)
  }
  /** Agreement 2: of development, under agreement 1, public. */
  const publicise = async (terms: Terms = {}): Promise<void> => {
    await operate()
    await apply(terms)
    await send('operator', 'publicise', 2, DIGEST)
  }
  /** Agreement 2: of development, signed by the operator. */
  const offerDevelopment = async (terms: Terms = {}): Promise<void> => {
    await publicise(terms)
    await scene.at(PUBLIC_UNTIL)
    await sign('operator', 2n)
  }
  /** Agreement 2: of development, in force. */
  const develop = async (terms: Terms = {}): Promise<void> => {
    await offerDevelopment(terms)
    await sign('developer', 2n)
  }
  const stateOf = async (id: bigint): Promise<unknown> => {
    const { state } = (await view('agreementOf', id)) as { state: bigint }
    return state
  }

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
      await send('inspector', 'liftAgreementVeto', 2, DIGEST)
      await send('regulator', 'liftAgreementVeto', 2, DIGEST)
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

  describe('endAgreement', () => {
    const end = (party: Party, id = 1n, reason = DIGEST): Promise<unknown> => send(party, 'endAgreement', id, reason)

    it('is for any party and for a regulator, from that block on', async () => {
      await operate()
      await refuses(end('tax'), 'NotAPartyToAgreement').withArgs(1n, 1n)
      await refuses(end('operator', 1n, ZeroHash), 'AgreementReasonMissing').withArgs(1n)
      await says(end('operator'), 'AgreementEnded').withArgs(1n, OPERATOR, DIGEST)
      await refuses(end('operator'), 'AgreementNotInForce').withArgs(1n, STATE.ended)
      await refuses(view('checkInForce', 1), 'AgreementNotInForce').withArgs(1n, STATE.ended)
      await offerOperation()
      await refuses(end('agency', 2n), 'AgreementNotInForce').withArgs(2n, STATE.offered)
      await sign('operator', 2n)
      await says(end('regulator', 2n), 'AgreementEnded').withArgs(2n, REGULATOR, DIGEST)
    })

    it('is no act when it is over anyhow', async () => {
      await operate()
      await pass(UNTIL)
      await refuses(end('agency'), 'AgreementNotInForce').withArgs(1n, STATE.expired)
      expect(await stateOf(1n)).to.equal(STATE.expired)
    })

    it('is possible before it begins, and under a veto', async () => {
      await operate({ from: START + 100 * DAY })
      await veto(1n)
      await end('operator')
    })
  })

  describe('evaluate', () => {
    const evaluate = (party: Party, outcome: number, report = DIGEST): Promise<unknown> =>
      send(party, 'evaluate', 1, outcome, report)

    it('keeps the newest outcome; rectifying takes 30 days at most', async () => {
      await operate()
      const now = START + 10 * DAY
      await scene.at(now)
      await says(evaluate('agency', OUTCOME.rectify), 'AgreementEvaluated').withArgs(
        1n,
        AGENCY,
        OUTCOME.rectify,
        now + 30 * DAY,
        DIGEST,
      )
      await view('checkMayTake', 1, 1, OPERATOR)
      await pass(now + 30 * DAY)
      await refuses(view('checkMayTake', 1, 1, OPERATOR), 'EvaluationStands').withArgs(
        1n,
        OUTCOME.rectify,
        now + 30 * DAY,
        anyValue,
      )
      await view('checkInForce', 1)
      await says(evaluate('agency', OUTCOME.pass), 'AgreementEvaluated').withArgs(1n, AGENCY, OUTCOME.pass, 0, DIGEST)
      await view('checkMayTake', 1, 1, OPERATOR)
      await evaluate('agency', OUTCOME.fail)
      await refuses(view('checkMayTake', 1, 1, OPERATOR), 'EvaluationStands').withArgs(1n, OUTCOME.fail, 0, anyValue)
      await view('checkInForce', 1)
    })

    it('is for its first party, with outcome and report, while it is in force', async () => {
      await offerOperation()
      await refuses(evaluate('agency', OUTCOME.pass), 'AgreementNotInForce').withArgs(1n, STATE.offered)
      await sign('operator', 1n)
      await refuses(evaluate('operator', OUTCOME.pass), 'NotAPartyToAgreement').withArgs(1n, OPERATOR)
      await refuses(evaluate('agency', OUTCOME.none), 'OutcomeInvalid').withArgs(1n)
      await refuses(evaluate('agency', OUTCOME.pass, ZeroHash), 'AgreementDigestMissing')
      await pass(UNTIL)
      await refuses(evaluate('agency', OUTCOME.pass), 'AgreementNotInForce').withArgs(1n, STATE.expired)
    })

    it('of the operator holds back its developers too', async () => {
      await develop()
      await view('checkMayTake', 2, 4, DEVELOPER)
      await evaluate('agency', OUTCOME.fail)
      await refuses(view('checkMayTake', 2, 4, DEVELOPER), 'EvaluationStands').withArgs(1n, OUTCOME.fail, 0, anyValue)
      await evaluate('agency', OUTCOME.pass)
      await send('operator', 'evaluate', 2, OUTCOME.fail, DIGEST)
      await refuses(view('checkMayTake', 2, 4, DEVELOPER), 'EvaluationStands').withArgs(2n, OUTCOME.fail, 0, anyValue)
    })
  })

  describe('takeMeasure', () => {
    const take = (party: Party, developer: bigint, measure: number, reason = DIGEST): Promise<unknown> =>
      send(party, 'takeMeasure', developer, measure, reason)

    it('excludes a developer from what this operator runs, and takes it in again', async () => {
      await develop()
      for (const measure of [MEASURE.suspended, MEASURE.barred]) {
        await take('operator', DEVELOPER, measure)
        await refuses(view('checkInForce', 2), 'DeveloperExcluded').withArgs(OPERATOR, DEVELOPER, measure)
      }
      expect(await view('measureOf', OPERATOR, DEVELOPER)).to.equal(BigInt(MEASURE.barred))
      await says(take('operator', DEVELOPER, MEASURE.warned), 'MeasureTaken').withArgs(
        OPERATOR,
        DEVELOPER,
        MEASURE.warned,
        MEASURE.barred,
        DIGEST,
      )
      await view('checkInForce', 2)
      await take('operator', DEVELOPER, MEASURE.none)
      await view('checkInForce', 2)
    })

    it('is an operator’s, about a developer, with a reason, and changes something', async () => {
      await refusesParty(take('platform', DEVELOPER, MEASURE.barred), 'KindMissing')
      await refuses(take('operator', APPLICANT, MEASURE.barred), 'PartyInvalid').withArgs(APPLICANT)
      await refusesParty(take('operator', 99n, MEASURE.barred), 'OrganisationUnknown').withArgs(99n)
      await refuses(take('operator', DEVELOPER, MEASURE.barred, ZeroHash), 'AgreementReasonMissing').withArgs(0n)
      await refuses(take('operator', DEVELOPER, MEASURE.none), 'MeasureUnchanged').withArgs(
        OPERATOR,
        DEVELOPER,
        MEASURE.none,
      )
    })
  })

  describe('vetoAgreement and liftAgreementVeto', () => {
    const lift = (party: Party, reason = DIGEST): Promise<unknown> => send(party, 'liftAgreementVeto', 1, reason)

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

    it('of a development agreement leaves the one above alone', async () => {
      await develop()
      await veto(2n)
      await refuses(view('checkInForce', 2), 'AgreementIsVetoed').withArgs(2n)
      await view('checkInForce', 1)
    })

    it('is an inspector’s, with a reason, once, of what is pending or in force', async () => {
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
      await refuses(veto(2n), 'AgreementStateWrong').withArgs(2n, STATE.expired)
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

  describe('invariant', () => {
    type Act = readonly [Party, string, ...(string | number)[]]
    const acts: readonly Act[] = [
      ['operator', 'publicise', 2, DIGEST],
      ['traffic', 'object', 2, DIGEST],
      ['regulator', 'resolveObjection', 2, DIGEST],
      ['operator', 'signAgreement', 2, TEXT],
      ['operator', 'signAgreement', 2, DIGEST],
      ['developer', 'signAgreement', 2, TEXT],
      ['developer', 'signAgreement', 2, DIGEST],
      ['developer', 'declineAgreement', 2, DIGEST],
      ['operator', 'endAgreement', 2, DIGEST],
      ['agency', 'endAgreement', 1, DIGEST],
      ['inspector', 'vetoAgreement', 2, DIGEST, ZeroHash],
      ['inspector', 'vetoAgreement', 1, DIGEST, ZeroHash],
      ['inspector', 'liftAgreementVeto', 2, DIGEST],
      ['regulator', 'liftAgreementVeto', 2, DIGEST],
      ['regulator', 'liftAgreementVeto', 1, DIGEST],
      ['inspector', 'liftAgreementVeto', 1, DIGEST],
      ['operator', 'takeMeasure', 7, MEASURE.barred, DIGEST],
      ['operator', 'takeMeasure', 7, MEASURE.none, DIGEST],
    ]
    /** What is on record, by events alone: the model knows nothing of the contract's checks. */
    interface Record {
      publicUntil: number
      readonly signatures: { party: bigint; text: string; time: number }[]
      objections: number
      readonly vetoed: Map<bigint, Set<string>>
      readonly over: Set<bigint>
      barred: boolean
    }

    const note = (record: Record, name: string, args: readonly unknown[], time: number): void => {
      const id = args[0] as bigint
      if (name === 'AgreementPublicised') record.publicUntil = Number(args[2])
      if (name === 'AgreementObjected') record.objections += 1
      if (name === 'AgreementObjectionResolved') record.objections -= 1
      if (name === 'AgreementSigned') {
        expect([record.objections, time >= record.publicUntil, record.vetoed.size, record.barred]).to.deep.equal([
          0,
          true,
          0,
          false,
        ])
        record.signatures.push({ party: args[1] as bigint, text: args[2] as string, time })
      }
      if (name === 'AgreementEnded' || name === 'AgreementDeclined') record.over.add(id)
      if (name === 'AgreementVetoed') record.vetoed.set(id, new Set())
      if (name === 'AgreementVetoLiftAgreed') {
        const agreed = record.vetoed.get(id)?.add(String(args[1]))
        if (agreed?.size === 2) record.vetoed.delete(id)
      }
      if (name === 'MeasureTaken') record.barred = Number(args[2]) === MEASURE.barred
    }

    it('in force, by the record alone: signed by both after publicity, one text, nothing open, nothing above it', async () => {
      await operate()
      await apply({ until: START + 60 * DAY })
      const opened = await scene.request('evm_snapshot', [])
      let snapshot = opened
      let everInForce = 0
      const step = fc.oneof(
        { weight: 5, arbitrary: fc.constantFrom(...acts) },
        { weight: 1, arbitrary: fc.integer({ min: 1, max: 20 }) },
      )
      // Half of the runs begin with the regular course, so that they get to where it matters.
      const course = [acts[0], 9, acts[3], acts[5]] as (Act | number)[]
      const steps = fc
        .tuple(fc.integer({ min: 0, max: 4 }), fc.array(step, { minLength: 4, maxLength: 14 }))
        .map(([prefix, rest]) => [...course.slice(0, prefix), ...rest])
      await fc.assert(
        fc.asyncProperty(steps, async given => {
          await scene.request('evm_revert', [snapshot])
          snapshot = await scene.request('evm_snapshot', [])
          let time = START + DAY
          const record: Record = {
            publicUntil: Number.POSITIVE_INFINITY,
            signatures: [],
            objections: 0,
            vetoed: new Map(),
            over: new Set(),
            barred: false,
          }
          for (const act of given) {
            time += typeof act === 'number' ? act * DAY : 60
            await scene.at(time)
            if (typeof act === 'number') {
              await scene.request('evm_mine', [])
            } else {
              const [party, method, ...args] = act
              const receipt = await scene
                .send(party, 'agreements', method, ...args)
                .then(sent => sent.wait())
                .catch(() => scene.request('evm_mine', []).then(() => undefined))
              for (const log of receipt?.logs ?? []) {
                const event = scene.contract('agreements').interface.parseLog(log)
                if (event) note(record, event.name, [...event.args], time)
              }
            }
            const inForce = await view('checkInForce', 2).then(
              () => true,
              () => false,
            )
            const texts = new Set(record.signatures.map(({ text }) => text))
            const parties = record.signatures.map(({ party }) => party)
            const expected =
              parties.length === 2 &&
              parties[0] === OPERATOR &&
              parties[1] === DEVELOPER &&
              texts.size === 1 &&
              record.objections === 0 &&
              record.vetoed.size === 0 &&
              record.over.size === 0 &&
              !record.barred &&
              time < START + 60 * DAY
            expect(inForce, JSON.stringify(given)).to.equal(expected)
            if (inForce) everInForce += 1
          }
        }),
        { numRuns: 40 },
      )
      expect(everInForce, 'no run got as far as an agreement in force').to.be.greaterThan(0)
    }).timeout(120_000)
  })
})

/** For an argument that the node chose, or that another test is about. */
function anyValue(): boolean {
  return true
}
