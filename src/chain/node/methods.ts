// Which JSON-RPC methods are served, and how. Default deny: what is not listed here does not exist, above all the
// engine's own `hardhat_*`, `evm_*` and `debug_*`, with which anyone could rewrite the chain. Methods: the Ethereum
// execution API (github.com/ethereum/execution-apis).

import { type Hex, isHexBytes, toQuantity } from './bytes.ts'
import type { Engine } from './engine.ts'
import { BLOCK_GAS_LIMIT, type ChainOptions } from './options.ts'
import { INVALID_PARAMS, LIMIT_EXCEEDED, RpcError } from './rpc-error.ts'
import type { Sealer } from './sealer.ts'
import { parseTransaction } from './transaction.ts'
import type { Turns } from './turns.ts'

export type Method = (params: readonly unknown[]) => Promise<unknown>

export interface MethodParts {
  readonly engine: Engine
  readonly sealer: Sealer
  readonly turns: Turns
  readonly options: ChainOptions
}

/** Reads that the engine answers as they are. */
const READS = [
  'eth_accounts',
  'eth_blockNumber',
  'eth_chainId',
  'eth_feeHistory',
  'eth_getBalance',
  'eth_getBlockByHash',
  'eth_getBlockByNumber',
  'eth_getBlockTransactionCountByHash',
  'eth_getBlockTransactionCountByNumber',
  'eth_getCode',
  'eth_getProof',
  'eth_getStorageAt',
  'eth_getTransactionByBlockHashAndIndex',
  'eth_getTransactionByBlockNumberAndIndex',
  'eth_getTransactionByHash',
  'eth_getTransactionCount',
  'eth_getTransactionReceipt',
  'eth_syncing',
  'net_version',
] as const

/** Reads that execute code: the gas they may burn is capped. */
const CALLS = ['eth_call', 'eth_estimateGas'] as const

/** Blocks one `eth_getLogs` may range over; who wants more asks in pages, as on any public network. */
export const MAX_LOG_RANGE = 10_000
/** Reads and blocks that may wait for the engine. */
export const MAX_WAITING_READS = 2_000

export function serveMethods(parts: MethodParts): ReadonlyMap<string, Method> {
  const { engine, sealer, turns, options } = parts

  /** A read in its turn: it sees durable blocks only (turns.ts). */
  const read = async <T>(work: () => Promise<T>): Promise<T> => {
    if (turns.full) throw new RpcError(LIMIT_EXCEEDED, 'too many requests wait already: ask again in a moment')
    return turns.read(work)
  }

  const methods = new Map<string, Method>()
  for (const name of READS) methods.set(name, params => read(() => engine.request(name, settle(params))))
  for (const name of CALLS) methods.set(name, params => read(() => engine.request(name, capGas(settle(params)))))

  methods.set('eth_getLogs', params =>
    read(async () => engine.request('eth_getLogs', boundLogs(settle(params), sealer.head.number))),
  )
  methods.set('eth_getBlockReceipts', params => read(() => readReceipts(engine, settle(params))))
  methods.set('eth_sendRawTransaction', async params => {
    const [raw] = params
    if (params.length !== 1 || !isHexBytes(raw)) {
      throw new RpcError(INVALID_PARAMS, 'eth_sendRawTransaction takes one signed transaction as 0x… bytes')
    }
    return sealer.seal(parseTransaction(raw))
  })
  // Acts cost nothing here. The engine would name a tip of 1 gwei, which nobody has.
  methods.set('eth_gasPrice', async () => toQuantity(options.baseFeePerGas))
  methods.set('eth_maxPriorityFeePerGas', async () => toQuantity(0))
  methods.set('web3_clientVersion', async () => `embedded-chain/1 (${engine.version})`)
  return methods
}

/**
 * `pending` means `latest` here: between two turns nothing is pending, and asking the engine for a pending block would
 * make it mine one for the answer.
 */
function settle(params: readonly unknown[]): readonly unknown[] {
  return params.map(param => (param === 'pending' ? 'latest' : param))
}

function capGas(params: readonly unknown[]): readonly unknown[] {
  const [call, ...rest] = params
  if (!isRecord(call)) throw new RpcError(INVALID_PARAMS, 'the first parameter must be a call object')
  const gas = call.gas ?? toQuantity(BLOCK_GAS_LIMIT)
  if (typeof gas !== 'string' || !/^0x[0-9a-fA-F]{1,64}$/.test(gas)) {
    throw new RpcError(INVALID_PARAMS, 'gas must be a quantity such as 0x5208')
  }
  return [{ ...call, gas: BigInt(gas) > BLOCK_GAS_LIMIT ? toQuantity(BLOCK_GAS_LIMIT) : gas }, ...rest]
}

function boundLogs(params: readonly unknown[], head: number): readonly unknown[] {
  const [filter] = params
  if (params.length !== 1 || !isRecord(filter))
    throw new RpcError(INVALID_PARAMS, 'eth_getLogs takes one filter object')
  if (filter.blockHash !== undefined) return params
  const from = blockNumber(filter.fromBlock, head)
  const to = blockNumber(filter.toBlock, head)
  if (to - from >= MAX_LOG_RANGE) {
    const message = `block range too large: ${from} to ${to}, at most ${MAX_LOG_RANGE} blocks; ask in smaller ranges`
    throw new RpcError(LIMIT_EXCEEDED, message)
  }
  return [{ ...filter, fromBlock: toQuantity(from), toBlock: toQuantity(to) }]
}

/** Block number of a tag or quantity; beyond the head there is nothing to search. */
function blockNumber(block: unknown, head: number): number {
  switch (block) {
    case undefined:
    case null:
    case 'latest':
    case 'pending':
    case 'safe':
    case 'finalized':
      return head
    case 'earliest':
      return 0
    default:
  }
  if (typeof block !== 'string' || !/^0x[0-9a-fA-F]{1,16}$/.test(block)) {
    throw new RpcError(INVALID_PARAMS, 'a block must be a quantity such as 0x1 or a tag such as latest')
  }
  // One past the head keeps an empty range empty, and a range may never be larger than the chain.
  return Number(BigInt(block) > head ? head + 1 : BigInt(block))
}

/** All receipts of a block, which the engine has one by one only. Null when there is no such block. */
async function readReceipts(engine: Engine, params: readonly unknown[]): Promise<unknown> {
  const [block] = params
  if (params.length !== 1)
    throw new RpcError(INVALID_PARAMS, 'eth_getBlockReceipts takes one block number, hash or tag')
  const byHash = isHexBytes(block) && block.length === 66
  const found = await engine.request(byHash ? 'eth_getBlockByHash' : 'eth_getBlockByNumber', [block, false])
  if (found === null) return null
  const { transactions } = found as { transactions: readonly Hex[] }
  return Promise.all(transactions.map(hash => engine.request('eth_getTransactionReceipt', [hash])))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
