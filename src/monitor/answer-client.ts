// A signed answer (GET /v1/evidence) as whoever has a token gets it; what it is worth is seen later.

import { canonicalJson } from '../core/canonical-json.ts'
import { LedgerError } from '../core/error.ts'
import { type Evidence, encodeQuestion, parseEvidence } from '../core/evidence.ts'
import type { Question } from '../core/question.ts'
import { type Asking, fetchBytes, PRUNED } from './fetch-bytes.ts'

/** Rows that are asked for at most; what shows that there are no others comes on top. */
export const MOST_ROWS = 500
/** A finding has the whole answer in it. */
const MOST_BYTES = 16 * 1024 * 1024

/**
 * Undefined where the question reaches back to what was pruned.
 * @throws LedgerError as `fetchBytes`; `evidence_unreadable`, `answer_to_other_question`
 */
export async function askEvidence(
  asking: Asking,
  question: Question,
  signal: AbortSignal,
): Promise<Evidence | undefined> {
  const { where, from, to } = encodeQuestion(question)
  const parameters = new URLSearchParams({
    ...where,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    limit: String(MOST_ROWS),
  })
  let bytes: Uint8Array | undefined
  try {
    bytes = await fetchBytes(asking, `v1/evidence?${parameters.toString()}`, MOST_BYTES, signal)
  } catch (error) {
    if (error instanceof LedgerError && error.code === PRUNED) return undefined
    throw error
  }
  if (bytes === undefined) throw notAnswered(asking)
  const answer = parseEvidence(bytes)
  if (answer.limit === MOST_ROWS && canonicalJson(answer.question) === canonicalJson({ where, from, to })) return answer
  throw otherQuestion()
}

function notAnswered({ base }: Asking): LedgerError {
  return new LedgerError('answer_missing', {
    en: `There is nothing at ${base.href}v1/evidence; see that --log is the address of the service.`,
    zh: `${base.href}v1/evidence 没有内容；请核对 --log 是否为服务地址。`,
  })
}

/** Nothing that its author signed is wrong with it. */
function otherQuestion(): LedgerError {
  return new LedgerError('answer_to_other_question', {
    en: 'The service answered another question than it was asked, or with another limit; what it would have said is not known.',
    zh: '服务答复的不是所问的问题（或行数上限不同）；无法得知其对所问的答复。',
  })
}
