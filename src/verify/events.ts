// The contract events in a file: read against the trusted contract addresses, in the order of the chain, and each of
// them about something in the answer. Whether they really happened, the chain is asked later (chain.ts).

import type { ContractAddresses } from '../chain/abi.ts'
import { decodeEvent } from '../chain/events.ts'
import type { TimedEvent } from '../chain/registry-state.ts'
import type { ChainPart, EvidenceBlock, EvidenceEvent } from '../core/evidence-chain.ts'
import { Disagreement } from './report.ts'

export interface FileEvents {
  /** Decoded, each with the time of its block. */
  readonly events: readonly TimedEvent[]
  /** Those that anchored the log and its index log, as far as the file has them. */
  readonly anchors: readonly TimedEvent[]
  readonly blocks: ReadonlyMap<number, EvidenceBlock>
}

export function readEvents(file: ChainPart, contracts: ContractAddresses): FileEvents {
  const blocks = readBlocks(file)
  requireOrder(file.events)
  return {
    events: file.events.map((event, k) => readEvent(event, `events[${k}]`, blocks, contracts)),
    anchors: (file.anchors ?? []).map((event, k) => readEvent(event, `anchors[${k}]`, blocks, contracts)),
    blocks,
  }
}

/** Every event of the file, the anchoring ones first. */
export function allEvents({ anchors = [], events }: ChainPart): readonly EvidenceEvent[] {
  return [...anchors, ...events]
}

/** The blocks of the events and the one that judgements are as of; no others, and that one last. */
function readBlocks(file: ChainPart): ReadonlyMap<number, EvidenceBlock> {
  const { blocks, chain } = file
  const needed = [...new Set([chain.asOf, ...allEvents(file).map(({ block }) => block)])].toSorted((a, b) => a - b)
  const given = blocks.map(({ number }) => number)
  if (given.join() !== needed.join() || needed.at(-1) !== chain.asOf) {
    throw new Disagreement({
      zh: `所列区块（${given.join('、')}）不是事件所在的区块（${needed.join('、')}）。`,
      en: `The blocks listed (${given.join(', ')}) are not those of the events up to block ${chain.asOf} (${needed.join(', ')}).`,
    })
  }
  const backwards = blocks.find(({ time }, k) => k > 0 && time < blocks[k - 1]!.time)
  if (backwards !== undefined) {
    throw new Disagreement({
      zh: `区块 ${backwards.number} 的时间早于它之前的区块。`,
      en: `Block ${backwards.number} claims a time before the block that it follows.`,
    })
  }
  return new Map(blocks.map(block => [block.number, block]))
}

/** Strictly ascending, so that no event counts twice. */
function requireOrder(events: readonly EvidenceEvent[]): void {
  const at = events.findIndex((event, k) => {
    const before = events[k - 1]
    if (before === undefined) return false
    return event.block === before.block ? event.logIndex <= before.logIndex : event.block < before.block
  })
  if (at < 0) return
  throw new Disagreement({
    zh: `第 ${at + 1} 个事件不在链上的先后次序中，或重复出现。`,
    en: `events[${at}] is out of the chain's order, or there twice.`,
  })
}

function readEvent(
  event: EvidenceEvent,
  at: string,
  blocks: ReadonlyMap<number, EvidenceBlock>,
  contracts: ContractAddresses,
): TimedEvent {
  const { hash, time } = blocks.get(event.block)!
  const { address, topics, data, transaction: transactionHash, logIndex: index, block: blockNumber } = event
  const log = { address, topics: [...topics], data, transactionHash, index, blockNumber, blockHash: hash }
  const decoded = decodeEvent(log, contracts)
  // Which transaction of its block it is of, its hash says; the number is nobody's concern here.
  if (decoded !== undefined) return { event: decoded, log: { ...log, transactionIndex: 0 }, time }
  throw new Disagreement({
    zh: `${at} 不是可信合约发出的账本事件（地址 ${address}）。`,
    en: `${at} is no event of the trusted contracts: ${address} is not the contract that emits it.`,
  })
}
