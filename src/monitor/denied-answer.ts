// What is held against an answer that the chain denies, as the monitor's node tells it. The answer names blocks by their hashes,
// so the block that denies it, with the headers from there to one of those, convicts whoever signed the answer.

import type { Chain } from '../chain/network.ts'
import { JUDGING } from '../chain/things.ts'
import type { Evidence } from '../core/evidence.ts'
import type { Words } from '../core/words.ts'
import { storyOf } from '../verify/authored.ts'
import { findHidden, findOtherBlock, findOtherTime, findUnconfirmed } from '../verify/chain.ts'
import type { Trust } from '../verify/trust.ts'
import { Contradiction, type Found } from './checks.ts'
import { showBlock } from './shown-block.ts'

/** @param detail What the chain says against it */
export async function deniedAnswer(
  answer: Evidence,
  detail: Words,
  { trust, chain }: { readonly trust: Trust; readonly chain: Chain },
): Promise<Contradiction> {
  const denying = await findDenying(answer, trust, chain)
  return new Contradiction(
    'answer-denied',
    denying === undefined ? 'events' : `${denying.what} of block ${denying.block}`,
    {
      en: `A signed answer is not what the chain says: ${detail.en}`,
      zh: `已签署的答复与链上所载不符：${detail.zh}`,
    },
    { answer },
    async () => {
      if (denying === undefined) return {}
      const last = answer.blocks.find(({ number }) => number >= denying.block)!
      const offline = await showBlock(denying.block, last.number, chain)
      return offline === undefined ? {} : { offline }
    },
  )
}

/** The block that denies an answer, and by what. */
interface Denying {
  readonly block: number
  readonly what: 'time' | 'events'
}

/**
 * The first block of which the answer states another time, or an event that is not there, or leaves out one that it hangs on.
 * Undefined where the node, asked again, does not say so any more.
 */
async function findDenying(answer: Evidence, trust: Trust, chain: Chain): Promise<Denying | undefined> {
  const untimely = await findOtherTime(answer, chain)
  if (untimely !== undefined) return { block: untimely, what: 'time' }
  const unconfirmed = await findUnconfirmed(answer, chain)
  const block = unconfirmed ?? (await findHidden(answer, storyOf(answer, trust), JUDGING, trust, chain))?.block
  return block === undefined ? undefined : { block, what: 'events' }
}

/** A chain may have been taken back since: a warning, with the answer on record. Undefined where the chain has all of its blocks. */
export async function offChain(answer: Evidence, chain: Chain): Promise<Found | undefined> {
  const other = await findOtherBlock(answer, chain)
  if (other === undefined) return undefined
  const { number, hash, there } = other
  return {
    check: 'answer-off-chain',
    subject: `block ${number}`,
    words: {
      en: `A signed answer says that block ${number} is ${hash}, and the node has ${there} there: that chain was made up, or taken back since; or the node is on another.`,
      zh: `已签署的答复称区块 ${number} 为 ${hash}，而节点上为 ${there}：该链系编造或此后已被撤回，或节点在另一条链上。`,
    },
    evidence: { answer },
  }
}
