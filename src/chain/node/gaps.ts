// Which transactions of the pool the next block cannot hold, because one of the same sender before them is missing. The
// engine would keep them until that one comes; but what waits in memory only cannot be acknowledged.

import type { Hex } from './bytes.ts'
import type { Engine, PooledTransaction } from './engine.ts'

export interface Gap {
  readonly hash: Hex
  readonly nonce: number
  /** The nonce that would have to come first. */
  readonly expected: number
}

/** Transactions that cannot be in the next block because one before them, by nonce, is missing. */
export async function findGaps(pool: readonly PooledTransaction[], engine: Engine): Promise<Gap[]> {
  const bySender = Map.groupBy(pool, ({ from }) => from)
  const gaps: Gap[] = []
  await Promise.all(
    Array.from(bySender, async ([sender, transactions]) => {
      let expected = await engine.nextNonce(sender)
      for (const { hash, nonce } of transactions.toSorted((a, b) => a.nonce - b.nonce)) {
        if (nonce === expected) expected++
        else gaps.push({ hash, nonce, expected })
      }
    }),
  )
  return gaps
}
