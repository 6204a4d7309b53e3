// Who is told what: each finding once, a long one packed as it lies in the folder; and how far the monitor is behind.

import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { expect } from 'chai'
import { systemClock } from '../../src/clock.ts'
import { isFinding, parseFinding } from '../../src/core/finding.ts'
import { recordFinding } from '../../src/monitor/fault-record.ts'
import type { RoundReport } from '../../src/monitor/report.ts'
import { emptyState } from '../../src/monitor/state-shape.ts'
import { createWebhook } from '../../src/monitor/webhook.ts'
import { ORIGIN } from '../chain/fixtures.ts'
import { makeMonitorKey } from '../verify/findings.ts'

const never = new AbortController().signal

describe('monitor: the webhook', () => {
  let dir: string
  let server: Server
  const told: { headers: IncomingHttpHeaders; body: Buffer }[] = []
  let status = 200

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'suyuan-told-'))
    server = createServer((request, response) => {
      void buffer(request).then(body => {
        told.push({ headers: request.headers, body })
        response.writeHead(status).end()
      })
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  })
  after(async () => {
    await new Promise(resolve => server.close(resolve))
    await rm(dir, { recursive: true })
  })
  beforeEach(() => {
    told.length = 0
    status = 200
  })
  const open = () =>
    createWebhook({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      origin: ORIGIN,
      folder: dir,
      clock: { ...systemClock, sleep: async () => {} },
    })
  const report = (more: Partial<RoundReport>): RoundReport => ({
    time: 0,
    whole: 0,
    verified: 90,
    published: 100,
    lag: { leaves: 10, records: 2, epochs: 1, blocks: 3, seconds: 60 },
    records: 88,
    epochs: 4,
    warnings: [],
    faults: [],
    notices: [],
    found: 0,
    troubles: [],
    ...more,
  })

  it('is told of findings once, the long ones packed', async () => {
    const state = emptyState(ORIGIN)
    const key = await makeMonitorKey()
    for (const [k, length] of [10, 2_000_000].entries()) {
      const words = { zh: '某事', en: 'something' }
      const found = { check: 'answer-false', subject: `${k}`, words, evidence: { answer: 'x'.repeat(length) } } as const
      expect(await recordFinding({ path: dir, state }, key, found, 0)).to.be.true
      expect(await recordFinding({ path: dir, state }, key, found, 1)).to.be.false
    }
    const { faults } = state
    expect(faults.map(({ file }) => file)).to.deep.equal([
      'findings/0001-answer-false.json',
      'findings/0002-answer-false.json.gz',
    ])
    const webhook = open()
    expect(await webhook.tell(report({ faults }), never)).to.be.true
    expect(await webhook.tell(report({ faults }), never)).to.be.true
    const [plain, packed] = told
    expect(told).to.have.length(2)
    expect([plain!.headers['content-encoding'], packed!.headers['content-encoding']]).to.deep.equal([undefined, 'gzip'])
    const file = gunzipSync(packed!.body)
    expect([isFinding(plain!.body), isFinding(file), parseFinding(file).subject]).to.deep.equal([true, true, '1'])
  })

  it('is told of warnings when others stand than before, and how far behind the monitor is', async () => {
    const webhook = open()
    const warnings = [{ check: 'monitor-behind', words: { zh: '落后', en: 'behind' } }] as const
    const troubles = [{ code: 'log_unreachable', words: { zh: '无应答', en: 'no answer' } }]
    for (let k = 0; k < 3; k++) expect(await webhook.tell(report({ warnings, troubles }), never)).to.be.true
    expect(told.map(({ body }) => JSON.parse(body.toString()))).to.deep.equal([
      {
        format: 'suyuan-warnings/v1',
        origin: ORIGIN,
        warnings: [{ check: 'monitor-behind', zh: '落后', en: 'behind' }],
        lag: { leaves: 10, records: 2, epochs: 1, blocks: 3, seconds: 60 },
        troubles: ['log_unreachable'],
      },
    ])
    status = 500
    expect(await webhook.tell(report({}), never)).to.be.false
    status = 200
    expect(await webhook.tell(report({}), never)).to.be.true
    expect(JSON.parse(told.at(-1)!.body.toString()).warnings).to.deep.equal([])
  })
})
