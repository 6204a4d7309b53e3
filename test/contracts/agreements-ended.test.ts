// Behaviour: agreements.tree. How agreements end, by whose act: ended, evaluated, measures taken.

import { expect } from 'chai'
import { ZeroHash } from 'ethers'
import {
  AGENCY,
  APPLICANT,
  anyValue,
  DEVELOPER,
  MEASURE,
  OPERATOR,
  OUTCOME,
  REGULATOR,
  STATE,
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
    veto,
    offerOperation,
    sign,
    operate,
    develop,
    stateOf,
  } = useAgreements()

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
})
