// What the contracts' events make of organisations, resources, grants and all else: pure, one event at a time, in the
// order of the chain. Everything keeps the raw events by which it is what it is, since evidence carries them. What each
// contract's events do stands in one file of state/.

import type { KeptAct, TimedEvent } from './state/act.ts'
import { Attributor } from './state/attribution.ts'
import { applyToConduct } from './state/conduct.ts'
import { applyToCorrections } from './state/corrections.ts'
import { JudgingState } from './state/judging-state.ts'
import { applyToPolicies } from './state/policies.ts'
import { applyToCalendars, applyToVocabulary } from './state/reference.ts'

export type { RequestTerms } from './ledger-event.ts'
export type { ActPlace, By, Deadline, KeptAct, TimedEvent } from './state/act.ts'
export type { Agreement } from './state/agreements.ts'
export type { Books } from './state/books.ts'
export type { Correction } from './state/corrections.ts'
export type { Computation, Delivery } from './state/deliveries.ts'
export type { Approval, Grant } from './state/grants.ts'
export { historyOf } from './state/history.ts'
export type { Organisation } from './state/organisations.ts'
export { overdueAt } from './state/overdue.ts'
export type { ResourcePolicy } from './state/policies.ts'
export type { Product } from './state/products.ts'
export type { Resource } from './state/resources.ts'
export { standingOf } from './state/standing.ts'
export { termsOf } from './state/terms-of.ts'
export { isVetoed, type Veto } from './state/veto.ts'

export class RegistryState extends JudgingState {
  readonly #attributor = new Attributor()

  override apply(timed: TimedEvent): void {
    const { event, log, time } = timed
    this.applyAct(event, { name: event.name, log, time, ...this.#attributor.attribute(timed, this) })
  }

  protected override applyAct(event: TimedEvent['event'], act: KeptAct): void {
    switch (event.contract) {
      case 'vocabulary':
        return applyToVocabulary(this, event, act)
      case 'workCalendar':
        return applyToCalendars(this, event, act)
      case 'policies':
        return applyToPolicies(this, event, act)
      case 'corrections':
        return applyToCorrections(this, event, act)
      case 'conduct':
        return applyToConduct(this, event, act)
      case 'organisations':
      case 'catalogue':
      case 'agreements':
      case 'products':
      case 'accessLedger':
        return super.applyAct(event, act)
      // What the Relay says is about the events that follow; what concerns the log itself is anchoring's.
      case 'relay':
      case 'checkpointAnchor':
    }
  }
}
