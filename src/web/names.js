// What organisations, resources and purposes are called: public, asked for once, and shown wherever a code would stand.

import { ask } from './api.js'
import { pick } from './language.js'

let loading

/** The names; a failure is not kept, so that the next try is a new one. */
export function loadNames() {
  loading ??= askNames().catch(problem => {
    loading = undefined
    throw problem
  })
  return loading
}

async function askNames() {
  const [{ organisations }, { resources }, { purposes }] = await Promise.all([
    ask('/v1/organisations'),
    ask('/v1/resources'),
    ask('/v1/purposes'),
  ])
  const byCode = items => new Map(items.map(item => [item.code, item]))
  const known = { organisations: byCode(organisations), resources: byCode(resources), purposes: byCode(purposes) }
  return {
    organisations,
    resources,
    purposes,
    /** The entry of a code, or undefined. */
    organisationOf: code => known.organisations.get(code),
    resourceOf: code => known.resources.get(code),
    organisation: code => known.organisations.get(code)?.name ?? code,
    resource: code => known.resources.get(code)?.name ?? code,
    purpose: code => (known.purposes.has(code) ? pick(known.purposes.get(code)) : code),
  }
}
