// Which archived segments may be removed for good: those whose records are all older than the retention, and were in the
// log that long ago. What a record says of its own time is the operator's word; so the age is also measured on the chain,
// from the block of the first anchor that covers the segment to that of the newest anchor. On a network, a clock that is
// set ahead prunes nothing, nor does a record that is dated back; the embedded chain has this machine's clock, and no other.

import type { Anchor, Anchors } from './anchors.ts'
import { formatTime } from './core/record.ts'
import type { Words } from './core/words.ts'
import { yearsLater } from './retention.ts'
import type { SegmentState } from './store/archive/old-segments.ts'
import type { Pruning } from './store/archive/pruned.ts'

export interface PruningRule {
  readonly retentionYears: number
  /** Who prunes. */
  readonly by: string
  /** Milliseconds since 1970. */
  readonly now: number
  /** Whether the blocks, too, have the time of this machine. */
  readonly isOwnClock: boolean
}

/** May a segment be pruned? If so, why; and if not, why not. */
export type PruningJudgement =
  | { readonly segment: SegmentState; readonly why: Pruning }
  | {
      readonly segment: SegmentState
      readonly refused: Words
      /** When it will be old enough, if that is known; milliseconds since 1970. */
      readonly until?: number
    }

/** Judges the segments that are there, oldest first, up to the first that must stay: all behind it stay, too. */
export async function judgePruning(
  segments: readonly SegmentState[],
  anchors: Pick<Anchors, 'findAtLeast' | 'newest'>,
  rule: PruningRule,
): Promise<readonly PruningJudgement[]> {
  const judged: PruningJudgement[] = []
  const [newest] = await anchors.newest(1)
  for (const segment of segments) {
    if (segment.place === 'pruned') continue
    const judgement = judge(segment, await anchors.findAtLeast(segment.end), newest, rule)
    judged.push(judgement)
    if (!('why' in judgement)) break
  }
  return judged
}

function judge(
  segment: SegmentState,
  anchor: Anchor | undefined,
  newest: Anchor | undefined,
  { retentionYears, by, now, isOwnClock }: PruningRule,
): PruningJudgement {
  if (segment.place !== 'archive') {
    return {
      segment,
      refused: { en: 'it is not archived (suyuan archive move)', zh: '尚未归档（suyuan archive move）' },
    }
  }
  if (anchor === undefined || newest === undefined) {
    return { segment, refused: { en: 'no anchor on the chain covers it', zh: '链上没有覆盖它的存证' } }
  }
  const byRecords = yearsLater(segment.maxTime, retentionYears)
  const byChain = yearsLater(anchor.block.time * 1000, retentionYears)
  const until = Math.max(byRecords, byChain)
  const clock = Math.min(now, newest.block.time * 1000)
  if (until > clock) {
    const [records, anchored, time] = [segment.maxTime, anchor.block.time * 1000, clock].map(formatTime)
    return {
      segment,
      until,
      refused: {
        en: `its newest record is of ${records}, and it was anchored at ${anchored}; it must stay until ${formatTime(until)}, and by the newest anchor and this clock it is ${time} now`,
        zh: `其最新记录的时间为 ${records}，存证于 ${anchored}；须保存至 ${formatTime(until)}，而按最新存证和本机时钟现在是 ${time}`,
      },
    }
  }
  const { size, transaction, block } = anchor
  return {
    segment,
    why: {
      by,
      time: now,
      anchor: { size, transaction, block: block.number, time: block.time },
      retentionYears,
      ...(isOwnClock && { ownClock: true }),
    },
  }
}
