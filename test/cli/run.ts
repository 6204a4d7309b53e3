// The command line as people run it: a process of its own, against a real service in this one.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type Ledger, type LedgerOptions, openLedger } from '../http/fixture.ts'

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts')

export interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface Service extends AsyncDisposable {
  readonly ledger: Ledger
  readonly url: string
  /** For files of one test. */
  readonly dir: string
  file(name: string, content: string | Uint8Array): Promise<string>
  /** Starts a command with the service's address and token. */
  start(args: readonly string[], options?: RunOptions): Running
  run(args: readonly string[], options?: RunOptions): Promise<Ran>
}

export interface RunOptions {
  readonly input?: string | Uint8Array
  /** False where the test itself reads what is printed; then `ended` never comes. */
  readonly keepOutput?: boolean
  /** A file that takes what is printed; then `out` is empty. */
  readonly into?: string
  readonly env?: Readonly<Record<string, string | undefined>>
}

export interface Running {
  readonly child: ChildProcessWithoutNullStreams
  readonly ended: Promise<Ran>
}

export async function startService(options: LedgerOptions = {}): Promise<Service> {
  const ledger = await openLedger(options)
  await ledger.app.listen({ host: '127.0.0.1', port: 0 })
  const url = `http://127.0.0.1:${(ledger.app.server.address() as AddressInfo).port}`
  const dir = await mkdtemp(join(tmpdir(), 'suyuan-cli-'))
  const start: Service['start'] = (args, options) =>
    startCli(args, { ...options, env: { SUYUAN_URL: url, SUYUAN_TOKEN: ledger.token, ...options?.env } })
  return {
    ledger,
    url,
    dir,
    async file(name, content) {
      const path = join(dir, name)
      await writeFile(path, content)
      return path
    },
    start,
    run: (args, options) => start(args, options).ended,
    async [Symbol.asyncDispose]() {
      await ledger[Symbol.asyncDispose]()
      await rm(dir, { recursive: true })
    },
  }
}

/** Starts a command in an environment of its own: only what the test gives it, and the way to node. */
export function startCli(
  args: readonly string[],
  { input, env = {}, keepOutput = true, into }: RunOptions = {},
): Running {
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env
  const command = [process.execPath, MAIN, ...args]
  const [program, ...given] = into === undefined ? command : ['/bin/sh', '-c', `exec "$@" > ${into}`, 'sh', ...command]
  const child = spawn(program!, given, { env: { PATH, HOME, NODE_COMPILE_CACHE, LANG: 'C.UTF-8', ...env } })
  child.stdin.on('error', () => {}) // a command that does not read its input may end first
  child.stdin.end(input ?? '')
  if (!keepOutput) return { child, ended: Promise.withResolvers<Ran>().promise }
  const closed = new Promise<number | null>(resolve => child.once('close', resolve))
  const ended = Promise.all([closed, text(child.stdout), text(child.stderr)])
  return { child, ended: ended.then(([code, out, err]) => ({ code, out, err })) }
}

export const runCli = (args: readonly string[], options?: RunOptions): Promise<Ran> => startCli(args, options).ended
