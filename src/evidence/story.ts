// Everything that an answer hangs on, read from the chain as of one block: what is asked about, whatever its events name,
// whatever the events of that name, and so on until nothing new is named.

import type { ContractAddresses } from '../chain/contracts.ts'
import { spokenOf } from '../chain/event-search.ts'
import { decodeAll } from '../chain/event-source.ts'
import type { Chain } from '../chain/network.ts'
import { type Block, type ChainLog, readBlock } from '../chain/read.ts'
import type { TimedEvent } from '../chain/registry-state.ts'
import { readSpoken } from '../chain/spoken-logs.ts'
import { keyOf, type Story, type Telling, type Thing, tellStory } from '../chain/things.ts'
import { LedgerError } from '../core/error.ts'
import { MAX_EVENTS } from '../core/evidence-chain.ts'
import { type BlockName, chainMoved } from './events.ts'

export interface ReadStory extends Story {
  /** Every event that was found about these things, told or not. */
  readonly found: readonly TimedEvent[]
}

export interface StoryParts {
  readonly chain: Chain
  readonly contracts: ContractAddresses
  /** No event of the ledger is older. */
  readonly firstBlock: number
}

/**
 * @param asOf The last block that counts; the chain had it a moment ago.
 * @throws LedgerError `chain_moved` (retryable), `evidence_too_long`, and what the chain's reader throws
 */
export async function readStory(
  start: readonly Thing[],
  telling: Telling,
  { chain, contracts, firstBlock }: StoryParts,
  asOf: BlockName,
): Promise<ReadStory> {
  const times = createTimes(chain)
  const found = new Map<string, TimedEvent>()
  const read = new Set<string>()
  for (;;) {
    const events = [...found.values()].toSorted(byPlace)
    const story = tellStory(start, events, telling)
    const unread = story.things.filter(thing => !read.has(keyOf(thing)))
    if (story.events.length > MAX_EVENTS) throw tooLong(story.events.length)
    if (unread.length === 0) return { ...story, found: events }
    const spoken = spokenOf(unread, telling, events).map(one => ({ ...one, from: Math.max(one.from, firstBlock) }))
    for (const thing of unread) read.add(keyOf(thing))
    const logs = await readSpoken(chain, contracts, spoken, asOf)
    const raw: { log: ChainLog; time: number }[] = []
    for (const log of logs) raw.push({ log, time: (await times(log)).time })
    for (const event of decodeAll(raw, contracts)) found.set(placeOf(event.log), event)
  }
}

/** The time of an event's block, each block asked for once. */
export function createTimes(chain: Chain): (log: ChainLog) => Promise<Block> {
  const blocks = new Map<number, Block | undefined>()
  return async ({ blockNumber, blockHash }) => {
    const block = blocks.get(blockNumber) ?? (await readBlock(chain, blockNumber))
    blocks.set(blockNumber, block)
    if (block?.hash === blockHash) return block
    throw chainMoved({
      en: `block ${blockNumber} was ${blockHash} when it was read, and now it is ${block?.hash ?? 'gone'}`,
      zh: `区块 ${blockNumber} 读取时是 ${blockHash}，现在${block === undefined ? '已不存在' : `是 ${block.hash}`}`,
    })
  }
}

/** The chain's order. */
export function byPlace({ log: a }: Pick<TimedEvent, 'log'>, { log: b }: Pick<TimedEvent, 'log'>): number {
  return a.blockNumber - b.blockNumber || a.index - b.index
}

function placeOf({ blockNumber, index }: ChainLog): string {
  return `${blockNumber} ${index}`
}

function tooLong(count: number): LedgerError {
  return new LedgerError('evidence_too_long', {
    en: `What the contracts say about this takes ${count} events, more than the ${MAX_EVENTS} that one file may hold; ask about fewer grants.`,
    zh: `合约中与此有关的事件有 ${count} 个，超过一个文件可容纳的 ${MAX_EVENTS} 个；请询问较少的授权。`,
  })
}
