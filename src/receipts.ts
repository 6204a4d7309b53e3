// Receipts for leaves that are in the log already: made anew from the tree as it is now, since nothing about them needs
// to be remembered.

import { LedgerError } from './core/error.ts'
import { runNodes } from './core/proof.ts'
import { encodeHash, encodeReceipt, type ReceiptJson } from './core/receipt.ts'
import type { NodeId } from './core/tree.ts'
import type { HeadSigner } from './group-commit.ts'
import type { Store } from './store/store.ts'

/** A run of leaves. */
export interface LeafRun {
  readonly firstIndex: number
  readonly count: number
}

export function createReceipts(
  store: Store,
  signer: HeadSigner,
  now: () => number,
): (run: LeafRun) => Promise<ReceiptJson> {
  return async ({ firstIndex, count }) => {
    const { head } = store
    if (firstIndex + count > head.size) {
      throw new LedgerError('index_beyond_tree', {
        en: `Leaves ${firstIndex} to ${firstIndex + count - 1} are not all in the log, which has ${head.size} leaves; ask for fewer.`,
        zh: `第 ${firstIndex} 至 ${firstIndex + count - 1} 片叶不全在日志中，日志有 ${head.size} 片叶；请减少数量。`,
      })
    }
    const run = { start: firstIndex, end: firstIndex + count }
    const leafNodes = Array.from({ length: count }, (_, k): NodeId => ({ level: 0, index: firstIndex + k }))
    const [leaves, proof] = await Promise.all([store.readNodes(leafNodes), store.readNodes(runNodes(run, head.size))])
    const checkpoint = signer.sign(head, Math.floor(now() / 1000))
    return encodeReceipt({ firstIndex, leaves: Buffer.concat(leaves), proof: proof.map(encodeHash), checkpoint })
  }
}
