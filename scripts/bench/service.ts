// A ledger to measure: the real service in a process of its own, on a fresh data directory, with a small city on its
// chain; the load comes from this process, on the same cores.

import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keccak256, toUtf8Bytes, Wallet } from 'ethers'
import packageJson from '../../package.json' with { type: 'json' }
import { createActs, createView } from '../../src/chain/acts.ts'
import type { ContractAddresses } from '../../src/chain/contracts.ts'
import { connectChain } from '../../src/chain/network.ts'
import { onboard } from '../../src/onboarding.ts'
import { openSecret } from '../../src/secrets.ts'
import { openTokens, SCOPES } from '../../src/tokens.ts'
import { type City, makeCity } from '../demo/city.ts'
import { freePort } from '../free-port.ts'

export interface MeasuredService extends AsyncDisposable {
  readonly url: string
  readonly token: string
  readonly data: string
  readonly chainUrl: string
  readonly city: City
  /** NDJSON batches of a thousand lines, all different: 37 of 100 name a person, in a sealed part. */
  readonly batches: readonly Buffer[]
  /** The same lines without sealed parts, as a platform writes them that makes pseudonyms itself. */
  readonly openBatches: readonly Buffer[]
  /** Seconds of processor time that the service has used since it was started. */
  cpuSeconds(): Promise<number>
  /** The most memory that was ever resident since then, bytes. */
  peakMemory(): Promise<number>
  /** Ends the service; its data stay until it is disposed of. */
  stop(): Promise<void>
  /** Ends the service and starts it again on the same data; milliseconds from the start of the process until it is ready. */
  restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<number>
}

export const BATCH_LINES = 1_000
const BATCHES = 100
const ROOT = join(import.meta.dirname, '../..')
/** As `npm start` starts it. */
const START = packageJson.scripts.start.split(' ')
const NODE = START.indexOf('node')
const SETTING = Object.fromEntries(START.slice(0, NODE).map(setting => setting.split('='))) as Record<string, string>
const MORE = process.env['SUYUAN_BENCH_NODE_OPTIONS']?.split(' ') ?? []

/** @param settings Variables of its environment, in place of those that all measurements have */
export async function startService(settings: Readonly<Record<string, string>> = {}): Promise<MeasuredService> {
  const data = await mkdtemp(join(tmpdir(), 'suyuan-bench-'))
  const [port, chainPort] = [await freePort(), await freePort()]
  const environment = {
    ...process.env,
    ...SETTING,
    SUYUAN_DATA: data,
    SUYUAN_PORT: String(port),
    SUYUAN_CHAIN_PORT: String(chainPort),
    SUYUAN_LOG_LEVEL: 'error',
    SUYUAN_ANCHOR_SECONDS: '2',
    ...settings,
  }
  const url = `http://127.0.0.1:${port}`
  const chainUrl = `http://127.0.0.1:${chainPort}`
  const launch = async (): Promise<ChildProcess> => {
    const launched = spawn(process.execPath, [...START.slice(NODE + 1, -1), ...MORE, START.at(-1)!], {
      cwd: ROOT,
      env: environment,
      stdio: ['ignore', process.env['SUYUAN_BENCH_OUT'] === undefined ? 'ignore' : 'inherit', 'inherit'],
    })
    await untilReady(url, launched)
    return launched
  }
  let child = await launch()
  const token = await openTokens(join(data, 'keys')).create(SCOPES, 'bench')
  const city = makeCity({ seed: 7, lines: BATCHES * BATCH_LINES })
  const grantIds = await register(city, data, url, chainUrl)
  const batches = makeBatches(city, grantIds)
  return {
    url,
    token,
    data,
    chainUrl,
    city,
    batches,
    openBatches: batches.map(withoutSealed),
    cpuSeconds: () => cpuSecondsOf(child.pid!),
    peakMemory: () => peakMemoryOf(child.pid!),
    stop: () => end(child, 'SIGTERM'),
    async restart(signal) {
      await end(child, signal)
      const began = performance.now()
      child = await launch()
      return performance.now() - began
    },
    async [Symbol.asyncDispose]() {
      await end(child, 'SIGTERM')
      await rm(data, { recursive: true, force: true })
    },
  }
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  child.kill(signal)
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

async function register(city: City, data: string, url: string, chainUrl: string): Promise<readonly number[]> {
  const chain = await connectChain({ url: chainUrl })
  const status = (await (await fetch(`${url}/v1/status`)).json()) as {
    chain: { contracts: ContractAddresses }
  }
  // The city's day is over; its requests must reach into the future all the same.
  const now = Math.floor(Date.now() / 1000)
  const asked = city.plan.requests.map(request => ({ ...request, from: now, until: now + 86_400 }))
  const { requests } = await onboard(
    { ...city.plan, requests: asked },
    {
      act: createActs(chain, status.chain.contracts),
      view: createView(chain, status.chain.contracts),
      registrar: new Wallet(`0x${(await openSecret(join(data, 'keys'), 'account.key')).toString('hex')}`),
      accountOf: code => new Wallet(keccak256(toUtf8Bytes(code))),
      officerOf: code => new Wallet(keccak256(toUtf8Bytes(`officer of ${code}`))),
      log: `0x${'0'.repeat(64)}`,
      now: () => Date.now(),
      digestText: text => keccak256(toUtf8Bytes(text)),
      known: { organisation: () => undefined, resource: () => undefined, grantsOfConsumer: () => [] },
    },
  )
  chain.close()
  // The service reads the chain by itself, a moment later.
  await new Promise(resolve => setTimeout(resolve, 1_500))
  return requests.map(id => id!)
}

function makeBatches(city: City, grantIds: readonly number[]): Buffer[] {
  const lines = Array.from({ length: 24 }, (_, hour) => city.lines(hour, grantIds)).flat()
  return Array.from({ length: Math.floor(lines.length / BATCH_LINES) }, (_, k) =>
    Buffer.from(`${lines.slice(k * BATCH_LINES, (k + 1) * BATCH_LINES).join('\n')}\n`),
  )
}

function withoutSealed(batch: Buffer): Buffer {
  const lines = batch.toString().trimEnd().split('\n')
  const open = lines.map(line => {
    const { sealed, ...rest } = JSON.parse(line) as { sealed?: { person?: string } }
    if (sealed === undefined) return line
    return JSON.stringify({
      ...rest,
      actor: createHash('md5')
        .update(sealed.person ?? '')
        .digest('hex'),
    })
  })
  return Buffer.from(`${open.join('\n')}\n`)
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the service ended with exit code ${child.exitCode}`)
    const ready = await fetch(`${url}/readyz`).then(
      response => response.ok,
      () => false,
    )
    if (ready) return
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

/** User and system time from /proc, in ticks of 10 ms; NaN where there is no /proc. */
async function cpuSecondsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** The high-water mark of resident memory, from /proc; NaN where there is no /proc. */
async function peakMemoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) * 1024
}
