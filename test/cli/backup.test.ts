// suyuan backup and restore, as an operator runs them, on the data directory of a real ledger with its own chain: what they
// say of the keys is so.

import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { decodeManifest, encodeManifest } from '../../src/backup/manifest.ts'
import { decodeHeader } from '../../src/chain/node/frame.ts'
import { systemClock } from '../../src/clock.ts'
import { readConfig } from '../../src/config.ts'
import { openLedger } from '../../src/ledger.ts'
import { TestLog } from '../chain/fixtures.ts'
import { type Ran, runCli } from './run.ts'

describe('suyuan backup and restore', function () {
  this.timeout(120_000)
  let root: string
  let data: string
  const backUp = (to: string, ...args: string[]): Promise<Ran> =>
    runCli(['backup', '--data', data, '--to', to, ...args])
  const restore = (from: string, name: string, args: readonly string[] = [], env = {}): Promise<Ran> =>
    runCli(['restore', '--from', from, '--data', join(root, name), ...args], { env })

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'suyuan-backup-'))
    data = join(root, 'data')
    const config = readConfig({ SUYUAN_DATA: data, SUYUAN_CHAIN_PORT: '0', SUYUAN_ANCHOR_SECONDS: '1' })
    const ledger = await openLedger({ config, clock: systemClock, log: new TestLog() })
    await ledger[Symbol.asyncDispose]()
  })
  after(() => rm(root, { recursive: true, force: true }))

  it('say of a backup without keys that the keys come first', async () => {
    const to = join(root, 'bare')
    expect((await backUp(to, '--no-keys')).out).to.contain('holds no keys')
    const told = await restore(to, 'bare-told')
    expect(told.code, told.err).to.equal(0)
    expect(told.out)
      .to.contain('The backup holds no keys')
      .and.contain('may be started once the key files are back in keys/')
      .and.not.contain('may be started.')
    const zh = await restore(to, 'bare-zh', [], { LANG: 'zh_CN.UTF-8' })
    expect(zh.out).to.contain('备份不含密钥').and.contain('将密钥文件放回 keys/ 后可以启动服务')
    const answer = JSON.parse((await restore(to, 'bare-json', ['--json'])).out) as Record<string, unknown>
    expect(answer['keys']).to.equal(false)
    expect(answer['message']).to.contain('once the key files are back in keys/')
  })

  it('say of a backup with keys that the service may be started', async () => {
    const to = join(root, 'whole')
    expect((await backUp(to)).out).to.contain('holds all keys')
    const told = await restore(to, 'whole-told')
    expect(told.out).to.contain('the service may be started.').and.not.contain('keys')
    const answer = JSON.parse((await restore(to, 'whole-json', ['--json'])).out) as Record<string, unknown>
    expect(answer['keys']).to.equal(true)
  })

  it('say of a backup whose chain is not the one that the ledger saw that it may not be started', async () => {
    const to = join(root, 'whole')
    const [journal, name] = [join(to, 'chain/journal'), join(to, 'backup.json')]
    const head = decodeHeader(await readFile(journal))
    const length = head.kind === 'header' ? head.size : 0
    await truncate(journal, length)
    const sha256 = createHash('sha256')
      .update(await readFile(journal))
      .digest('hex')
    const manifest = decodeManifest(await readFile(name, 'utf8'), name)
    const files = manifest.files.map(file => (file.path === 'chain/journal' ? { ...file, length, sha256 } : file))
    await writeFile(name, encodeManifest({ ...manifest, files }))
    const told = await restore(to, 'lost-told')
    expect(told.code, told.err).to.equal(1)
    expect(told.err).to.contain('[chain_lost]')
    expect(told.out).to.contain('The embedded chain in this backup is not the one')
    const zh = await restore(to, 'lost-zh', ['--json'], { LANG: 'zh_CN.UTF-8' })
    const answer = JSON.parse(zh.out) as Record<string, unknown>
    expect([zh.code, answer['verdict'], answer['anchored']]).to.deep.equal([1, 'chain-lost', null])
    expect(answer['message']).to.contain('不是账本所见过的链')
  })

  it('name the key that is missing', async () => {
    await rm(join(data, 'keys/seal.key'))
    const lame = await backUp(join(root, 'lame'))
    expect([lame.code, lame.out]).to.deep.equal([2, ''])
    expect(lame.err).to.contain('[key_lost]').and.contain(join(data, 'keys/seal.key')).and.contain('--no-keys')
  })
})
