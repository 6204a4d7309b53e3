// Both sides of an exchange: what only one logged, what the two logged otherwise, and what may still come.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { parseXroad } from '../../src/core/line/xroad.ts'
import { mapLine, parseMapping } from '../../src/core/mapping.ts'
import { CONSUMER, RESOURCE } from './directory.ts'
import { type Ledger, line, NOW, openLedger } from './fixture.ts'

const XROAD = join(import.meta.dirname, '../../../shared/data/xroad-opendata-sample.tsv')

describe('matching both sides', () => {
  let ledger: Ledger
  beforeEach(async () => {
    ledger = await openLedger()
  })
  afterEach(() => ledger[Symbol.asyncDispose]())

  const side = (source: string, transaction: string, k: number, fields: object = {}) =>
    line(k, { source, transaction, seq: k, ...fields })
  const match = async (query = 'from=2026-03-01&to=2026-03-02') => {
    const response = await ledger.get(`/v1/transactions/unmatched?client=xc&producer=xp&${query}`)
    return { ...response.json(), status: response.statusCode }
  }

  it('finds what one side left out and what they do not state alike', async () => {
    await ledger.send([
      side('xc', 'both', 0),
      side('xp', 'both', 1),
      side('xc', 'client-only', 2),
      side('xp', 'producer-only', 3),
      side('xc', 'other-bytes', 4),
      side('xp', 'other-bytes', 5, { bytes: 999 }),
      side('xc', 'bytes-unsaid', 6),
      side('xp', 'bytes-unsaid', 7, { bytes: undefined }),
      side('xc', 'twice', 8),
      side('xc', 'twice', 9),
      side('xp', 'twice', 10),
      line(11, { source: 'xc' }),
      line(12, { source: 'elsewhere', transaction: 'client-only' }),
    ])
    const { oneSided, contradicting, ...counts } = await match()
    expect(counts).to.deep.equal({
      status: 200,
      size: 13,
      from: '2026-02-28T16:00:00.000Z',
      to: '2026-03-02T16:00:00.000Z',
      records: { client: 7, producer: 5 },
      unnamed: { client: 1, producer: 0 },
      matched: 4,
      waiting: 0,
      oneSidedCount: 3,
      contradictingCount: 1,
    })
    expect(
      oneSided.map(({ side, transaction, index }: Record<string, unknown>) => [side, transaction, index]),
    ).to.deep.equal([
      ['client', 'client-only', 2],
      ['producer', 'producer-only', 3],
      ['client', 'twice', 9],
    ])
    expect(contradicting).to.deep.equal([{ transaction: 'other-bytes', client: 4, producer: 5, differs: ['bytes'] }])
  })

  it('waits for the other side, and looks for it beyond the edges of the time', async () => {
    const at = (ms: number) => ({ time: new Date(ms).toISOString() })
    const edge = Date.parse('2026-03-01T16:00:00.000Z') // the end of 1 March in Beijing
    await ledger.send([
      side('xc', 'over-the-edge', 0, at(edge - 1_000)),
      side('xp', 'over-the-edge', 1, at(edge + 1_000)),
      side('xc', 'too-far', 2, at(edge - 1_000)),
      side('xp', 'too-far', 3, at(edge + 3_600_001)),
      side('xc', 'young', 4, at(NOW - 3_599_000)),
    ])
    const first = await match('from=2026-03-01&to=2026-03-01')
    expect(first).to.include({ matched: 1, waiting: 0, oneSidedCount: 1 })
    expect(first.oneSided[0]).to.include({ transaction: 'too-far' })
    expect(await match()).to.include({ matched: 2, waiting: 1, oneSidedCount: 0 })
    expect(await match('from=2026-03-01&to=2026-03-02&apart=3000')).to.include({ waiting: 0, oneSidedCount: 1 })
  })

  it('refuses what cannot be answered', async () => {
    await ledger.send([line(0)])
    for (const [query, code] of [
      ['from=2026-03-02&to=2026-03-01', 'question_invalid'],
      ['from=2026-03-01', 'request_invalid'],
      ['from=2026-03-01&to=2026-03-02&apart=-1', 'request_invalid'],
    ] as const) {
      expect((await match(query)).code, query).to.equal(code)
    }
    const same = await ledger.get('/v1/transactions/unmatched?client=x&producer=x&from=2026-03-01&to=2026-03-02')
    expect(same.json().code).to.equal('question_invalid')
  })

  it('agrees with a count by hand on real lines of an exchange layer', async function () {
    if (!existsSync(XROAD)) {
      console.log(`      skipped: ${XROAD} is not here; it has the real lines that this test reads`)
      this.skip()
    }
    const mapping = parseMapping(
      JSON.stringify({
        source: { client: 'xc', producer: 'xp' },
        resources: [{ service: 'ee-dev/COM/11022625/ef-dev-adm/*', resource: RESOURCE }],
        consumers: [{ any: true, consumer: CONSUMER }],
      }),
    )
    // All hundred lines are pairs; a platform that hides some of one side is what is looked for.
    const texts = readFileSync(XROAD, 'utf8')
      .split('\n')
      .filter(text => text !== '')
      .filter((_, k) => k % 7 !== 3)
    const records = texts.flatMap(text => {
      const mapped = mapLine(mapping, parseXroad(text))
      return mapped.kind === 'skip' ? [] : [mapped.input]
    })
    await ledger.send(records)
    const sides = new Map<string, { client: number; producer: number }>()
    for (const { source, transaction } of records) {
      const known = sides.get(transaction!) ?? { client: 0, producer: 0 }
      known[source === 'xc' ? 'client' : 'producer']++
      sides.set(transaction!, known)
    }
    const both = [...sides.values()].reduce((sum, { client, producer }) => sum + Math.min(client, producer), 0)
    const alone = [...sides.values()].reduce((sum, { client, producer }) => sum + Math.abs(client - producer), 0)
    const found = await match('from=2015-01-01&to=2020-01-01')
    expect({ both, alone }).to.deep.equal({ both: 36, alone: 14 })
    expect({ matched: found.matched, alone: found.oneSidedCount }).to.deep.equal({ matched: both, alone })
    expect(found.contradicting).to.deep.equal([])
  })
})
