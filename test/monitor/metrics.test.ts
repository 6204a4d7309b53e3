// What an inspector's own alerting reads: figures of the last round, on the inspector's own machine.

import { expect } from 'chai'
import { readMetricsAddress } from '../../src/cli/monitor-options.ts'
import { CHECKS } from '../../src/monitor/checks.ts'
import { formatMetrics } from '../../src/monitor/metrics.ts'
import { type MetricsServer, startMetrics } from '../../src/monitor/metrics-server.ts'
import type { RoundReport } from '../../src/monitor/report.ts'
import { holding, Operator, type Service, serveAndWatch, type Watch } from './operator.ts'

const HERE = { host: '127.0.0.1', port: 0, option: '--metrics' }

/** Name and labels → value. */
function read(text: string): Record<string, number> {
  const samples = text.split('\n').filter(line => line !== '' && !line.startsWith('#'))
  return Object.fromEntries(
    samples.map(line => [line.slice('suyuan_monitor_'.length, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  )
}

describe('monitor: metrics', () => {
  let operator: Operator
  let service: Service
  let watching: Watch
  const hold = holding()
  beforeEach(async () => {
    ;({ operator, service, watching } = await serveAndWatch(hold))
    await operator.grow(300)
  })
  const figures = async (report: RoundReport, now = watching.now) => read(await formatMetrics(report, now))

  it('tell how far a round has come, and age while none ends', async () => {
    await watching.round()
    await operator.grow(100, { cover: false })
    service.answer = async path => {
      if (path.startsWith('log/tile/')) throw new Error('403')
      return operator.answer(path)
    }
    const before = watching.now
    watching.now += 60_000
    const report = await watching.round()
    const told = await figures(report, watching.now + 5_000)
    expect(told).to.include({
      verified_leaves: 300,
      published_leaves: 400,
      records: 300,
      epochs: 1,
      lag_leaves: 100,
      lag_records: 0,
      lag_epochs: 0,
      lag_seconds: report.lag.seconds! + 5,
      round_timestamp_seconds: watching.now / 1000,
      whole_round_timestamp_seconds: before / 1000,
      'unchecked{code="log_refused"}': 2, // by two of its steps
      'faults{check="log-fork"}': 0,
      'warnings{check="monitor-behind"}': 0,
    })
    // Of what was not looked at there is no figure: none of it would be a lie.
    for (const name of [
      'lag_blocks',
      'anchors_verified',
      'anchored_leaves',
      'receipts{state="kept"}',
      'answers{state="asked"}',
    ]) {
      expect(told).not.to.have.property(name)
    }
  })

  it('count faults and warnings by check, and name each from the beginning', async () => {
    const twin = await Operator.open(operator)
    await twin.grow(300, { fields: { status: 'denied' } })
    await watching.round()
    service.answer = async path => (path === 'log/checkpoint' ? Buffer.from(twin.checkpoint!) : operator.answer(path))
    watching.now += 601_000
    const report = { ...(await watching.round()), receipts: { kept: 3, waiting: 1 }, answers: { asked: 5, checked: 4 } }
    await twin[Symbol.asyncDispose]()
    const told = await figures(report)
    expect(told).to.include({
      'faults{check="log-fork"}': 1,
      'receipts{state="kept"}': 3,
      'receipts{state="waiting"}': 1,
      'answers{state="asked"}': 5,
      'answers{state="checked"}': 4,
    })
    const named = Object.keys(told).flatMap(name => /^(?:faults|warnings)\{check="(.*)"\}$/.exec(name)?.[1] ?? [])
    expect(named.toSorted()).to.deep.equal(Object.keys(CHECKS).toSorted())
  })

  describe('are served', () => {
    let server: MetricsServer
    beforeEach(async () => {
      server = await startMetrics(HERE, { now: () => watching.now })
    })
    afterEach(() => server[Symbol.asyncDispose]())

    it('at /metrics alone, as Prometheus takes them, once a round has ended', async () => {
      const ask = async (path: string, method = 'GET') => {
        const response = await fetch(server.url + path, { method })
        return [response.status, response.headers.get('content-type'), await response.text()] as const
      }
      expect((await ask('/metrics'))[2]).to.equal('')
      server.take(await watching.round())
      const [status, type, text] = await ask('/metrics')
      expect([status, type]).to.deep.equal([200, 'text/plain; version=0.0.4; charset=utf-8'])
      expect(text).to.match(
        /^# HELP suyuan_monitor_verified_leaves .*\n# TYPE suyuan_monitor_verified_leaves gauge\nsuyuan_monitor_verified_leaves 300$/m,
      )
      expect([(await ask('/'))[0], (await ask('/metrics', 'POST'))[0]]).to.deep.equal([404, 405])
      const { headers } = await fetch(`${server.url}/metrics`, { method: 'DELETE' })
      expect(headers.get('allow')).to.equal('GET') // with 405 by RFC 9110, 15.5.6
    })

    it('not on a port that is taken', async () => {
      const port = Number(new URL(server.url).port)
      const error = await startMetrics({ ...HERE, port }, { now: () => 0 }).catch((cause: unknown) => cause)
      expect(error).to.include({ code: 'port_unusable' })
      expect((error as Error).message).to.contain('--metrics')
    })
  })

  it('are on this machine alone, unless another address is named', () => {
    expect(readMetricsAddress('9100')).to.include({ host: '127.0.0.1', port: 9100 })
    expect(readMetricsAddress('0.0.0.0:9100')).to.include({ host: '0.0.0.0', port: 9100 })
    expect(readMetricsAddress('[::1]:0')).to.include({ host: '::1', port: 0 })
    for (const wrong of ['', 'all', '70000', ':9100', '10.0.0.1:', '::1:9100']) {
      expect(() => readMetricsAddress(wrong), wrong).to.throw('--metrics must be')
    }
  })
})
