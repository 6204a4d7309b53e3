// How fast the embedded store takes leaves, durable and indexed, beside what the disk can do at all: the same bytes
// appended to one file with the same number of syncs, in the same run; and how fast it answers. Run it alone:
// `SUYUAN_BENCH_LEAVES=10000000 node scripts/bench/store.ts`.

import { mkdtemp, open, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Leaves, packLeaves } from '../../src/core/leaves.ts'
import { leavesNodes, runNodes } from '../../src/core/proof.ts'
import { type AccessRecord, encodeEntry } from '../../src/core/record.ts'
import { createEntryReader } from '../../src/lines/entries.ts'
import { compileLines } from '../../src/lines/wasm.ts'
import { openEmbeddedStore, SEGMENT_LEAVES } from '../../src/store/embedded.ts'
import type { Store } from '../../src/store/store.ts'
import { createQuickParts, type WorkingParts } from '../../src/store/working-parts.ts'
import { SUMMED_DIMENSIONS, sumRows } from '../../src/totals.ts'
import { type Figure, figure } from './figure.ts'
import { quantile } from './quantile.ts'

const LEAVES = Number(process.env['SUYUAN_BENCH_LEAVES'] ?? 1_000_000)
const LEAVES_PER_BATCH = 1_000
const BATCHES_PER_APPEND = 8
/** Different batches; they come again and again, which the store cannot know. */
const DIFFERENT = 200
const PAGE = 100
const SECOND_MS = 20

/** Records as a busy exchange writes them: 200 resources, 40 consumers, 50,000 people, 300 grants. */
export function makeBatch(k: number): Leaves {
  return packLeaves(
    Array.from({ length: LEAVES_PER_BATCH }, (_, j) => {
      const i = k * LEAVES_PER_BATCH + j
      const record: AccessRecord = {
        action: 'read',
        actor: ((i * 7919) % 50_000).toString(16).padStart(32, '0'),
        bytes: (i * 31) % 5_000,
        channel: 'online-query',
        consumer: `91520100MA6DN${String(i % 40).padStart(5, '0')}`,
        grant: 1 + (i % 300),
        provider: `11520100MB1F${String(i % 30).padStart(6, '0')}`,
        purpose: 'ImprovePublicServices',
        resource: `520100/base/${i % 200}`,
        seq: i,
        source: 'exchange-1',
        status: 'ok',
        time: new Date(Date.UTC(2026, 0, 1) + i * SECOND_MS).toISOString(),
        transaction: `tx-${i.toString(36).padStart(24, '0')}`,
      }
      return { record, entry: encodeEntry(record) }
    }),
  )
}

/** The batch again, later. Its entries state the old times, which only their reader would mind. */
function later(batch: Leaves, round: number): Leaves {
  const shift = round * DIFFERENT * LEAVES_PER_BATCH * SECOND_MS
  return round === 0 ? batch : { ...batch, times: batch.times.map(time => time + shift) }
}

