// Many clients, one disk: what arrives while a commit is under way goes into the next one, so that a single fsync and
// a single signature serve them all. A receipt is made only from what the store says is durable.

import type { TreeHead } from './core/checkpoint.ts'
import type { ReceiptJson } from './core/receipt.ts'
import { encodeReceipt, type HeadSigner, proveRuns } from './receipts.ts'
import type { NewBatch, Store } from './store/store.ts'

export interface Committed {
  readonly firstIndex: number
  readonly receipt: ReceiptJson | undefined
}

export interface GroupCommit {
  /** Resolves once the batch is durable and its receipt signed; a batch without leaves has no receipt. */
  commit(batch: NewBatch): Promise<Committed>
  /** Why the last commit failed; undefined when it did not. */
  failure(): unknown
  /** Takes nothing more, for this reason: the log may not go on. */
  refuse(reason: unknown): void
  /** Resolves when nothing is under way. */
  drain(): Promise<void>
}

interface Waiting {
  readonly batch: NewBatch
  readonly resolve: (committed: Committed) => void
  readonly reject: (error: unknown) => void
}

/** Leaves in one commit at most: bounds its memory and how long the first of them waits. */
export const MAX_GROUP_LEAVES = 16_384
/** What a batch counts beside its leaves, since its state takes up to some kilobytes of the commit. */
const STATE_WEIGHT = 32

export function createGroupCommit(store: Store, signer: HeadSigner, now: () => number): GroupCommit {
  let waiting: Waiting[] = []
  /** How many batches the group before this one had. */
  let previous = 0
  let running: Promise<void> | undefined
  let failure: unknown
  let refusal: unknown
  const receipts = new Set<Promise<void>>()

  // Half of the clients wait for the disk while the other half is read and answered. Were all that wait taken, a large
  // group and a small one would take turns for ever: while the large one is written, hardly anybody is there to be read.
  const takeGroup = (): Waiting[] => {
    const most = Math.ceil((waiting.length + previous) / 2)
    let leaves = 0
    let count = 0
    while (
      count < Math.min(most, waiting.length) &&
      (count === 0 || leaves + weightOf(waiting[count]!.batch) <= MAX_GROUP_LEAVES)
    ) {
      leaves += weightOf(waiting[count]!.batch)
      count++
    }
    const group = waiting.slice(0, count)
    waiting = waiting.slice(count)
    previous = count
    return group
  }

  const commitGroup = async (group: readonly Waiting[]): Promise<void> => {
    const first = await store.append(group.map(({ batch }) => batch))
    const { head } = store // only this loop appends, so the head is the one these leaves made
    const checkpoint = signer.sign(head, Math.floor(now() / 1000))
    // The next group need not wait for these receipts: what they prove is durable already.
    const settled = answer(group, first, head, checkpoint).finally(() => receipts.delete(settled))
    receipts.add(settled)
  }

  const answer = async (
    group: readonly Waiting[],
    first: readonly number[],
    head: TreeHead,
    checkpoint: string,
  ): Promise<void> => {
    const placed = group.map(({ batch: { leaves } }, k) => ({ firstIndex: first[k]!, ...leaves }))
    try {
      const proofs = await proveRuns(store, placed, head.size)
      for (const [k, { resolve }] of group.entries()) {
        const { firstIndex, count, hashes } = placed[k]!
        const receipt =
          count === 0 ? undefined : encodeReceipt({ firstIndex, leaves: hashes, proof: proofs[k]!, checkpoint })
        resolve({ firstIndex, receipt })
      }
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }

  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = takeGroup()
      try {
        await commitGroup(group)
        failure = undefined
      } catch (error) {
        failure = error
        for (const { reject } of group) reject(error)
      }
    }
    running = undefined
  }

  return {
    commit(batch) {
      if (refusal !== undefined) return Promise.reject(refusal)
      return new Promise((resolve, reject) => {
        waiting.push({ batch, resolve, reject })
        running ??= run()
      })
    },
    failure: () => failure,
    refuse(reason) {
      refusal = reason
    },
    async drain() {
      while (running !== undefined) await running
      await Promise.all(receipts)
    },
  }
}

function weightOf({ leaves, state }: NewBatch): number {
  return leaves.count + (state === undefined ? 0 : STATE_WEIGHT)
}
