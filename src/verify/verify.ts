// Evidence verified by a node, which only Node asks: what a browser runs is evidence.ts.

import type { Chain } from '../chain/network.ts'
import { askNode } from './chain.ts'
import { checkEvidence, type Verification } from './evidence.ts'
import type { Trust } from './trust.ts'

/** As `checkEvidence`. @param chain Connects to the node to ask, if and when it is asked. */
export function verifyEvidence(
  file: Uint8Array,
  trust: Trust,
  chain: (() => Promise<Chain>) | undefined,
): Promise<Verification> {
  return checkEvidence(file, trust, chain === undefined ? {} : { node: askNode(chain) })
}

export type { Completeness, Verification, VerifiedAnswer } from './evidence.ts'
