// As of which block evidence is made (docs/evidence.md, "As of which block"): a final one, unless the newest is asked for.

import { readFinalBlock } from '../chain/final.ts'
import type { Chain } from '../chain/network.ts'
import { LedgerError } from '../core/error.ts'
import type { Words } from '../core/words.ts'
import { type BlockName, chainMoved, type EvidenceRegistry } from './events.ts'

export interface AsOfParts {
  readonly registry: EvidenceRegistry
  readonly chain: Chain
  /** How many blocks deep a block must be to count as final, where the chain itself does not say which one is. */
  readonly finality: number
}

/**
 * Reads the registry on, and chooses the block: the newest final one, so that what is signed now is true of the chain for
 * good; with `newest` the newest of all.
 * @throws LedgerError `chain_moved`, `not_final_yet` (both retryable), and what the registry and the chain's reader throw
 */
export async function chooseBlock({ registry, chain, finality }: AsOfParts, newest: boolean): Promise<BlockName> {
  await registry.refresh()
  const head = registry.block
  if (head === undefined) throw chainMoved({ en: 'no block of it is known', zh: '其区块均不可知' })
  const asOf = newest ? head : await readFinalBlock(chain, head, finality)
  if (asOf !== undefined) return asOf
  throw notFinalYet({
    zh: `链上尚无最终确认的区块，最新为区块 ${head.number}`,
    en: `no block of the chain is final: it ends with block ${head.number}`,
  })
}

/** What is asked about is on the chain, but in a block that it may still take back. */
export function notFinalYet(why: Words): LedgerError {
  return new LedgerError(
    'not_final_yet',
    {
      zh: `目前还不能作出不可推翻的证明：${why.zh}。请待其最终确认后再试；或加 newest=true（命令行 --newest），按最新区块作答，但该区块仍可能被链撤回。`,
      en: `Nothing can be proven for good yet: ${why.en}. Ask again when it is final, or ask with newest=true (--newest) for an answer as of the newest block, which the chain may still take back.`,
    },
    { retryable: true },
  )
}
