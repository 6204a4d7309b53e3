// The log as it grows, through HTTP: is it as fast at the end as at the beginning, does it ever stall, does its memory or
// its disk grow beyond their bounds, is it still quick to answer while lines come in, and to start?
// `SUYUAN_BENCH_MILLIONS=50 npm run bench -- growth` for the long way (some ten minutes); 3 by default.

import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Figure, figure } from './figure.ts'
import { moveDays, type Sent, sendLoad, sendUntil } from './load.ts'
import { quantile } from './quantile.ts'
import { type MeasuredService, startService } from './service.ts'

const MILLION = 1_000_000
const MILLIONS = Number(process.env['SUYUAN_BENCH_MILLIONS'] ?? 3)
/** So much is one day of the log. */
const RECORDS_PER_DAY = 300_000
const FIRST_DAY = Date.UTC(2025, 5, 1) / 86_400_000
const QUERIES = 200
const TOTALS = 30

export async function measureGrowth(): Promise<Figure[]> {
  await using service = await startService()
  const growing = grow(service)
  await growing.to(0.2 * MILLION) // past the first compilation of everything
  const first = await growing.to(1.2 * MILLION)
  const between = await growing.to(Math.max(1.2, MILLIONS - 1) * MILLION)
  const last = await growing.to(Math.max(2.2, MILLIONS) * MILLION)
  const [firstRate, lastRate] = [first.records / first.seconds, last.records / last.seconds]
  const disk = await measureDisk(service)
  const beside = await measureBeside(service, lastRate / 2)
  const memory = await service.peakMemory()
  const clean = await service.restart('SIGTERM')
  await sendUntil(service, service.openBatches, (_, seconds) => seconds >= 2)
  const killed = await service.restart('SIGKILL')
  return [
    figure('growth.records', growing.records(), 'records'),
    figure('growth.rate', lastRate, 'records/s', firstRate),
    figure('growth.longestStall', Math.max(first.stall, between.stall, last.stall), 'ms'),
    figure('growth.resident', memory / 2 ** 20, 'MB'),
    ...disk,
    ...beside,
    figure('growth.start', clean, 'ms'),
    figure('growth.startAfterKill', killed, 'ms'),
  ]
}

interface Growing {
  /** Sends until the log has so many records. */
  to(records: number): Promise<Sent>
  records(): number
}

function grow(service: MeasuredService): Growing {
  const batches = service.openBatches
  const move = moveDays(batches)
  let all = 0
  return {
    records: () => all,
    async to(records) {
      let [sent, seconds, stall] = [0, 0, 0]
      while (all < records) {
        move(FIRST_DAY + Math.floor(all / RECORDS_PER_DAY))
        const most = Math.min(records - all, RECORDS_PER_DAY)
        const part = await sendLoad(service, { batches, enough: accepted => accepted >= most })
        all += part.records
        sent += part.records
        seconds += part.seconds
        stall = Math.max(stall, part.stall)
      }
      return { records: sent, seconds, stall }
    },
  }
}

/** Questions one after the other, while lines come in at a pace. */
async function measureBeside(service: MeasuredService, pace: number): Promise<Figure[]> {
  let asking = true
  const load = sendLoad(service, { batches: service.openBatches, pace, enough: () => !asking })
  await new Promise(resolve => setTimeout(resolve, 1_000))
  const codes = service.city.plan.resources.filter(({ shareType }) => shareType !== 'withheld').map(({ code }) => code)
  const resourceOf = (k: number): string => encodeURIComponent(codes[(k * 37) % codes.length]!)
  const page = await timeOf(service, QUERIES, k => `/v1/usage?resource=${resourceOf(k)}&totals=false&proof=true`)
  const dayOf = (k: number): string => new Date((FIRST_DAY + k) * 86_400_000).toISOString().slice(0, 10)
  const days = Math.max(1, Math.floor((MILLIONS * MILLION) / RECORDS_PER_DAY) - 1)
  const totals = await timeOf(service, TOTALS, k => {
    const day = dayOf((k * 7) % days)
    return `/v1/usage?from=${day}T00:00:00Z&to=${day}T23:59:59Z&limit=1`
  })
  asking = false
  const { records, seconds } = await load
  return [
    figure('growth.paced', records / seconds, 'records/s', pace),
    figure('growth.pageWithProof.p50', quantile(page, 0.5), 'ms'),
    figure('growth.pageWithProof.p99', quantile(page, 0.99), 'ms'),
    figure('growth.totalsOfADay.p50', quantile(totals, 0.5), 'ms'),
    figure('growth.totalsOfADay.p99', quantile(totals, 0.99), 'ms'),
  ]
}

async function timeOf({ url, token }: MeasuredService, count: number, path: (k: number) => string): Promise<number[]> {
  const times: number[] = []
  for (let k = -5; k < count; k++) {
    const started = performance.now()
    const response = await fetch(`${url}${path(Math.max(0, k))}`, { headers: { authorization: `Bearer ${token}` } })
    const answer = await response.text()
    if (!response.ok) throw new Error(`${path(k)} answered ${response.status}: ${answer.slice(0, 400)}`)
    if (k >= 0) times.push(performance.now() - started)
  }
  return times.toSorted((a, b) => a - b)
}

/** Bytes on the disk for each byte of entries: the log with all its indexes and tiles. */
async function measureDisk({ data }: MeasuredService): Promise<Figure[]> {
  let all = 0
  let entries = 0
  for (const folder of ['log', 'index']) {
    for (const item of await readdir(join(data, folder), { recursive: true, withFileTypes: true })) {
      if (!item.isFile()) continue
      const bytes = await stat(join(item.parentPath, item.name)).then(
        ({ size }) => size,
        () => 0, // LevelDB removes files of its own
      )
      all += bytes
      if (item.name === 'entries') entries += bytes
    }
  }
  return [figure('growth.disk', all / entries, 'bytes/byte')]
}
