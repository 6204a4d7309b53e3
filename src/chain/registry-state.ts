// What the contracts' events make of organisations, resources, grants and all else: pure, one event at a time, in the
// order of the chain. Everything keeps the raw events by which it is what it is, since evidence carries them. What each
// contract's events do stands in one file of state/.

import type { KeptAct, TimedEvent } from './state/act.ts'
import { applyToAgreements } from './state/agreements.ts'
import { Attributor } from './state/attribution.ts'
import type { Books } from './state/books.ts'
import { applyToConduct } from './state/conduct.ts'
import { applyToCorrections } from './state/corrections.ts'
import { applyToGrants } from './state/grants.ts'
import { applyToOrganisations } from './state/organisations.ts'
import { applyToPolicies } from './state/policies.ts'
import { applyToProducts } from './state/products.ts'
import { applyToCalendars, applyToVocabulary } from './state/reference.ts'
import { applyToResources } from './state/resources.ts'

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

export class RegistryState implements Books {
  readonly organisations: Books['organisations'] = new Map()
  readonly resources: Books['resources'] = new Map()
  readonly grants: Books['grants'] = new Map()
  readonly statements: Books['statements'] = new Map()
  readonly agreements: Books['agreements'] = new Map()
  readonly corrections: Books['corrections'] = new Map()
  readonly incidents: Books['incidents'] = new Map()
  readonly policies: Books['policies'] = new Map()
  readonly products: Books['products'] = new Map()
  readonly conduct: Books['conduct'] = new Map()
  readonly purposes: Books['purposes'] = new Map()
  readonly calendars: Books['calendars'] = new Map()
  readonly approvalRules: Books['approvalRules'] = new Map()
  readonly measures: Books['measures'] = new Map()
  readonly entrusted: Books['entrusted'] = new Map()
  readonly plans: Books['plans'] = new Map()
  readonly organisationIds: Books['organisationIds'] = new Map()
  readonly resourceIds: Books['resourceIds'] = new Map()
  readonly grantsByConsumer: Books['grantsByConsumer'] = new Map()
  readonly agreementsByParty: Books['agreementsByParty'] = new Map()
  readonly #attributor = new Attributor()

  /** @throws LedgerError `events_missing` (retryable) if an event before this one was left out */
  apply(timed: TimedEvent): void {
    const { event, log, time } = timed
    const act: KeptAct = { name: event.name, log, time, ...this.#attributor.attribute(timed, this) }
    switch (event.contract) {
      case 'organisations':
        return applyToOrganisations(this, event, act)
      case 'vocabulary':
        return applyToVocabulary(this, event, act)
      case 'workCalendar':
        return applyToCalendars(this, event, act)
      case 'catalogue':
        return applyToResources(this, event, act)
      case 'policies':
        return applyToPolicies(this, event, act)
      case 'agreements':
        return applyToAgreements(this, event, act)
      case 'products':
        return applyToProducts(this, event, act)
      case 'accessLedger':
        return applyToGrants(this, event, act)
      case 'corrections':
        return applyToCorrections(this, event, act)
      case 'conduct':
        return applyToConduct(this, event, act)
      // What the Relay says is about the events that follow; what concerns the log itself is anchoring's.
      case 'relay':
      case 'checkpointAnchor':
    }
  }
}
