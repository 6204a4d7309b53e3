// The embedded chain's figures: transactions a second with group commit, the same without journal and HTTP (the limit),
// replay, memory and journal bytes per transaction. Run alone: node scripts/bench/chain.ts

import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getBytes, Wallet } from 'ethers'
import { type EmbeddedChain, startEmbeddedChain } from '../../src/chain/embedded.ts'
import { startEngine } from '../../src/chain/node/engine.ts'
import { chainOptions, DEFAULT_CHAIN_ID } from '../../src/chain/node/options.ts'

export interface Figure {
  readonly figure: string
  readonly value: number
  readonly unit: string
  /** The same work in the same run without what we add to it, and how much of that is reached. */
  readonly limit?: number
  readonly ratio?: number
}

const SENDERS = 64
const PER_SENDER = 75
const GROUP = 250
const silent = { info() {}, warn() {}, error() {} }

/** Measures in about 20 s on two cores, load generator included. */
export async function measureChain(): Promise<Figure[]> {
  const directory = await mkdtemp(join(tmpdir(), 'embedded-chain-'))
  try {
    const sent = await signAll()
    const count = SENDERS * PER_SENDER
    const limit = count / (await mineAlone(sent))

    let chain = await startEmbeddedChain({ dir: directory, log: silent })
    // The first third also pays for heap and caches that do not grow further.
    const third = PER_SENDER / 3
    const warm = await sendAll(
      chain,
      sent.map(own => own.slice(0, third)),
    )
    const before = await residentBytes(chain)
    const rest = await sendAll(
      chain,
      sent.map(own => own.slice(third)),
    )
    const memory = (await residentBytes(chain)) - before
    const sealed = count / (warm + rest)
    await chain.close()
    const journal = (await stat(join(directory, 'journal'))).size

    const started = performance.now()
    chain = await startEmbeddedChain({ dir: directory, log: silent })
    const replayed = count / seconds(started)
    await chain.close()
    agent.destroy()

    return [
      {
        figure: 'chain sealed',
        value: round(sealed),
        unit: 'tx/s',
        limit: round(limit),
        ratio: round(sealed / limit, 2),
      },
      { figure: 'chain replayed', value: round(replayed), unit: 'tx/s' },
      ...(memory > 0 ? [{ figure: 'chain memory', value: round(memory / ((count * 2) / 3)), unit: 'bytes/tx' }] : []),
      { figure: 'chain journal', value: round(journal / count), unit: 'bytes/tx' },
    ]
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** Transactions with 200 bytes of data, signed beforehand: `sent[sender][nonce]`. */
async function signAll(): Promise<string[][]> {
  const sent: string[][] = []
  for (let sender = 1; sender <= SENDERS; sender++) {
    const wallet = new Wallet(`0x${sender.toString(16).padStart(64, '0')}`)
    const own: string[] = []
    for (let nonce = 0; nonce < PER_SENDER; nonce++) {
      const data = `0x${'ab'.repeat(200)}`
      const gas = { gasPrice: 0, gasLimit: 60_000 }
      own.push(
        await wallet.signTransaction({ type: 0, chainId: DEFAULT_CHAIN_ID, nonce, to: wallet.address, data, ...gas }),
      )
    }
    sent.push(own)
  }
  return sent
}

/** Seconds the engine alone needs for the same transactions in blocks of `GROUP`: the wall. */
async function mineAlone(sent: readonly string[][]): Promise<number> {
  const engine = await startEngine(chainOptions())
  const inOrder = Array.from({ length: PER_SENDER }, (_, nonce) => sent.map(own => getBytes(own[nonce] ?? '0x'))).flat()
  const started = performance.now()
  for (let at = 0; at < inOrder.length; at += GROUP) {
    for (const transaction of inOrder.slice(at, at + GROUP)) await engine.submit(transaction)
    await engine.mine(engine.genesis.timestamp + at)
  }
  const took = seconds(started)
  await engine.close()
  return took
}

/** Seconds until all are acknowledged, each sender sending one after another. */
async function sendAll(chain: EmbeddedChain, sent: readonly string[][]): Promise<number> {
  const started = performance.now()
  await Promise.all(
    sent.map(async own => {
      for (const raw of own) await send(chain, raw)
    }),
  )
  return seconds(started)
}

const agent = new Agent({ keepAlive: true, maxSockets: SENDERS })

/** A bare HTTP client: the load must cost as little as possible, since it runs on the same cores. */
function send(chain: EmbeddedChain, raw: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const headers = { 'content-type': 'application/json' }
  const outgoing = request(chain.url, { method: 'POST', agent, headers }, response => {
    let text = ''
    response.setEncoding('utf8')
    response.on('data', part => (text += part))
    response.on('end', () => (text.includes('"result":"0x') ? resolve() : reject(new Error(text))))
  })
  outgoing.on('error', reject)
  outgoing.end(`{"jsonrpc":"2.0","id":1,"method":"eth_sendRawTransaction","params":["${raw}"]}`)
  return promise
}

/** Resident memory of the node's process; NaN where /proc does not exist. */
async function residentBytes(chain: EmbeddedChain): Promise<number> {
  try {
    const status = await readFile(`/proc/${chain.pid}/status`, 'utf8')
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024
  } catch {
    return Number.NaN
  }
}

const seconds = (since: number): number => (performance.now() - since) / 1000

function round(value: number, digits = 0): number {
  return Number(value.toFixed(digits))
}

if (import.meta.main) {
  for (const figure of await measureChain()) process.stdout.write(`${JSON.stringify(figure)}\n`)
}
