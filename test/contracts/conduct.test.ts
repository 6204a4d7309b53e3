// Behaviour: conduct.tree.

import { expect } from 'chai'
import { id as keccakOf, ZeroHash } from 'ethers'
import { SEED_CALENDAR, workDaysOf, workingDaysAfter } from '../../src/calendar.ts'
import { STATUSES } from '../../src/chain/terms.ts'
import { DAY, DIGEST, type Party, START, useScene } from './fixture.ts'

const PERSON = keccakOf('salt, name')
const UNDERTAKING = keccakOf('undertaking')
const REPORT = keccakOf('report')
const GRAVE = 2
/** Agreements that `signBoth` makes: between agency 5 and operator 6; under it, between operator 6 and developer 7. */
const OPERATION = 1
const DEVELOPMENT = 2

describe('Conduct', () => {
  const scene = useScene()
  const send = (party: Party, method: string, ...args: readonly unknown[]): Promise<unknown> =>
    scene.send(party, 'conduct', method, ...args)
  const isRegistered = (organisation: number): Promise<unknown> =>
    scene.view('conduct', 'isRegistered', organisation, PERSON)
  const refuses = (act: Promise<unknown>, error: string): Chai.CustomErrorAssertion =>
    expect(act).to.be.revertedWithCustomError(scene.contract('conduct'), error)
  const refusesParty = (act: Promise<unknown>, error: string): Chai.CustomErrorAssertion =>
    expect(act).to.be.revertedWithCustomError(scene.contract('organisations'), error)

  describe('registerPerson, removePerson', () => {
    it('put a pseudonym on record, for one organisation', async () => {
      const contract = scene.contract('conduct')
      await expect(send('operator', 'registerPerson', PERSON, UNDERTAKING))
        .to.emit(contract, 'PersonRegistered')
        .withArgs(6, PERSON, UNDERTAKING)
      expect(await isRegistered(6)).to.be.true
      expect(await isRegistered(7)).to.be.false
      await send('developer', 'registerPerson', PERSON, UNDERTAKING)
      await expect(send('operator', 'removePerson', PERSON, DIGEST))
        .to.emit(contract, 'PersonRemoved')
        .withArgs(6, PERSON, DIGEST)
      expect(await isRegistered(6)).to.be.false
      expect(await isRegistered(7)).to.be.true
      await send('operator', 'registerPerson', PERSON, UNDERTAKING)
      expect(await isRegistered(6)).to.be.true
    })

    it('are for active organisations, relayed or not', async () => {
      await scene.relayed('operator', 'conduct', 'registerPerson', [PERSON, UNDERTAKING])
      expect(await isRegistered(6)).to.be.true
      await refusesParty(send('stranger', 'registerPerson', PERSON, UNDERTAKING), 'AccountUnknown')
      await refusesParty(send('stranger', 'removePerson', PERSON, DIGEST), 'AccountUnknown')
      await scene.act('registrar', 'organisations', 'setStatus', 6, STATUSES.blacklisted.value, DIGEST)
      await refusesParty(send('operator', 'removePerson', PERSON, DIGEST), 'OrganisationNotActive')
    })

    it('want digests, and register nobody twice', async () => {
      await refuses(send('operator', 'registerPerson', ZeroHash, UNDERTAKING), 'ConductDigestMissing').withArgs()
      await refuses(send('operator', 'registerPerson', PERSON, ZeroHash), 'ConductDigestMissing').withArgs()
      await refuses(send('operator', 'removePerson', PERSON, DIGEST), 'PersonUnknown').withArgs(6, PERSON)
      await send('operator', 'registerPerson', PERSON, UNDERTAKING)
      await refuses(send('operator', 'registerPerson', PERSON, UNDERTAKING), 'PersonTaken').withArgs(6, PERSON)
      await refuses(send('operator', 'removePerson', PERSON, ZeroHash), 'ConductDigestMissing').withArgs()
    })
  })

  describe('incidents', () => {
    const report = (party: Party, agreement: number, occurredAt = START, digest = REPORT): Promise<unknown> =>
      send(party, 'reportIncident', agreement, GRAVE, occurredAt, digest)
    const followUp = (party: Party, incident: number, closed = false, digest = DIGEST): Promise<unknown> =>
      send(party, 'followUpIncident', incident, closed, digest)
    const count = (): Promise<unknown> => scene.view('conduct', 'incidentCount')

    /** An operation agreement that is signed, and an application for a development agreement under it. */
    const signBoth = async (): Promise<void> => {
      const act = (party: Party, method: string, ...args: readonly unknown[]): Promise<unknown> =>
        scene.act(party, 'agreements', method, ...args)
      const [from, until] = [START, START + 300 * DAY]
      await act('agency', 'offerOperation', 6, from, until, [1], DIGEST)
      await act('operator', 'signAgreement', OPERATION, DIGEST)
      await act('developer', 'applyForDevelopment', OPERATION, from, until, [1], DIGEST, DIGEST)
    }

    it('are on record under the agreement they happened under', async () => {
      await signBoth()
      await expect(report('developer', DEVELOPMENT))
        .to.emit(scene.contract('conduct'), 'IncidentReported')
        .withArgs(1, 7, DEVELOPMENT, GRAVE, START, REPORT)
      await expect(report('operator', OPERATION)).to.emit(scene.contract('conduct'), 'IncidentReported')
      await expect(report('tax', 0))
        .to.emit(scene.contract('conduct'), 'IncidentReported')
        .withArgs(3, 1, 0, GRAVE, START, REPORT)
      expect(await count()).to.equal(3n)
    })

    it('are reported by parties, with a past time and a digest', async () => {
      await signBoth()
      await refuses(report('agency', DEVELOPMENT), 'NotAPartyToIncident').withArgs(DEVELOPMENT, 5)
      await refuses(report('tax', OPERATION), 'NotAPartyToIncident').withArgs(OPERATION, 1)
      await refusesParty(report('stranger', 0), 'AccountUnknown')
      const unknown = expect(report('operator', 9)).to.be.revertedWithCustomError(
        scene.contract('agreements'),
        'AgreementUnknown',
      )
      await unknown.withArgs(9)
      await refuses(report('tax', 0, 0), 'ConductTimeInvalid')
      await refuses(report('tax', 0, START, ZeroHash), 'ConductDigestMissing').withArgs()
      const now = START + DAY
      await scene.at(now)
      const ahead = scene.send('tax', 'conduct', 'reportIncident', 0, GRAVE, now + 60, REPORT, { gasLimit: 300_000 })
      await refuses(ahead, 'ConductTimeInvalid').withArgs(now + 60, now)
      await scene.at(now + 100)
      await report('tax', 0, now + 100)
    })

    it('are followed up by the other side and upwards', async () => {
      await signBoth()
      await report('developer', DEVELOPMENT)
      const contract = scene.contract('conduct')
      for (const [party, id] of [
        ['operator', 6],
        ['agency', 5],
        ['regulator', 10],
      ] as const) {
        await expect(followUp(party, 1)).to.emit(contract, 'IncidentFollowedUp').withArgs(1, id, false, DIGEST)
      }
      await refuses(followUp('developer', 1), 'FollowUpNotYours').withArgs(1, 7)
      await refuses(followUp('tax', 1), 'FollowUpNotYours').withArgs(1, 1)
      await refuses(followUp('platform', 1), 'FollowUpNotYours').withArgs(1, 8)
      await refusesParty(followUp('stranger', 1), 'AccountUnknown')
    })

    it('are not followed up downwards', async () => {
      await signBoth()
      await report('operator', OPERATION)
      await refuses(followUp('developer', 1), 'FollowUpNotYours').withArgs(1, 7)
      await refuses(followUp('operator', 1), 'FollowUpNotYours').withArgs(1, 6)
      await followUp('agency', 1)
    })

    it('outside of any agreement are for regulators, but not for the one that reports', async () => {
      await report('tax', 0)
      await refuses(followUp('tax', 1), 'FollowUpNotYours').withArgs(1, 1)
      await refuses(followUp('archive', 1), 'FollowUpNotYours').withArgs(1, 4)
      await followUp('regulator', 1, true)
      await report('regulator', 0)
      await refuses(followUp('regulator', 2), 'FollowUpNotYours').withArgs(2, 10)
    })

    it('reach every side of an agreement of three', async () => {
      const range = [1]
      await scene.act('tax', 'agreements', 'offerOpening', 8, 11, START, START + 300 * DAY, range, DIGEST)
      await report('applicant', 1)
      await followUp('platform', 1)
      await followUp('tax', 1)
      await report('tax', 1)
      await followUp('applicant', 2)
      await refuses(followUp('agency', 2), 'FollowUpNotYours').withArgs(2, 5)
    })

    it('are closed once', async () => {
      await signBoth()
      await report('developer', DEVELOPMENT)
      await refuses(followUp('operator', 1, true, ZeroHash), 'ConductDigestMissing').withArgs()
      await expect(followUp('operator', 1, true))
        .to.emit(scene.contract('conduct'), 'IncidentFollowedUp')
        .withArgs(1, 6, true, DIGEST)
      await refuses(followUp('agency', 1), 'IncidentIsClosed').withArgs(1)
      await refuses(followUp('agency', 2), 'IncidentUnknown').withArgs(2)
      await refuses(followUp('agency', 0), 'IncidentUnknown').withArgs(0)
    })
  })

  describe('filePlan', () => {
    const known = workDaysOf(SEED_CALENDAR)
    const file = (party: Party, approvedAt: number, digest = DIGEST): Promise<unknown> =>
      send(party, 'filePlan', digest, approvedAt)

    it('is due 20 working days after the approval', async () => {
      for (const approvedAt of [START - 10 * DAY, START + 340 * DAY]) {
        await scene.at(approvedAt + 15 * DAY)
        const { dueAt, provisional } = workingDaysAfter(approvedAt, 20, known)
        await expect(file('agency', approvedAt))
          .to.emit(scene.contract('conduct'), 'PlanFiled')
          .withArgs(5, DIGEST, approvedAt, dueAt, 1, provisional)
      }
    })

    it('is for active implementing agencies, with a plan and a past time', async () => {
      await refusesParty(file('tax', START), 'KindMissing')
      await refuses(file('agency', START, ZeroHash), 'ConductDigestMissing').withArgs()
      await refuses(file('agency', 0), 'ConductTimeInvalid')
      const now = START + DAY
      await scene.at(now)
      const ahead = scene.send('agency', 'conduct', 'filePlan', DIGEST, now + 60, { gasLimit: 300_000 })
      await refuses(ahead, 'ConductTimeInvalid').withArgs(now + 60, now)
    })
  })
})
