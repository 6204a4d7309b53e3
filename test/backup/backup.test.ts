// Backups of a store at work, and what they are restored to: nothing that was acknowledged before is missing, nothing is
// copied twice, a crash leaves the backup made before, and whatever is damaged is found and named.

import { createHash } from 'node:crypto'
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { openAccounts } from '../../src/accounts.ts'
import { type BackupMade, makeBackup } from '../../src/backup/make.ts'
import { decodeManifest, encodeManifest } from '../../src/backup/manifest.ts'
import type { Progress } from '../../src/backup/progress.ts'
import { restoreBackup } from '../../src/backup/restore.ts'
import { verifyBackup } from '../../src/backup/verify.ts'
import { decodeBlock, encodeBlock } from '../../src/chain/node/block.ts'
import {
  decodeFrameHead,
  encodeFrame,
  encodeHeader,
  FORMAT_VERSION,
  FRAME_HEAD,
  FRAME_TAIL,
} from '../../src/chain/node/frame.ts'
import { takeLock } from '../../src/chain/node/lock.ts'
import { DEFAULT_CHAIN_ID } from '../../src/chain/node/options.ts'
import { packLeaves } from '../../src/core/leaves.ts'
import { checkInclusion, inclusionNodes, proveInclusion } from '../../src/core/proof.ts'
import { type ErasureRecord, encodeEntry } from '../../src/core/record.ts'
import type { Words } from '../../src/core/words.ts'
import { type LogKey, openLogKey } from '../../src/log-key.ts'
import { pinSecrets } from '../../src/secrets.ts'
import { type EmbeddedStore, openEmbeddedStore } from '../../src/store/embedded.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import { PLAIN_PARTS } from '../../src/store/working-parts.ts'
import { expectedRoot } from '../store/conformance.ts'
import { copyOf, freshDirectory, removeDirectories } from '../store/directory.ts'
import { failureOf } from '../store/failure.ts'
import { makeLeaf, makeState, packed } from '../store/leaves.ts'

const SEGMENT = 256
const work = PLAIN_PARTS

after(removeDirectories)

interface Options {
  readonly keys?: boolean
  readonly onProgress?: () => void
  readonly onNotice?: (notice: Words) => void
}

const quiet = { onProgress() {}, onNotice() {} }
const backUp = (data: string, to: string, { keys = true, ...told }: Options = {}): Promise<BackupMade> =>
  makeBackup({ ...quiet, ...told, data, to, keys, segmentLeaves: SEGMENT, work, now: Date.now })
const verify = async (folder: string): Promise<string[]> =>
  (await verifyBackup(folder, work, () => {})).findings.map(({ code, message }) => `${code} ${message}`)
const restore = async (from: string): Promise<string> => {
  const data = freshDirectory()
  await restoreBackup({ from, data, work, onProgress() {}, onNotice() {} })
  return data
}
const open = (dir: string): Promise<EmbeddedStore> => openEmbeddedStore({ dir, segmentLeaves: SEGMENT })

/** Grows the log to this size, in groups that cross the ends of segments. */
async function grow(store: EmbeddedStore, size: number): Promise<void> {
  while (store.head.size < size) {
    const from = store.head.size
    const to = Math.min(size, from + 37)
    await store.append([{ leaves: packed(from, to), state: makeState(`to ${to}`, to - from) }])
  }
}

/** Puts on record that a part is erased, and leaves it where it is. */
async function recordErasure(store: EmbeddedStore, erases: number): Promise<void> {
  const record: ErasureRecord = {
    action: 'erase',
    actor: 'ab'.repeat(16),
    basis: 'PIPL-47',
    erases,
    sealed: 'ab'.repeat(32),
    source: 'suyuan/erasure',
    time: '2026-03-02T00:00:00.000Z',
  }
  await store.append([{ leaves: packLeaves([{ record, entry: encodeEntry(record), sealed: Buffer.of(1) }]) }])
}

/** Writes zeros over a part, as a disk or a hand may do. */
function zeroPart(path: string, index: number): void {
  const bytes = readFileSync(path)
  const part = `sealed part of ${index}`
  bytes.fill(0, bytes.indexOf(part), bytes.indexOf(part) + part.length)
  writeFileSync(path, bytes)
}

const GENESIS = Buffer.alloc(32, 1)
const JOURNAL_HEAD = encodeHeader({
  version: FORMAT_VERSION,
  chainId: DEFAULT_CHAIN_ID,
  genesisHash: GENESIS,
  optionsDigest: GENESIS,
  engine: 'test',
})

