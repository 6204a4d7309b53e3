// suyuan fsck, as an operator runs it: a process of its own; with --chain on the data directory of a real ledger with its
// own chain.

import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { id, Wallet } from 'ethers'
import { MANIFEST } from '../../src/backup/manifest.ts'
import { createActs } from '../../src/chain/acts.ts'
import { encodeLine } from '../../src/chain/event-lines.ts'
import { KINDS } from '../../src/chain/terms.ts'
import { systemClock } from '../../src/clock.ts'
import { readConfig } from '../../src/config.ts'
import { type Ledger, openLedger } from '../../src/ledger.ts'
import { openEmbeddedStore } from '../../src/store/embedded.ts'
import { TestLog } from '../chain/fixtures.ts'
import { fillDirectory, SEGMENT_LEAVES } from '../fsck/scene.ts'
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
      /^block \d+ 0x[0-9a-f]{64}\ncompared: organisation 1, purpose \d+, calendar 1, day [\d,]+, resource 0, [a-z0-9, ]*log 2; /,
    )
    expect(en.out).to.contain('The same')
    const zh = await fsck([], { LANG: 'zh_CN.UTF-8' })
    expect(zh.code, zh.err).to.equal(0)
    expect(zh.out).to.match(
      /\n已比对：参与方 1，用途 \d+，工作日历 1，历日 [\d,]+，数据资源 0，[^；]*日志 2；共 [\d,]+ 项数值\n一致/u,
    )
    const { block, objects, differences, values } = JSON.parse((await fsck(['--json'])).out)
    expect(block.hash).to.match(/^0x/)
    expect(objects).to.include({ organisation: 1, log: 2 })
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
    expect(gone.code).to.equal(2)
    expect(gone.out).to.match(/^checked: 0 records, [^\n]*\nWhole: nothing was found\.\n$/)
    expect(gone.err)
      .to.contain('The chain could not be asked, and nothing was compared with it; see --rpc: ')
      .and.contain(' did not answer')
      .and.contain('[chain_unreachable]')
    const inChinese = await runCli(['fsck', '--chain', '--data', elsewhere, '--rpc', chainUrl, '--json'], {
      env: { LANG: 'zh_CN.UTF-8' },
    })
    expect([inChinese.code, JSON.parse(inChinese.out).data.findings]).to.deep.equal([2, []])
    expect(inChinese.err).to.contain('未能询问区块链').and.contain('--rpc')
    // Of damage that is there it tells, too; what was asked for was still not done.
    const facts = join(elsewhere, 'log/facts')
    const whole = await readFile(facts)
    await writeFile(facts, whole.subarray(0, -1))
    const damaged = await runCli(['fsck', '--chain', '--data', elsewhere, '--rpc', chainUrl])
    expect(damaged.code).to.equal(2)
    expect(damaged.out).to.match(/\[facts_\w+\]\n/)
    await writeFile(facts, whole)
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

  it('checks the data directory, too', async () => {
    const ran = await fsck()
    expect(ran.code, ran.err).to.equal(0)
    expect(ran.out).to.match(/\nThe same[^\n]*\nchecked: 0 records, [^\n]*\nWhole: nothing was found\.\n$/)
    const { differences, data: checked } = JSON.parse((await fsck(['--json'])).out)
    expect(differences).to.deep.equal([])
    expect(checked).to.deep.include({ size: 0, findings: [], repaired: [], notes: [] })
  })

  it('says what is missing: a ledger, its contracts', async () => {
    const mistyped = await runCli(['fsck', '--chain', '--data', join(root, 'nowhere')])
    expect([mistyped.code, mistyped.err.includes('[data_unknown]')]).to.deep.equal([2, true])
    const empty = join(root, 'empty')
    await (await openEmbeddedStore({ dir: empty }))[Symbol.asyncDispose]()
    const unborn = await runCli(['fsck', '--chain', '--data', empty])
    expect([unborn.code, unborn.err.includes('no contracts yet')]).to.deep.equal([2, true])
  })
})

