// The registry as answers show it: organisations, resources, grants, agreements and all else in plain JSON, times as
// RFC 3339. What each kind of thing looks like stands in one file of directory/.

import type { ContractAddresses } from './chain/abi.ts'
import type { Books, Grant, Organisation, Resource } from './chain/registry-state.ts'
import { agreementStateOf, grantsUnder, productsUnder, showAgreement, showProduct } from './directory/agreements.ts'
import { showCorrection } from './directory/corrections.ts'
import { showComputation, showDelivery, showGrant, stateOf } from './directory/grants.ts'
import { showHistory } from './directory/history.ts'
import { showPlace, showVeto } from './directory/place.ts'
import { showResource, showUpkeep } from './directory/resources.ts'
import { overdueOf, showCalendar, showPurposes, standingVetoes } from './directory/rules.ts'
import type { Directory, GrantFilter, Page, PageAsked } from './http/parts.ts'
import type * as shown from './http/schemas/directory.ts'

export interface DirectoryParts {
  readonly registry: { readonly books: Books; readonly block: { readonly number: number } | undefined }
  readonly contracts: ContractAddresses
  /** Milliseconds since 1970; what something may do now, and whether it is overdue, depends on it. */
  readonly now: () => number
}

/** Of lists inside an answer; their own routes have the rest. */
const LISTED = 100

export function createDirectory({ registry, contracts, now }: DirectoryParts): Directory {
  // Metadata is read from bytes, up to 16 KB a resource, and anybody may ask; a resource that changes is another object.
  const resourcesShown = new WeakMap<Resource, shown.Resource>()
  const showOnce = (resource: Resource): shown.Resource => {
    const known = resourcesShown.get(resource) ?? showResource(resource)
    resourcesShown.set(resource, known)
    return known
  }
  const resourceBy = (code: string): Resource | undefined => {
    return registry.books.resources.get(registry.books.resourceIds.get(code) ?? 0)
  }

  return {
    get block() {
      return registry.block?.number ?? 0
    },
    organisations: () => [...registry.books.organisations.values()].map(showOrganisation),
    organisation: code => {
      const { organisations, organisationIds } = registry.books
      return show(organisations.get(organisationIds.get(code) ?? 0), showOrganisation)
    },
    resources: () => Array.from(registry.books.resources.values(), showOnce),
    resource: code => show(resourceBy(code), showOnce),
    resourceLife: code =>
      show(resourceBy(code), resource => ({
        ...showOnce(resource),
        ...showUpkeep(resource, registry.books, now()),
        history: showHistory(resource, contracts),
      })),

    grant: id => show(registry.books.grants.get(id), grant => showGrant(grant, registry.books, now())),
    grantLife: id =>
      show(registry.books.grants.get(id), grant => ({
        ...showGrant(grant, registry.books, now()),
        history: showHistory(grant, contracts),
        vetoes: grant.vetoes.map(showVeto),
        statements: (registry.books.statements.get(id) ?? []).slice(-100).toReversed().map(showDelivery),
        computations: { count: grant.computations.count, newest: grant.computations.newest.map(showComputation) },
        confirmations: {
          count: grant.receipts.count,
          newest: grant.receipts.newest.map(({ contentDigest, ...place }) => ({ contentDigest, ...showPlace(place) })),
        },
        corrections: [...registry.books.corrections.values()].filter(one => one.grant === id).map(one => one.id),
      })),
    grants: (filter, page) => {
      const time = now()
      const fits = fitsFilter(filter, time)
      const found = pageOf(grantsFor(registry.books, filter), fits, page)
      return { ...found, items: found.items.map(grant => showGrant(grant, registry.books, time)) }
    },

    agreement: id =>
      show(registry.books.agreements.get(id), agreement => ({
        ...showAgreement(agreement, registry.books, now()),
        history: showHistory(agreement, contracts),
        vetoes: agreement.vetoes.map(showVeto),
        grantIds: grantsUnder(registry.books, id).toReversed().slice(0, LISTED),
        productList: productsUnder(registry.books, id).slice(0, LISTED).map(showProduct),
      })),
    agreements: ({ party, state }, page) => {
      const { books } = registry
      const time = now()
      const all = party === undefined ? [...books.agreements.keys()] : (books.agreementsByParty.get(party) ?? [])
      const found = pageOf(
        all.map(id => books.agreements.get(id)!),
        one => state === undefined || agreementStateOf(one, time) === state,
        page,
      )
      return { ...found, items: found.items.map(one => showAgreement(one, books, time)) }
    },

    correction: id =>
      show(registry.books.corrections.get(id), correction => ({
        ...showCorrection(correction, registry.books, now()),
        history: showHistory(correction, contracts),
      })),
    corrections: ({ resource, party, state }, page) => {
      const { books } = registry
      const providerOf = (code: string): string | undefined =>
        books.resources.get(books.resourceIds.get(code) ?? 0)?.provider
      const found = pageOf(
        [...books.corrections.values()],
        one =>
          (resource === undefined || one.resource === resource) &&
          (party === undefined || one.raiser === party || providerOf(one.resource) === party) &&
          (state === undefined || one.state === state),
        page,
      )
      return { ...found, items: found.items.map(one => showCorrection(one, books, now())) }
    },

    purposes: () => showPurposes(registry.books),
    purpose: code => show(registry.books.purposes.get(code), ({ zh, en }) => ({ zh, en })),
    calendar: asked => showCalendar(registry.books, asked),
    overdue: filter => overdueOf(registry.books, now(), filter),
    vetoes: () => standingVetoes(registry.books),
  }
}

function show<T, S>(item: T | undefined, as: (item: T) => S): S | undefined {
  return item === undefined ? undefined : as(item)
}

function showOrganisation({ code, name, kinds, status }: Organisation): shown.Organisation {
  return { code, name, kinds: [...kinds], status }
}

/** Of one consumer where one is named: an index has its grants. Oldest first. */
function grantsFor(books: Books, { consumer }: GrantFilter): readonly Grant[] {
  if (consumer === undefined) return [...books.grants.values()]
  return (books.grantsByConsumer.get(consumer) ?? []).map(id => books.grants.get(id)!)
}

function fitsFilter({ provider, consumer, state, agreement, resource }: GrantFilter, now: number) {
  return (grant: Grant): boolean =>
    (consumer === undefined || grant.terms.consumer === consumer) &&
    (provider === undefined || grant.provider === provider) &&
    (resource === undefined || grant.terms.resource === resource) &&
    (agreement === undefined || grant.agreement === agreement) &&
    (state === undefined || stateOf(grant, now) === state)
}

/** The newest that fit, from below `before`; `next` when there are more. */
function pageOf<T extends { readonly id: number }>(
  oldestFirst: readonly T[],
  fits: (item: T) => boolean,
  { before = Infinity, limit }: PageAsked,
): Page<T> {
  const items: T[] = []
  for (let k = oldestFirst.length - 1; k >= 0; k--) {
    const item = oldestFirst[k]!
    if (item.id >= before || !fits(item)) continue
    if (items.length === limit) return { items, next: items.at(-1)!.id }
    items.push(item)
  }
  return { items }
}
