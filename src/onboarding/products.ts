// Products of authorised operation: registered by their makers, with the grants that their data came by, and reviewed by
// the first party of the agreement that they were made under (IProducts).

import { CHECKS, type Check, checksToBits, PRICE_CLASSES, PRODUCT_STATES } from '../chain/terms.ts'
import type { PlannedAgreement, PlannedProduct } from '../plan/planned.ts'
import { ascending, type KnownRequest, type Run } from './run.ts'

interface OnChain {
  readonly state: bigint
  readonly registeredVersion: bigint
}

const { none, registered, released } = PRODUCT_STATES
const ALL_CHECKS = checksToBits(Object.keys(CHECKS) as Check[])

/** @param requests The plan's named requests, as far as they were made. */
export async function releaseProduct(
  planned: PlannedProduct,
  agreements: readonly PlannedAgreement[],
  requests: ReadonlyMap<string, KnownRequest>,
  run: Run,
): Promise<void> {
  const { id, provider } = run.resources.get(planned.resource)!
  const agreement = run.agreements.get(planned.agreement)
  const sources = planned.sources.flatMap(name => requests.get(name)?.id ?? [])
  if (agreement?.inForce !== true || sources.length < planned.sources.length) {
    run.waiting.push({
      en: `product ${planned.resource} waits until agreement ${planned.agreement} is in force and its data asked for`,
      zh: `产品 ${planned.resource} 须待协议 ${planned.agreement} 生效、其数据已申请`,
    })
    return
  }
  let is = await readProduct(id, run)
  if (Number(is.state) === none.value) {
    const price = PRICE_CLASSES[planned.price].value
    const args = [id, agreement.id, price, ascending(sources), run.digestText(planned.use)]
    await run.act(run.accountOf(provider), 'products', 'registerProduct', args)
    is = await readProduct(id, run)
  }
  if (Number(is.state) === registered.value && planned.review !== undefined) {
    const reviewer = agreements.find(({ name }) => name === planned.agreement)!.parties[0]!
    const release = 'release' in planned.review
    const [checks, found] = 'release' in planned.review ? [ALL_CHECKS, planned.use] : [0, planned.review.refuse]
    const args = [id, is.registeredVersion, checks, release, run.digestText(found)]
    await run.act(run.accountOf(reviewer), 'products', 'reviewProduct', args)
    is = await readProduct(id, run)
  }
  if (Number(is.state) === released.value) run.released.add(planned.resource)
}

async function readProduct(id: number, { view }: Run): Promise<OnChain> {
  const [product] = (await view('products', 'productOf', [id])) as [OnChain]
  return product
}
