// Whether more of the log is anchored by now than a file tells: a true answer as of long ago leaves out all that came since,
// and nothing in the file can say so.

import { callContract } from '../chain/call.ts'
import { logIdOf } from '../chain/deploy.ts'
import type { Chain } from '../chain/network.ts'
import type { Checkpoint } from '../core/checkpoint.ts'
import { LedgerError } from '../core/error.ts'
import type { Trust } from './trust.ts'

/** Leaves of the newest anchored tree, where it is larger than the file's; undefined where it is not, or the node does not say. */
export async function readNewerAnchor(
  { origin, size }: Checkpoint,
  { contracts }: Trust,
  chain: Chain,
): Promise<number | undefined> {
  try {
    const asked = callContract(chain, 'checkpointAnchor', contracts.checkpointAnchor, 'latest', [logIdOf(origin)])
    const [newest] = (await asked) as [bigint]
    return newest > BigInt(size) ? Number(newest) : undefined
  } catch (error) {
    if (error instanceof LedgerError) return undefined // said of the file was what could be
    throw error
  }
}
