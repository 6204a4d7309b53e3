// A record that came in long after the time that it states: a warning, since a late delivery is no crime; with a finding that
// proves when it came, for whoever has to ask why.

import { type LogRecord, readTime } from '../core/record.ts'
import type { Found } from './checks.ts'
import type { FollowedLog } from './followed-log.ts'
import { provenEpoch } from './wrong-epoch.ts'

const DAY_MS = 86_400_000

export interface LateRecord {
  readonly index: number
  readonly record: LogRecord
  /** The epoch that had ended when it came in: its number, and when it was signed, in seconds. */
  readonly after: { readonly epoch: number; readonly time: number }
}

/** Undefined where it is less than a day late. */
export async function lateRecord(
  { index, record, after }: LateRecord,
  { log, epochs }: { readonly log: FollowedLog; readonly epochs: FollowedLog },
  signal: AbortSignal,
): Promise<Found | undefined> {
  const days = Math.floor((after.time * 1000 - readTime(record.time)) / DAY_MS)
  if (days < 1) return undefined
  const at = new Date(after.time * 1000).toISOString()
  return {
    check: 'record-backdated',
    subject: `record ${index}`,
    words: {
      en: `Record ${index} states ${record.time}, and came in after ${at}: at least ${days} days later.`,
      zh: `第 ${index} 号记录写明 ${record.time}，而在 ${at} 之后才进入日志：至少晚了 ${days} 天。`,
    },
    evidence: {
      before: await provenEpoch(epochs, after.epoch, signal),
      record: await log.provenEntry(index, signal),
      days,
    },
  }
}
