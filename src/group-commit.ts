// Many clients, one disk: what arrives while a commit is under way goes into the next one, so that a single fsync and
// a single signature serve them all. A receipt is made only from what the store says is durable.

import type { TreeHead } from './core/checkpoint.ts'
import type { ReceiptJson } from './core/receipt.ts'
import { HASH_BYTES } from './core/tree.ts'
import { encodeReceipt, type HeadSigner, type LeafRun, proveRuns } from './receipts.ts'
import type { NewBatch, Store } from './store/store.ts'

export interface Committed {
  readonly firstIndex: number
  readonly receipt: ReceiptJson | undefined
}

export interface GroupCommit {
  /** Resolves once the batch is durable and its receipt signed; a batch without leaves has no receipt. */
  commit(batch: Omit<NewBatch, 'each'>): Promise<Committed>
  /** The same for batches of one leaf each, with a receipt for each. */
  commitEach(batches: Required<Pick<NewBatch, 'leaves' | 'each'>>): Promise<readonly Committed[]>
  /** Why the last commit failed; undefined when it did not. */
  failure(): unknown
  /** Takes nothing more, for this reason: the log may not go on. */
  refuse(reason: unknown): void
  /** Resolves when nothing is under way. */
  drain(): Promise<void>
}

interface Waiting {
  readonly batch: NewBatch
  readonly resolve: (committed: readonly Committed[]) => void
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
    const runs = group.map(({ batch }, k) => runsOf(batch, first[k]!))
    try {
      const proofs = (await proveRuns(store, runs.flat(), head.size)).values()
      for (const [k, { resolve }] of group.entries()) {
        const committed = runs[k]!.map(({ firstIndex, count, hashes }): Committed => {
          const proof = proofs.next().value!
          if (count === 0) return { firstIndex, receipt: undefined }
          return { firstIndex, receipt: encodeReceipt({ firstIndex, leaves: hashes, proof, checkpoint }) }
        })
        resolve(committed)
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

  const put = (batch: NewBatch): Promise<readonly Committed[]> => {
    if (refusal !== undefined) return Promise.reject(refusal)
    return new Promise((resolve, reject) => {
      waiting.push({ batch, resolve, reject })
      running ??= run()
    })
  }

  return {
    commit: async batch => (await put(batch))[0]!,
    commitEach: put,
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

/** The runs of leaves that get a receipt each, with their hashes. */
function runsOf(
  { leaves, each }: NewBatch,
  firstIndex: number,
): readonly (LeafRun & { readonly hashes: Uint8Array })[] {
  const { count, hashes } = leaves
  if (each === undefined) return [{ firstIndex, count, hashes }]
  return each.map((_, k) => {
    return { firstIndex: firstIndex + k, count: 1, hashes: hashes.subarray(k * HASH_BYTES, (k + 1) * HASH_BYTES) }
  })
}

function weightOf({ leaves, state, each }: NewBatch): number {
  return leaves.count + STATE_WEIGHT * (each?.length ?? (state === undefined ? 0 : 1))
}
