// Findings that a tree was anchored which the log does not begin with, shown by headers and a block whole; and broken in one way
// each.

import { decodeBase64, encodeBase64, fromHex } from '../../src/core/bytes.ts'
import type { OfflineProof } from '../../src/core/evidence-chain.ts'
import { decodeRlp, encodeRlp } from '../../src/core/rlp.ts'
import { readAnchors } from '../../src/monitor/anchors.ts'
import { showBlock } from '../../src/monitor/shown-block.ts'
import { emptyState } from '../../src/monitor/state-shape.ts'
import type { AnchorClaim } from '../../src/verify/finding/judged.ts'
import type { Trust } from '../../src/verify/trust.ts'
import { flip } from './bad.ts'
import type { FindingVector } from './findings.ts'
import { signAnew, type Workshop } from './scene.ts'

/** Place of the extra data among a header's fields: whoever seals a block writes there what they like. */
const EXTRA = 12

export async function anchorFindings(workshop: Workshop): Promise<Readonly<Record<string, FindingVector>>> {
  const { anchor, offline } = await shownAnchor(workshop)
  const { size } = anchor
  const sign = async (root: Uint8Array): Promise<object> => {
    return { checkpoint: await signAnew(workshop.scene, { size, root }), root: encodeBase64(root), proof: [] }
  }
  const ours = await sign(Buffer.alloc(32, 1))
  const one = (verdict: FindingVector['verdict'], evidence: object, zh: string, en: string): FindingVector => {
    return { check: 'anchor-foreign', evidence: { ...evidence }, verdict, zh, en }
  }
  const { headers, blocks } = offline
  const [block] = blocks as [OfflineProof['blocks'][0]]
  const withBlock = (changed: Partial<typeof block>) => ({
    anchor,
    ours,
    offline: { headers, blocks: [{ ...block, ...changed }] },
  })
  return {
    'good-anchor-foreign': one(
      'proven',
      { anchor, ours, offline },
      '已存证的树与日志所签署的不同：区块头自存证所在的区块通到信任文件所列的区块',
      'a tree was anchored that is not the one which the log signed: headers lead from the block of the anchor to the one that the trust file names',
    ),
    'bad-anchor-is-the-logs-own': one(
      'refuted',
      { anchor, ours: await sign(fromHex(anchor.root.slice(2))), offline },
      '已存证的正是日志所签署的树',
      'the tree that was anchored is the one which the log signed',
    ),
    'bad-anchor-headers-with-a-gap': one(
      'refuted',
      { anchor, ours, offline: { ...offline, headers: headers.toSpliced(1, 1) } },
      '缺少一个区块头',
      'a header is missing',
    ),
    'bad-anchor-on-another-chain': one(
      'refuted',
      { anchor, ours, offline: { ...offline, headers: [...headers.slice(0, -1), sealedOtherwise(headers.at(-1)!)] } },
      '区块头相衔接，但所通到的区块不是信任文件所列的',
      'the headers follow each other and lead to another block than the trust file names',
    ),
    'bad-anchor-block-changed': one(
      'refuted',
      withBlock({ receipts: block.receipts.map(receipt => flip(receipt, receipt.length - 20)) }),
      '所示区块的回执得不出区块头中的根',
      'the receipts of the block that is shown do not make the root in its header',
    ),
    'bad-anchor-block-not-shown': one(
      'refuted',
      { anchor, ours, offline: { headers, blocks: [] } },
      '没有出示存证所在的区块',
      'the block of the anchor is not shown',
    ),
    'bad-anchor-of-another-root': one(
      'refuted',
      { anchor: { ...anchor, root: `0x${'12'.repeat(32)}` }, ours, offline },
      '所示事件存证的是另一个根',
      'the event that is shown anchored another root',
    ),
    'bad-anchor-of-the-other-log': one(
      'refuted',
      { anchor: { ...anchor, logIndex: anchor.logIndex + 1 }, ours, offline },
      '所示事件是索引日志的存证',
      'the event that is shown is an anchor of the index log',
    ),
    'bad-anchor-of-another-transaction': one(
      'refuted',
      { anchor: { ...anchor, transaction: `0x${'12'.repeat(32)}` }, ours, offline },
      '所示事件出自另一笔交易',
      'the event that is shown is of another transaction',
    ),
    'bad-anchor-of-another-block': one(
      'refuted',
      { anchor: { ...anchor, blockHash: `0x${'12'.repeat(32)}` }, ours, offline },
      '首个区块头不是所称存证所在区块的',
      'the first header is not that of the block which is to hold the anchor',
    ),
    'open-anchor-before-any-known-block': one(
      'unproven',
      { anchor, ours, offline: { ...offline, headers: headers.slice(0, -1) } },
      '区块头没有通到信任文件所列的区块：还需其中一个区块的哈希',
      'the headers do not lead to a block that the trust file names: it takes the hash of one of them',
    ),
    'open-anchor-not-shown': one(
      'unproven',
      { anchor, ours },
      '没有出示存证所在的区块：须问节点',
      'the block of the anchor is not shown: a node has to tell',
    ),
  }
}

/** The newest anchor behind which the chain went on, as a monitor shows it. */
async function shownAnchor({ chain, trust }: Workshop): Promise<{ anchor: AnchorClaim; offline: OfflineProof }> {
  const [end] = trust.blocks as [Trust['blocks'][0]]
  const { found } = await readAnchors(emptyState(trust.logKey.name).chain, { chain, trust, finality: 0 })
  const anchor = found.findLast(({ of, block }) => of === 'log' && block + 1 < end.number)!
  return { anchor, offline: (await showBlock(anchor.block, end.number, chain))! }
}

function sealedOtherwise(header: string): string {
  const fields = decodeRlp(decodeBase64(header)!)
  if (fields instanceof Uint8Array) throw new Error('no header')
  return encodeBase64(encodeRlp(fields.with(EXTRA, Buffer.from('another'))))
}