/** A block as the chain's journal has it, on top of the one before; it says something. */
function makeBlock(number: number, says: string): Buffer {
  const hashOf = (of: number): Buffer => (of === 0 ? GENESIS : createHash('sha256').update(`block ${of}`).digest())
  const hashes = { parentHash: hashOf(number - 1), blockHash: hashOf(number) }
  return Buffer.from(
    encodeFrame(encodeBlock({ number, timestamp: number, ...hashes, transactions: [Buffer.from(says)] })),
  )
}

/** What the last block of a journal says. */
function readLastBlock(path: string): string {
  const bytes = readFileSync(path)
  let said = '0'
  for (let at = JOURNAL_HEAD.length; at < bytes.length; ) {
    const length = decodeFrameHead(bytes.subarray(at, at + FRAME_HEAD))!
    const block = decodeBlock(bytes.subarray(at + FRAME_HEAD, at + FRAME_HEAD + length))!
    said = Buffer.from(block.transactions[0]!).toString()
    at += FRAME_HEAD + length + FRAME_TAIL
  }
  return said
}

/** What a service keeps beside the store. */
function addOtherFiles(data: string): void {
  for (const folder of ['keys', 'keys/tokens.lock', 'chain', 'chain/lock'])
    mkdirSync(join(data, folder), { recursive: true })
  writeFileSync(join(data, 'keys/log.pem'), 'a key', { mode: 0o600 })
  writeFileSync(join(data, 'keys/tokens.json'), '{"tokens":[]}')
  writeFileSync(join(data, 'keys/tokens.json.5f.new'), 'half')
  writeFileSync(join(data, 'keys/tokens.lock/LOCK'), '')
  writeFileSync(join(data, 'chain/lock/LOCK'), '')
  writeFileSync(join(data, 'chain/journal'), JOURNAL_HEAD)
  writeFileSync(join(data, 'events'), 'events\n')
}

/** A ledger of this size, closed. */
async function makeLedger(size: number): Promise<string> {
  const data = freshDirectory()
  await using store = await open(data)
  await grow(store, size)
  await store.facts.put({ checkpoint: `of ${size}` })
  addOtherFiles(data)
  return data
}

async function expectLedger(data: string, size: number): Promise<void> {
  await using store = await open(data)
  expect(store.head.size).to.equal(size)
  expect(Buffer.from(store.head.root).equals(Buffer.from(expectedRoot(size)))).to.equal(true)
  const all = Array.from({ length: size }, (_, k) => k)
  expect((await store.readEntries(all)).every((entry, k) => Buffer.compare(entry, makeLeaf(k).entry) === 0)).to.equal(
    true,
  )
  for (let k = 0; k < size; k += 4) expect(await store.readSealed(k)).to.deep.equal(Buffer.from(makeLeaf(k).sealed!))
}

const makeLogKey = (): Promise<LogKey> =>
  openLogKey({ dir: freshDirectory(), origin: 'suyuan.test/log', facts: createMemoryStore().facts })

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(item => item.isFile() && !item.parentPath.startsWith(join(folder, 'lock')))
    .map(item => join(item.parentPath, item.name).slice(folder.length + 1))
    .toSorted()

