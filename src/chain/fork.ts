// Where the chain as a node tells it and the chain as it was read part: the newest block that both have. A block's hash
// stands for all blocks before it, so if one is still there all before it are, and a dozen questions find it among
// thousands.

import type { BlockId } from './event-reader.ts'
import { moved } from './event-reader.ts'
import type { Chain } from './network.ts'
import { readBlock } from './read.ts'

/**
 * The newest of these blocks that the chain still has, as far as its head; undefined when it has none.
 * @param known Oldest first.
 * @throws LedgerError `chain_moved` (retryable) when the node does not know a block below the head it told of
 */
export async function findCommon(chain: Chain, known: readonly BlockId[], head: BlockId): Promise<BlockId | undefined> {
  const reached = known.filter(({ number }) => number <= head.number)
  const isThere = async (block: BlockId): Promise<boolean> => {
    if (block.number === head.number) return block.hash === head.hash
    const now = await readBlock(chain, block.number)
    if (now === undefined) throw moved(chain, block)
    return now.hash === block.hash
  }
  // All blocks before `low` are there, and from `high` on none is. The newest first: mostly nothing happened.
  let [low, high] = [0, reached.length]
  for (let probe = high - 1; low < high; probe = Math.floor((low + high) / 2)) {
    if (await isThere(reached[probe]!)) low = probe + 1
    else high = probe
  }
  return reached[low - 1]
}
