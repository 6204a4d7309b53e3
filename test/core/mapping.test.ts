import { existsSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { LedgerError } from '../../src/core/error.ts'
import { parseCombined } from '../../src/core/line/combined.ts'
import type { CombinedLine, XroadLine } from '../../src/core/line/line.ts'
import { parseXroad } from '../../src/core/line/xroad.ts'
import { type Mapped, mapLine, parseMapping } from '../../src/core/mapping.ts'

const refusal = (act: () => unknown): LedgerError => {
  try {
    act()
  } catch (error) {
    if (error instanceof LedgerError) return error
    throw error
  }
  throw new Error('it was accepted')
}

const FILE = {
  source: 'gateway-1',
  channel: 'online-query',
  resources: [
    { path: '/api/population/export', resource: 'population', action: 'download' },
    { path: '/api/population/*', method: 'GET', resource: 'population' },
    { path: '/api/*', method: 'POST', resource: 'uploads', action: 'share' },
  ],
  consumers: [
    { user: 'health-app', consumer: 'health' },
    { address: '10.1.2.0/24', consumer: 'police' },
  ],
  grants: [{ resource: 'population', consumer: 'health', grant: 12 }],
  skip: [{ path: '/static/*' }, { path: '*', method: 'OPTIONS' }, { path: '/api/population/health' }],
}
const MAPPING = parseMapping(JSON.stringify(FILE))

const ANONYMOUS: CombinedLine = {
  format: 'combined',
  address: '10.1.2.3',
  time: '2026-03-01T00:30:00.000Z',
  method: 'GET',
  target: '/api/population/1?id=110',
  status: 200,
  bytes: 2032,
}
const line = (change: Partial<CombinedLine> = {}): CombinedLine => ({ ...ANONYMOUS, user: 'health-app', ...change })
const recordOf = (mapped: Mapped) => {
  if (mapped.kind !== 'record') throw new Error(`skipped by ${mapped.rule}`)
  return mapped.input
}
const map = (change: Partial<CombinedLine> = {}) => recordOf(mapLine(MAPPING, line(change)))

describe('mapping a request', () => {
  it('finds resource, consumer and grant; the login goes to the sealed part', () => {
    expect(map()).to.deep.equal({
      time: '2026-03-01T00:30:00.000Z',
      action: 'read',
      resource: 'population',
      consumer: 'health',
      source: 'gateway-1',
      channel: 'online-query',
      grant: 12,
      bytes: 2032,
      status: 'ok',
      sealed: { person: 'health-app' },
    })
  })

  it('lets no part of the query, login or address into the public part', () => {
    const { sealed: _, ...open } = map({ target: '/api/population/1?id=110101199003071234' })
    expect(JSON.stringify(open)).to.not.match(/1101|health-app|10\.1\.2\.3/)
  })

  it('takes the first rule that matches', () => {
    expect(map({ target: '/api/population/export' }).action).to.equal('download')
    expect(map({ target: '/api/population/export/1' }).action).to.equal('read')
    expect(map({ method: 'POST', target: '/api/x' }).resource).to.equal('uploads')
  })

  it('finds a consumer by address, and then names no grant of another', () => {
    const input = recordOf(mapLine(MAPPING, ANONYMOUS))
    expect(input.consumer).to.equal('police')
    expect(input).to.not.have.property('grant')
    expect(input).to.not.have.property('sealed')
  })

  it('does not believe a login that was not proven', () => {
    const input = map({ status: 401 })
    expect(input.consumer).to.equal('police')
    expect(input.status).to.equal('denied')
    expect(input).to.not.have.property('sealed')
  })

  it('tells the outcome from the HTTP status', () => {
    const statuses = {
      101: 'ok',
      200: 'ok',
      206: 'ok',
      304: 'ok',
      403: 'denied',
      407: 'denied',
      400: 'failed',
      404: 'failed',
    }
    for (const [http, status] of Object.entries({ ...statuses, 499: 'failed', 500: 'failed', 0: 'failed' })) {
      expect(map({ status: Number(http) }).status, http).to.equal(status)
    }
  })

  it('seals the address instead of the login, or nothing, if the file says so', () => {
    const mapWith = (person: string) => recordOf(mapLine(parseMapping(JSON.stringify({ ...FILE, person })), line()))
    expect(mapWith('address').sealed).to.deep.equal({ person: '10.1.2.3' })
    expect(mapWith('none')).to.not.have.property('sealed')
  })

  it('skips by a rule, and says which', () => {
    expect(mapLine(MAPPING, line({ target: '/static/a.css' }))).to.deep.equal({ kind: 'skip', rule: 'skip[0]' })
    expect(mapLine(MAPPING, line({ method: 'OPTIONS' }))).to.deep.equal({ kind: 'skip', rule: 'skip[1]' })
    expect(mapLine(MAPPING, line({ method: 'OPTIONS', target: '*' }))).to.deep.equal({ kind: 'skip', rule: 'skip[1]' })
  })

  it('never skips an access to a resource', () => {
    expect(map({ target: '/api/population/health' }).resource).to.equal('population')
    expect(map({ target: '//api//population/health' }).resource).to.equal('population')
    expect(map({ target: '/api/p%6fpulation/health' }).resource).to.equal('population')
    for (const target of ['/static/../api/population/1', '/static/%2e%2e/api/population/1', '/static/..%2fapi']) {
      expect(refusal(() => mapLine(MAPPING, line({ target }))).code).to.equal('ambiguous_path')
    }
  })

  const refused: readonly [code: string, change: Partial<CombinedLine>, shown: string][] = [
    ['unmapped_path', { target: '/other?secret=1' }, 'GET "/other" has no rule'],
    ['unmapped_path', { target: '/api/populationX' }, '"resources"'],
    ['unmapped_path', { method: 'DELETE' }, 'DELETE'],
    ['unmapped_consumer', { user: 'nobody', address: '10.9.9.9' }, 'address "10.9.9.9" with user "nobody"'],
    ['unmapped_consumer', { address: 'host.example', status: 401 }, 'without a proven user'],
    ['invalid_field', { user: 'two\nlines', address: '10.1.2.3' }, 'person'],
  ]
  for (const [code, change, shown] of refused) {
    it(`refuses ${JSON.stringify(change)}: ${code}`, () => {
      const error = refusal(() => mapLine(MAPPING, line(change)))
      expect(error.code).to.equal(code)
      expect(error.message).to.include(shown).and.not.include('secret')
    })
  }
})

describe('mapping a message between organisations', () => {
  const FILE = {
    source: { client: 'xroad/client', producer: 'xroad/producer' },
    resources: [{ service: 'ee/COM/11022/adm/*', resource: 'meters' }],
    consumers: [
      { client: 'ee/GOV/70001/app', represented: 'COM/99', consumer: 'ninety-nine' },
      { client: 'ee/GOV/70001/app', consumer: 'board' },
    ],
    skip: [{ service: 'ee/COM/11022//listMethods' }],
  }
  const MAPPING = parseMapping(JSON.stringify(FILE))
  const message: XroadLine = {
    format: 'xroad',
    side: 'client',
    client: 'ee/GOV/70001/app',
    service: 'ee/COM/11022/adm/getData/v1',
    transaction: 'tx-1',
    time: '2017-09-25T05:00:00.000Z',
    bytes: 2025,
    succeeded: true,
  }

  it('keeps both sides apart by source and together by transaction', () => {
    const client = recordOf(mapLine(MAPPING, message))
    const producer = recordOf(mapLine(MAPPING, { ...message, side: 'producer' }))
    expect(client).to.deep.equal({
      time: '2017-09-25T05:00:00.000Z',
      action: 'read',
      resource: 'meters',
      consumer: 'board',
      source: 'xroad/client',
      bytes: 2025,
      status: 'ok',
      transaction: 'tx-1',
    })
    expect(producer).to.deep.equal({ ...client, source: 'xroad/producer' })
  })

  it('names the party that the client stood in for, and never leaves it out', () => {
    expect(recordOf(mapLine(MAPPING, { ...message, represented: 'COM/99' })).consumer).to.equal('ninety-nine')
    const error = refusal(() => mapLine(MAPPING, { ...message, represented: 'COM/1' }))
    expect(error.code).to.equal('unmapped_consumer')
    expect(error.message).to.include('representing "COM/1"')
  })

  it('records a failed call, skips by a rule, refuses an unknown service', () => {
    expect(recordOf(mapLine(MAPPING, { ...message, succeeded: false })).status).to.equal('failed')
    const listed = mapLine(MAPPING, { ...message, service: 'ee/COM/11022//listMethods' })
    expect(listed).to.deep.equal({ kind: 'skip', rule: 'skip[0]' })
    expect(refusal(() => mapLine(MAPPING, { ...message, service: 'ee/COM/2/adm/x' })).code).to.equal('unmapped_service')
  })

  it('does not apply rules of paths to services, or the other way round', () => {
    const both = parseMapping(
      JSON.stringify({
        source: { client: 'a', producer: 'b' },
        resources: [{ path: '*', resource: 'r' }],
        consumers: [{ any: true, consumer: 'c' }],
      }),
    )
    expect(refusal(() => mapLine(both, message)).code).to.equal('unmapped_service')
    expect(refusal(() => mapLine(both, line())).code).to.equal('unmapped_source')
    expect(refusal(() => mapLine(MAPPING, line())).code).to.equal('unmapped_path')
  })
})

describe('mapping file', () => {
  it('has defaults that it states: read, login sealed, no grants, nothing skipped', () => {
    const text = '{"source":"s","resources":[{"path":"*","resource":"r"}],"consumers":[{"any":true,"consumer":"c"}]}'
    expect(parseMapping(text)).to.deep.equal({
      source: 's',
      person: 'user',
      resources: [{ target: { by: 'path', pattern: { text: '', isPrefix: true } }, resource: 'r', action: 'read' }],
      consumers: [{ caller: { by: 'any' }, consumer: 'c' }],
      grants: [],
      skip: [],
    })
  })

  const resource = (rule: object) => ({ resources: [rule] })
  const consumer = (...rules: object[]) => ({ consumers: rules })
  const wrong: readonly [place: string, change: object][] = [
    ['the mapping', { resource: [] }],
    ['source', { source: undefined }],
    ['source', { source: 'two words' }],
    ['source.producer', { source: { client: 'a' } }],
    ['source', { source: { client: 'a', producer: 'b', other: 'c' } }],
    ['channel', { channel: 'ftp' }],
    ['action', { action: 'READ' }],
    ['person', { person: 'name' }],
    ['resources', { resources: [] }],
    ['resources', { resources: { path: '/', resource: 'r' } }],
    ['resources[0]', resource(['/a'])],
    ['resources[0]', resource({ resource: 'r' })],
    ['resources[0]', resource({ path: '/a', service: 'b', resource: 'r' })],
    ['resources[0]', resource({ path: '/a', resource: 'r', note: 'x' })],
    ['resources[0].path', resource({ path: 'a', resource: 'r' })],
    ['resources[0].path', resource({ path: 'a*', resource: 'r' })],
    ['resources[0].path', resource({ path: '', resource: 'r' })],
    ['resources[0].path', resource({ path: '/a/*/b', resource: 'r' })],
    ['resources[0].path', resource({ path: 7, resource: 'r' })],
    ['resources[0].method', resource({ path: '/a', method: 'get', resource: 'r' })],
    ['resources[0].method', resource({ service: 'a', method: 'GET', resource: 'r' })],
    ['resources[0].resource', resource({ path: '/a', resource: 'a b' })],
    ['resources[0].resource', resource({ path: '/a' })],
    ['resources[0].action', resource({ path: '/a', resource: 'r', action: 'write' })],
    ['consumers', { consumers: [] }],
    ['consumers[0]', consumer({ consumer: 'c' })],
    ['consumers[0]', consumer({ user: 'a', any: true, consumer: 'c' })],
    ['consumers[0].any', consumer({ any: false, consumer: 'c' })],
    ['consumers[0].any', consumer({ any: 'true', consumer: 'c' })],
    ['consumers[0].address', consumer({ address: '10.1.2.3/24', consumer: 'c' })],
    ['consumers[0].address', consumer({ address: 'host', consumer: 'c' })],
    ['consumers[0].consumer', consumer({ user: 'a', consumer: 'c d' })],
    ['consumers[0].represented', consumer({ user: 'a', represented: 'b', consumer: 'c' })],
    ['consumers[0]', consumer({ any: true, consumer: 'c' }, { user: 'a', consumer: 'd' })],
    ['grants[0].grant', { grants: [{ resource: 'r', consumer: 'c', grant: 0 }] }],
    ['grants[0].grant', { grants: [{ resource: 'r', consumer: 'c', grant: '1' }] }],
    ['grants[0].consumer', { grants: [{ resource: 'r', grant: 1 }] }],
    ['skip[1]', { skip: [{ path: '/a' }, '/b'] }],
    ['skip[0]', { skip: [{ path: '/a', resource: 'r' }] }],
    ['skip', { skip: '/a' }],
  ]
  for (const [place, change] of wrong) {
    it(`refuses ${JSON.stringify(change)} at ${place}`, () => {
      const error = refusal(() => parseMapping(JSON.stringify({ ...FILE, ...change })))
      expect(error.code).to.equal('invalid_mapping')
      expect(error.message.startsWith(`${place} `), error.message).to.equal(true)
    })
  }

  it('refuses what is no strict JSON', () => {
    for (const text of ['', '[]', 'source: x', '{"source":"a","source":"b"}']) {
      expect(refusal(() => parseMapping(text)).code).to.equal('invalid_mapping')
    }
  })

  it('in docs/records.md reads as it stands there', () => {
    const page = readFileSync(new URL('../../docs/records.md', import.meta.url), 'utf8')
    const files = [...page.matchAll(/```json mapping\n(.*?)```/gs)].map(([, text = '']) => parseMapping(text))
    expect(files).to.have.length(2)
  })
})

describe('mapping real logs', () => {
  const readData = (test: Mocha.Context, name: string): string[] => {
    const file = new URL(`../../../shared/data/${name}`, import.meta.url)
    if (!existsSync(file)) {
      console.log(`      skipped: the file ${name} is not in ../shared/data`)
      test.skip()
    }
    return readFileSync(file, 'utf8').replace(/\n$/, '').split('\n')
  }

  it('covers every line of a web server, by a resource or by a skip rule', function () {
    const mapping = parseMapping(
      JSON.stringify({
        source: 'web',
        resources: [
          { path: '/presentations/*', resource: 'presentations' },
          { path: '/files/*', resource: 'files', action: 'download' },
        ],
        consumers: [{ any: true, consumer: 'public' }],
        skip: [{ path: '*' }],
      }),
    )
    const lines = readData(this, 'apache-combined-10k.log').filter((_, index) => index !== 8898)
    const counts: Record<string, number> = {}
    for (const text of lines) {
      const mapped = mapLine(mapping, parseCombined(text))
      const key = mapped.kind === 'skip' ? mapped.rule : mapped.input.resource
      counts[key] = (counts[key] ?? 0) + 1
    }
    // Counted by other means: what the lines have behind the quote and the method.
    const count = (start: RegExp): number => lines.filter(text => start.test(text.split('"')[1] ?? '')).length
    const presentations = count(/^\S+ \/+presentations\//)
    const files = count(/^\S+ \/+files\//)
    expect(counts).to.deep.equal({ presentations, files, 'skip[0]': 9_999 - presentations - files })
    expect(presentations).to.be.above(100)
  })

  it('covers every line of a data exchange, both sides', function () {
    const mapping = parseMapping(
      JSON.stringify({
        source: { client: 'x/client', producer: 'x/producer' },
        resources: [{ service: 'ee-dev/COM/11022625/ef-dev-adm/estfeedData/v1', resource: 'energy' }],
        consumers: [{ client: 'ee-dev/COM/11022625/ef-dev-app-kalkulaator', consumer: 'calculator' }],
      }),
    )
    const inputs = readData(this, 'xroad-opendata-sample.tsv').map(text => recordOf(mapLine(mapping, parseXroad(text))))
    expect(inputs).to.have.length(100)
    expect(new Set(inputs.map(({ transaction }) => transaction)).size).to.equal(50)
    expect(new Set(inputs.map(({ source, transaction }) => `${source} ${transaction}`)).size).to.equal(100)
  })
})
