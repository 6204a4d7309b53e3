// The embedded chain, seen from the service: a real EVM node in a process of its own, with its blocks in a journal under
// the data directory. See docs/embedded-chain.md. What the chain holds is the caller's business, and so is noticing that
// it was rolled back or replaced: compare `genesisHash` and the last block seen with what was recorded.

import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { LedgerError } from '../core/error.ts'
import type { Head } from './node/engine.ts'
import { type FromNode, restoreFailure, type StartNode } from './node/messages.ts'
import { DEFAULT_CHAIN_ID } from './node/options.ts'

/** Where the node's news go; a pino logger fits. */
export interface ChainLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface EmbeddedChainOptions {
  /** Directory of this chain alone; made when absent. */
  readonly dir: string
  /** Default 0: any free port. */
  readonly port?: number
  readonly chainId?: number
  /** How far the chain's clock runs ahead of this machine's, in milliseconds: for a day that is played again. */
  readonly clockOffset?: number
  readonly log: ChainLog
  /** What `launchNode` gave; a process is launched if none is given. */
  readonly launched?: LaunchedNode
}

/** How the node's process ended. `error` says why when it was not asked to. */
export interface ChainExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly error: LedgerError | undefined
}

export interface EmbeddedChain {
  /** JSON-RPC, e.g. `http://127.0.0.1:38545`. */
  readonly url: string
  readonly chainId: number
  readonly genesisHash: string
  /** Newest block after the start. */
  readonly head: Head
  readonly pid: number
  /** Resolves when the process has ended, for whatever reason. Never rejects. */
  readonly exited: Promise<ChainExit>
  /** Sets how far the chain's clock runs ahead from now on; a block is never earlier than its parent all the same. */
  setClockOffset(milliseconds: number): void
  /** Ends the process after what it has been asked is answered; kills it when that takes over 10 seconds. */
  close(): Promise<void>
}

const CLOSE_PATIENCE = 10_000

/** What the node's process may see of our environment: nothing secret is in it, and nothing it does not need. */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'LANG', 'TZ', 'NODE_COMPILE_CACHE'] as const

/** A node's process that has not been told yet which chain it is. */
export interface LaunchedNode {
  readonly child: ChildProcess
  readonly chainId: number
  /** Resolves when the process has ended, for whatever reason. Never rejects. */
  readonly exited: Promise<ChainExit>
  /** From now on its end is no surprise. */
  readonly expectEnd: () => void
}

/**
 * Launches a node's process, which loads its engine and touches no file yet: whoever knows that a chain will be wanted saves
 * half a second. It ends with this process.
 */
export function launchNode(chainId = DEFAULT_CHAIN_ID): LaunchedNode {
  const child = fork(join(import.meta.dirname, 'node', 'main.ts'), [String(chainId)], {
    env: nodeEnvironment(),
    // Not ours: an --inspect or a loader of the parent's would be a door, or a second listener on one port.
    execArgv: [],
    // Standard output is dropped: the engine prints there what contracts "log" to the console's address, and with an
    // eth_call anyone could write into our log.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let isExpected = false
  return {
    child,
    chainId,
    exited: watchExit(child, () => isExpected),
    expectEnd: () => {
      isExpected = true
    },
  }
}

/**
 * Starts the chain in `dir` and resolves when it answers, which takes as long as its replay.
 * @throws LedgerError `chain_dir_locked`, `chain_dir_unwritable`, `chain_journal_damaged`, `chain_journal_version`,
 *   `chain_journal_foreign`, `chain_journal_write_failed`, `chain_replay_mismatch`, `chain_port_taken`, `chain_node_failed`
 */
export async function startEmbeddedChain(options: EmbeddedChainOptions): Promise<EmbeddedChain> {
  const { dir, port = 0, clockOffset: offset = 0, log, launched = launchNode(options.chainId) } = options
  const { child, chainId, exited, expectEnd } = launched
  logOutput(child, log)
  const start: StartNode = { type: 'start', dir, port, offset }
  child.send(start, () => {}) // a process that did not start, or ended, says so by `exited`
  const ready = await untilReady(child, exited, log)
  const { genesisHash, head, replayed, torn } = ready
  if (torn !== null)
    log.warn({ ...torn }, 'chain: removed the end of a record that a crash had cut off; it was not acknowledged')
  log.info({ port: ready.port, chainId, head, ...replayed }, 'chain: ready')
  return {
    url: `http://127.0.0.1:${ready.port}`,
    chainId,
    genesisHash,
    head,
    pid: child.pid ?? 0,
    exited,
    setClockOffset(offset) {
      if (child.connected) child.send({ type: 'clock', offset })
    },
    async close() {
      expectEnd()
      if (child.connected) child.send({ type: 'close' })
      const timer = setTimeout(() => child.kill('SIGKILL'), CLOSE_PATIENCE)
      await exited
      clearTimeout(timer)
    },
  }
}

type Ready = Extract<FromNode, { type: 'ready' }>

async function untilReady(child: ChildProcess, exited: Promise<ChainExit>, log: ChainLog): Promise<Ready> {
  const { promise, resolve } = Promise.withResolvers<Ready>()
  child.on('message', (message: FromNode) => {
    if (message.type === 'ready') resolve(message)
    if (message.type === 'progress') log.info({ ...message.progress }, 'chain: replaying')
  })
  const ended = exited.then(({ error }) => {
    throw (
      error ??
      new LedgerError('chain_node_failed', {
        en: 'The chain was closed before it was ready.',
        zh: '链尚未就绪就被关闭。',
      })
    )
  })
  return Promise.race([promise, ended])
}

async function watchExit(child: ChildProcess, asked: () => boolean): Promise<ChainExit> {
  const { promise, resolve } = Promise.withResolvers<ChainExit>()
  let failure: LedgerError | undefined
  child.on('message', (message: FromNode) => {
    if (message.type === 'failed') failure = restoreFailure(message.failure)
  })
  child.once('error', cause => {
    // Not started at all: there will be no 'exit'.
    if (child.pid === undefined) {
      const message = {
        en: `The chain's process could not be started: ${cause.message}.`,
        zh: `无法启动链的进程：${cause.message}。`,
      }
      resolve({ code: null, signal: null, error: new LedgerError('chain_node_failed', message, { cause }) })
    }
  })
  child.once('exit', (code, signal) => {
    const error = failure ?? (asked() ? undefined : unexpectedExit(code, signal))
    resolve({ code, signal, error })
  })
  return promise
}

function unexpectedExit(code: number | null, signal: NodeJS.Signals | null): LedgerError {
  const how =
    signal === null
      ? { en: `with exit code ${code}`, zh: `退出码 ${code}` }
      : { en: `by ${signal}`, zh: `信号 ${signal}` }
  const message = {
    en: `The chain's process ended ${how.en}. Start it again: every acknowledged block is in its journal.`,
    zh: `链的进程已结束（${how.zh}）。请重新启动：所有已确认的区块都在其日志中。`,
  }
  return new LedgerError('chain_node_failed', message, { retryable: true })
}

function nodeEnvironment(): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { HARDHAT_DISABLE_TELEMETRY: 'true' }
  for (const name of PASSED_ON) {
    const value = process.env[name]
    if (value !== undefined) environment[name] = value
  }
  return environment
}

/** Whatever the process says on its standard error is news: a healthy one is silent. */
function logOutput(child: ChildProcess, log: ChainLog): void {
  if (child.stderr === null) return
  createInterface(child.stderr).on('line', line => log.error({ line }, 'chain: the process reports an error'))
}
