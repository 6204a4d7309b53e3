// What a list of events makes of the ledger, and how accesses are judged by that. Whoever makes evidence and whoever
// checks it call this same code on the same events.

import { judgeAuthority } from '../core/authority.ts'
import type { LogRecord } from '../core/record.ts'
import type { UsageRow } from '../core/usage.ts'
import type { TimedEvent } from './state/act.ts'
import { JudgingState } from './state/judging-state.ts'
import { termsOf } from './state/terms-of.ts'

/**
 * @param events In the order of the chain.
 * @throws LedgerError `events_missing` where one is left out without which another means nothing
 */
export function replay(events: readonly TimedEvent[]): JudgingState {
  const state = new JudgingState()
  for (const event of events) state.apply(event)
  return state
}

export function judgeRows(
  rows: readonly { readonly index: number; readonly record: LogRecord }[],
  state: JudgingState,
): readonly UsageRow[] {
  const terms = new Map([...state.grants.values()].map(grant => [grant.id, termsOf(grant, state)]))
  return rows.map(({ index, record }) => {
    const judgement = judgeAuthority(record, record.grant === undefined ? undefined : terms.get(record.grant))
    return { index, record, judgement }
  })
}
