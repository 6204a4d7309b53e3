// What archives cost: how small they are, how fast they are made and checked, whether ingest feels it, and how much longer
// an answer out of one takes. The records are those of the demo's city, 37 of 100 with a sealed part.

import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Checkpoint } from '../../src/core/checkpoint.ts'
import { checkCheckpoint } from '../../src/core/checkpoint.ts'
import { type Leaves, type PlainLeaf, packLeaves } from '../../src/core/leaves.ts'
import { type AccessRecord, encodeEntry } from '../../src/core/record.ts'
import { createEntryReader } from '../../src/lines/entries.ts'
import { compileLines } from '../../src/lines/wasm.ts'
import { type LogKey, openLogKey } from '../../src/log-key.ts'
import { verifyArchive } from '../../src/store/archive/archive-check.ts'
import { type EmbeddedStore, openEmbeddedStore, SEGMENT_LEAVES } from '../../src/store/embedded.ts'
import { diskFiles } from '../../src/store/file.ts'
import { createQuickParts, type WorkingParts } from '../../src/store/working-parts.ts'
import { makeCity } from '../demo/city.ts'
import { type Figure, figure } from './figure.ts'
import { quantile } from './quantile.ts'

/** Two full segments, and what a third begins with: the first of them is settled, and can be archived. */
const LEAVES = 2.1 * SEGMENT_LEAVES
const LINES = 100_000
const LEAVES_PER_BATCH = 1_000
const BATCHES_PER_APPEND = 8
const PAGE = 100
const PAGES = 100

