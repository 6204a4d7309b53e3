// Behaviour: corrections.tree.

import { expect } from 'chai'
import { id as keccakOf, ZeroHash } from 'ethers'
import { SEED_CALENDAR, workDaysOf, workingDaysAfter } from '../../src/calendar.ts'
import { STATUSES } from '../../src/chain/terms.ts'
import {
  CONDITIONAL,
  DAY,
  DIGEST,
  handoverOf,
  type Party,
  requestFor,
  START,
  UNCONDITIONAL,
  useScene,
} from './fixture.ts'

const KNOWN = workDaysOf(SEED_CALENDAR)
const CLAIM = keccakOf('field 3 is wrong')
const REPLY = keccakOf('field 3 was wrong')
const [RAISED, ANSWERED, DISPUTED, ACCEPTED] = [1, 2, 3, 4]
const CORRECTED = 0
/** 10 working days after a time. */
const dueOf = (time: number): number => workingDaysAfter(time, 10, KNOWN).dueAt

describe('Corrections', () => {
  const scene = useScene()
  const send = (party: Party, method: string, ...args: readonly unknown[]): Promise<unknown> =>
    scene.send(party, 'corrections', method, ...args)
  const raise = (grant: number, party: Party = 'statistics'): Promise<unknown> => send(party, 'raise', grant, CLAIM)
  const answer = (id: number, party: Party = 'tax', outcome = CORRECTED): Promise<unknown> =>
    send(party, 'answer', id, outcome, REPLY)
  const correction = (id: number): Promise<unknown> => scene.view('corrections', 'correctionOf', id)
  const refuses = (act: Promise<unknown>, error: string): Chai.CustomErrorAssertion =>
    expect(act).to.be.revertedWithCustomError(scene.contract('corrections'), error)
  const refusesParty = (act: Promise<unknown>, error: string): Chai.CustomErrorAssertion =>
    expect(act).to.be.revertedWithCustomError(scene.contract('organisations'), error)
  const ledger = (party: Party, method: string, ...args: readonly unknown[]): Promise<unknown> =>
    scene.act(party, 'accessLedger', method, ...args)

  /** Grant 1: of the tax bureau's open entry to the statistics bureau, given at once. */
  const granted = (changes: object = {}): Promise<unknown> =>
    ledger('statistics', 'request', requestFor(UNCONDITIONAL, changes))
  /** Request 1: for the entry that the tax bureau decides about. */
  const requested = (): Promise<unknown> => ledger('statistics', 'request', requestFor(CONDITIONAL))

  describe('raise', () => {
    it('gives the next id and a due time, and says everything in the event', async () => {
      await granted()
      const now = START + 20 * DAY
      await scene.at(now)
      await expect(raise(1))
        .to.emit(scene.contract('corrections'), 'CorrectionRaised')
        .withArgs(1, UNCONDITIONAL, 2, 1, CLAIM, dueOf(now), 1, false)
      expect(await correction(1)).to.deep.equal([UNCONDITIONAL, 2n, 1n, BigInt(dueOf(now)), BigInt(RAISED), 1n])
      expect(await scene.view('corrections', 'correctionCount')).to.equal(1n)
      await raise(1) // something else is wrong, too
      expect(await scene.view('corrections', 'correctionCount')).to.equal(2n)
    })

    it('says so where the due time is provisional', async () => {
      await granted({ until: START + 400 * DAY })
      const now = START + 360 * DAY
      await scene.at(now)
      await expect(raise(1))
        .to.emit(scene.contract('corrections'), 'CorrectionRaised')
        .withArgs(1, UNCONDITIONAL, 2, 1, CLAIM, dueOf(now), 1, true)
    })

    it('is for the consumer of the grant, an active one', async () => {
      await granted()
      await refuses(raise(1, 'tax'), 'NotItsConsumer').withArgs(1, 1, 2)
      await refuses(raise(1, 'traffic'), 'NotItsConsumer').withArgs(1, 3, 2)
      await refusesParty(raise(1, 'stranger'), 'AccountUnknown')
      await scene.act('registrar', 'organisations', 'setStatus', 2, STATUSES.suspended.value, DIGEST)
      await refusesParty(raise(1), 'OrganisationNotActive')
    })

    it('may be relayed: who signs raises', async () => {
      await granted()
      await scene.relayed('statistics', 'corrections', 'raise', [1, CLAIM])
      expect(((await correction(1)) as { raiser: bigint }).raiser).to.equal(2n)
      await refuses(scene.relayed('traffic', 'corrections', 'raise', [1, CLAIM]), 'NotItsConsumer').withArgs(1, 3, 2)
    })

    it('wants a claim, and a grant there is', async () => {
      await granted()
      await refuses(send('statistics', 'raise', 1, ZeroHash), 'CorrectionDigestMissing').withArgs()
      await expect(raise(2)).to.be.revertedWithCustomError(scene.contract('accessLedger'), 'GrantUnknown').withArgs(2)
      await expect(raise(0)).to.be.revertedWithCustomError(scene.contract('accessLedger'), 'GrantUnknown').withArgs(0)
    })

    it('is not about what was only asked for', async () => {
      await requested()
      await refuses(raise(1), 'NeverGranted').withArgs(1)
      await ledger('inspector', 'vetoGrant', 1, DIGEST, ZeroHash) // held
      await refuses(raise(1), 'NeverGranted').withArgs(1)
      await ledger('inspector', 'liftGrantVeto', 1, 1, DIGEST)
      await ledger('regulator', 'liftGrantVeto', 1, 1, DIGEST)
      await ledger('tax', 'refuse', 1, DIGEST)
      await refuses(raise(1), 'NeverGranted').withArgs(1)
    })

    it('is not about a request that lapsed undecided', async () => {
      await requested()
      await scene.at(START + 31 * DAY)
      await refuses(raise(1), 'NeverGranted').withArgs(1)
    })

    it('is still possible under a veto, and after revocation, expiry or exhaustion', async () => {
      await granted() // 1: suspended
      await ledger('inspector', 'vetoGrant', 1, DIGEST, ZeroHash)
      await raise(1)
      await granted() // 2: revoked
      await ledger('tax', 'revoke', 2, DIGEST)
      await raise(2)
      await granted({ quota: { byteCount: 10, rowCount: 1 } }) // 3: exhausted
      await ledger('statistics', 'download', 3, handoverOf())
      await raise(3)
      await granted() // 4: expired
      await scene.at(START + 31 * DAY)
      await raise(4)
      expect(await scene.view('corrections', 'correctionCount')).to.equal(4n)
    })
  })

  describe('answer', () => {
    it('is the provider’s, and overdue from the due time on', async () => {
      await granted()
      for (const [i, [offset, overdue]] of (
        [
          [-1, false],
          [0, true],
          [86_400, true],
        ] as const
      ).entries()) {
        const now = START + (5 + 40 * i) * DAY
        await scene.at(now)
        await raise(1)
        const id = i + 1
        await scene.at(dueOf(now) + offset)
        await expect(answer(id, 'tax', i))
          .to.emit(scene.contract('corrections'), 'CorrectionAnswered')
          .withArgs(id, UNCONDITIONAL, 1, i, REPLY, overdue)
        expect(((await correction(id)) as { state: bigint }).state).to.equal(BigInt(ANSWERED))
      }
    })

    it('is for nobody else, and given once', async () => {
      await granted()
      await raise(1)
      await refuses(answer(1, 'statistics'), 'NotTheAnswerer').withArgs(1, 2, 1)
      await refuses(answer(1, 'archive'), 'NotTheAnswerer').withArgs(1, 4, 1)
      await refusesParty(answer(1, 'stranger'), 'AccountUnknown')
      await refuses(answer(2), 'CorrectionUnknown').withArgs(2)
      await refuses(answer(0), 'CorrectionUnknown').withArgs(0)
      await refuses(send('tax', 'answer', 1, CORRECTED, ZeroHash), 'CorrectionDigestMissing').withArgs()
      await answer(1)
      await refuses(answer(1), 'CorrectionStateWrong').withArgs(1, ANSWERED)
    })

    it('may come after the entry was withdrawn', async () => {
      await granted()
      await raise(1)
      await scene.act('tax', 'catalogue', 'withdraw', UNCONDITIONAL, DIGEST)
      await answer(1)
    })
  })

  describe('dispute', () => {
    it('opens another round with a due time of its own, as often as needed', async () => {
      await granted()
      await raise(1)
      for (const round of [2, 3, 4]) {
        await answer(1)
        const now = START + 40 * DAY * round
        await scene.at(now)
        await expect(send('statistics', 'dispute', 1, CLAIM))
          .to.emit(scene.contract('corrections'), 'CorrectionDisputed')
          .withArgs(1, UNCONDITIONAL, 2, round, CLAIM, dueOf(now), 1, false)
        const expected = [UNCONDITIONAL, 2n, 1n, BigInt(dueOf(now)), BigInt(DISPUTED), BigInt(round)]
        expect(await correction(1)).to.deep.equal(expected)
      }
      await scene.at(dueOf(START + 160 * DAY))
      await expect(answer(1))
        .to.emit(scene.contract('corrections'), 'CorrectionAnswered')
        .withArgs(1, UNCONDITIONAL, 1, CORRECTED, REPLY, true)
    })
  })

  describe('accept', () => {
    it('ends it for good', async () => {
      await granted()
      await raise(1)
      await answer(1)
      await expect(send('statistics', 'accept', 1))
        .to.emit(scene.contract('corrections'), 'CorrectionAccepted')
        .withArgs(1, UNCONDITIONAL, 2)
      expect(((await correction(1)) as { state: bigint }).state).to.equal(BigInt(ACCEPTED))
      await refuses(answer(1), 'CorrectionStateWrong').withArgs(1, ACCEPTED)
      await refuses(send('statistics', 'dispute', 1, CLAIM), 'CorrectionStateWrong').withArgs(1, ACCEPTED)
      await refuses(send('statistics', 'accept', 1), 'CorrectionStateWrong').withArgs(1, ACCEPTED)
    })
  })

  describe('dispute, accept', () => {
    it('are for who raised it, once it is answered', async () => {
      await granted()
      await raise(1)
      const acts: ((party: Party, id: number) => Promise<unknown>)[] = [
        (party, id) => send(party, 'dispute', id, CLAIM),
        (party, id) => send(party, 'accept', id),
      ]
      for (const act of acts) {
        await refuses(act('statistics', 1), 'CorrectionStateWrong').withArgs(1, RAISED)
        await refuses(act('tax', 1), 'NotTheRaiser').withArgs(1, 1, 2)
        await refuses(act('statistics', 5), 'CorrectionUnknown').withArgs(5)
        await refusesParty(act('stranger', 1), 'AccountUnknown')
      }
      await answer(1)
      await refuses(send('statistics', 'dispute', 1, ZeroHash), 'CorrectionDigestMissing').withArgs()
      await send('statistics', 'dispute', 1, CLAIM)
      for (const act of acts) await refuses(act('statistics', 1), 'CorrectionStateWrong').withArgs(1, DISPUTED)
    })
  })

  it('knows only what was raised', async () => {
    await refuses(correction(1), 'CorrectionUnknown').withArgs(1)
    expect(await scene.view('corrections', 'correctionCount')).to.equal(0n)
  })
})
