// Questions to which no answer came that could be checked. Each is asked again, round after round, until one does: who
// refuses only some questions would else be found out by chance, and forgotten in the next round.

import { canonicalJson } from '../core/canonical-json.ts'
import type { Question } from '../core/question.ts'
import type { MonitorState } from './state-shape.ts'

/** Questions that are kept at once; of one value there is one. */
const MOST_KEPT = 16
const AGAIN_IN_A_ROUND = 4

export interface Withheld {
  readonly question: Question
  /** A leaf whose record fits it. */
  readonly leaf: number
  /** Milliseconds since 1970. */
  readonly since: number
}

type Kept = Pick<MonitorState, 'withheld'>

/** Those to be asked now; the others after them. */
export function dueAgain({ withheld = [] }: Kept): readonly Withheld[] {
  return withheld.slice(0, AGAIN_IN_A_ROUND)
}

/** It has no answer, again or for the first time: whatever else is kept is asked before it. */
export function keepWithheld(state: Kept, missing: Withheld): void {
  const before = state.withheld?.find(isAsked(missing))
  if (before === undefined && (state.withheld?.length ?? 0) >= MOST_KEPT) return
  dropWithheld(state, missing)
  state.withheld = [...(state.withheld ?? []), before ?? missing]
}

export function dropWithheld(state: Kept, answered: Withheld): void {
  const rest = state.withheld?.filter(kept => !isAsked(answered)(kept)) ?? []
  if (rest.length === 0) delete state.withheld
  else state.withheld = rest
}

/** About the same values: an operator who refuses one may refuse it for any time. */
function isAsked({ question }: Withheld): (kept: Withheld) => boolean {
  const where = canonicalJson(question.where)
  return kept => canonicalJson(kept.question.where) === where
}
