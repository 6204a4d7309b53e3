// A source that signs, with everything real: the service, the chain, the command line, the files.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { freePorts, type RunningService, shownToken, startService, suyuan } from './service.ts'

const BANK = '91520100MB00000031'
const POPULATION = '30101/000001'
const access = (k: number): string =>
  `10.0.0.1 - - [01/Mar/2026:08:${String(Math.floor(k / 60)).padStart(2, '0')}:${String(k % 60).padStart(2, '0')} +0800] "GET /api/${k} HTTP/1.1" 200 ${k} "-" "curl/8"\n`
const MAPPING = {
  source: 'gateway-1',
  resources: [{ path: '/*', resource: POPULATION }],
  consumers: [{ any: true, consumer: BANK }],
}

describe('a source that signs, end to end', function () {
  this.timeout(180_000)
  let directory: string
  let service: RunningService
  let environment: Record<string, string>

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'suyuan-e2e-'))
    service = await startService(join(directory, 'data'), await freePorts())
    environment = { SUYUAN_URL: service.url, SUYUAN_TOKEN: shownToken(service), LANG: 'C' }
    const plan = join(import.meta.dirname, 'plan.json')
    await run('register', plan, '--data', join(directory, 'data'), '--rpc', service.chainUrl)
  })
  after(async () => {
    await service?.stop()
    if (directory !== undefined) await rm(directory, { recursive: true, force: true })
  })

  const path = (name: string): string => join(directory, name)
  const run = async (...args: readonly (string | number)[]): Promise<string> => {
    const wanted = typeof args[0] === 'number' ? args[0] : 0
    const words = args.filter(arg => typeof arg === 'string')
    const { status, stdout, stderr } = await suyuan(words, environment)
    expect(status, `suyuan ${words.join(' ')}\n${stderr}`).to.equal(wanted)
    return stdout
  }
  const report = async () => {
    const { sources } = JSON.parse(await run('source', 'list', '--json'))
    return sources[0]
  }

  it('signs, ships, anchors; what it signed is verified by its own key', async () => {
    const trust = JSON.parse(await (await fetch(`${service.url}/v1/trust`)).text()) as { log: string }
    const origin = trust.log.split('+')[0]!
    const vkey = (await run('source', 'key', '--source', 'gateway-1', '--origin', origin, '--out', path('key'))).trim()
    await run('source', 'add', vkey, '--unsigned', 'refused', '--every', '60')
    await writeFile(path('mapping.json'), JSON.stringify(MAPPING))
    await writeFile(path('access.log'), Array.from({ length: 1_500 }, (_, k) => access(k)).join(''))
    const ingest = ['ingest', '--format', 'combined', '--mapping', path('mapping.json'), '--json', path('access.log')]
    const first = JSON.parse(await run(...ingest, '--anchor', '--source-key', path('key')))
    expect(first.files[0]).to.include({ accepted: 1_500, refused: 0 })
    expect(JSON.parse(await run(...ingest, '--source-key', path('key'))).files[0]).to.include({
      accepted: 0,
      already: 1_500,
    })
    expect(await report()).to.include({ strict: true, unsigned: 0 })
    expect((await report()).keys[0]).to.deep.include({ links: 1_500, next: 1_500, missing: 0, faults: [] })
    expect(await run('source', 'list'))
      .to.contain('gateway-1')
      .and.not.contain('!')

    await writeFile(path('trust.json'), JSON.stringify({ ...trust, sources: [vkey] }))
    await run('evidence', '--source', 'gateway-1', '--limit', '100', '-o', path('evidence.json'))
    const verify = ['verify', path('evidence.json'), '--trust', path('trust.json'), '--rpc', service.chainUrl]
    expect(await run(...verify)).to.contain('✔ 100 条记录的来源签名成立')
    const other = (
      await run('source', 'key', '--source', 'gateway-1', '--origin', origin, '--out', path('other'))
    ).trim()
    await writeFile(path('trust.json'), JSON.stringify({ ...trust, sources: [other] }))
    expect(await run(2, ...verify)).to.contain('gateway-1')
    await run('evidence', '--source', 'suyuan/source', '-o', path('keys.json'))
    const ofKeys = ['verify', path('keys.json'), '--trust', path('trust.json'), '--rpc', service.chainUrl]
    expect(await run(...ofKeys)).to.contain(`source key registered: ${vkey}`)
  })

  it('is the same after a restart, and fsck finds nothing', async () => {
    const told = await report()
    await service.stop()
    await run('fsck', '--data', join(directory, 'data'))
    service = await startService(join(directory, 'data'), await freePorts())
    environment = { ...environment, SUYUAN_URL: service.url }
    expect(await report()).to.deep.equal(told)
  })
})
