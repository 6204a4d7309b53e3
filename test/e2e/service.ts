// The real service in a process of its own, as an operator runs it, and a small city on its chain.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const ROOT = join(import.meta.dirname, '../..')

export interface RunningService {
  readonly url: string
  readonly chainUrl: string
  /** What it said on stdout and stderr so far. */
  readonly output: () => string
  /** `kill -9`, and waits until it is gone. */
  kill(): Promise<void>
  /** SIGTERM, and waits; the exit code. */
  stop(): Promise<number | null>
}

export interface ServicePorts {
  readonly http: number
  readonly chain: number
}

export async function freePorts(): Promise<ServicePorts> {
  return { http: await freePort(), chain: await freePort() }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** Starts `src/main.js`; resolves when it is ready, rejects with its output when it ends before. */
export async function startService(
  data: string,
  ports: ServicePorts,
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningService> {
  const child = spawn(process.execPath, [join(ROOT, 'src/main.js')], {
    cwd: ROOT,
    env: {
      ...process.env,
      SUYUAN_DATA: data,
      SUYUAN_PORT: String(ports.http),
      SUYUAN_CHAIN_PORT: String(ports.chain),
      SUYUAN_ANCHOR_SECONDS: '1',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', line => (output += `${line}\n`))
  const url = `http://127.0.0.1:${ports.http}`
  const service: RunningService = {
    url,
    chainUrl: `http://127.0.0.1:${ports.chain}`,
    output: () => output,
    async kill() {
      child.kill('SIGKILL')
      await ended(child)
    },
    async stop() {
      child.kill('SIGTERM')
      await ended(child)
      return child.exitCode
    },
  }
  await untilReady(url, child, service.output)
  return service
}

async function untilReady(url: string, child: ChildProcess, output: () => string): Promise<void> {
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) {
      await new Promise(resolve => setTimeout(resolve, 50)) // its last words
      throw new Error(output())
    }
    const answers = await fetch(`${url}/healthz`).then(
      response => response.ok,
      () => false,
    )
    if (answers) return
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

/** Runs `suyuan …` to its end. */
export async function suyuan(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [join(ROOT, 'src/cli/main.ts'), ...args], {
    cwd: ROOT,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (part: Buffer) => (stdout += part.toString()))
  child.stderr.on('data', (part: Buffer) => (stderr += part.toString()))
  await once(child, 'close')
  return { status: child.exitCode, stdout, stderr }
}

/** The token that the first start shows. */
export function shownToken({ output }: RunningService): string {
  const token = /suyuan_[\w-]{43}/.exec(output())?.[0]
  if (token === undefined) throw new Error('no token was shown')
  return token
}
