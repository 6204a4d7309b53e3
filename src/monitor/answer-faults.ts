// What is held against an answer that the operator signed: it contradicts itself, the index log, or a record of the log.

import type { Evidence } from '../core/evidence.ts'
import type { Words } from '../core/words.ts'
import type { Outcome } from '../verify/report.ts'
import { Contradiction } from './checks.ts'
import type { FollowedLog } from './followed-log.ts'
import type { SignedHead } from './tile-client.ts'

export function falseAnswer(answer: Evidence, { check, index, detail }: NonNullable<Outcome['failed']>): Contradiction {
  return new Contradiction(
    'answer-false',
    index === undefined ? check : `${check}, record ${index}`,
    {
      en: `A signed answer does not hold (${check}): ${detail.en}`,
      zh: `已签署的答复不成立（${check}）：${detail.zh}`,
    },
    { answer },
  )
}

/** @param size Of the index log's tree that the answer says was anchored with it */
export async function answerByOtherIndex(
  answer: Evidence,
  index: FollowedLog,
  size: number,
  signal: AbortSignal,
): Promise<Contradiction> {
  return new Contradiction(
    'answer-false',
    `index of ${size} epochs`,
    {
      en: `A signed answer shows that nothing was left out by an index log of ${size} epochs, which the index log does not begin with.`,
      zh: `已签署的答复以一份 ${size} 期的索引日志表明没有遗漏，而索引日志并不以它开头。`,
    },
    { answer, index: await index.against(size, signal) },
  )
}

/** @param head Of the tree that the answer speaks of, which is the log's */
export async function omittedRow(
  answer: Evidence,
  log: FollowedLog,
  head: SignedHead,
  index: number,
  signal: AbortSignal,
): Promise<Contradiction> {
  const by = Object.entries(answer.question.where).map(([dimension, value]) => `${dimension} ${value}`)
  const asked: Words = by.length === 0 ? { en: 'a time alone', zh: '仅时间' } : { en: by.join(', '), zh: by.join('，') }
  return new Contradiction(
    'row-omitted',
    `record ${index}, by ${by.length === 0 ? 'time' : by.join(', ')}`,
    {
      en: `A signed answer to a question by ${asked.en} leaves out record ${index}, which fits it and is in the tree of ${head.size} leaves that it speaks of.`,
      zh: `对所问（${asked.zh}）的已签署答复遗漏了第 ${index} 号记录：该记录符合所问，且在答复所述的 ${head.size} 片叶的树中。`,
    },
    { answer, record: await log.provenEntry(index, signal, head) },
  )
}
