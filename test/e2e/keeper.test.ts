// What the keeper of vocabulary and calendar does on a running ledger: look, load a new year, add a purpose.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { SEED_CALENDAR } from '../../src/calendar.ts'
import { PURPOSE_SEED } from '../../src/vocabulary.ts'
import { until } from '../chain/fixtures.ts'
import { type Ran, runCli } from '../cli/run.ts'
import { freePorts, type RunningService, startService } from './service.ts'

describe('keeping vocabulary and calendar', function () {
  this.timeout(120_000)
  let directory: string
  let service: RunningService
  const last = SEED_CALENDAR.years.at(-1)!.year
  const next = last + 1

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'suyuan-keeper-'))
    service = await startService(join(directory, 'data'), await freePorts())
  })
  after(async () => {
    await service.stop()
    await rm(directory, { recursive: true, force: true })
  })

  const run = (...args: readonly string[]): Promise<Ran> =>
    runCli(args, { env: { SUYUAN_URL: service.url, SUYUAN_RPC_URL: service.chainUrl } })
  const sign = (...args: readonly string[]): Promise<Ran> => run(...args, '--data', join(directory, 'data'))
  const file = async (name: string, content: unknown): Promise<string> => {
    await writeFile(join(directory, name), JSON.stringify(content))
    return join(directory, name)
  }
  const coverage = async (): Promise<string> => (await run('calendar')).out

  it('loads a new year, by which due times are no longer provisional', async () => {
    expect(await coverage()).to.contain(`to ${last}-12-31`)
    const count = ['calendar', 'due', `${next}-03-01T10:00:00+08:00`, '2']
    expect((await run(...count)).out).to.contain('provisional')
    const year = { year: next, source: 'a notice', holidays: [`${next}-01-01`, `${next}-03-02`], makeUpDays: [] }
    const path = await file('next.json', { version: 1, name: 'test', years: [year] })
    const loaded = await sign('calendar', 'load', path, '--json')
    expect(JSON.parse(loaded.out), loaded.err).to.include({ first: `${next}-01-01`, last: `${next}-12-31`, acts: 1 })
    await until('the service has read it', async () => (await coverage()).includes(`to ${next}-12-31`), 30_000)
    expect((await run(...count)).out).not.to.contain('provisional')
  })

  it('refuses a calendar with a gap, and one that is none, and changes nothing', async () => {
    const year = { year: next + 5, source: 'a notice', holidays: [`${next + 5}-01-01`], makeUpDays: [] }
    const gap = await sign('calendar', 'load', await file('gap.json', { version: 1, name: 'test', years: [year] }))
    expect(gap.code).to.equal(2)
    expect(gap.err).to.match(/gap/)
    const none = await sign('calendar', 'load', await file('none.json', { version: 1 }))
    expect([none.code, none.err.includes('invalid_calendar')]).to.deep.equal([2, true])
  })

  it('shows the purposes with what they mean, and adds one once', async () => {
    const listed = JSON.parse((await run('purposes', '--json')).out) as { code: string }[]
    expect(listed.map(({ code }) => code)).to.deep.equal(PURPOSE_SEED.map(({ code }) => code))
    expect((await runCli(['purposes'], { env: { SUYUAN_URL: service.url, LANG: 'zh_CN.UTF-8' } })).out).to.contain(
      '依法履职',
    )
    const terms = [{ code: 'local:Test', zh: '试验', en: 'test', basis: '某文件第一条' }]
    const path = await file('purposes.json', terms)
    expect((await sign('purposes', 'add', path)).out).to.equal('Registered: local:Test\n')
    expect((await sign('purposes', 'add', path)).out).to.equal('All of them are registered already.\n')
    const wrong = await sign('purposes', 'add', await file('wrong.json', [{ code: 'no code' }]))
    expect(wrong.err).to.contain('[0].code')
  })
})
