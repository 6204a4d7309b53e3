// A chain made up in memory, so that a property test can take it through thousands of reorganisations: blocks with the
// ledger's events, forks of any depth, and behind its one URL nodes that lag or stand on the fork that was left.

import { type EventFragment, id, keccak256, type ParamType, toUtf8Bytes, ZeroAddress, ZeroHash } from 'ethers'
import { CONTRACT_NAMES, type ContractAddresses, type ContractName, interfaceOf } from '../../src/chain/abi.ts'
import type { RawEvent } from '../../src/chain/event-source.ts'
import { EVENTS } from '../../src/chain/events.ts'
import type { LedgerEvent } from '../../src/chain/ledger-event.ts'
import type { Chain } from '../../src/chain/network.ts'
import type { ChainLog } from '../../src/chain/read.ts'
import { LedgerError } from '../../src/core/error.ts'
import { bloomBits } from '../../src/core/header-chain.ts'
import { inBoth } from '../../src/core/words.ts'

export const CONTRACTS = Object.fromEntries(
  CONTRACT_NAMES.map((name, k) => [
    name,
    `0x${String(k + 1)
      .repeat(40)
      .slice(0, 40)}`,
  ]),
) as ContractAddresses

export interface SimulatedBlock {
  readonly number: number
  readonly hash: string
  readonly parent: SimulatedBlock | undefined
  readonly time: number
  readonly logs: readonly ChainLog[]
}

export interface SimulatedChain extends Chain {
  readonly tip: SimulatedBlock
  mine(events: readonly Emitted[]): void
  /** Leaves the chain for a fork that begins after this block. */
  fork(after: number): void
  /** Which of the nodes answers a request: 0 is the one that knows all. */
  nodeFor: (() => number) | undefined
  /** Told of each request before it is answered. */
  onRequest: ((method: string, params: readonly unknown[]) => void) | undefined
  /** A larger range of blocks is refused. */
  largestRange: number
  /** So many requests of each method. */
  readonly asked: Map<string, number>
}

export interface Emitted {
  readonly name: LedgerEvent['name']
  /** By the contract's name for it; what is not given is zero. */
  readonly args: Readonly<Record<string, unknown>>
}

/** @param lag As the registry has it: no node is worse. */
export function simulateChain(lag: number): SimulatedChain {
  let salt = 0
  const build = (parent: SimulatedBlock | undefined, events: readonly Emitted[]): SimulatedBlock => {
    const number = parent === undefined ? 0 : parent.number + 1
    const hash = keccak256(toUtf8Bytes(`${parent?.hash} ${salt++}`))
    const logs = events.map((event, index) => encodeLog(event, number, hash, index))
    return { number, hash, parent, time: 1_700_000_000 + salt, logs }
  }
  let tip = build(undefined, [])
  const tips: SimulatedBlock[] = []
  const asked = new Map<string, number>()
  const chain: SimulatedChain = {
    name: 'http://simulated',
    chainId: 31_337,
    pollingMs: 1,
    nodeFor: undefined,
    onRequest: undefined,
    largestRange: Number.POSITIVE_INFINITY,
    asked,
    get provider(): never {
      throw new Error('a simulated chain has no provider')
    },
    get tip() {
      return tip
    },
    mine(events) {
      tips.unshift(tip)
      tip = build(tip, events)
    },
    fork(after) {
      tips.unshift(tip)
      tip = ancestorsOf(tip).find(({ number }) => number === after)!
    },
    async request(method, params) {
      asked.set(method, (asked.get(method) ?? 0) + 1)
      chain.onRequest?.(method, params)
      const { fromBlock, toBlock } = (params[0] ?? {}) as { fromBlock?: string; toBlock?: string }
      if (Number(toBlock) - Number(fromBlock) >= chain.largestRange)
        throw new LedgerError('chain_refused', inBoth('query returned more than 10000 results'), { retryable: true })
      const node = chain.nodeFor?.() ?? 0
      // A node may be behind, or on a fork that was left, by less than the registry reckons with.
      const views = tips.filter(old => old.number <= tip.number && commonNumber(old, tip) >= tip.number - lag + 1)
      const view = [tip, ...views][node % (views.length + 1)]!
      return answer(ancestorsOf(view), method, params)
    },
    close() {},
  }
  return chain
}

