// The checkpoints that epochs are of: whose they are, when they were signed, and the log read as far as several of them go.

import { decodeEpoch } from '../core/completeness/epoch.ts'
import { readSound } from '../core/error.ts'
import { checkNote, parseNote, type VerifierKey } from '../core/note.ts'
import { TILE_WIDTH } from '../core/tile.ts'
import { Contradiction } from './checks.ts'
import type { FollowedLog } from './followed-log.ts'
import { readHead, type SignedHead } from './tile-client.ts'

/** Leaves of the log that are read at once, 64 full bundles: they have to be held until their epochs were derived. */
const MOST_AHEAD = 64 * TILE_WIDTH

/**
 * Takes in the log as far as one of the next epochs goes, whole bundles at a time: an epoch is often much less than one. What
 * is wrong with an epoch is told when its turn comes.
 */
export async function readAhead(
  { log, index }: { readonly log: FollowedLog; readonly index: FollowedLog },
  from: number,
  signal: AbortSignal,
): Promise<void> {
  let furthest: SignedHead | undefined
  for await (const [, leaf] of index.entries(from, Math.min(index.size, from + TILE_WIDTH), signal)) {
    const head = headOf(leaf, log.client.key)
    if (head === undefined || head.size > log.size + MOST_AHEAD) break
    furthest = head
  }
  if (furthest === undefined || furthest.size <= log.size) return
  await log.take(furthest, signal).catch((error: unknown) => {
    if (!(error instanceof Contradiction)) throw error
  })
}

/** Undefined where it is no epoch, or not of this log. */
export function headOf(leaf: Uint8Array, logKey: VerifierKey): SignedHead | undefined {
  return readSound(() => {
    const epoch = decodeEpoch(leaf)
    return epoch && readHead(epoch.checkpoint, logKey)
  })
}

/** Seconds since 1970, by the log's time key. */
export function timeOf(note: string, timeKey: VerifierKey | undefined): number | undefined {
  return timeKey && readSound(() => checkNote(parseNote(note), [timeKey])[0]?.time)
}
