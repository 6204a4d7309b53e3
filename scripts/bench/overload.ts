// More clients than the service can serve: four of them, one of which is greedy, and beside them somebody who asks. What
// counts is not the rate alone: it must not collapse, the greedy client must not get what is the others', questions must
// stay quick, and memory must stay what it was.

import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { openTokens } from '../../src/tokens.ts'
import { type Figure, figure } from './figure.ts'
import { sendUntil } from './load.ts'
import { type Senders, sendAll, type Tally } from './senders.ts'
import { type MeasuredService, startService } from './service.ts'

const CALM_SECONDS = 8
const SECONDS = 12
const POLITE = { name: 'polite', connections: 4 }
const OTHERS = [
  { name: 'greedy', connections: 900 },
  { name: 'second', connections: 16 },
  { name: 'third', connections: 16 },
]
/** Somebody who looks at a page several times a second. */
const ASK_EVERY_MS = 50

export async function measureOverload(): Promise<Figure[]> {
  await using service = await startService()
  await sendUntil(service, service.openBatches, records => records >= 200_000)
  const before = await service.cpuSeconds()
  const calm = await sendUntil(service, service.openBatches, (_, seconds) => seconds >= CALM_SECONDS)
  const calmCpu = (await service.cpuSeconds()) - before
  const calmMemory = await service.peakMemory()
  const quiet = await askWhile(service, wait(2_000))
  const between = await service.cpuSeconds()
  const loading = load(service)
  const asked = await askWhile(service, loading)
  const tallies = await loading
  const cpu = (await service.cpuSeconds()) - between
  const rateOf = (name: string): number => tallies.find(tally => tally.name === name)!.records / SECONDS
  const sum = (read: (tally: Tally) => number): number => tallies.reduce((all, tally) => all + read(tally), 0)
  const rate = sum(({ records }) => records) / SECONDS
  const fair = rate / tallies.length
  return [
    figure('overload.rate', rate, 'records/s', calm.records / calm.seconds),
    figure('overload.cpu', (cpu / (rate * SECONDS)) * 1e6, 'µs/record', (calmCpu / calm.records) * 1e6),
    figure('overload.refused', sum(({ refused }) => refused) / sum(({ requests }) => requests), 'of requests'),
    figure(
      'overload.broken',
      sum(({ broken }) => broken),
      'requests',
    ),
    figure('overload.polite', rateOf(POLITE.name), 'records/s', fair),
    figure('overload.greedy', rateOf('greedy'), 'records/s', fair),
    figure('overload.page.quiet', percentile(quiet, 0.99), 'ms (p99)'),
    figure('overload.page.median', percentile(asked, 0.5), 'ms (p50)'),
    figure('overload.page', percentile(asked, 0.99), 'ms (p99)'),
    figure('overload.memory', (await service.peakMemory()) / 2 ** 20, 'MiB (peak)', calmMemory / 2 ** 20),
  ]
}

async function load({ url, data, openBatches: batches }: MeasuredService): Promise<readonly Tally[]> {
  const tokens = openTokens(join(data, 'keys'))
  const withToken = async ({ name, connections }: { name: string; connections: number }) => {
    return { name, connections, token: await tokens.create(['write'], name) }
  }
  const polite = await withToken(POLITE)
  const others = []
  for (const other of OTHERS) others.push(await withToken(other))
  await wait(1_100) // until the service knows the tokens
  const workerData: Senders = { url, batches, clients: others, seconds: SECONDS }
  const worker = new Worker(join(import.meta.dirname, 'senders.ts'), { workerData })
  const [[theirs], own] = await Promise.all([
    once(worker, 'message') as Promise<[readonly Tally[]]>,
    sendAll({ url, batches, clients: [polite], seconds: SECONDS }),
  ])
  return [...own, ...theirs]
}

/** Asks for the last hundred accesses of a resource until `done`; how long each took, in milliseconds. */
async function askWhile({ url, token, city }: MeasuredService, done: Promise<unknown>): Promise<readonly number[]> {
  let over = false
  void done.finally(() => (over = true))
  const resources = city.plan.resources.map(({ code }) => code)
  const times: number[] = []
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  for (let k = 0; !over; k++) {
    const resource = encodeURIComponent(resources[k % resources.length]!)
    const started = performance.now()
    const status = await get(`${url}/v1/usage?limit=100&totals=false&resource=${resource}`, token, agent)
    if (status !== 200) throw new Error(`the question was answered with ${status}`)
    times.push(performance.now() - started)
    await wait(ASK_EVERY_MS)
  }
  agent.destroy()
  return times
}

async function get(url: string, token: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent, headers: { authorization: `Bearer ${token}` } }, response => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}

function percentile(times: readonly number[], part: number): number {
  return times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * part))] ?? Number.NaN
}
