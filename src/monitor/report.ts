// What a round comes to: how far the monitor has got, how far that is behind, what is on record, what could not be checked.

import type { Clock } from '../clock.ts'
import type { Trust } from '../verify/trust.ts'
import type { Warning } from './checks.ts'
import { timeOf } from './epoch-heads.ts'
import type { FollowedLog } from './followed-log.ts'
import type { Round, Trouble } from './round.ts'
import type { MonitorState, OnRecord } from './state-shape.ts'
import { warningsOf } from './warnings.ts'

/** What there is, as far as the monitor knows, and it has not verified yet. */
export interface Lag {
  readonly leaves: number
  readonly records: number
  /** Of the index log; not there where it is not followed. */
  readonly epochs?: number
  /** Of the chain, those that are not final among them; not there where it is not read. */
  readonly blocks?: number
  /** Since the newest verified checkpoint was signed, by the log's time key. */
  readonly seconds?: number
}

export interface RoundReport {
  readonly time: number
  /** When a round was last whole: all leaves verified, and nothing that could not be checked; or when the first one began. */
  readonly whole: number
  /** Leaves that are verified, and how many the newest signed checkpoint has that was served. */
  readonly verified: number
  readonly published: number
  readonly lag: Lag
  readonly records: number
  readonly epochs: number
  readonly anchors?: { readonly verified: number; readonly size: number; readonly waiting: number }
  readonly receipts?: { readonly kept: number; readonly waiting: number }
  /** Asked since the start, and checked of these; not there without a token. */
  readonly answers?: { readonly asked: number; readonly checked: number }
  readonly warnings: readonly Warning[]
  /** All on record; those of this round are new. */
  readonly faults: readonly OnRecord[]
  readonly notices: readonly OnRecord[]
  readonly found: number
  readonly troubles: readonly Trouble[]
}

/** What there is to tell of, besides the state. */
interface Told {
  readonly log: FollowedLog
  readonly index: FollowedLog | undefined
  readonly answers: Required<RoundReport>['answers'] | undefined
  readonly sources: { warnings(): readonly Warning[] } | undefined
  readonly receipts?: Required<RoundReport>['receipts']
  readonly chain?: unknown
  readonly trust: Trust
  readonly clock: Pick<Clock, 'now'>
  readonly patienceMs: number
  /** Leaves of the newest checkpoint that was served in this round. */
  readonly published: number
}

/** Of a round that has ended; whether it was whole, the state remembers. */
export function reportOf({ troubles, found }: Round, state: MonitorState, told: Told): RoundReport {
  const { log, index, answers, sources, receipts, chain, trust, clock, patienceMs } = told
  const now = clock.now()
  const published = Math.max(told.published, log.head?.size ?? 0)
  const lag = lagOf(state, { log, index, published }, trust, now)
  if (troubles.length === 0 && lag.leaves === 0) state.whole = now
  const { verified, size, pending } = state.chain
  return {
    time: now,
    whole: state.whole!,
    verified: log.size,
    published,
    lag,
    records: state.records,
    epochs: state.epochs.count,
    ...(chain !== undefined && { anchors: { verified, size, waiting: pending.length } }),
    ...(receipts && { receipts: { kept: receipts.kept, waiting: receipts.waiting } }),
    ...(answers && { answers: { asked: answers.asked, checked: answers.checked } }),
    warnings: [...warningsOf(state, { now, patienceMs, lag, troubles }), ...(sources?.warnings() ?? [])],
    faults: state.faults,
    notices: state.notices ?? [],
    found,
    troubles,
  }
}

function lagOf(
  { records, epochs, chain }: MonitorState,
  { log, index, published }: { log: FollowedLog; index: FollowedLog | undefined; published: number },
  { timeKey }: Trust,
  now: number,
): Lag {
  const signed = log.head && timeOf(log.head.note, timeKey)
  const { block, head } = chain
  return {
    leaves: published - log.size,
    records: log.size - records,
    ...(index === undefined ? {} : { epochs: (index.head?.size ?? 0) - epochs.count }),
    ...(head === undefined ? {} : { blocks: head - (block?.number ?? -1) }),
    ...(signed === undefined ? {} : { seconds: Math.max(0, Math.floor(now / 1000) - signed) }),
  }
}