export async function measureArchive(): Promise<Figure[]> {
  const dir = await mkdtemp(join(tmpdir(), 'suyuan-bench-'))
  try {
    const module = await compileLines()
    const work = createQuickParts(module, createEntryReader(module))
    const store = await openEmbeddedStore({ dir: join(dir, 'data'), work })
    const key = await openLogKey({ dir, origin: 'bench/archive', facts: store.facts })
    const batches = makeBatches()
    let sent = 0
    const append = async (): Promise<number> => {
      const begin = performance.now()
      const some = Array.from({ length: BATCHES_PER_APPEND }, () => ({ leaves: batches[sent++ % batches.length]! }))
      await store.append(some)
      return performance.now() - begin
    }
    while (store.head.size < LEAVES || store.old.list().length < 1) await append()
    const before = await measurePages(store)
    const alone = await measureAppends(append, async () => new Promise(resolve => setTimeout(resolve, 5_000)))
    const moving = await measureMove(store, key, append)
    const after = await measurePages(store)
    const checked = await measureCheck(join(dir, 'data/archive/000000.archive'), key, work)
    await store[Symbol.asyncDispose]()
    return [
      ...moving.figures,
      figure('archive.longestAppend', moving.longest, 'ms', alone.longest),
      figure('archive.appends', moving.rate, 'leaves/s', alone.rate),
      checked,
      figure(`archive.pageOf${PAGE}.p50`, quantile(after, 0.5), 'ms', quantile(before, 0.5)),
      figure(`archive.pageOf${PAGE}.p99`, quantile(after, 0.99), 'ms', quantile(before, 0.99)),
    ]
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/** The city's day as the service would log it: pseudonyms for persons, digests for sealed parts. */
function makeBatches(): Leaves[] {
  const city = makeCity({ seed: 7, lines: LINES })
  const ids = city.plan.requests.map((_, k) => k + 1)
  const leaves = Array.from({ length: 24 }, (_, hour) => city.lines(hour, ids))
    .flat()
    .map(toLeaf)
  return Array.from({ length: Math.floor(leaves.length / LEAVES_PER_BATCH) }, (_, k) =>
    packLeaves(leaves.slice(k * LEAVES_PER_BATCH, (k + 1) * LEAVES_PER_BATCH)),
  )
}

function toLeaf(line: string): PlainLeaf {
  const { sealed, ...fields } = JSON.parse(line) as AccessRecord & { sealed?: { person?: string } }
  const provider = `11520100MB${fields.resource.slice(0, 5)}`
  if (sealed === undefined) {
    const record = { ...fields, provider }
    return { record, entry: encodeEntry(record) }
  }
  const actor = createHash('md5')
    .update(sealed.person ?? '')
    .digest('hex')
  const record = { ...fields, provider, actor, sealed: randomBytes(32).toString('hex') }
  return { record, entry: encodeEntry(record), sealed: randomBytes(60 + JSON.stringify(sealed).length) }
}

interface Appended {
  /** Milliseconds of the longest. */
  readonly longest: number
  /** Leaves per second. */
  readonly rate: number
}

/** Appends, one after the other, while something else is done. */
async function measureAppends(append: () => Promise<number>, work: () => Promise<unknown>): Promise<Appended> {
  let isDone = false
  const other = work().finally(() => {
    isDone = true
  })
  const begin = performance.now()
  let longest = 0
  let count = 0
  while (!isDone) {
    longest = Math.max(longest, await append())
    count++
  }
  const seconds = (performance.now() - begin) / 1000
  await other
  return { longest, rate: (count * BATCHES_PER_APPEND * LEAVES_PER_BATCH) / seconds }
}

/** The first segment while appends go on as fast as they can, the second with nothing beside. */
async function measureMove(
  store: EmbeddedStore,
  key: LogKey,
  append: () => Promise<number>,
): Promise<Appended & { readonly figures: readonly Figure[] }> {
  const [state] = store.old.list()
  const checkpoint = key.sign(store.head, Math.floor(Date.now() / 1000))
  const appended = await measureAppends(append, () => store.old.archive(0, checkpoint))
  const { archiveBytes } = store.old.list()[0]!
  while (store.old.list().length < 2) await append()
  const begin = performance.now()
  const delays = monitorEventLoopDelay({ resolution: 1 })
  delays.enable()
  await store.old.archive(1, key.sign(store.head, Math.floor(Date.now() / 1000)))
  delays.disable()
  const seconds = (performance.now() - begin) / 1000
  const { entriesBytes, sealedBytes } = state!
  return {
    ...appended,
    figures: [
      figure('archive.bytes', archiveBytes! - sealedBytes, 'bytes', entriesBytes),
      figure('archive.bytesWithSealed', archiveBytes!, 'bytes', entriesBytes + sealedBytes),
      figure('archive.move', SEGMENT_LEAVES / seconds, 'records/s'),
      // How long others had to wait for their turn at most: the machine's own share is in it.
      figure('archive.turn.p99', delays.percentile(99) / 1e6, 'ms'),
      figure('archive.turn.longest', delays.max / 1e6, 'ms'),
    ],
  }
}

async function measureCheck(path: string, { verifierKey }: LogKey, work: WorkingParts): Promise<Figure> {
  const readCheckpoint = (signed: string): Checkpoint => checkCheckpoint(signed, verifierKey).checkpoint
  const file = await diskFiles.open(path)
  const begin = performance.now()
  await verifyArchive(file, { work, readCheckpoint })
  const seconds = (performance.now() - begin) / 1000
  await file.close()
  return figure('archive.verify', SEGMENT_LEAVES / seconds, 'records/s')
}

/** Milliseconds to find and read the newest records of one consumer after the other in the first segment, sorted. */
async function measurePages(store: EmbeddedStore): Promise<number[]> {
  const consumers = new Set<string>()
  const first = await store.readEntries(Array.from({ length: 2_000 }, (_, k) => k * 100))
  for (const entry of first) consumers.add((JSON.parse(Buffer.from(entry).toString()) as AccessRecord).consumer)
  const times: number[] = []
  for (let k = 0; k < PAGES; k++) {
    const consumer = [...consumers][k % consumers.size]!
    const begin = performance.now()
    const found: number[] = []
    const below = SEGMENT_LEAVES - 1_000 * k
    for await (const run of store.search({ where: { consumer }, below })) {
      found.push(...run.slice(0, PAGE - found.length))
      if (found.length === PAGE) break
    }
    await store.readEntries(found)
    times.push(performance.now() - begin)
  }
  return times.sort((a, b) => a - b)
}
