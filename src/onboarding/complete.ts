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
    throw new LedgerError('plan_incomplete', {
      en: `Agreement ${name} has ${parties.length} parties${parent === undefined ? '' : ` and stands under ${parent}`}; an opening agreement has three, any other two, and a development agreement alone names its parent. Nothing was registered.`,
      zh: `协议 ${name} 有 ${parties.length} 方${parent === undefined ? '' : `，上级协议为 ${parent}`}；开放协议应有三方，其他协议应有两方，且只有开发协议写明上级协议。没有登记任何内容。`,
    })
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

const THINGS = {
  organisation: '机构',
  resource: '资源',
  agreement: '协议',
  request: '申请',
  field: '信息项',
} as const

function requireAll(
  what: keyof typeof THINGS,
  named: readonly string[],
  isKnown: (name: string) => boolean,
  given: readonly string[],
): void {
  const planned = new Set(given)
  const missing = named.find(name => !planned.has(name) && !isKnown(name))
  if (missing === undefined) return
  throw new LedgerError('plan_incomplete', {
    en: `The plan speaks of ${what} ${missing}, but does not have it; add it to the plan. Nothing was registered.`,
    zh: `登记方案提到${THINGS[what]} ${missing}，但其中没有；请补入方案。没有登记任何内容。`,
  })
}
