// The log's own clock, as it signs the time under each epoch: it never goes back, and does not lie far behind clocks that the log
// does not own.

import { formatSeconds } from '../core/record.ts'
import { Contradiction, type Found } from './checks.ts'
import type { FollowedLog } from './followed-log.ts'
import { type Bound, boundBehind, type OutsideClocks, shownMark } from './outside-clocks.ts'
import type { MonitorState, TimedEpoch } from './state-shape.ts'
import { provenEpoch } from './wrong-epoch.ts'

export interface ClockParts {
  readonly state: MonitorState
  readonly index: FollowedLog
  readonly clocks: OutsideClocks
  readonly onFound: (found: Found) => Promise<void>
}

interface SizedEpoch extends TimedEpoch {
  readonly size: number
}

/** The clock never goes back: what comes later came in after the latest time that was ever signed. */
export function latestOf(latest: TimedEpoch | undefined, epoch: TimedEpoch): TimedEpoch {
  return latest === undefined || epoch.time >= latest.time ? epoch : latest
}

/** Of the epoch behind those of the state. */
export async function checkClock(
  { state, index, clocks, onFound }: ClockParts,
  epoch: SizedEpoch,
  signal: AbortSignal,
): Promise<void> {
  const { latest } = state.epochs
  if (latest !== undefined && epoch.time < latest.time) await onFound(await reversed(index, epoch, latest, signal))
  // Its own anchor bounds it as well; a look does that showed the log smaller.
  const bounds = [boundBehind(clocks.anchors, epoch.size), boundBehind(clocks.looks, epoch.size - 1)]
  const bound = bounds.find(one => one !== undefined && epoch.time < one.notBefore)
  if (bound === undefined) return
  state.behind = { count: (state.behind?.count ?? 0) + 1, first: state.behind?.first ?? epoch.number }
  await onFound(await behind(index, epoch, bound, signal))
}

async function reversed(
  index: FollowedLog,
  { number, time }: TimedEpoch,
  before: TimedEpoch,
  signal: AbortSignal,
): Promise<Contradiction> {
  const [at, earlier] = [formatSeconds(time), formatSeconds(before.time)]
  return new Contradiction(
    'clock-reversed',
    `epoch ${number}`,
    {
      en: `Epoch ${number} is signed with the time ${at}, and epoch ${before.number} before it with ${earlier}: the log says that it had more leaves at the earlier time.`,
      zh: `第 ${number} 期签署的时间为 ${at}，而在它之前的第 ${before.number} 期为 ${earlier}：按日志所称，较早的时间反而有更多的叶。`,
    },
    {
      ...(await provenEpoch(index, number, signal)),
      before: await provenEpoch(index, before.number, signal),
    },
  )
}

async function behind(
  index: FollowedLog,
  { number, size, time }: SizedEpoch,
  { mark }: Bound,
  signal: AbortSignal,
): Promise<Found> {
  const [at, seen] = [formatSeconds(time), formatSeconds(mark.time)]
  return {
    check: 'clock-behind',
    subject: `epoch ${number}`,
    words:
      mark.anchor === undefined
        ? {
            en: `Epoch ${number}, of ${size} leaves, is signed with the time ${at}; at ${seen}, by this monitor's own clock, the log showed no more than ${mark.size}. Either the log's clock was set back, or this monitor's is ahead.`,
            zh: `${size} 片叶的第 ${number} 期签署的时间为 ${at}；而按本监测程序自己的时钟，${seen} 时日志只展示了 ${mark.size} 片叶。或是日志的时钟被拨回，或是本监测程序的时钟超前。`,
          }
        : {
            en: `Epoch ${number}, of ${size} leaves, is signed with the time ${at}; block ${mark.anchor.block}, of ${seen}, anchored no more than ${mark.size}. Either the log's clock was set back, or that anchor waited so long for its block.`,
            zh: `${size} 片叶的第 ${number} 期签署的时间为 ${at}；而 ${seen} 的区块 ${mark.anchor.block} 只存证了 ${mark.size} 片叶。或是日志的时钟被拨回，或是该次存证等了这么久才进入区块。`,
          },
    evidence: { ...(await provenEpoch(index, number, signal)), ...shownMark(mark) },
  }
}
