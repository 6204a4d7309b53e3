// Which segments go into archives, and which archives may be removed for good.

import { expect } from 'chai'
import type { Anchor } from '../src/anchors.ts'
import { openAnchors } from '../src/anchors.ts'
import { keepArchiving, nextToArchive } from '../src/archiving.ts'
import { judgePruning } from '../src/pruning.ts'
import { yearsLater } from '../src/retention.ts'
import type { SegmentState } from '../src/store/archive/old-segments.ts'
import { TestLog } from './chain/fixtures.ts'
import { openLog, SEGMENT, SIZE, sign } from './store/archives.ts'
import { fill } from './store/conformance.ts'
import { freshDirectory, removeDirectories } from './store/directory.ts'

after(removeDirectories)

const DAY = 86_400_000
const T0 = Date.UTC(2026, 2, 1)

function segment(number: number, fields: Partial<SegmentState> = {}): SegmentState {
  return {
    number,
    first: number * 100,
    end: (number + 1) * 100,
    place: 'log',
    entriesBytes: 1_000,
    sealedBytes: 0,
    minTime: T0 + number * DAY,
    maxTime: T0 + (number + 1) * DAY - 1,
    ...fields,
  }
}

function anchor(size: number, time: number): Anchor {
  const block = { number: size, hash: `0x${'2'.repeat(64)}`, time: Math.floor(time / 1000) }
  return { size, root: '', checkpoint: 'note', transaction: `0x${'1'.repeat(64)}`, block }
}

function anchorsOf(...list: readonly Anchor[]) {
  return {
    findAtLeast: async (size: number) => list.find(found => found.size >= size),
    newest: async () => list.slice(-1),
  }
}

describe('archiving: which segment is next', () => {
  const segments = [
    segment(0, { place: 'pruned' }),
    segment(1, { place: 'archive' }),
    segment(2),
    segment(3),
    segment(4),
  ]

  it('is none unless it is told so', () => {
    expect(nextToArchive(segments, { afterYears: undefined, overBytes: undefined }, T0 + 1e15)).to.equal(undefined)
  })

  it('is the first whose records are all older', () => {
    const policy = { afterYears: 2, overBytes: undefined }
    const old = yearsLater(segment(2).maxTime, 2)
    expect(nextToArchive(segments, policy, old - 1)).to.equal(undefined)
    expect(nextToArchive(segments, policy, old)).to.have.property('number', 2)
    // One late record keeps a segment, not those behind it.
    const late = segments.with(2, segment(2, { maxTime: T0 + 10 * DAY }))
    expect(nextToArchive(late, policy, yearsLater(segment(3).maxTime, 2))).to.have.property('number', 3)
  })

  it('is the oldest while the segments outside of archives have too many bytes', () => {
    expect(nextToArchive(segments, { afterYears: undefined, overBytes: 3_000 }, T0)).to.equal(undefined)
    expect(nextToArchive(segments, { afterYears: undefined, overBytes: 2_999 }, T0)).to.have.property('number', 2)
    expect(nextToArchive([], { afterYears: undefined, overBytes: 0 }, T0)).to.equal(undefined)
  })

  it('is archived in the background once an anchor covers it, and what fails is tried again', async () => {
    const store = await openLog(freshDirectory())
    await fill(store, SIZE)
    const checkpoint = await sign(store)
    const anchors = openAnchors(store.facts)
    const stop = new AbortController()
    const log = new TestLog()
    let pauses = 0
    const clock = {
      now: () => Date.now(),
      sleep: async () => {
        pauses++
        if (pauses === 1) await anchors.record({ ...anchor(SIZE, T0), checkpoint: 'no note' })
        if (pauses === 2) await anchors.record({ ...anchor(SIZE, T0), checkpoint })
        if (pauses === 3) stop.abort()
      },
    }
    const policy = { afterYears: undefined, overBytes: 0 }
    await keepArchiving({ old: store.old, anchors, policy, clock, log }, stop.signal)
    expect(store.old.list().map(({ place }) => place)).to.deep.equal(['archive', 'archive'])
    expect(log.lines.join('\n')).to.match(
      /archive: .*note.*archive: a segment was archived.*archive: a segment was archived/s,
    )
    expect(SEGMENT).to.equal(256)
    await store[Symbol.asyncDispose]()
  })
})

describe('pruning: what may be removed', () => {
  const by = 'the archive'
  const archive = (number: number, fields: Partial<SegmentState> = {}) =>
    segment(number, { place: 'archive', ...fields })
  const accepted = T0 + 30 * DAY
  const old = yearsLater(accepted, 5)
  const judge = async (
    segments: readonly SegmentState[],
    anchors: readonly Anchor[],
    { now = old + DAY, retentionYears = 5, isOwnClock = false } = {},
  ) => {
    const judged = await judgePruning(segments, anchorsOf(...anchors), { retentionYears, by, now, isOwnClock })
    return judged.map(judgement => ('why' in judgement ? 'old' : (judgement.until ?? judgement.refused.en)))
  }
  const anchors = [anchor(100, accepted), anchor(200, accepted + DAY), anchor(900, old + DAY)]

  it('is what was anchored as long ago as its retention, and whose records say so, too', async () => {
    expect(await judge([archive(0), archive(1)], anchors)).to.deep.equal(['old', 'old'])
    expect(await judge([archive(0), archive(1)], anchors, { now: old })).to.deep.equal([
      'old',
      yearsLater(accepted + DAY, 5),
    ])
  })

  it('is nothing that a record was dated back for', async () => {
    const backdated = archive(0, { minTime: 0, maxTime: Date.UTC(2001, 0, 1) })
    const young = [anchor(100, old), anchor(900, old + DAY)]
    expect(await judge([backdated], young)).to.deep.equal([yearsLater(old, 5)])
  })

  it('is nothing with one younger record', async () => {
    const late = archive(0, { maxTime: accepted + 100 * DAY })
    expect(await judge([late], anchors)).to.deep.equal([yearsLater(accepted + 100 * DAY, 5)])
  })

  it('is nothing because a clock was set ahead: the chain tells the time, too', async () => {
    const still = [anchor(100, accepted), anchor(900, accepted + 10 * DAY)]
    expect(await judge([archive(0)], still, { now: Date.UTC(2099, 0, 1) })).to.deep.equal([old])
    // Nor because the chain's was.
    expect(await judge([archive(0)], anchors, { now: old - 1 })).to.deep.equal([old])
  })

  it('is nothing that is not archived, or not anchored; and nothing behind what must stay', async () => {
    expect(await judge([segment(0), archive(1)], anchors)).to.deep.equal(['it is not archived (suyuan archive move)'])
    expect(await judge([archive(0)], [])).to.deep.equal(['no anchor on the chain covers it'])
    expect(await judge([archive(0), archive(9)], anchors)).to.deep.equal(['old', 'no anchor on the chain covers it'])
    expect(await judge([segment(0, { place: 'pruned' }), archive(1)], anchors)).to.deep.equal(['old'])
  })

  it('keeps longer when it is told to', async () => {
    const anchored = [anchor(100, accepted), anchor(900, old + DAY)]
    expect(await judge([archive(0)], anchored, { retentionYears: 6 })).to.deep.equal([yearsLater(accepted, 6)])
  })

  it('counts years of the calendar', () => {
    expect(new Date(yearsLater(Date.UTC(2024, 1, 29, 12), 5)).toISOString()).to.equal('2029-03-01T12:00:00.000Z')
    expect(new Date(yearsLater(Date.UTC(2026, 11, 31), 5)).toISOString()).to.equal('2031-12-31T00:00:00.000Z')
  })
})
