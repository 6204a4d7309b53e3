// The anchors of a stopped ledger, each compared with the chain before it counts. What is remembered of an anchor is a
// file on the disk of whoever prunes: they could write any time there. A node that is not asked confirms nothing.

import type { Anchor, Anchors } from '../anchors.ts'
import { confirmAnchor } from '../chain/anchor.ts'
import { createGuard, recallIdentity } from '../chain/identity.ts'
import { DEFAULT_CHAIN_ID } from '../chain/node/options.ts'
import type { Config } from '../config.ts'
import { LedgerError } from '../core/error.ts'
import { recallOrigin } from '../log-key.ts'
import { rootAt } from '../published.ts'
import { openChain, unknownDeployment } from './stopped-ledger.ts'
import type { StoppedStore } from './stopped-store.ts'

export interface ConfirmedAnchors extends AsyncDisposable {
  readonly anchors: Pick<Anchors, 'findAtLeast' | 'newest'>
  /** The embedded chain: its blocks have the time of the ledger's own machine, and prove no age to anybody. */
  readonly isOwnClock: boolean
}

/**
 * @param mayOwnClock Whether the embedded chain will do
 * @throws LedgerError `chain_clock_own`; `data_unknown`; of the chain, as a start has them. Reading an anchor throws
 *   `anchor_differs`, `chain_unreachable` (retryable)
 */
export async function confirmAnchors(
  config: Config,
  { store, anchors }: StoppedStore,
  mayOwnClock: boolean,
): Promise<ConfirmedAnchors> {
  await using opened = new AsyncDisposableStack()
  const { facts } = store
  const identity = await recallIdentity(facts)
  if (identity === undefined) throw unknownDeployment(config.data)
  const { deployment } = identity
  const isOwnClock = deployment.chainId === DEFAULT_CHAIN_ID
  if (isOwnClock && !mayOwnClock) throw ownClock()
  const chain = await openChain(opened, config)
  await createGuard({ chain, facts, deployment, finality: config.finality })()
  const log = { chain, deployment, origin: (await recallOrigin(facts)) ?? config.origin }
  const confirm = async (anchor: Anchor): Promise<Anchor> => {
    const { size } = anchor
    await confirmAnchor(log, { size, root: await rootAt(store, size) }, anchor)
    return anchor
  }
  const parts = opened.move()
  return {
    anchors: {
      async findAtLeast(size) {
        const anchor = await anchors.findAtLeast(size)
        return anchor && confirm(anchor)
      },
      newest: async limit => Promise.all((await anchors.newest(limit)).map(confirm)),
    },
    isOwnClock,
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}

function ownClock(): LedgerError {
  return new LedgerError('chain_clock_own', {
    en: 'This ledger is on the embedded chain, whose blocks have the time of this machine: if its clock was ever set wrong, records look older than they are, and nobody else can tell. To prune by this clock alone, add --own-clock; that is put on record. A ledger on a network (SUYUAN_RPC_URL) is not asked.',
    zh: '本账本使用内嵌链，其区块时间就是本机时间：时钟若曾设错，记录会显得比实际更早，而旁人无从得知。如仅以本机时钟为准清除，请加 --own-clock，这一点会记录在案。使用网络（SUYUAN_RPC_URL）的账本不会有此提示。',
  })
}
