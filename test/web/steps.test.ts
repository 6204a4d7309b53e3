// What the pages work out by themselves: the steps of a grant's life, and how many working days a due time left.

import { expect } from 'chai'
import fc from 'fast-check'
import { describeExceptions, type WorkDays, workingDaysAfter } from '../../src/calendar.ts'
import type { Delivery, GrantLife } from '../../src/http/schemas/grant.ts'
import type { Calendar } from '../../src/http/schemas/life.ts'
import { grantOf } from '../http/directory.ts'

interface Step {
  readonly kind: string
  readonly entry?: { readonly event: string }
  readonly agreement?: number
  readonly uses?: readonly Delivery[]
  readonly vetoed: boolean
  readonly ahead?: boolean
}
type Sum = Readonly<Record<'bytes' | 'rows' | 'accesses', bigint>> & { readonly kind: string; readonly count: number }
interface Stopped {
  readonly id: number
  readonly state: string
  readonly history: GrantLife['history']
}
interface StepsModule {
  stepsOf(grant: GrantLife, agreements?: readonly Stopped[]): readonly Step[]
  sumByKind(uses: readonly Partial<Delivery>[]): readonly Sum[]
  unlistedOf(grant: GrantLife): { readonly count: number; readonly bytes: bigint; readonly rows: bigint }
}
type Due = { readonly time: string; readonly calendarVersion: number; readonly provisional: boolean }
interface DaysModule {
  countWorkingDays(start: string, due: Due, calendar: Calendar | undefined): number | undefined
}

const load = async <T>(name: string): Promise<T> =>
  (await import(new URL(`../../src/web/${name}.js`, import.meta.url).href)) as T

const placeAt = (number: number) => ({
  transaction: `0x${number}`,
  block: { number, hash: `0x${number}`, time: '2026-01-05T02:00:00.000Z' },
})
const entry = (event: string, number: number) => ({
  event,
  says: { zh: event, en: event },
  arguments: {},
  place: placeAt(number),
})
const share = (number: number, bytes = '10', rows = '1'): Delivery => ({
  kind: 'share',
  channel: 'online-query',
  bytes,
  rows,
  ...placeAt(number),
})
function lifeOf(fields: Partial<GrantLife>): GrantLife {
  return {
    ...grantOf({ id: 1 }),
    history: [],
    vetoes: [],
    statements: [],
    computations: { count: 0, newest: [] },
    confirmations: { count: 0, newest: [] },
    corrections: [],
    ...fields,
  }
}

