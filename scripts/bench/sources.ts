// What a start costs with records that their source signed, beside the same without signatures: time until lines are taken,
// until what came of the sources is known (the first signed line waits for that), and memory; after `kill -9`, and after a
// clean stop. `SUYUAN_BENCH_MILLIONS=10 npm run bench -- sources`; 0.3 by default.

import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Figure, figure } from './figure.ts'
import { sizeOf } from './size-of.ts'

const RECORDS = Number(process.env['SUYUAN_BENCH_MILLIONS'] ?? 0.3) * 1_000_000
const PROCESS = new URL('sources-process.ts', import.meta.url).pathname
const run = promisify(execFile)

interface Started {
  readonly records: number
  readonly links: number
  /** Milliseconds: the store, the sources' keys, and the reading on. */
  readonly store: number
  readonly sources: number
  readonly read: number
  readonly resident: number
}

interface Measured {
  readonly killed: Started
  readonly clean: Started
  readonly bytes: number
}

export async function measureSources(): Promise<Figure[]> {
  const signed = await measure('signed')
  const unsigned = await measure('unsigned')
  if (signed.clean.links !== RECORDS) throw new Error(`${signed.clean.links} links of ${RECORDS} were found`)
  const figures = (['killed', 'clean'] as const).flatMap(stop => [
    figure(`sources.start.${stop}`, openOf(signed[stop]), 'ms', openOf(unsigned[stop])),
    figure(`sources.read.${stop}`, signed[stop].read, 'ms', unsigned[stop].read),
    figure(`sources.resident.${stop}`, signed[stop].resident / 2 ** 20, 'MB', unsigned[stop].resident / 2 ** 20),
  ])
  return [
    figure('sources.records', RECORDS, 'records'),
    ...figures,
    figure('sources.bytes', signed.bytes / RECORDS, 'bytes/record', unsigned.bytes / RECORDS),
  ]
}

async function measure(kind: 'signed' | 'unsigned'): Promise<Measured> {
  const dir = await mkdtemp(join(tmpdir(), `suyuan-bench-${kind}-`))
  try {
    const options = { maxBuffer: 1 << 20 }
    await run(process.execPath, [PROCESS, 'fill', dir, kind, String(RECORDS)], options).catch((error: unknown) => {
      if ((error as { readonly signal?: string }).signal !== 'SIGKILL') throw error
    })
    const start = async (): Promise<Started> => {
      const { stdout } = await run(process.execPath, [PROCESS, 'start', dir, kind], options)
      return JSON.parse(stdout) as Started
    }
    const killed = await start()
    const clean = await start()
    return { killed, clean, bytes: await sizeOf(dir) }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

function openOf({ store, sources }: Started): number {
  return store + sources
}
