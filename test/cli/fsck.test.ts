// suyuan fsck --chain, as an operator runs it: a process of its own, on the data directory of a real ledger with its own
// chain.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { id, Wallet } from 'ethers'
import { createActs } from '../../src/chain/acts.ts'
import { encodeLine } from '../../src/chain/event-lines.ts'
import { KINDS } from '../../src/chain/terms.ts'
import { systemClock } from '../../src/clock.ts'
import { readConfig } from '../../src/config.ts'
import { type Ledger, openLedger } from '../../src/ledger.ts'
import { openEmbeddedStore } from '../../src/store/embedded.ts'
import { TestLog } from '../chain/fixtures.ts'
import { type Ran, runCli } from './run.ts'

const CODE = '11520100MB1234567X'

describe('suyuan fsck --chain', function () {
  this.timeout(120_000)
  let root: string
  let data: string

  const open = (): Promise<Ledger> =>
    openLedger({
      config: readConfig({ SUYUAN_DATA: data, SUYUAN_CHAIN_PORT: '0', SUYUAN_ANCHOR_SECONDS: '1' }),
      clock: systemClock,
      log: new TestLog(),
    })
  const fsck = (args: readonly string[] = [], env: Record<string, string> = {}): Promise<Ran> =>
    runCli(['fsck', '--chain', '--data', data, ...args], { env })
  const journal = (): string => join(data, 'events')

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'suyuan-fsck-'))
    data = join(root, 'data')
    await using ledger = await open()
    const act = createActs(ledger.chain, ledger.deployment.contracts)
    const { address } = Wallet.createRandom()
    await act(ledger.account, 'organisations', 'register', [CODE, '公安局', KINDS.provider.value, address])
    await act(ledger.account, 'organisations', 'setStatus', [1, 1, id('suspended')])
    await ledger.registry.refresh()
    expect(ledger.registry.organisation(CODE)).to.include({ status: 'suspended' })
  })
  after(() => rm(root, { recursive: true, force: true }))

  it('says that a running service has the directory, and leaves it alone', async () => {
    await using ledger = await open()
    const before = await readFile(journal())
    const ran = await fsck()
    expect([ran.code, ran.out]).to.deep.equal([2, ''])
    expect(ran.err).to.contain('is locked').and.contain('Stop the service').and.contain('[data_in_use]')
    expect(await readFile(journal())).to.deep.equal(before)
    expect(ledger.registry.organisation(CODE)).to.not.equal(undefined)
  })

  it('starts the embedded chain, compares, and finds the same', async () => {
    const en = await fsck()
    expect(en.code, en.err).to.equal(0)
    expect(en.out).to.match(
      /^block \d+ 0x[0-9a-f]{64}\ncompared: organisation 1, purpose \d+, calendar 1, day [\d,]+, resource 0, [a-z0-9, ]*log 1; /,
    )
    expect(en.out).to.contain('The same')
    const zh = await fsck([], { LANG: 'zh_CN.UTF-8' })
    expect(zh.code, zh.err).to.equal(0)
    expect(zh.out).to.match(
      /\n已比对：参与方 1，用途 \d+，工作日历 1，历日 [\d,]+，数据资源 0，[^；]*日志 1；共 [\d,]+ 项数值\n一致/u,
    )
    const { block, objects, differences, values } = JSON.parse((await fsck(['--json'])).out)
    expect(block.hash).to.match(/^0x/)
    expect(objects).to.include({ organisation: 1, log: 1 })
    expect(differences).to.deep.equal([])
    expect(values).to.be.greaterThan(5)
  })

  it('asks a chain that is named', async () => {
    const ledger = await open()
    const elsewhere = join(root, 'copy')
    const { deployment, chainUrl } = ledger
    {
      await using store = await openEmbeddedStore({ dir: elsewhere })
      await store.facts.put({ 'chain/identity': JSON.stringify(deployment) })
    }
    const ran = await runCli(['fsck', '--chain', '--data', elsewhere, '--rpc', chainUrl])
    expect(ran.code, ran.err).to.equal(0)
    expect(ran.out).to.contain('organisation 1')
    const byEnvironment = await runCli(['fsck', '--chain'], {
      env: { SUYUAN_DATA: elsewhere, SUYUAN_RPC_URL: chainUrl },
    })
    expect(byEnvironment.code, byEnvironment.err).to.equal(0)
    await ledger[Symbol.asyncDispose]()
    const gone = await runCli(['fsck', '--chain', '--data', elsewhere, '--rpc', chainUrl])
    expect([gone.code, gone.out]).to.deep.equal([2, ''])
    expect(gone.err).to.contain('[chain_unreachable]')
  })

  it('names each difference when the events on the disk are not those of the chain, and how to mend it', async () => {
    const whole = await readFile(journal(), 'utf8')
    const [header, ...lines] = whole.trimEnd().split('\n')
    const step = JSON.parse(lines.at(-1)!.slice(9)) as { events: unknown[] }
    const forged = encodeLine({ ...step, events: step.events.slice(0, -1) }).toString()
    await writeFile(journal(), `${[header, ...lines.slice(0, -1)].join('\n')}\n${forged}`)
    const en = await fsck()
    expect(en.code, en.err).to.equal(1)
    expect(en.out).to.contain('organisation 1: organisation.status is suspended by the contract, active by the events')
    expect(en.out).to.contain('Differences: 1. Delete the file events')
    const zh = await fsck([], { LC_ALL: 'zh_CN.UTF-8' })
    expect(zh.out).to.contain('参与方 1：organisation.status 合约为 suspended，事件为 active')
    const { differences } = JSON.parse((await fsck(['--json'])).out)
    expect(differences).to.deep.equal([
      {
        what: 'organisation',
        id: '1',
        view: 'organisation',
        field: 'status',
        contract: 'suspended',
        events: 'active',
        next: 'read-again',
      },
    ])
    await rm(journal())
    expect((await fsck()).code).to.equal(0)
  })

  it('reads again what is damaged, and says so', async () => {
    const bytes = await readFile(journal())
    bytes[bytes.length - 40]! ^= 1
    await writeFile(journal(), bytes)
    const ran = await fsck()
    expect(ran.code).to.equal(0)
    expect(ran.err).to.contain('is not whole')
  })

  it('says what is missing: what to check, a ledger, its contracts', async () => {
    const none = await runCli(['fsck', '--data', data])
    expect([none.code, none.err.includes('suyuan fsck --chain')]).to.deep.equal([2, true])
    const mistyped = await runCli(['fsck', '--chain', '--data', join(root, 'nowhere')])
    expect([mistyped.code, mistyped.err.includes('[data_unknown]')]).to.deep.equal([2, true])
    const empty = join(root, 'empty')
    await (await openEmbeddedStore({ dir: empty }))[Symbol.asyncDispose]()
    const unborn = await runCli(['fsck', '--chain', '--data', empty])
    expect([unborn.code, unborn.err.includes('no contracts yet')]).to.deep.equal([2, true])
  })
})
