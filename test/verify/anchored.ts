// Anchoring as the service does it, step by step, for scenes: the log and its index log in one transaction.

import type { Anchor } from '../../src/anchors.ts'
import { logIdOf } from '../../src/chain/deploy.ts'
import { IndexLog } from '../../src/completeness/index-log.ts'
import { encodeBase64 } from '../../src/core/bytes.ts'
import { indexOrigin } from '../../src/core/completeness/epoch.ts'
import { sha256 } from '../../src/core/hash.ts'
import { formatNote, parseNote, TYPE_COSIGNATURE } from '../../src/core/note.ts'
import { mergeCosignatures } from '../../src/core/witness.ts'
import type { LogKey } from '../../src/log-key.ts'
import { proveGrowth } from '../../src/published.ts'
import type { Store } from '../../src/store/store.ts'
import { ORIGIN, TestLog } from '../chain/fixtures.ts'
import { cosign, ed25519KeyOf, makeKey } from '../witness/scene.ts'

const TIME = 1_773_748_800
/** Cosigns every checkpoint of a scene, always with the same key. */
export const WITNESS = makeKey('witness.example/scene', TYPE_COSIGNATURE, {
  privateKey: ed25519KeyOf(sha256(Buffer.from('witness of a scene'))),
})

export function openSceneIndex(store: Store, dir: string): Promise<IndexLog> {
  return IndexLog.open({ store, dir, origin: ORIGIN, now: () => TIME * 1000, log: new TestLog() })
}

export interface Anchoring {
  readonly store: Store
  readonly index: IndexLog
  readonly logKey: LogKey
  /** Seconds, as the log signs it; the same in every scene unless it is told. */
  readonly time?: number
  /** Sends `anchorAll` with these growths; resolves to where that is on the chain. */
  readonly send: (growths: readonly unknown[]) => Promise<Pick<Anchor, 'transaction' | 'block'>>
}

/** Signs a checkpoint of the log as it is, covers it, and anchors both; `before` is the anchor before it. */
export async function anchorBoth(
  { store, index, logKey, time = TIME, send }: Anchoring,
  before: Anchor | undefined,
): Promise<Anchor> {
  const { size, root } = store.head
  const signed = parseNote(logKey.sign({ size, root }, time))
  const published = formatNote(mergeCosignatures(signed, [cosign(WITNESS, signed.text, time)]))
  const { checkpoint, head } = await index.cover({ size, root, checkpoint: published, time })
  const growth = async (
    origin: string,
    log: Pick<Store, 'head' | 'readNodes' | 'facts'>,
    old: number,
    tree: typeof head,
  ) => [logIdOf(origin), tree.size, tree.root, await proveGrowth(log, old, tree.size)]
  const place = await send([
    await growth(ORIGIN, store, before?.size ?? 0, { size, root }),
    await growth(indexOrigin(ORIGIN), index.epochs, before?.index?.size ?? 0, head),
  ])
  return {
    size,
    root: encodeBase64(root),
    checkpoint,
    ...place,
    index: { size: head.size, root: encodeBase64(head.root) },
  }
}
