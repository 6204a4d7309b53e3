// Lines that come one a request: taken together, and each answered as if it had come alone.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { LedgerError } from '../../src/core/error.ts'
import { hashLeaf } from '../../src/core/hash.ts'
import { checkReceipt, decodeReceipt } from '../../src/core/receipt.ts'
import { parseRecordInput, type Registry } from '../../src/core/record.ts'
import type { SignedRecord } from '../../src/core/source-link.ts'
import { createGroupCommit } from '../../src/group-commit.ts'
import { openIngestGate } from '../../src/ingest/gate.ts'
import { createIngest, type Ingest, type Links } from '../../src/ingest.ts'
import { createFastReader } from '../../src/lines/fast.ts'
import { createPlainReader } from '../../src/lines/plain.ts'
import type { LineContext, LineReader, LineSources } from '../../src/lines/reader.ts'
import { compileLines } from '../../src/lines/wasm.ts'
import { type LogKey, openLogKey } from '../../src/log-key.ts'
import { createReceipts } from '../../src/receipts.ts'
import { makeSourceKey, signLine } from '../../src/source/sign.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import { openVault, type Vault } from '../../src/vault.ts'

const NOW = Date.parse('2026-03-17T12:00:00Z')
const ORIGIN = 'suyuan.test/access'
const KEY = makeSourceKey({ source: 'gateway-1', origin: ORIGIN, secret: new Uint8Array(32).fill(7) })
const LINE = {
  action: 'read',
  consumer: '11520100MB00000026',
  resource: '30101/000001',
  source: 'exchange-1',
  status: 'ok',
  time: '2026-03-17T11:00:00Z',
}
const registry: Registry = {
  books: {},
  resource: code => (code === LINE.resource ? { provider: '11520100MB00000018', withdrawn: false } : undefined),
  organisation: () => ({}),
  grant: () => undefined,
}
/** Every signature is believed. */
const sources: LineSources = {
  strict: new Set(['strict']),
  requireSignature: ({ source, seq, time }: SignedRecord) => {
    return { source, key: '00', seq, hash: `${seq}`, time: Date.parse(time), bytes: -1, rows: -1 }
  },
}

const usual = (n: number): string => JSON.stringify({ ...LINE, rows: n })
const signed = (seq: number): string => {
  const input = parseRecordInput({ ...LINE, source: 'gateway-1', rows: seq })
  return signLine(input, { seq, previous: seq === 0 ? undefined : `${'A'.repeat(43)}=` }, KEY).line
}

/** No body in one piece, so it goes the usual way. */
async function* streamOf(body: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(body)
}

interface Answered {
  readonly told: unknown
  /** The leaf hashes that the receipts prove. */
  readonly leaves: readonly string[]
}

