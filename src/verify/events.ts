// The contract events in a file: read against the trusted contract addresses, in the order of the chain, and each of
// them about something in the answer. Whether they really happened, the chain is asked later (chain.ts).

import { type ContractAddresses, decodeEvent, type LedgerEvent } from '../chain/contracts.ts'
import type { Evidence, EvidenceBlock, EvidenceEvent } from '../core/evidence.ts'
import { Disagreement } from './report.ts'

/** An event of the file, decoded, with the time of its block. */
export type TimedEvent = LedgerEvent & { readonly time: number }

export interface FileEvents {
  readonly anchor: TimedEvent
  readonly events: readonly TimedEvent[]
  readonly blocks: ReadonlyMap<number, EvidenceBlock>
}

export function readEvents(evidence: Evidence, contracts: ContractAddresses): FileEvents {
  const blocks = readBlocks(evidence)
  requireOrder(evidence.events)
  return {
    anchor: readEvent(evidence.anchor, 'anchor', blocks, contracts),
    events: evidence.events.map((event, k) => readEvent(event, `events[${k}]`, blocks, contracts)),
    blocks,
  }
}

/** The blocks of the events and the one that judgements are as of; no others, and that one last. */
function readBlocks({ blocks, events, anchor, chain }: Evidence): ReadonlyMap<number, EvidenceBlock> {
  const needed = [...new Set([chain.asOf, anchor.block, ...events.map(({ block }) => block)])].toSorted((a, b) => a - b)
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
  const decoded = decodeEvent(
    { address, topics, data, transactionHash, index, blockNumber, blockHash: hash },
    contracts,
  )
  if (decoded !== undefined) return { ...decoded, time }
  throw new Disagreement({
    zh: `${at} 不是可信合约发出的账本事件（地址 ${address}）。`,
    en: `${at} is no event of the trusted contracts: ${address} is not the contract that emits it.`,
  })
}
