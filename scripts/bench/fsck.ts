// How fast `suyuan fsck` checks a log: entries read and hashed, the tree folded, tiles and indexes compared; and how fast with
// `--index`, which derives the index again for each epoch. Beside it what the machine could do at all: the same entries, in memory, hashed and nothing
// else, on as many threads as fsck has.
// `SUYUAN_BENCH_LEAVES=10000000 node scripts/bench.ts fsck`; `SUYUAN_BENCH_EPOCH=0` for a log without an index log.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { IndexLog } from '../../src/completeness/index-log.ts'
import { MOST_THREADS } from '../../src/fsck/segment-pool.ts'
import { createEntryReader } from '../../src/lines/entries.ts'
import { compileLines } from '../../src/lines/wasm.ts'
import { openLogKey } from '../../src/log-key.ts'
import { type EmbeddedStore, openEmbeddedStore } from '../../src/store/embedded.ts'
import { createQuickParts } from '../../src/store/working-parts.ts'
import { type Figure, figure } from './figure.ts'
import { makeBatch } from './store.ts'

const LEAVES = Number(process.env['SUYUAN_BENCH_LEAVES'] ?? 3_000_000)
/** Leaves from one epoch to the next: of a minute with some 4,000 records a second. */
const EPOCH = Number(process.env['SUYUAN_BENCH_EPOCH'] ?? 240_000)
const BATCHES_PER_APPEND = 8
const DIFFERENT = 200
/** In which Linux counts processor time (`getconf CLK_TCK`). */
const TICKS_PER_SECOND = 100

export async function measureFsck(): Promise<Figure[]> {
  const dir = await mkdtemp(join(tmpdir(), 'suyuan-bench-'))
  const data = join(dir, 'data')
  try {
    const batches = Array.from({ length: DIFFERENT }, (_, k) => makeBatch(k))
    const module = await compileLines()
    const store = await openEmbeddedStore({ dir: data, work: createQuickParts(module, createEntryReader(module)) })
    const cover = EPOCH > 0 ? await openEpochs(store, data) : undefined
    for (let next = 0, end = EPOCH; store.head.size < LEAVES; next += BATCHES_PER_APPEND) {
      const group = Array.from({ length: BATCHES_PER_APPEND }, (_, k) => batches[(next + k) % DIFFERENT]!)
      await store.append(group.map(leaves => ({ leaves })))
      if (store.head.size < end) continue
      await cover?.()
      end += EPOCH
    }
    const { size } = store.head
    await cover?.[Symbol.asyncDispose]()
    await store[Symbol.asyncDispose]()
    const threads = Math.min(MOST_THREADS, availableParallelism())
    const runs = batches.slice(0, 100).map(({ entries }) => entries)
    const limit = await measureHashing(runs, threads)
    const plain = await runFsck(data)
    const figures = [
      figure('fsck.records', size / plain.seconds, 'records/s', limit),
      figure('fsck.cpu', (plain.cpu / size) * 1e6, 'µs/record'),
      figure('fsck.resident', plain.resident / 2 ** 20, 'MB'),
    ]
    if (EPOCH === 0) return figures
    const index = await runFsck(data, '--index')
    return [
      ...figures,
      figure('fsck.index.records', size / index.seconds, 'records/s', limit),
      figure('fsck.index.cpu', (index.cpu / size) * 1e6, 'µs/record'),
      figure('fsck.index.resident', index.resident / 2 ** 20, 'MB'),
    ]
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/** Ends an epoch of an index log beside the store, each time it is called. */
async function openEpochs(store: EmbeddedStore, dir: string): Promise<(() => Promise<void>) & AsyncDisposable> {
  const now = (): number => 1_800_000_000_000
  const origin = 'bench.suyuan.test/log'
  const logKey = await openLogKey({ dir, origin, facts: store.facts })
  const say = (_: object, message: string): void => console.error(message)
  const log = { info() {}, warn: say, error: say }
  const index = await IndexLog.open({ store, dir, origin, now, log })
  const cover = async (): Promise<void> => {
    const { size, root } = store.head
    const time = now() / 1000
    await index.cover({ size, root, time, checkpoint: logKey.sign({ size, root }, time) })
    await index.release(size)
  }
  return Object.assign(cover, { [Symbol.asyncDispose]: () => index[Symbol.asyncDispose]() })
}

interface Run {
  readonly seconds: number
  /** Seconds of processor time, of all threads. */
  readonly cpu: number
  /** Bytes, at the most. */
  readonly resident: number
}

/** As an operator runs it: a process of its own, whose memory is its own too. */
async function runFsck(data: string, ...options: readonly string[]): Promise<Run> {
  const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
  const child = spawn(process.execPath, [main, 'fsck', '--data', data, '--json', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let [resident, ticks] = [0, 0]
  const look = async (): Promise<void> => {
    const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8').catch(() => '')
    const [user, system] = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12, 14).map(Number)
    if (user !== undefined && system !== undefined) ticks = Math.max(ticks, user + system)
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '') // only Linux has it
    resident = Math.max(resident, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024)
  }
  const watch = setInterval(() => void look(), 100)
  const answer = JSON.parse(await text(child.stdout)) as { data: { seconds: number; findings: { message: string }[] } }
  clearInterval(watch)
  const [found] = answer.data.findings
  if (found !== undefined) throw new Error(`a log just written is found damaged: ${found.message}`)
  return { seconds: answer.data.seconds, cpu: ticks / TICKS_PER_SECOND, resident }
}

/** Entries per second that so many threads hash at once. */
async function measureHashing(runs: readonly Uint8Array[], threads: number): Promise<number> {
  const workers = Array.from({ length: threads }, () => {
    return new Worker(new URL('./hash-thread.ts', import.meta.url), { workerData: { runs, leaves: 1_000 } })
  })
  await Promise.all(workers.map(worker => once(worker, 'message')))
  const rates = workers.map(worker => {
    worker.postMessage('go', [])
    return once(worker, 'message') as Promise<[number]>
  })
  const sum = (await Promise.all(rates)).reduce((sum, [rate]) => sum + rate, 0)
  await Promise.all(workers.map(worker => worker.terminate()))
  return sum
}
