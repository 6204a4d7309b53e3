// How fast the embedded store takes leaves, durable and indexed, beside what the disk can do at all: the same bytes
// appended to one file with the same number of syncs, in the same run. Run it alone: `node scripts/bench/store.ts`.

import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashLeaf } from '../../src/core/hash.ts'
import { leavesNodes } from '../../src/core/proof.ts'
import { type AccessRecord, encodeEntry } from '../../src/core/record.ts'
import { encodeBundle } from '../../src/core/tile.ts'
import { openEmbeddedStore } from '../../src/store/embedded.ts'
import type { NewLeaf, Store } from '../../src/store/store.ts'
import { type Figure, figure } from './figure.ts'

const LEAVES = 400_000
const LEAVES_PER_APPEND = 2_000
const PAGE = 100

/** Records as a busy exchange writes them: 200 resources, 40 consumers, 5,000 people, 300 grants. */
function makeLeaf(i: number): NewLeaf {
  const record: AccessRecord = {
    action: 'read',
    actor: ((i * 7919) % 5_000).toString(16).padStart(32, '0'),
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
    time: new Date(Date.UTC(2026, 0, 1) + i * 20).toISOString(),
    transaction: `tx-${i.toString(36).padStart(24, '0')}`,
  }
  const entry = encodeEntry(record)
  return { record, entry, leaf: hashLeaf(entry) }
}

export async function measureStore(): Promise<Figure[]> {
  const dir = await mkdtemp(join(tmpdir(), 'suyuan-bench-'))
  try {
    const appends = Array.from({ length: LEAVES / LEAVES_PER_APPEND }, (_, k) =>
      Array.from({ length: LEAVES_PER_APPEND }, (_, i) => makeLeaf(k * LEAVES_PER_APPEND + i)),
    )
    const limit = await measureRawAppend(join(dir, 'raw'), appends)
    const data = join(dir, 'data')
    const store = await openEmbeddedStore({ dir: data })
    const written = await measureAppends(store, appends, limit)
    const questions = await measureQuestions(store)
    await store[Symbol.asyncDispose]()
    return [...written, ...questions, await measureStart(data)]
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/** Leaves per second when their bytes only go to a file: two syncs an append, as the store has. */
async function measureRawAppend(path: string, appends: readonly (readonly NewLeaf[])[]): Promise<number> {
  const file = await open(path, 'w')
  const parts = appends.map(leaves => encodeBundle(leaves.map(({ entry }) => entry)))
  const begin = performance.now()
  for (const bytes of parts) {
    await file.write(bytes)
    await file.datasync()
    await file.write(bytes.subarray(0, 200))
    await file.datasync()
  }
  const seconds = (performance.now() - begin) / 1000
  await file.close()
  return LEAVES / seconds
}

async function measureAppends(
  store: Store,
  appends: readonly (readonly NewLeaf[])[],
  limit: number,
): Promise<Figure[]> {
  const times: number[] = []
  const begin = performance.now()
  const cpu = process.cpuUsage()
  for (const [k, leaves] of appends.entries()) {
    const from = performance.now()
    const state = { key: `batch ${k}`, lines: leaves.length, digest: '', ranges: [], refused: [], refusedCount: 0 }
    await store.append([{ leaves, state }])
    times.push(performance.now() - from)
  }
  const seconds = (performance.now() - begin) / 1000
  const { user, system } = process.cpuUsage(cpu)
  times.sort((a, b) => a - b)
  return [
    figure('store.append', LEAVES / seconds, 'leaves/s', limit),
    figure('store.append.cpu', (user + system) / LEAVES, 'µs/leaf'),
    figure('store.append.p50', times[Math.floor(times.length * 0.5)]!, 'ms'),
    figure('store.append.p99', times[Math.floor(times.length * 0.99)]!, 'ms'),
  ]
}

async function measureQuestions(store: Store): Promise<Figure[]> {
  const { size } = store.head
  const page = await timeOf(100, async k => {
    for await (const run of store.search({ where: { resource: `520100/base/${k}` }, below: size })) {
      await store.readEntries(run.slice(0, PAGE))
      break
    }
  })
  const rare = await timeOf(100, async k => {
    const actor = k.toString(16).padStart(32, '0')
    let found = 0
    for await (const run of store.search({ where: { actor, resource: `520100/base/${k}` }, below: size })) {
      found += run.length
    }
    return found
  })
  const scan = await timeOf(3, async () => {
    const from = Date.UTC(2026, 0, 1) + 1000
    const to = Date.UTC(2026, 0, 1) + size * 20 - 1000
    let found = 0
    for await (const run of store.search({ where: {}, from, to, below: size })) found += run.length
    return found
  })
  const proof = await timeOf(100, async k => {
    const first = size - (k + 1) * LEAVES_PER_APPEND
    const indices = Array.from({ length: LEAVES_PER_APPEND }, (_, i) => first + i)
    return (await store.readNodes(leavesNodes(indices, size))).length
  })
  return [
    figure(`store.pageOf${PAGE}`, page, 'ms'),
    figure('store.searchTwoDimensions', rare, 'ms'),
    figure('store.scanByTime', (size / scan) * 1000, 'leaves/s'),
    figure('store.receiptNodes', proof, 'ms'),
  ]
}

async function measureStart(dir: string): Promise<Figure> {
  const milliseconds = await timeOf(1, async () => {
    const store = await openEmbeddedStore({ dir })
    await store[Symbol.asyncDispose]()
  })
  return figure('store.start', milliseconds, 'ms')
}

/** Mean milliseconds of `work`. */
async function timeOf(times: number, work: (k: number) => Promise<unknown>): Promise<number> {
  const begin = performance.now()
  for (let k = 0; k < times; k++) await work(k)
  return (performance.now() - begin) / times
}

if (import.meta.main) {
  for (const { figure: name, value, unit, limit, ratio } of await measureStore()) {
    const beside = limit === undefined ? '' : `  (limit ${limit.toFixed(0)}, ratio ${ratio!.toFixed(2)})`
    console.log(`${name.padEnd(30)} ${value.toFixed(value < 100 ? 2 : 0).padStart(10)} ${unit}${beside}`)
  }
}
