// What a node tells of given things, up to one block. The newest blocks are asked for by hash, since a node that lags
// behind others of the same URL has no events of blocks that it does not know yet, and does not say so (logs.ts).

import { from0x } from '../core/bytes.ts'
import { LedgerError } from '../core/error.ts'
import type { ContractAddresses } from './abi.ts'
import { type EventSearch, type Spoken, searchEvents, toTopic } from './event-search.ts'
import { topicOf } from './events.ts'
import { readBlockLogs, readLogs, readNewestBlocks } from './logs.ts'
import type { Chain } from './network.ts'
import { type ChainLog, readBlock } from './read.ts'

/** By how many blocks a node behind the same URL may lag. */
const LAG = 12

/**
 * The events that speak of these things up to a block, in the order of the chain, each once.
 * @param asOf A block that the chain had a moment ago.
 * @throws LedgerError `chain_moved` (retryable) and what the chain's reader throws
 */
export async function readSpoken(
  chain: Chain,
  contracts: ContractAddresses,
  spoken: readonly Spoken[],
  asOf: { readonly number: number; readonly hash: string },
): Promise<readonly ChainLog[]> {
  if (spoken.length === 0) return []
  const search = searchEvents(spoken, contracts)
  const newest = await readNewestBlocks(chain, asOf, Math.max(search.from, asOf.number - LAG + 1))
  const found = await readOlder(chain, contracts, spoken, asOf.number - newest.length)
  await requireThere(chain, newest[0])
  const addresses = [...new Set(spoken.map(({ contract }) => contracts[contract]))]
  for (const block of newest) {
    if (search.maySpeak(block)) {
      found.push(...(await readBlockLogs(chain, addresses, block)).filter(log => speaks(search, log)))
    }
  }
  const byPlace = new Map(found.map(log => [`${log.blockNumber} ${log.index}`, log]))
  return [...byPlace.values()].toSorted((a, b) => a.blockNumber - b.blockNumber || a.index - b.index)
}

async function readOlder(
  chain: Chain,
  contracts: ContractAddresses,
  spoken: readonly Spoken[],
  to: number,
): Promise<ChainLog[]> {
  const found: ChainLog[] = []
  // Things of one kind are asked for together.
  const kinds = Map.groupBy(spoken, ({ contract, names, position }) => `${contract} ${position} ${names.join()}`)
  for (const alike of kinds.values()) {
    const { contract, names, position } = alike[0]!
    const before = Array.from({ length: position - 1 }, () => null)
    const ids = [...new Set(alike.map(({ id }) => toTopic(id)))]
    const filter = { addresses: [contracts[contract]], topics: [names.map(topicOf), ...before, ids] }
    const search = searchEvents(alike, contracts)
    for await (const { logs } of readLogs(chain, filter, { from: search.from, to })) {
      found.push(...logs.filter(log => speaks(search, log)))
    }
  }
  return found
}

/** As long as this block is there, all older ones that were told of are of one chain. */
async function requireThere(chain: Chain, bound: { readonly number: number; readonly hash: string } | undefined) {
  if (bound === undefined || (await readBlock(chain, bound.number))?.hash === bound.hash) return
  throw new LedgerError(
    'chain_moved',
    {
      en: `The chain was reorganised while it was read: the node at ${chain.name} has another block ${bound.number} now. Try again in a moment.`,
      zh: `读取期间链发生了重组：节点 ${chain.name} 的区块 ${bound.number} 已是另一个。请稍后重试。`,
    },
    { retryable: true },
  )
}

function speaks({ speaks }: EventSearch, { address, topics }: ChainLog): boolean {
  return speaks({ address: from0x(address), topics: topics.map(from0x) })
}
