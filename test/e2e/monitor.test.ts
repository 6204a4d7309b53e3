// An inspector beside the real service: follows it while lines come in and are anchored, asks for answers, and finds nothing but
// what came late, of which the finding verifies.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { freePorts, type RunningService, shownToken, startService, suyuan } from './service.ts'

const DAY_MS = 86_400_000
const LINE = {
  action: 'read',
  resource: '30101/000001',
  consumer: '11520100MB00000026',
  source: 'gateway-1',
  status: 'ok',
}

describe('a monitor of the running service', function () {
  this.timeout(180_000)
  let directory: string
  let service: RunningService
  let environment: Record<string, string>
  const path = (name: string): string => join(directory, name)

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'suyuan-inspected-'))
    service = await startService(path('data'), await freePorts())
    environment = { SUYUAN_URL: service.url, LANG: 'C' }
    await run('register', join(import.meta.dirname, 'plan.json'), '--data', path('data'), '--rpc', service.chainUrl)
    await writeFile(path('token'), shownToken(service))
    await writeFile(path('trust.json'), await (await fetch(`${service.url}/v1/trust`)).text())
  })
  after(async () => {
    await service?.stop()
    await rm(directory, { recursive: true, force: true })
  })

  const run = async (...args: readonly string[]): Promise<string> => {
    const { status, stdout, stderr } = await suyuan(args, environment)
    expect(status, `suyuan ${args.join(' ')}\n${stdout}${stderr}`).to.equal(0)
    return stdout
  }
  const ingest = async (name: string, lines: readonly object[], ...more: string[]): Promise<void> => {
    await writeFile(path(name), lines.map(line => `${JSON.stringify(line)}\n`).join(''))
    await run('ingest', '--format', 'ndjson', '--token-file', path('token'), '--quiet', ...more, path(name))
  }
  const linesAt = (time: number, count: number): object[] =>
    Array.from({ length: count }, (_, seq) => ({ ...LINE, time: new Date(time + seq).toISOString(), seq }))
  const watched = async (): Promise<Report> => {
    const where = ['--log', service.url, '--trust', path('trust.json'), '--state', path('watch')]
    const asked = ['--token-file', path('token'), '--rpc', service.chainUrl, '--once', '--json']
    return JSON.parse(await run('monitor', ...where, ...asked)) as Report
  }

  interface Report {
    readonly verified: number
    readonly lag: Record<string, number>
    readonly answers: object
    readonly anchors: { readonly verified: number }
    readonly notices: readonly { readonly check: string; readonly file: string }[]
  }

  it('holds nothing against it, and every answer that it asks for', async () => {
    await ingest('first.ndjson', linesAt(Date.now() - 60_000, 400), '--anchor')
    const report = await watched()
    expect(report).to.deep.include({ verified: 400, answers: { asked: 2, checked: 2 }, notices: [] })
    expect(report.lag).to.include({ leaves: 0, records: 0, epochs: 0, blocks: 0 })
    expect(report.anchors.verified).to.be.at.least(2)
  })

  it('nor while lines come in', async () => {
    const lines = linesAt(Date.now() - 30_000, 3_000)
    const coming = ingest('second.ndjson', lines, '--batch', '50')
    for (let k = 0; k < 4; k++) expect(await watched()).to.deep.include({ answers: { asked: 2, checked: 2 } })
    await coming
  })

  it('tells of what came late, by a finding that verifies', async () => {
    await ingest('late.ndjson', linesAt(Date.now() - 30 * DAY_MS, 3), '--anchor')
    const { notices } = await watched()
    expect(notices.map(({ check }) => check)).to.deep.equal(Array(3).fill('record-backdated'))
    const said = await run('verify', join(path('watch'), notices[0]!.file), '--trust', path('trust.json'))
    expect(said).to.contain('THE FINDING IS PROVEN').and.to.contain('at least 29 days after the time that it states')
  })
})
