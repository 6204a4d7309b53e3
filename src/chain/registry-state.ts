// What the contracts' events make of organisations, resources and grants: pure, one event at a time, in the order of the
// chain. Everything keeps the raw events by which it is what it is, since evidence carries them.

import type { GrantTerms } from '../core/authority.ts'
import { LedgerError } from '../core/error.ts'
import type { LedgerEvent, Quota } from './events.ts'
import type { ChainLog } from './read.ts'
import type { Channel, DeliveryKind, Kind, OpenType, OrganisationStatus, ShareType } from './terms.ts'

/** An event with its block's time, in seconds since 1970, and as the node gave it. */
export interface TimedEvent {
  readonly event: LedgerEvent
  readonly log: ChainLog
  readonly time: number
}

/** Where an act stands on the chain. */
export interface ActPlace {
  readonly transaction: string
  readonly block: { readonly number: number; readonly hash: string; readonly time: number }
}

export interface Organisation {
  readonly id: number
  readonly code: string
  readonly name: string
  readonly kinds: readonly Kind[]
  readonly account: string
  readonly status: OrganisationStatus
  readonly registered: ActPlace
  /** Registration, newest update. */
  readonly events: readonly ChainLog[]
}

export interface Resource {
  readonly id: number
  readonly code: string
  readonly name: string
  /** Code of the organisation whose data it is. */
  readonly provider: string
  readonly version: number
  readonly shareType: ShareType
  readonly openType: OpenType
  readonly level: number
  readonly fieldCount: number
  /** Codes. */
  readonly parents: readonly string[]
  readonly withdrawn: boolean
  /** The catalogue entry's further fields, as bytes in hexadecimal: canonical JSON if the provider did its duty. */
  readonly metadata: string
  readonly registered: ActPlace
  /** Registration, newest update: nobody can make an answer about a resource unreadable by updating it without end. */
  readonly events: readonly ChainLog[]
}

export interface Decision extends ActPlace {
  readonly outcome: 'granted' | 'refused'
  /** By the contract at once, or by the provider. */
  readonly automatic: boolean
}

export interface Delivery extends ActPlace {
  readonly kind: DeliveryKind
  readonly channel: Channel
  readonly bytes: bigint
  readonly rows: bigint
}

/** What a request asked for, as its event has it. */
export type RequestTerms = Extract<LedgerEvent, { readonly name: 'AccessRequested' }>['args']['terms']

/** A request and the grant it becomes: one id. */
export interface Grant {
  readonly id: number
  readonly terms: GrantTerms
  readonly provider: string
  readonly quota: Quota
  /** The request in full, as it was asked. */
  readonly asked: RequestTerms
  readonly requested: ActPlace
  readonly decision?: Decision
  readonly revoked?: ActPlace
  readonly delivered: { readonly count: number; readonly bytes: bigint; readonly rows: bigint }
  /** Newest first, the last hundred. */
  readonly deliveries: readonly Delivery[]
  /** Request, decision, revocation. */
  readonly events: readonly ChainLog[]
}

const DELIVERIES_KEPT = 100

export class RegistryState {
  readonly organisations = new Map<number, Organisation>()
  readonly resources = new Map<number, Resource>()
  readonly grants = new Map<number, Grant>()
  readonly organisationIds = new Map<string, number>()
  readonly resourceIds = new Map<string, number>()
  /** Ids of a consumer's requests, oldest first. */
  readonly grantsByConsumer = new Map<string, number[]>()

