// Receipts: of a commit, for each of its batches at once; and for leaves that are in the log already, made anew from the
// tree as it is now, since nothing about them needs to be remembered.

import type { TreeHead } from './core/checkpoint.ts'
import { LedgerError } from './core/error.ts'
import { runNodes } from './core/proof.ts'
import type { ReceiptJson } from './core/receipt.ts'
import { HASH_BYTES, type Hash, type NodeId } from './core/tree.ts'
import type { Store } from './store/store.ts'

/** Signs a tree head, with the time in seconds: the log's key (`src/log-key.ts`). */
export interface HeadSigner {
  sign(head: TreeHead, now: number): string
}

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
    const leafNodes = Array.from({ length: count }, (_, k): NodeId => ({ level: 0, index: firstIndex + k }))
    const [leaves, [proof]] = await Promise.all([
      store.readNodes(leafNodes),
      proveRuns(store, [{ firstIndex, count }], head.size),
    ])
    const checkpoint = signer.sign(head, Math.floor(now() / 1000))
    return encodeReceipt({ firstIndex, leaves: Buffer.concat(leaves), proof: proof!, checkpoint })
  }
}

/** `leaves`: the leaf hashes one after the other; `proof`: its hashes as `encodeHash` gives them. */
export function encodeReceipt({
  firstIndex,
  leaves,
  proof,
  checkpoint,
}: Pick<ReceiptJson, 'firstIndex' | 'proof' | 'checkpoint'> & { readonly leaves: Uint8Array }): ReceiptJson {
  return {
    firstIndex,
    count: leaves.length / HASH_BYTES,
    leaves: toBase64(leaves),
    proof,
    checkpoint,
  }
}

/** A hash of a proof, as a receipt has it. */
export function encodeHash(hash: Hash): string {
  return toBase64(hash)
}

// Every line that is accepted is in a receipt: of long runs of hashes, Node's own is some forty times faster than the core's.
function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
}

/**
 * The proof that each run of leaves is in the tree of `size`, as receipts have it; of a run of none, nothing. The runs of one
 * commit share most of their nodes, which are read and told once.
 */
export async function proveRuns(
  store: Pick<Store, 'readNodes'>,
  runs: readonly LeafRun[],
  size: number,
): Promise<readonly (readonly string[])[]> {
  const nodes: NodeId[] = []
  const places = new Map<number, number>()
  const wanted = runs.map(({ firstIndex: start, count }) => {
    return (count === 0 ? [] : runNodes({ start, end: start + count }, size)).map(node => {
      const key = node.index * 64 + node.level // of 2^53 leaves no level is above
      const known = places.get(key)
      if (known !== undefined) return known
      places.set(key, nodes.length)
      return nodes.push(node) - 1
    })
  })
  const hashes = (await store.readNodes(nodes)).map(encodeHash)
  return wanted.map(proof => proof.map(place => hashes[place]!))
}
