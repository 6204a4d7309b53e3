// What the tests of sending and anchoring start from: facts that can fail, a log that records, a small tree.

import { Wallet } from 'ethers'
import { type Deployment, deployLedger } from '../../src/chain/deploy.ts'
import { createGuard, type Guard } from '../../src/chain/identity.ts'
import { type Chain, connectChain } from '../../src/chain/network.ts'
import { createOutbox, type Outbox, type OutboxParts } from '../../src/chain/outbox.ts'
import { systemClock } from '../../src/clock.ts'
import { LedgerError } from '../../src/core/error.ts'
import { inBoth } from '../../src/core/words.ts'
import type { Facts } from '../../src/store/store.ts'
import { type FaultyNode, type NodeOptions, startFaultyNode } from './faulty-node.ts'

export const ORIGIN = 'example.org/use'

/** Facts in memory that outlive the "process" that uses them. `fail` decides about each write. */
export class TestFacts implements Facts {
  readonly values = new Map<string, string>()
  fail: ((facts: Readonly<Record<string, string>>) => 'lost' | 'persisted' | undefined) | undefined

  async get(key: string): Promise<string | undefined> {
    return this.values.get(key)
  }

  async put(facts: Readonly<Record<string, string>>): Promise<void> {
    const failure = this.fail?.(facts)
    if (failure !== 'lost') for (const [key, value] of Object.entries(facts)) this.values.set(key, value)
    if (failure !== undefined) throw new LedgerError('store_broken', inBoth(`the disk failed (${failure})`))
  }

  replace(facts: Readonly<Record<string, string>>): Promise<void> {
    return this.put(facts)
  }

  async list(
    prefix: string,
    { from = prefix, reverse = false, limit = Number.POSITIVE_INFINITY }: Parameters<Facts['list']>[1] & {} = {},
  ): Promise<readonly (readonly [string, string])[]> {
    const found = [...this.values]
      .filter(([key]) => key.startsWith(prefix) && key >= from)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
    return (reverse ? found.toReversed() : found).slice(0, limit)
  }
}

export class TestLog {
  readonly lines: string[] = []
  readonly info = (fields: object, message: string): void =>
    void this.lines.push(`info ${message} ${JSON.stringify(fields)}`)
  readonly warn = (fields: object, message: string): void =>
    void this.lines.push(`warn ${message} ${JSON.stringify(fields)}`)
  readonly error = (fields: object, message: string): void =>
    void this.lines.push(`error ${message} ${JSON.stringify(fields)}`)
}

export interface Ledger {
  readonly node: FaultyNode
  readonly deployment: Deployment
  /** Anchors, and signs nothing else. */
  readonly account: Wallet
}

/** One node with the contracts on it, for a whole file of tests; each test begins at the same block. */
export async function startLedger(options: NodeOptions = {}): Promise<Ledger & { reset(): Promise<void> }> {
  const node = await startFaultyNode(options)
  const account = new Wallet(`0x${'42'.repeat(32)}`)
  const deployer = new Wallet(`0x${'43'.repeat(32)}`)
  for (const { address } of [account, deployer]) await node.ask('hardhat_setBalance', [address, '0x56bc75e2d63100000'])
  const chain = await connect(node)
  const { address } = account
  const deployment = await deployLedger(deployer.connect(chain.provider), {
    registrar: address,
    anchorer: address,
    admin: deployer.address,
    origin: ORIGIN,
  })
  chain.close()
  let snapshot = await node.ask('evm_snapshot')
  const reset = async (): Promise<void> => {
    node.rule = undefined
    await node.ask('evm_revert', [snapshot])
    snapshot = await node.ask('evm_snapshot')
    await node.ask('evm_setAutomine', [true])
    node.calls.length = 0
  }
  return { node, deployment, account, reset }
}

export function connect(node: FaultyNode): Promise<Chain> {
  return connectChain({ url: node.url, pollingMs: 10 })
}

export interface Sending {
  readonly chain: Chain
  readonly guard: Guard
  readonly outbox: Outbox
}

/** A "process" that sends: built anew over the same facts, it is a restart. */
export async function startSending(
  { node, deployment, account }: Ledger,
  facts: Facts,
  options: Partial<OutboxParts> = {},
): Promise<Sending> {
  const chain = await connect(node)
  const { confirmations = 1, finality = 1, log = new TestLog() } = options
  const guard = createGuard({ chain, facts, deployment, finality })
  const outbox = createOutbox({
    chain,
    guard,
    account,
    facts,
    clock: systemClock,
    resendMs: 50,
    patienceMs: 40,
    ...options,
    confirmations,
    finality,
    log,
  })
  return { chain, guard, outbox }
}

/** Mines what waits. */
export const mine = (node: FaultyNode): Promise<unknown> => node.ask('evm_mine')

/** Resolves when the condition holds; a test that waits in vain says for what. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  milliseconds = 10_000,
): Promise<void> {
  const end = Date.now() + milliseconds
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`)
    await systemClock.sleep(5)
  }
}
