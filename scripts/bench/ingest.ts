// Ingest through HTTP: batches of a thousand lines, with token and idempotency key, every line checked, hashed, in the
// tree, indexed, and durable before its receipt.

import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { hashLeaf } from '../../src/core/hash.ts'
import { type Figure, figure } from './figure.ts'
import { sendUntil } from './load.ts'
import { BATCH_LINES, type MeasuredService, startService } from './service.ts'
import { sendBareSingles, sendSingles } from './single.ts'
import { sizeOf } from './size-of.ts'

const SECONDS = Number(process.env['SUYUAN_BENCH_SECONDS'] ?? 15)
/** For so long V8 goes on compiling what these requests run; its threads take two to three times as much meanwhile. */
const SINGLES_WARM_SECONDS = 10

export async function measureIngest(): Promise<Figure[]> {
  await using service = await startService()
  const open = await measure(service, service.openBatches)
  const entryBytes = await averageEntryBytes(service)
  const raw = await measureRawAppend(service, entryBytes)
  const stored = (await sizeOf(join(service.data, 'log'))) + (await sizeOf(join(service.data, 'index')))
  const all = await recordsIn(service)
  const sealed = await measure(service, service.batches)
  const single = await measureSingles(service)
  return [
    figure('ingest', open.rate, 'records/s', raw),
    figure('ingest.hashing', open.rate, 'records/s', measureBareHashing(entryBytes)),
    figure('ingest.cpu', open.cpu, 'µs/record'),
    figure('ingest.longestStall', open.stall, 'ms'),
    figure('ingest.bytes', stored / all, 'bytes/record', entryBytes),
    figure('ingest.sealed', sealed.rate, 'records/s', raw),
    figure('ingest.sealed.cpu', sealed.cpu, 'µs/record'),
    figure('ingest.single', single.rate, 'requests/s', single.bare),
    figure('ingest.single.dry', single.dry, 'requests/s', single.bare),
    figure('ingest.resident', (await service.peakMemory()) / 2 ** 20, 'MB'),
  ]
}

async function measure(
  service: MeasuredService,
  batches: readonly Buffer[],
): Promise<{ readonly rate: number; readonly cpu: number; readonly stall: number }> {
  await sendUntil(service, batches, records => records >= 100_000) // past the first compilation of everything
  const before = await service.cpuSeconds()
  const { records, seconds, stall } = await sendUntil(service, batches, (_, elapsed) => elapsed >= SECONDS)
  const cpu = (await service.cpuSeconds()) - before
  return { rate: records / seconds, cpu: (cpu / records) * 1e6, stall }
}

interface SingleRates {
  /** Durable before its answer. */
  readonly rate: number
  /** Admitted, read, checked and hashed, and not stored. */
  readonly dry: number
  /** Of a server that does nothing but HTTP. */
  readonly bare: number
}

/** One record a request, from many clients at once. */
async function measureSingles(service: MeasuredService): Promise<SingleRates> {
  const lines = service.openBatches.slice(0, 10).flatMap(batch =>
    batch
      .toString()
      .trimEnd()
      .split('\n')
      .map(line => Buffer.from(`${line}\n`)),
  )
  await sendSingles(service, lines, SINGLES_WARM_SECONDS)
  const most = Math.min(SECONDS, 10)
  const { records, seconds, answerBytes } = await sendSingles(service, lines, most)
  const dry = await sendSingles(service, lines, most / 2, '?dryRun=true')
  const bare = await sendBareSingles(service, lines, most / 2, answerBytes)
  return { rate: records / seconds, dry: dry.records / dry.seconds, bare: bare.records / bare.seconds }
}

/** What the disk does with the same bytes: one write and one fdatasync a batch. */
async function measureRawAppend({ data }: MeasuredService, entryBytes: number): Promise<number> {
  await using file = await open(join(data, 'raw'), 'w')
  const batch = Buffer.alloc(Math.round(entryBytes * BATCH_LINES), 'x')
  const started = performance.now()
  let batches = 0
  while (performance.now() - started < 3_000) {
    await file.write(batch)
    await file.datasync()
    batches++
  }
  return (batches * BATCH_LINES) / ((performance.now() - started) / 1000)
}

/** What the processor does if a record costs its leaf hash and nothing else. */
function measureBareHashing(entryBytes: number): number {
  const entry = Buffer.alloc(Math.round(entryBytes), 'x')
  const count = 300_000
  const started = performance.now()
  for (let k = 0; k < count; k++) hashLeaf(entry)
  return count / ((performance.now() - started) / 1000)
}

async function averageEntryBytes(service: MeasuredService): Promise<number> {
  const log = join(service.data, 'log')
  const sizes = await Promise.all((await readdir(log)).map(name => sizeOf(join(log, name, 'entries')).catch(() => 0)))
  return sizes.reduce((sum, size) => sum + size, 0) / (await recordsIn(service)) - 2
}

async function recordsIn({ url }: MeasuredService): Promise<number> {
  return ((await (await fetch(`${url}/v1/status`)).json()) as { records: number }).records
}
