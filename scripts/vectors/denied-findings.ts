// Findings that a signed answer is not what the chain says, shown by a block and the headers from it to one that the answer
// names; and broken in one way each.

import { topicOf } from '../../src/chain/events.ts'
import type { Evidence } from '../../src/core/evidence.ts'
import type { OfflineProof } from '../../src/core/evidence-chain.ts'
import type { Question } from '../../src/core/question.ts'
import { createEvidence } from '../../src/evidence.ts'
import { showBlock } from '../../src/monitor/shown-block.ts'
import { blindTo } from '../../test/verify/blind.ts'
import type { FindingVector } from './findings.ts'
import type { Workshop } from './scene.ts'

/** Of a grant that was revoked. */
const REVOKED: Question = { where: { grant: '2' } }
const NOBODYS = `0x${'12'.repeat(32)}`

export async function deniedFindings(workshop: Workshop): Promise<Readonly<Record<string, FindingVector>>> {
  const { parts, chain, sign } = workshop
  const honest = await createEvidence(parts)(REVOKED, { limit: 100 })
  const hiding = await createEvidence({ ...parts, chain: blindTo(chain, ['GrantRevoked']) })(REVOKED, { limit: 100 })
  const revoked = honest.events.find(({ topics }) => topics[0] === topicOf('GrantRevoked'))!
  const show = async ({ blocks }: Evidence, block: number): Promise<OfflineProof> => {
    return (await showBlock(block, blocks.find(({ number }) => number >= block)!.number, chain))!
  }
  const hidden = await show(hiding, revoked.block)
  const last = honest.events.at(-1)!
  const inventing = sign({ ...honest, events: [...honest.events.slice(0, -1), { ...last, transaction: NOBODYS }] })
  const asOf = honest.blocks.at(-1)!
  const elsewhere = sign({ ...honest, blocks: [...honest.blocks.slice(0, -1), { ...asOf, hash: NOBODYS }] })
  const one = (
    check: string,
    verdict: FindingVector['verdict'],
    evidence: object,
    zh: string,
    en: string,
  ): FindingVector => ({ check, evidence: { ...evidence }, verdict, zh, en })
  return {
    'good-answer-denied-revocation': one(
      'answer-denied',
      'proven',
      { answer: hiding, offline: hidden },
      '已签署的答复隐去了一项撤销：区块头自撤销所在的区块通到答复写明其哈希的区块',
      'a signed answer hides a revocation: headers lead from its block to one whose hash the answer itself states',
    ),
    'good-answer-denied-event': one(
      'answer-denied',
      'proven',
      { answer: inventing, offline: await show(inventing, last.block) },
      '已签署的答复有一个事件，而答复写明其哈希的区块中没有',
      'a signed answer has an event that the block, whose hash the answer itself states, has not',
    ),
    'good-answer-off-chain': one(
      'answer-off-chain',
      'proven',
      { answer: elsewhere },
      '已签署的答复所截至的区块，与信任文件所列的同号区块不同',
      'a signed answer is as of another block than the one of that number which the trust file names',
    ),
    'bad-answer-hides-nothing': one(
      'answer-denied',
      'refuted',
      { answer: honest, offline: await show(honest, revoked.block) },
      '答复列出了该撤销',
      'the answer tells of the revocation',
    ),
    'bad-answer-denied-by-another-chain': one(
      'answer-denied',
      'refuted',
      { answer: hiding, offline: { ...hidden, headers: hidden.headers.slice(0, -1) } },
      '区块头没有通到答复所列的区块',
      'the headers do not lead to a block that the answer names',
    ),
    'bad-answer-denied-by-no-block': one(
      'answer-denied',
      'refuted',
      { answer: hiding, offline: { ...hidden, blocks: [] } },
      '没有出示任何区块',
      'no block is shown',
    ),
    'bad-answer-denied-but-changed': one(
      'answer-denied',
      'refuted',
      { answer: { ...hiding, limit: 5 }, offline: hidden },
      '答复在签署之后被改动',
      'the answer was changed after it was signed',
    ),
    'open-answer-denied-not-shown': one(
      'answer-denied',
      'unproven',
      { answer: hiding },
      '没有出示与答复不符的区块：须问节点',
      'the block that denies the answer is not shown: a node has to tell',
    ),
  }
}