/** The ledger's events up to a block, as a truthful reader has them. */
export function eventsUpTo(block: SimulatedBlock): RawEvent[] {
  return ancestorsOf(block)
    .toReversed()
    .flatMap(({ logs, time }) => logs.map(log => ({ log, time })))
}

/** Newest first, itself the first. */
export function ancestorsOf(block: SimulatedBlock): SimulatedBlock[] {
  const all: SimulatedBlock[] = []
  for (let at: SimulatedBlock | undefined = block; at !== undefined; at = at.parent) all.push(at)
  return all
}

function commonNumber(a: SimulatedBlock, b: SimulatedBlock): number {
  let [left, right] = [a, b]
  while (left !== right) {
    if (left.number > right.number) left = left.parent!
    else right = right.parent!
  }
  return left.number
}

function answer(blocks: readonly SimulatedBlock[], method: string, params: readonly unknown[]): unknown {
  const byHash = (hash: unknown): SimulatedBlock | undefined => blocks.find(block => block.hash === hash)
  switch (method) {
    case 'eth_getBlockByNumber':
      return encodeBlock(params[0] === 'latest' ? blocks[0] : blocks.find(({ number }) => number === Number(params[0])))
    case 'eth_getBlockByHash':
      return encodeBlock(byHash(params[0]))
    case 'eth_getLogs': {
      const { address, fromBlock, toBlock, blockHash } = params[0] as Record<string, string> & { address: string[] }
      const wanted =
        blockHash === undefined
          ? blocks.filter(({ number }) => number >= Number(fromBlock) && number <= Number(toBlock)).toReversed()
          : [byHash(blockHash)].flatMap(block => block ?? [])
      const ours = new Set(address.map(item => item.toLowerCase()))
      return wanted.flatMap(({ logs }) => logs.filter(log => ours.has(log.address)).map(encodeRpcLog))
    }
    case 'eth_getBlockReceipts':
      return byHash(params[0])?.logs.map((log, k) => ({ transactionIndex: hex(k), logs: [encodeRpcLog(log)] })) ?? null
    default:
      return null
  }
}

const hex = (value: number): string => `0x${value.toString(16)}`

function encodeBlock(block: SimulatedBlock | undefined): object | null {
  if (block === undefined) return null
  const bloom = Buffer.alloc(256)
  for (const bit of block.logs.flatMap(({ address }) => bloomBits(Buffer.from(address.slice(2), 'hex'))))
    bloom[255 - Math.floor(bit / 8)]! |= 1 << (bit % 8)
  return {
    number: hex(block.number),
    hash: block.hash,
    parentHash: block.parent?.hash ?? ZeroHash,
    timestamp: hex(block.time),
    gasLimit: '0x1',
    logsBloom: `0x${bloom.toString('hex')}`,
    transactions: block.logs.map(({ transactionHash }) => transactionHash),
  }
}

function encodeRpcLog({ blockNumber, transactionIndex, index, ...log }: ChainLog): object {
  return { ...log, blockNumber: hex(blockNumber), transactionIndex: hex(transactionIndex), logIndex: hex(index) }
}

function encodeLog({ name, args }: Emitted, blockNumber: number, blockHash: string, index: number): ChainLog {
  const contract: ContractName = EVENTS[name]
  const abi = interfaceOf(contract)
  const fragment = abi.getEvent(name) as EventFragment
  const { data, topics } = abi.encodeEventLog(
    fragment,
    fragment.inputs.map(input => valueOf(input, args[input.name])),
  )
  const address = CONTRACTS[contract].toLowerCase()
  const transactionHash = id(`${blockHash} ${index}`)
  return { address, topics, data, blockNumber, blockHash, transactionHash, transactionIndex: index, index }
}

/** A value of this type: the one given, zero where none is. */
function valueOf(type: ParamType, given: unknown): unknown {
  if (type.components !== null && !type.isArray())
    return type.components.map(part => valueOf(part, (given as Record<string, unknown> | undefined)?.[part.name]))
  if (given !== undefined) return given
  if (type.isArray()) return []
  if (type.type === 'address') return ZeroAddress
  if (type.type === 'bool') return false
  if (type.type === 'string') return ''
  if (type.type === 'bytes') return '0x'
  return /^bytes\d+$/.test(type.type) ? `0x${'00'.repeat(Number(type.type.slice(5)))}` : 0
}
