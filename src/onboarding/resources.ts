// Catalogue entries: each by its provider. What is made from others comes after them, since an entry names its parents by
// their numbers.

import canonicalize from 'canonicalize'
import { toUtf8Bytes } from 'ethers'
import { OPEN_TYPES, SHARE_TYPES } from '../chain/terms.ts'
import type { PlannedResource } from '../plan/planned.ts'
import { ascending, digestPublic, eachSender, idIn, NO_DIGEST, type Run, resourceId } from './run.ts'

export async function registerResources(resources: readonly PlannedResource[], run: Run): Promise<void> {
  const register = async (resource: PlannedResource): Promise<void> => {
    run.resources.set(resource.code, { ...resource, id: await registerResource(resource, run) })
    run.progress()
  }
  const [derived = [], own = []] = [true, false].map(made =>
    resources.filter(({ parents = [] }) => parents.length > 0 === made),
  )
  await eachSender(own, ({ provider }) => provider, register)
  for (const resource of derived) await register(resource)
}

async function registerResource(resource: PlannedResource, run: Run): Promise<number> {
  const known = run.known.resource(resource.code)
  if (known !== undefined) return known.id
  const {
    code,
    provider,
    source,
    name,
    shareType,
    openType,
    level,
    fields,
    parents = [],
    details,
    legalBasis,
  } = resource
  const description = {
    name,
    shareType: SHARE_TYPES[shareType].value,
    openType: OPEN_TYPES[openType].value,
    level,
    fieldCount: fields.length,
    parents: ascending(parents.map(parent => resourceId(parent, run))),
    // The law that withholds it is public, so its digest needs no salt.
    legalBasisDigest: legalBasis === undefined ? NO_DIGEST : digestPublic(legalBasis),
    metadata: toUtf8Bytes(canonicalize({ ...details, fields, ...(legalBasis === undefined ? {} : { legalBasis }) })!),
  }
  return idIn(
    await run.act(run.accountOf(provider), 'catalogue', 'register', [code, digestPublic(source), description]),
  )
}
