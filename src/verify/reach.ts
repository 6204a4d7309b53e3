// How a file of evidence ends being checked, whatever it is evidence of: its events stand on the chain, as a node of the
// verifier's own choice says or as the file shows it up to a block that the verifier trusts; and none is left out.

import type { FoundLog } from '../chain/event-search.ts'
import type { Story, Telling } from '../chain/things.ts'
import type { ChainPart } from '../core/evidence-chain.ts'
import { checkNothingHidden, checkShownChain, requireTrustedEnd, type ShownChain } from './offline.ts'
import type { Trust } from './trust.ts'

/** A node of the verifier's own choice, which is believed. To ask one takes a network: chain.ts does, for Node. */
export interface ChainNode {
  /** The chain is the trusted one, and every block and event of the file stands on it. Throws where it does not. */
  confirmEvents(file: ChainPart, trust: Trust): Promise<void>
  /** Nothing that the story hangs on was left out of the file, up to its last block. Throws where it was. */
  confirmNothingHidden(file: ChainPart, story: Story, telling: Telling, trust: Trust): Promise<void>
  /** Leaves of the newest tree of a log that is anchored; undefined where the node does not say. */
  readAnchoredSize(origin: string, trust: Trust): Promise<number | undefined>
  /** Every event of a transaction. */
  readLogs(transaction: string): Promise<readonly FoundLog[]>
}

/** By what the chain was reached: one of them at least. */
export interface Reached {
  readonly node?: ChainNode
  readonly shown?: ShownChain
}

/** @param node Without it the file must show the chain itself. */
export async function reachChain(file: ChainPart, trust: Trust, node: ChainNode | undefined): Promise<Reached> {
  const shown = checkShownChain(file, trust)
  if (node === undefined) return { shown: requireTrustedEnd(shown, file, trust) }
  await node.confirmEvents(file, trust)
  return shown === undefined ? { node } : { node, shown }
}

/** Nothing is left out of what the answer hangs on, by either. */
export async function requireNothingHidden(
  file: ChainPart,
  story: Story,
  telling: Telling,
  trust: Trust,
  { node, shown }: Reached,
): Promise<void> {
  if (shown !== undefined) checkNothingHidden(story, telling, shown, trust)
  await node?.confirmNothingHidden(file, story, telling, trust)
}
