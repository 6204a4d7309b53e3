// A monitor that knows other clocks than the log's: blocks of anchors, and its own. What a log dates back is seen by them; what an
// honest log does on a slow chain, or under the eyes of a monitor with a wrong clock, is not taken for that.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Anchor } from '../../src/anchors.ts'
import type { Chain } from '../../src/chain/network.ts'
import { type LogKey, openLogKey } from '../../src/log-key.ts'
import { boundBehind, markAnchors, marksBehind, pastMarks, withMark } from '../../src/monitor/outside-clocks.ts'
import type { OnRecord } from '../../src/monitor/state-shape.ts'
import { type CheckedFinding, checkFinding } from '../../src/verify/finding.ts'
import type { Trust } from '../../src/verify/trust.ts'
import { ORIGIN, TestFacts } from '../chain/fixtures.ts'
import { makeRecord } from '../store/leaves.ts'
import { findingOf, makeMonitorKey, provenRecord } from '../verify/findings.ts'
import { AnchoredLedger, nowSeconds } from './anchored-ledger.ts'
import { holding, NOW, Operator, type Service, serve, serveAndWatch, type Watch, watch } from './operator.ts'

const HOUR = 3_600
const DAY = 24 * HOUR

/** In the hands of whose clock was set back: it signs nothing earlier than what it remembers. */
function forgetful({ dir }: Operator): Promise<LogKey> {
  return openLogKey({ dir, origin: ORIGIN, facts: new TestFacts() })
}

/** Appends records of that time (s), and signs them with that. */
async function growAt(operator: Operator, count: number, signed: number, ...times: readonly number[]): Promise<void> {
  const { size } = operator.store.head
  const timeOf = (k: number): string => new Date(Math.floor(times[k] ?? signed) * 1000).toISOString()
  await operator.append(Array.from({ length: count }, (_, k) => makeRecord(size + k, { time: timeOf(k) })))
  const { head } = operator.store
  operator.checkpoint = (await forgetful(operator)).sign(head, signed)
  await operator.index.cover({ ...head, checkpoint: operator.checkpoint, time: signed })
}

const told = (all: readonly { readonly check: string }[]): string[] => all.map(({ check }) => check)

