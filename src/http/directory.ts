// What the contracts say (src/chain/registry.ts), as answers show it: codes for ids, RFC 3339 for seconds, decimals for
// numbers that may pass 2^53, and the state that a grant has at this moment.

import { UNLIMITED } from '../chain/terms.ts'
import type { Delivery, Grant, Organisation, Resource, ActPlace } from '../chain/registry-state.ts'
import { LedgerError } from '../core/error.ts'
import { parseStrict } from '../core/json.ts'
import { formatTime } from '../core/record.ts'
import type { Directory } from './parts.ts'
import type * as shown from './schemas/directory.ts'

/** What is read of the registry. */
export interface Contracts {
  readonly block: { readonly number: number } | undefined
  organisation(code: string): Organisation | undefined
  organisations(): Iterable<Organisation>
  resource(code: string): Resource | undefined
  resources(): Iterable<Resource>
  grant(id: number): Grant | undefined
  /** Newest first. */
  grantsOfConsumer(code: string): readonly Grant[]
}

/** `now` in milliseconds since 1970: a grant ends by the clock, without any event. */
export function createDirectory(contracts: Contracts, now: () => number): Directory {
  // A resource is a new object whenever it changes, so that what it looks like can be kept.
  const kept = new WeakMap<Resource, shown.Resource>()
  const showResource = (resource: Resource): shown.Resource => {
    const known = kept.get(resource) ?? describeResource(resource)
    kept.set(resource, known)
    return known
  }

  return {
    get block() {
      return contracts.block?.number ?? 0
    },
    organisations: () => [...contracts.organisations()].map(showOrganisation),
    organisation: code => mapDefined(contracts.organisation(code), showOrganisation),
    resources: () => [...contracts.resources()].map(showResource),
    resource: code => mapDefined(contracts.resource(code), showResource),
    grant: id => mapDefined(contracts.grant(id), grant => showGrant(grant, now())),
    grantsOfConsumer: code => contracts.grantsOfConsumer(code).map(grant => showGrant(grant, now())),
  }
}

function mapDefined<T, R>(value: T | undefined, map: (value: T) => R): R | undefined {
  return value === undefined ? undefined : map(value)
}

function showOrganisation({ code, name, kinds, status }: Organisation): shown.Organisation {
  return { code, name, kinds, status }
}

function describeResource({ metadata, registered, id: _id, events: _events, ...resource }: Resource): shown.Resource {
  const details = readMetadata(metadata)
  return { ...resource, ...(details === undefined ? {} : { metadata: details }), registered: showPlace(registered) }
}

/** Whatever the provider's software put on the chain: shown if it is JSON, left out if not. */
function readMetadata(hex: string): unknown {
  try {
    return parseStrict(Buffer.from(hex.slice(2), 'hex').toString('utf8'))
  } catch (error) {
    if (error instanceof LedgerError) return undefined
    throw error
  }
}

function showGrant(grant: Grant, now: number): shown.Grant {
  const { id, terms, provider, requested, decision, revoked, delivered, deliveries } = grant
  return {
    id,
    resource: terms.resource,
    consumer: terms.consumer,
    provider,
    purpose: terms.purpose,
    from: formatTime(terms.from),
    until: formatTime(terms.until),
    quota: showQuota(grant),
    state: stateOf(grant, now),
    requested: showPlace(requested),
    ...(decision === undefined
      ? {}
      : {
          decision: {
            outcome: decision.outcome,
            ...(decision.automatic
              ? { decision: 'automatic' as const }
              : { decision: 'provider' as const, by: provider }),
            ...showPlace(decision),
          },
        }),
    ...(revoked === undefined ? {} : { revoked: showPlace(revoked) }),
    delivered: { count: delivered.count, bytes: String(delivered.bytes), rows: String(delivered.rows) },
    deliveries: deliveries.map(showDelivery),
  }
}

/** As the contract's own `stateOf` (AccessLedger): what was decided first, then time, then quota. */
function stateOf({ decision, revoked, terms, quota, delivered }: Grant, now: number): string {
  if (decision === undefined) return 'requested'
  if (decision.outcome === 'refused') return 'refused'
  if (revoked !== undefined) return 'revoked'
  if (now >= terms.until) return 'expired'
  return delivered.bytes >= quota.byteCount || delivered.rows >= quota.rowCount ? 'exhausted' : 'granted'
}

function showQuota({ quota: { byteCount, rowCount } }: Grant): shown.Grant['quota'] {
  return {
    ...(byteCount === UNLIMITED ? {} : { bytes: String(byteCount) }),
    ...(rowCount === UNLIMITED ? {} : { rows: String(rowCount) }),
  }
}

function showDelivery({ kind, channel, bytes, rows, ...place }: Delivery) {
  return { kind, channel, bytes: String(bytes), rows: String(rows), ...showPlace(place) }
}

function showPlace({ transaction, block: { number, hash, time } }: ActPlace): shown.Place {
  return { transaction, block: { number, hash, time: formatTime(time * 1000) } }
}
