// The embedded chain's figures, for single transactions and for batches of a hundred events: how many a second with
// group commit (limit: the bare engine, without journal and HTTP), how many a second at replay, and what one costs in
// memory and in the journal. Run alone: node scripts/bench/chain.ts

import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getBytes, getCreateAddress, type TransactionRequest, Wallet } from 'ethers'
import { type EmbeddedChain, startEmbeddedChain } from '../../src/chain/embedded.ts'
import { startEngine } from '../../src/chain/node/engine.ts'
import { chainOptions, DEFAULT_CHAIN_ID } from '../../src/chain/node/options.ts'
import type { Figure } from './figure.ts'

interface Load {
  readonly name: string
  /** What is counted, and how many of them are in one transaction. */
  readonly unit: string
  readonly each: number
  /** `sent[sender][nonce]`, signed; the first nonce of the first sender may prepare the others. */
  readonly sent: readonly (readonly string[])[]
  /** Transactions of a block when the bare engine mines them. */
  readonly group: number
}

const silent = { info() {}, warn() {}, error() {} }

/** Measures in about 20 s on two cores, load generator included. */
export async function measureChain(): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const load of [await singles(), await batches()]) figures.push(...(await measureLoad(load)))
  return figures
}

/** Transactions with 200 bytes of data to an account, sent one by one by many. */
async function singles(): Promise<Load> {
  const sent: string[][] = []
  for (let sender = 1; sender <= 64; sender++) {
    const more = { data: `0x${'ab'.repeat(200)}`, gasLimit: 60_000 }
    sent.push(await signMany(sender, 60, more))
  }
  return { name: 'chain', unit: 'transaction', each: 1, sent, group: 250 }
}

/** Calls of a contract that emits a hundred events of 3 topics and 128 bytes, 1.6 kB of call data each. */
async function batches(): Promise<Load> {
  // PUSH1 100, JUMPDEST, LOG3 over 128 bytes, count down, JUMPI, STOP; before it the code that creates it.
  const emitter = '60645b6003600260016080 6000a36001900380600257 00'.replaceAll(' ', '')
  const create = { to: null, data: `0x76${emitter}60005260176009f3`, gasLimit: 200_000 }
  const to = getCreateAddress({ from: walletOf(1).address, nonce: 0 })
  const call = { to, data: `0x${'ab'.repeat(1600)}`, gasLimit: 340_000 }
  const sent = [await signMany(1, 1, create)]
  for (let sender = 2; sender <= 25; sender++) sent.push(await signMany(sender, 24, call))
  return { name: 'chain.batched', unit: 'event', each: 100, sent, group: 40 }
}

async function measureLoad({ name, unit, each, sent, group }: Load): Promise<Figure[]> {
  const directory = await mkdtemp(join(tmpdir(), 'embedded-chain-'))
  try {
    const count = sent.flat().length * each
    const limit = count / (await mineAlone(sent, group))

    let chain = await startEmbeddedChain({ dir: directory, log: silent })
    // The first third also pays for heap and caches that do not grow further.
    const third = Math.ceil(Math.max(...sent.map(own => own.length)) / 3)
    const [first = [], ...others] = sent.map(own => own.slice(0, third))
    const rest = sent.map(own => own.slice(third))
    const warm = (await sendAll(chain, [first])) + (await sendAll(chain, others))
    const before = await residentBytes(chain)
    const sealed = count / (warm + (await sendAll(chain, rest)))
    const memory = ((await residentBytes(chain)) - before) / (rest.flat().length * each)
    await chain.close()
    const journal = (await stat(join(directory, 'journal'))).size

    let milliseconds = Number.NaN
    const info = (fields: { milliseconds?: number }): void => void (milliseconds = fields.milliseconds ?? milliseconds)
    chain = await startEmbeddedChain({ dir: directory, log: { ...silent, info } })
    const replayed = (count / milliseconds) * 1000
    await chain.close()

    const ratio = round(sealed / limit, 2)
    return [
      { figure: `${name}.sealed`, value: round(sealed), unit: `${unit}s/s`, limit: round(limit), ratio },
      { figure: `${name}.replayed`, value: round(replayed), unit: `${unit}s/s` },
      ...(memory > 0 ? [{ figure: `${name}.memory`, value: round(memory), unit: `bytes per ${unit}` }] : []),
      { figure: `${name}.journal`, value: round(journal / count), unit: `bytes per ${unit}` },
    ]
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function walletOf(sender: number): Wallet {
  return new Wallet(`0x${sender.toString(16).padStart(64, '0')}`)
}

/** So many transactions of one sender, alike but for their nonces. */
async function signMany(sender: number, count: number, more: TransactionRequest): Promise<string[]> {
  const wallet = walletOf(sender)
  const signed: string[] = []
  for (let nonce = 0; nonce < count; nonce++) {
    const fixed = { type: 0, chainId: DEFAULT_CHAIN_ID, gasPrice: 0, nonce, to: wallet.address }
    signed.push(await wallet.signTransaction({ ...fixed, ...more }))
  }
  return signed
}

/** Seconds the engine alone needs for the same transactions: the wall. */
async function mineAlone(sent: Load['sent'], group: number): Promise<number> {
  const engine = await startEngine(chainOptions())
  const longest = Math.max(...sent.map(own => own.length))
  const rounds = Array.from({ length: longest }, (_, nonce) => sent.flatMap(own => own[nonce] ?? []))
  const inOrder = rounds.flat().map(raw => getBytes(raw))
  const started = performance.now()
  for (let at = 0; at < inOrder.length; at += group) {
    for (const transaction of inOrder.slice(at, at + group)) await engine.submit(transaction)
    await engine.mine(engine.genesis.timestamp + at)
  }
  const took = seconds(started)
  await engine.close()
  return took
}

/** Seconds until all are acknowledged, each sender sending one after another. */
async function sendAll(chain: EmbeddedChain, sent: Load['sent']): Promise<number> {
  const agent = new Agent({ keepAlive: true })
  const started = performance.now()
  await Promise.all(
    sent.map(async own => {
      for (const raw of own) await send(chain.url, agent, raw)
    }),
  )
  const took = seconds(started)
  agent.destroy()
  return took
}

/** A bare HTTP client: the load must cost as little as possible, since it runs on the same cores. */
function send(url: string, agent: Agent, raw: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const headers = { 'content-type': 'application/json' }
  const outgoing = request(url, { method: 'POST', agent, headers }, response => {
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
