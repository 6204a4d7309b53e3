// The events of a file against a chain, by an RPC endpoint that the verifier believes: the right chain, the contracts
// there, every block and every event as the file says, and nothing left out that the answer hangs on.

import { CONTRACT_NAMES } from '../chain/abi.ts'
import { readAnchored } from '../chain/anchor.ts'
import { type FoundLog, searchStory } from '../chain/event-search.ts'
import type { Chain } from '../chain/network.ts'
import {
  type ChainLog,
  parseList,
  parseObject,
  readBlock,
  readCode,
  readHead,
  readReceipt,
  toTag,
} from '../chain/read.ts'
import { readSpoken } from '../chain/spoken-logs.ts'
import type { Story, Telling } from '../chain/things.ts'
import { from0x } from '../core/bytes.ts'
import { LedgerError } from '../core/error.ts'
import type { ChainPart, EvidenceBlock, EvidenceEvent } from '../core/evidence-chain.ts'
import { allEvents } from './events.ts'
import { hidden } from './hidden.ts'
import type { ChainNode } from './reach.ts'
import { Disagreement, NotCheckable } from './report.ts'
import type { Trust } from './trust.ts'

/**
 * A node as the checks ask it.
 * @param connect Called when it is asked for the first time.
 */
export function askNode(connect: () => Promise<Chain>): ChainNode {
  let connected: Promise<Chain> | undefined
  const chain = (): Promise<Chain> => (connected ??= connect())
  return {
    confirmEvents: async (file, trust) => confirmEvents(file, trust, await chain()),
    confirmNothingHidden: async (file, story, telling, trust) =>
      confirmNothingHidden(file, story, telling, trust, await chain()),
    readAnchoredSize: async (origin, trust) => readAnchoredSize(origin, trust, await chain()),
    readLogs: async transaction => ((await readReceipt(await chain(), transaction))?.logs ?? []).map(asFound),
  }
}

async function readAnchoredSize(origin: string, trust: Trust, chain: Chain): Promise<number | undefined> {
  try {
    return (await readAnchored(chain, trust, origin)).size
  } catch (error) {
    if (error instanceof LedgerError) return undefined // said of the file was what could be
    throw error
  }
}

async function confirmEvents(file: ChainPart, trust: Trust, chain: Chain): Promise<void> {
  await requireTrustedChain(trust, chain)
  for (const block of file.blocks) await confirmBlock(block, chain)
  for (const [transaction, events] of Map.groupBy(allEvents(file), event => event.transaction)) {
    const receipt = await readReceipt(chain, transaction)
    if (receipt === undefined) await requireNotPruned(transaction, events[0]!.block, chain)
    for (const event of events) confirmEvent(event, file, receipt?.logs ?? [])
  }
}

/** Nothing is said against a file by a node of another chain. */
export async function requireTrustedChain({ chainId, contracts, blocks }: Trust, chain: Chain): Promise<void> {
  if (chain.chainId !== chainId) {
    throw new NotCheckable({
      zh: `节点 ${chain.name} 属于链 ${chain.chainId}，信任文件指定的是链 ${chainId}。请改用该链的节点。`,
      en: `The node at ${chain.name} serves chain ${chain.chainId}, but the trust file names chain ${chainId}; give the URL of a node of that chain.`,
    })
  }
  for (const { number, hash } of blocks) {
    const block = await readBlock(chain, number)
    if (block?.hash === hash) continue
    throw new NotCheckable({
      zh: `节点 ${chain.name} 的区块 ${number} 是 ${block?.hash ?? '（没有）'}，信任文件指定的是 ${hash}。请改用正确的节点。`,
      en: `The node at ${chain.name} has ${block?.hash ?? 'nothing'} as block ${number}, but the trust file says ${hash}; it serves another chain, or is behind. Ask another node.`,
    })
  }
  for (const name of CONTRACT_NAMES) {
    if ((await readCode(chain, contracts[name])) !== '0x') continue
    throw new NotCheckable({
      zh: `节点 ${chain.name} 的链上，地址 ${contracts[name]} 没有合约 ${name}。请核对信任文件与节点。`,
      en: `The chain at ${chain.name} has no contract at ${contracts[name]}, which the trust file names as ${name}; see that file and node belong together.`,
    })
  }
}