  apply({ event, log, time }: TimedEvent): void {
    const place = { transaction: log.transactionHash, block: { number: log.blockNumber, hash: log.blockHash, time } }
    switch (event.name) {
      case 'OrganisationRegistered': {
        const { id, code, name, kinds, account } = event.args
        this.organisationIds.set(code, Number(id))
        this.organisations.set(Number(id), {
          id: Number(id),
          code,
          name,
          kinds,
          account,
          status: 'active',
          registered: place,
          events: [log],
        })
        break
      }
      case 'OrganisationUpdated':
        this.#changeOrganisation(event.args.id, { name: event.args.name, kinds: event.args.kinds }, log)
        break
      case 'OrganisationAccountChanged':
        this.#changeOrganisation(event.args.id, { account: event.args.account })
        break
      case 'OrganisationStatusChanged':
        this.#changeOrganisation(event.args.id, { status: event.args.status })
        break
      case 'ResourceRegistered': {
        const { id, code, provider, description } = event.args
        this.resourceIds.set(code, Number(id))
        this.resources.set(Number(id), {
          id: Number(id),
          code,
          provider: this.#organisation(provider).code,
          version: 1,
          ...this.#describe(description),
          withdrawn: false,
          registered: place,
          events: [log],
        })
        break
      }
      case 'ResourceUpdated':
        this.#changeResource(
          event.args.id,
          { version: event.args.version, ...this.#describe(event.args.description) },
          log,
        )
        break
      case 'ResourceWithdrawn':
        this.#changeResource(event.args.id, { withdrawn: true })
        break
      case 'AccessRequested': {
        const id = Number(event.args.id)
        const { purpose, from, until, quota } = event.args.terms
        const resource = this.#resource(event.args.resource)
        const consumer = this.#organisation(event.args.consumer).code
        this.grants.set(id, {
          id,
          terms: { id, resource: resource.code, consumer, purpose, from: from * 1000, until: until * 1000 },
          provider: resource.provider,
          quota,
          asked: event.args.terms,
          requested: place,
          delivered: { count: 0, bytes: 0n, rows: 0n },
          deliveries: [],
          events: [log],
        })
        const mine = this.grantsByConsumer.get(consumer)
        if (mine === undefined) this.grantsByConsumer.set(consumer, [id])
        else mine.push(id)
        break
      }
      case 'AccessGranted': {
        const { id, from, until, quota, automatic } = event.args
        const grant = this.#grant(id)
        const terms = { ...grant.terms, from: from * 1000, until: until * 1000, grantedAt: time * 1000 }
        const decision: Decision = { ...place, outcome: 'granted', automatic }
        this.grants.set(grant.id, { ...grant, terms, quota, decision, events: [...grant.events, log] })
        break
      }
      case 'AccessRefused': {
        const grant = this.#grant(event.args.id)
        const decision: Decision = { ...place, outcome: 'refused', automatic: false }
        this.grants.set(grant.id, { ...grant, decision, events: [...grant.events, log] })
        break
      }
      case 'GrantRevoked': {
        const grant = this.#grant(event.args.id)
        const terms = { ...grant.terms, revokedAt: time * 1000 }
        this.grants.set(grant.id, { ...grant, terms, revoked: place, events: [...grant.events, log] })
        break
      }
      case 'Delivered': {
        const grant = this.#grant(event.args.grant)
        const { kind, handover } = event.args
        const { channel, byteCount: bytes, rowCount: rows } = handover
        const { delivered } = grant
        this.grants.set(grant.id, {
          ...grant,
          delivered: { count: delivered.count + 1, bytes: delivered.bytes + bytes, rows: delivered.rows + rows },
          deliveries: [{ ...place, kind, channel, bytes, rows }, ...grant.deliveries].slice(0, DELIVERIES_KEPT),
        })
        break
      }
      // What concerns the log itself is anchoring's.
      case 'LogRegistered':
      case 'AnchorerReplaced':
      case 'CheckpointAnchored':
        break
    }
  }

  #describe({ name, shareType, openType, level, fieldCount, parents, metadata }: DescribedIn): Described {
    const codes = parents.map(parent => this.#resource(parent).code)
    return { name, shareType, openType, level, fieldCount, parents: codes, metadata }
  }

  #changeOrganisation(id: bigint, change: Partial<Organisation>, log?: ChainLog): void {
    const known = this.#organisation(id)
    this.organisations.set(known.id, { ...known, ...change, events: updateEvents(known, log) })
  }

  #changeResource(id: bigint, change: Partial<Resource>, log?: ChainLog): void {
    const known = this.#resource(id)
    this.resources.set(known.id, { ...known, ...change, events: updateEvents(known, log) })
  }

  #organisation(id: bigint): Organisation {
    return this.organisations.get(Number(id)) ?? unknown('organisation', id)
  }

  #resource(id: bigint): Resource {
    return this.resources.get(Number(id)) ?? unknown('resource', id)
  }

  #grant(id: bigint): Grant {
    return this.grants.get(Number(id)) ?? unknown('grant', id)
  }
}

type Described = Pick<Resource, 'name' | 'shareType' | 'openType' | 'level' | 'fieldCount' | 'parents' | 'metadata'>
type DescribedIn = Omit<Described, 'parents'> & { readonly parents: readonly bigint[] }

/** An update says everything anew; the ones before it tell nothing any more. */
function updateEvents({ events }: { readonly events: readonly ChainLog[] }, update?: ChainLog): readonly ChainLog[] {
  return update === undefined ? events : [...events.slice(0, 1), update]
}

/** The contracts never let this happen, so the node left events out: whoever reads must start anew, or ask another node. */
function unknown(what: string, id: bigint): never {
  throw new LedgerError(
    'events_missing',
    `The node shows an event of ${what} ${id}, but not the one that made it: it left some out. Everything is read again by itself; if this stays, ask another node.`,
    { retryable: true },
  )
}
