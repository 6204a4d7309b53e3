// The registry as answers show it: organisations, resources and grants in plain JSON, times as RFC 3339.

import type { Registry } from './chain/registry.ts'
import type { ActPlace, Grant, Organisation, Resource } from './chain/registry-state.ts'
import { UNLIMITED } from './chain/terms.ts'
import { parseStrict } from './core/json.ts'
import { formatTime } from './core/record.ts'
import type { Directory } from './http/parts.ts'
import type * as shown from './http/schemas/directory.ts'

/** @param now Milliseconds since 1970; a grant's state depends on it. */
export function createDirectory(registry: Registry, now: () => number): Directory {
  const showGrant = (grant: Grant): shown.Grant => ({
    id: grant.id,
    resource: grant.terms.resource,
    consumer: grant.terms.consumer,
    provider: grant.provider,
    purpose: grant.terms.purpose,
    from: formatTime(grant.terms.from),
    until: formatTime(grant.terms.until),
    quota: {
      ...(grant.quota.byteCount === UNLIMITED ? {} : { bytes: String(grant.quota.byteCount) }),
      ...(grant.quota.rowCount === UNLIMITED ? {} : { rows: String(grant.quota.rowCount) }),
    },
    state: stateOf(grant, now()),
    requested: showPlace(grant.requested),
    ...(grant.decision && {
      decision: {
        outcome: grant.decision.outcome,
        decision: grant.decision.automatic ? ('automatic' as const) : ('provider' as const),
        ...(grant.decision.automatic ? {} : { by: grant.provider }),
        ...showPlace(grant.decision),
      },
    }),
    ...(grant.revoked && { revoked: showPlace(grant.revoked) }),
    delivered: {
      count: grant.delivered.count,
      bytes: String(grant.delivered.bytes),
      rows: String(grant.delivered.rows),
    },
    deliveries: grant.deliveries.map(({ kind, channel, bytes, rows, ...place }) => ({
      kind,
      channel,
      bytes: String(bytes),
      rows: String(rows),
      ...showPlace(place),
    })),
  })

  // Metadata is read from bytes, up to 16 KB a resource, and anybody may ask; a resource that changes is another object.
  const resourcesShown = new WeakMap<Resource, shown.Resource>()
  const showOnce = (resource: Resource): shown.Resource => {
    const known = resourcesShown.get(resource) ?? showResource(resource)
    resourcesShown.set(resource, known)
    return known
  }

  return {
    organisations: () => [...registry.organisations()].map(showOrganisation),
    organisation: code => show(registry.organisation(code), showOrganisation),
    resources: () => Array.from(registry.resources(), showOnce),
    resource: code => show(registry.resource(code), showOnce),
    grant: id => show(registry.grant(id), showGrant),
    grantsOfConsumer: code => registry.grantsOfConsumer(code).map(showGrant),
    get block() {
      return registry.block?.number ?? 0
    },
  }
}

function show<T, S>(item: T | undefined, as: (item: T) => S): S | undefined {
  return item === undefined ? undefined : as(item)
}

function showPlace({ transaction, block }: ActPlace): shown.Place {
  return { transaction, block: { ...block, time: formatTime(block.time * 1000) } }
}

function showOrganisation({ code, name, kinds, status }: Organisation): shown.Organisation {
  return { code, name, kinds: [...kinds], status }
}

function showResource(resource: Resource): shown.Resource {
  const { code, name, provider, version, shareType, openType, level, fieldCount, parents, withdrawn, metadata } =
    resource
  const details = readMetadata(metadata)
  return {
    code,
    name,
    provider,
    version,
    shareType,
    openType,
    level,
    fieldCount,
    parents: [...parents],
    withdrawn,
    ...(details === undefined ? {} : { metadata: details }),
    registered: showPlace(resource.registered),
  }
}

/** What the provider registered, or undefined when it is not JSON: the contract takes any bytes. */
function readMetadata(hex: string): unknown {
  try {
    return parseStrict(Buffer.from(hex.slice(2), 'hex').toString('utf8'))
  } catch {
    return undefined
  }
}

/** Expired and exhausted are never stored by the contract: they follow from time and quota. */
function stateOf({ decision, revoked, terms, delivered, quota }: Grant, now: number): string {
  if (decision === undefined) return 'requested'
  if (decision.outcome === 'refused') return 'refused'
  if (revoked !== undefined) return 'revoked'
  if (now >= terms.until) return 'expired'
  // An unlimited quota is the greatest number, and to the contract a number like any other: it can be used up.
  return delivered.bytes >= quota.byteCount || delivered.rows >= quota.rowCount ? 'exhausted' : 'granted'
}
