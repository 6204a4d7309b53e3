// The index as anchoring sees it, over a log that has no records: a real log of epochs, whose tries are made up.

import type { AnchoredIndex } from '../src/anchor-round.ts'
import { EpochLog } from '../src/completeness/epoch-log.ts'
import { sha256 } from '../src/core/hash.ts'
import { INDEX_FACTS } from '../src/log-key.ts'
import { rootAt } from '../src/published.ts'
import { factsUnder } from '../src/store/facts-under.ts'
import type { Facts } from '../src/store/store.ts'

export async function openCoveringIndex(facts: Facts): Promise<AnchoredIndex & { readonly released: number }> {
  const epochs = await EpochLog.open(factsUnder(facts, INDEX_FACTS))
  return {
    epochs,
    released: 0,
    async catchUp() {},
    async cover({ size, checkpoint }) {
      const trieRoot = sha256(Buffer.from(`trie of ${size}`))
      if (epochs.newest?.size !== size) await epochs.append({ trieRoot, checkpoint })
      return { checkpoint: epochs.newest!.checkpoint, head: epochs.head }
    },
    async coveredAt(size) {
      const epoch = await epochs.ofSize(size)
      if (epoch === undefined) return undefined
      const leaves = epoch.index + 1
      return { checkpoint: epoch.checkpoint, head: { size: leaves, root: await rootAt(epochs, leaves) } }
    },
    async release(size) {
      Object.assign(this, { released: size })
    },
  }
}
