// An answer that was asked for, against the logs that are followed. What is signed and not so convicts whoever signed it; what
// nobody signed is told, and held against nobody.

import type { Chain } from '../chain/network.ts'
import { equal } from '../core/bytes.ts'
import { LedgerError } from '../core/error.ts'
import type { Evidence } from '../core/evidence.ts'
import type { Words } from '../core/words.ts'
import { checkAnchors } from '../verify/answer.ts'
import { checkInside, checkOnChain, isAuthored } from '../verify/authored.ts'
import { requireTrustedChain } from '../verify/chain.ts'
import { readEvents } from '../verify/events.ts'
import { createOmissionCheck } from '../verify/omission.ts'
import type { Trust } from '../verify/trust.ts'
import { answerByOtherIndex, falseAnswer, omittedRow } from './answer-faults.ts'
import { deniedAnswer, offChain } from './denied-answer.ts'
import type { FollowedLog } from './followed-log.ts'
import type { ReadRecord } from './questions.ts'
import type { Round } from './round.ts'
import { readHead, type SignedHead } from './tile-client.ts'

export interface AnswerContext {
  readonly trust: Trust
  readonly log: FollowedLog
  readonly index: FollowedLog | undefined
  /** Without it nothing is said about what the contracts said. */
  readonly chain?: (() => Promise<Chain>) | undefined
}

/**
 * @param records Of the log, whether they fit or not: those that do must be in the answer
 * @throws Contradiction; LedgerError `answer_unsigned`, `answer_uncheckable`, `answer_ahead`; what the chain's reader throws
 */
export async function checkAnswer(
  answer: Evidence,
  records: readonly ReadRecord[],
  context: AnswerContext,
  { onFound, signal }: Pick<Round, 'onFound' | 'signal'>,
): Promise<void> {
  const { trust, log, chain } = context
  if (!isAuthored(answer, trust)) throw unsigned(trust)
  const { failed, unchecked } = await checkInside(answer, trust)
  if (failed !== undefined) throw falseAnswer(answer, failed)
  if (unchecked !== undefined) throw uncheckable(unchecked.detail)
  const head = readHead(answer.log.checkpoint, log.client.key)
  await log.take(head, signal)
  await requireSameIndex(answer, head, context, signal)
  const isOmitted = createOmissionCheck(answer)
  // Records behind its tree came later, and are no matter of this answer.
  const missing = records.find(({ index, record }) => index < head.size && isOmitted(index, record))
  if (missing !== undefined) throw await omittedRow(answer, log, head, missing.index, signal)
  if (chain !== undefined) await requireOnChain(answer, trust, chain, onFound)
}

/** The contracts said what it tells of them, and nothing more that it hangs on. */
async function requireOnChain(
  answer: Evidence,
  trust: Trust,
  connect: () => Promise<Chain>,
  onFound: Round['onFound'],
): Promise<void> {
  const chain = await connect()
  await requireTrustedChain(trust, chain)
  const { denied, unchecked } = await checkOnChain(answer, trust, chain)
  if (unchecked !== undefined) throw uncheckable(unchecked.detail)
  if (denied === undefined) return
  const off = await offChain(answer, chain)
  if (off === undefined) throw await deniedAnswer(answer, denied.detail, { trust, chain })
  await onFound(off)
  throw uncheckable(denied.detail)
}

/** The index that it is complete by is the one that everybody is shown. */
async function requireSameIndex(
  answer: Evidence,
  head: SignedHead,
  { index, trust }: AnswerContext,
  signal: AbortSignal,
): Promise<void> {
  const anchored = checkAnchors(answer, readEvents(answer, trust.contracts).anchors, head).index
  if (index === undefined || anchored === undefined) return
  if (anchored.size > index.size) {
    const newest = await index.client.checkpoint(signal)
    if (newest !== undefined) await index.take(newest, signal)
  }
  if (anchored.size > index.size) throw indexBehind(anchored.size, index.size)
  if (equal(await index.rootAt(anchored.size, signal), anchored.root)) return
  throw await answerByOtherIndex(answer, index, anchored.size, signal)
}

function unsigned({ answerKey }: Trust): LedgerError {
  return new LedgerError('answer_unsigned', {
    en: `The service answered without a signature by ${answerKey.name} (see "answers" in the trust file): nobody is answerable for what it says.`,
    zh: `服务的答复没有 ${answerKey.name} 的签名（请核对信任文件中的 answers）：无人须为其内容负责。`,
  })
}

function uncheckable(why: Words): LedgerError {
  return new LedgerError('answer_uncheckable', {
    en: `A signed answer cannot be checked: ${why.en}`,
    zh: `已签署的答复无法核查：${why.zh}`,
  })
}

function indexBehind(anchored: number, known: number): LedgerError {
  return new LedgerError(
    'answer_ahead',
    {
      en: `A signed answer rests on an index log of ${anchored} epochs, and the index log serves ${known}; it is asked again.`,
      zh: `已签署的答复依据 ${anchored} 期的索引日志，而索引日志只提供 ${known} 期；将再次询问。`,
    },
    { retryable: true },
  )
}
