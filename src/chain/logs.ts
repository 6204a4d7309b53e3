// Contract events by block range, never by subscription: subscriptions lose events silently, ranges can be read again.
// Nodes limit how many blocks or events one answer may span, each in its own words; so whatever the refusal says, the
// range is halved, and grows again slowly.
//
// One URL may be many nodes, and one that lags tells of blocks it does not have yet that they hold no events. So the
// newest blocks are read one by one, by hash (EIP-234): who does not know a hash has to say so.

import { from0x } from '../core/bytes.ts'
import { LedgerError } from '../core/error.ts'
import { bloomBits, hasBits } from '../core/header-chain.ts'
import type { Words } from '../core/words.ts'
import { readReceipts } from './block-bytes.ts'
import type { Chain } from './network.ts'
import { type ChainLog, parseHash, parseHex, parseList, parseLog, parseNumber, parseObject, toTag } from './read.ts'

export interface LogFilter {
  readonly addresses: readonly string[]
  /** By position; null takes any. */
  readonly topics?: readonly (string | readonly string[] | null)[]
}

export interface LogRange {
  readonly from: number
  /** Inclusive. */
  readonly to: number
}

export interface LogPage extends LogRange {
  /** In the order of the chain. */
  readonly logs: readonly ChainLog[]
}

const FIRST_PAGE = 1_000
const LARGEST_PAGE = 50_000

/** Pages from the first block to the last, or with `newestFirst` from the last back. */
export async function* readLogs(
  chain: Chain,
  filter: LogFilter,
  { from, to }: LogRange,
  { newestFirst = false }: { newestFirst?: boolean } = {},
): AsyncGenerator<LogPage> {
  let span = FIRST_PAGE
  let [first, last] = [from, to]
  while (first <= last) {
    const page = newestFirst
      ? { from: Math.max(first, last - span + 1), to: last }
      : { from: first, to: Math.min(last, first + span - 1) }
    let logs: ChainLog[]
    try {
      logs = await readPage(chain, filter, page)
    } catch (error) {
      // A node that is gone is not helped by a smaller question; a time-out may be.
      if (page.from === page.to || !(error instanceof LedgerError) || !mayBeTooMuch(error)) throw error
      span = Math.max(1, Math.floor((page.to - page.from + 1) / 2))
      continue
    }
    yield { ...page, logs }
    if (newestFirst) last = page.from - 1
    else first = page.to + 1
    span = Math.min(LARGEST_PAGE, span * 2)
  }
}

async function readPage(chain: Chain, filter: LogFilter, page: LogRange): Promise<ChainLog[]> {
  const answer = await chain.request('eth_getLogs', [
    {
      address: filter.addresses,
      ...(filter.topics === undefined ? {} : { topics: filter.topics }),
      fromBlock: toTag(page.from),
      toBlock: toTag(page.to),
    },
  ])
  const logs = parseList('events', answer).map(parseLog)
  const stray = logs.find(({ blockNumber }) => blockNumber < page.from || blockNumber > page.to)
  if (stray !== undefined) {
    throw strayAnswer(
      chain,
      { en: `the events of blocks ${page.from} to ${page.to}`, zh: `区块 ${page.from} 至 ${page.to} 的事件` },
      { en: `one of block ${stray.blockNumber}`, zh: `区块 ${stray.blockNumber} 的事件` },
    )
  }
  return logs.toSorted((a, b) => a.blockNumber - b.blockNumber || a.index - b.index)
}

// ——— The newest blocks ———

/** A block as far as its events need it. */
export interface NewBlock {
  readonly number: number
  readonly hash: string
  readonly parentHash: string
  /** Seconds since 1970. */
  readonly time: number
  readonly bloom: Uint8Array
  /** Hashes, in their order. */
  readonly transactions: readonly string[]
}

/**
 * The blocks from number `from` to the head, oldest first, each the parent of the next.
 * @throws LedgerError `chain_moved` (retryable) when the node that answers does not have one of them
 */
