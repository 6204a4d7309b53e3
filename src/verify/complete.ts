// No row was left out: all that one value of the question has in the log, within the time asked for, is shown. The index says
// which records these are, and it was anchored together with the log.

import { fromBase64 } from '../core/bytes.ts'
import { checkComplete } from '../core/completeness/answer.ts'
import { encodeEpoch } from '../core/completeness/epoch.ts'
import type { Posting } from '../core/completeness/postings.ts'
import { decodeQuestion, type Evidence } from '../core/evidence.ts'
import { type CompletePart, decodeProof } from '../core/evidence-complete.ts'
import { hashLeaf } from '../core/hash.ts'
import { checkInclusion } from '../core/proof.ts'
import { readTime } from '../core/record.ts'
import type { Anchored } from './answer.ts'
import { Disagreement, NOT_ASKED } from './report.ts'
import type { Row } from './rows.ts'

/**
 * @param records All that the file shows
 * @param rows Those of them that fit
 */
export function checkNothingLeftOut(
  evidence: Evidence,
  { index }: Anchored,
  records: readonly Row[],
  rows: readonly Row[],
): typeof NOT_ASKED | undefined {
  const { complete, more } = evidence
  if (complete === undefined || index === undefined) return NOT_ASKED
  requireEpoch(complete, evidence.log.checkpoint, index)
  const { where, from, to } = decodeQuestion(evidence.question)
  const value = where[complete.by]
  if (value === undefined) {
    throw new Disagreement({
      zh: `文件按 ${complete.by} 表明没有遗漏，而所问没有指明它的值。`,
      en: `The file shows by ${complete.by} that nothing was left out, but the question names no value of that.`,
    })
  }
  // Of an answer that was cut off, that none is missing from its oldest row on.
  const window = { from, to, first: more ? rows[0]?.index : undefined }
  const trieRoot = fromBase64(complete.trieRoot)
  const postings = checkComplete({ dimension: complete.by, value, ...window }, trieRoot, decodeProof(complete))
  if (postings === undefined) {
    throw new Disagreement({
      zh: `索引的证明推不出存证的索引，或略过了可能符合所问的部分：不能确认没有遗漏。`,
      en: 'The proof of the index does not lead to the anchored one, or passes over what may fit the question: rows may have been left out.',
    })
  }
  requireSame(postings, records, complete, value)
  return undefined
}

/** The epoch is the last of the index log's anchored tree, and goes up to this very checkpoint. */
function requireEpoch(
  { trieRoot, inclusion }: CompletePart,
  checkpoint: string,
  { size, root }: NonNullable<Anchored['index']>,
): void {
  const leaf = hashLeaf(encodeEpoch({ trieRoot: fromBase64(trieRoot), checkpoint }))
  if (checkInclusion(size - 1, size, leaf, root, inclusion.map(fromBase64))) return
  throw new Disagreement({
    zh: `索引不是与此检查点一同存证的：它不是索引日志（大小 ${size}）的最后一期。`,
    en: `The index is not the one that was anchored with this checkpoint: it is not the last epoch of the index log's tree of ${size}.`,
  })
}

/** The records shown are those of the index, one by one, and each has the value at its time. */
function requireSame(postings: readonly Posting[], records: readonly Row[], { by }: CompletePart, value: string): void {
  const shown = new Set(records.map(({ index }) => index))
  const missing = postings.find(({ index }) => !shown.has(index))
  if (missing !== undefined) {
    throw new Disagreement(
      {
        zh: `有遗漏：索引中第 ${missing.index} 号记录属于 ${by} “${value}”，文件却没有列出。`,
        en: `A record was left out: by the index, record ${missing.index} is of ${by} ${value}, and the file does not show it.`,
      },
      missing.index,
    )
  }
  const wrong = records.find(({ record }, k) => {
    const posting = postings[k]
    return (
      posting?.index !== records[k]!.index || posting.time !== readTime(record.time) || String(record[by]) !== value
    )
  })
  if (wrong === undefined && postings.length === records.length) return
  const index = wrong?.index ?? postings.length
  throw new Disagreement(
    {
      zh: `第 ${index} 号记录与索引所述不符，或不在索引之中：不应列出。`,
      en: `Record ${index} is not what the index says, or is not in it: it should not be shown.`,
    },
    index,
  )
}
