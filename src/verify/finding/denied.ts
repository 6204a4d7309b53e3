// Findings that a signed answer is not what the chain says, or is of a chain that others do not have. The answer names blocks by
// their hashes: headers that lead to one of them show by its author's own word that a block has another time, that an event is
// not there, or that one was left out. What a finding does not show so takes a node; and whether the chain is that of others, a
// node or a block that is trusted.

import { searchStory } from '../../chain/event-search.ts'
import { JUDGING } from '../../chain/things.ts'
import { to0x } from '../../core/bytes.ts'
import type { Evidence } from '../../core/evidence.ts'
import { OFFLINE, type OfflineProof } from '../../core/evidence-chain.ts'
import { anything, object } from '../../core/reader.ts'
import type { Words } from '../../core/words.ts'
import { checkInside, checkOnChain, storyOf } from '../authored.ts'
import { findOtherBlock } from '../chain.ts'
import { allEvents } from '../events.ts'
import { confirmBlock, confirmEvent, headerOf, readShownChain, requireToldOf } from '../offline.ts'
import { Disagreement } from '../report.ts'
import type { Trust } from '../trust.ts'
import { requireAuthored } from './answer.ts'
import { byNode } from './by-node.ts'
import { type Connect, type Judged, proven, refuted, unfounded, unproven } from './judged.ts'

/** `offline`: a block of which the answer says what is not so, or nothing, and the headers from it to one that the answer names. */
const DENIED = object({ answer: anything }, { offline: OFFLINE })
const OFF_CHAIN = object({ answer: anything })

export async function judgeDenied(evidence: unknown, trust: Trust, chain: Connect): Promise<Judged> {
  const { answer, offline } = DENIED(evidence, 'evidence')
  const signed = requireAuthored(answer, trust)
  const { failed, unchecked } = await checkInside(signed, trust)
  if (failed !== undefined) return proven(failed.detail)
  if (unchecked !== undefined) return unproven(unchecked.detail)
  if (offline !== undefined) return judgeShown(signed, offline, trust)
  if (chain === undefined) return unproven(NO_NODE)
  return byNode(trust, chain, async node => {
    const { denied, unchecked: why } = await checkOnChain(signed, trust, node)
    if (why !== undefined) return unproven(why.detail)
    if (denied === undefined) return refuted(AGREES)
    return (await findOtherBlock(signed, node)) === undefined ? proven(denied.detail) : unproven(OTHER_CHAIN)
  })
}

/** On the chain that ends with a block of the answer's own. */
function judgeShown(answer: Evidence, offline: OfflineProof, trust: Trust): Judged {
  const shown = readShownChain(offline)
  const last = shown.headers.at(-1)
  const isNamed = answer.blocks.some(({ number, hash }) => {
    return last !== undefined && number === last.number && hash === to0x(last.hash)
  })
  if (!isNamed) {
    throw unfounded({
      en: 'the headers do not lead to a block that the answer names',
      zh: '区块头没有通到答复所列的区块',
    })
  }
  const search = searchStory(storyOf(answer, trust), JUDGING, trust.contracts)
  try {
    for (const block of answer.blocks) if (headerOf(shown.headers, block.number)) confirmBlock(block, shown)
    for (const event of allEvents(answer)) if (shown.logs.has(event.block)) confirmEvent(event, shown)
    requireToldOf(search, shown.logs, trust)
  } catch (error) {
    if (error instanceof Disagreement) return proven(byItsBlock(error.words, last!.number))
    throw error
  }
  return refuted(AGREES)
}

/** The answer names a block that the chain does not have: it was made up, or taken back since. */
export async function judgeOffChain(evidence: unknown, trust: Trust, chain: Connect): Promise<Judged> {
  const { answer } = OFF_CHAIN(evidence, 'evidence')
  const signed = requireAuthored(answer, trust)
  const known = new Map(trust.blocks.map(({ number, hash }) => [number, hash]))
  const other = signed.blocks.find(({ number, hash }) => known.has(number) && known.get(number) !== hash)
  if (other !== undefined) return proven(otherBlock({ ...other, there: known.get(other.number)! }))
  if (chain === undefined) return unproven(noBlock(signed.chain.asOf))
  return byNode(trust, chain, async node => {
    const found = await findOtherBlock(signed, node)
    return found === undefined ? refuted(AGREES) : proven(otherBlock(found))
  })
}

function byItsBlock({ en, zh }: Words, last: number): Words {
  return {
    en: `On the chain that leads to block ${last}, which the signed answer names by its hash: ${en}`,
    zh: `在通到区块 ${last}（已签署的答复写明其哈希）的链上：${zh}`,
  }
}

function otherBlock({ number, hash, there }: { number: number; hash: string; there: string }): Words {
  return {
    en: `The signed answer says that block ${number} is ${hash}, and the chain has ${there} there: that chain was made up, or taken back since.`,
    zh: `已签署的答复称区块 ${number} 为 ${hash}，而链上为 ${there}：该链系编造，或此后已被撤回。`,
  }
}

function noBlock(asOf: number): Words {
  return {
    en: `The chain tells: put the hash of block ${asOf}, looked up where the operator cannot change it, into the trust file ("blocks"), or give --rpc with the URL of a node that you trust.`,
    zh: `须向链上核对：请从不受运营方控制之处查得区块 ${asOf} 的哈希，写入信任文件（blocks）；或用 --rpc 给出您信任的节点地址。`,
  }
}

const AGREES: Words = {
  en: 'The answer is not shown to say anything that the chain does not.',
  zh: '没有表明答复与链上所载有何不符。',
}
const NO_NODE: Words = {
  en: 'The finding does not show the block that denies the answer; the chain tells: give --rpc with the URL of a node that you trust.',
  zh: '该发现没有出示与答复不符的区块，须向链上核对：请用 --rpc 给出您信任的节点地址。',
}
const OTHER_CHAIN: Words = {
  en: 'The answer names blocks that the node does not have: as of another chain, or one that was taken back since, it may have been true.',
  zh: '答复所列的区块在节点上没有：就另一条链、或此后被撤回的链而言，答复可能属实。',
}
