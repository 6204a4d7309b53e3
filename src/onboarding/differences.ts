// What is on the chain is never changed by a plan; whoever mended a name in it must be told so.

import type { Plan } from '../plan/planned.ts'
import type { OnboardingParts } from './run.ts'

const RESOURCE_FIELDS = ['provider', 'name', 'shareType', 'openType', 'level', 'fieldCount', 'parents'] as const

export function* findDifferences(
  { organisations, resources }: Plan,
  { known }: Pick<OnboardingParts, 'known'>,
): Iterable<string> {
  for (const planned of organisations) {
    const there = known.organisation(planned.code)
    if (there !== undefined) yield* compare(`organisation ${planned.code}`, planned, there, ['name', 'kinds'])
  }
  for (const planned of resources) {
    const there = known.resource(planned.code)
    if (there === undefined) continue
    const described = { parents: [], ...planned, fieldCount: planned.fields.length }
    yield* compare(`resource ${planned.code}`, described, there, RESOURCE_FIELDS)
  }
}

function* compare<K extends string>(
  what: string,
  planned: Record<K, unknown>,
  there: Record<K, unknown>,
  fields: readonly K[],
) {
  for (const field of fields) {
    const [wanted, is] = [planned[field], there[field]].map(value =>
      [value]
        .flat()
        .map(String)
        .toSorted((a, b) => (a < b ? -1 : 1))
        .join(', '),
    )
    if (wanted !== is) yield `${what}: ${field} is "${is}" on the chain, "${wanted}" in the plan`
  }
}
