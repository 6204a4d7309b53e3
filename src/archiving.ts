// Old segments go into archives (src/store/archive/archives.ts) while the service runs: oldest first, one at a time, each with
// the checkpoint by which the chain knows it. Nothing waits for this, and nothing is lost when it fails: it is tried again.

import type { Anchors } from './anchors.ts'
import type { Log } from './chain/outbox.ts'
import type { Clock } from './clock.ts'
import { LedgerError } from './core/error.ts'
import { yearsLater } from './retention.ts'
import type { OldSegments, SegmentState } from './store/archive/old-segments.ts'

/** Which segments go into archives; with neither, none. */
export interface ArchivePolicy {
  /** Those whose records are all older than so many years. */
  readonly afterYears: number | undefined
  /** The oldest, when full segments outside of archives have more bytes of entries than this. */
  readonly overBytes: number | undefined
}

export interface ArchivingParts {
  readonly old: OldSegments
  readonly anchors: Pick<Anchors, 'findAtLeast'>
  readonly policy: ArchivePolicy
  readonly clock: Clock
  readonly log: Log
}

const PAUSE_MS = 60_000

/** The segment that is to go into an archive next, if one is. `now` in milliseconds since 1970. */
export function nextToArchive(
  segments: readonly SegmentState[],
  { afterYears, overBytes }: ArchivePolicy,
  now: number,
): SegmentState | undefined {
  const here = segments.filter(({ place }) => place === 'log')
  const bytes = here.reduce((sum, { entriesBytes }) => sum + entriesBytes, 0)
  if (overBytes !== undefined && bytes > overBytes) return here[0]
  return afterYears === undefined ? undefined : here.find(({ maxTime }) => yearsLater(maxTime, afterYears) <= now)
}

/** Archives one segment with the checkpoint of the first anchor that covers it; false when none does yet. */
export async function archiveSegment(
  { old, anchors }: Pick<ArchivingParts, 'old' | 'anchors'>,
  { number, end }: SegmentState,
): Promise<boolean> {
  const anchor = await anchors.findAtLeast(end)
  if (anchor === undefined) return false
  await old.archive(number, anchor.checkpoint)
  return true
}

/** Works until the signal aborts, and never fails. */
export async function keepArchiving(parts: ArchivingParts, signal: AbortSignal): Promise<void> {
  const { old, policy, clock, log } = parts
  if (policy.afterYears === undefined && policy.overBytes === undefined) return
  while (!signal.aborted) {
    const next = nextToArchive(old.list(), policy, clock.now())
    const isDone = next !== undefined && (await tryOne(parts, next, signal))
    if (isDone) log.info({ segment: next.number, leaves: next.end - next.first }, 'archive: a segment was archived')
    else await clock.sleep(PAUSE_MS, signal).catch(() => {})
  }
}

async function tryOne(parts: ArchivingParts, next: SegmentState, signal: AbortSignal): Promise<boolean> {
  try {
    return await archiveSegment(parts, next)
  } catch (error) {
    if (signal.aborted) return false // the store is being closed
    const code = error instanceof LedgerError ? error.code : (error as NodeJS.ErrnoException).code
    parts.log.warn({ code, segment: next.number }, `archive: ${error instanceof Error ? error.message : String(error)}`)
    return false
  }
}
