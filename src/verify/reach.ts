// How a file of evidence ends being checked, whatever it is evidence of: its events stand on the chain, as a node of the
// verifier's own choice says or as the file shows it up to a block that the verifier trusts; and none is left out.

import type { Chain } from '../chain/network.ts'
import type { Story, Telling } from '../chain/things.ts'
import type { ChainPart } from '../core/evidence-chain.ts'
import { confirmEvents, confirmNothingHidden } from './chain.ts'
import { checkNothingHidden, checkShownChain, requireTrustedEnd, type ShownChain } from './offline.ts'
import type { Trust } from './trust.ts'

/** By what the chain was reached: one of them at least. */
export interface Reached {
  readonly connected?: Chain
  readonly shown?: ShownChain
}

/** @param chain Connects to the node to ask; without it the file must show the chain itself. */
export async function reachChain(
  file: ChainPart,
  trust: Trust,
  chain: (() => Promise<Chain>) | undefined,
): Promise<Reached> {
  const shown = checkShownChain(file, trust)
  if (chain === undefined) return { shown: requireTrustedEnd(shown, file, trust) }
  const connected = await chain()
  await confirmEvents(file, trust, connected)
  return shown === undefined ? { connected } : { connected, shown }
}

/** Nothing is left out of what the answer hangs on, by either. */
export async function requireNothingHidden(
  file: ChainPart,
  story: Story,
  telling: Telling,
  trust: Trust,
  { connected, shown }: Reached,
): Promise<void> {
  if (shown !== undefined) checkNothingHidden(story, telling, shown, trust)
  if (connected !== undefined) await confirmNothingHidden(file, story, telling, trust, connected)
}
