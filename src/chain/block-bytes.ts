// A block as the bytes that its hash was made of — header, transactions, receipts — put together again from what a node
// tells in JSON. What does not hash to the block's hash is refused: then there is no proof to be had, and nothing else
// is said.

import { Network, Transaction, type TransactionResponseParams } from 'ethers'
import { keccak256 } from '#keccak'
import { concat, equal, from0x, to0x } from '../core/bytes.ts'
import { LedgerError } from '../core/error.ts'
import type { Header } from '../core/header-chain.ts'
import { encodeInteger, encodeRlp, type Rlp } from '../core/rlp.ts'
import { type BlockBody, type BlockLog, checkWholeBlock } from '../core/whole-block.ts'
import type { Words } from '../core/words.ts'
import { type Chain, RpcRefusal } from './network.ts'
import {
  type ChainLog,
  parseBigInt,
  parseHash,
  parseHex,
  parseList,
  parseLog,
  parseNumber,
  parseObject,
  toTag,
} from './read.ts'

export type Fields = Readonly<Record<string, unknown>>

/** The header's fields in their order. Those after `nonce` came with later forks, and are there or not. */
const BYTES = [
  'parentHash',
  'sha3Uncles',
  'miner',
  'stateRoot',
  'transactionsRoot',
  'receiptsRoot',
  'logsBloom',
] as const
const INTEGERS = ['difficulty', 'number', 'gasLimit', 'gasUsed', 'timestamp'] as const
const SEAL = ['extraData', 'mixHash', 'nonce'] as const
const LATER = [
  ['baseFeePerGas', 'integer'],
  ['withdrawalsRoot', 'bytes'],
  ['blobGasUsed', 'integer'],
  ['excessBlobGas', 'integer'],
  ['parentBeaconBlockRoot', 'bytes'],
  ['requestsHash', 'bytes'],
] as const

/**
 * The header of a block, in RLP.
 * @throws LedgerError `block_not_provable` when the node's answer does not hash to the block; `chain_unreachable`
 */
export async function readHeaderBytes(chain: Chain, number: number): Promise<Uint8Array> {
  const block = parseObject('block', await chain.request('eth_getBlockByNumber', [toTag(number), false]))
  return encodeHeader(chain, block, parseHash('block hash', block['hash']))
}

/**
 * All transactions and receipts of a block, and the events in them.
 * @throws LedgerError `block_not_provable`, `chain_unreachable`
 */
export async function readWholeBlock(
  chain: Chain,
  header: Header,
): Promise<{ body: BlockBody; logs: readonly BlockLog[] }> {
  const hash = to0x(header.hash)
  const block = parseObject('block', await chain.request('eth_getBlockByHash', [hash, true]))
  const told = parseList('transactions', block['transactions']).map(item => parseObject('transaction', item))
  const transactions = told.map(transaction => encodeTransaction(chain, hash, transaction))
  const receipts = await readReceipts(
    chain,
    hash,
    told.map(transaction => transaction['hash']),
  )
  const body = { transactions, receipts: receipts.map(encodeReceipt) }
  try {
    return { body, logs: checkWholeBlock(header, body) }
  } catch (cause) {
    if (!(cause instanceof LedgerError)) throw cause
    throw notProvable(chain, hash, { en: 'transactions and receipts', zh: '交易和回执' }, cause)
  }
}

/** In one call where the node offers it, otherwise one by one; in the order of the block. */
export async function readReceipts(
  chain: Chain,
  blockHash: string,
  transactions: readonly unknown[],
): Promise<Fields[]> {
  const receipts: Fields[] = []
  for (const receipt of (await readAllReceipts(chain, blockHash)) ?? []) receipts.push(parseObject('receipt', receipt))
  if (receipts.length === 0) {
    for (const hash of transactions) {
      receipts.push(parseObject('receipt', await chain.request('eth_getTransactionReceipt', [hash])))
    }
  }
  return receipts.toSorted((a, b) => position(a) - position(b))
}

/** Undefined where the node does not know the method, or not by hash. */
async function readAllReceipts(chain: Chain, blockHash: string): Promise<readonly unknown[] | undefined> {
  try {
    const receipts = await chain.request('eth_getBlockReceipts', [blockHash])
    return Array.isArray(receipts) ? receipts : undefined
  } catch (error) {
    if (error instanceof RpcRefusal) return undefined
    throw error
  }
}

/** @throws LedgerError `block_not_provable` when the header has another hash */
export function encodeHeader(chain: Chain, block: Fields, blockHash: string): Uint8Array {
  const bytes = (name: string): Uint8Array => from0x(parseHex(name, block[name]))
  const integer = (name: string): Uint8Array => encodeInteger(parseBigInt(name, block[name]))
  const later = LATER.filter(([name]) => block[name] !== undefined && block[name] !== null)
  const header = encodeRlp([
    ...BYTES.map(bytes),
    ...INTEGERS.map(integer),
    ...SEAL.map(bytes),
    ...later.map(([name, kind]) => (kind === 'bytes' ? bytes(name) : integer(name))),
  ])
  if (equal(keccak256(header), from0x(blockHash))) return header
  throw notProvable(chain, blockHash, { en: 'header', zh: '区块头' })
}

/** EIP-2718: the type's byte before the list, but for the oldest kind. */
export function encodeReceipt(receipt: Fields): Uint8Array {
  const type = receipt['type'] === undefined ? 0 : parseNumber('transaction type', receipt['type'])
  const list = encodeRlp([
    encodeInteger(parseNumber('status', receipt['status'])),
    encodeInteger(parseNumber('gas', receipt['cumulativeGasUsed'])),
    from0x(parseHex('bloom', receipt['logsBloom'])),
    parseList('events', receipt['logs']).map(parseLog).map(encodeLog),
  ])
  return type === 0 ? list : concat(Uint8Array.of(type), list)
}

function encodeLog({ address, topics, data }: ChainLog): Rlp {
  return [from0x(address), topics.map(from0x), from0x(data)]
}

/** As it was signed. Kinds that ethers does not know, such as a rollup's deposits, cannot be put together again. */
function encodeTransaction(chain: Chain, blockHash: string, told: Fields): Uint8Array {
  const hash = parseHash('transaction hash', told['hash'])
  let bytes: Uint8Array
  try {
    const parts = chain.provider._wrapTransactionResponse(
      told as unknown as TransactionResponseParams,
      Network.from(chain.chainId),
    )
    bytes = from0x(Transaction.from(parts).serialized)
  } catch (cause) {
    throw notProvable(chain, blockHash, { en: `parts of transaction ${hash}`, zh: `交易 ${hash} 的各部分` }, cause)
  }
  if (equal(keccak256(bytes), from0x(hash))) return bytes
  throw notProvable(chain, blockHash, { en: `parts of transaction ${hash}`, zh: `交易 ${hash} 的各部分` })
}

const position = (receipt: Fields): number => parseNumber('transaction index', receipt['transactionIndex'])

export function notProvable(chain: Chain, blockHash: string, what: Words, cause?: unknown): LedgerError {
  return new LedgerError(
    'block_not_provable',
    {
      en: `The ${what.en} that the node at ${chain.name} tells of block ${blockHash} do not make that hash: the chain hashes its blocks in a way of its own, or the node does not answer truthfully. Evidence then rests on an RPC endpoint instead.`,
      zh: `节点 ${chain.name} 给出的区块 ${blockHash} 的${what.zh}得不出该哈希：这条链另有计算区块哈希的方式，或节点应答不实。证据只能改以 RPC 节点为凭。`,
    },
    { cause },
  )
}
