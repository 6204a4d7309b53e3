// Lines in, receipts out: against the memory store, with a fault put in where a disk can fail.

import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { expect } from 'chai'
import fc from 'fast-check'
import { toHex } from '../src/core/bytes.ts'
import { LedgerError } from '../src/core/error.ts'
import { hashLeaf } from '../src/core/hash.ts'
import { NO_LEAVES } from '../src/core/leaves.ts'
import { leavesNodes } from '../src/core/proof.ts'
import { checkReceipt, decodeReceipt } from '../src/core/receipt.ts'
import type { Registry } from '../src/core/record.ts'
import { inBoth } from '../src/core/words.ts'
import { createGroupCommit } from '../src/group-commit.ts'
import { openIngestGate } from '../src/ingest/gate.ts'
import { BLOCK_SIZES, createIngest, type Ingest, type IngestParts, type SubmitOptions } from '../src/ingest.ts'
import { createFastReader } from '../src/lines/fast.ts'
import { compileLines } from '../src/lines/wasm.ts'
import { type LogKey, openLogKey } from '../src/log-key.ts'
import { encodeHash, encodeReceipt } from '../src/receipts.ts'
import { createMemoryStore } from '../src/store/memory.ts'
import type { NewBatch, Store } from '../src/store/store.ts'
import { openVault, type Vault } from '../src/vault.ts'

const NOW = Date.parse('2026-03-17T12:00:00Z')
const PROVIDER = '11520100MB00000018'
const CONSUMER = '11520100MB00000026'
const RESOURCE = '30101/000001'

const registry: Registry = {
  books: {},
  resource: code => (code === RESOURCE ? { provider: PROVIDER, withdrawn: false } : undefined),
  organisation: code => (code === CONSUMER || code === PROVIDER ? {} : undefined),
  grant: id => (id === 7 ? { purpose: 'LegalCompliance' } : undefined),
}

function line(n: number, change: Readonly<Record<string, unknown>> = {}): string {
  const record = {
    action: 'read',
    consumer: CONSUMER,
    grant: 7,
    resource: RESOURCE,
    rows: n,
    source: 'exchange-1',
    status: 'ok',
    time: '2026-03-17T11:00:00Z',
  }
  return JSON.stringify({ ...record, ...change })
}

const batch = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, k) => `${line(from + k)}\n`).join('')

