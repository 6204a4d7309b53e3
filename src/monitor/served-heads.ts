// The checkpoints that are served as the newest: asked for, and taken where they fit what is held.

import { LedgerError } from '../core/error.ts'
import type { FollowedLog } from './followed-log.ts'
import { rolledBack } from './kept-back.ts'
import type { Round } from './round.ts'
import type { MonitorState } from './state-shape.ts'
import type { SignedHead } from './tile-client.ts'

export interface ServedHeads {
  readonly log: SignedHead | undefined
  readonly index: SignedHead | undefined
}

const NONE = 'none'

/** Those that are there; of one that should be and is not, the round is told. */
export async function askHeads(
  log: FollowedLog,
  index: FollowedLog | undefined,
  { attempt, signal }: Round,
): Promise<ServedHeads> {
  // The index log's first: what its epochs are of was published before.
  const ofIndex = index && (await attempt(async () => (await index.client.checkpoint(signal)) ?? NONE))
  const ofLog = await attempt(async () => requirePublished(log, (await log.client.checkpoint(signal)) ?? NONE))
  // Of an empty log nothing is anchored, and so no index published.
  const isDue = index !== undefined && ofIndex === NONE && ofLog !== undefined && ofLog.size > 0
  if (isDue) await attempt(async () => requirePublished(index, NONE))
  return { log: ofLog, index: ofIndex === NONE ? undefined : ofIndex }
}

export interface Patience {
  /** Since when a smaller one is served. */
  readonly smaller: MonitorState['smaller']
  readonly now: number
  readonly patienceMs: number
}

/** A smaller checkpoint of our own tree may be that of a cache; not if it stays. @throws Contradiction */
export async function takeServed(
  log: FollowedLog,
  head: SignedHead,
  { smaller, now, patienceMs }: Patience,
  signal: AbortSignal,
): Promise<void> {
  const held = log.head
  await log.take(head, signal)
  if (held === undefined || head.size >= held.size) {
    delete smaller[log.name]
    return
  }
  const since = (smaller[log.name] ??= now)
  if (now - since >= patienceMs) throw rolledBack(log.name, held, head, since)
}

function requirePublished(log: FollowedLog, head: SignedHead | typeof NONE): SignedHead {
  if (head !== NONE) return head
  throw new LedgerError(
    'log_unpublished',
    {
      en: `Nothing is published at /${log.name}/checkpoint; see that --log is the address of the service, and ask again once it has anchored for the first time.`,
      zh: `/${log.name}/checkpoint 没有已发布的检查点；请核对 --log 是否为服务地址，或待其首次存证后再试。`,
    },
    { retryable: true },
  )
}
