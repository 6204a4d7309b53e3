// The operator's daily job on real logs: register, map, ingest until anchored, run again, ask, verify. The service, the
// chain, the command line and the files are all real.

import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { freePorts, type RunningService, shownToken, startService, suyuan } from './service.ts'

const DATA = join(import.meta.dirname, '../../../shared/data')
const APACHE = join(DATA, 'apache-combined-10k.log')
const XROAD = join(DATA, 'xroad-opendata-sample.tsv')
const POLICE = '11520100MB00000013'
const CIVIL_AFFAIRS = '11520100MB00000026'
const BANK = '91520100MB00000031'
const POPULATION = '30101/000001'
const SOCIETIES = '30201/000001'

/** A web server's paths stand for two resources; whoever asked is known by address only as "the bank". */
const WEB = {
  source: 'gateway-1',
  channel: 'online-query',
  person: 'none',
  resources: [
    { path: '/presentations/*', resource: POPULATION },
    { path: '/*', resource: SOCIETIES },
  ],
  consumers: [{ any: true, consumer: BANK }],
}
const EXCHANGE = {
  source: { client: 'xroad-client', producer: 'xroad-producer' },
  channel: 'system-interface',
  resources: [{ service: 'ee-dev/COM/11022625/ef-dev-adm/estfeedData/v1', resource: POPULATION }],
  consumers: [{ client: 'ee-dev/COM/11022625/ef-dev-app-kalkulaator', consumer: CIVIL_AFFAIRS }],
  grants: [{ resource: POPULATION, consumer: CIVIL_AFFAIRS, grant: 1 }],
}

interface Summary {
  readonly files: readonly { readonly accepted: number; readonly already: number; readonly refused: number }[]
  readonly anchor?: { readonly block: { readonly number: number }; readonly transaction: string }
}

describe('real logs, end to end', function () {
  this.timeout(180_000)
  let directory: string
  let service: RunningService
  let environment: Record<string, string>

  before(async function () {
    if (!existsSync(APACHE) || !existsSync(XROAD)) {
      console.log(`      skipped: ${DATA} is not here; it holds the real logs that this test reads`)
      this.skip()
    }
    directory = await mkdtemp(join(tmpdir(), 'suyuan-e2e-'))
    const data = join(directory, 'data')
    service = await startService(data, await freePorts())
    environment = { SUYUAN_URL: service.url, SUYUAN_TOKEN: shownToken(service), LANG: 'C' }
    const plan = join(import.meta.dirname, 'plan.json')
    await run('register', plan, '--data', data, '--rpc', service.chainUrl)
    await write('web.json', JSON.stringify(WEB))
    await write('exchange.json', JSON.stringify(EXCHANGE))
  })
  after(async () => {
    await service?.stop()
    if (directory !== undefined) await rm(directory, { recursive: true, force: true })
  })

  const write = (name: string, text: string): Promise<void> => writeFile(join(directory, name), text)
  const path = (name: string): string => join(directory, name)

  /** Runs `suyuan …`, which must end with the given code, and gives what it printed. */
  const run = async (...args: readonly (string | number)[]): Promise<string> => {
    const wanted = typeof args[0] === 'number' ? args[0] : 0
    const words = args.filter(arg => typeof arg === 'string')
    const { status, stdout, stderr } = await suyuan(words, environment)
    expect(status, `suyuan ${words.join(' ')}\n${stderr}`).to.equal(wanted)
    return stdout
  }

  const ingest = async (
    code: number,
    format: string,
    mapping: string,
    file: string,
    ...more: string[]
  ): Promise<Summary> =>
    JSON.parse(
      await run(code, 'ingest', '--format', format, '--mapping', path(mapping), '--json', ...more, file),
    ) as Summary

  it('a plan run again adds nothing', async () => {
    const plan = join(import.meta.dirname, 'plan.json')
    const said = await run('register', plan, '--data', path('data'), '--rpc', service.chainUrl)
    expect(said).to.contain('nothing was added')
    await run(2, 'register', plan, '--data', path('elsewhere'), '--rpc', service.chainUrl)
  })

  it('a dry run tells what would happen, and stores nothing', async () => {
    const { files } = await ingest(3, 'combined', 'web.json', APACHE, '--dry-run')
    expect(files[0]).to.include({ accepted: 9_999, refused: 1 })
    expect(JSON.parse(await run('status', '--json'))).to.include({ records: 0 })
  })

  it('a day of a web server: all lines but the broken one, anchored, and once only', async () => {
    const first = await ingest(3, 'combined', 'web.json', APACHE, '--anchor', '--refused', path('refused.ndjson'))
    expect(first.files[0]).to.include({ accepted: 9_999, already: 0, refused: 1 })
    expect(first.anchor?.transaction).to.match(/^0x[0-9a-f]{64}$/)
    expect(await readFile(path('refused.ndjson'), 'utf8')).to.contain('"line":8899')
    const again = await ingest(3, 'combined', 'web.json', APACHE, '--anchor')
    expect(again.files[0]).to.include({ accepted: 0, already: 9_999, refused: 1 })
  })

  it('the exchange layer: both sides of every message', async () => {
    const { files } = await ingest(0, 'xroad', 'exchange.json', XROAD, '--anchor')
    expect(files[0]).to.include({ accepted: 100, refused: 0 })
  })

  it('an answer with its evidence, verified by the chain, and a changed one found', async () => {
    const answer = JSON.parse(await run('usage', '--resource', POPULATION, '--json')) as {
      totals: { records: number; groups: { consumer: string; purpose?: string; outside: number; records: number }[] }
    }
    const civil = answer.totals.groups.find(({ consumer }) => consumer === CIVIL_AFFAIRS)
    // The log is of 2017, the grant of today: what was taken before it was granted is said to be so.
    expect(civil).to.deep.include({ purpose: 'LegalCompliance', records: 100, outside: 100 })
    const bank = answer.totals.groups.find(({ consumer }) => consumer === BANK)
    expect(bank).not.to.have.property('purpose')
    expect(answer.totals.records).to.equal(100 + bank!.records)

    const evidence = path('evidence.json')
    await run('evidence', '--resource', POPULATION, '--consumer', CIVIL_AFFAIRS, '-o', evidence)
    await write('trust.json', await (await fetch(`${service.url}/v1/trust`)).text())
    const verify = ['verify', evidence, '--trust', path('trust.json'), '--rpc', service.chainUrl]
    expect(await run(0, ...verify)).to.match(/verified/i)
    const text = await readFile(evidence, 'utf8')
    await writeFile(evidence, text.replace(String.raw`\"status\":\"ok\"`, String.raw`\"status\":\"no\"`))
    await run(1, ...verify)
    await writeFile(evidence, text)
    await run(2, 'verify', evidence, '--trust', path('nothing.json'))
  })

  it('the history of a consumer', async () => {
    const history = await run('grants', CIVIL_AFFAIRS)
    expect(history).to.contain(POPULATION)
    expect(await run('grants', POLICE)).to.contain('市公安局')
  })
})