describe('suyuan fsck', function () {
  this.timeout(120_000)
  let data: string

  const fsck = (args: readonly string[] = [], env: Record<string, string> = {}): Promise<Ran> =>
    runCli(['fsck', '--data', data, ...args], { env })
  const flip = async (name: string, at: number): Promise<void> => {
    const bytes = await readFile(join(data, name))
    bytes[at]! ^= 4
    await writeFile(join(data, name), bytes)
  }

  before(async () => {
    data = await mkdtemp(join(tmpdir(), 'suyuan-fsck-'))
    await fillDirectory(data)
  })
  after(() => rm(data, { recursive: true, force: true }))

  it('says that all is well, how much there was, and how fast it went', async () => {
    const en = await fsck()
    expect(en.code, en.err).to.equal(0)
    expect(en.out).to.match(
      /^checked: 700 records, 175 sealed parts; root [A-Za-z0-9+/]{43}=; [\d.]+ s \([\d,]+ records\/s\)\nWhole/,
    )
    const zh = await fsck([], { LANG: 'zh_CN.UTF-8' })
    expect(zh.out).to.match(/^已检查：记录 700 条，密封部分 175 个；.*\n完好：没有发现问题。\n$/u)
  })

  it('refuses a backup, which has nothing that is derived, and makes nothing in it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'suyuan-fsck-'))
    try {
      await mkdir(join(folder, 'log'))
      await writeFile(join(folder, MANIFEST), '{}')
      for (const args of [[], ['--repair'], ['--chain']]) {
        const ran = await runCli(['fsck', '--data', folder, ...args])
        expect([ran.code, ran.out]).to.deep.equal([2, ''])
        expect(ran.err).to.contain('is a backup').and.contain('suyuan backup --verify').and.contain('[data_is_backup]')
      }
      expect((await runCli(['fsck', '--data', folder], { env: { LANG: 'zh_CN.UTF-8' } })).err).to.contain('是备份')
      expect((await readdir(folder)).sort()).to.deep.equal([MANIFEST, 'log'])
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('names the folder that stands where a file belongs, without a stack', async () => {
    const folder = join(data, 'log/commits')
    await rename(folder, `${folder}.kept`)
    await mkdir(folder)
    const ran = await fsck()
    expect([ran.code, ran.out]).to.deep.equal([2, ''])
    expect(ran.err).to.match(/^suyuan: [^\n]*\n$/)
    expect(ran.err).to.contain(`${folder} is a folder`).and.contain('[data_unreadable]')
    const zh = await fsck([], { LANG: 'zh_CN.UTF-8' })
    expect(zh.err).to.contain(`${folder} 是目录`)
    await rm(folder, { recursive: true })
    await rename(`${folder}.kept`, folder)
  })

  it('misses the journal of the embedded chain', async () => {
    const journal = join(data, 'chain/journal')
    await rename(journal, `${data}.journal`)
    const ran = await fsck()
    expect(ran.code, ran.err).to.equal(1)
    expect(ran.out).to.contain('chain/journal: it is not there').and.contain('[chain_journal_damaged]')
    await rename(`${data}.journal`, journal)
  })

  it('leaves a running service alone', async () => {
    await using store = await openEmbeddedStore({ dir: data, segmentLeaves: SEGMENT_LEAVES })
    const ran = await fsck()
    expect([ran.code, ran.out]).to.deep.equal([2, ''])
    expect(ran.err).to.contain('Stop the service').and.contain('[data_in_use]').and.not.contain('of its own')
    expect(store.head.size).to.equal(700)
  })

  it('names what is derived and damaged, says how it is mended, and mends it', async () => {
    await flip('log/tile/0', 32 * 300 + 5)
    await flip('log/000001/index', 5_000)
    const en = await fsck()
    expect(en.code, en.err).to.equal(1)
    expect(en.out)
      .to.contain('log/tile/0: hash 300, at byte 9600, is ')
      .and.contain('suyuan fsck --repair makes it again')
    expect(en.out).to.contain('log/000001/index: page 0 (from byte 1024) changed on the disk')
    expect(en.out).to.contain('Found: 2. 0 need another copy; 2 are made again by suyuan fsck --repair.')
    const zh = await fsck([], { LC_ALL: 'zh_CN.UTF-8' })
    expect(zh.out).to.contain('发现 2 处问题：0 处需用另一份副本恢复，2 处可由 suyuan fsck --repair 重新生成。')
    const { data: told } = JSON.parse((await fsck(['--json'])).out)
    expect(told.findings.map(({ code, file, derived }: Told) => [code, file, derived])).to.deep.equal([
      ['tile_damaged', 'log/tile/0', true],
      ['index_damaged', 'log/000001/index', true],
    ])
    const mended = await fsck(['--repair'])
    expect(mended.code, mended.err).to.equal(0)
    expect(mended.out).to.contain('made again: log/tile/0: hash 300').and.contain('Whole: nothing was found.')
    expect((await fsck()).code).to.equal(0)
  })

  it('touches nothing that is not derived, and says which copy helps', async () => {
    await flip('log/000001/entries', 5_000)
    await flip('log/tile/1', 3)
    const before = await readFile(join(data, 'log/tile/1'))
    const ran = await fsck(['--repair'])
    expect(ran.code, ran.err).to.equal(1)
    expect(ran.out).to.match(/log\/000001\/entries: entry \d+ at byte \d+ is not .*\[log_damaged\]/)
    expect(ran.out).to.contain('take this file from a backup, or from whoever mirrors the log')
    expect(ran.out).to.contain(
      '1 need another copy; 1 are made again by suyuan fsck --repair, once the log itself is restored',
    )
    expect(await readFile(join(data, 'log/tile/1'))).to.deep.equal(before)
    await flip('log/000001/entries', 5_000)
    expect((await fsck(['--repair'])).code).to.equal(0)
  })
})

interface Told {
  readonly code: string
  readonly file: string
  readonly derived: boolean
}