describe('monitor: the clock of the log', () => {
  let operator: Operator
  let service: Service
  let trust: Trust
  let watching: Watch

  const hold = holding()
  beforeEach(async () => {
    ;({ operator, service, trust, watching } = await serveAndWatch(hold))
  })

  const fileOf = ({ file }: OnRecord): Promise<Buffer> => readFile(join(watching.dir, file))

  describe('by itself', () => {
    it('that goes back is a fault, proven by two epochs; and dates nothing back', async () => {
      await growAt(operator, 10, NOW)
      await growAt(operator, 10, NOW - 31 * DAY)
      await growAt(operator, 10, NOW - 31 * DAY + 60, NOW, NOW - 30 * DAY)
      const { faults, warnings, notices } = await watching.round()
      expect(faults.map(({ check, subject }) => `${check} ${subject}`)).to.deep.equal([
        'clock-reversed epoch 1',
        'clock-reversed epoch 2',
      ])
      const file = await fileOf(faults[1]!)
      const { verdict, detail } = await checkFinding(file, trust)
      expect([verdict, detail.en]).to.deep.equal([
        'proven',
        'The log signed that it had 10 records at 2026-01-01T01:00:00.000Z, and that it had 30 already at 2025-12-01T01:01:00.000Z. A log only grows, so one of these times is false.',
      ])
      // Also of the records that its second epoch brought, which have the times of that.
      expect([told(warnings), told(notices)]).to.deep.equal([['record-backdated'], Array(19).fill('record-backdated')])
      const late = await checkFinding(await fileOf(notices.at(-1)!), trust)
      expect(late.verdict).to.equal('proven')
      expect(late.detail.en).to.contain(
        "At 2026-01-01T01:00:00.000Z, by the log's own signed time, the log had 10 records",
      )

      const { evidence } = JSON.parse(file.toString())
      const { before, ...later } = evidence
      const { timeKey: _, ...timeless } = trust
      const { indexKey: __, ...indexless } = trust
      expect((await checkFinding(file, timeless)).verdict).to.equal('unproven')
      expect((await checkFinding(file, indexless)).verdict).to.equal('unproven')
      const broken = {
        'the other way round': { ...before, before: later },
        'one twice': { ...later, before: later },
        'one alone': later,
        'another place': { ...later, before: { ...before, epoch: 1 } },
      }
      for (const [what, claimed] of Object.entries(broken)) {
        const finding = findingOf(await makeMonitorKey(), 'clock-reversed', claimed)
        expect((await checkFinding(finding, trust)).verdict, what).to.equal('refuted')
      }
    })

    it('that says a time which no calendar has ends no round and no verifier', async () => {
      const beyond = 1e13
      await growAt(operator, 10, beyond, ...Array<number>(10).fill(NOW))
      await growAt(operator, 10, NOW)
      const { troubles, faults, warnings, notices } = await watching.round()
      expect([troubles, told(faults)]).to.deep.equal([[], ['clock-reversed']])
      expect([told(warnings), told(notices)]).to.deep.equal([['record-backdated'], Array(10).fill('record-backdated')])
      for (const found of [faults[0]!, notices[0]!]) {
        const { verdict, detail } = await checkFinding(await fileOf(found), trust)
        expect(verdict).to.equal('proven')
        expect(detail.en).to.contain('9999-12-31T23:59:59.')
      }
      const { evidence } = JSON.parse((await fileOf(notices[0]!)).toString())
      const unfounded = findingOf(await makeMonitorKey(), 'record-backdated', { ...evidence, days: 1e12 })
      expect((await checkFinding(unfounded, trust)).verdict).to.equal('refuted')
    })

    it('that stands still or goes on is none', async () => {
      await growAt(operator, 10, NOW)
      await growAt(operator, 10, NOW)
      await growAt(operator, 10, NOW + 40 * DAY)
      const { faults, warnings } = await watching.round()
      expect([told(faults), told(warnings)]).to.deep.equal([[], []])
    })
  })

  describe('by the monitor’s own', () => {
    const at = (time: number): void => void (watching.now = time * 1000)

    it('that is set back and put right again hides nothing that came in after a look', async () => {
      await growAt(operator, 10, NOW - 31 * DAY)
      at(NOW)
      expect(told((await watching.round()).warnings)).to.deep.equal([]) // it may have stood still for so long
      await watching.restart()
      await growAt(operator, 10, NOW + 60, NOW, NOW - 30 * DAY)
      at(NOW + 120)
      const { faults, warnings, notices } = await watching.round()
      expect([told(faults), told(warnings), told(notices)]).to.deep.equal([
        [],
        ['record-backdated'],
        ['record-backdated'],
      ])
      expect(notices[0]!.subject).to.equal('record 11')
      expect(notices[0]!.en).to.equal(
        "Record 11 states 2025-12-02T01:00:00.000Z, and at 2026-01-01T01:00:00.000Z, by this monitor's own clock, the log showed it no more than 10 leaves: at least 29 days later, with a day taken off for lag.",
      )
      const file = await fileOf(notices[0]!)
      const { verdict, detail } = await checkFinding(file, trust)
      expect(verdict).to.equal('unproven')
      expect(detail.en).to.match(/^Record 11 states .*rests on the monitor's own clock/)
      const { evidence } = JSON.parse(file.toString())
      const broken = {
        'a record that was there': { ...evidence, record: await provenRecord(operator, operator.checkpoint!, 9) },
        'more days': { ...evidence, days: 31 },
        'another time': { ...evidence, look: { ...evidence.look, time: 'then' } },
        'a time that no calendar has': { ...evidence, look: { ...evidence.look, time: '2026-13-01T01:00:00.000Z' } },
        'no look': { record: evidence.record, days: 29 },
      }
      for (const [what, claimed] of Object.entries(broken)) {
        const finding = findingOf(await makeMonitorKey(), 'record-backdated', claimed)
        expect((await checkFinding(finding, trust)).verdict, what).to.equal('refuted')
      }
    })

    it('that stays set back is told of, as either clock’s', async () => {
      await growAt(operator, 10, NOW)
      at(NOW)
      await watching.round()
      await growAt(operator, 10, NOW - 31 * DAY, NOW - 30 * DAY)
      at(NOW + 60)
      const { faults, notices } = await watching.round()
      expect(told(faults)).to.deep.equal(['clock-reversed'])
      const behind = notices.find(({ check }) => check === 'clock-behind')!
      expect(behind.en).to.equal(
        "Epoch 1, of 20 leaves, is signed with the time 2025-12-01T01:00:00.000Z; at 2026-01-01T01:00:00.000Z, by this monitor's own clock, the log showed no more than 10. Either the log's clock was set back, or this monitor's is ahead.",
      )
      const file = await fileOf(behind)
      expect((await checkFinding(file, trust)).verdict).to.equal('unproven')
      const { evidence } = JSON.parse(file.toString())
      const { look, ...epoch } = evidence
      for (const claimed of [
        epoch,
        { ...epoch, look: { ...look, size: 20 } },
        { ...epoch, look: { ...look, time: '2025-12-01T02:00:00.000Z' } },
      ]) {
        const finding = findingOf(await makeMonitorKey(), 'clock-behind', claimed)
        expect((await checkFinding(finding, trust)).verdict).to.equal('refuted')
      }
    })

    it('that is far ahead dates no record of an honest log back', async () => {
      for (let look = 0; look < 4; look++) {
        await growAt(operator, 10, NOW + look * DAY)
        at(NOW + (look + 40) * DAY)
        const { faults, notices } = await watching.round()
        expect(told(faults)).to.deep.equal([])
        expect(told(notices)).to.deep.equal(Array(look).fill('clock-behind'))
      }
    })

    it('looks at what was verified, not at a head of which nothing is served', async () => {
      await growAt(operator, 10, NOW - 31 * DAY)
      const honest = operator.checkpoint!
      // Signed, but without the entries: what it would say of the log is not believed.
      operator.checkpoint = operator.logKey.sign({ size: 1_000_000, root: new Uint8Array(32) }, NOW)
      at(NOW)
      expect(told((await watching.round()).faults)).to.deep.equal([])
      operator.checkpoint = honest
      await watching.round()
      await growAt(operator, 10, NOW + 60, NOW - 30 * DAY)
      at(NOW + 120)
      expect(told((await watching.round()).warnings)).to.deep.equal(['record-backdated'])
    })

    it('has nothing against an epoch that comes days after its checkpoint was shown', async () => {
      await growAt(operator, 10, NOW)
      service.answer = async path => (path.startsWith('index/') ? undefined : operator.answer(path))
      for (const days of [0, 3]) {
        at(NOW + days * DAY + 60)
        await watching.round()
      }
      service.answer = operator.answer
      const { faults, warnings } = await watching.round()
      expect([told(faults), told(warnings)]).to.deep.equal([[], []])
    })

    it('takes lag of less than a day for none', async () => {
      await growAt(operator, 10, NOW)
      at(NOW + 23 * HOUR)
      await watching.round()
      // It was signed before the look, and shown after it.
      await growAt(operator, 10, NOW + 60, NOW - 6.9 * DAY)
      at(NOW + 24 * HOUR)
      const { warnings } = await watching.round()
      expect(told(warnings)).to.deep.equal([])
    })
  })
})

describe('monitor: the clock of the log, by the chain', () => {
  let ledger: AnchoredLedger
  let chain: Chain
  let operator: Operator
  let trust: Trust
  let watching: Watch

  before(async () => {
    ledger = await AnchoredLedger.start()
  })
  after(() => ledger[Symbol.asyncDispose]())
  const hold = holding()
  beforeEach(async () => {
    chain = await ledger.begin()
    operator = hold(await Operator.open())
    trust = await ledger.trustIn(operator)
    const { url } = hold(await serve(operator.answer))
    watching = hold(await watch(trust, url, { chain: async () => chain }))
    watching.now = Date.now()
  })

  /** Records that state these times, signed with that and anchored now. */
  const anchorAt = async (signed: number, times: readonly number[], before?: Anchor): Promise<Anchor> => {
    const { size } = operator.store.head
    const iso = (time: number): string => new Date(Math.floor(time) * 1000).toISOString()
    await operator.append(times.map((time, k) => makeRecord(size + k, { time: iso(time) })))
    return ledger.anchor(operator, before, { logKey: await forgetful(operator), time: signed })
  }
  const judge = (check: string, evidence: unknown, node = true): Promise<CheckedFinding> =>
    makeMonitorKey().then(key =>
      checkFinding(findingOf(key, check, evidence), trust, node ? async () => chain : undefined),
    )

  it('was set back with the record that it was to hide, before the first look', async () => {
    const first = await anchorAt(nowSeconds() - 31 * DAY - HOUR, [nowSeconds() - 31 * DAY])
    await anchorAt(nowSeconds(), [nowSeconds(), nowSeconds() - 30 * DAY - HOUR], first)
    const { faults, warnings, notices } = await watching.round()
    expect([told(faults), told(warnings)]).to.deep.equal([[], ['record-backdated', 'clock-behind']])
    expect(notices.map(({ check, subject }) => `${check} ${subject}`)).to.deep.equal([
      'clock-behind epoch 0',
      'record-backdated record 2',
    ])
    const [behind, late] = await Promise.all(
      notices.map(async ({ file }) => JSON.parse(await readFile(join(watching.dir, file), 'utf8')).evidence),
    )
    for (const [check, evidence] of [
      ['clock-behind', behind],
      ['record-backdated', late],
    ] as const) {
      expect((await judge(check, evidence)).verdict).to.equal('proven')
      expect((await judge(check, evidence, false)).verdict).to.equal('unproven')
      const { anchor } = evidence
      const root = `0x${'12'.repeat(32)}`
      expect((await judge(check, { ...evidence, anchor: { ...anchor, root } })).verdict).to.equal('refuted')
      expect((await judge(check, { ...evidence, anchor: { ...anchor, of: 'index' } })).verdict).to.equal('refuted')
      expect((await judge(check, { ...evidence, anchor: { ...anchor, blockHash: root } })).verdict).to.equal('unproven')
    }
    expect((await judge('record-backdated', late)).detail.en).to.match(
      /^Record 2 states .* By the node, block \d+ of .* anchored 1 records: it was anchored only after that, at least 30 days/,
    )
    expect((await judge('clock-behind', behind)).detail.en).to.match(
      /, 31 days later, anchored no more than 1\. Either/,
    )
    expect((await judge('record-backdated', { ...late, days: 31 })).verdict).to.equal('refuted')
    const early = { ...late, record: await provenRecord(operator, operator.checkpoint!, 0) }
    expect((await judge('record-backdated', early)).verdict).to.equal('refuted')
    // Told once; and what came later is bounded by what was read before.
    await watching.restart()
    const second = { ...first, size: 3, index: { ...first.index!, size: 2 } }
    await anchorAt(nowSeconds(), [nowSeconds() - 30 * DAY], second)
    const next = await watching.round()
    expect([next.found, told(next.notices)]).to.deep.equal([
      1,
      ['clock-behind', 'record-backdated', 'record-backdated'],
    ])
  })

  it('is right though the chain was away for most of a day: nothing is told', async () => {
    const first = await anchorAt(nowSeconds() - 23 * HOUR, [nowSeconds() - 23 * HOUR])
    // They came while the first waited for its block, promptly or late, and were signed before that.
    const times = [22, 12, 6.5 * 24].map(hours => nowSeconds() - hours * HOUR)
    const second = await anchorAt(nowSeconds() - 12 * HOUR, times, first)
    await anchorAt(nowSeconds(), [nowSeconds()], second)
    const { faults, warnings, notices } = await watching.round()
    expect([told(faults), told(warnings), told(notices)]).to.deep.equal([[], [], []])
  })

  it('is asked of a few blocks only', async () => {
    const asked: number[] = []
    const fake = {
      request: async (_: string, [at]: readonly [string]) => {
        asked.push(Number(at))
        const number = Number(at)
        const hash = `0x${number.toString(16).padStart(64, '0')}`
        // A day in which there was one every minute, and then one every second.
        const time = number <= 1440 ? number * 60 : 86_400 + (number - 1440)
        const [hex, zero] = [(n: number) => `0x${n.toString(16)}`, '0x0']
        return { number: at, hash, parentHash: hash, timestamp: hex(time), gasLimit: zero }
      },
    } as unknown as Chain
    const anchors = Array.from({ length: 5_000 }, (_, block) => ({
      of: 'log' as const,
      size: block + 1,
      root: '',
      block,
      blockHash: `0x${block.toString(16).padStart(64, '0')}`,
      transaction: '',
      logIndex: 0,
    }))
    const marks = await markAnchors(fake, anchors)
    expect(asked.length).to.be.lessThan(20)
    expect(marks.map(({ size }) => size)).to.deep.equal(asked.map(block => block + 1).toSorted((a, b) => a - b))
    for (const [k, { time }] of marks.entries()) {
      expect(time - (marks[k - 1]?.time ?? time)).to.be.within(0, 6 * HOUR)
    }
    expect(await markAnchors(fake, [])).to.deep.equal([])
    const moved = anchors.map(anchor => ({ ...anchor, blockHash: '0x' }))
    expect(await markAnchors(fake, moved)).to.deep.equal([])
  })
})

describe('marks of other clocks', () => {
  const marks = [1, 2, 3].map(k => ({ size: k * 10, time: k * DAY }))

  it('bound what lies behind them, less a day', () => {
    const bounds = [9, 10, 19, 20, 99].map(size => boundBehind(marks, size)?.notBefore)
    expect(bounds).to.deep.equal([undefined, 0, 0, DAY, 2 * DAY])
  })

  it('of a time to come are of a chain that counts otherwise, and bound nothing', () => {
    const milliseconds = { size: 40, time: 4 * DAY * 1000 }
    expect(pastMarks([...marks, milliseconds], 2 * DAY * 1000)).to.deep.equal(marks)
    expect(pastMarks(marks, (2 * DAY - 1) * 1000)).to.deep.equal(marks.slice(0, 2))
  })

  it('are kept as far as they may count', () => {
    const kept = [9, 10, 25, 99].map(size => marksBehind(marks, size).map(mark => mark.size))
    expect(kept).to.deep.equal([[10, 20, 30], [10, 20, 30], [20, 30], [30]])
  })

  it('are not taken for hardly more, nor for less', () => {
    const added = [
      { size: 40, time: 3 * DAY + 6 * HOUR - 1 },
      { size: 40, time: 3 * DAY + 6 * HOUR },
      { size: 29, time: 4 * DAY },
    ].map(mark => withMark(marks, mark).length)
    expect(added).to.deep.equal([3, 4, 3])
  })
})
