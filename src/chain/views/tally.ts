// Adds up events: to the ledger's state, and beside it to what the contracts' views say and the state has no use for.

import { ZeroHash } from 'ethers'
import type { EventNamed, LedgerEvent } from '../ledger-event.ts'
import { RegistryState, type TimedEvent } from '../registry-state.ts'
import { organisationOf } from '../state/books.ts'
import type { Values } from '../values.ts'
import { consentOf, type Held } from './view.ts'

/** Before its first anchor a log has no leaf, and the contract no root for it. */
const EMPTY_LOG: Values = { size: 0n, root: ZeroHash }

export class Tally implements Held {
  readonly state = new RegistryState()
  readonly logs = new Map<string, Values>()
  readonly sources = new Map<number, string>()
  readonly registrations = new Map<number, number>()
  readonly persons = new Map<number, Map<string, boolean>>()
  readonly inspectorsConsents = new Set<string>()

  /** @throws LedgerError `events_missing` (retryable) if an event before this one was left out */
  apply(timed: TimedEvent): void {
    this.state.apply(timed)
    const { event, log } = timed
    const { name, args } = event
    if (name === 'LogRegistered' || name === 'AnchorerReplaced' || name === 'CheckpointAnchored') {
      this.logs.set(args.log, { ...(this.logs.get(args.log) ?? EMPTY_LOG), ...args })
    } else if (name === 'ResourceRegistered') {
      this.sources.set(Number(args.id), args.sourceHash)
    } else if (name === 'ProductRegistered') {
      const id = Number(args.resource)
      this.registrations.set(id, this.state.resources.get(id)!.version)
    } else if (name === 'PersonRegistered' || name === 'PersonRemoved') {
      this.#enlist(Number(args.organisation), args.person, name === 'PersonRegistered')
    } else if (isConsent(event)) {
      const { code, kinds } = organisationOf(this.state, event.args.by)
      if (kinds.includes('inspector')) this.inspectorsConsents.add(consentOf(code, log.transactionHash))
    }
  }

  #enlist(organisation: number, person: string, registered: boolean): void {
    const known = this.persons.get(organisation) ?? new Map<string, boolean>()
    this.persons.set(organisation, known.set(person, registered))
  }
}

type Consent = EventNamed<`${'Organisation' | 'Resource' | 'Agreement' | 'Grant'}VetoLiftAgreed`>

function isConsent(event: LedgerEvent): event is Consent {
  return event.name.endsWith('VetoLiftAgreed')
}