describe('the steps of a grant’s life', () => {
  let steps: StepsModule
  before(async () => {
    steps = await load<StepsModule>('steps')
  })
  const kindsOf = (grant: GrantLife) => steps.stepsOf(grant).map(({ kind, entry }) => entry?.event ?? kind)

  it('sum up what no act comes between, and no more', () => {
    const history = [
      entry('AccessRequested', 1),
      entry('AccessGranted', 2),
      entry('GrantVetoed', 5),
      entry('GrantVetoLifted', 7),
    ]
    const grant = lifeOf({ history, deliveries: [share(8), share(4), share(3)] })
    const made = steps.stepsOf(grant)
    expect(kindsOf(grant)).to.deep.equal([
      'AccessRequested',
      'AccessGranted',
      'uses',
      'GrantVetoed',
      'GrantVetoLifted',
      'uses',
    ])
    expect(made.map(({ vetoed }) => vetoed)).to.deep.equal([false, false, false, true, false, false])
    expect(made[2]!.uses!.map(({ block }) => block.number)).to.deep.equal([3, 4])
  })

  it('never put a delivery after the veto or the revocation of its own block', () => {
    for (const event of ['GrantVetoed', 'GrantRevoked']) {
      const history = [entry('AccessGranted', 2), entry(event, 2)]
      expect(kindsOf(lifeOf({ history, deliveries: [share(2)] }))).to.deep.equal(['AccessGranted', 'uses', event])
    }
  })

  it('leave a veto over that was lifted in its own block', () => {
    const history = ['GrantVetoed', 'GrantVetoLiftAgreed', 'GrantVetoLifted'].map(event => entry(event, 2))
    const made = steps.stepsOf(lifeOf({ history, deliveries: [share(2)] }))
    expect(made.map(({ kind, vetoed }) => [kind, vetoed])).to.deep.equal([
      ['uses', false],
      ['act', true],
      ['act', true],
      ['act', false],
    ])
  })

  it('tell what stopped an agreement since the grant was asked for, and then nothing more to come', () => {
    const decision = { outcome: 'granted', decision: 'provider', ...placeAt(4) } as const
    const history = [entry('AccessRequested', 3), entry('AccessGranted', 4), entry('GrantVetoed', 7)]
    const grant = lifeOf({ requested: placeAt(3), history, decision, deliveries: [share(6)] })
    const above = { id: 1, state: 'in-force', history: [entry('AgreementVetoed', 1), entry('AgreementVetoLifted', 2)] }
    const stopped = [entry('AgreementInForce', 3), entry('AgreementVetoed', 5), entry('AgreementVetoLifted', 8)]
    const below = { id: 2, state: 'in-force', history: stopped }
    const told = (agreements: readonly Stopped[]) =>
      steps
        .stepsOf(grant, agreements)
        .map(({ kind, entry, agreement, vetoed }) => [`${entry?.event ?? kind}${agreement ?? ''}`, vetoed])
    const began = [
      ['AccessRequested', false],
      ['AccessGranted', false],
      ['AgreementVetoed2', true],
      ['uses', true],
      ['GrantVetoed', true],
      ['AgreementVetoLifted2', true],
    ]
    expect(told([above, below])).to.deep.equal([...began, ['ends', true]])
    const ended = { ...below, state: 'ended', history: [...stopped, entry('AgreementEnded', 9)] }
    expect(told([above, ended])).to.deep.equal([...began, ['AgreementEnded2', true]])
  })

  it('end with what is still to come', () => {
    const due = { time: '2026-01-19T16:00:00.000Z', calendarVersion: 1, provisional: false, late: false }
    const waiting = lifeOf({ state: 'requested', due: { ...due, overdue: false } })
    expect(steps.stepsOf(waiting)).to.have.length(1)
    expect(steps.stepsOf(waiting)[0]).to.include({ kind: 'due', ahead: true })
    expect(steps.stepsOf(lifeOf({ state: 'requested', due: { ...due, overdue: true } }))[0]).to.include({
      ahead: false,
    })
    const decision = { outcome: 'granted', decision: 'provider', ...placeAt(2) } as const
    expect(steps.stepsOf(lifeOf({ decision }))[0]).to.include({ kind: 'ends', ahead: true })
    expect(steps.stepsOf(lifeOf({ decision, state: 'expired' }))[0]).to.include({ kind: 'ends', ahead: false })
    expect(steps.stepsOf(lifeOf({ decision, state: 'revoked' }))).to.deep.equal([])
  })

  it('have every act once and in its order, and lose no byte, whatever the blocks', () => {
    const big = fc.bigInt({ min: 0n, max: 2n ** 64n }).map(String)
    const uses = fc.array(fc.tuple(fc.nat(20), big, big), { maxLength: 40 })
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 30 }), uses, fc.nat(5), (blocks, taken, missing) => {
        const history = blocks.toSorted((a, b) => a - b).map((at, k) => entry(`Act${k}`, at))
        const deliveries = taken.toSorted(([a], [b]) => b - a).map(([at, bytes, rows]) => share(at, bytes, rows))
        const total = deliveries.reduce((sum, { bytes }) => sum + BigInt(bytes), 0n)
        const delivered = { count: taken.length + missing, bytes: String(total + 7n), rows: '0' }
        const grant = lifeOf({ history, deliveries, delivered })
        const made = steps.stepsOf(grant)
        expect(made.flatMap(({ entry }) => entry?.event ?? [])).to.deep.equal(history.map(({ event }) => event))
        const found = made.flatMap(({ uses }) => uses ?? [])
        expect(found).to.have.length(taken.length)
        expect(steps.sumByKind(found)[0]?.bytes ?? 0n).to.equal(total)
        expect(steps.unlistedOf(grant)).to.include({ count: missing, bytes: 7n })
      }),
    )
  })
})

describe('the working days of a due time', () => {
  let days: DaysModule
  before(async () => {
    days = await load<DaysModule>('working-days')
  })
  const DAY = 86_400
  const FIRST = Date.parse('2026-01-01T00:00:00Z') / 1000 / DAY

  it('are as many as the contract counted, whatever the holidays', () => {
    const exceptions = fc.uniqueArray(fc.integer({ min: FIRST, max: FIRST + 364 }), { maxLength: 120 })
    fc.assert(
      fc.property(exceptions, fc.nat(100 * DAY), fc.integer({ min: 1, max: 60 }), (turned, seconds, count) => {
        const known: WorkDays = { firstDay: FIRST, endDay: FIRST + 365, exceptions: new Set(turned) }
        const start = FIRST * DAY + seconds
        const { dueAt, provisional } = workingDaysAfter(start, count, known)
        const calendar = { version: 3, ...describeExceptions(turned) }
        const time = new Date(dueAt * 1000).toISOString()
        const due = { time, calendarVersion: 3, provisional }
        const counted = days.countWorkingDays(new Date(start * 1000).toISOString(), due, calendar)
        expect(counted).to.equal(provisional ? undefined : count)
      }),
    )
  })

  it('are not told where the calendar cannot tell them, nor counted for ever', () => {
    const calendar = { version: 2, holidays: [], makeUpDays: [] }
    const due = { time: '2026-01-19T16:00:00.000Z', calendarVersion: 2, provisional: false }
    const start = '2026-01-05T02:00:00.000Z'
    expect(days.countWorkingDays(start, due, calendar)).to.equal(10)
    expect(days.countWorkingDays(start, due, { ...calendar, version: 3 })).to.equal(undefined)
    expect(days.countWorkingDays(start, { ...due, provisional: true }, calendar)).to.equal(undefined)
    expect(days.countWorkingDays(start, due, undefined)).to.equal(undefined)
    expect(days.countWorkingDays(start, { ...due, time: '9999-12-31T00:00:00.000Z' }, calendar)).to.equal(undefined)
    expect(days.countWorkingDays('nonsense', due, calendar)).to.equal(undefined)
  })
})
