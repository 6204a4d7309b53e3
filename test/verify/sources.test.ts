// What a verifier says of records that their sources signed: a ledger that changes one is caught, a source that signs two
// for one place is shown, and without keys in the trust file nothing is claimed.

import { expect } from 'chai'
import { type AccessRecord, parseRecordInput } from '../../src/core/record.ts'
import { makeSourceKey, type Place, type SourceKey, signLine } from '../../src/source/sign.ts'
import { Disagreement, NotCheckable } from '../../src/verify/report.ts'
import type { Row } from '../../src/verify/rows.ts'
import { checkSources, findCopies } from '../../src/verify/sources.ts'

const ORIGIN = 'suyuan.test/log'
const newKey = (fill: number, source = 'gate'): SourceKey =>
  makeSourceKey({ source, origin: ORIGIN, secret: new Uint8Array(32).fill(fill) })
const KEY = newKey(1)

function rows(
  count: number,
  { key = KEY, rows = 0, first = 0 }: { key?: SourceKey; rows?: number; first?: number } = {},
): Row[] {
  let place: Place = { seq: 0, previous: undefined }
  return Array.from({ length: count }, (_, k) => {
    const line = {
      action: 'read',
      consumer: 'c',
      resource: 'r',
      rows,
      source: key.source,
      status: 'ok',
      time: '2026-03-01T00:00:00Z',
    }
    const { line: text, link } = signLine(parseRecordInput(line), place, key)
    place = { seq: k + 1, previous: link }
    const open = parseRecordInput(JSON.parse(text)) as AccessRecord
    return { index: first + k, record: { ...open, provider: 'p', filled: 'provider' } }
  })
}

const check = (given: readonly Row[], ...keys: readonly SourceKey[]) =>
  checkSources(
    given,
    ORIGIN,
    keys.map(({ verifierKey }) => verifierKey),
  )
const failure = (act: () => unknown): unknown => {
  try {
    act()
  } catch (error) {
    return error
  }
  return undefined
}

describe('records of sources that sign', () => {
  it('hold by the keys of the trust file, and are counted', () => {
    const other = newKey(2, 'other')
    const given = [...rows(3), ...rows(2, { key: other, first: 3 })]
    expect(check(given, KEY, other)).to.deep.equal({ signed: 5, held: [0, 1, 2, 3, 4], unsigned: [], forked: [] })
    // Of a source without keys nothing is said.
    expect(check(given, KEY)).to.deep.include({ signed: 3, held: [0, 1, 2] })
  })

  it('are tampered with where the ledger changed one, and the record is named', () => {
    const [first, second] = rows(2) as [Row, Row]
    for (const fields of [
      { bytes: 1 },
      { consumer: 'd' },
      { seq: 5 },
      { time: '2026-03-01T00:00:00.001Z' },
      { filled: undefined },
    ]) {
      const record = { ...second.record, ...fields } as AccessRecord
      const error = failure(() => check([first, { index: 1, record }], KEY))
      expect(error).to.be.instanceOf(Disagreement)
      expect((error as Disagreement).index).to.equal(1)
    }
  })

  it('cannot be checked where somebody else signed in a source’s name', () => {
    const error = failure(() => check([...rows(1), ...rows(1, { key: newKey(3), first: 1 })], KEY))
    expect(error).to.be.instanceOf(NotCheckable)
    expect((error as NotCheckable).words.en)
      .to.contain('Record 1 ')
      .and.contain('gate')
  })

  it('show what their source did: nothing signed, one place twice', () => {
    const given = rows(3)
    const bare = { ...given[1]!.record } as Record<string, unknown>
    for (const field of ['signature', 'filled', 'previous', 'seq']) delete bare[field]
    expect(check([...given, { index: 3, record: bare as unknown as AccessRecord }], KEY)).to.deep.include({
      signed: 3,
      unsigned: [3],
    })
    const forks = rows(2, { rows: 7, first: 3 })
    expect(check([...given, ...forks], KEY)).to.deep.include({
      signed: 5,
      forked: [
        [0, 3],
        [1, 4],
      ],
    })
  })
})

describe('copies of a signed line', () => {
  it('are told by the leaf that has it first, whoever signed it and in whatever order they are shown', () => {
    const given = rows(3)
    const again = (index: number, fields: object = {}): Row => ({
      index,
      record: { ...given[1]!.record, ...fields },
    })
    expect(findCopies(given, ORIGIN)).to.deep.equal([])
    expect(findCopies([again(9), ...given.toReversed(), again(7)], ORIGIN)).to.deep.equal([
      [1, 7],
      [1, 9],
    ])
    // What the ledger filled in is not the source's: it makes no other line of it.
    expect(findCopies([...given, again(9, { provider: 'q' })], ORIGIN)).to.deep.equal([[1, 9]])
    expect(check([...given, again(9)], KEY)).to.deep.include({ signed: 4, forked: [] })
  })

  it('are none where anything that was signed differs, nor where nothing was', () => {
    const [row] = rows(1) as [Row]
    for (const fields of [{ bytes: 1 }, { seq: 5 }, { time: '2026-03-01T00:00:00.001Z' }]) {
      const record = { ...row.record, ...fields } as AccessRecord
      expect(findCopies([row, { index: 1, record }], ORIGIN)).to.deep.equal([])
    }
    expect(findCopies([row, ...rows(1, { key: newKey(2), first: 1 })], ORIGIN)).to.deep.equal([])
    const bare = { ...row.record } as Record<string, unknown>
    for (const field of ['signature', 'filled', 'previous', 'seq']) delete bare[field]
    const record = bare as unknown as AccessRecord
    const two = [1, 2].map(index => ({ index, record }))
    expect(findCopies(two, ORIGIN)).to.deep.equal([])
  })
})