async function confirmBlock({ number, hash, time }: EvidenceBlock, chain: Chain): Promise<void> {
  const block = await readBlock(chain, number)
  if (block === undefined) {
    throw new NotCheckable({
      zh: `节点 ${chain.name} 还没有区块 ${number}（最新为 ${(await readHead(chain)).number}）。请等节点同步，或改用其他节点。`,
      en: `The node at ${chain.name} has no block ${number} yet, only up to ${(await readHead(chain)).number}; let it catch up, or ask another.`,
    })
  }
  if (block.hash !== hash || block.time !== time) {
    throw new Disagreement({
      zh: `链上区块 ${number} 是 ${block.hash}（时间 ${block.time}），文件却称是 ${hash}（时间 ${time}）。若该链此后发生过重组，请重新索取证据。`,
      en: `Block ${number} of the chain is ${block.hash} of time ${block.time}, but the file says ${hash} of time ${time}. If this chain was reorganised since, ask for the evidence again.`,
    })
  }
}

/** A node that has thrown old receipts away says nothing against a transaction that its block still lists. */
async function requireNotPruned(transaction: string, number: number, chain: Chain): Promise<void> {
  const block = parseObject('block', await chain.request('eth_getBlockByNumber', [toTag(number), false]))
  if (!parseList('transactions', block['transactions']).includes(transaction)) return
  throw new NotCheckable({
    zh: `节点 ${chain.name} 已不保存交易 ${transaction} 的回执。请改用保存全部历史的节点。`,
    en: `The node at ${chain.name} no longer keeps the receipt of transaction ${transaction}; ask one that keeps all history.`,
  })
}

function confirmEvent(event: EvidenceEvent, file: ChainPart, logs: readonly ChainLog[]): void {
  if (isConfirmed(event, file, logs)) return
  throw new Disagreement({
    zh: `链上的交易 ${event.transaction} 没有文件所称的事件（区块 ${event.block}，序号 ${event.logIndex}）。`,
    en: `Transaction ${event.transaction} of the chain has no such event ${event.logIndex} in block ${event.block} as the file says.`,
  })
}

function isConfirmed(event: EvidenceEvent, { blocks }: ChainPart, logs: readonly ChainLog[]): boolean {
  const found = logs.find(({ index }) => index === event.logIndex)
  const blockHash = blocks.find(({ number }) => number === event.block)!.hash
  return (
    found !== undefined &&
    found.blockNumber === event.block &&
    found.blockHash === blockHash &&
    found.transactionHash === event.transaction &&
    found.address === event.address &&
    found.topics.join() === event.topics.join() &&
    found.data === event.data
  )
}

/** The block of the first event that the chain does not have as the file says, by the node's word. */
export async function findUnconfirmed(file: ChainPart, chain: Chain): Promise<number | undefined> {
  for (const [transaction, events] of Map.groupBy(allEvents(file), event => event.transaction)) {
    const logs = (await readReceipt(chain, transaction))?.logs ?? []
    const other = events.find(event => !isConfirmed(event, file, logs))
    if (other !== undefined) return other.block
  }
  return undefined
}

/** Nothing that the answer hangs on was left out, by the node's word: whatever it tells of it stands in the file. */
async function confirmNothingHidden(
  file: ChainPart,
  story: Story,
  telling: Telling,
  trust: Trust,
  chain: Chain,
): Promise<void> {
  const untold = await findHidden(file, story, telling, trust, chain)
  if (untold !== undefined) throw hidden(untold, trust.contracts)
}

/** The first event that the answer hangs on and does not tell, by the node's word. */
export async function findHidden(
  { chain: { asOf }, blocks }: ChainPart,
  story: Story,
  telling: Telling,
  { contracts }: Trust,
  chain: Chain,
): Promise<FoundLog | undefined> {
  const search = searchStory(story, telling, contracts)
  const last = blocks.find(({ number }) => number === asOf)!
  const found = await readSpoken(chain, contracts, search.spoken, last)
  return search.findUntold(found.map(asFound))
}

/** The first block of a file that the chain does not have, by the node's word, and what it has there. */
export async function findOtherBlock(
  { blocks }: ChainPart,
  chain: Chain,
): Promise<{ readonly number: number; readonly hash: string; readonly there: string } | undefined> {
  for (const { number, hash } of blocks) {
    const there = (await readBlock(chain, number))?.hash
    if (there !== undefined && there !== hash) return { number, hash, there }
  }
  return undefined
}

/** The first block of a file that the chain has, but with another time, by the node's word. */
export async function findOtherTime({ blocks }: ChainPart, chain: Chain): Promise<number | undefined> {
  for (const { number, hash, time } of blocks) {
    const there = await readBlock(chain, number)
    if (there?.hash === hash && there.time !== time) return number
  }
  return undefined
}

function asFound({ address, topics, data, blockNumber: block, index: logIndex }: ChainLog): FoundLog {
  return { address: from0x(address), topics: topics.map(from0x), data: from0x(data), block, logIndex }
}
