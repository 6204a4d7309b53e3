// Making the proof that an event is in a block (src/core/log-proof.ts checks it): the header and all receipts of the
// block, as a node tells them, put back into the bytes that the block's hash was made of. If they do not hash to it,
// there is no proof to be had, and nothing else is said.

import { LedgerError } from '../core/error.ts'
import { type LogProof, receiptKey } from '../core/log-proof.ts'
import { encodeInteger, encodeRlp, type Rlp } from '../core/rlp.ts'
import { keccak256, proveEntry, type TrieEntry, trieRoot } from '../core/trie.ts'
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
} from './read.ts'

type Fields = Readonly<Record<string, unknown>>

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
 * The proof that an event is in its block.
 * @throws LedgerError `block_not_provable` when the node's answers do not hash to the block; `chain_unreachable`
 */
export async function proveLog(
  chain: Chain,
  { blockHash, transactionIndex, transactionHash, index }: ChainLog,
): Promise<LogProof> {
  const block = parseObject('block', await chain.request('eth_getBlockByHash', [blockHash, false]))
  const header = encodeHeader(block)
  if (!keccak256(header).equals(fromHex(blockHash))) throw notProvable(chain, blockHash, 'header')
  const receipts = await readReceipts(chain, blockHash, parseList('transactions', block['transactions']))
  const entries = receipts.map((receipt, k): TrieEntry => ({ key: receiptKey(k), value: encodeReceipt(receipt) }))
  if (!trieRoot(entries).equals(fromHex(parseHash('receipts root', block['receiptsRoot'])))) {
    throw notProvable(chain, blockHash, 'receipts')
  }
  const own = receipts[transactionIndex]
  const logIndex =
    own === undefined
      ? -1
      : parseList('events', own['logs'])
          .map(parseLog)
          .findIndex(log => log.index === index)
  if (logIndex === -1) throw notProvable(chain, blockHash, `event ${index} of transaction ${transactionHash}`)
  return { header, receipt: proveEntry(entries, receiptKey(transactionIndex)), transactionIndex, logIndex }
}

/** In one call where the node offers it, otherwise one by one; in the order of the block. */
async function readReceipts(chain: Chain, blockHash: string, transactions: readonly unknown[]): Promise<Fields[]> {
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

function encodeHeader(block: Fields): Buffer {
  const bytes = (name: string): Buffer => fromHex(parseHex(name, block[name]))
  const integer = (name: string): Buffer => encodeInteger(parseBigInt(name, block[name]))
  const later = LATER.filter(([name]) => block[name] !== undefined && block[name] !== null)
  return encodeRlp([
    ...BYTES.map(bytes),
    ...INTEGERS.map(integer),
    ...SEAL.map(bytes),
    ...later.map(([name, kind]) => (kind === 'bytes' ? bytes(name) : integer(name))),
  ])
}

/** EIP-2718: the type's byte before the list, but for the oldest kind. */
function encodeReceipt(receipt: Fields): Buffer {
  const type = receipt['type'] === undefined ? 0 : parseNumber('transaction type', receipt['type'])
  const list = encodeRlp([
    encodeInteger(parseNumber('status', receipt['status'])),
    encodeInteger(parseNumber('gas', receipt['cumulativeGasUsed'])),
    fromHex(parseHex('bloom', receipt['logsBloom'])),
    parseList('events', receipt['logs']).map(parseLog).map(encodeLog),
  ])
  return type === 0 ? list : Buffer.concat([Buffer.of(type), list])
}

function encodeLog({ address, topics, data }: ChainLog): Rlp {
  return [fromHex(address), topics.map(fromHex), fromHex(data)]
}

const position = (receipt: Fields): number => parseNumber('transaction index', receipt['transactionIndex'])
const fromHex = (hex: string): Buffer => Buffer.from(hex.slice(2), 'hex')

function notProvable(chain: Chain, blockHash: string, what: string): LedgerError {
  return new LedgerError(
    'block_not_provable',
    `The ${what} that the node at ${chain.name} tells of block ${blockHash} do not make that hash: the chain hashes its blocks in a way of its own, or the node does not answer truthfully. Evidence then rests on an RPC endpoint instead.`,
  )
}
