// A signed line stands in the log once: whoever sends it again, in whatever batch, at the same time, after a restart or a
// crash, is told the leaf that has it.

import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { expect } from 'chai'
import fc from 'fast-check'
import { LedgerError } from '../../src/core/error.ts'
import { formatVerifierKey } from '../../src/core/note.ts'
import { type AccessRecord, decodeEntry, isAccess, parseRecordInput } from '../../src/core/record.ts'
import { createGroupCommit } from '../../src/group-commit.ts'
import type { IngestResult } from '../../src/ingest/answer.ts'
import { openIngestGate } from '../../src/ingest/gate.ts'
import { createIngest, type Ingest } from '../../src/ingest.ts'
import { createFastReader } from '../../src/lines/fast.ts'
import { compileLines } from '../../src/lines/wasm.ts'
import { openLogKey } from '../../src/log-key.ts'
import { createReceipts } from '../../src/receipts.ts'
import { makeSourceKey, type Place, signLine } from '../../src/source/sign.ts'
import { openSources, type Sources } from '../../src/sources.ts'
import { type EmbeddedStore, openEmbeddedStore } from '../../src/store/embedded.ts'
import { openVault } from '../../src/vault.ts'
import { PRUNING, sign } from '../store/archives.ts'
import { freshDirectory, removeDirectories } from '../store/directory.ts'

const ORIGIN = 'suyuan.test/log'
const NOW = Date.parse('2026-03-02T00:00:00.000Z')
const key = (fill: number) =>
  makeSourceKey({ source: 'gateway-1', origin: ORIGIN, secret: new Uint8Array(32).fill(fill) })
const KEY = key(1)

after(removeDirectories)

interface Opened extends AsyncDisposable {
  readonly store: EmbeddedStore
  readonly sources: Sources
  readonly ingest: Ingest
  send(lines: readonly string[], batch?: string, dryRun?: boolean): Promise<IngestResult>
  /** Times each link of the log comes, by what its source said. */
  counts(): Promise<ReadonlyMap<string, number>>
  /** As a crash: nobody is told. */
  kill(): Promise<void>
}

