// The newest block that is not expected to be taken back: the one the chain itself calls final (`finalized` of Ethereum's
// execution-apis, since proof of stake), or, on chains that have no such word, one so many blocks deep.

import { type Chain, RpcRefusal } from './network.ts'
import { readBlock } from './read.ts'

interface BlockName {
  readonly number: number
  readonly hash: string
}

/**
 * @param head The newest block that is known; nothing newer is given.
 * @param finality How many blocks deep counts as final, the head being 1 deep; asked only where the chain does not say.
 * @returns undefined while the chain is too short for any block to be final
 */
export async function readFinalBlock(chain: Chain, head: BlockName, finality: number): Promise<BlockName | undefined> {
  const told = await readFinalized(chain)
  const number = told?.number ?? head.number - finality + 1
  if (number >= head.number) return head
  return told ?? (number < 0 ? undefined : readBlock(chain, number))
}

/** Undefined where the chain has no such notion. Nodes word that in three ways: a refusal, no block, the first block. */
async function readFinalized(chain: Chain): Promise<BlockName | undefined> {
  try {
    const block = await readBlock(chain, 'finalized')
    return block?.number === 0 ? undefined : block
  } catch (error) {
    if (error instanceof RpcRefusal) return undefined
    throw error
  }
}
