// The chain in a round: what is new of it is read and compared with the logs, and what stays away too long is told.

import type { Chain } from '../chain/network.ts'
import type { Trust } from '../verify/trust.ts'
import { checkAnchors, type NewAnchors, readAnchors, takeAnchors } from './anchors.ts'
import type { Found } from './checks.ts'
import type { FollowedLog } from './followed-log.ts'
import { keptBack } from './kept-back.ts'
import type { MonitorState } from './state-shape.ts'

export interface WatchedChain {
  readonly connect: () => Promise<Chain>
  readonly trust: Trust
  /** How deep a block must be to be read, where the chain does not say which are final. */
  readonly finality: number
}

/** What is new, and the chain that it is of. */
export interface ReadChain extends NewAnchors {
  readonly chain: Chain
}

interface Lateness {
  readonly now: number
  /** How long what may be mere lag is borne with, in ms. */
  readonly patienceMs: number
}

/** @throws NotCheckable where it is not the chain of the trust file; what the chain's reader throws */
export async function readChain({ connect, ...how }: WatchedChain, state: MonitorState): Promise<ReadChain> {
  const chain = await connect()
  return { chain, ...(await readAnchors(state.chain, { chain, ...how })) }
}

/** @throws Contradiction */
export async function checkChain(
  news: ReadChain,
  state: MonitorState,
  { log, index }: { readonly log: FollowedLog; readonly index: FollowedLog | undefined },
  { now, patienceMs }: Lateness,
  onFound: (found: Found) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  takeAnchors(state.chain, news)
  await checkAnchors(state.chain, { logs: { log, ...(index && { index }) }, chain: news.chain }, onFound, signal)
  requireShown(state, log, now, patienceMs)
  const published = log.head?.size ?? 0
  if (state.chain.size >= published) delete state.unanchored
  else if (state.unanchored === undefined || state.chain.size >= state.unanchored.size) {
    state.unanchored = { size: published, since: now }
  }
}

/** What is anchored was published before; who keeps showing less keeps it back. */
function requireShown(state: MonitorState, log: FollowedLog, now: number, patienceMs: number): void {
  const anchor = state.chain.pending.findLast(({ of }) => of === 'log')
  if (anchor === undefined) {
    delete state.smaller.chain
    return
  }
  const since = (state.smaller.chain ??= now)
  if (now - since >= patienceMs) throw keptBack(anchor, log.head, since)
}
