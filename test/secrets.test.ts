// Secret files: made once, kept to their owner, written whole.

import { chmod, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { openSecret, pinSecrets, writePrivate } from '../src/secrets.ts'
import { TestFacts } from './chain/fixtures.ts'

describe('secrets', () => {
  let directory: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'suyuan-secrets-'))
  })
  afterEach(() => rm(directory, { recursive: true }))

  const refusal = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => 'accepted',
      (error: unknown) => error,
    )

  it('are made once, and stay the same', async () => {
    const made = await openSecret(directory, 'seal.key')
    expect(made).to.have.length(32)
    expect(await openSecret(directory, 'seal.key')).to.deep.equal(made)
    expect(await openSecret(directory, 'other.key')).to.not.deep.equal(made)
  })

  it('are refused when others can reach them', async function () {
    if (process.platform === 'win32') {
      console.log('        skipped: no POSIX modes on this system')
      this.skip()
    }
    const path = join(directory, 'account.key')
    await pinSecrets(new TestFacts(), directory, ['account.key'])
    expect((await stat(path)).mode % 0o1000).to.equal(0o600)
    for (const mode of [0o640, 0o604, 0o610, 0o660, 0o777]) {
      await chmod(path, mode)
      const error = await refusal(openSecret(directory, 'account.key'))
      expect(error).to.include({ code: 'key_readable_by_others' })
      expect(String(error))
        .to.contain(`mode ${mode.toString(8)}`)
        .and.to.contain(`chmod 600 ${path}`)
      expect(await refusal(pinSecrets(new TestFacts(), directory, ['account.key']))).to.include({
        code: 'key_readable_by_others',
      })
    }
    await chmod(path, 0o400)
    expect(await openSecret(directory, 'account.key')).to.have.length(32)
  })

  it('are refused when they cannot be read, or hold something else', async () => {
    await writePrivate(directory, 'short.key', '00ff\n')
    const damaged = await refusal(openSecret(directory, 'short.key'))
    expect(damaged).to.include({ code: 'key_damaged' })
    expect(String(damaged)).to.not.contain('00ff')
    expect(await refusal(openSecret(join(directory, 'short.key'), 'x.key'))).to.include({ code: 'key_unreadable' })
  })

  it('are bound to a ledger: none may be another, and only those that can be replaced may be gone', async () => {
    const facts = new TestFacts()
    const pin = (): Promise<void> => pinSecrets(facts, directory, ['own.key'], ['relay.key'])
    await pin()
    await pin()
    const [own, relay] = [await openSecret(directory, 'own.key'), await openSecret(directory, 'relay.key')]
    await rm(join(directory, 'relay.key'))
    await pin()
    expect((await openSecret(directory, 'relay.key')).equals(relay)).to.equal(false)
    await pin()
    for (const name of ['own.key', 'relay.key']) {
      const before = await readFile(join(directory, name), 'utf8')
      await writePrivate(directory, name, `${'0'.repeat(64)}\n`)
      expect(await refusal(pin()), name).to.include({ code: 'key_foreign' })
      await writePrivate(directory, name, before)
    }
    await rm(join(directory, 'own.key'))
    expect(await refusal(pin())).to.include({ code: 'key_lost' })
    await writePrivate(directory, 'own.key', own.toString('hex'))
    await pin()
  })

  it('are written whole by each of many writers, who leave nothing behind', async () => {
    const contents = Array.from({ length: 20 }, (_, k) => String(k).repeat(50_000))
    await Promise.all(contents.map(content => writePrivate(directory, 'shared', content)))
    expect(contents).to.include(await readFile(join(directory, 'shared'), 'utf8'))
    expect(await readdir(directory)).to.deep.equal(['shared'])
  })
})
