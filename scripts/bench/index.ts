// What the index of complete answers adds to ingest: two services side by side, one whose log is covered and anchored as usual
// and one that never anchors, so that its index never follows; both are filled in turns, as `ingest` does it. Of the first
// all is counted until the index has everything, and of the second as long: a service at rest takes some time too.
// `SUYUAN_BENCH_SECONDS=60 npm run bench -- index`.

import { join } from 'node:path'
import { POSTINGS_FOLDER } from '../../src/completeness/open-kept.ts'
import { type Figure, figure } from './figure.ts'
import { sendUntil } from './load.ts'
import { type MeasuredService, startService } from './service.ts'
import { sizeOf } from './size-of.ts'

const SECONDS = Number(process.env['SUYUAN_BENCH_SECONDS'] ?? 15)
/** Machines are not as quick from one minute to the next: each service has every other turn. */
const TURNS = 4
/** As a service anchors unless told otherwise; and never. */
const USUAL = { SUYUAN_ANCHOR_SECONDS: '10' }
const NEVER = { SUYUAN_ANCHOR_SECONDS: '86400', SUYUAN_ANCHOR_RECORDS: '1000000000' }

interface Total {
  records: number
  cpu: number
  seconds: number
}

export async function measureIndex(): Promise<Figure[]> {
  await using indexed = await startService(USUAL)
  await using bare = await startService(NEVER)
  const totals = new Map<MeasuredService, Total>()
  for (const service of [indexed, bare]) {
    totals.set(service, { records: 0, cpu: 0, seconds: 0 })
    await sendUntil(service, service.openBatches, records => records >= 2_000_000) // until its threads are compiled
    await untilCovered(indexed)
  }
  for (let turn = 0; turn < TURNS; turn++) {
    let questions = 0
    for (const [service, total] of totals) {
      const before = await service.cpuSeconds()
      const { records, seconds } = await sendUntil(
        service,
        service.openBatches,
        (_, elapsed) => elapsed >= SECONDS / TURNS,
      )
      if (service === indexed) questions = await untilCovered(service)
      else await ask(service, questions)
      total.records += records
      total.seconds += seconds
      total.cpu += (await service.cpuSeconds()) - before
    }
  }
  const [withIndex, without] = [...totals.values()] as [Total, Total]
  const cpuOf = ({ cpu, records }: Total): number => (cpu / records) * 1e6
  const { records: size } = await statusOf(indexed)
  return [
    figure('index.added', cpuOf(withIndex) / cpuOf(without) - 1, 'of ingest without'),
    figure('index.cpu', cpuOf(withIndex), 'µs/record', cpuOf(without)),
    figure('index.rate', withIndex.records / withIndex.seconds, 'records/s', without.records / without.seconds),
    figure('index.bytes', (await sizeOf(join(indexed.data, POSTINGS_FOLDER))) / size, 'bytes/record'),
    figure('index.resident', (await indexed.peakMemory()) / 2 ** 20, 'MB', (await bare.peakMemory()) / 2 ** 20),
  ]
}

interface Status {
  readonly records: number
  readonly anchored: { readonly size: number } | null
}

async function statusOf({ url }: MeasuredService): Promise<Status> {
  return (await (await fetch(`${url}/v1/status`)).json()) as Status
}

/** What is anchored was covered before. Resolves to how often that was asked. */
async function untilCovered(service: MeasuredService): Promise<number> {
  for (let questions = 1; ; questions++) {
    const { records, anchored } = await ask(service, 1)
    if (anchored?.size === records) return questions
  }
}

/** Asks a service so often how it is, the last time's answer. */
async function ask(service: MeasuredService, questions: number): Promise<Status> {
  for (let k = 1; ; k++) {
    await new Promise(resolve => setTimeout(resolve, 500)) // each question costs the service what some hundred records do
    const status = await statusOf(service)
    if (k >= questions) return status
  }
}
