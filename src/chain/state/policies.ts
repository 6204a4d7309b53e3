// What providers grant without being asked: of each resource the policy as it is, and its earlier versions.

import type { EventFrom, PolicyTerms } from '../ledger-event.ts'
import { type ActPlace, type KeptAct, placeOf, type Told, tell } from './act.ts'
import { type Books, codeOf, missing, resourceOf } from './books.ts'

export interface ResourcePolicy extends Told {
  /** Code. */
  readonly resource: string
  readonly version: number
  /** Code. */
  readonly provider: string
  readonly terms: PolicyTerms
  /** Codes; empty for every consumer. */
  readonly consumers: readonly string[]
  readonly set: ActPlace
  /** When the provider ended this version. */
  readonly ended?: ActPlace
}

/** Of older ones the grants they gave keep what they need. */
const VERSIONS_KEPT = 100

export function applyToPolicies(books: Books, event: EventFrom<'policies'>, act: KeptAct): void {
  const id = Number(event.args.resource)
  const known = books.policies.get(id)
  if (event.name === 'PolicySet') {
    const { resource, version, provider, terms, consumers } = event.args
    books.policies.set(id, {
      resource: resourceOf(books, resource).code,
      version,
      provider: codeOf(books, provider),
      terms,
      consumers: consumers.map(consumer => codeOf(books, consumer)),
      set: placeOf(act),
      ...tell(known, act, ['PolicySet'], VERSIONS_KEPT),
    })
    return
  }
  if (known === undefined) missing('the policy of resource', id)
  else books.policies.set(id, { ...known, ended: placeOf(act), ...tell(known, act, ['PolicyEnded'], VERSIONS_KEPT) })
}
