// As much of the ledger as accesses are judged by: who there is, which data, what was agreed, granted and released, and
// what stood against it. Whoever checks evidence needs no more; registry-state.ts has all the rest.

import type { KeptAct, TimedEvent } from './act.ts'
import { applyToAgreements } from './agreements.ts'
import type { Books } from './books.ts'
import { applyToGrants } from './grants.ts'
import { applyToOrganisations } from './organisations.ts'
import { applyToProducts } from './products.ts'
import { applyToResources } from './resources.ts'

export class JudgingState implements Books {
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

  /** @throws LedgerError `events_missing` (retryable) if an event before this one was left out */
  apply({ event, log, time }: TimedEvent): void {
    this.applyAct(event, { name: event.name, log, time, by: {} })
  }

  protected applyAct(event: TimedEvent['event'], act: KeptAct): void {
    switch (event.contract) {
      case 'organisations':
        return applyToOrganisations(this, event, act)
      case 'catalogue':
        return applyToResources(this, event, act)
      case 'agreements':
        return applyToAgreements(this, event, act)
      case 'products':
        return applyToProducts(this, event, act)
      case 'accessLedger':
        return applyToGrants(this, event, act)
      case 'relay':
      case 'vocabulary':
      case 'workCalendar':
      case 'policies':
      case 'corrections':
      case 'conduct':
      case 'checkpointAnchor':
    }
  }
}
