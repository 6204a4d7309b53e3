// Catalogue entries: what there is, and whether it is kept up.

import type { Books, Resource, ResourcePolicy } from '../chain/registry-state.ts'
import { productOf } from '../chain/state/lineage.ts'
import { parseStrict } from '../core/json.ts'
import { formatSeconds, formatTime } from '../core/record.ts'
import type * as shown from '../http/schemas/directory.ts'
import type { ResourceLife } from '../http/schemas/life.ts'
import { showProduct } from './agreements.ts'
import { positionsIn, showDue, showPlace, showVeto } from './place.ts'
import { overdueOf } from './rules.ts'

export function showResource(resource: Resource): shown.Resource {
  const { code, name, provider, version, shareType, openType, level, fieldCount, parents, withdrawn, metadata } =
    resource
  const details = readMetadata(metadata)
  return {
    code,
    name,
    provider,
    version,
    shareType,
    openType,
    level,
    fieldCount,
    parents: [...parents],
    withdrawn,
    ...(details === undefined ? {} : { metadata: details }),
    registered: showPlace(resource.registered),
  }
}

/** What its life adds to the entry; the history is the directory's to add. */
export function showUpkeep(
  resource: Resource,
  books: Books,
  now: number,
): Omit<ResourceLife, keyof shown.Resource | 'history'> {
  const { id, code, updated, confirmed, notes, ancestors, vetoes } = resource
  const product = productOf(books, resource)
  const policy = books.policies.get(id)
  return {
    ...(product && { product: showProduct(product) }),
    ...(policy && { policy: showPolicy(policy, books, now) }),
    upkeep: {
      updated: showPlace(updated),
      ...(confirmed && { confirmed: showPlace(confirmed) }),
      notes: notes.map(({ kind, by, occurredAt, due, noted, followed }) => ({
        kind,
        by,
        occurred: formatTime(occurredAt),
        due: showDue(due, followed, now),
        noted: showPlace(noted),
        ...(followed && { followed: showPlace(followed) }),
      })),
      overdue: overdueOf(books, now, { of: code }),
    },
    ancestors: [...ancestors],
    vetoes: vetoes.map(showVeto),
  }
}

function showPolicy({ version, terms, consumers, set, ended }: ResourcePolicy, books: Books, now: number) {
  const codes = new Map([...books.purposes.values()].map(({ number, code }) => [number, code]))
  return {
    version,
    standing: ended === undefined && now < terms.validUntil * 1000,
    purposes: positionsIn(terms.purposes).map(number => codes.get(number) ?? String(number)),
    fields: positionsIn(terms.scope),
    longest: terms.longestPeriod,
    quota: { bytes: String(terms.mostBytes), rows: String(terms.mostRows) },
    validUntil: formatSeconds(terms.validUntil),
    consumers: [...consumers],
    set: showPlace(set),
    ...(ended && { ended: showPlace(ended) }),
  }
}

/** What the provider registered, or undefined when it is not JSON: the contract takes any bytes. */
function readMetadata(hex: string): unknown {
  try {
    return parseStrict(Buffer.from(hex.slice(2), 'hex').toString('utf8'))
  } catch {
    return undefined
  }
}
