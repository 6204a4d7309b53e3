// Before anything is sent: whatever a plan names must be in it, or on the chain.

import { LedgerError } from '../core/error.ts'
import type { Plan } from '../plan/planned.ts'
import type { OnboardingParts } from './run.ts'

/** @throws LedgerError `plan_incomplete` */
export function requireComplete(plan: Plan, { known }: Pick<OnboardingParts, 'known'>): void {
  const { organisations, resources, requests, agreements = [], products = [] } = plan
  requireAll('organisation', partiesIn(plan), code => known.organisation(code) !== undefined, organisations.map(codeOf))
  const referred = [...resources.flatMap(({ parents = [] }) => parents), ...agreements.flatMap(({ range }) => range)]
  requireAll('resource', referred, code => known.resource(code) !== undefined, resources.map(codeOf))
  // A request needs the resource's fields, which only the plan has.
  const asked = [...requests, ...products].map(({ resource }) => resource)
  requireAll('resource', asked, () => false, resources.map(codeOf))
  const under = [...requests, ...products].flatMap(({ agreement }) => agreement ?? [])
  const parents = agreements.flatMap(({ parent }) => parent ?? [])
  requireAll(
    'agreement',
    [...under, ...parents],
    () => false,
    agreements.map(({ name }) => name),
  )
  const sources = products.flatMap(product => product.sources)
  requireAll(
    'request',
    sources,
    () => false,
    requests.flatMap(({ name }) => name ?? []),
  )
  const fieldsOf = new Map(resources.map(({ code, fields }) => [code, fields]))
  for (const { resource, fields = [] } of requests)
    requireAll('field', fields, () => false, fieldsOf.get(resource) ?? [])
  for (const { fields, policy } of resources) requireAll('field', policy?.fields ?? [], () => false, fields)
  for (const { name, kind, parties, parent } of agreements) {
    if (parties.length === (kind === 'opening' ? 3 : 2) && (kind === 'development') === (parent !== undefined)) continue
    throw new LedgerError(
      'plan_incomplete',
      `Agreement ${name} has ${parties.length} parties${parent === undefined ? '' : ` and stands under ${parent}`}; an opening agreement has three, any other two, and a development agreement alone names its parent. Nothing was registered.`,
    )
  }
}

const codeOf = ({ code }: { readonly code: string }): string => code

function partiesIn({ organisations, resources, requests, agreements = [] }: Plan): readonly string[] {
  return [
    ...organisations.flatMap(({ entrusts }) => entrusts ?? []),
    ...resources.flatMap(({ provider, policy }) => [provider, ...(policy?.consumers ?? [])]),
    ...requests.map(({ consumer }) => consumer),
    ...agreements.flatMap(({ parties }) => parties),
  ]
}

function requireAll(
  what: string,
  named: readonly string[],
  isKnown: (name: string) => boolean,
  given: readonly string[],
): void {
  const planned = new Set(given)
  const missing = named.find(name => !planned.has(name) && !isKnown(name))
  if (missing === undefined) return
  throw new LedgerError(
    'plan_incomplete',
    `The plan speaks of ${what} ${missing}, but does not have it; add it to the plan. Nothing was registered.`,
  )
}
