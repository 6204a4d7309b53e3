// The ledger's events from one block on to the head, step by step; each step can be kept on its own, since it says which
// block it goes on from and where it ends.
//
// A reading may take minutes, and the chain may be reorganised while it lasts. So the newest blocks are fetched first, by
// hash, from the head back: that tells the hash of the block before them, the bound. After every page of older events
// the bound must still be there. A block's hash stands for all blocks before it: as long as the bound is there, all that
// was asked since the head was told is of one chain.

import { LedgerError } from '../core/error.ts'
import type { ContractAddresses } from './abi.ts'
import { type RawEvent, speakersOf } from './event-source.ts'
import { readBlockLogs, readLogs, readNewestBlocks } from './logs.ts'
import type { Chain } from './network.ts'
import { type Block, type ChainLog, readBlock } from './read.ts'

/** A block by what tells it from all others. */
export interface BlockId {
  readonly number: number
  readonly hash: string
}

/** What stands in the blocks after `after`, up to and including the last of `blocks`. */
export interface Step {
  /** Undefined when it begins with the ledger's first block. */
  readonly after: BlockId | undefined
  /** Those whose hashes were seen, oldest first: at least the last one. */
  readonly blocks: readonly BlockId[]
  /** In the order of the chain. */
  readonly events: readonly RawEvent[]
}

export interface ReaderParts {
  readonly chain: Chain
  readonly contracts: ContractAddresses
  /** No event of the ledger is older. */
  readonly firstBlock: number
  /** By how many blocks a node behind the same URL may lag: so many of the newest are read by hash. 12 when absent. */
  readonly lag?: number
}

const LAG = 12

/** @throws LedgerError `chain_moved` (retryable) and its like: what was yielded before stays right, read on from there */
export async function* readSteps(parts: ReaderParts, after: BlockId | undefined, head: BlockId): AsyncGenerator<Step> {
  const { chain, contracts, firstBlock, lag = LAG } = parts
  const addresses = speakersOf(contracts)
  const from = after === undefined ? firstBlock : after.number + 1
  const newest = Math.max(from, head.number - lag + 1)
  const newestBlocks = await readNewestBlocks(chain, head, newest)
  const [first] = newestBlocks
  if (first === undefined) return
  const bound: BlockId = { number: newest - 1, hash: first.parentHash }

  let known = after
  for await (const { logs, to } of readLogs(chain, { addresses }, { from, to: bound.number })) {
    const step = { after: known, ...(await readPage(chain, logs, to)) }
    await requireThere(chain, bound)
    yield step
    known = step.blocks.at(-1)!
  }
  if (known !== undefined && known.hash !== bound.hash) throw moved(chain, known, bound.hash)

  const events: RawEvent[] = []
  for (const block of newestBlocks) {
    for (const log of await readBlockLogs(chain, addresses, block)) events.push({ log, time: block.time })
  }
  yield { after: known, blocks: newestBlocks.map(({ number, hash }) => ({ number, hash })), events }
}

/** Each event with its block's time; its block and the page's last one are the chain's own. */
async function readPage(chain: Chain, logs: readonly ChainLog[], to: number): Promise<Omit<Step, 'after'>> {
  const events: RawEvent[] = []
  const blocks = new Map<number, Block>()
  for (const log of logs) {
    const block =
      blocks.get(log.blockNumber) ?? (await requireThere(chain, { number: log.blockNumber, hash: log.blockHash }))
    if (block.hash !== log.blockHash) throw moved(chain, { number: block.number, hash: log.blockHash }, block.hash)
    blocks.set(block.number, block)
    events.push({ log, time: block.time })
  }
  const last = blocks.get(to) ?? (await readBlock(chain, to))
  if (last === undefined) throw moved(chain, { number: to, hash: 'there' })
  blocks.set(to, last)
  return { blocks: Array.from(blocks.values(), ({ number, hash }) => ({ number, hash })), events }
}

async function requireThere(chain: Chain, { number, hash }: BlockId): Promise<Block> {
  const block = await readBlock(chain, number)
  if (block?.hash !== hash) throw moved(chain, { number, hash }, block?.hash)
  return block
}

export function moved(chain: Chain, { number, hash }: BlockId, now = 'gone'): LedgerError {
  return new LedgerError(
    'chain_moved',
    {
      en: `Block ${number} of the chain at ${chain.name} was ${hash} a moment ago, and now it is ${now}: it is being reorganised, or another node answered that lags behind. The next reading looks again.`,
      zh: `节点 ${chain.name} 上的区块 ${number} 刚才是 ${hash}，现在是 ${now}：正在重组，或由一个落后的节点应答。下次读取时再看。`,
    },
    { retryable: true },
  )
}
