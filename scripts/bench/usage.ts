// The question, asked of a million records: the last hundred accesses of a resource, and the totals over all of them.

import { type Figure, figure } from './figure.ts'
import { sendUntil } from './load.ts'
import { quantile } from './quantile.ts'
import { type MeasuredService, startService } from './service.ts'

const RECORDS = Number(process.env['SUYUAN_BENCH_RECORDS'] ?? 1_000_000)
const QUERIES = 200

export async function measureUsage(): Promise<Figure[]> {
  await using service = await startService()
  await sendUntil(service, service.batches, records => records >= RECORDS)
  await new Promise(resolve => setTimeout(resolve, 3_000)) // until all of them are in a checkpoint
  const codes = service.city.plan.resources.filter(({ shareType }) => shareType !== 'withheld').map(({ code }) => code)
  const resourceOf = (k: number): string => encodeURIComponent(codes[(k * 37) % codes.length]!)
  const rows = await time(service, QUERIES, k => `/v1/usage?resource=${resourceOf(k)}&totals=false`)
  const totals = await time(service, 40, k => `/v1/usage?resource=${resourceOf(k)}&limit=1`)
  const bare = await time(service, QUERIES, () => '/healthz')
  return [
    figure('usage.p50', quantile(rows, 0.5), 'ms', quantile(bare, 0.5)),
    figure('usage.p99', quantile(rows, 0.99), 'ms', quantile(bare, 0.99)),
    figure('usage.totals.p50', quantile(totals, 0.5), 'ms', quantile(bare, 0.5)),
    figure('usage.totals.p99', quantile(totals, 0.99), 'ms', quantile(bare, 0.99)),
  ]
}

/** Milliseconds of each request, one after the other, after a few that are not counted. */
async function time({ url, token }: MeasuredService, count: number, path: (k: number) => string): Promise<number[]> {
  const times: number[] = []
  for (let k = -5; k < count; k++) {
    const started = performance.now()
    const response = await fetch(`${url}${path(Math.max(0, k))}`, { headers: { authorization: `Bearer ${token}` } })
    await response.arrayBuffer()
    if (!response.ok) throw new Error(`${path(k)} answered ${response.status}`)
    if (k >= 0) times.push(performance.now() - started)
  }
  return times.toSorted((a, b) => a - b)
}
