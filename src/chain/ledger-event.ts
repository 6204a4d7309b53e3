// What the contracts say, as types: one file for each contract in event/. Every field is what the contract said, under
// the contract's name for it; numbers that may pass 2^53 are bigint, enumerations are the words of codes.ts, times are
// seconds since 1970. A test compares the shapes with the compiled contracts.

import type { ContractName } from './abi.ts'
import type { AccessLedgerEvents } from './event/access-ledger.ts'
import type { AgreementEvents } from './event/agreements.ts'
import type { AnchorEvents } from './event/anchor.ts'
import type { CatalogueEvents } from './event/catalogue.ts'
import type { ConductEvents } from './event/conduct.ts'
import type { CorrectionEvents } from './event/corrections.ts'
import type { OrganisationEvents } from './event/organisations.ts'
import type { EventsOf } from './event/place.ts'
import type { PolicyEvents } from './event/policies.ts'
import type { ProductEvents } from './event/products.ts'
import type { CalendarEvents, VocabularyEvents } from './event/reference.ts'
import type { RelayEvents } from './event/relay.ts'

export type { Quota, RequestTerms } from './event/access-ledger.ts'
export type { PolicyTerms } from './event/policies.ts'

/** Any event of the ledger; one of them is `EventNamed<'Delivered'>`. */
export type LedgerEvent =
  | EventsOf<'relay', RelayEvents>
  | EventsOf<'organisations', OrganisationEvents>
  | EventsOf<'vocabulary', VocabularyEvents>
  | EventsOf<'workCalendar', CalendarEvents>
  | EventsOf<'catalogue', CatalogueEvents>
  | EventsOf<'policies', PolicyEvents>
  | EventsOf<'agreements', AgreementEvents>
  | EventsOf<'products', ProductEvents>
  | EventsOf<'accessLedger', AccessLedgerEvents>
  | EventsOf<'corrections', CorrectionEvents>
  | EventsOf<'conduct', ConductEvents>
  | EventsOf<'checkpointAnchor', AnchorEvents>

export type EventName = LedgerEvent['name']

export type EventNamed<Name extends EventName> = Extract<LedgerEvent, { readonly name: Name }>

/** The events of one contract. */
export type EventFrom<Contract extends ContractName> = Extract<LedgerEvent, { readonly contract: Contract }>
