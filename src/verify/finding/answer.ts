// Findings about an answer that the operator signed (core/evidence.ts): it is false by itself, rests on another index than the
// index log, or leaves out a record. Nobody but the holder of the answers' key can have made it, whoever passed it on.

import { utf8 } from '../../core/bytes.ts'
import { type Checkpoint, checkCheckpoint } from '../../core/checkpoint.ts'
import { type Evidence, parseEvidence } from '../../core/evidence.ts'
import { anything, object, type Read } from '../../core/reader.ts'
import { decodeEntry } from '../../core/record.ts'
import { checkAnchors } from '../answer.ts'
import { checkInside, isAuthored } from '../authored.ts'
import { readEvents } from '../events.ts'
import { createOmissionCheck } from '../omission.ts'
import type { Trust } from '../trust.ts'
import {
  ENTRY,
  isForeign,
  type Judged,
  NO_INDEX_KEY,
  OURS,
  proven,
  refuted,
  requireIncluded,
  unfounded,
  unproven,
} from './judged.ts'

/** `index`: what the index log has at the size of the answer's. */
const FALSE = object({ answer: anything }, { index: OURS })
const OMITTED = object({ answer: anything, record: ENTRY })

export async function judgeFalse(evidence: unknown, trust: Trust): Promise<Judged> {
  const { answer, index } = FALSE(evidence, 'evidence')
  const signed = requireAuthored(answer, trust)
  const { failed, unchecked } = await checkInside(signed, trust)
  if (failed !== undefined) return proven(failed.detail)
  if (unchecked !== undefined) return unproven(unchecked.detail)
  return index === undefined ? refuted(HOLDS) : judgeIndex(signed, index, trust)
}

/** The answer states an index tree that was anchored with it; the index log signed another. */
function judgeIndex(answer: Evidence, ours: Read<typeof OURS>, { logKey, indexKey, contracts }: Trust): Judged {
  if (indexKey === undefined) return NO_INDEX_KEY
  const { index } = checkAnchors(answer, readEvents(answer, contracts).anchors, headOf(answer, { logKey }))
  if (index === undefined || !isForeign(index, ours, indexKey)) return refuted(HOLDS)
  return proven({
    en: `The signed answer shows by an index log of ${index.size} epochs that nothing was left out, and the index log that is signed has another tree at that size.`,
    zh: `已签署的答复以一份 ${index.size} 期的索引日志表明没有遗漏，而已签署的索引日志在该大小是另一棵树。`,
  })
}

export async function judgeOmitted(evidence: unknown, trust: Trust): Promise<Judged> {
  const { answer, record } = OMITTED(evidence, 'evidence')
  const signed = requireAuthored(answer, trust)
  const { bytes, size } = requireIncluded(record, trust.logKey)
  if (size > headOf(signed, trust).size) {
    return refuted({
      en: 'The record is proven in a larger tree than the answer speaks of: it may have come later.',
      zh: '记录是在比答复更大的树中证明的：可能在答复之后才进入日志。',
    })
  }
  if (!createOmissionCheck(signed)(record.index, decodeEntry(bytes))) {
    return refuted({
      en: `The answer shows record ${record.index}, or need not: the record does not fit its question, or is older than the rows that its limit allowed.`,
      zh: `答复列出了第 ${record.index} 号记录，或无须列出：该记录不符合其所问，或早于行数上限所及。`,
    })
  }
  const { isComplete } = await checkInside(signed, trust)
  return proven(isComplete ? omittedByIndex(record.index) : omittedByAnswer(record.index))
}

/** The index is what was anchored with the answer's tree, so the omission is not of this answer alone. */
const omittedByIndex = (index: number) => ({
  en: `Record ${index} fits the question of the signed answer, is in the tree that it speaks of, and is not in it. The answer shows by the index that was anchored with that tree, as it says, that there is no such record: so that epoch of the index leaves it out too.`,
  zh: `第 ${index} 号记录符合已签署答复的所问，也在其所述的树中，答复却没有列出。答复以其所称一同存证的索引表明没有这样的记录：因此该期索引也遗漏了它。`,
})
const omittedByAnswer = (index: number) => ({
  en: `Record ${index} fits the question of the signed answer, is in the tree that it speaks of, and is not in it.`,
  zh: `第 ${index} 号记录符合已签署答复的所问，也在其所述的树中，答复却没有列出。`,
})
const HOLDS = {
  en: 'Nothing in the answer contradicts what else is signed.',
  zh: '答复中没有与其他已签署内容相矛盾之处。',
}

/** @throws LedgerError `finding_unfounded`, `evidence_unreadable` */
export function requireAuthored(answer: unknown, trust: Trust): Evidence {
  const read = parseEvidence(utf8(JSON.stringify(answer)))
  if (isAuthored(read, trust)) return read
  throw unfounded({
    en: `the answer is not signed as it stands by ${trust.answerKey.name}`,
    zh: `答复现有内容没有 ${trust.answerKey.name} 的签名`,
  })
}

function headOf({ log }: Evidence, { logKey }: Pick<Trust, 'logKey'>): Checkpoint {
  return checkCheckpoint(log.checkpoint, logKey).checkpoint
}
