// What a contract's refusal means, in plain words, in Chinese and English: one sentence per custom error, by contract in
// refusals/. The error's code in the API is its name in snake case: GrantExpired, grant_expired. A test compares this list
// with the compiled contracts, in both directions.

import { AGREEMENTS } from './refusals/agreements.ts'
import { ANCHOR } from './refusals/anchor.ts'
import { CATALOGUE } from './refusals/catalogue.ts'
import { CONDUCT } from './refusals/conduct.ts'
import { CORRECTIONS } from './refusals/corrections.ts'
import { DELIVERIES } from './refusals/deliveries.ts'
import { ORGANISATIONS } from './refusals/organisations.ts'
import { POLICIES } from './refusals/policies.ts'
import { PRODUCTS } from './refusals/products.ts'
import { REFERENCE } from './refusals/reference.ts'
import { RELAY } from './refusals/relay.ts'
import { REQUESTS } from './refusals/requests.ts'
import { ROLES } from './refusals/roles.ts'
import type { Sentences } from './refusals/sentence.ts'

export const REFUSALS: Sentences = {
  ...RELAY,
  ...ORGANISATIONS,
  ...REFERENCE,
  ...CATALOGUE,
  ...POLICIES,
  ...AGREEMENTS,
  ...PRODUCTS,
  ...REQUESTS,
  ...DELIVERIES,
  ...CORRECTIONS,
  ...CONDUCT,
  ...ANCHOR,
  ...ROLES,
}
