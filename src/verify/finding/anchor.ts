// The finding that a tree was anchored which the log does not begin with: the log's signature says what it has there, the chain
// what was anchored; as the finding shows it, up to a block that whoever verifies trusts, or by a node that they believe.

import { numbered, rawOf } from '../../chain/event-search.ts'
import { decodeEvent, type RawEvent } from '../../chain/events.ts'
import { logIdOf } from '../../chain/log-id.ts'
import type { Chain } from '../../chain/network.ts'
import { type Block, readBlock, readReceipt } from '../../chain/read.ts'
import { fromHex, to0x } from '../../core/bytes.ts'
import { indexOrigin } from '../../core/completeness/epoch.ts'
import type { LedgerError } from '../../core/error.ts'
import { OFFLINE, type OfflineProof } from '../../core/evidence-chain.ts'
import { object } from '../../core/reader.ts'
import type { Words } from '../../core/words.ts'
import { readShownChain, requireTrustedBlocks } from '../offline.ts'
import type { Trust } from '../trust.ts'
import { byNode } from './by-node.ts'
import {
  ANCHOR,
  type AnchorClaim,
  type Connect,
  isForeign,
  isJudged,
  type Judged,
  NO_INDEX_KEY,
  OURS,
  proven,
  refuted,
  unfounded,
  unproven,
} from './judged.ts'

/** `offline`: the anchor's block whole, and the headers from it on. */
const FOREIGN = object({ anchor: ANCHOR, ours: OURS }, { offline: OFFLINE })

export async function judgeAnchor(evidence: unknown, trust: Trust, chain: Connect): Promise<Judged> {
  const { anchor, ours, offline } = FOREIGN(evidence, 'evidence')
  const { of, size, root } = anchor
  const key = of === 'log' ? trust.logKey : trust.indexKey
  if (key === undefined) return NO_INDEX_KEY
  if (!isForeign({ size, root: fromHex(root.slice(2)) }, ours, key)) {
    return refuted({
      en: 'The log is not shown to have another tree at that size.',
      zh: '没有表明日志在该大小是另一棵树。',
    })
  }
  if (offline !== undefined && isShown(anchor, offline, trust)) return proven(anchoredIn(anchor, BY_BLOCK))
  if (chain === undefined) return unproven(offline === undefined ? NO_NODE : noBlock(anchor, offline))
  const found = await findAnchor(anchor, trust, chain)
  return isJudged(found) ? found : proven(anchoredIn(anchor, BY_NODE))
}

/** The block of an anchor, by a node that whoever verifies believes; or what else that says. */
export function findAnchor(anchor: AnchorClaim, trust: Trust, connect: NonNullable<Connect>): Promise<Block | Judged> {
  return byNode(trust, connect, chain => lookUp(anchor, trust, chain))
}

/**
 * Does a block that is trusted prove the one that holds the anchor? Any from it on does.
 * @throws Disagreement, LedgerError where the finding's own parts do not fit each other, or are of another chain
 */
function isShown(anchor: AnchorClaim, offline: OfflineProof, trust: Trust): boolean {
  const { block, blockHash, transaction, logIndex } = anchor
  const shown = readShownChain(offline)
  const [first] = shown.headers
  const logs = shown.logs.get(block)
  if (first === undefined || logs === undefined || shown.logs.size !== 1) throw otherBlock(anchor)
  if (first.number !== block || to0x(first.hash) !== blockHash) throw otherBlock(anchor)
  const log = numbered(logs, block)[logIndex]
  if (log === undefined || to0x(log.transaction()) !== transaction) throw noSuchAnchor(anchor)
  if (!isAnchor(rawOf(log), anchor, trust)) throw noSuchAnchor(anchor)
  return requireTrustedBlocks(shown, trust.blocks)
}

