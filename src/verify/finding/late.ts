// The finding that a record came into the log long after the time that it states. Proven is when it came, by the log's own
// signed times or by the block of an anchor; why it came so late is for people to find out.

import { object, type Read, wholeNumber } from '../../core/reader.ts'
import { decodeEntry, formatSeconds, readTime } from '../../core/record.ts'
import type { Words } from '../../core/words.ts'
import type { Trust } from '../trust.ts'
import { findAnchor } from './anchor.ts'
import { daysBetween, type Sized, signedEpoch } from './clock.ts'
import {
  ANCHOR,
  type Connect,
  ENTRY,
  EPOCH,
  isJudged,
  type Judged,
  LOOK,
  NO_NODE,
  OWN_WORD,
  proven,
  refuted,
  requireIncluded,
} from './judged.ts'

/**
 * `before`: an epoch that ended before the record came in. Only of these the log says by its time key how much there was of it
 * then, and has committed to it: an older tree may be cosigned by a witness when the log has long grown. `anchor`: one that did
 * not have the record; it may have waited for its block. `look`: what a monitor was shown.
 */
const LATE = object({ record: ENTRY, days: wholeNumber(1) }, { before: EPOCH, anchor: ANCHOR, look: LOOK })
type Shown = Pick<Read<typeof LATE>, 'before' | 'anchor' | 'look'>

/** How much there was of the log then, and what follows for a record that is behind it. */
interface Seen extends Sized {
  readonly follows: (late: number) => Judged
}

export async function judgeLate(evidence: unknown, trust: Trust, chain: Connect): Promise<Judged> {
  const { record, days, ...shown } = LATE(evidence, 'evidence')
  const seen = await readSeen(shown, trust, chain)
  if (isJudged(seen)) return seen
  const { bytes } = requireIncluded(record, trust.logKey)
  const { index } = record
  if (index < seen.size) return refuted(notAfter(index))
  const stated = decodeEntry(bytes).time
  const late = daysBetween(readTime(stated) / 1000, seen.time)
  if (late >= days) {
    const { verdict, detail } = seen.follows(late)
    const { en, zh } = { en: `Record ${index} states ${stated}. `, zh: `第 ${index} 号记录写明 ${stated}。` }
    return { verdict, detail: { en: en + detail.en, zh: zh + detail.zh } }
  }
  const at = formatSeconds(seen.time)
  return refuted({
    en: `Record ${index} states ${stated}, and the log had ${seen.size} records at ${at}: that is less than ${days} days later.`,
    zh: `第 ${index} 号记录写明 ${stated}，而日志在 ${at} 有 ${seen.size} 条记录：相隔不到 ${days} 天。`,
  })
}

async function readSeen({ before, anchor, look }: Shown, trust: Trust, chain: Connect): Promise<Seen | Judged> {
  if (before !== undefined) {
    const signed = signedEpoch(before, trust)
    if (isJudged(signed)) return signed
    const { size, time } = signed
    const at = formatSeconds(time)
    return {
      ...signed,
      follows: late =>
        proven({
          en: `At ${at}, by the log's own signed time, the log had ${size} records: it came in at least ${late} days after the time that it states. ${SAME.en}`,
          zh: `而按日志自己签署的时间，${at} 时日志只有 ${size} 条记录：它至少在其所称时间 ${late} 天之后才进入日志。${SAME.zh}`,
        }),
    }
  }
  if (anchor !== undefined) {
    if (anchor.of !== 'log') return refuted(NOTHING)
    if (chain === undefined) return NO_NODE
    const block = await findAnchor(anchor, trust, chain)
    if (isJudged(block)) return block
    const at = formatSeconds(block.time)
    return {
      size: anchor.size,
      time: block.time,
      follows: late =>
        proven({
          en: `By the node, block ${anchor.block} of ${at} anchored ${anchor.size} records: it was anchored only after that, at least ${late} days after the time that it states. How long it had waited for that, this does not show. ${SAME.en}`,
          zh: `据该节点，${at} 的区块 ${anchor.block} 存证了 ${anchor.size} 条记录：它在此之后才获存证，至少在其所称时间 ${late} 天之后；此前等待了多久，由此看不出。${SAME.zh}`,
        }),
    }
  }
  if (look === undefined) return refuted(NOTHING)
  return { size: look.size, time: readTime(look.time) / 1000, follows: () => OWN_WORD }
}

const SAME: Words = {
  en: 'A late delivery looks the same as a story made up later.',
  zh: '迟报与事后编造在此并无分别。',
}
const NOTHING: Words = {
  en: 'The finding does not show what there was of the log at any time.',
  zh: '该发现没有表明日志在任何时间有多少记录。',
}
const notAfter = (index: number): Words => ({
  en: `Record ${index} is not shown to have come in after that time.`,
  zh: `没有表明第 ${index} 号记录是在该时间之后进入日志的。`,
})