export async function measureStore(): Promise<Figure[]> {
  const dir = await mkdtemp(join(tmpdir(), 'suyuan-bench-'))
  try {
    const module = await compileLines()
    const work = createQuickParts(module, createEntryReader(module))
    const batches = Array.from({ length: DIFFERENT }, (_, k) => makeBatch(k))
    const limit = await measureRawAppend(join(dir, 'raw'), batches)
    await rm(join(dir, 'raw'))
    const data = join(dir, 'data')
    const store = await openEmbeddedStore({ dir: data, work })
    const written = await measureAppends(store, batches, limit)
    const questions = await measureQuestions(store)
    const closing = await timeOf(1, async () => store[Symbol.asyncDispose]())
    const disk = await measureDisk(data)
    const starts = await measureStarts(data, work)
    return [...written, ...questions, figure('store.close', closing, 'ms'), ...disk, ...starts]
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/** Leaves per second when their bytes only go to a file: two syncs an append, as the store has. At most a gigabyte. */
async function measureRawAppend(path: string, batches: readonly Leaves[]): Promise<number> {
  const file = await open(path, 'w')
  const appends = Math.min(LEAVES, 2_500_000) / LEAVES_PER_BATCH / BATCHES_PER_APPEND
  const begin = performance.now()
  for (let k = 0; k < appends; k++) {
    const bytes = Buffer.concat(groupOf(batches, k).map(({ entries }) => entries))
    await file.write(bytes)
    await file.datasync()
    await file.write(bytes.subarray(0, 200))
    await file.datasync()
  }
  const seconds = (performance.now() - begin) / 1000
  await file.close()
  return (Math.ceil(appends) * LEAVES_PER_BATCH * BATCHES_PER_APPEND) / seconds
}

function groupOf(batches: readonly Leaves[], append: number): Leaves[] {
  return Array.from({ length: BATCHES_PER_APPEND }, (_, j) => {
    const k = append * BATCHES_PER_APPEND + j
    return later(batches[k % DIFFERENT]!, Math.floor(k / DIFFERENT))
  })
}

async function measureAppends(store: Store, batches: readonly Leaves[], limit: number): Promise<Figure[]> {
  const times: number[] = []
  let resident = 0
  const cpu = process.cpuUsage()
  const begin = performance.now()
  for (let append = 0; store.head.size < LEAVES; append++) {
    const states = groupOf(batches, append).map((leaves, j) => {
      const state = {
        key: `batch ${append}.${j}`,
        lines: leaves.count,
        digest: '',
        ranges: [],
        refused: [],
        refusedCount: 0,
      }
      return { leaves, state }
    })
    const from = performance.now()
    await store.append(states)
    times.push(performance.now() - from)
    resident = Math.max(resident, process.memoryUsage.rss())
  }
  const seconds = (performance.now() - begin) / 1000
  const { user, system } = process.cpuUsage(cpu)
  const rate = store.head.size / seconds
  times.sort((a, b) => a - b)
  return [
    figure('store.append', rate, 'leaves/s', limit),
    figure('store.append.cpu', user / store.head.size, 'µs/leaf'),
    figure('store.append.system', system / store.head.size, 'µs/leaf'),
    figure('store.append.p50', quantile(times, 0.5), 'ms'),
    figure('store.append.p99', quantile(times, 0.99), 'ms'),
    figure('store.append.longest', times.at(-1)!, 'ms'),
    figure('store.resident', resident / 2 ** 20, 'MB'),
  ]
}

async function measureQuestions(store: Store): Promise<Figure[]> {
  const { size } = store.head
  const page = await timesOf(200, async k => {
    const found: number[] = []
    for await (const run of store.search({ where: { resource: `520100/base/${k % 200}` }, below: size })) {
      found.push(...run.slice(0, PAGE - found.length))
      if (found.length === PAGE) break
    }
    await store.readEntries(found)
    await store.readNodes(leavesNodes(found.toReversed(), size))
  })
  const rare = await timesOf(100, async k => {
    const actor = (k * 311).toString(16).padStart(32, '0')
    let found = 0
    for await (const run of store.search({ where: { actor, resource: `520100/base/${k}` }, below: size })) {
      found += run.length
    }
    return found
  })
  const totals = await timesOf(5, async () => {
    // The newest 300,000 records: what they are is in their columns.
    const records = Math.min(300_000, size)
    const to = Date.UTC(2026, 0, 1) + size * SECOND_MS
    const rows = store.scan({ where: {}, from: to - records * SECOND_MS, to, below: size }, SUMMED_DIMENSIONS)
    const sums = await sumRows(rows, { terms: () => undefined })
    if (sums.records !== records) throw new Error(`${sums.records} records were summed, not ${records}`)
  })
  const receipts = await timesOf(100, async k => {
    const start = size - (k + 1) * LEAVES_PER_BATCH
    return (await store.readNodes(runNodes({ start, end: start + LEAVES_PER_BATCH }, size))).length
  })
  return [
    figure(`store.pageOf${PAGE}WithProofs.p50`, quantile(page, 0.5), 'ms'),
    figure(`store.pageOf${PAGE}WithProofs.p99`, quantile(page, 0.99), 'ms'),
    figure('store.searchTwoDimensions.p50', quantile(rare, 0.5), 'ms'),
    figure('store.totalsOf300000.p50', quantile(totals, 0.5), 'ms'),
    figure('store.receiptNodes.p50', quantile(receipts, 0.5), 'ms'),
  ]
}

/** Bytes on the disk for each byte of entries. */
async function measureDisk(dir: string): Promise<Figure[]> {
  let all = 0
  let entries = 0
  for (const item of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (!item.isFile()) continue
    const { size } = await stat(join(item.parentPath, item.name))
    all += size
    if (item.name === 'entries') entries += size
  }
  return [figure('store.disk', all / entries, 'bytes/byte')]
}

async function measureStarts(dir: string, work: WorkingParts): Promise<Figure[]> {
  const start = async (): Promise<number> => {
    let store: Store | undefined
    const milliseconds = await timeOf(1, async () => {
      store = await openEmbeddedStore({ dir, work })
    })
    await store?.[Symbol.asyncDispose]()
    return milliseconds
  }
  const clean = await start()
  const open = (await readdir(join(dir, 'log'))).filter(name => /^[0-9a-f]{6}$/.test(name)).sort()
  await rm(join(dir, 'log', open.at(-1)!, 'index.open'), { force: true })
  const segment = LEAVES % SEGMENT_LEAVES
  const killed = await start()
  return [
    figure('store.start', clean, 'ms'),
    figure('store.startAfterKill', killed, 'ms'),
    figure('store.replay', (segment / killed) * 1000, 'leaves/s'),
  ]
}

async function timeOf(times: number, work: (k: number) => Promise<unknown>): Promise<number> {
  const all = await timesOf(times, work)
  return all.reduce((sum, time) => sum + time, 0) / times
}

/** Milliseconds of each. */
async function timesOf(times: number, work: (k: number) => Promise<unknown>): Promise<number[]> {
  const all: number[] = []
  for (let k = 0; k < times; k++) {
    const begin = performance.now()
    await work(k)
    all.push(performance.now() - begin)
  }
  return all.sort((a, b) => a - b)
}

if (import.meta.main) {
  for (const { figure: name, value, unit, limit, ratio } of await measureStore()) {
    const beside = limit === undefined ? '' : `  (limit ${limit.toFixed(0)}, ratio ${ratio!.toFixed(2)})`
    console.log(`${name.padEnd(30)} ${value.toFixed(value < 100 ? 2 : 0).padStart(10)} ${unit}${beside}`)
  }
}
