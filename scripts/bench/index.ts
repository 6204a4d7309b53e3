// What the index of complete answers costs: the log of a running service is filled as `ingest` does it, and then taken into
// the index, whole, by a process that does nothing else. Processor time is compared with that of ingest in the same run.
// `SUYUAN_BENCH_SECONDS=60 npm run bench -- index`.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { STRETCH_LEAVES } from '../../src/completeness/columns.ts'
import { KeptIndex } from '../../src/completeness/kept-index.ts'
import { LevelDisk } from '../../src/completeness/level-disk.ts'
import { Nodes } from '../../src/completeness/nodes.ts'
import { growTo } from '../../src/completeness/stretches.ts'
import { openEmbeddedStore } from '../../src/store/embedded.ts'
import { type Figure, figure } from './figure.ts'
import { sendUntil } from './load.ts'
import { startService } from './service.ts'
import { sizeOf } from './size-of.ts'

const SECONDS = Number(process.env['SUYUAN_BENCH_SECONDS'] ?? 15)
/** Code is compiled while these are taken in. */
const WARM_LEAVES = 2 * STRETCH_LEAVES

export async function measureIndex(): Promise<Figure[]> {
  const directory = await mkdtemp(join(tmpdir(), 'suyuan-bench-'))
  await using service = await startService()
  try {
    await sendUntil(service, service.openBatches, records => records >= 100_000)
    const before = await service.cpuSeconds()
    const { records } = await sendUntil(service, service.openBatches, (_, elapsed) => elapsed >= SECONDS)
    const ingest = ((await service.cpuSeconds()) - before) / records
    await service.stop()

    await using store = await openEmbeddedStore({ dir: service.data })
    await using disk = await LevelDisk.open(directory)
    const kept = KeptIndex.open(new Nodes(disk))
    const { size } = store.head
    const from = Math.min(WARM_LEAVES, size - 1)
    /** An epoch a segment, of which the newest two are kept. */
    const grow = async (first: number, end: number): Promise<void> => {
      for (let at = first; at < end; at += STRETCH_LEAVES) {
        await growTo(kept, store, Math.min(at + STRETCH_LEAVES, end))
        await kept.pin()
        await kept.release(at)
      }
    }
    await grow(0, from)
    const [used, started] = [process.cpuUsage(), performance.now()]
    await grow(from, size)
    const seconds = (performance.now() - started) / 1000
    const { user, system } = process.cpuUsage(used)
    return [
      figure('index.records', size, 'records'),
      figure('index.cpu', (user + system) / (size - from), 'µs/record', ingest * 1e6),
      figure('index.rate', (size - from) / seconds, 'records/s'),
      figure('index.bytes', (await sizeOf(directory)) / size, 'bytes/record'),
      figure('index.resident', process.memoryUsage.rss() / 2 ** 20, 'MB'),
    ]
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
