// Who a number stands for, for the refusals of the contracts: they know organisations and resources by number only, and a
// person by name and code.

import type { Names } from '../chain/refusals/describe.ts'
import type { Registry } from '../chain/registry.ts'

/** Read anew for each refusal: few are made, and the registry grows. */
export function namesFrom(registry: Pick<Registry, 'organisations' | 'resources'>): Names {
  return {
    OrganisationId: id => find(registry.organisations(), id),
    ResourceId: id => find(registry.resources(), id),
  }
}

type Named = ReturnType<Names['OrganisationId']> & { readonly id: number }

function find(things: Iterable<Named>, id: bigint): Named | undefined {
  for (const thing of things) if (BigInt(thing.id) === id) return thing
  return undefined
}
