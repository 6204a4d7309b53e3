// Products as their events make them: registered, reviewed, released or refused, withdrawn.

import { type Check, checksFromBits, type PriceClass, type ProductState } from '../codes.ts'
import type { EventFrom } from '../ledger-event.ts'
import { type ActPlace, type KeptAct, placeOf, type Told, tell } from './act.ts'
import { type Books, codeOf, missing, resourceOf } from './books.ts'

export interface Product extends Told {
  /** Id and code of its catalogue entry. */
  readonly id: number
  readonly resource: string
  readonly state: Exclude<ProductState, 'none'>
  readonly agreement: number
  readonly maker: string
  readonly price: PriceClass
  /** Grants by which its data came, as its newest registration names them, whatever became of it. */
  readonly sources: readonly number[]
  /** The version of its entry that may be taken. */
  readonly releasedVersion?: number
  /** What the review found in order, where it was refused. */
  readonly checks?: readonly Check[]
  readonly since: ActPlace
  /** Each release, oldest first: what it hung on then stays what accesses of that time are judged by. */
  readonly releases: readonly Release[]
}

/** A registration that was released: from then on vetoes are followed by its sources, until the next one is. */
export interface Release {
  readonly agreement: number
  readonly sources: readonly number[]
  readonly place: ActPlace
}

/** A maker can register without end; its newest acts tell how it stands. */
const ACTS_KEPT = 100
const EVENTS = ['ProductRegistered', 'ProductReleased', 'ProductRefused', 'ProductWithdrawn'] as const

export function applyToProducts(books: Books, event: EventFrom<'products'>, act: KeptAct): void {
  const id = Number(event.args.resource)
  const known = books.products.get(id)
  const since = placeOf(act)
  const told = tell(known, act, EVENTS, ACTS_KEPT)
  if (event.name === 'ProductRegistered') {
    const { resource, maker, price } = event.args
    const [agreement, sources] = [Number(event.args.agreement), event.args.sources.map(Number)]
    books.products.set(id, {
      id,
      resource: resourceOf(books, resource).code,
      state: 'registered',
      agreement,
      maker: codeOf(books, maker),
      price,
      sources,
      since,
      releases: known?.releases ?? [],
      ...told,
    })
    return
  }
  if (known === undefined) return missing('product', id)
  switch (event.name) {
    case 'ProductReleased': {
      const { agreement, sources } = known
      const releases = [...known.releases, { agreement, sources, place: since }]
      const releasedVersion = event.args.version
      books.products.set(id, { ...known, state: 'released', releasedVersion, releases, since, ...told })
      return
    }
    case 'ProductRefused':
      books.products.set(id, { ...known, state: 'refused', checks: checksFromBits(event.args.checks), since, ...told })
      return
    case 'ProductWithdrawn':
      books.products.set(id, { ...known, state: 'withdrawn', since, ...told })
  }
}
