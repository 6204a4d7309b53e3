// A record that came in long after the time that it states: a warning, since a late delivery is no crime; with a finding that
// says when it came, and by whose clock, for whoever has to ask why.

import { formatSeconds, type LogRecord, readTime } from '../core/record.ts'
import type { Words } from '../core/words.ts'
import { daysBetween } from '../verify/finding/clock.ts'
import type { Found } from './checks.ts'
import type { FollowedLog } from './followed-log.ts'
import { type Bound, shownMark } from './outside-clocks.ts'
import { provenEpoch } from './wrong-epoch.ts'

/** When the log had no more leaves yet than lie before a record, in seconds: by its own signature under an epoch, or by another clock. */
export type Since = { readonly notBefore: number; readonly epoch: number } | Bound

export interface LateRecord {
  readonly index: number
  readonly record: LogRecord
  readonly since: Since
}

/** What shows that the record was not there yet, and what was taken off. */
interface Seen extends Words {
  readonly less: Words
}

/** Undefined where it is less than a day late. */
export async function lateRecord(
  { index, record, since }: LateRecord,
  { log, epochs }: { readonly log: FollowedLog; readonly epochs: FollowedLog },
  signal: AbortSignal,
): Promise<Found | undefined> {
  const days = daysBetween(readTime(record.time) / 1000, since.notBefore)
  if (days < 1) return undefined
  const { en, zh, less } = 'epoch' in since ? bySignature(since.notBefore) : byMark(since)
  return {
    check: 'record-backdated',
    subject: `record ${index}`,
    words: {
      en: `Record ${index} states ${record.time}, and ${en}: at least ${days} days later${less.en}.`,
      zh: `第 ${index} 号记录写明 ${record.time}，而${zh}：至少晚了 ${days} 天${less.zh}。`,
    },
    evidence: {
      ...('epoch' in since ? { before: await provenEpoch(epochs, since.epoch, signal) } : shownMark(since.mark)),
      record: await log.provenEntry(index, signal),
      days,
    },
  }
}

function bySignature(time: number): Seen {
  const at = formatSeconds(time)
  return { en: `came in after ${at}`, zh: `在 ${at} 之后才进入日志`, less: { en: '', zh: '' } }
}

function byMark({ mark: { size, time, anchor } }: Bound): Seen {
  const at = formatSeconds(time)
  return anchor === undefined
    ? {
        en: `at ${at}, by this monitor's own clock, the log showed it no more than ${size} leaves`,
        zh: `按本监测程序自己的时钟，${at} 时日志只展示了 ${size} 片叶`,
        less: { en: ', with a day taken off for lag', zh: '（已扣除一天的滞后）' },
      }
    : {
        en: `block ${anchor.block} of ${at} anchored no more than ${size} leaves`,
        zh: `${at} 的区块 ${anchor.block} 只存证了 ${size} 片叶`,
        less: { en: ', with a day taken off for what that anchor waited', zh: '（已扣除一天的存证等待）' },
      }
}