async function lookUp(anchor: AnchorClaim, trust: Trust, chain: Chain): Promise<Block | Judged> {
  const { block: number, blockHash, transaction, logIndex } = anchor
  const block = await readBlock(chain, number)
  const receipt = block?.hash === blockHash ? await readReceipt(chain, transaction) : undefined
  if (receipt === undefined) {
    return unproven({
      en: `The node has not the block ${blockHash} as number ${number}, or no longer the receipt of transaction ${transaction}; ask one that keeps all history.`,
      zh: `节点的 ${number} 号区块不是 ${blockHash}，或已不保存交易 ${transaction} 的回执；请改用保存全部历史的节点。`,
    })
  }
  const log = receipt.logs.find(({ index }) => index === logIndex)
  if (log?.blockHash === blockHash && isAnchor({ ...log, topics: [...log.topics] }, anchor, trust)) return block!
  return refuted({
    en: `By the node, event ${logIndex} of block ${number} is no anchor of this size and root.`,
    zh: `据该节点，区块 ${number} 的第 ${logIndex} 号事件不是该大小与根的存证。`,
  })
}

/** Of the trusted contract, for this log, with this size and root. */
function isAnchor(raw: RawEvent, { of, size, root }: AnchorClaim, { contracts, logKey }: Trust): boolean {
  const event = decodeEvent(raw, contracts)
  const origin = of === 'log' ? logKey.name : indexOrigin(logKey.name)
  const args = event?.name === 'CheckpointAnchored' ? event.args : undefined
  return args?.log === logIdOf(origin) && args.size === BigInt(size) && args.root === root
}

const BY_NODE: Words = { en: 'By the node', zh: '据该节点' }
const BY_BLOCK: Words = { en: 'By the block that you trust', zh: '据您信任的区块' }

function anchoredIn({ transaction, block, size }: AnchorClaim, by: Words): Words {
  return {
    en: `${by.en}, transaction ${transaction} in block ${block} anchored this root for ${size} leaves; the log signed a tree with another there.`,
    zh: `${by.zh}，区块 ${block} 的交易 ${transaction} 为 ${size} 片叶存证了此根；而日志签署的树在该处是另一个根。`,
  }
}

const otherBlock = ({ block, blockHash }: AnchorClaim): LedgerError =>
  unfounded({
    en: `it does not show block ${block} with the hash ${blockHash}, which is to hold the anchor, whole and first among the headers`,
    zh: `没有以首个区块头完整出示所称存证所在的区块 ${block}（哈希 ${blockHash}）`,
  })
const noSuchAnchor = ({ block, logIndex }: AnchorClaim): LedgerError =>
  unfounded({
    en: `event ${logIndex} of block ${block}, as it is shown, is no anchor of this size and root`,
    zh: `所示区块 ${block} 的第 ${logIndex} 号事件不是该大小与根的存证`,
  })

/** The hash that the finding claims is not told: it would only be copied. */
function noBlock({ block }: AnchorClaim, { headers }: OfflineProof): Words {
  const last = block + headers.length - 1
  const which = {
    en: last === block ? '' : `, or of any from ${block} on to it`,
    zh: last === block ? '' : `（或自 ${block} 至此任一区块）`,
  }
  return {
    en: `All of it agrees, and one input is missing: the hash of block ${last}${which.en}. Look it up where the operator cannot change it, and put it into the trust file as "blocks": [{"number": ${last}, "hash": "0x…"}]; or give --rpc with the URL of a node that you trust.`,
    zh: `内容全部一致，只缺一项：区块 ${last}${which.zh} 的哈希。请从不受运营方控制之处查得，写入信任文件："blocks": [{"number": ${last}, "hash": "0x…"}]；或用 --rpc 给出您信任的节点地址。`,
  }
}

const NO_NODE: Words = {
  en: 'By what the log signed it has another tree at that size; whether this one was anchored, the chain tells: give --rpc with the URL of a node that you trust.',
  zh: '按日志所签署的内容，它在该大小是另一棵树；而文件所称的是否确已存证须向链上核对：请用 --rpc 给出您信任的节点地址。',
}