async function open(dir: string, now = () => NOW): Promise<Opened> {
  const store = await openEmbeddedStore({ dir, segmentLeaves: 256 })
  const logKey = await openLogKey({ dir, origin: ORIGIN, facts: store.facts })
  const commit = createGroupCommit(store, logKey, now)
  const sources = await openSources({
    store,
    commit,
    origin: ORIGIN,
    now,
    clock: { now, sleep: () => Promise.reject(new Error('nobody waits here')) },
    log: { info() {}, warn() {}, error() {} },
  })
  const context = {
    registry: {
      books: {},
      resource: () => ({ provider: 'p', withdrawn: false }),
      organisation: () => ({}),
      grant: () => undefined,
    },
    vault: await openVault(join(dir, 'keys')),
    sources: sources.lines,
    now,
  }
  const ingest = createIngest({
    store,
    commit,
    reader: createFastReader(await compileLines(), context),
    links: sources.links,
    gate: openIngestGate(),
    receiptFor: createReceipts(store, logKey, now),
  })
  return {
    store,
    sources,
    ingest,
    send: (lines, batch, dryRun = false) =>
      ingest.submit(Buffer.from(lines.map(text => `${text}\n`).join('')), {
        client: 'tester',
        dryRun,
        ...(batch === undefined ? {} : { key: batch }),
      }),
    async counts() {
      const counts = new Map<string, number>()
      const indices = Array.from({ length: store.head.size }, (_, k) => k)
      for (const entry of await store.readEntries(indices)) {
        const record = decodeEntry(entry)
        if (!isAccess(record)) continue
        const said = `${record.seq} ${record.signature}`
        counts.set(said, (counts.get(said) ?? 0) + 1)
      }
      return counts
    },
    kill: async () => store[Symbol.asyncDispose](),
    async [Symbol.asyncDispose]() {
      await sources[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
    },
  }
}

const LINE = { action: 'read', consumer: 'c', resource: 'r', source: 'gateway-1', status: 'ok' }

/** So many lines, signed one behind the other. `step`: milliseconds between their times. */
function chain(count: number, fields: object = {}, step = 1_000, of = KEY): string[] {
  let place: Place = { seq: 0, previous: undefined }
  return Array.from({ length: count }, (_, k) => {
    const time = new Date(NOW - 86_400_000 + k * step).toISOString()
    const { line, link } = signLine(parseRecordInput({ ...LINE, time, ...fields }), place, of)
    place = { seq: k + 1, previous: link }
    return line
  })
}

const unsigned = JSON.stringify({ ...LINE, time: '2026-03-01T00:00:00.000Z' })
const told = ({ refused }: IngestResult) => refused.map(({ line, code, index }) => [line, code, index])

async function register(ledger: Opened, of = KEY): Promise<void> {
  await ledger.sources.register({ key: formatVerifierKey(of.verifierKey) })
}

describe('a copy of a signed line', () => {
  it('is not taken under another idempotency key, and the leaf that has the line is named', async () => {
    await using ledger = await open(freshDirectory())
    await register(ledger)
    const lines = chain(5, { sealed: { person: '张三' } })
    expect((await ledger.send(lines, 'a')).accepted).to.equal(5)
    const again = await ledger.send([...lines.slice(1, 3), unsigned], 'b')
    expect(told(again)).to.deep.equal([
      [1, 'link_recorded', 2],
      [2, 'link_recorded', 3],
    ])
    expect(again).to.deep.include({ accepted: 1, refusedCount: 2 })
    expect(again.receipts.map(({ firstIndex, count }) => [firstIndex, count])).to.deep.equal([[6, 1]])
    expect(ledger.store.head.size).to.equal(7)
    const record = decodeEntry((await ledger.store.readEntries([2]))[0]!) as AccessRecord
    expect(record.seq).to.equal(1)
    // The same batch again is still the same batch.
    expect(await ledger.send([...lines.slice(1, 3), unsigned], 'b')).to.deep.include({ already: 1, refusedCount: 2 })
  })

  it('is found in the same batch, in a dry run, and where the others of a chunk are new', async () => {
    await using ledger = await open(freshDirectory())
    await register(ledger)
    const lines = chain(12, { sealed: { person: '张三' } })
    const { refused, accepted } = await ledger.send([lines[0]!, lines[0]!, lines[1]!, lines[0]!])
    expect(accepted).to.equal(2)
    expect(refused.map(({ line, message }) => [line, /line 1 of this batch/.test(message)])).to.deep.equal([
      [2, true],
      [4, true],
    ])
    expect(told(await ledger.send(lines.slice(0, 3), undefined, true))).to.deep.equal([
      [1, 'link_recorded', 1],
      [2, 'link_recorded', 2],
    ])
    // What a dry run looked at is held by nobody.
    expect(await ledger.send(lines.slice(1))).to.deep.include({ accepted: 10, refusedCount: 1 })
    const entries = await ledger.store.readEntries(Array.from({ length: 12 }, (_, k) => k + 1))
    expect(entries.map(entry => (decodeEntry(entry) as AccessRecord).seq)).to.deep.equal([...entries.keys()])
    expect(await ledger.store.readSealed(12)).to.not.equal(undefined)
  })

  it('is one line where many send it at the same time', async () => {
    await using ledger = await open(freshDirectory())
    await register(ledger)
    const lines = chain(120)
    const sent = await Promise.all([
      ...Array.from({ length: 6 }, (_, k) => ledger.send(lines, `batch ${k}`)),
      ...lines.map(line => ledger.send([line])),
    ])
    expect(sent.reduce((sum, { accepted }) => sum + accepted, 0)).to.equal(120)
    expect(sent.reduce((sum, { refusedCount }) => sum + refusedCount, 0)).to.equal(6 * 120)
    expect([...(await ledger.counts()).values()]).to.deep.equal(Array(120).fill(1))
  })

  it('does not keep another link with its number from being recorded: that is evidence', async () => {
    await using ledger = await open(freshDirectory())
    await register(ledger)
    const lines = chain(5)
    const fork = chain(5, { rows: 1 })
    await ledger.send(lines)
    expect(await ledger.send([fork[2]!, lines[2]!, fork[2]!])).to.deep.include({ accepted: 1, refusedCount: 2 })
    expect(told(await ledger.send([fork[2]!]))).to.deep.equal([[1, 'link_recorded', 6]])
    const { sources } = await ledger.sources.list()
    expect(sources[0]!.keys[0]!.counts).to.deep.equal({ forked: 1 })
  })

  it('by another key of its source is another link', async () => {
    await using ledger = await open(freshDirectory())
    await register(ledger)
    await register(ledger, key(2))
    await ledger.send(chain(2))
    expect(await ledger.send(chain(2, {}, 1_000, key(2)))).to.deep.include({ accepted: 2, refusedCount: 0 })
  })

  it('is not taken where the records of its time are pruned, so that nobody can tell; other lines are', async () => {
    await using ledger = await open(freshDirectory())
    await register(ledger)
    const [lines, fork] = [chain(6), chain(6, { rows: 1 })]
    await ledger.send(lines.slice(0, 5))
    await ledger.sources.list()
    const scan = ledger.store.scan.bind(ledger.store)
    const until = NOW - 86_400_000 + 1_500
    ledger.store.scan = (search, dimensions) => {
      if (search.from! < until) throw new LedgerError('entries_pruned', { en: 'pruned', zh: '已清除' })
      return scan(search, dimensions)
    }
    expect(told(await ledger.send([lines[1]!, fork[2]!, lines[3]!, lines[5]!]))).to.deep.equal([
      [1, 'link_pruned', undefined],
      [3, 'link_recorded', 4],
    ])
    expect(ledger.store.head.size).to.equal(8)
  })

  it('can be sent again where the log never got it', async () => {
    const dir = freshDirectory()
    const lines = chain(3)
    {
      const ledger = await open(dir)
      await register(ledger)
      await ledger.send(lines.slice(0, 1))
      const append = ledger.store.append.bind(ledger.store)
      ledger.store.append = () => Promise.reject(new LedgerError('store_broken', { en: 'full', zh: '满' }))
      expect(await ledger.send(lines.slice(1)).catch((error: LedgerError) => error.code)).to.equal('store_broken')
      ledger.store.append = append
      expect(await ledger.send(lines)).to.deep.include({ accepted: 2, refusedCount: 1 })
      await ledger.kill()
    }
    await using ledger = await open(dir)
    expect(await ledger.send(lines)).to.deep.include({ accepted: 0, refusedCount: 3 })
  })
})

describe('a log whose first records were pruned', () => {
  const lines = chain(900)
  /** Registered before the first line, so that the lines behind those that are pruned are newer than all of these. */
  const openRegistered = async (dir: string, others = [] as (typeof KEY)[]): Promise<Opened> => {
    let now = NOW - 2 * 86_400_000
    const ledger = await open(dir, () => now)
    for (const of of [KEY, ...others]) await register(ledger, of)
    now = NOW
    return ledger
  }
  const sendFirst = async (ledger: Opened): Promise<void> => {
    for (let at = 0; at < 800; at += 100) await ledger.send(lines.slice(at, at + 100))
  }
  /** Three full segments, as many as it takes for one to be archived; the first has the registration and the first 255 lines. */
  async function openPruned(dir: string): Promise<Opened> {
    const ledger = await openRegistered(dir)
    await sendFirst(ledger)
    await ledger.sources.list()
    await ledger.store.old.archive(0, await sign(ledger.store))
    await ledger.store.old.prune(0, PRUNING)
    return ledger
  }
  const keyOf = async ({ sources }: Opened) => (await sources.list()).sources[0]!.keys[0]!

  it('shows that a pruned number came again, and all that came behind it', async () => {
    await using ledger = await openPruned(freshDirectory())
    const fork = chain(200, { time: new Date(NOW).toISOString() })
    await ledger.send([lines[800]!, fork[100]!, ...lines.slice(801, 810)])
    expect(await keyOf(ledger)).to.deep.include({ links: 810, next: 810, missing: 0, counts: { again: 1 } })
    expect(told(await ledger.send([lines[805]!, lines[810]!]))).to.deep.equal([[1, 'link_recorded', 807]])
  })

  it('has what is left of it read, where what was known of the sources is made again; a copy is still not taken', async () => {
    const dir = freshDirectory()
    await (await openPruned(dir)).kill()
    await using ledger = await open(dir)
    expect(await keyOf(ledger)).to.deep.include({ links: 545, next: 800, holes: [{ from: 0, to: 254 }] })
    expect(told(await ledger.send([lines[9]!, lines[300]!, lines[800]!]))).to.deep.equal([
      [1, 'link_pruned', undefined],
      [2, 'link_recorded', 301],
    ])
    await ledger.sources[Symbol.asyncDispose]()
    await ledger.kill()
    await using again = await open(dir)
    expect(told(await again.send([lines[9]!, lines[801]!]))).to.deep.equal([[1, 'link_pruned', undefined]])
  })

  it('takes no copy of a key of which it has nothing left', async () => {
    const dir = freshDirectory()
    const other = chain(5, {}, 1_000, key(2))
    {
      await using before = await openRegistered(dir, [key(2)])
      await before.send(other)
      await sendFirst(before)
      await before.store.old.archive(0, await sign(before.store))
      await before.store.old.prune(0, PRUNING)
      await before.kill()
    }
    await using ledger = await open(dir)
    expect(told(await ledger.send([...other, lines[800]!])).map(([, code]) => code)).to.deep.equal(
      Array(5).fill('link_pruned'),
    )
  })

  it('is read again where it is pruned in the middle of being read', async () => {
    const dir = freshDirectory()
    {
      await using before = await openRegistered(dir)
      await sendFirst(before)
      await before.kill()
    }
    await using ledger = await open(dir)
    const { store } = ledger
    const readEntries = store.readEntries.bind(store)
    store.readEntries = async indices => {
      store.readEntries = readEntries
      await store.old.archive(0, await sign(store))
      await store.old.prune(0, PRUNING)
      return readEntries(indices)
    }
    expect(await keyOf(ledger)).to.deep.include({ links: 545, next: 800, holes: [{ from: 0, to: 254 }] })
  })
})

describe('a line whose write failed', () => {
  it('and that is in the log all the same, is not taken again, by whoever waited for it', async () => {
    await using ledger = await open(freshDirectory())
    await register(ledger)
    const lines = chain(3)
    const append = ledger.store.append.bind(ledger.store)
    ledger.store.append = async batches => {
      ledger.store.append = append
      await append(batches)
      throw new LedgerError('store_broken', { en: 'full', zh: '满' })
    }
    const [failed, waited] = await Promise.allSettled([ledger.send(lines), ledger.send(lines)])
    expect(failed.status).to.equal('rejected')
    expect(waited.status === 'fulfilled' && told(waited.value)).to.deep.equal([
      [1, 'link_recorded', 1],
      [2, 'link_recorded', 2],
      [3, 'link_recorded', 3],
    ])
    expect([...(await ledger.counts()).values()]).to.deep.equal([1, 1, 1])
  })
})

describe('the ledger, whatever is sent in whatever order, restarted or killed', () => {
  const all = [...chain(400, {}, 0), ...chain(400, { rows: 3 }, 500)]
  const anySend = fc.record({
    from: fc.nat(all.length - 1),
    count: fc.integer({ min: 1, max: 150 }),
    step: fc.constantFrom(1, 1, 1, 2, 7),
    batch: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
  })
  const anySends = fc.array(anySend, { minLength: 1, maxLength: 4 })
  const anyDo = fc.oneof(
    { weight: 6, arbitrary: fc.record({ sends: anySends, isCut: fc.constant(false) }) },
    // Killed while lines are on their way: which of them are in the log shows only later.
    { weight: 1, arbitrary: fc.record({ sends: anySends, isCut: fc.constant(true) }) },
    { weight: 1, arbitrary: fc.constantFrom('restart', 'kill', 'look') },
  )

  it('has every link that it was sent, and each of them once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyDo, { minLength: 2, maxLength: 14 }), async steps => {
        const dir = freshDirectory()
        let ledger = await open(dir)
        try {
          await register(ledger)
          const sent = new Set<string>()
          let attempt = 0
          const killed = async (): Promise<void> => {
            await ledger.kill()
            ledger = await open(dir)
          }
          for (const step of steps) {
            if (step === 'look') await ledger.sources.list()
            else if (typeof step === 'string') {
              if (step === 'restart') await ledger[Symbol.asyncDispose]()
              await killed()
            } else {
              attempt++
              const sending = step.sends.map(async ({ from, count, step: by, batch }, k) => {
                const lines = Array.from({ length: count }, (_, n) => all[(from + n * by) % all.length]!)
                for (const line of lines) sent.add(line)
                return ledger.send(lines, batch && `${batch} ${attempt} ${k}`)
              })
              const settled = Promise.allSettled(sending)
              if (step.isCut) {
                await setImmediate()
                await killed()
                continue
              }
              for (const result of await settled) {
                if (result.status === 'rejected') throw result.reason
                for (const { code, index } of result.value.refused) {
                  expect(code).to.equal('link_recorded')
                  if (index !== undefined) expect(index).to.be.below(ledger.store.head.size)
                }
              }
            }
          }
          const before = await ledger.counts()
          expect([...before.values()].every(count => count === 1)).to.equal(true)
          let accepted = 0
          const every = [...sent]
          for (let at = 0; at < every.length; at += 100)
            accepted += (await ledger.send(every.slice(at, at + 100))).accepted
          expect(before.size + accepted).to.equal(sent.size)
          expect([...(await ledger.counts()).values()]).to.deep.equal(Array(sent.size).fill(1))
        } finally {
          await ledger.kill()
        }
      }),
      { numRuns: 15, endOnFailure: true }, // a run opens several ledgers: to shrink one would take minutes,
    )
  }).timeout(240_000)
})
