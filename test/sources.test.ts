// Sources that sign, on a store on disk: what the door takes, what shows, and that a restart or a crash changes nothing of it.

import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { LedgerError } from '../src/core/error.ts'
import { formatVerifierKey } from '../src/core/note.ts'
import { decodeEntry, parseRecordInput } from '../src/core/record.ts'
import { checkLink, linkText, type SignedRecord } from '../src/core/source-link.ts'
import { createGroupCommit } from '../src/group-commit.ts'
import { createPlainReader } from '../src/lines/plain.ts'
import { openLogKey } from '../src/log-key.ts'
import { endorse, makeSourceKey, type Place, type SourceKey, signLine } from '../src/source/sign.ts'
import { openSources, type Sources } from '../src/sources.ts'
import { type EmbeddedStore, openEmbeddedStore } from '../src/store/embedded.ts'
import { openVault } from '../src/vault.ts'
import { freshDirectory, removeDirectories } from './store/directory.ts'

const ORIGIN = 'suyuan.test/log'
const NOW = Date.parse('2026-03-02T00:00:00.000Z')
const key = (fill: number, source = 'gateway-1'): SourceKey =>
  makeSourceKey({ source, origin: ORIGIN, secret: new Uint8Array(32).fill(fill) })
const KEY = key(1)
const vkey = ({ verifierKey }: SourceKey): string => formatVerifierKey(verifierKey)

const LINE = {
  action: 'read',
  consumer: 'c',
  resource: 'r',
  source: 'gateway-1',
  status: 'ok',
  time: '2026-03-01T00:00:00.000Z',
}

after(removeDirectories)

interface Opened extends AsyncDisposable {
  readonly store: EmbeddedStore
  readonly sources: Sources
  readonly warnings: string[]
  /** Sends lines; the codes of those refused. */
  send(...lines: readonly string[]): Promise<readonly string[]>
  /** The record that a line would become; undefined where it is refused. */
  read(line: Uint8Array): SignedRecord | undefined
}