describe('lines that come one a request', () => {
  let directory: string
  let logKey: LogKey
  let vault: Vault
  let lines: WebAssembly.Module

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'suyuan-singles-'))
    lines = await compileLines()
    vault = await openVault(join(directory, 'keys'))
  })
  after(() => rm(directory, { recursive: true }))

  const start = async (
    over = createMemoryStore(),
    make: (context: LineContext) => LineReader = context => createFastReader(lines, context),
  ): Promise<{ ingest: Ingest; store: Store }> => {
    logKey = await openLogKey({ dir: directory, origin: ORIGIN, facts: over.facts })
    const commit = createGroupCommit(over, logKey, () => NOW)
    const reader = make({ vault, registry, sources, now: () => NOW })
    const seen = new Set<number>()
    const links: Links = {
      claim: async many => {
        const copies = many.filter(({ link }) => seen.size === seen.add(link.seq).size)
        const refusal = { code: 'line_copied', message: 'it is there', zh: '已在日志中' }
        return { copies: new Map(copies.map(({ leaf, line }) => [leaf, { line, ...refusal }])), settle() {} }
      },
    }
    const receiptFor = createReceipts(over, logKey, () => NOW)
    return {
      ingest: createIngest({ store: over, commit, reader, links, gate: openIngestGate(), receiptFor }),
      store: over,
    }
  }

  const send = async (
    ingest: Ingest,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    key?: string,
    dryRun = false,
  ): Promise<Answered> => {
    try {
      const options = { client: 'tester', dryRun, ...(key === undefined ? {} : { key }) }
      const { receipts, receiptsOmitted, ...told } = await ingest.submit(body, options)
      expect(receiptsOmitted).to.deep.equal([])
      const opened = receipts.map(decodeReceipt)
      for (const receipt of opened) checkReceipt(receipt, logKey.verifierKey, logKey.timeKey)
      return { told, leaves: opened.flatMap(({ leaves }) => leaves.map(leaf => Buffer.from(leaf).toString('hex'))) }
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error
      return { told: error.code, leaves: [] }
    }
  }

  it('are one commit, and each has a receipt for its own leaf', async () => {
    let appended = 0
    const inner = createMemoryStore()
    const counting = Object.create(inner, {
      append: {
        value: (batches: Parameters<Store['append']>[0]) => {
          appended++
          return inner.append(batches)
        },
      },
      head: { get: () => inner.head },
    }) as Store
    const { ingest, store } = await start(counting)
    const sent = Array.from({ length: 300 }, (_, k) =>
      ingest.submit(Buffer.from(usual(k)), { client: 'c', key: `${k}` }),
    )
    const answers = await Promise.all(sent)
    expect(appended).to.be.at.most(2)
    expect(store.head.size).to.equal(300)
    expect(ingest.counters).to.deep.equal({ accepted: 300, refused: 0, duplicates: 0 })
    for (const [k, { receipts, ...told }] of answers.entries()) {
      expect(told).to.deep.equal({
        lines: 1,
        accepted: 1,
        already: 0,
        refused: [],
        refusedCount: 0,
        receiptsOmitted: [],
      })
      const receipt = decodeReceipt(receipts[0]!)
      checkReceipt(receipt, logKey.verifierKey, logKey.timeKey)
      const [entry] = await store.readEntries([receipt.firstIndex])
      expect(hashLeaf(entry!)).to.deep.equal(Uint8Array.from(receipt.leaves[0]!))
      expect(JSON.parse(Buffer.from(entry!).toString())).to.include({ rows: k })
    }
  })

  it('get what they would have got alone, whatever comes at once', async function () {
    this.timeout(60_000)
    const body = fc.oneof(
      { weight: 6, arbitrary: fc.nat(20).map(n => `${usual(n)}\n`) },
      { weight: 2, arbitrary: fc.nat(20).map(usual) },
      { weight: 2, arbitrary: fc.nat(3).map(seq => `${signed(seq)}\n`) },
      fc.constantFrom('', '\n', '{\n', '\r\n', `${usual(1)}\r\n`, `${usual(1)}\n${usual(2)}\n`, `\n${usual(3)}`),
      fc.nat(9).map(n => `${JSON.stringify({ ...LINE, source: 'strict', rows: n })}\n`),
      fc.nat(9).map(n => `${JSON.stringify({ ...LINE, person: `P${n}` })}\n`),
      fc.string({ maxLength: 30 }).map(text => `${text}\n`),
      fc.constant(`{"x":"${'x'.repeat(40_000)}"}\n`),
    )
    const round = fc.uniqueArray(
      fc.record({
        body,
        key: fc.option(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { nil: undefined }),
        dryRun: fc.nat(9),
      }),
      { maxLength: 12, selector: ({ key }) => key ?? Symbol('no key') },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(round, { maxLength: 4 }), async rounds => {
        const together = await start()
        const alone = await start(undefined, createPlainReader)
        for (const requests of rounds) {
          // What is only tried is answered sooner than what came before it: no line is copied by that here.
          const isTried = ({ body, dryRun }: (typeof requests)[number]) => dryRun === 0 && !body.includes('signature')
          const answers = requests.map(one => send(together.ingest, Buffer.from(one.body), one.key, isTried(one)))
          for (const [k, one] of requests.entries()) {
            const expected = await send(alone.ingest, streamOf(one.body), one.key, isTried(one))
            expect((await answers[k])!.told, one.body).to.deep.equal(expected.told)
            expect((await answers[k])!.leaves.length).to.equal(expected.leaves.length)
          }
        }
        expect(together.store.head.size).to.equal(alone.store.head.size)
        expect(together.ingest.counters).to.deep.equal(alone.ingest.counters)
        expect(together.ingest.load()).to.include({ held: 0, waiting: 0 })
      }),
      { numRuns: 150 },
    )
  })

  it('are read a block at a time, and as many of them as there may be signatures', async () => {
    let most = 0
    const { ingest, store } = await start(undefined, context => {
      const reader = createFastReader(lines, context)
      return {
        read(block, options) {
          const read = reader.read(block, options)
          most = Math.max(most, read.signed.length)
          return read
        },
      }
    })
    const bodies = Array.from({ length: 120 }, (_, seq) => Buffer.from(`${signed(seq)}\n`))
    // Longer than a block together, and each answered in its own place.
    const long = Array.from({ length: 9 }, (_, k) => Buffer.from(`${' '.repeat(8_000)}${usual(k)}\n`))
    const answers = await Promise.all([...bodies, ...long].map(body => ingest.submit(body, { client: 'c' })))
    for (const { accepted, receipts } of answers) expect([accepted, receipts.length]).to.deep.equal([1, 1])
    const places = answers.map(({ receipts: [receipt] }) => receipt!.firstIndex)
    expect(new Set(places).size).to.equal(129)
    for (const [k, index] of places.slice(120).entries()) {
      const [entry] = await store.readEntries([index])
      expect(JSON.parse(Buffer.from(entry!).toString())).to.include({ rows: k })
    }
    expect(most).to.be.within(2, 100)
  })

  it('fail alone, where the reader or the index cannot take one of them', async () => {
    const inner = createMemoryStore()
    const damaged = Object.create(inner, {
      findBatch: {
        value: () => {
          throw new LedgerError('index_damaged', {
            en: 'Damaged; run suyuan fsck.',
            zh: '已损坏；请运行 suyuan fsck。',
          })
        },
      },
      head: { get: () => inner.head },
    }) as Store
    const { ingest } = await start(damaged, context => {
      const reader = createFastReader(lines, context)
      return {
        read(block, options) {
          if (Buffer.from(block).includes('"rows":13')) throw new Error('a bug')
          return reader.read(block, options)
        },
      }
    })
    const sent = Array.from({ length: 20 }, (_, k) => {
      const key = k === 7 ? { key: 'k' } : {}
      return ingest.submit(Buffer.from(usual(k)), { client: 'c', ...key }).catch((error: Error) => error.message)
    })
    const answers = await Promise.all(sent)
    const failed = answers.flatMap((answer, k) => (typeof answer === 'string' ? [[k, answer]] : []))
    expect(failed).to.deep.equal([
      [7, 'Damaged; run suyuan fsck.'],
      [13, 'a bug'],
    ])
    expect(inner.head.size).to.equal(18)
  })

  it('fail together when they cannot be written, and each can be sent again', async () => {
    const inner = createMemoryStore()
    let isFull = true
    const full = Object.create(inner, {
      append: {
        value: async (batches: Parameters<Store['append']>[0]) => {
          if (isFull)
            throw new LedgerError('disk_full', { en: 'The disk is full.', zh: '磁盘已满。' }, { retryable: true })
          return inner.append(batches)
        },
      },
      head: { get: () => inner.head },
    }) as Store
    const { ingest } = await start(full)
    const sendAll = () => Promise.all(Array.from({ length: 30 }, (_, k) => send(ingest, Buffer.from(usual(k)), `${k}`)))
    expect((await sendAll()).map(({ told }) => told)).to.deep.equal(Array.from({ length: 30 }, () => 'disk_full'))
    isFull = false
    for (const { told } of await sendAll()) expect(told).to.include({ accepted: 1, already: 0 })
    expect(ingest.load()).to.include({ held: 0, waiting: 0 })
  })
})
