// What a node says, read into trusted types: every field is checked at this edge, since a node may be broken, lagging or
// hostile. Shapes are those of the Ethereum JSON-RPC specification (execution-apis).

import { LedgerError } from '../core/error.ts'
import type { Chain } from './network.ts'

export interface Block {
  readonly number: number
  readonly hash: string
  readonly parentHash: string
  /** Seconds since 1970, as the block's maker set it. */
  readonly time: number
  /** Undefined on chains without EIP-1559. */
  readonly baseFee: bigint | undefined
  readonly gasLimit: bigint
}

/** One event of a contract, raw. */
export interface ChainLog {
  readonly address: string
  readonly topics: readonly string[]
  readonly data: string
  readonly blockNumber: number
  readonly blockHash: string
  readonly transactionHash: string
  readonly transactionIndex: number
  /** Position in the block, over all its transactions. */
  readonly index: number
}

export interface Receipt {
  readonly transactionHash: string
  readonly transactionIndex: number
  readonly blockNumber: number
  readonly blockHash: string
  /** False when it was mined but reverted. */
  readonly succeeded: boolean
  readonly gasUsed: bigint
  readonly logs: readonly ChainLog[]
}

export type BlockTag = number | 'latest' | 'finalized'

export function toTag(tag: BlockTag): string {
  return typeof tag === 'number' ? `0x${tag.toString(16)}` : tag
}

/** The block, or undefined when the node has none there. */
export async function readBlock(chain: Chain, at: BlockTag): Promise<Block | undefined> {
  const block = await chain.request('eth_getBlockByNumber', [toTag(at), false])
  return block === null ? undefined : parseBlock(block)
}

export async function readHead(chain: Chain): Promise<Block> {
  const head = await readBlock(chain, 'latest')
  if (head === undefined) throw malformed('the newest block', 'none')
  return head
}

/** The receipt, or undefined while the transaction is in no block. */
export async function readReceipt(chain: Chain, transactionHash: string): Promise<Receipt | undefined> {
  const receipt = await chain.request('eth_getTransactionReceipt', [transactionHash])
  return receipt === null ? undefined : parseReceipt(receipt)
}

/** How many transactions of the account the chain holds up to a block: the next nonce after it. */
export async function readNonce(chain: Chain, address: string, at: BlockTag): Promise<number> {
  return parseNumber('nonce', await chain.request('eth_getTransactionCount', [address, toTag(at)]))
}

export async function readCode(chain: Chain, address: string): Promise<string> {
  return parseHex('code', await chain.request('eth_getCode', [address, 'latest']))
}

export async function readCall(chain: Chain, to: string, data: string, at: BlockTag = 'latest'): Promise<string> {
  return parseHex('result of a call', await chain.request('eth_call', [{ to, data }, toTag(at)]))
}

function parseBlock(value: unknown): Block {
  const block = parseObject('block', value)
  return {
    number: parseNumber('block number', block['number']),
    hash: parseHash('block hash', block['hash']),
    parentHash: parseHash('parent hash', block['parentHash']),
    time: parseNumber('block time', block['timestamp']),
    baseFee: block['baseFeePerGas'] === undefined ? undefined : parseBigInt('base fee', block['baseFeePerGas']),
    gasLimit: parseBigInt('gas limit', block['gasLimit']),
  }
}

function parseReceipt(value: unknown): Receipt {
  const receipt = parseObject('receipt', value)
  return {
    transactionHash: parseHash('transaction hash', receipt['transactionHash']),
    transactionIndex: parseNumber('transaction index', receipt['transactionIndex']),
    blockNumber: parseNumber('block number', receipt['blockNumber']),
    blockHash: parseHash('block hash', receipt['blockHash']),
    succeeded: parseNumber('status', receipt['status']) === 1,
    gasUsed: parseBigInt('gas used', receipt['gasUsed']),
    logs: parseList('logs', receipt['logs']).map(parseLog),
  }
}

export function parseLog(value: unknown): ChainLog {
  const log = parseObject('event', value)
  return {
    address: parseHex('address', log['address']),
    topics: parseList('topics', log['topics']).map(topic => parseHash('topic', topic)),
    data: parseHex('event data', log['data']),
    blockNumber: parseNumber('block number', log['blockNumber']),
    blockHash: parseHash('block hash', log['blockHash']),
    transactionHash: parseHash('transaction hash', log['transactionHash']),
    transactionIndex: parseNumber('transaction index', log['transactionIndex']),
    index: parseNumber('event index', log['logIndex']),
  }
}

export function parseObject(what: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw malformed(what, value)
}

export function parseList(what: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw malformed(what, value)
}

export function parseHex(what: string, value: unknown): string {
  if (typeof value === 'string' && /^0x(?:[0-9a-f]{2})*$/i.test(value)) return value.toLowerCase()
  throw malformed(what, value)
}

export function parseHash(what: string, value: unknown): string {
  if (typeof value === 'string' && /^0x[0-9a-f]{64}$/i.test(value)) return value.toLowerCase()
  throw malformed(what, value)
}

export function parseBigInt(what: string, value: unknown): bigint {
  if (typeof value === 'string' && /^0x[0-9a-f]{1,64}$/i.test(value)) return BigInt(value)
  throw malformed(what, value)
}

export function parseNumber(what: string, value: unknown): number {
  const number = Number(parseBigInt(what, value))
  if (Number.isSafeInteger(number)) return number
  throw malformed(what, value)
}

function malformed(what: string, value: unknown): LedgerError {
  const shown = (JSON.stringify(value) ?? 'nothing').slice(0, 80)
  return new LedgerError(
    'chain_answer_malformed',
    {
      en: `The node's ${what} is not what Ethereum JSON-RPC says: ${shown}. Ask another node, or look at what stands between.`,
      zh: `节点应答的 ${what} 不符合以太坊 JSON-RPC：${shown}。请改问其他节点，或检查中间环节。`,
    },
    { retryable: true },
  )
}
