// The terms by which accesses under a grant are judged (core/authority.ts): its own, and what befell everything it hangs
// on: the end of its agreement, and every veto that covered it, however far up.

import type { GrantTerms, Suspension } from '../../core/authority.ts'
import { type Books, organisationByCode, resourceByCode } from './books.ts'
import type { Grant } from './grants.ts'
import { agreementsUp, MOST_PRODUCT_STEPS, productsBehind, sourcesOf } from './lineage.ts'
import type { Product } from './products.ts'
import type { Resource } from './resources.ts'
import { suspensionsOf, type Vetoable } from './veto.ts'

export function termsOf(grant: Grant, books: Books): GrantTerms {
  const endedAt = endOfAgreement(grant, books)
  const suspensions = merge(suspensionsOver(grant, books))
  const { suspensions: _own, ...terms } = grant.terms
  return { ...terms, ...(endedAt !== undefined && { endedAt }), ...(suspensions.length > 0 && { suspensions }) }
}

/** The earliest end among its agreement and the one above it, if that comes before the grant's own. */
function endOfAgreement({ agreement, terms }: Grant, books: Books): number | undefined {
  if (agreement === undefined) return undefined
  const ends = agreementsUp(books, agreement).map(({ ended, until }) =>
    Math.min(until, ended === undefined ? Infinity : ended.block.time * 1000),
  )
  const end = Math.min(...ends)
  return end < terms.until ? end : undefined
}

function* suspensionsOver(grant: Grant, books: Books): Iterable<Suspension> {
  const resource = resourceByCode(books, grant.terms.resource)
  yield* suspensionsOf(grant)
  yield* vetoesOver(withProviders(books, resource.code), [grant.terms.consumer], books)
  if (grant.agreement !== undefined) yield* overAgreement(grant.agreement, books)
  const [product] = productsBehind(books, resource)
  // Of a source that is a product only its sources count: the contract does not ask for its agreement.
  for (const { agreement, ...span } of product === undefined ? [] : spansOf(product)) {
    for (const veto of overAgreement(agreement, books)) yield* clip(veto, span)
  }
  yield* overSources(resource, books, MOST_PRODUCT_STEPS, new Map())
}

/** When each release of a product counted: what it hung on stays true of its time, whatever the next one names. */
function spansOf({
  releases,
}: Product): readonly (Span & { readonly agreement: number; readonly sources: readonly number[] })[] {
  return releases.map(({ agreement, sources, place }, k) => ({
    agreement,
    sources,
    from: place.block.time * 1000,
    until: (releases[k + 1]?.place.block.time ?? Infinity) * 1000,
  }))
}

/** By the steps that are left and the code of a resource. */
type Known = Map<string, readonly Suspension[]>

/**
 * What befell the grants by which the data of a product came, and of the products it is made from; then the same of those
 * grants' data, where that is a product itself.
 * @param known What was found before: else every way up would be gone, and there may be very many to the same few things
 */
function overSources(resource: Resource, books: Books, steps: number, known: Known): readonly Suspension[] {
  if (steps === 0) return []
  const key = `${steps} ${resource.code}`
  const found = known.get(key) ?? merge(eachOverSources(resource, books, steps, known))
  known.set(key, found)
  return found
}

function* eachOverSources(resource: Resource, books: Books, steps: number, known: Known): Iterable<Suspension> {
  for (const { sources, ...span } of productsBehind(books, resource).flatMap(spansOf)) {
    for (const id of new Set(sources)) {
      const source = books.grants.get(id)
      if (source === undefined) continue
      const covering = withProviders(books, source.terms.resource)
      const before = overSources(resourceByCode(books, source.terms.resource), books, steps - 1, known)
      const agreements = source.agreement === undefined ? [] : agreementsUp(books, source.agreement)
      const own = [source, ...agreements].flatMap(suspensionsOf)
      for (const veto of [...own, ...vetoesOver(covering, [], books), ...before]) {
        yield* clip(veto, span)
      }
    }
  }
}

interface Covering {
  readonly things: readonly Vetoable[]
  readonly organisations: readonly string[]
}

function withProviders(books: Books, resource: string): Covering {
  const things = sourcesOf(books, resource)
  return { things, organisations: things.map(({ provider }) => provider) }
}

function overAgreement(id: number, books: Books): readonly Suspension[] {
  const things = agreementsUp(books, id)
  return vetoesOver({ things, organisations: things.flatMap(({ parties }) => parties) }, [], books)
}

function vetoesOver({ things, organisations }: Covering, more: readonly string[], books: Books): readonly Suspension[] {
  const parties = [...new Set([...organisations, ...more])].map(code => organisationByCode(books, code))
  return [...things, ...parties].flatMap(suspensionsOf)
}

/** Milliseconds since 1970. */
interface Span {
  readonly from: number
  readonly until: number
}

function* clip(veto: Suspension, span: Span): Iterable<Suspension> {
  const from = Math.max(veto.from, span.from)
  const until = Math.min(veto.until ?? Infinity, span.until)
  if (from < until) yield { from, ...(until !== Infinity && { until }) }
}

/** The same moments, oldest first, none twice. */
export function merge(suspensions: Iterable<Suspension>): readonly Suspension[] {
  const merged: Suspension[] = []
  for (const next of [...suspensions].toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1)
    if (last === undefined || (last.until ?? Infinity) < next.from) merged.push(next)
    else if (last.until !== undefined) merged[merged.length - 1] = joined(last, next)
  }
  return merged
}

function joined({ from, until = Infinity }: Suspension, { until: other = Infinity }: Suspension): Suspension {
  const end = Math.max(until, other)
  return { from, ...(end !== Infinity && { until: end }) }
}