async function open(dir: string, now = () => NOW): Promise<Opened> {
  const store = await openEmbeddedStore({ dir, segmentLeaves: 256 })
  const logKey = await openLogKey({ dir, origin: ORIGIN, facts: store.facts })
  const commit = createGroupCommit(store, logKey, now)
  const warnings: string[] = []
  const sources = await openSources({
    store,
    commit,
    origin: ORIGIN,
    now,
    clock: { now, sleep: () => Promise.reject(new Error('nobody waits here')) },
    log: { info() {}, warn: (fields: object) => warnings.push(JSON.stringify(fields)), error() {} },
  })
  const reader = createPlainReader({
    registry: {
      books: {},
      resource: () => ({ provider: 'p', withdrawn: false }),
      organisation: () => ({}),
      grant: () => undefined,
    },
    vault: await openVault(join(dir, 'keys')),
    sources: sources.lines,
    now,
  })
  return {
    store,
    sources,
    warnings,
    read(line) {
      const { leaves } = reader.read(Buffer.concat([line, Buffer.from('\n')]), { most: 1, firstLine: 1 })
      return leaves.count === 0 ? undefined : (decodeEntry(leaves.entries.subarray(2)) as SignedRecord)
    },
    async send(...lines) {
      const codes: string[] = []
      for (let rest = Buffer.from(lines.map(text => `${text}\n`).join('')); rest.length > 0; ) {
        const { leaves, refused, consumed } = reader.read(rest, { most: 1_000, firstLine: 1 })
        await commit.commit({ leaves })
        codes.push(...refused.map(({ code }) => code))
        rest = rest.subarray(consumed)
      }
      return codes
    },
    async [Symbol.asyncDispose]() {
      await sources[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
    },
  }
}

/** So many lines, signed one behind the other. */
function chain(count: number, of: SourceKey = KEY, fields: object = {}, from: Place = { seq: 0, previous: undefined }) {
  const lines: string[] = []
  let place = from
  for (let k = 0; k < count; k++) {
    const input = parseRecordInput({ ...LINE, source: of.source, bytes: k, ...fields })
    const { line, link } = signLine(input, place, of)
    lines.push(line)
    place = { seq: place.seq + 1, previous: link }
  }
  return { lines, place }
}

const unsigned = JSON.stringify(LINE)
const only = async ({ sources }: Opened) => {
  const { sources: all } = await sources.list()
  expect(all).to.have.length(1)
  return { ...all[0]!, key: all[0]!.keys[0]! }
}
const codeOf = (error: unknown): string => (error instanceof LedgerError ? error.code : String(error))

describe('the door', () => {
  it('takes what is rightly signed, and the record shows it to anybody', async () => {
    await using ledger = await open(freshDirectory())
    await ledger.sources.register({ key: vkey(KEY) })
    const { lines } = chain(3, KEY, { sealed: { person: '张三' } })
    expect(await ledger.send(...lines)).to.deep.equal([])
    const entries = await ledger.store.readEntries([1, 2, 3])
    for (const entry of entries) {
      const record = decodeEntry(entry) as SignedRecord
      expect(record.filled).to.equal('actor provider')
      expect(checkLink(record, ORIGIN, [KEY.verifierKey])).to.equal(KEY.verifierKey)
      expect(Buffer.from(entry).toString()).to.not.match(/张三|salt/)
    }
  })

  it('refuses a signature that does not hold, a key that nobody registered, and one that was retired', async () => {
    await using ledger = await open(freshDirectory())
    const { lines } = chain(4)
    expect(await ledger.send(lines[0]!)).to.deep.equal(['source_key_unknown'])
    await ledger.sources.register({ key: vkey(KEY) })
    const changed = lines[0]!.replace('"bytes":0', '"bytes":9')
    const moved = lines[1]!.replace('"seq":1', '"seq":2')
    const renamed = lines[1]!.replace('gateway-1', 'gateway-2')
    const stranger = chain(1, key(2)).lines[0]!
    expect(await ledger.send(changed, moved, renamed, stranger, lines[0]!)).to.deep.equal([
      'signature_invalid',
      'signature_invalid',
      'source_key_unknown',
      'source_key_unknown',
    ])
    await ledger.sources.retire(vkey(KEY))
    expect(await ledger.send(lines[1]!)).to.deep.equal(['source_key_retired'])
  })

  it('takes no line with a byte changed, unless it says what was signed', async () => {
    await using ledger = await open(freshDirectory())
    await ledger.sources.register({ key: vkey(KEY), strict: true })
    const sealed = { person: '张三', purposeText: 'x' }
    const lines = chain(2, KEY, { sealed, transaction: 't/1' }).lines.map(line => Buffer.from(line))
    const texts = lines.map(line => linkText(ledger.read(line)!, ORIGIN))
    const flip = fc.tuple(fc.nat(1), fc.nat(), fc.integer({ min: 1, max: 255 }))
    fc.assert(
      fc.property(flip, ([which, at, by]) => {
        const line = Buffer.from(lines[which]!)
        line[at % line.length]! ^= by
        const record = ledger.read(line)
        // A line is read in many spellings, and has one meaning.
        if (record !== undefined) expect(linkText(record, ORIGIN)).to.equal(texts[which])
      }),
      { numRuns: 4_000 },
    )
  })

  it('refuses unsigned lines where that was asked for, and takes and counts them where not', async () => {
    await using ledger = await open(freshDirectory())
    await ledger.sources.register({ key: vkey(KEY) })
    expect(await ledger.send(unsigned)).to.deep.equal([])
    expect((await only(ledger)).unsigned).to.equal(1)
    await ledger.sources.register({ key: vkey(KEY), strict: true })
    expect(await ledger.send(unsigned, JSON.stringify({ ...LINE, source: 'other' }))).to.deep.equal(['source_unsigned'])
    await ledger.sources.register({ key: vkey(KEY) })
    expect(await ledger.send(unsigned)).to.deep.equal([])
  })

  it('takes no line under the names of its own records', async () => {
    await using ledger = await open(freshDirectory())
    const line = JSON.stringify({ ...LINE, source: 'suyuan/source' })
    expect(await ledger.send(line)).to.deep.equal(['reserved_source'])
  })
})

describe('a hole', () => {
  it('shows until what is missing comes, and the other lines are taken meanwhile', async () => {
    await using ledger = await open(freshDirectory())
    await ledger.sources.register({ key: vkey(KEY) })
    const { lines } = chain(10)
    await ledger.send(...lines.slice(0, 3), ...lines.slice(6))
    expect((await only(ledger)).key).to.deep.include({ links: 7, next: 10, missing: 3, holes: [{ from: 3, to: 5 }] })
    await ledger.send(lines[4]!)
    expect((await only(ledger)).key.holes).to.deep.equal([
      { from: 3, to: 3 },
      { from: 5, to: 5 },
    ])
    await ledger.send(lines[3]!, lines[5]!)
    expect((await only(ledger)).key).to.deep.include({ links: 10, missing: 0, holes: [], counts: {} })
  })

  it('is told again after a restart, clean or not', async () => {
    for (const isClean of [true, false]) {
      const dir = freshDirectory()
      const { lines, place } = chain(400)
      const before = await open(dir)
      await before.sources.register({ key: vkey(KEY), every: 60 })
      await before.send(...lines.slice(0, 120), ...lines.slice(123, 300))
      const told = await only(before)
      if (isClean) await before[Symbol.asyncDispose]()
      else await before.store[Symbol.asyncDispose]() // without a word to the sources
      await using ledger = await open(dir)
      expect(await only(ledger), String(isClean)).to.deep.equal(told)
      await ledger.send(...lines.slice(120, 123), ...lines.slice(300), ...chain(1, KEY, {}, place).lines)
      expect((await only(ledger)).key).to.deep.include({ links: 401, missing: 0, holes: [], counts: {} })
    }
  })
})

describe('what is kept of sources', () => {
  it('is made again where it is of a longer log than there is: one that was restored', async () => {
    const dir = freshDirectory()
    {
      await using before = await open(dir)
      await before.sources.register({ key: vkey(KEY) })
      await before.send(...chain(3).lines)
      const state = { size: 999, unsigned: 7, chains: {} }
      const foreign = {
        action: 'register-key',
        key: vkey(key(9)),
        source: 'suyuan/source',
        time: '2026-03-02T00:00:00.000Z',
      }
      await before.store.facts.put({
        'source-state/gateway-1': JSON.stringify(state),
        'source-key/0000000000000500': JSON.stringify(foreign),
      })
      await before.store[Symbol.asyncDispose]()
    }
    await using ledger = await open(dir)
    const { keys, unsigned } = await only(ledger)
    expect(unsigned).to.equal(0)
    expect(keys.map(({ vkey: text, links }) => [text, links])).to.deep.equal([[vkey(KEY), 3]])
  })
})

describe('a dishonest source', () => {
  it('is shown with both links when it gives one number twice; the line is recorded', async () => {
    await using ledger = await open(freshDirectory())
    await ledger.sources.register({ key: vkey(KEY) })
    const { lines } = chain(5)
    const fork = chain(5, KEY, { rows: 1 })
    await ledger.send(...lines)
    expect(await ledger.send(fork.lines[2]!)).to.deep.equal([])
    const { key: report } = await only(ledger)
    expect(report.counts).to.deep.equal({ forked: 1 })
    expect(report.faults).to.deep.equal([{ kind: 'forked', seq: 2, index: 6, other: 3 }])
    const records = (await ledger.store.readEntries([3, 6])).map(entry => decodeEntry(entry) as SignedRecord)
    // Two signatures, one number: proof for everybody.
    for (const record of records) {
      expect(record.seq).to.equal(2)
      expect(checkLink(record, ORIGIN, [KEY.verifierKey])).to.equal(KEY.verifierKey)
    }
    expect(records[0]).to.not.deep.equal(records[1])
  })

  it('is shown when it goes on from a link that it never shipped', async () => {
    await using ledger = await open(freshDirectory())
    await ledger.sources.register({ key: vkey(KEY) })
    await ledger.send(...chain(2).lines, ...chain(4, KEY, { rows: 1 }).lines.slice(2))
    expect((await only(ledger)).key.faults).to.deep.equal([{ kind: 'broken', seq: 2, index: 3 }])
  })

  it('is not blamed for a copy that somebody sends again', async () => {
    await using ledger = await open(freshDirectory())
    await ledger.sources.register({ key: vkey(KEY) })
    const { lines } = chain(3)
    await ledger.send(...lines)
    await ledger.send(lines[1]!)
    expect((await only(ledger)).key.faults).to.deep.equal([{ kind: 'repeated', seq: 1, index: 4, other: 2 }])
    expect(ledger.sources.figures().faults).to.equal(0)
  })

  it('cannot make the ledger keep more than a little of it', async () => {
    await using ledger = await open(freshDirectory())
    await ledger.sources.register({ key: vkey(KEY) })
    for (let k = 0; k < 4; k++) await ledger.send(...chain(200, KEY, { rows: k }).lines)
    const { key: report } = await only(ledger)
    expect(report).to.deep.include({ links: 200, missing: 0 })
    expect(report.faults).to.have.length(16)
    expect(report.counts).to.deep.equal({ forked: 64, again: 536 })
  })
})

describe('the keys of a source', () => {
  it('are records of the log: who follows it sees each, and those that a crash kept from being remembered are found', async () => {
    const dir = freshDirectory()
    {
      const before = await open(dir)
      before.store.facts.put = () => Promise.reject(new Error('the power went'))
      expect(await before.sources.register({ key: vkey(KEY), strict: true }).catch(codeOf)).to.match(/the power went/)
      await before.store[Symbol.asyncDispose]()
    }
    await using ledger = await open(dir)
    const [entry] = await ledger.store.readEntries([0])
    expect(decodeEntry(entry!)).to.deep.equal({
      action: 'register-key',
      key: vkey(KEY),
      source: 'suyuan/source',
      time: '2026-03-02T00:00:00.000Z',
      unsigned: 'refused',
    })
    expect(await ledger.send(...chain(1).lines, unsigned)).to.deep.equal(['source_unsigned'])
  })

  it('give over to the next by their own signature; what a key says of its end is held against it', async () => {
    await using ledger = await open(freshDirectory())
    const next = key(2)
    const { lines } = chain(4)
    await ledger.sources.register({ key: vkey(KEY) })
    await ledger.send(...lines.slice(0, 2))
    for (const signature of [
      endorse(vkey(next), 3, next),
      endorse(vkey(next), 2, KEY),
      endorse(vkey(key(3)), 3, KEY),
    ]) {
      const endorsement = { ends: 3, signature }
      expect(await ledger.sources.register({ key: vkey(next), endorsement }).catch(codeOf)).to.equal(
        'endorsement_invalid',
      )
    }
    const endorsement = { ends: 3, signature: endorse(vkey(next), 3, KEY) }
    await ledger.sources.register({ key: vkey(next), endorsement })
    const [first, second] = (await only(ledger)).keys
    expect(first).to.deep.include({ ends: 3, missing: 1, holes: [{ from: 2, to: 2 }] })
    expect(second).to.deep.include({ follows: vkey(KEY), missing: 0 })
    await ledger.send(...lines.slice(2), ...chain(2, next).lines)
    const [ended, goesOn] = (await only(ledger)).keys
    expect(ended).to.deep.include({ missing: 0, counts: { beyond: 1 } })
    expect(goesOn).to.deep.include({ links: 2, missing: 0, counts: {} })
  })

  it('are none of another name, and come back to nobody once retired', async () => {
    await using ledger = await open(freshDirectory())
    expect(await ledger.sources.register({ key: vkey(KEY).replace('gateway-1', 'gateway-2') }).catch(codeOf)).to.equal(
      'key_invalid',
    )
    expect(await ledger.sources.retire(vkey(KEY)).catch(codeOf)).to.equal('source_key_unknown')
    await ledger.sources.register({ key: vkey(KEY) })
    await ledger.sources.retire(vkey(KEY))
    expect(await ledger.sources.register({ key: vkey(KEY) }).catch(codeOf)).to.equal('source_key_retired')
    expect(await ledger.sources.retire(vkey(KEY)).catch(codeOf)).to.equal('source_key_retired')
  })
})

describe('silence', () => {
  it('is what lasts twice as long as the source said it would', async () => {
    let now = NOW
    await using ledger = await open(freshDirectory(), () => now)
    await ledger.sources.register({ key: vkey(KEY), every: 600 })
    await ledger.send(...chain(1, KEY, { time: new Date(NOW).toISOString() }).lines)
    now = NOW + 1_200_000
    expect(await only(ledger)).to.not.have.property('silentSince')
    now++
    expect(await only(ledger)).to.deep.include({ silentSince: NOW, heard: NOW })
    expect(ledger.sources.figures().silent).to.equal(1)
    await ledger.send(JSON.stringify({ ...LINE, time: new Date(now).toISOString() }))
    expect(await only(ledger)).to.not.have.property('silentSince')
  })

  it('begins with the registration where nothing ever came', async () => {
    let now = NOW
    await using ledger = await open(freshDirectory(), () => now)
    await ledger.sources.register({ key: vkey(KEY), every: 60 })
    now += 120_001
    expect(await only(ledger)).to.deep.include({ silentSince: NOW })
  })
})
