// The finding that a tree was anchored which the log does not begin with: the log's signature says what it has there, the chain
// what was anchored, by a node that whoever verifies believes.

import { decodeEvent } from '../../chain/contracts.ts'
import { logIdOf } from '../../chain/deploy.ts'
import type { Chain } from '../../chain/network.ts'
import { readBlock, readReceipt } from '../../chain/read.ts'
import { fromHex } from '../../core/bytes.ts'
import { indexOrigin } from '../../core/completeness/epoch.ts'
import { LedgerError } from '../../core/error.ts'
import { object, oneOf, type Read, text, wholeNumber } from '../../core/reader.ts'
import { requireTrustedChain } from '../chain.ts'
import { NotCheckable } from '../report.ts'
import type { Trust } from '../trust.ts'
import { isForeign, type Judged, NO_INDEX_KEY, OURS, proven, refuted, unproven } from './judged.ts'

const HASH = text(/^0x[0-9a-f]{64}$/, { en: '0x and 64 hexadecimal digits', zh: '0x 加 64 位十六进制数字' })
const ANCHOR = object({
  of: oneOf(['log', 'index']),
  size: wholeNumber(),
  root: HASH,
  block: wholeNumber(),
  blockHash: HASH,
  transaction: HASH,
  logIndex: wholeNumber(),
})
const FOREIGN = object({ anchor: ANCHOR, ours: OURS })

export async function judgeAnchor(
  evidence: unknown,
  trust: Trust,
  chain: (() => Promise<Chain>) | undefined,
): Promise<Judged> {
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
  try {
    const connected = await chain()
    await requireTrustedChain(trust, connected)
    return await lookUp(anchor, trust, connected)
  } catch (error) {
    if (error instanceof NotCheckable || error instanceof LedgerError) return unproven(error.words) // the node's matter
    throw error
  }
}

async function lookUp(anchor: Read<typeof ANCHOR>, trust: Trust, chain: Chain): Promise<Judged> {
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
  if (args?.log === logIdOf(origin) && args.size === BigInt(size) && args.root === root) {
    return proven({
      en: `By the node, transaction ${transaction} in block ${number} anchored this root for ${size} leaves; the log signed a tree with another there.`,
      zh: `据该节点，区块 ${number} 的交易 ${transaction} 为 ${size} 片叶存证了此根；而日志签署的树在该处是另一个根。`,
    })
  }
  return refuted({
    en: `By the node, event ${logIndex} of block ${number} is no anchor of this size and root.`,
    zh: `据该节点，区块 ${number} 的第 ${logIndex} 号事件不是该大小与根的存证。`,
  })
}

const NO_NODE = unproven({
  en: 'By what the log signed it has another tree at that size; whether this one was anchored, the chain tells: give --rpc with the URL of a node that you trust.',
  zh: '按日志所签署的内容，它在该大小是另一棵树；而文件所称的是否确已存证须向链上核对：请用 --rpc 给出您信任的节点地址。',
})
