// GET /v1/sources and registering keys: who may, what is told, what is refused.

import { expect } from 'chai'
import { formatVerifierKey } from '../../src/core/note.ts'
import { parseRecordInput } from '../../src/core/record.ts'
import { makeSourceKey, type Place, signLine } from '../../src/source/sign.ts'
import { type Ledger, line, openLedger, tokenWith } from './fixture.ts'

const key = (fill: number) =>
  makeSourceKey({ source: 'gateway-1', origin: 'suyuan.test/log', secret: new Uint8Array(32).fill(fill) })
const KEY = key(1)
const VKEY = formatVerifierKey(KEY.verifierKey)

/** Lines 0 to `count`, signed; without those of `left out`. */
function signed(count: number, without: readonly number[] = []): object[] {
  let place: Place = { seq: 0, previous: undefined }
  return Array.from({ length: count }, (_, k) => {
    const { line: text, link } = signLine(parseRecordInput(line(k)), place, KEY)
    place = { seq: k + 1, previous: link }
    return JSON.parse(text) as object
  }).filter((_, k) => !without.includes(k))
}

describe('sources over HTTP', () => {
  let ledger: Ledger
  beforeEach(async () => {
    ledger = await openLedger()
  })
  afterEach(() => ledger[Symbol.asyncDispose]())

  const post = (url: string, body: object, token = ledger.token) =>
    ledger.app.inject({ method: 'POST', url, payload: body, headers: { authorization: `Bearer ${token}` } })

  it('tells what came of each', async () => {
    expect((await post('/v1/sources', { key: VKEY, every: 600 })).json()).to.include({ index: 0 })
    await ledger.send([...signed(5, [2, 3]), line(9)])
    const answer = (await ledger.get('/v1/sources')).json()
    expect(answer.size).to.equal(5)
    expect(answer.sources).to.deep.equal([
      {
        source: 'gateway-1',
        strict: false,
        every: 600,
        heard: '2026-03-01T00:01:30.000Z',
        unsigned: 1,
        keys: [
          {
            vkey: VKEY,
            since: { index: 0, time: '2026-03-02T00:00:00.000Z' },
            links: 3,
            next: 5,
            missing: 2,
            holes: [{ from: 2, to: 3 }],
            lost: false,
            faults: [],
            counts: {},
          },
        ],
      },
    ])
    expect((await ledger.get('/v1/sources?source=nobody')).json().sources).to.deep.equal([])
    const metrics = (await ledger.get('/metrics')).body
    expect(metrics)
      .to.match(/^suyuan_sources_missing 2$/m)
      .and.to.match(/^suyuan_sources 1$/m)
  })

  it('shows the registration among the records, judged as what it is', async () => {
    await post('/v1/sources', { key: VKEY, strict: true })
    await ledger.send(signed(1))
    const { rows } = (await ledger.get('/v1/usage?source=suyuan/source')).json()
    expect(rows).to.have.length(1)
    expect(rows[0]).to.deep.include({ index: 0, judgement: 'source-key' })
    expect(rows[0].record).to.deep.equal({
      action: 'register-key',
      key: VKEY,
      source: 'suyuan/source',
      time: '2026-03-02T00:00:00.000Z',
      unsigned: 'refused',
    })
    const { rows: own } = (await ledger.get('/v1/usage?source=gateway-1')).json()
    expect(own[0].record).to.include({ seq: 0, filled: 'provider' })
  })

  it('lets those who act register, and those who read or write look', async () => {
    for (const scope of ['write', 'read', 'sealed', 'erase', 'metrics'] as const) {
      const token = await tokenWith(ledger, scope)
      for (const url of ['/v1/sources', '/v1/sources/retired']) {
        const refused = await post(url, { key: VKEY }, token)
        expect([refused.statusCode, refused.json().code]).to.deep.equal([403, 'scope_missing'])
      }
      const looked = await ledger.get('/v1/sources', { authorization: `Bearer ${token}` })
      expect(looked.statusCode, scope).to.equal(scope === 'write' || scope === 'read' ? 200 : 403)
    }
    expect((await post('/v1/sources', { key: VKEY }, await tokenWith(ledger, 'act'))).statusCode).to.equal(201)
  })

  it('refuses what is wrong, with a code', async () => {
    const cases: readonly (readonly [string, object, number, string])[] = [
      ['/v1/sources', { key: 'nonsense' }, 400, 'request_invalid'],
      ['/v1/sources', { key: VKEY, every: 0 }, 400, 'request_invalid'],
      ['/v1/sources', { key: VKEY, other: 1 }, 400, 'request_invalid'],
      ['/v1/sources', { key: VKEY.replace('gateway-1', 'gateway-2') }, 400, 'key_invalid'],
      [
        '/v1/sources',
        { key: VKEY, endorsement: { ends: 1, signature: Buffer.alloc(68).toString('base64') } },
        400,
        'endorsement_invalid',
      ],
      ['/v1/sources/retired', { key: VKEY }, 404, 'source_key_unknown'],
      ['/v1/sources', { key: VKEY }, 201, ''],
      ['/v1/sources/retired', { key: VKEY }, 201, ''],
      ['/v1/sources/retired', { key: VKEY }, 409, 'source_key_retired'],
    ]
    for (const [url, body, status, code] of cases) {
      const response = await post(url, body)
      expect([response.statusCode, response.json().code ?? ''], JSON.stringify(body)).to.deep.equal([status, code])
    }
    const line = await ledger.app.inject({
      method: 'POST',
      url: '/v1/records',
      payload: `${JSON.stringify(signed(1)[0])}\n`,
      headers: { authorization: `Bearer ${ledger.token}`, 'content-type': 'application/x-ndjson' },
    })
    expect(line.json().refused[0]).to.include({ line: 1, code: 'source_key_retired' })
  })
})
