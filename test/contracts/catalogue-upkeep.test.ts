// Behaviour: catalogue.tree, as far as it is about keeping entries up to date.

import { expect } from 'chai'
import { ZeroHash } from 'ethers'
import { SEED_CALENDAR, workDaysOf, workingDaysAfter } from '../../src/calendar.ts'
import { DAY, DIGEST, type Party, START, useScene } from './fixture.ts'

const DATA = 0
const LAW = 1
const KNOWN = workDaysOf(SEED_CALENDAR)

describe('Catalogue: upkeep', () => {
  const scene = useScene()
  const note = (party: Party, id: number, kind: number, occurredAt: number, digest = DIGEST): Promise<unknown> =>
    scene.send(party, 'catalogue', 'noteChange', id, kind, occurredAt, digest)
  const confirm = (party: Party, id: number, digest = DIGEST): Promise<unknown> =>
    scene.send(party, 'catalogue', 'confirm', id, digest)
  const refuses = (act: Promise<unknown>, error: string): Chai.CustomErrorAssertion =>
    expect(act).to.be.revertedWithCustomError(scene.contract('catalogue'), error)

  describe('noteChange', () => {
    it('is due 2 working days after a change of data, 15 after a change of law', async () => {
      const now = START + 120 * DAY // a day before the May holidays
      for (const [kind, count] of [
        [DATA, 2],
        [LAW, 15],
      ] as const) {
        const occurredAt = now - DAY
        const { dueAt, provisional } = workingDaysAfter(occurredAt, count, KNOWN)
        await scene.at(now + count)
        await expect(note('tax', 1, kind, occurredAt))
          .to.emit(scene.contract('catalogue'), 'ResourceChangeNoted')
          .withArgs(1, 1, kind, occurredAt, dueAt, 1, provisional, DIGEST)
      }
    })

    it('is provisional where the calendar ends', async () => {
      const now = START + 364 * DAY
      await scene.at(now)
      const { dueAt } = workingDaysAfter(now, 15, KNOWN)
      await expect(note('regulator', 3, LAW, now))
        .to.emit(scene.contract('catalogue'), 'ResourceChangeNoted')
        .withArgs(3, 10, LAW, now, dueAt, 1, true, DIGEST)
    })

    it('wants a time that is past', async () => {
      const now = START + DAY
      await refuses(note('tax', 1, DATA, 0), 'ChangeTimeInvalid')
      await scene.at(now)
      const act = scene.send('tax', 'catalogue', 'noteChange', 1, DATA, now + 60, DIGEST, { gasLimit: 500_000 })
      await refuses(act, 'ChangeTimeInvalid').withArgs(1, now + 60, now)
      await scene.at(now + 10)
      await note('tax', 1, DATA, now + 10)
      await note('tax', 1, DATA, 1)
    })
  })

  describe('confirm', () => {
    it('is on record, by its provider or a regulator', async () => {
      const contract = scene.contract('catalogue')
      await expect(confirm('tax', 1)).to.emit(contract, 'ResourceConfirmed').withArgs(1, 1, DIGEST)
      await expect(confirm('regulator', 3)).to.emit(contract, 'ResourceConfirmed').withArgs(3, 10, DIGEST)
    })
  })

  it('is for the provider and for regulators, of what stands, with a digest', async () => {
    for (const act of [confirm, (party: Party, id: number, digest?: string) => note(party, id, DATA, START, digest)]) {
      await refuses(act('archive', 1), 'NotItsProvider').withArgs(1, 4, 1)
      await refuses(act('inspector', 1), 'NotItsProvider').withArgs(1, 9, 1)
      await expect(act('stranger', 1)).to.be.revertedWithCustomError(scene.contract('organisations'), 'AccountUnknown')
      await refuses(act('tax', 1, ZeroHash), 'ResourceReasonMissing').withArgs(1)
      await refuses(act('tax', 9), 'ResourceUnknown').withArgs(9)
    }
    await scene.act('tax', 'catalogue', 'withdraw', 1, DIGEST)
    await refuses(confirm('tax', 1), 'ResourceIsWithdrawn').withArgs(1)
    await refuses(note('regulator', 1, DATA, START), 'ResourceIsWithdrawn').withArgs(1)
  })

  it('may be relayed', async () => {
    await expect(scene.relayed('tax', 'catalogue', 'confirm', [1, DIGEST]))
      .to.emit(scene.contract('catalogue'), 'ResourceConfirmed')
      .withArgs(1, 1, DIGEST)
  })
})
