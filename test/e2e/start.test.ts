// What the service refuses to start on, as an operator meets it: one sentence with the cause and the next step, and exit
// code 1; whatever was there before stays as it was.

import { existsSync } from 'node:fs'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { freePorts, type RunningService, startService } from './service.ts'

describe('starting the service', function () {
  this.timeout(120_000)
  let directory: string
  let data: string
  const running: RunningService[] = []

  const start = async (at: string, environment: Record<string, string> = {}): Promise<RunningService> => {
    const service = await startService(at, await freePorts(), environment)
    running.push(service)
    return service
  }
  const stopAll = async (): Promise<void> => {
    for (const service of running.splice(0)) expect(await service.stop(), service.output()).to.equal(0)
  }
  /** What a start says that is refused. */
  const refusal = async (at: string, environment: Record<string, string> = {}): Promise<string> => {
    const outcome = await start(at, environment).catch((error: unknown) => error)
    if (!(outcome instanceof Error)) throw new Error('it started')
    return outcome.message
  }

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'suyuan-start-'))
    data = join(directory, 'data')
    await start(data)
    await stopAll()
  })
  afterEach(stopAll)
  after(() => rm(directory, { recursive: true, force: true }))

  it('shows the token at the first start only', async () => {
    expect((await start(join(directory, 'fresh'))).output()).to.match(/suyuan_[\w-]{43}/)
    expect((await start(data)).output()).not.to.match(/suyuan_[\w-]{43}/)
  })

  it('a second process on the same data directory, while the first goes on', async () => {
    const first = await start(data)
    expect(await refusal(data)).to.contain('[data_in_use]')
    expect((await fetch(`${first.url}/readyz`)).status).to.equal(200)
  })

  it('a setting that is wrong', async () => {
    expect(await refusal(data, { SUYUAN_ANCHOR_SECONDS: 'often' })).to.match(
      /SUYUAN_ANCHOR_SECONDS.*\[config_invalid\]/s,
    )
  })

  it('another chain than its own, and its own again', async () => {
    const other = await start(join(directory, 'other'))
    expect(await refusal(data, { SUYUAN_RPC_URL: other.chainUrl })).to.match(/\[(chain_lost|contract_code_differs)\]/)
    await start(data)
  })

  it('a chain that lost its blocks, until they are back', async () => {
    await rename(join(data, 'chain'), join(directory, 'chain'))
    expect(await refusal(data)).to.match(/\[(chain_lost|contract_code_differs)\]/)
    await rm(join(data, 'chain'), { recursive: true })
    await rename(join(directory, 'chain'), join(data, 'chain'))
    await start(data)
  })

  it('a log whose keys are gone, until they are back', async () => {
    await rename(join(data, 'keys'), join(directory, 'keys'))
    expect(await refusal(data)).to.contain('[log_key_lost]')
    await rm(join(data, 'keys'), { recursive: true, force: true })
    await rename(join(directory, 'keys'), join(data, 'keys'))
    await start(data)
  })

  it('a key of sealed parts that is gone, or another', async () => {
    const [key, aside] = [join(data, 'keys/seal.key'), join(directory, 'seal.key')]
    await rename(key, aside)
    expect(await refusal(data)).to.contain('[key_lost]')
    await writeFile(key, `${'00'.repeat(32)}\n`, { mode: 0o600 })
    expect(await refusal(data)).to.contain('[key_foreign]')
    await rename(aside, key)
    await start(data)
  })

  it('a port that is taken', async () => {
    const first = await start(data)
    const { port } = new URL(first.url)
    const said = await refusal(join(directory, 'third'), { SUYUAN_PORT: port })
    expect(said).to.contain(port)
    expect(said, 'no token that is shown only once').not.to.contain('suyuan_')
    expect(existsSync(join(directory, 'third', 'chain')), 'no contracts deployed').to.equal(false)
  })
})