export async function readNewestBlocks(
  chain: Chain,
  head: { readonly number: number; readonly hash: string },
  from: number,
): Promise<NewBlock[]> {
  const blocks: NewBlock[] = []
  let { hash } = head
  for (let number = head.number; number >= from; number--) {
    const block = await readBlockByHash(chain, number, hash)
    blocks.push(block)
    hash = block.parentHash
  }
  return blocks.toReversed()
}

async function readBlockByHash(chain: Chain, number: number, hash: string): Promise<NewBlock> {
  const answer = await chain.request('eth_getBlockByHash', [hash, false])
  if (answer === null) {
    throw new LedgerError(
      'chain_moved',
      {
        en: `The node at ${chain.name} does not have block ${number} (${hash}), which it told of a moment ago: another node answered that lags behind, or the chain is being reorganised. The next reading asks again.`,
        zh: `节点 ${chain.name} 没有它刚才提到的区块 ${number}（${hash}）：由一个落后的节点应答，或链正在重组。下次读取时再问。`,
      },
      { retryable: true },
    )
  }
  const told = parseObject('block', answer)
  const block = {
    number: parseNumber('block number', told['number']),
    hash: parseHash('block hash', told['hash']),
    parentHash: parseHash('parent hash', told['parentHash']),
    time: parseNumber('block time', told['timestamp']),
    bloom: Buffer.from(parseHex('bloom', told['logsBloom']).slice(2), 'hex'),
    transactions: parseList('transactions', told['transactions']).map(item => parseHash('transaction hash', item)),
  }
  if (block.number === number && block.hash === hash) return block
  throw strayAnswer(
    chain,
    { en: `block ${number} (${hash})`, zh: `区块 ${number}（${hash}）` },
    { en: `block ${block.number} (${block.hash})`, zh: `区块 ${block.number}（${block.hash}）` },
  )
}

/**
 * The events of these contracts in one block. Some nodes answer an unknown hash with no events instead of an error; so
 * when there are none and the block's bloom does not rule them out, its receipts are read: a node without the block has none.
 * @throws LedgerError `chain_refused`, `chain_answer_malformed` (both retryable) when the node does not have the block
 */
export async function readBlockLogs(
  chain: Chain,
  addresses: readonly string[],
  { hash, bloom, transactions }: NewBlock,
): Promise<readonly ChainLog[]> {
  const answer = await chain.request('eth_getLogs', [{ address: addresses, blockHash: hash }])
  const logs = parseList('events', answer).map(parseLog)
  const said = logs.length > 0 || !addresses.some(address => hasBits(bloom, bloomBits(from0x(address))))
  const all = said ? logs : await readLogsInReceipts(chain, hash, transactions)
  const stray = all.find(({ blockHash }) => blockHash !== hash)
  if (stray !== undefined)
    throw strayAnswer(
      chain,
      { en: `the events of block ${hash}`, zh: `区块 ${hash} 的事件` },
      { en: `one of block ${stray.blockHash}`, zh: `区块 ${stray.blockHash} 的事件` },
    )
  const ours = new Set(addresses.map(address => address.toLowerCase()))
  return all.filter(({ address }) => ours.has(address)).toSorted((a, b) => a.index - b.index)
}

async function readLogsInReceipts(chain: Chain, hash: string, transactions: readonly string[]): Promise<ChainLog[]> {
  const receipts = await readReceipts(chain, hash, transactions)
  return receipts.flatMap(({ logs }) => parseList('events', logs).map(parseLog))
}

function strayAnswer(chain: Chain, asked: Words, given: Words): LedgerError {
  return new LedgerError(
    'chain_answer_malformed',
    {
      en: `Asked for ${asked.en}, the node at ${chain.name} gave ${given.en}; ask another node.`,
      zh: `向节点 ${chain.name} 询问${asked.zh}，得到的却是${given.zh}；请改问其他节点。`,
    },
    { retryable: true },
  )
}

function mayBeTooMuch(error: LedgerError): boolean {
  return (
    error.code === 'chain_refused' ||
    (error.code === 'chain_unreachable' && /time-out|longer than|HTTP status/.test(error.message))
  )
}
