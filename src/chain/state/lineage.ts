// What a grant hangs on, upwards: its resource and all that is made from, the agreement it was given under and the one
// above it, and of a product the grants by which its data came. A grant looks up, never down, as the contracts do.

import type { Agreement } from './agreements.ts'
import { agreementOf, type Books, resourceByCode } from './books.ts'
import type { Product } from './products.ts'
import type { Resource } from './resources.ts'

/** The resource, then everything that it is made from. */
export function sourcesOf(books: Books, code: string): readonly Resource[] {
  const resource = resourceByCode(books, code)
  return [resource, ...resource.ancestors.map(ancestor => resourceByCode(books, ancestor))]
}

/** The agreement, then the one above it, if there is one. */
export function agreementsUp(books: Books, id: number): readonly Agreement[] {
  const agreement = agreementOf(books, id)
  return agreement.parent === undefined ? [agreement] : [agreement, agreementOf(books, agreement.parent)]
}

/** How many steps of products made from products are looked up, as `MAX_PRODUCT_STEPS` in contracts/access/Grants.sol. */
export const MOST_PRODUCT_STEPS = 4

/** The product that an entry is; undefined where it is raw data, or was never registered for review. */
export function productOf(books: Books, { id, product }: Resource): Product | undefined {
  return product ? books.products.get(id) : undefined
}
