// Behaviour: work-calendar.tree. src/calendar.ts, written independently and day by day, says what is right.

import { expect } from 'chai'
import { ContractFactory, ZeroHash } from 'ethers'
import fc from 'fast-check'
import { dateOfDay, dayAt, firstDayOfYear, startOfDay } from '../../src/calendar/day.ts'
import {
  NO_DAYS,
  SEED_CALENDAR,
  spansOf,
  type WorkDays,
  withSpan,
  workDaysOf,
  workingDaysAfter,
} from '../../src/calendar.ts'
import { artifactOf } from '../../src/chain/contracts.ts'
import { CALENDAR } from './calendar.ts'
import { DIGEST, START, useScene } from './fixture.ts'

/** What the scene begins with: 2025 and 2026. */
const [FIRST, END, EXCEPTIONS] = CALENDAR
type Span = Parameters<typeof withSpan>[1]
const SCENE: Span = { firstDay: FIRST, endDay: END, exceptions: EXCEPTIONS }
/** Days that the contract keeps together, with one version. */
const WINDOW = 192

describe('WorkCalendar', () => {
  const scene = useScene()
  const set = (
    firstDay: number,
    endDay: number,
    exceptions: readonly number[] = [],
    source = DIGEST,
  ): Promise<unknown> => scene.send('registrar', 'workCalendar', 'setDays', firstDay, endDay, exceptions, source)
  const due = (time: number, count: number): Promise<unknown> => scene.view('workCalendar', 'dueAfter', time, count)
  const day = (number: number): Promise<unknown> => scene.view('workCalendar', 'isWorkingDay', number)
  const coverage = (): Promise<unknown> => scene.view('workCalendar', 'coverage')
  const refuses = (act: Promise<unknown>, error: string): Chai.CustomErrorAssertion =>
    expect(act).to.be.revertedWithCustomError(scene.contract('workCalendar'), error)

  /** Compares contract and TypeScript for one deadline. @param spans All that were set: version 1, version 2, … */
  const agrees = async (time: number, count: number, spans: readonly Span[]): Promise<void> => {
    const due_ = workingDaysAfter(time, count, daysOf(spans))
    const [from, last] = [dayAt(time) + 1, dayAt(due_.dueAt) - 1].map(windowOf) as [number, number]
    const version =
      1 + spans.findLastIndex(span => windowOf(span.firstDay) <= last && windowOf(span.endDay - 1) >= from)
    const when = `${count} working days after ${time}, ${dateOfDay(dayAt(time))}`
    expect(await due(time, count), when).to.deep.equal([BigInt(due_.dueAt), BigInt(version), due_.provisional])
    expect(workingDaysAfter(time, count, daysOf(spans.slice(0, version))), `${when}, by its version`).to.deep.equal(
      due_,
    )
  }

  describe('setDays', () => {
    it('covers a span, makes the next version and says everything in the event', async () => {
      const exceptions = [END + 3, END + 4, END + 300]
      await expect(set(END, END + 365, exceptions))
        .to.emit(scene.contract('workCalendar'), 'CalendarSet')
        .withArgs(2, END, END + 365, exceptions, DIGEST)
      expect(await coverage()).to.deep.equal([BigInt(FIRST), BigInt(END + 365), 2n])
    })

    it('takes what lies before, within or across what is covered', async () => {
      await set(FIRST - 100, FIRST)
      expect(await coverage()).to.deep.equal([BigInt(FIRST - 100), BigInt(END), 2n])
      await set(FIRST + 1, FIRST + 2)
      expect(await coverage()).to.deep.equal([BigInt(FIRST - 100), BigInt(END), 3n])
      await set(END - 1, END + 1)
      expect(await coverage()).to.deep.equal([BigInt(FIRST - 100), BigInt(END + 1), 4n])
    })

    it('replaces a span, and leaves the days around it', async () => {
      // All of these lie in one window or beside its border, and were exceptions or not before.
      const border = 107 * WINDOW
      const [first, end] = [border - 3, border + 2]
      await set(first, end, [first, border])
      const turned: Span = { firstDay: first, endDay: end, exceptions: [first, border] }
      const known = daysOf([SCENE, turned])
      for (let number = first - 30; number < end + 30; number += 1) {
        const working = [0, 6].includes((number + 4) % 7) === known.exceptions.has(number)
        expect(await day(number), dateOfDay(number)).to.deep.equal([working, false])
      }
      await set(first, end)
      await agrees(startOfDay(first - 20), 60, [SCENE, turned, { ...turned, exceptions: [] }])
    })

    it('wants a span of 1 day to two years that leaves no gap, up to 2149', async () => {
      const invalid = async (firstDay: number, endDay: number): Promise<void> =>
        refuses(set(firstDay, endDay), 'CalendarSpanInvalid').withArgs(firstDay, endDay, FIRST, END)
      await invalid(END, END)
      await invalid(END + 1, END)
      await invalid(END, END + 732)
      await invalid(END + 1, END + 2)
      await invalid(FIRST - 2, FIRST - 1)
      await invalid(FIRST, 65_537)
      await invalid(4_294_967_294, 4_294_967_295)
      await set(END, END + 731)
    })

    it('reaches the last day it can count with, in spans of two years', async () => {
      let end: number = END
      while (end < 65_536) {
        const next = Math.min(end + 731, 65_536)
        await scene.act('registrar', 'workCalendar', 'setDays', end, next, [next - 1], DIGEST)
        end = next
      }
      await refuses(set(65_535, 65_537), 'CalendarSpanInvalid').withArgs(65_535, 65_537, FIRST, 65_536)
      const lastIsWeekend = [0, 6].includes((65_535 + 4) % 7)
      expect(await day(65_535)).to.deep.equal([lastIsWeekend, false])
    })

    it('wants exceptions that ascend and lie in the span', async () => {
      const invalid = async (exceptions: number[], wrong: number): Promise<void> =>
        refuses(set(END, END + 600, exceptions), 'CalendarExceptionInvalid').withArgs(wrong, END, END + 600)
      await invalid([END - 1], END - 1)
      await invalid([END + 600], END + 600)
      await invalid([0], 0)
      await invalid([4_294_967_295], 4_294_967_295)
      await invalid([END + 5, END + 5], END + 5)
      await invalid([END + 5, END + 4], END + 4)
      await invalid([END + 500, END + 4], END + 4) // from a later window back to an earlier one
      await set(END, END + 600, [END, END + 1, END + 299, END + 599])
    })

    it('wants a digest of the source', async () => {
      await refuses(set(END, END + 1, [], ZeroHash), 'CalendarSourceMissing').withArgs()
    })

    it('is for the keeper of the calendar, relayed or not', async () => {
      const act = scene.send('tax', 'workCalendar', 'setDays', END, END + 1, [], DIGEST)
      await refuses(act, 'AccessManagedUnauthorized').withArgs(scene.accounts.tax)
      const relayed = scene.relayed('tax', 'workCalendar', 'setDays', [END, END + 1, [], DIGEST])
      await refuses(relayed, 'AccessManagedUnauthorized').withArgs(scene.accounts.tax)
      await scene.relayed('registrar', 'workCalendar', 'setDays', [END, END + 1, [], DIGEST])
      expect(await coverage()).to.deep.equal([BigInt(FIRST), BigInt(END + 1), 2n])
    })

    it('takes the seed span by span, backwards from what is there, and says what the file says', async () => {
      // The newest of these spans is 2024 and 2025: it overlaps what the scene begins with.
      const spans = spansOf(SEED_CALENDAR).slice(0, -1)
      for (const { firstDay, endDay, exceptions, sourceDigest } of spans.toReversed()) {
        await scene.act('registrar', 'workCalendar', 'setDays', firstDay, endDay, exceptions, sourceDigest)
      }
      expect(await coverage()).to.deep.equal([BigInt(firstDayOfYear(2004)), BigInt(END), BigInt(1 + spans.length)])
      const set_ = [SCENE, ...spans.toReversed()]
      const days = fc.integer({ min: firstDayOfYear(2004) - 30, max: END + 30 })
      await fc.assert(
        fc.asyncProperty(days, fc.integer({ min: 1, max: 60 }), (number, count) =>
          agrees(startOfDay(number), count, set_),
        ),
        { numRuns: 200 },
      )
    })
  })

  describe('dueAfter', () => {
    it('does not count the day itself, and ends with the last day counted', async () => {
      const noon = Date.parse('2026-09-30T12:00:00+08:00') / 1000
      const end = Date.parse('2026-10-11T00:00:00+08:00') / 1000 // 8, 9 and, made up for, Saturday 10 October
      expect(await due(noon, 3)).to.deep.equal([BigInt(end), 1n, false])
    })

    it('counts days of Beijing, at any second around its midnight', async () => {
      for (const date of ['2025-12-31', '2026-02-13', '2026-02-14', '2026-09-20', '2026-11-20', '2026-11-21']) {
        const midnight = Date.parse(`${date}T00:00:00+08:00`) / 1000
        for (const second of [-1, 0, 1, 28_799, 28_800, 28_801, 86_399]) await agrees(midnight + second, 10, [SCENE])
      }
    })

    it('crosses windows and years', async () => {
      for (const border of [105 * WINDOW, 106 * WINDOW, firstDayOfYear(2026)]) {
        for (let offset = -30; offset <= 3; offset += 1) {
          await agrees(startOfDay(border + offset), 1, [SCENE])
          await agrees(startOfDay(border + offset), 17, [SCENE])
        }
      }
    })

    it('is provisional exactly where it looks beyond what is covered', async () => {
      for (let offset = -4; offset <= 4; offset += 1) {
        for (const count of [1, 2, 60]) {
          await agrees(startOfDay(END + offset), count, [SCENE])
          await agrees(startOfDay(FIRST + offset), count, [SCENE])
        }
      }
    })

    it('is provisional before what is covered from a window’s first day on', async () => {
      const first = 104 * WINDOW
      await set(first, FIRST)
      const spans = [SCENE, { firstDay: first, endDay: FIRST, exceptions: [] }]
      for (let offset = -4; offset <= 4; offset += 1) {
        for (const count of [1, 2, 60]) await agrees(startOfDay(first + offset), count, spans)
      }
    })

    it('agrees with counting day by day, under any calendar', async () => {
      const near = fc.integer({ min: FIRST - 80, max: END + 80 })
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(fc.integer({ min: 0, max: 399 }), { maxLength: 400 }),
          fc.integer({ min: 0, max: END - FIRST }),
          fc.integer({ min: 1, max: 400 }),
          fc.array(fc.tuple(near, fc.integer({ min: 0, max: 86_399 }), fc.integer({ min: 1, max: 60 })), {
            maxLength: 20,
          }),
          async (offsets, start, length, times) => {
            const firstDay = FIRST + start
            const span = { firstDay, endDay: firstDay + length }
            const exceptions = offsets
              .filter(offset => offset < length)
              .sort((a, b) => a - b)
              .map(n => firstDay + n)
            const before = await scene.request('evm_snapshot', [])
            await scene.act('registrar', 'workCalendar', 'setDays', firstDay, span.endDay, exceptions, DIGEST)
            for (const [number, second, count] of times)
              await agrees(startOfDay(number) + second, count, [SCENE, { ...span, exceptions }])
            await scene.request('evm_revert', [before])
          },
        ),
        { numRuns: 25 },
      )
    })

    it('agrees at any time there can be, by the week alone', async () => {
      const latest = 2 ** 40 - 100 * 86_400
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 0, max: latest }), fc.integer({ min: 1, max: 60 }), (time, count) =>
          agrees(time, count, [SCENE]),
        ),
        { numRuns: 200 },
      )
      await agrees(0, 1, [SCENE])
      await expect(due(2 ** 40 - 1, 1)).to.be.revertedWithPanic(0x11)
    })

    it('passes over whole windows without a working day', async () => {
      const exceptions = Array.from({ length: 700 }, (_, i) => END + i).filter(number => ((number + 4) % 7) % 6 !== 0)
      await set(END, END + 700, exceptions)
      const spans = [SCENE, { firstDay: END, endDay: END + 700, exceptions }]
      for (const count of [1, 2, 10, 60]) await agrees(startOfDay(END - 3), count, spans)
      await agrees(startOfDay(END + 300), 1, spans)
    })

    it('goes by the week before anything is set, and says so', async () => {
      const { relay, accessManager } = scene.deployment.contracts
      const { abi, bytecode } = artifactOf('workCalendar')
      const signer = await scene.provider.getSigner(0)
      const fresh = await new ContractFactory(abi, bytecode, signer).deploy(relay, accessManager)
      const answer: unknown = await fresh.getFunction('dueAfter').staticCall(START, 10)
      const { dueAt } = workingDaysAfter(START, 10, NO_DAYS)
      expect(answer).to.deep.equal([BigInt(dueAt), 0n, true])
      expect(await fresh.getFunction('coverage').staticCall()).to.deep.equal([0n, 0n, 0n])
    })

    it('names the newest version that set days beside those it counted, and no other', async () => {
      const [quiet, busy] = [startOfDay(105 * WINDOW + 20), startOfDay(106 * WINDOW + 20)]
      await set(106 * WINDOW, 106 * WINDOW + 1)
      const version = async (time: number, count: number): Promise<unknown> =>
        ((await due(time, count)) as unknown[])[1]
      expect([await version(quiet, 10), await version(busy, 10)]).to.deep.equal([1n, 2n])
      expect(await version(startOfDay(106 * WINDOW - 20), 60), 'over the border').to.equal(2n)
      expect(await version(startOfDay(END + 2 * WINDOW), 10), 'where nothing was set').to.equal(0n)
    })

    it('takes 1 to 60 days', async () => {
      await refuses(due(0, 0), 'WorkingDaysInvalid').withArgs(0, 60)
      await refuses(due(0, 61), 'WorkingDaysInvalid').withArgs(61, 60)
      await refuses(due(0, 65_535), 'WorkingDaysInvalid').withArgs(65_535, 60)
    })

    it('costs little gas, since it is asked in every request', async () => {
      const contract = scene.contract('workCalendar')
      const gasOf = async (offset: number, count: number): Promise<number> => {
        const data = contract.interface.encodeFunctionData('dueAfter', [
          startOfDay(firstDayOfYear(2026) + offset),
          count,
        ])
        const calldata = Buffer.from(data.slice(2), 'hex').reduce((sum, byte) => sum + (byte === 0 ? 4 : 16), 0)
        const gas = await scene.provider.estimateGas({ to: await contract.getAddress(), data })
        return Number(gas) - 21_000 - calldata
      }
      const border = 107 * WINDOW - firstDayOfYear(2026)
      expect(await gasOf(40, 10)).to.be.below(4_000) // 2,100 of it for the storage word that nobody read before
      expect(await gasOf(border - 5, 10)).to.be.below(7_000) // over a window's border
      expect(await gasOf(border + 5, 60)).to.be.below(6_500)
    })
  })

  describe('isWorkingDay', () => {
    it('goes by the week where nothing is covered, and says so', async () => {
      expect(await day(0)).to.deep.equal([true, true]) // Thursday 1970-01-01
      expect(await day(2)).to.deep.equal([false, true])
      expect(await day(4_294_967_295)).to.deep.equal([false, true]) // 4,294,967,295 + 4 is a multiple of 7: a Sunday
    })

    it('says so of the days right before and behind what is covered', async () => {
      for (const [number, provisional] of [
        [FIRST - 1, true],
        [FIRST, false],
        [END - 1, false],
        [END, true],
      ] as const) {
        expect(await day(number), dateOfDay(number)).to.have.property('1', provisional)
      }
    })

    it('agrees with the seed on each of its days', async () => {
      const known = workDaysOf(SEED_CALENDAR)
      for (let number = FIRST; number < END; number += 1) {
        const [working, provisional] = (await day(number)) as [boolean, boolean]
        const weekend = [0, 6].includes(new Date(number * 86_400_000).getUTCDay())
        expect({ working, provisional }, dateOfDay(number)).to.deep.equal({
          working: weekend === known.exceptions.has(number),
          provisional: false,
        })
      }
    })
  })
})

function windowOf(day: number): number {
  return Math.floor(day / WINDOW)
}

/** The calendar after these spans were set. */
function daysOf(spans: readonly Span[]): WorkDays {
  return spans.reduce(withSpan, NO_DAYS)
}
