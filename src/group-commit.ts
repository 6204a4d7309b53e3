// Many clients, one disk: what arrives while a commit is under way goes into the next one, so that a single fsync and
// a single signature serve them all. A receipt is made only from what the store says is durable.

import type { TreeHead } from './core/checkpoint.ts'
import { runNodes } from './core/proof.ts'
import { encodeReceipt, type ReceiptJson } from './core/receipt.ts'
import type { NewBatch, Store } from './store/store.ts'

/** Signs a tree head, with the time in seconds: the log's key (`src/log-key.ts`). */
export interface HeadSigner {
  sign(head: TreeHead, now: number): string
}

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
  let running: Promise<void> | undefined
  let failure: unknown
  let refusal: unknown
  const receipts = new Set<Promise<void>>()

  const takeGroup = (): Waiting[] => {
    let leaves = 0
    let count = 0
    while (count < waiting.length && (count === 0 || leaves + weightOf(waiting[count]!.batch) <= MAX_GROUP_LEAVES)) {
      leaves += weightOf(waiting[count]!.batch)
      count++
    }
    const group = waiting.slice(0, count)
    waiting = waiting.slice(count)
    return group
  }

  const commitGroup = async (group: readonly Waiting[]): Promise<void> => {
    const first = await store.append(group.map(({ batch }) => batch))
    const { head } = store // only this loop appends, so the head is the one these leaves made
    const checkpoint = signer.sign(head, Math.floor(now() / 1000))
    // The next group need not wait for these receipts: what they prove is durable already.
    for (const [k, { batch, resolve, reject }] of group.entries()) {
      const firstIndex = first[k]!
      const settled = makeReceipt(store, head, checkpoint, firstIndex, batch)
        .then(receipt => resolve({ firstIndex, receipt }), reject)
        .finally(() => receipts.delete(settled))
      receipts.add(settled)
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

async function makeReceipt(
  store: Store,
  head: TreeHead,
  checkpoint: string,
  firstIndex: number,
  { leaves }: NewBatch,
): Promise<ReceiptJson | undefined> {
  const { count, hashes } = leaves
  if (count === 0) return undefined
  const proof = await store.readNodes(runNodes({ start: firstIndex, end: firstIndex + count }, head.size))
  return encodeReceipt({ firstIndex, leaves: hashes, proof, checkpoint })
}