describe('backup', function () {
  this.timeout(120_000)

  it('copies all that is not derived, and is restored to the same ledger', async () => {
    const data = await makeLedger(600)
    const to = freshDirectory()
    const { manifest, written, bytes } = await backUp(data, to)
    expect(manifest).to.include({ size: 600, keys: true })
    expect(manifest.segments).to.have.length(2)
    expect(written).to.equal(bytes)
    expect(filesOf(to)).to.deep.equal([
      'backup.json',
      'chain/journal',
      'events',
      'keys/log.pem',
      'keys/tokens.json',
      ...['000000', '000001', '000002'].flatMap(name => [`log/${name}/entries`, `log/${name}/sealed`]),
      'log/commits',
      'log/facts',
    ])
    for (const name of filesOf(to)) expect(statSync(join(to, name)).mode % 0o1000, name).to.equal(0o600)
    expect(statSync(to).mode % 0o1000).to.equal(0o700)
    expect(await verify(to)).to.deep.equal([])
    const again = await restore(to)
    expect(readFileSync(join(again, 'keys/log.pem'), 'utf8')).to.equal('a key')
    await expectLedger(again, 600)
    await using store = await open(again)
    expect(await store.facts.get('checkpoint')).to.equal('of 600')
    expect(store.findBatch('to 37')).to.include({ lines: 37 })
  })

  it('copies only what is new', async () => {
    const data = await makeLedger(600)
    const to = freshDirectory()
    await backUp(data, to)
    expect((await backUp(data, to)).written).to.equal(0)
    await using store = await open(data)
    await grow(store, 700)
    const before = statSync(join(data, 'log/000002/entries')).size
    const { manifest, written } = await backUp(data, to)
    const lengths = new Map(manifest.files.map(({ path, length }) => [path, length]))
    expect(lengths.get('log/000002/entries')).to.equal(before)
    expect(written).to.be.lessThan(before)
    expect(await verify(to)).to.deep.equal([])
    await expectLedger(await restore(to), 700)
  })

  it('does not read again what nobody wrote, and keeps its good copy of what rots', async () => {
    const data = await makeLedger(600)
    const to = freshDirectory()
    const past = new Date('2026-01-01')
    for (const name of ['entries', 'sealed']) utimesSync(join(data, 'log/000000', name), past, past)
    await backUp(data, to)
    const good = readFileSync(join(to, 'log/000000/entries'))
    const bytes = Buffer.from(good)
    bytes[1000]! ^= 1
    writeFileSync(join(data, 'log/000000/entries'), bytes)
    utimesSync(join(data, 'log/000000/entries'), past, past)
    expect((await backUp(data, to)).written).to.equal(0)
    expect(readFileSync(join(to, 'log/000000/entries')).equals(good)).to.equal(true)
    expect(await verify(to)).to.deep.equal([])
    // One that was written since is read, and what never changes is not taken over.
    utimesSync(join(data, 'log/000000/entries'), new Date('2026-02-01'), new Date('2026-02-01'))
    expect((await failureOf(backUp(data, to))).code).to.equal('backup_of_other_history')
    expect(await verify(to)).to.deep.equal([])
  })

  it('copies again what is gone from the backup, or went bad in it', async () => {
    const data = await makeLedger(600)
    const to = freshDirectory()
    await backUp(data, to)
    rmSync(join(to, 'log/000001/entries'))
    truncateSync(join(to, 'log/000000/sealed'), 5)
    const commits = readFileSync(join(to, 'log/commits'))
    commits[50]! ^= 1
    writeFileSync(join(to, 'log/commits'), commits)
    {
      await using store = await open(data)
      await grow(store, 610)
    }
    await backUp(data, to)
    expect(await verify(to)).to.deep.equal([])
    await expectLedger(await restore(to), 610)
  })

  it('is written by one process at a time', async () => {
    const data = await makeLedger(10)
    const to = freshDirectory()
    await backUp(data, to)
    const lock = await takeLock(join(to, 'lock'))
    expect(await failureOf(backUp(data, to))).to.include({ code: 'backup_in_use', retryable: true })
    expect(await failureOf(verifyBackup(to, work, () => {}))).to.include({ code: 'backup_in_use' })
    await lock.release()
    expect(await verify(to)).to.deep.equal([])
  })

  it('leaves out the keys, and all that may be one, when told so', async () => {
    const data = await makeLedger(10)
    mkdirSync(join(data, 'demo-keys'))
    for (const name of ['demo-keys/regulator.key', 'stray', 'account.pem']) writeFileSync(join(data, name), 'a secret')
    const to = freshDirectory()
    const notices: string[] = []
    const onNotice = ({ en }: Words): unknown => notices.push(en)
    expect((await backUp(data, to, { keys: false, onNotice })).manifest.keys).to.equal(false)
    const own = ['chain/journal', 'events', 'log/000000/entries', 'log/000000/sealed', 'log/commits', 'log/facts']
    expect(filesOf(to)).to.deep.equal(['backup.json', ...own])
    expect(notices).to.have.length(1)
    expect(notices[0]).to.contain(join(data, 'stray'))
    expect(await verify(to)).to.deep.equal([])
    const whole = freshDirectory()
    await backUp(data, whole)
    expect(filesOf(whole)).to.include.members(['demo-keys/regulator.key', 'stray', 'account.pem', 'keys/log.pem'])
  })

  it('without keys does not go where keys are, and deletes none', async () => {
    const data = await makeLedger(10)
    const to = freshDirectory()
    await backUp(data, to)
    const before = filesOf(to)
    const error = await failureOf(backUp(data, to, { keys: false }))
    expect([error.code, error.message.includes(join(to, 'keys/log.pem'))]).to.deep.equal(['backup_holds_keys', true])
    expect(filesOf(to)).to.deep.equal(before)
    expect(await verify(to)).to.deep.equal([])
    const other = freshDirectory()
    await backUp(data, other, { keys: false })
    await backUp(data, other, { keys: false })
    await backUp(data, other)
    expect(existsSync(join(other, 'keys/log.pem'))).to.equal(true)
  })

  it('is not made of a ledger with a key missing, or another in its place', async () => {
    const data = freshDirectory()
    {
      await using store = await open(data)
      await grow(store, 10)
      await pinSecrets(store.facts, join(data, 'keys'), ['seal.key', 'actor.key'])
      await openLogKey({ dir: data, origin: 'suyuan.test/log', facts: store.facts })
      await openAccounts(join(data, 'keys'), ['11520100MB1234567X'])
    }
    const to = freshDirectory()
    await backUp(data, to)
    const names = {
      'seal.key': 'key_lost',
      'actor.key': 'key_lost',
      'log.pem': 'log_key_lost',
      'time.pem': 'log_key_lost',
      'organisations/11520100MB1234567X.key': 'key_damaged',
    }
    for (const [name, code] of Object.entries(names)) {
      const lame = copyOf(data)
      rmSync(join(lame, 'keys', name))
      const error = await failureOf(backUp(lame, to))
      expect([error.code, error.message.includes(join(lame, 'keys', name))], name).to.deep.equal([code, true])
      expect(error.message).to.contain('--no-keys')
      await backUp(lame, freshDirectory(), { keys: false })
    }
    const foreign = copyOf(data)
    cpSync(join(data, 'keys/seal.key'), join(foreign, 'keys/actor.key'))
    rmSync(join(foreign, 'keys/log.pem'))
    const error = await failureOf(backUp(foreign, to))
    expect(error.code).to.equal('key_foreign')
    expect(error.message).to.contain('actor.key').and.contain('log.pem')
    expect(await verify(to)).to.deep.equal([])
    expect(filesOf(to)).to.include.members(Object.keys(names).map(name => `keys/${name}`))
  })

  it('is of one moment while the store is at work', async () => {
    const data = freshDirectory()
    await using store = await open(data)
    addOtherFiles(data)
    let working = true
    const writing = (async () => {
      for (let n = 0; working && store.head.size < 20_000; n++) {
        await store.append([{ leaves: packed(store.head.size, store.head.size + 31) }])
        await store.facts.put({ checkpoint: String(store.head.size), [`anchor/${n}`]: 'x'.repeat(50) })
        appendFileSync(join(data, 'chain/journal'), makeBlock(n + 1, String(store.head.size)))
        await store.facts.put({ seen: String(store.head.size) })
        if (n % 20 === 0) await store.facts.replace({ text: String(n) }) // the journal is written anew
      }
    })()
    const to = freshDirectory()
    for (let n = 0; n < 6; n++) {
      const { size } = store.head
      const { manifest } = await backUp(data, to)
      expect(manifest.size).to.be.at.least(size)
      const restored = await restore(to)
      await expectLedger(restored, manifest.size)
      await using again = await open(restored)
      const published = Number((await again.facts.get('checkpoint')) ?? 0)
      const chain = Number(readLastBlock(join(restored, 'chain/journal')))
      const seen = Number((await again.facts.get('seen')) ?? 0)
      expect(chain, 'no fact is ahead of the chain').to.be.at.least(seen)
      expect(published, 'no fact is behind the chain').to.be.at.least(chain)
      expect(manifest.size, 'nor ahead of the commits').to.be.at.least(published)
    }
    working = false
    await writing
  })

  it('leaves the backup made before when it is cut off, and goes on from there', async () => {
    const data = await makeLedger(300)
    const to = freshDirectory()
    await backUp(data, to)
    await using store = await open(data)
    await grow(store, 800)
    for (let steps = 1, isCut = true; isCut; steps += 3) {
      const half = copyOf(to)
      let left = steps
      isCut = await backUp(data, half, {
        onProgress() {
          if (left-- === 0) throw new Error('cut off')
        },
      }).then(
        () => false,
        () => true,
      )
      if (!isCut) continue
      expect(await verify(half), `after ${steps} steps`).to.deep.equal([])
      await backUp(data, half)
      expect(await verify(half)).to.deep.equal([])
      if (steps % 5 === 1) await expectLedger(await restore(half), 800)
      rmSync(half, { recursive: true })
    }
  })

  it('is the new backup once all of it is there, wherever its process ended', async () => {
    const data = await makeLedger(300)
    const to = freshDirectory()
    await backUp(data, to)
    writeFileSync(join(data, 'keys/tokens.json'), '{"tokens":[1]}')
    writeFileSync(join(data, 'keys/log.pem'), 'another key')
    const whole = copyOf(to)
    await backUp(data, whole)
    for (let renamed = 0; renamed <= 2; renamed++) {
      const half = copyOf(to)
      for (const [k, name] of ['keys/log.pem', 'keys/tokens.json'].entries()) {
        cpSync(join(whole, name), join(half, k < renamed ? name : `${name}.new`))
      }
      cpSync(join(whole, 'backup.json'), join(half, 'backup.json.new'))
      expect(await verify(half)).to.deep.equal([])
      expect(readFileSync(join(half, 'keys/tokens.json'), 'utf8')).to.contain('[1]')
      expect(filesOf(half)).to.deep.equal(filesOf(whole))
    }
    // A manifest that was not written to its end is none.
    const half = copyOf(to)
    writeFileSync(join(half, 'backup.json.new'), readFileSync(join(whole, 'backup.json')).subarray(0, 400))
    writeFileSync(join(half, 'keys/log.pem.new'), 'another')
    expect(await verify(half)).to.deep.equal([])
    expect(readFileSync(join(half, 'keys/log.pem'), 'utf8')).to.equal('a key')
  })

  it('finds any byte that changed, and names the file; restores nothing of it', async () => {
    const to = freshDirectory()
    await backUp(await makeLedger(600), to)
    const names = filesOf(to).filter(name => name !== 'backup.json')
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.nat(),
        fc.integer({ min: 0, max: 7 }),
        async (name, place, bit) => {
          const damaged = copyOf(to)
          const bytes = readFileSync(join(damaged, name))
          bytes[place % bytes.length]! ^= 1 << bit
          writeFileSync(join(damaged, name), bytes)
          const findings = await verify(damaged)
          expect(findings).to.have.length(1)
          expect(findings[0])
            .to.match(/^backup_damaged /)
            .and.contain(join(damaged, name))
          const data = freshDirectory()
          const options = { from: damaged, data, work, onProgress() {}, onNotice() {} }
          expect((await failureOf(restoreBackup(options))).code).to.equal('backup_damaged')
          expect(existsSync(data)).to.equal(false)
          rmSync(damaged, { recursive: true })
        },
      ),
      { numRuns: 20 },
    )
    const gone = copyOf(to)
    truncateSync(join(gone, 'log/commits'), 10)
    rmSync(join(gone, 'log/000001/entries'))
    expect(await verify(gone)).to.satisfy(
      (found: string[]) => found.length === 2 && found.some(text => text.includes('is not there')),
    )
  })

  it('refuses a manifest that is not the one that was written', async () => {
    const to = freshDirectory()
    await backUp(await makeLedger(300), to)
    const json = readFileSync(join(to, 'backup.json'))
    await fc.assert(
      fc.asyncProperty(fc.nat(json.length - 1), fc.integer({ min: 0, max: 7 }), async (place, bit) => {
        const changed = Buffer.from(json)
        changed[place]! ^= 1 << bit
        writeFileSync(join(to, 'backup.json'), changed)
        expect((await failureOf(verifyBackup(to, work, () => {}))).code).to.equal('backup_manifest_damaged')
      }),
      { numRuns: 60 },
    )
    // Nor one that is consistent in itself, but names a file outside of the folder.
    const { manifest } = JSON.parse(json.toString()) as { manifest: { files: { path: string }[] } }
    for (const path of ['../keys/log.pem', '/etc/passwd', 'log/../../x', 'log//x', './x', 'a/./b']) {
      const files = [{ ...manifest.files[0], path }]
      const forged = { ...manifest, files }
      const sha256 = createHash('sha256').update(JSON.stringify(forged)).digest('hex')
      writeFileSync(join(to, 'backup.json'), `${JSON.stringify({ manifest: forged, sha256 })}\n`)
      expect((await failureOf(verifyBackup(to, work, () => {}))).code, path).to.equal('backup_manifest_damaged')
    }
  })

  it('follows segments into archives, also while they move', async () => {
    const data = await makeLedger(900)
    const to = freshDirectory()
    await backUp(data, to)
    await using store = await open(data)
    const { sign } = await makeLogKey()
    const moving = (async () => {
      for (const number of [0, 1]) await store.old.archive(number, sign(store.head, 1_800_000_000))
    })()
    for (let n = 0; n < 3; n++) {
      await backUp(data, to)
      expect(await verify(to)).to.deep.equal([])
      await expectLedger(await restore(to), 900)
    }
    await moving
    await backUp(data, to)
    const archived = filesOf(to).filter(name => /^(archive|log.00000[01])/.test(name))
    expect(archived).to.deep.equal(['archive/000000.archive', 'archive/000001.archive'])
    expect(await verify(to)).to.deep.equal([])
    expect((await backUp(data, to)).written).to.equal(0)
    await expectLedger(await restore(to), 900)

    const damaged = copyOf(to)
    const bytes = readFileSync(join(damaged, archived[1]!))
    bytes[bytes.length >> 1]! ^= 16
    writeFileSync(join(damaged, archived[1]!), bytes)
    expect((await verify(damaged)).join()).to.contain(join(damaged, archived[1]!))
  })

  it('takes an erasure over, and keeps nothing of the part', async () => {
    const data = await makeLedger(900)
    const to = freshDirectory()
    await backUp(data, to)
    await using store = await open(data)
    const parts = ['sealed part of 104', 'sealed part of 304', 'sealed part of 800'].map(text => Buffer.from(text))
    const held = (): boolean[] =>
      parts.map(part => filesOf(to).some(name => readFileSync(join(to, name)).includes(part)))
    expect(held()).to.deep.equal([true, true, true])
    for (const index of [104, 304, 800]) {
      await recordErasure(store, index)
      await store.eraseSealed(index)
    }
    await backUp(data, to)
    expect(held()).to.deep.equal([false, false, false])
    expect(await verify(to)).to.deep.equal([])
    await using again = await open(await restore(to))
    expect((await again.readSealed(304))!.every(byte => byte === 0)).to.equal(true)
    expect((await again.readSealed(308))!.toString()).to.equal('sealed part of 308')
  })

  it('has the record of a part that was erased while it was copied', async () => {
    for (const isFirst of [true, false]) {
      const data = await makeLedger(600)
      const to = freshDirectory()
      if (!isFirst) await backUp(data, to)
      const later = copyOf(data)
      {
        await using store = await open(later)
        await recordErasure(store, 104)
        await store.eraseSealed(104)
      }
      let isErased = false
      const { manifest } = await backUp(data, to, {
        onProgress() {
          if (isErased) return
          isErased = true
          for (const name of ['log/000002/entries', 'log/000002/sealed', 'log/commits', 'log/000000/sealed'])
            writeFileSync(join(data, name), readFileSync(join(later, name)))
        },
      })
      expect(manifest.size).to.equal(601)
      expect(await verify(to)).to.deep.equal([])
      await using again = await open(await restore(to))
      expect(again.head.size).to.equal(601)
      expect((await again.readSealed(104))!.every(byte => byte === 0)).to.equal(true)
    }
  })

  it('finds the record of an erasure that a crash came into, in a segment that is not read again', async () => {
    const data = await makeLedger(250)
    const to = freshDirectory()
    {
      await using store = await open(data)
      await recordErasure(store, 104)
      await grow(store, 600)
    }
    await backUp(data, to)
    zeroPart(join(data, 'log/000000/sealed'), 104)
    await backUp(data, to)
    expect(await verify(to)).to.deep.equal([])
  })

  it('is not made of a part that is gone without a record of it, and keeps its copy', async () => {
    const data = await makeLedger(600)
    const to = freshDirectory()
    await backUp(data, to)
    const other = freshDirectory()
    await backUp(data, other)
    zeroPart(join(data, 'log/000001/sealed'), 304)
    for (const place of [to, freshDirectory()]) {
      const error = await failureOf(backUp(data, place))
      expect([error.code, error.message.includes('leaf 304')]).to.deep.equal(['sealed_damaged', true])
      expect(existsSync(join(place, 'backup.json'))).to.equal(place === to)
    }
    expect(await verify(to)).to.deep.equal([])
    expect(readFileSync(join(to, 'log/000001/sealed')).includes('sealed part of 304')).to.equal(true)

    // One that was made so is found, though every byte is what was written.
    const path = 'log/000001/sealed'
    zeroPart(join(other, path), 304)
    const name = join(other, 'backup.json')
    const manifest = decodeManifest(readFileSync(name, 'utf8'), name)
    const sha256 = createHash('sha256')
      .update(readFileSync(join(other, path)))
      .digest('hex')
    const files = manifest.files.map(file => (file.path === path ? { ...file, sha256 } : file))
    writeFileSync(name, encodeManifest({ ...manifest, files }))
    expect((await verify(other)).join())
      .to.match(/^sealed_damaged /)
      .and.contain('leaf 304')
  })

  it('keeps its copy of a sealed part that changed and was not erased', async () => {
    for (const isArchived of [false, true]) {
      const data = await makeLedger(900)
      const to = freshDirectory()
      await backUp(data, to)
      if (isArchived) {
        await using store = await open(data)
        await store.old.archive(1, (await makeLogKey()).sign(store.head, 1_800_000_000))
      }
      const path = join(data, isArchived ? 'archive/000001.archive' : 'log/000001/sealed')
      const bytes = readFileSync(path)
      bytes.write('forged', bytes.indexOf('sealed part of 304'))
      writeFileSync(path, bytes)
      const error = await failureOf(backUp(data, to))
      expect([error.code, error.message.includes('leaf 304')]).to.deep.equal(['sealed_damaged', true])
      expect(error.message.startsWith(`${path}:`), 'the file of the ledger, not the copy').to.equal(true)
      expect(await verify(to)).to.deep.equal([])
      expect(readFileSync(join(to, 'log/000001/sealed')).includes('sealed part of 304')).to.equal(true)
    }
  })

  it('holds what proves the records that were pruned', async () => {
    const data = await makeLedger(900)
    const to = freshDirectory()
    await backUp(data, to)
    {
      await using store = await open(data)
      const key = await makeLogKey()
      await store.old.archive(0, key.sign(store.head, 1_800_000_000))
      const anchor = { size: 900, transaction: '0x0', block: 1, time: 1 }
      await store.old.prune(0, { by: 'archivist', time: Date.now(), anchor, retentionYears: 5 })
    }
    await backUp(data, to)
    expect(filesOf(to)).to.include.members(['log/tile/0', 'log/tile/1']).and.not.include('log/000000/entries')
    expect(await verify(to)).to.deep.equal([])
    await using again = await open(await restore(to))
    expect(Buffer.from(again.head.root).equals(Buffer.from(expectedRoot(900)))).to.equal(true)
    const proof = proveInclusion(7, 900, await again.readNodes(inclusionNodes(7, 900)))
    expect(checkInclusion(7, 900, makeLeaf(7).leaf, again.head.root, proof)).to.equal(true)
    expect((await failureOf(again.readEntries([7]))).code).to.equal('entries_pruned')
    expect(await again.readEntries([256])).to.have.length(1)
  })

  it('is restored beside, over what a restore left there and nothing else', async () => {
    const to = freshDirectory()
    await backUp(await makeLedger(300), to)
    const data = join(freshDirectory(), 'data')
    const beside = `${data}.restoring`
    const options = { from: to, data, work, onProgress() {}, onNotice() {} }
    mkdirSync(beside, { recursive: true })
    writeFileSync(join(beside, 'mine'), 'somebody else')
    const error = await failureOf(restoreBackup(options))
    expect([error.code, error.message.includes(beside)]).to.deep.equal(['restore_place_taken', true])
    expect(readFileSync(join(beside, 'mine'), 'utf8')).to.equal('somebody else')
    rmSync(beside, { recursive: true })
    const onProgress = ({ step }: Progress): void => {
      if (step === 'copying') throw new Error('cut off')
    }
    expect(await restoreBackup({ ...options, onProgress }).catch((error: Error) => error.message)).to.equal('cut off')
    expect(existsSync(beside)).to.equal(true)
    await restoreBackup(options)
    expect(readdirSync(join(data, '..'))).to.deep.equal(['data'])
    expect(filesOf(data)).to.include('log/commits').and.not.include('restoring')
    await expectLedger(data, 300)
  })

  it('names the file of the ledger that is damaged, not the copy of it', async () => {
    const data = await makeLedger(600)
    const to = freshDirectory()
    const path = 'log/000002/entries'
    const bytes = readFileSync(join(data, path))
    bytes[1000]! ^= 1
    writeFileSync(join(data, path), bytes)
    const first = await failureOf(backUp(data, to))
    expect(first.code).to.equal('log_damaged')
    expect(first.message).to.contain(join(data, 'log')).and.contain('suyuan fsck').and.not.contain(to)

    // One that went bad in the backup is the copy's, which is named.
    const good = await makeLedger(600)
    const other = freshDirectory()
    await backUp(good, other)
    const copy = readFileSync(join(other, path))
    copy[1000]! ^= 1
    writeFileSync(join(other, path), copy)
    const second = await failureOf(backUp(good, other))
    expect(second.message).to.contain(join(other, 'log')).and.not.contain(good)
  })

  it('is not restored into its own folder or one above it, also through a link', async () => {
    const to = join(freshDirectory(), 'backup')
    await backUp(await makeLedger(10), to)
    const link = join(to, '../../link')
    symlinkSync(to, link)
    for (const data of [to, join(to, 'x'), join(to, 'x/y'), join(to, '..'), join(link, 'x')]) {
      const error = await failureOf(restoreBackup({ from: to, data, work, onProgress() {}, onNotice() {} }))
      expect(error.code, data).to.equal('backup_place_wrong')
      expect(error.message).to.contain(to)
    }
    expect(await verify(to)).to.deep.equal([])
    expect(readdirSync(join(to, '..'))).to.deep.equal(['backup'])
  })

  it('removes nothing from its folder that no manifest named, and says what it leaves', async () => {
    const data = await makeLedger(10)
    writeFileSync(join(data, 'note'), 'goes along')
    const to = freshDirectory()
    await backUp(data, to)
    const mine = ['other/log/commits', 'other/x.new', 'letter', 'letter.new', 'log/000000/mine']
    mkdirSync(join(to, 'other/log'), { recursive: true })
    mkdirSync(join(to, 'other/empty'))
    for (const name of mine) writeFileSync(join(to, name), 'mine')
    // Left by a backup that did not end: what only a ledger has, and what is of the backup before.
    mkdirSync(join(to, 'archive'))
    for (const name of ['archive/000007.archive', 'log/000000/sealed.new', 'note.new'])
      writeFileSync(join(to, name), 'half')
    rmSync(join(data, 'note'))
    const notices: string[] = []
    await backUp(data, to, { onNotice: ({ en }) => notices.push(en) })
    for (const name of mine) {
      expect(readFileSync(join(to, name), 'utf8')).to.equal('mine')
      expect(notices.filter(notice => notice.startsWith(`${join(to, name)} `))).to.have.length(1)
    }
    expect(notices).to.have.length(mine.length)
    expect(existsSync(join(to, 'other/empty'))).to.equal(true)
    for (const name of ['archive', 'log/000000/sealed.new', 'note.new', 'note']) {
      expect(existsSync(join(to, name)), name).to.equal(false)
    }
    expect(await verify(to)).to.deep.equal([])
  })

  it('goes only where a backup may lie, and never over one of another history', async () => {
    const data = await makeLedger(300)
    const codeOf = async (to: string, from = data): Promise<string> => (await failureOf(backUp(from, to))).code
    expect(await codeOf(join(data, 'backup'))).to.equal('backup_place_wrong')
    expect(await codeOf(join(data, '..'))).to.equal('backup_place_wrong')
    expect(await codeOf(await makeLedger(3))).to.equal('backup_place_taken')
    expect(await codeOf(freshDirectory(), freshDirectory())).to.equal('data_unknown')

    const to = freshDirectory()
    await backUp(data, to)
    const json = readFileSync(join(to, 'backup.json'), 'utf8')
    const early = await makeLedger(100) // the same log, as it was
    expect(await codeOf(to, early)).to.equal('backup_of_other_history')
    const changed = copyOf(data)
    const entries = readFileSync(join(changed, 'log/000000/entries'))
    entries[100]! ^= 1
    writeFileSync(join(changed, 'log/000000/entries'), entries)
    expect(await codeOf(to, changed)).to.equal('backup_of_other_history')
    expect(await codeOf(freshDirectory(), changed), 'nor is a damaged ledger ever a backup').to.equal('log_damaged')
    expect(readFileSync(join(to, 'backup.json'), 'utf8')).to.equal(json)
    expect(await verify(to)).to.deep.equal([])

    const taken = await makeLedger(3)
    const options = { from: to, data: taken, work, onProgress() {}, onNotice() {} }
    expect((await failureOf(restoreBackup(options))).code).to.equal('restore_place_taken')
    expect((await failureOf(restoreBackup({ ...options, from: early, data: freshDirectory() }))).code).to.equal(
      'backup_missing',
    )
  })
})
