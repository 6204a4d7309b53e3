// What a node says that whoever verifies believes, where a finding does not show it.

import type { Chain } from '../../chain/network.ts'
import { LedgerError } from '../../core/error.ts'
import { requireTrustedChain } from '../chain.ts'
import { NotCheckable } from '../report.ts'
import type { Trust } from '../trust.ts'
import { type Connect, type Judged, unproven } from './judged.ts'

/** Nothing is asked of another chain than the trusted one; and what the node cannot do is its own matter. */
export async function byNode<Said>(
  trust: Trust,
  connect: NonNullable<Connect>,
  ask: (chain: Chain) => Promise<Said>,
): Promise<Said | Judged> {
  try {
    const chain = await connect()
    await requireTrustedChain(trust, chain)
    return await ask(chain)
  } catch (error) {
    if (error instanceof NotCheckable || error instanceof LedgerError) return unproven(error.words)
    throw error
  }
}