describe('ingest', () => {
  let directory: string
  let store: Store
  let logKey: LogKey
  let vault: Vault
  let ingest: Ingest
  let lines: WebAssembly.Module

  before(async () => {
    lines = await compileLines()
  })

  /** A store whose `append` fails from the given call on, before or after writing. */
  const failing = (inner: Store, from: number, mode: 'lost' | 'written'): Store => {
    let calls = 0
    return Object.create(inner, {
      append: {
        value: async (batches: readonly NewBatch[]) => {
          if (++calls < from) return inner.append(batches)
          if (mode === 'written') await inner.append(batches)
          throw new LedgerError('store_broken', inBoth('The disk is full; free some space and start again.'), {
            retryable: true,
          })
        },
      },
      head: { get: () => inner.head },
    }) as Store
  }

  const start = (over: Store, limits: Pick<IngestParts, 'receiptRoom' | 'mostRuns'> = {}): Ingest => {
    const commit = createGroupCommit(over, logKey, () => NOW)
    const receiptFor = async ({ firstIndex, count }: { firstIndex: number; count: number }) => {
      const indices = Array.from({ length: count }, (_, k) => firstIndex + k)
      const entries = await store.readEntries(indices)

      const proof = await store.readNodes(leavesNodes(indices, store.head.size))
      return encodeReceipt({
        firstIndex,
        leaves: Buffer.concat(entries.map(hashLeaf)),
        proof: proof.map(encodeHash),
        checkpoint: logKey.sign(store.head, NOW / 1000),
      })
    }
    const reader = createFastReader(lines, { vault, registry, now: () => NOW })
    const links = { claim: () => Promise.reject(new Error('no line here is signed')) }
    return createIngest({ store: over, commit, reader, links, gate: openIngestGate(), receiptFor, ...limits })
  }

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'suyuan-ingest-'))
    store = createMemoryStore()
    logKey = await openLogKey({ dir: directory, origin: 'suyuan.test/access', facts: store.facts })
    vault = await openVault(join(directory, 'keys'))
    ingest = start(store)
  })
  afterEach(() => rm(directory, { recursive: true }))

  const submit = (text: string | Uint8Array, options: Partial<SubmitOptions> = {}, into = ingest) => {
    async function* stream(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(text)
    }
    return into.submit(stream(), { client: 'tester', ...options })
  }

  it('makes the same of a body in one piece as of its bytes in any pieces', async () => {
    const part = fc.oneof(
      fc.nat(99).map(n => line(n)),
      fc.nat(99).map(n => line(n, { grant: 8 })),
      fc.string({ maxLength: 20 }),
      fc.constantFrom('\n', '\r\n', '', '{', ' '),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { maxLength: 12 }),
        fc.array(fc.nat(400), { maxLength: 6 }),
        async (parts, cuts) => {
          const bytes = Buffer.from(
            parts
              .map(text => `${text}\n`)
              .join('')
              .slice(0, -1),
          )
          async function* stream(): AsyncGenerator<Uint8Array> {
            let from = 0
            for (const cut of cuts.toSorted((a, b) => a - b)) yield bytes.subarray(from, (from = Math.max(from, cut)))
            yield bytes.subarray(from)
          }
          const of = async (body: Uint8Array | AsyncIterable<Uint8Array>) => {
            const { receipts, ...told } = await start(createMemoryStore()).submit(body, {
              client: 'tester',
              dryRun: true,
            })
            return { ...told, receipts: receipts.length }
          }
          expect(await of(bytes)).to.deep.equal(await of(stream()))
        },
      ),
      { numRuns: 300 },
    )
  })

  it('keeps a body in one piece under its key, as any other', async () => {
    const options = { client: 'tester', key: 'one' }
    const first = await ingest.submit(Buffer.from(batch(0, 3)), options)
    expect(first).to.include({ accepted: 3, already: 0 })
    const again = await submit(batch(0, 3), options)
    expect(again).to.include({ accepted: 0, already: 3 })
    expect(await ingest.submit(Buffer.from(batch(0, 4)), options)).to.include({ accepted: 1, already: 3 })
    const code = await ingest.submit(Buffer.from(batch(1, 5)), options).catch((error: LedgerError) => error.code)
    expect(code).to.equal('batch_differs')
    expect(ingest.load()).to.include({ held: 0, waiting: 0 })
  })

  it('gives receipts that prove every accepted line', async () => {
    await submit(batch(0, 10))
    const { receipts, accepted, lines } = await submit(batch(10, 2510))
    expect({ accepted, lines }).to.deep.equal({ accepted: 2500, lines: 2500 })
    let next = 10
    for (const json of receipts) {
      const receipt = decodeReceipt(json)
      expect(receipt.firstIndex).to.equal(next)
      next += receipt.leaves.length
      const { size, time } = checkReceipt(receipt, logKey.verifierKey, logKey.timeKey)
      expect(size).to.be.at.least(next)
      expect(time).to.equal(NOW / 1000)
      const entries = await store.readEntries(receipt.leaves.map((_, k) => receipt.firstIndex + k))
      expect(entries.map(entry => toHex(hashLeaf(entry)))).to.deep.equal(
        receipt.leaves.map(leaf => Buffer.from(leaf).toString('hex')),
      )
    }
    expect(next).to.equal(2510)
  })

  it('answers all of a client whose batches fill its share when writing fails', async () => {
    let fail: (() => void) | undefined
    const failed = new Promise<void>(resolve => (fail = resolve))
    const stuck = Object.create(store, {
      append: {
        value: async () => {
          await failed
          throw new LedgerError('store_broken', inBoth('The disk fails; start again.'), { retryable: true })
        },
      },
      head: { get: () => store.head },
    }) as Store
    const shared = start(stuck)
    // Each has a chunk on its way to the disk, and waits for its turn with the next.
    const lines = Buffer.from(batch(0, 7_000))
    async function* stream(): AsyncGenerator<Uint8Array> {
      yield lines
      yield lines
    }
    const sent = Array.from({ length: 20 }, (_, k) => {
      return shared.submit(stream(), { client: 'one', key: `${k}` }).catch((error: unknown) => error)
    })
    while (shared.load().waiting < 15) await setImmediate()
    fail!()
    for (const outcome of await Promise.all(sent)) expect(outcome).to.include({ code: 'store_broken' })
    expect(shared.load()).to.include({ held: 0, waiting: 0 })
  })

  it('serves many clients with few commits, each with its own lines', async () => {
    let appends = 0
    const counted = Object.create(store, {
      append: { value: (batches: readonly NewBatch[]) => (appends++, store.append(batches)) },
      head: { get: () => store.head },
    }) as Store
    const shared = start(counted)
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, k) => submit(batch(k * 10, k * 10 + 10), {}, shared)),
    )
    expect(appends).to.be.lessThan(10)
    const firsts = results.map(({ receipts }) => receipts[0]!.firstIndex)
    expect(new Set(firsts).size).to.equal(50)
    for (const [k, first] of firsts.entries()) {
      const [entry] = await store.readEntries([first])
      expect(JSON.parse(Buffer.from(entry!).toString())).to.have.property('rows', k * 10)
    }
  })

  it('refuses what does not fit, line by line, and keeps the rest', async () => {
    const cases: readonly (readonly [string | Uint8Array, string])[] = [
      ['not json', 'invalid_json'],
      ['', 'line_empty'],
      [line(1, { resource: 'x/1' }), 'unknown_resource'],
      [line(1, { consumer: 'nobody' }), 'unknown_consumer'],
      [line(1, { grant: 8 }), 'unknown_grant'],
      [line(1, { time: '2026-03-17T12:06:00Z' }), 'time_in_future'],
      [line(1, { colour: 'red' }), 'unknown_field'],
      [line(1, { rows: 2 ** 53 }), ''],
      [line(1, { provider: CONSUMER }), 'provider_mismatch'],
      [line(1).replace('{', '{"rows":1,'), 'duplicate_key'],
      [Buffer.concat([Buffer.from('{"action":"'), Buffer.of(0xff, 0xfe), Buffer.from('"}')]), 'invalid_utf8'],
      [`{"a":${'['.repeat(1000)}${']'.repeat(1000)}}`, ''],
      ['x'.repeat(10 * 1024 * 1024), 'line_too_long'],
      [line(1, { transaction: 't'.repeat(70_000) }), ''],
      [line(1, { actor: '0'.repeat(32), sealed: { person: 'someone' } }), 'actor_and_person'],
    ]
    const parts = cases.flatMap(([bad], k) => [Buffer.from(bad), Buffer.from(`\n${line(k)}\n`)])
    const { accepted, refused } = await submit(Buffer.concat(parts))
    expect(accepted).to.equal(cases.length)
    expect(refused.map(refusal => refusal.line)).to.deep.equal(cases.map((_, k) => 2 * k + 1))
    for (const [k, [, code]] of cases.entries()) {
      if (code !== '') expect(refused[k]).to.have.property('code', code)
      expect(refused[k]!.message.length).to.be.within(10, 600)
    }
    expect(store.head.size).to.equal(cases.length)
  })

  it('fills in what the contracts know, and seals what is personal', async () => {
    const sealed = { person: 'GA-0071', purposeText: '落户核验' }
    const { accepted } = await submit(line(1, { sealed }))
    expect(accepted).to.equal(1)
    const [entry] = await store.readEntries([0])
    const record = JSON.parse(Buffer.from(entry!).toString()) as Record<string, unknown>
    expect(record).to.include({ provider: PROVIDER, purpose: 'LegalCompliance' })
    expect(record['actor']).to.match(/^[0-9a-f]{32}$/)
    expect(Buffer.from(entry!).toString()).not.to.contain('GA-0071')
    const bytes = await store.readSealed(0)
    expect(Buffer.from(bytes!).toString('latin1')).not.to.contain('GA-0071')
    expect(vault.open(bytes!, record['sealed'] as string)).to.deep.equal(sealed)
    const other = Uint8Array.from(bytes!)
    other[20]! ^= 1
    expect(() => vault.open(other, record['sealed'] as string))
      .to.throw()
      .with.property('code', 'sealed_damaged')
  })

  it('adds nothing for a batch that comes again, and the rest of one that grew', async () => {
    const first = await submit(batch(0, 2300), { key: 'day-1' })
    const again = await submit(batch(0, 2300), { key: 'day-1' })
    expect(again).to.include({ accepted: 0, already: 2300, lines: 2300 })
    expect(again.receipts.reduce((sum, { count }) => sum + count, 0)).to.equal(2300)
    expect(again.receipts[0]!.firstIndex).to.equal(first.receipts[0]!.firstIndex)
    const grown = await submit(batch(0, 2500), { key: 'day-1' })
    expect(grown).to.include({ accepted: 200, already: 2300, lines: 2500 })
    expect(store.head.size).to.equal(2500)
    const other = await submit(batch(0, 10), { key: 'day-1', client: 'another' })
    expect(other.accepted, 'keys belong to a client').to.equal(10)
  })

  it('refuses other lines under a used key, and fewer', async () => {
    await submit(batch(0, 20), { key: 'k' })
    const differs = await submit(batch(1, 21), { key: 'k' }).catch((error: unknown) => error)
    expect(differs).to.have.property('code', 'batch_differs')
    const shorter = await submit(batch(0, 19), { key: 'k' }).catch((error: unknown) => error)
    expect(shorter).to.have.property('code', 'batch_shorter')
    expect(store.head.size).to.equal(20)
  })

  it('holds the key of a batch that was cut off until its last chunk is there', async () => {
    const lines = batch(0, 10_000) // more than is held at once
    async function* cut(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(lines)
      throw new Error('the client hung up')
    }
    const slow = Object.create(store, {
      append: {
        value: async (batches: readonly NewBatch[]) => {
          await new Promise(resolve => setTimeout(resolve, 20))
          return store.append(batches)
        },
      },
      head: { get: () => store.head },
    }) as Store
    const under = start(slow)
    const first = await under.submit(cut(), { client: 'tester', key: 'k' }).catch((error: unknown) => error)
    expect(first).to.have.property('message', 'the client hung up')
    const { size } = store.head
    expect(size).to.be.greaterThan(1000)
    expect(await submit(lines, { key: 'k' }, under)).to.include({ accepted: 10_000 - size, already: size })
    expect(store.head.size).to.equal(10_000)
  })

  it('is the same batch with and without its last line end', async () => {
    await submit(batch(0, 3).trimEnd(), { key: 'k' })
    expect(await submit(batch(0, 5), { key: 'k' })).to.include({ accepted: 2, already: 3 })
  })

  it('remembers little of nonsense, however much of it comes', async () => {
    const nonsense = `{"${'\\u0001'.repeat(60)}":1}\n`.repeat(500) + 'x\n'.repeat(5_000)
    await submit(nonsense, { key: 'k' })
    const state = store.findBatch(createHash('sha256').update('tester\nk').digest('hex'))
    expect(JSON.stringify(state).length).to.be.lessThan(10_000)
    expect(state).to.include({ refusedCount: 5_500 })
  })

  it('takes nothing more once it is told that the log may not go on', async () => {
    const commit = createGroupCommit(store, logKey, () => NOW)
    commit.refuse(new LedgerError('log_differs', inBoth('it is another log')))
    const refused = await commit.commit({ leaves: NO_LEAVES }).catch((error: unknown) => error)
    expect(refused).to.have.property('code', 'log_differs')
  })

  it('refuses a second call with a key that is being written', async () => {
    const [one, two] = await Promise.allSettled([submit(batch(0, 5), { key: 'k' }), submit(batch(0, 5), { key: 'k' })])
    expect(one.status).to.equal('fulfilled')
    expect(two).to.have.nested.property('reason.code', 'batch_in_progress')
    expect(store.head.size).to.equal(5)
  })

  it('stores nothing in a dry run', async () => {
    const result = await submit(`${batch(0, 5)}nonsense\n`, { dryRun: true, key: 'k' })
    expect(result).to.include({ accepted: 5, lines: 6 })
    expect(result.refused).to.have.length(1)
    expect(store.head.size).to.equal(0)
    expect((await submit(batch(0, 5), { key: 'k' })).accepted).to.equal(5)
  })

  it('counts what it refuses beyond what it lists, and goes on to the end', async () => {
    const text = `${batch(0, 3)}${'nonsense\n'.repeat(12_000)}${line(3)}\n`
    const result = await submit(text, { key: 'k' })
    expect(result).to.include({ accepted: 4, lines: 12_004, refusedCount: 12_000 })
    expect(result.refused).to.have.length(100)
    expect(result.refused[0]).to.include({ line: 4 })
    const again = await submit(text, { key: 'k' })
    expect(again).to.include({ accepted: 0, already: 4, refusedCount: 12_000 })
    expect(again.refused).to.have.length(20)
    expect(store.head.size).to.equal(4)
  })

  it('holds no more receipts for open batches than there is room for, and tells which it left out', async () => {
    const small = start(store, { receiptRoom: 100_000 }) // two receipts of a thousand leaves
    const hold = Promise.withResolvers<void>()
    async function* slow(lines: string): AsyncGenerator<Uint8Array> {
      yield Buffer.from(lines)
      await hold.promise
    }
    const open = [0, 1].map(k => small.submit(slow(batch(k * 10_000, (k + 1) * 10_000)), { client: 'tester' }))
    for (let k = 0; k < 500 && store.head.size < 10_000; k++) await new Promise(resolve => setTimeout(resolve, 10))
    expect(store.head.size, 'more than there is room for').to.be.at.least(10_000)
    const waiting = await submit(batch(20_000, 23_000), {}, small)
    expect(waiting.receipts, 'the first needs no room').to.have.length(1)
    expect(waiting.receiptsOmitted.reduce((sum, { count }) => sum + count, 0)).to.equal(2_000)
    hold.resolve()
    let proven = 0
    for (const { accepted, receipts, receiptsOmitted } of [waiting, ...(await Promise.all(open))]) {
      proven += receipts.length
      const ranges = [...receipts, ...receiptsOmitted].toSorted((a, b) => a.firstIndex - b.firstIndex)
      expect(ranges.reduce((sum, { count }) => sum + count, 0)).to.equal(accepted)
      for (const [k, { firstIndex }] of ranges.slice(1).entries()) {
        expect(firstIndex, 'none twice').to.be.at.least(ranges[k]!.firstIndex + ranges[k]!.count)
      }
    }
    expect(proven).to.equal(3 + 2)
    const after = await submit(batch(30_000, 33_000), {}, small)
    expect(after.receipts, 'the room is given back').to.have.length(3)
    expect(after.receiptsOmitted).to.deep.equal([])
  })

  it('ends a batch that lies in too many places, and keeps what came before', async () => {
    const bounded = start(store, { mostRuns: 3 })
    const block = batch(0, 7_000) // more than is held: it is read before the next comes
    const size = Buffer.byteLength(block)
    expect(size).to.be.greaterThan(BLOCK_SIZES.whole)
    const others = async (): Promise<void> => {
      const before = store.head.size
      for (let k = 0; store.head.size === before; k++) await submit(batch(90_000, 90_001), { key: `${before}.${k}` })
    }
    async function* scattered(pieces: number): AsyncGenerator<Uint8Array> {
      for (let k = 0; k < pieces; k++) {
        yield Buffer.from(block)
        await others()
      }
    }
    const options = { client: 'tester', key: 'long' }
    const error = await bounded.submit(scattered(9), options).then(
      () => undefined,
      (thrown: unknown) => thrown as LedgerError,
    )
    expect(error).to.include({ code: 'batch_scattered', retryable: false })
    const lines = Number(/Its first (\d+) lines/.exec(error!.message)![1])
    expect(lines).to.be.within(3, 9 * 7_000 - 1)
    const whole = block.repeat(9).split('\n')
    const again = await submit(`${whole.slice(0, lines).join('\n')}\n`, { key: 'long' }, bounded)
    expect(again).to.include({ lines, already: lines, accepted: 0 })
    const placed = [...again.receipts, ...again.receiptsOmitted]
    expect(placed).to.have.length(3)
    expect(placed.reduce((sum, { count }) => sum + count, 0)).to.equal(lines)
    const rest = await submit(whole.slice(lines).join('\n'), { key: 'the rest' }, bounded)
    expect(rest.accepted).to.equal(9 * 7_000 - lines)
  })

  for (const mode of ['lost', 'written'] as const) {
    it(`loses and doubles nothing when a write fails (${mode}) and the batch is sent again`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3500 }), async (from, lines) => {
          const fresh = createMemoryStore()
          const broken = start(failing(fresh, from, mode))
          const outcome = await submit(batch(0, lines), { key: 'k' }, broken).catch((error: unknown) => error)
          if (outcome instanceof Error) expect(outcome).to.have.property('code', 'store_broken')
          store = fresh
          const { already, accepted } = await submit(batch(0, lines), { key: 'k' }, start(fresh))
          expect(already + accepted).to.equal(lines)
          const entries = await fresh.readEntries(Array.from({ length: lines }, (_, k) => k))
          expect(fresh.head.size).to.equal(lines)
          expect(
            entries.map(entry => (JSON.parse(Buffer.from(entry).toString()) as { rows: number }).rows),
          ).to.deep.equal(Array.from({ length: lines }, (_, k) => k))
        }),
        { numRuns: 12 },
      )
    })
  }
})
