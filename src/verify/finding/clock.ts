// Findings about the log's own clock: the times that it signed under its epochs go back, which its signatures show; or lie long
// before what the chain or a monitor's clock says, of which either may be the cause.

import { checkCheckpoint } from '../../core/checkpoint.ts'
import { decodeEpoch } from '../../core/completeness/epoch.ts'
import { checkNote } from '../../core/note.ts'
import { object, type Read } from '../../core/reader.ts'
import { formatSeconds, readTime } from '../../core/record.ts'
import type { Trust } from '../trust.ts'
import { findAnchor } from './anchor.ts'
import {
  ANCHOR,
  type Connect,
  EPOCH,
  EPOCH_FIELDS,
  isJudged,
  type Judged,
  LOOK,
  NO_INDEX_KEY,
  NO_NODE,
  NO_TIME_KEY,
  OWN_WORD,
  proven,
  refuted,
  requireEpoch,
  unfounded,
} from './judged.ts'

const REVERSED = object({ ...EPOCH_FIELDS, before: EPOCH })
const BEHIND = object(EPOCH_FIELDS, { anchor: ANCHOR, look: LOOK })

/** What the log had when, in seconds since 1970. */
export interface Sized {
  readonly size: number
  readonly time: number
}

/** Whole days from one time to another, both in seconds; below 0 where it goes back. */
export const daysBetween = (from: number, to: number): number => Math.floor((to - from) / 86_400)

/** How many leaves the log signed under an epoch, and with what time. */
export function signedEpoch(epoch: Read<typeof EPOCH>, { logKey, indexKey, timeKey }: Trust): Sized | Judged {
  if (indexKey === undefined) return NO_INDEX_KEY
  if (timeKey === undefined) return NO_TIME_KEY
  const stated = decodeEpoch(requireEpoch(epoch, indexKey))
  if (stated === undefined) {
    throw unfounded({ en: 'the leaf of the index log is no epoch', zh: '索引日志的该叶不是一期' })
  }
  const { checkpoint, note } = checkCheckpoint(stated.checkpoint, logKey)
  const time = checkNote(note, [timeKey])[0]?.time
  return time === undefined ? refuted(TIMELESS) : { size: checkpoint.size, time }
}

export function judgeReversed(evidence: unknown, trust: Trust): Judged {
  const { before, ...later } = REVERSED(evidence, 'evidence')
  const [first, second] = [signedEpoch(before, trust), signedEpoch(later, trust)]
  if (isJudged(first)) return first
  if (isJudged(second)) return second
  if (before.epoch >= later.epoch || first.size >= second.size || first.time <= second.time) return refuted(IN_TURN)
  const [at, earlier] = [formatSeconds(second.time), formatSeconds(first.time)]
  return proven({
    en: `The log signed that it had ${first.size} records at ${earlier}, and that it had ${second.size} already at ${at}. A log only grows, so one of these times is false.`,
    zh: `日志签署了：${earlier} 时有 ${first.size} 条记录，而更早的 ${at} 时已有 ${second.size} 条。日志只增不减，因此其中一个时间不实。`,
  })
}

export async function judgeBehind(evidence: unknown, trust: Trust, chain: Connect): Promise<Judged> {
  const { anchor, look, ...epoch } = BEHIND(evidence, 'evidence')
  const signed = signedEpoch(epoch, trust)
  if (isJudged(signed)) return signed
  if (anchor === undefined) {
    const isBehind =
      look !== undefined && look.size < signed.size && daysBetween(signed.time, readTime(look.time) / 1000) >= 1
    return isBehind ? OWN_WORD : refuted(NOT_BEHIND)
  }
  if (anchor.of !== 'log' || anchor.size > signed.size) return refuted(NOT_BEHIND)
  if (chain === undefined) return NO_NODE
  const block = await findAnchor(anchor, trust, chain)
  if (isJudged(block)) return block
  const days = daysBetween(signed.time, block.time)
  if (days < 1) return refuted(NOT_BEHIND)
  const [at, anchored] = [formatSeconds(signed.time), formatSeconds(block.time)]
  return proven({
    en: `The log signed that it had ${signed.size} records at ${at}. By the node, block ${anchor.block} of ${anchored}, ${days} days later, anchored no more than ${anchor.size}. Either the log's clock was set back, or that anchor waited so long for its block.`,
    zh: `日志签署了：${at} 时有 ${signed.size} 条记录。据该节点，${days} 天之后（${anchored}）的区块 ${anchor.block} 只存证了 ${anchor.size} 条。或是日志的时钟被拨回，或是该次存证等了这么久才进入区块。`,
  })
}

const TIMELESS = {
  en: 'The epoch has no time that the log signed.',
  zh: '该期没有日志所签署的时间。',
}
const IN_TURN = {
  en: 'The times of the two epochs are not shown to go back.',
  zh: '没有表明这两期的时间倒退。',
}
const NOT_BEHIND = {
  en: 'The time of the epoch is not shown to lie days before that of another clock.',
  zh: '没有表明该期的时间比他处时钟早一天以上。',
}
