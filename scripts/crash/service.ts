// One life of the real service: `src/main.js` in a process of its own, with the preload module between it and its disk.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { PLAN_VARIABLE, type Plan } from './plan.ts'

const ROOT = join(import.meta.dirname, '../..')
const PRELOAD = join(import.meta.dirname, 'preload.ts')
/** Far more than any start needs on a busy machine. */
const PATIENCE_MS = 300_000

export interface LifeOptions {
  readonly data: string
  readonly port: number
  readonly chainPort: number
  /** A chain that goes on by itself; without it the service starts its own. */
  readonly rpcUrl?: string
  readonly plan: Plan
  /** No file may grow larger, in kB (RLIMIT_FSIZE). */
  readonly fileLimit?: number
}

export interface Death {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface Life {
  readonly url: string
  readonly output: () => string
  readonly isOver: () => boolean
  /** Resolves when the process is gone. */
  readonly death: Promise<Death>
  signal(signal: NodeJS.Signals): void
  /** Sends SIGKILL, and waits. */
  kill(): Promise<void>
  /** Resolves when it answers, or is gone; throws when neither comes about. */
  begun(): Promise<'ready' | 'over'>
}

/** Nothing of a run that is broken off may stay behind. */
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

export function live({ data, port, chainPort, rpcUrl, plan, fileLimit }: LifeOptions): Life {
  const command = [process.execPath, '--import', PRELOAD, join(ROOT, 'src/main.js')]
  const limited =
    fileLimit === undefined ? command : ['bash', '-c', `ulimit -f ${fileLimit}; exec "$@"`, 'bash', ...command]
  const child = spawn(limited[0]!, limited.slice(1), {
    cwd: ROOT,
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? join(ROOT, 'node_modules/.cache/compile'),
      SUYUAN_DATA: data,
      SUYUAN_PORT: String(port),
      SUYUAN_CHAIN_PORT: String(chainPort),
      SUYUAN_ANCHOR_SECONDS: '1',
      SUYUAN_FINALITY: '1',
      ...(rpcUrl === undefined ? {} : { SUYUAN_RPC_URL: rpcUrl }),
      [PLAN_VARIABLE]: JSON.stringify(plan),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', line => (output += `${line}\n`))
  let over = false
  running.add(child)
  const death = once(child, 'close').then(() => {
    over = true
    running.delete(child)
    return { code: child.exitCode, signal: child.signalCode }
  })
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    output: () => output,
    isOver: () => over,
    death,
    signal: signal => void child.kill(signal),
    async kill() {
      child.kill('SIGKILL')
      await death
    },
    async begun() {
      const deadline = performance.now() + PATIENCE_MS
      while (performance.now() < deadline) {
        if (over) return 'over'
        const answers = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(5_000) }).then(
          response => response.ok,
          () => false,
        )
        if (answers) return 'ready'
        await sleep(25)
      }
      throw new Error(`the service neither answers nor ends:\n${output}`)
    },
  }
}

/** Runs `suyuan …`; throws when it fails. */
export async function suyuan(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [join(ROOT, 'src/cli/main.ts'), ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  child.stderr.on('data', (part: Buffer) => (errors += part.toString()))
  await once(child, 'close')
  if (child.exitCode !== 0) throw new Error(`suyuan ${args.join(' ')}: ${errors}`)
}
