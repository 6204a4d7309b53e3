// The finding that a record came into the log long after the time that it states. Proven is when it came, by the log's own
// signed times; why it came so late is for people to find out.

import { checkCheckpoint } from '../../core/checkpoint.ts'
import { decodeEpoch } from '../../core/completeness/epoch.ts'
import { checkNote } from '../../core/note.ts'
import { object, wholeNumber } from '../../core/reader.ts'
import { decodeEntry, readTime } from '../../core/record.ts'
import type { Trust } from '../trust.ts'
import {
  ENTRY,
  EPOCH,
  type Judged,
  NO_INDEX_KEY,
  proven,
  refuted,
  requireEpoch,
  requireIncluded,
  unfounded,
  unproven,
} from './judged.ts'

const DAY_S = 86_400
/**
 * `before`: an epoch that ended before the record came in. Only of these the log says by its time key how much there was of it
 * then, and has committed to it: an older tree may be cosigned by a witness, or reach the chain, when the log has long grown.
 */
const LATE = object({ before: EPOCH, record: ENTRY, days: wholeNumber(1) })

export function judgeLate(evidence: unknown, { logKey, indexKey, timeKey }: Trust): Judged {
  if (indexKey === undefined) return NO_INDEX_KEY
  if (timeKey === undefined) {
    return unproven({
      en: 'The finding rests on a time that the log signed, and its key for that ("time") is not in the trust file.',
      zh: '该发现依据日志所签署的时间，而信任文件中没有相应的公钥（time）。',
    })
  }
  const { before, record, days } = LATE(evidence, 'evidence')
  const epoch = decodeEpoch(requireEpoch(before, indexKey))
  if (epoch === undefined)
    throw unfounded({ en: 'the leaf of the index log is no epoch', zh: '索引日志的该叶不是一期' })
  const { checkpoint, note } = checkCheckpoint(epoch.checkpoint, logKey)
  const time = checkNote(note, [timeKey])[0]?.time
  const { bytes } = requireIncluded(record, logKey)
  const { index } = record
  if (time === undefined || index < checkpoint.size) {
    return refuted({
      en: `Record ${index} is not shown to have come in after a signed time.`,
      zh: `没有表明第 ${index} 号记录是在某个已签署的时间之后进入日志的。`,
    })
  }
  const stated = decodeEntry(bytes).time
  const late = Math.floor((time - readTime(stated) / 1000) / DAY_S)
  const [at, size] = [new Date(time * 1000).toISOString(), checkpoint.size]
  if (late < days) {
    return refuted({
      en: `Record ${index} states ${stated}, and the log had ${size} records at ${at}: that is less than ${days} days later.`,
      zh: `第 ${index} 号记录写明 ${stated}，而日志在 ${at} 有 ${size} 条记录：相隔不到 ${days} 天。`,
    })
  }
  return proven({
    en: `Record ${index} states ${stated}. At ${at}, by the log's own signed time, the log had ${size} records: it came in at least ${late} days after the time that it states. A late delivery looks the same as a story made up later.`,
    zh: `第 ${index} 号记录写明 ${stated}。而按日志自己签署的时间，${at} 时日志只有 ${size} 条记录：它至少在其所称时间 ${late} 天之后才进入日志。迟报与事后编造在此并无分别。`,
  })
}
