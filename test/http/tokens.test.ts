import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import type { LedgerError } from '../../src/core/error.ts'
import { checkTokens, openTokens, type Scope } from '../../src/tokens.ts'

const source = (file: string): string => new URL(`../../src/${file}`, import.meta.url).href

/** Another process, such as the command line beside the service. */
function runElsewhere(program: string): ChildProcessByStdio<null, Readable, null> {
  return spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
}

async function createElsewhere(directory: string, name: string): Promise<void> {
  const other = runElsewhere(`
    import { openTokens } from '${source('tokens.ts')}'
    await openTokens(${JSON.stringify(directory)}).create(['read'], '${name}')
  `)
  const [code] = (await once(other, 'exit')) as [number | null]
  expect(code).to.equal(0)
}

describe('tokens', () => {
  let directory: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'suyuan-tokens-'))
  })
  afterEach(() => rm(directory, { recursive: true }))

  it('lets in whoever has one, for as long as it is not revoked', async () => {
    const tokens = openTokens(directory)
    const token = await tokens.create(['read', 'write'], 'gateway 网关')
    expect(token).to.match(/^suyuan_[A-Za-z0-9_-]{43}$/)
    const holder = tokens.check(token)
    expect(holder).to.deep.include({ name: 'gateway 网关', scopes: ['read', 'write'] })
    expect(await tokens.revoke(holder!.id)).to.equal(true)
    expect(tokens.check(token)).to.equal(undefined)
    expect(await tokens.revoke(holder!.id)).to.equal(false)
    expect(tokens.list()).to.have.length(1)
    expect(tokens.list()[0]).to.have.property('revokedAt')
  })

  it('gives 256 random bits each time', async () => {
    const tokens = openTokens(directory)
    const made = new Set<string>()
    for (let k = 0; k < 20; k++) made.add(await tokens.create(['read'], 'same'))
    expect(made).to.have.property('size', 20)
    expect(Buffer.from([...made][0]!.slice('suyuan_'.length), 'base64url')).to.have.length(32)
  })

  it('keeps no token on disk, and its file to its owner', async () => {
    const tokens = openTokens(directory)
    const token = await tokens.create(['read'], 'reader')
    const path = join(directory, 'tokens.json')
    const content = await readFile(path, 'utf8')
    expect(content).to.not.contain(token).and.to.not.contain(token.slice('suyuan_'.length))
    expect((await stat(path)).mode & 0o777).to.equal(0o600)
    expect(JSON.stringify(tokens.list())).to.not.match(/sha256|hash/)
  })

  it('knows them again after a restart', async () => {
    const token = await openTokens(directory).create(['read'], 'reader')
    expect(openTokens(directory).check(token)?.name).to.equal('reader')
  })

  it('notices within a second what another process made or revoked', async () => {
    let now = 0
    const service = openTokens(directory, { now: () => now })
    const commandLine = openTokens(directory)
    const token = await commandLine.create(['read'], 'later')
    now += 1_000
    const holder = service.check(token)
    expect(holder?.name).to.equal('later')
    await commandLine.revoke(holder!.id)
    expect(service.check(token)).to.not.equal(undefined)
    now += 1_000
    expect(service.check(token)).to.equal(undefined)
  })

  it('does not undo what another process wrote', async () => {
    const one = openTokens(directory)
    const other = openTokens(directory)
    const token = await one.create(['read'], 'one')
    await other.create(['read'], 'other')
    await one.revoke(one.check(token)!.id)
    await other.create(['read'], 'third')
    expect(openTokens(directory).check(token)).to.equal(undefined)
    expect(
      openTokens(directory)
        .list()
        .map(({ name }) => name),
    ).to.deep.equal(['one', 'other', 'third'])
  })

  it('keeps every change when several are made at once, by this process and by others', async function () {
    this.timeout(30_000)
    const [service, commandLine] = [openTokens(directory), openTokens(directory)]
    const leaked = await service.create(['read'], 'leaked')
    const { id } = service.check(leaked)!
    const others = ['a', 'b'].map(name => createElsewhere(directory, name))
    const [revoked] = await Promise.all([
      service.revoke(id),
      ...['c', 'd', 'e'].map(name => commandLine.create(['write'], name)),
      service.create(['write'], 'f'),
      ...others,
    ])
    expect(revoked).to.equal(true)
    const after = openTokens(directory)
    expect(after.check(leaked)).to.equal(undefined)
    const names = after.list().map(({ name }) => name)
    expect(names.toSorted()).to.deep.equal(['a', 'b', 'c', 'd', 'e', 'f', 'leaked'])
    expect((await readdir(directory)).filter(name => name.endsWith('.new'))).to.deep.equal([])
  })

  it('is not undone by a creation beside it, whichever comes first', async function () {
    this.timeout(30_000)
    for (let k = 0; k < 8; k++) {
      const [service, commandLine] = [openTokens(directory), openTokens(directory)]
      const leaked = await service.create(['read'], `leaked ${k}`)
      const create = async (): Promise<string> => {
        await sleep(k / 2)
        return commandLine.create(['write'], `new ${k}`)
      }
      const [, made] = await Promise.all([service.revoke(service.check(leaked)!.id), create()])
      expect(openTokens(directory).check(leaked)).to.equal(undefined)
      expect(openTokens(directory).check(made)?.name).to.equal(`new ${k}`)
    }
  })

  it('changes nothing while another holds the lock, and goes on once that one was killed', async function () {
    this.timeout(30_000)
    const holder = runElsewhere(`
      import { takeLock } from '${source('chain/node/lock.ts')}'
      await takeLock(${JSON.stringify(join(directory, 'tokens.lock'))})
      console.log('held')
      setInterval(() => {}, 1_000)
    `)
    await once(holder.stdout, 'data')
    let done = false
    const creating = openTokens(directory)
      .create(['read'], 'late')
      .finally(() => (done = true))
    await sleep(300)
    expect(done).to.equal(false)
    holder.kill('SIGKILL')
    const made = await creating
    expect(openTokens(directory).check(made)?.name).to.equal('late')
  })

  it('lets nobody in when the file is damaged, and says what to do', async () => {
    let now = 0
    const tokens = openTokens(directory, { now: () => now })
    const token = await tokens.create(['read'], 'reader')
    for (const content of ['{', '{}', '{"tokens":[{"id":"x"}]}', '{"tokens":[],"more":1}']) {
      await writeFile(join(directory, 'tokens.json'), content)
      now += 1_000
      expect(() => tokens.check(token), content)
        .to.throw()
        .with.property('code', 'tokens_unreadable')
      expect(() => openTokens(directory), content).to.throw(/restore it from your backup/)
    }
  })

  it('lets nobody in when a bit of the file flipped, whatever it would let them do', async () => {
    let now = 0
    const tokens = openTokens(directory, { now: () => now })
    const token = await tokens.create(['read'], 'reader')
    const path = join(directory, 'tokens.json')
    const good = await readFile(path)
    for (let at = 0; at < good.length; at += 3) {
      const bad = Buffer.from(good)
      bad[at]! ^= 1 << (at % 8)
      await writeFile(path, bad)
      now += 1_000
      const change = `byte ${at}: ${bad.toString()}`
      // Between the values any white space is the same to JSON; `suyuan fsck` sees it all the same.
      const isSame = JSON.stringify(attempt(bad)) === JSON.stringify(attempt(good))
      if (isSame) expect(tokens.check(token)?.name, change).to.equal('reader')
      else
        expect(() => tokens.check(token), change)
          .to.throw()
          .with.property('code', 'tokens_unreadable')
      if (isSame) expect(checkTokens(directory), change).to.equal(false)
    }
    await writeFile(path, good)
    expect(checkTokens(directory)).to.equal(true)
  })

  it('makes no token without a name, or without a scope that exists', async () => {
    const tokens = openTokens(directory)
    const cases: [readonly string[], string][] = [
      [[], 'x'],
      [['admin'], 'x'],
      [['read'], ''],
      [['read'], 'a\nb'],
      [['read'], 'x'.repeat(65)],
    ]
    for (const [scopes, name] of cases) {
      const error = await tokens.create(scopes as Scope[], name).catch((caught: LedgerError) => caught)
      expect(error, name).to.have.property('code', 'token_invalid')
    }
    expect(tokens.list()).to.deep.equal([])
  })
})

function attempt(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return undefined
  }
}
