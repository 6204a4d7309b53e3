// The log's keys: made once, kept, never silently exchanged; what they sign is what any C2SP client accepts.

import { generateKeyPairSync } from 'node:crypto'
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { checkCheckpoint } from '../src/core/checkpoint.ts'
import { EMPTY_ROOT, hashLeaf } from '../src/core/hash.ts'
import { checkNote, parseNote, TYPE_COSIGNATURE, TYPE_ED25519 } from '../src/core/note.ts'
import { type LogKey, openLogKey } from '../src/log-key.ts'
import { TestFacts } from './chain/fixtures.ts'

const ORIGIN = 'example.org/use'
const HEAD = { size: 3, root: hashLeaf(Buffer.from('three')) }

describe('log key', () => {
  let dir: string
  let facts: TestFacts
  const open = (origin = ORIGIN): Promise<LogKey> => openLogKey({ dir, origin, facts })
  const refusal = (opening: Promise<LogKey>): Promise<unknown> =>
    opening.then(
      () => 'opened',
      (error: unknown) => error,
    )
  const keyFile = (name: string): string => join(dir, 'keys', name)

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'suyuan-keys-'))
    facts = new TestFacts()
  })
  afterEach(() => rm(dir, { recursive: true }))

  it('is made at the first start, for its owner alone, and stays the same', async () => {
    const made = await open()
    expect(made.verifierKey).to.include({ name: ORIGIN, type: TYPE_ED25519 })
    expect(made.timeKey).to.include({ name: `${ORIGIN}/time`, type: TYPE_COSIGNATURE })
    expect((await readdir(join(dir, 'keys'))).toSorted()).to.deep.equal(['log.pem', 'time.pem'])
    if (process.platform !== 'win32') {
      expect((await stat(join(dir, 'keys'))).mode % 0o1000).to.equal(0o700)
      for (const name of ['log.pem', 'time.pem']) expect((await stat(keyFile(name))).mode % 0o1000).to.equal(0o600)
    }
    const again = await open()
    expect(again.verifierKey).to.deep.equal(made.verifierKey)
    expect(again.timeKey).to.deep.equal(made.timeKey)
  })

  it('signs checkpoints with both keys', async () => {
    const { sign, verifierKey, timeKey } = await open()
    const { checkpoint, note } = checkCheckpoint(sign(HEAD, 1_800_000_000), verifierKey)
    expect(checkpoint.origin).to.equal(ORIGIN)
    expect(checkpoint.size).to.equal(3)
    expect(Buffer.from(checkpoint.root)).to.deep.equal(HEAD.root)
    expect(note.signatures).to.have.length(2)
    expect(checkNote(note, [timeKey])).to.deep.equal([{ key: timeKey, time: 1_800_000_000 }])
    const other = parseNote(sign({ size: 3, root: HEAD.root }, 1_800_000_000).replace('\n3\n', '\n4\n'))
    expect(() => checkNote(other, [verifierKey]))
      .to.throw()
      .with.property('code', 'signature_invalid')
  })

  it('never signs an earlier time than before, even after a restart', async () => {
    const { sign, timeKey } = await open()
    const timeOf = (signed: string): number => checkNote(parseNote(signed), [timeKey])[0]!.time!
    expect(timeOf(sign(HEAD, 1_800_000_000))).to.equal(1_800_000_000)
    expect(timeOf(sign(HEAD, 1_700_000_000))).to.equal(1_800_000_000)
    expect(timeOf(sign(HEAD, 1_800_000_001.9))).to.equal(1_800_000_001)
    await facts.put({ checkpoint: sign(HEAD, 1_800_000_002) }) // as published
    expect(timeOf((await open()).sign(HEAD, 1_600_000_000))).to.equal(1_800_000_002)
  })

  it('refuses a second root for the size it signed last', async () => {
    const { sign } = await open()
    sign(HEAD, 1)
    sign(HEAD, 2)
    expect(() => sign({ size: 3, root: EMPTY_ROOT }, 3))
      .to.throw()
      .with.property('code', 'checkpoint_would_fork')
  })

  it('refuses to make a new key when one is lost', async () => {
    await open()
    for (const name of ['log.pem', 'time.pem']) {
      const pem = await readFile(keyFile(name))
      await rm(keyFile(name))
      expect(await refusal(open())).to.include({ code: 'log_key_lost' })
      await writeFile(keyFile(name), pem, { mode: 0o600 })
    }
    await open()
  })

  it('goes on where a crash interrupted the making', async () => {
    facts.fail = () => 'lost'
    expect(await refusal(open())).to.include({ code: 'store_broken' })
    facts.fail = undefined
    const made = await open()
    expect((await open()).verifierKey).to.deep.equal(made.verifierKey)
  })

  it('refuses a foreign key and a foreign origin', async () => {
    await open()
    const renamed = await refusal(open('example.org/other'))
    expect(renamed).to.include({ code: 'log_key_foreign' })
    expect(String(renamed), 'the next step').to.contain(`SUYUAN_ORIGIN=${ORIGIN}`)
    const { privateKey } = generateKeyPairSync('ed25519')
    await writeFile(keyFile('log.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }))
    const error = await refusal(open())
    expect(error).to.include({ code: 'log_key_foreign' })
    expect(String(error)).not.to.contain('PRIVATE')
  })

  it('refuses a published checkpoint that is not its own', async () => {
    const { sign } = await open()
    const published = sign(HEAD, 1_800_000_000)
    const stranger = await openLogKey({ dir: join(dir, 'other'), origin: ORIGIN, facts: new TestFacts() })
    await facts.put({ checkpoint: stranger.sign(HEAD, 1) })
    expect(await refusal(open())).to.include({ code: 'checkpoint_unsigned' })
    await facts.put({ checkpoint: published.slice(0, published.lastIndexOf('— ')) }) // its time cut off
    expect(await refusal(open())).to.include({ code: 'checkpoint_unsigned' })
  })

  it('refuses what is no key, without quoting it', async () => {
    await open()
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
    for (const content of ['', 'secret words', String(privateKey.export({ type: 'pkcs8', format: 'pem' }))]) {
      await writeFile(keyFile('log.pem'), content, { mode: 0o600 })
      const error = await refusal(open())
      expect(error).to.include({ code: 'key_damaged' })
      expect(String(error)).not.to.contain('secret')
      expect((error as Error).cause).to.equal(undefined)
    }
  })

  it('refuses a key file that others can reach', async function (): Promise<void> {
    if (process.platform === 'win32') {
      console.log('        skipped: no POSIX modes on this system')
      this.skip()
    }
    await open()
    for (const mode of [0o640, 0o604, 0o610]) {
      await chmod(keyFile('time.pem'), mode)
      expect(await refusal(open())).to.include({ code: 'key_readable_by_others' })
    }
  })

  it('refuses an origin that cannot name a key', async () => {
    for (const origin of ['', 'two words', 'a+b'])
      expect(await refusal(open(origin))).to.include({ code: 'key_name_invalid' })
  })
})
