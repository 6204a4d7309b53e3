// Findings about what a source is said to have signed, by its key as whoever verifies has it from the source.

import { decodeEntry, isAccess } from '../../core/record.ts'
import { checkLink, isSigned } from '../../core/source-link.ts'
import type { Words } from '../../core/words.ts'
import type { Trust } from '../trust.ts'
import { ENTRY, type Judged, proven, refuted, requireIncluded, unproven, whatIsWrong } from './judged.ts'

/** The log has it, and the source's own key did not sign it. */
export function judgeForged(evidence: unknown, { logKey, sources = [] }: Trust): Judged {
  const record = decodeEntry(requireIncluded(ENTRY(evidence, 'evidence'), logKey).bytes)
  if (!isAccess(record) || !isSigned(record)) return refuted(NOT_SIGNED)
  let isKnown = false
  const wrong = whatIsWrong(() => (isKnown = checkLink(record, logKey.name, sources) !== undefined))
  if (wrong !== undefined) return proven(wrong)
  return isKnown ? refuted(RIGHTLY_SIGNED) : NO_SOURCE_KEY
}

const NOT_SIGNED: Words = { en: 'The record is not said to be signed.', zh: '该记录并未称有签名。' }
const RIGHTLY_SIGNED: Words = { en: 'The signature of the source holds.', zh: '来源的签名成立。' }
const NO_SOURCE_KEY = unproven({
  en: 'The key by which the source is said to have signed is not in the trust file ("sources").',
  zh: '信任文件（sources）中没有所称来源签名的公钥。',
})
