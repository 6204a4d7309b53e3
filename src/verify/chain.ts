// The events of a file against a chain, by an RPC endpoint that the verifier believes: the right chain, the contracts
// there, every block and every event as the file says, and no later word on a grant left out.

import { callContract } from '../chain/call.ts'
import { type ContractAddresses, decodeEvent, type LedgerEvent, topicOf } from '../chain/contracts.ts'
import { readLogs } from '../chain/logs.ts'
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
import type { Evidence, EvidenceBlock, EvidenceEvent } from '../core/evidence.ts'
import type { Findings, Stage } from './grants.ts'
import { Disagreement, NotCheckable } from './report.ts'
import type { Row } from './rows.ts'
import type { Trust } from './trust.ts'

/** The contracts whose word evidence rests on. */
const NEEDED = ['organisations', 'catalogue', 'accessLedger', 'checkpointAnchor'] as const

export async function confirmEvents(evidence: Evidence, trust: Trust, chain: Chain): Promise<void> {
  await requireTrustedChain(trust, chain)
  for (const block of evidence.blocks) await confirmBlock(block, chain)
  for (const [transaction, events] of Map.groupBy([evidence.anchor, ...evidence.events], event => event.transaction)) {
    const receipt = await readReceipt(chain, transaction)
    if (receipt === undefined) await requireNotPruned(transaction, events[0]!.block, chain)
    for (const event of events) confirmEvent(event, evidence, receipt?.logs ?? [])
  }
}

/** Nothing is said against a file by a node of another chain. */
async function requireTrustedChain({ chainId, contracts, blocks }: Trust, chain: Chain): Promise<void> {
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
  for (const name of NEEDED) {
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

function confirmEvent(event: EvidenceEvent, { blocks }: Evidence, logs: readonly ChainLog[]): void {
  const found = logs.find(({ index }) => index === event.logIndex)
  const blockHash = blocks.find(({ number }) => number === event.block)!.hash
  const same =
    found !== undefined &&
    found.blockNumber === event.block &&
    found.blockHash === blockHash &&
    found.transactionHash === event.transaction &&
    found.address === event.address &&
    found.topics.join() === event.topics.join() &&
    found.data === event.data
  if (same) return
  throw new Disagreement({
    zh: `链上的交易 ${event.transaction} 没有文件所称的事件（区块 ${event.block}，序号 ${event.logIndex}）。`,
    en: `Transaction ${event.transaction} of the chain has no such event ${event.logIndex} in block ${event.block} as the file says.`,
  })
}

// ——— Nothing left out about a grant ———
// A file could show a grant and leave out its revocation, and each event in it would still be true. The contract's own
// state says where each grant stands now; what the file does not show must have happened after the file was made.

/** The contract's enum State; expired and exhausted are granted, as far as decisions go. */
const STAGES: readonly Stage[] = ['none', 'requested', 'refused', 'granted', 'revoked', 'granted', 'granted']

const NEXT_STAGE: Partial<Record<LedgerEvent['name'], Stage>> = {
  AccessRequested: 'requested',
  AccessGranted: 'granted',
  AccessRefused: 'refused',
  GrantRevoked: 'revoked',
}

export async function confirmGrants(
  evidence: Evidence,
  { contracts }: Trust,
  rows: readonly Row[],
  { grants }: Findings,
  chain: Chain,
): Promise<void> {
  for (const id of new Set(rows.flatMap(({ record }) => record.grant ?? []))) {
    const shown = grants.get(id)?.stage ?? 'none'
    const now = await readStage(id, contracts, chain)
    if (now === shown || (await wordAfter(evidence.chain.asOf, id, contracts, chain)) === now) continue
    throw new Disagreement({
      zh: `授权 ${id} 在链上的状态是 ${now}，文件只显示到 ${shown}：此前的决定或撤销被隐去。`,
      en: `Grant ${id} is ${now} on the chain, but the file shows it as ${shown}: a decision or revocation up to block ${evidence.chain.asOf} was left out.`,
    })
  }
}

async function readStage(id: number, contracts: ContractAddresses, chain: Chain): Promise<Stage> {
  const [state] = (await callContract(chain, 'accessLedger', contracts.accessLedger, 'stateOf', [id])) as [bigint]
  const stage = STAGES[Number(state)]
  if (stage !== undefined) return stage
  throw new NotCheckable({
    zh: `节点 ${chain.name} 称授权 ${id} 的状态为 ${state}，本版本不认识。请改用其他节点，或更新版本的验证程序。`,
    en: `The node at ${chain.name} says that grant ${id} is in state ${state}, which this version does not know; ask another node, or use a newer verifier.`,
  })
}

/** The last stage that events after a block brought a grant to. */
async function wordAfter(
  block: number,
  id: number,
  contracts: ContractAddresses,
  chain: Chain,
): Promise<Stage | undefined> {
  const names = Object.keys(NEXT_STAGE) as LedgerEvent['name'][]
  const topics = [names.map(topicOf), `0x${id.toString(16).padStart(64, '0')}`]
  const filter = { addresses: [contracts.accessLedger], topics }
  let last: Stage | undefined
  for await (const { logs } of readLogs(chain, filter, { from: block + 1, to: (await readHead(chain)).number })) {
    for (const log of logs) last = NEXT_STAGE[decodeEvent(log, contracts)?.name ?? 'Delivered'] ?? last
  }
  return last
}
