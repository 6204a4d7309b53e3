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

/** An entry that is a product, and the products that it is made from, as far as anything of them was released. */
export function productsBehind(books: Books, resource: Resource): readonly Product[] {
  const own = productOf(books, resource)
  if (own === undefined || own.releases.length === 0) return [] // nobody ever took anything of it
  const ids = resource.ancestors.map(code => resourceByCode(books, code).id).toSorted((a, b) => a - b)
  const ancestors = ids.map(id => books.products.get(id))
  return [own, ...ancestors].filter(product => product !== undefined && product.releases.length > 0) as Product[]
}

/** The grants by which what was last released of these products came: IProducts.sourcesBehind. */
export function sourcesBehind(books: Books, resource: Resource): readonly number[] {
  return productsBehind(books, resource).flatMap(({ releases }) => releases.at(-1)!.sources)
}

/** The product that an entry is; undefined where it is raw data, or was never registered for review. */
export function productOf(books: Books, { id, product }: Resource): Product | undefined {
  return product ? books.products.get(id) : undefined
}
