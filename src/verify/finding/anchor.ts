// The finding that a tree was anchored which the log does not begin with: the log's signature says what it has there, the chain
// what was anchored, by a node that whoever verifies believes.

import { decodeEvent } from '../../chain/contracts.ts'
import { logIdOf } from '../../chain/deploy.ts'
import type { Chain } from '../../chain/network.ts'
import { type Block, readBlock, readReceipt } from '../../chain/read.ts'
import { fromHex } from '../../core/bytes.ts'
import { indexOrigin } from '../../core/completeness/epoch.ts'
import { LedgerError } from '../../core/error.ts'
import { object, type Read } from '../../core/reader.ts'
import { requireTrustedChain } from '../chain.ts'
import { NotCheckable } from '../report.ts'
import type { Trust } from '../trust.ts'
import {
  ANCHOR,
  type Connect,
  isForeign,
  isJudged,
  type Judged,
  NO_INDEX_KEY,
  OURS,
  proven,
  refuted,
  unproven,
} from './judged.ts'

const FOREIGN = object({ anchor: ANCHOR, ours: OURS })

export async function judgeAnchor(evidence: unknown, trust: Trust, chain: Connect): Promise<Judged> {
  const { anchor, ours } = FOREIGN(evidence, 'evidence')
  const { of, size, root } = anchor
  const key = of === 'log' ? trust.logKey : trust.indexKey
  if (key === undefined) return NO_INDEX_KEY
  if (!isForeign({ size, root: fromHex(root.slice(2)) }, ours, key)) {
    return refuted({
      en: 'The log is not shown to have another tree at that size.',
      zh: '没有表明日志在该大小是另一棵树。',
    })
  }
  if (chain === undefined) return NO_NODE
  const found = await findAnchor(anchor, trust, chain)
  return isJudged(found)
    ? found
    : proven({
        en: `By the node, transaction ${anchor.transaction} in block ${anchor.block} anchored this root for ${size} leaves; the log signed a tree with another there.`,
        zh: `据该节点，区块 ${anchor.block} 的交易 ${anchor.transaction} 为 ${size} 片叶存证了此根；而日志签署的树在该处是另一个根。`,
      })
}

/** The block of an anchor, by a node that whoever verifies believes; or what else that says. */
export async function findAnchor(
  anchor: Read<typeof ANCHOR>,
  trust: Trust,
  connect: () => Promise<Chain>,
): Promise<Block | Judged> {
  try {
    const chain = await connect()
    await requireTrustedChain(trust, chain)
    return await lookUp(anchor, trust, chain)
  } catch (error) {
    if (error instanceof NotCheckable || error instanceof LedgerError) return unproven(error.words) // the node's matter
    throw error
  }
}

async function lookUp(anchor: Read<typeof ANCHOR>, trust: Trust, chain: Chain): Promise<Block | Judged> {
  const { of, size, root, block: number, blockHash, transaction, logIndex } = anchor
  const block = await readBlock(chain, number)
  const receipt = block?.hash === blockHash ? await readReceipt(chain, transaction) : undefined
  if (receipt === undefined) {
    return unproven({
      en: `The node has not the block ${blockHash} as number ${number}, or no longer the receipt of transaction ${transaction}; ask one that keeps all history.`,
      zh: `节点的 ${number} 号区块不是 ${blockHash}，或已不保存交易 ${transaction} 的回执；请改用保存全部历史的节点。`,
    })
  }
  const log = receipt.logs.find(({ index }) => index === logIndex)
  const event =
    log?.blockHash === blockHash ? decodeEvent({ ...log, topics: [...log.topics] }, trust.contracts) : undefined
  const origin = of === 'log' ? trust.logKey.name : indexOrigin(trust.logKey.name)
  const args = event?.name === 'CheckpointAnchored' ? event.args : undefined
  if (args?.log === logIdOf(origin) && args.size === BigInt(size) && args.root === root) return block!
  return refuted({
    en: `By the node, event ${logIndex} of block ${number} is no anchor of this size and root.`,
    zh: `据该节点，区块 ${number} 的第 ${logIndex} 号事件不是该大小与根的存证。`,
  })
}

const NO_NODE = unproven({
  en: 'By what the log signed it has another tree at that size; whether this one was anchored, the chain tells: give --rpc with the URL of a node that you trust.',
  zh: '按日志所签署的内容，它在该大小是另一棵树；而文件所称的是否确已存证须向链上核对：请用 --rpc 给出您信任的节点地址。',
})
