// Old bundles read again, as others get them now.

import { randomInt } from 'node:crypto'
import { LedgerError } from '../core/error.ts'
import { PRUNED } from './fetch-bytes.ts'
import type { FollowedLog } from './followed-log.ts'

/**
 * So many full ones, chosen so that nobody foresees them; what was pruned by now is passed over.
 * @throws Contradiction `entry-rewritten`
 */
export async function readSample(log: FollowedLog, most: number, signal: AbortSignal): Promise<void> {
  const { tiles } = log.tree
  for (let k = 0; k < Math.min(tiles, most); k++) {
    await log.readAgain(randomInt(tiles), signal).catch((error: unknown) => {
      if (!(error instanceof LedgerError) || error.code !== PRUNED) throw error
    })
  }
}
