// Clocks that the log does not own: the block time of an anchor, and the monitor's own at a look. What the log did not have yet
// came in later, whatever time the log itself signs. Not to the minute: a transaction waits for its block while the log goes on,
// what is served may be of a cache, and the monitor's clock may be off. With an honest log all of that takes less than a day, so
// a day is taken off.

import type { Chain } from '../chain/network.ts'
import { readBlock } from '../chain/read.ts'
import { formatSeconds } from '../core/record.ts'
import type { AnchorClaim } from '../verify/finding/judged.ts'
import type { Mark } from './state-shape.ts'

const SLACK_S = 86_400
/** Blocks of anchors are asked for their times until no two neighbours lie farther apart; of marks, no two are kept that lie nearer. */
const APART_S = 6 * 3_600
/** Three years of them. */
const MOST_MARKS = 4_096

/** What lies behind `mark.size` leaves is of no earlier time than this. */
export interface Bound {
  /** Seconds since 1970. */
  readonly notBefore: number
  readonly mark: Mark
}

export interface OutsideClocks {
  /** By the blocks that anchored the log. */
  readonly anchors: readonly Mark[]
  /** By this monitor's own clock. */
  readonly looks: readonly Mark[]
}

/** What these marks, by size, say of what lies behind so many leaves. */
export function boundBehind(marks: readonly Mark[], size: number): Bound | undefined {
  const mark = marks.findLast(one => one.size <= size)
  return mark && { notBefore: mark.time - SLACK_S, mark }
}

/** As findings show it. */
export function shownMark({ size, time, anchor }: Mark): object {
  return anchor === undefined ? { look: { size, time: formatSeconds(time) } } : { anchor }
}

/** Those that may still count for what lies behind so many leaves. */
export function marksBehind(marks: readonly Mark[], size: number): Mark[] {
  const newest = marks.findLastIndex(one => one.size <= size)
  return marks.slice(Math.max(0, newest))
}

/** Without those of a time to come: some chains count otherwise than in seconds. */
export function pastMarks(marks: readonly Mark[], now: number): Mark[] {
  return marks.filter(({ time }) => time <= now / 1000 + SLACK_S)
}

/** With one more, unless it is hardly later than the newest; the oldest go where too many wait for epochs to be judged by. */
export function withMark(marks: readonly Mark[], mark: Mark): Mark[] {
  const newest = marks.at(-1)
  const isKnown = newest !== undefined && (mark.size < newest.size || Math.abs(mark.time - newest.time) < APART_S)
  return isKnown ? [...marks] : [...marks, mark].slice(-MOST_MARKS)
}

/**
 * When the log was anchored, by the blocks' own times: of the first and the last of these anchors, and of so many between that
 * no two neighbours lie far apart.
 * @param anchors Of the log, in the order of the chain
 */
export async function markAnchors(chain: Chain, anchors: readonly AnchorClaim[]): Promise<Mark[]> {
  const timed = async (place: number): Promise<Mark | undefined> => {
    const anchor = anchors[place]!
    const block = await readBlock(chain, anchor.block)
    return block?.hash === anchor.blockHash ? { size: anchor.size, time: block.time, anchor } : undefined
  }
  const between = async (
    from: number,
    first: Mark | undefined,
    to: number,
    last: Mark | undefined,
  ): Promise<Mark[]> => {
    const isMoved = first === undefined || last === undefined // the chain is being replaced, which the next round tells
    if (to - from < 2 || isMoved || last.time - first.time <= APART_S) return []
    const middle = Math.floor((from + to) / 2)
    const mark = await timed(middle)
    return [
      ...(await between(from, first, middle, mark)),
      ...(mark === undefined ? [] : [mark]),
      ...(await between(middle, mark, to, last)),
    ]
  }
  if (anchors.length === 0) return []
  const end = anchors.length - 1
  const first = await timed(0)
  const last = end === 0 ? undefined : await timed(end)
  const marks = [first, ...(await between(0, first, end, last)), last]
  return marks.filter(mark => mark !== undefined)
}
