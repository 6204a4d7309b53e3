// The books that the contracts' events fill: one map for each kind of thing, by the contracts' numbers. A thing refers to
// organisations and resources by their codes, as records do, and to everything else by its number.

import { LedgerError } from '../../core/error.ts'
import type { Agreement, MeasureTaken } from './agreements.ts'
import type { Conduct, Incident, Plan } from './conduct.ts'
import type { Correction } from './corrections.ts'
import type { Delivery } from './deliveries.ts'
import type { Entrusted, Grant } from './grants.ts'
import type { Organisation } from './organisations.ts'
import type { ResourcePolicy } from './policies.ts'
import type { Product } from './products.ts'
import type { CalendarVersion, LevelRule, Purpose } from './reference.ts'
import type { Resource } from './resources.ts'

export interface Books {
  readonly organisations: Map<number, Organisation>
  readonly resources: Map<number, Resource>
  readonly grants: Map<number, Grant>
  /** The usage statements under a grant, by its id: all, oldest first. Claims, true or not. */
  readonly statements: Map<number, Delivery[]>
  readonly agreements: Map<number, Agreement>
  readonly corrections: Map<number, Correction>
  readonly incidents: Map<number, Incident>
  /** By the id of the resource. */
  readonly policies: Map<number, ResourcePolicy>
  readonly products: Map<number, Product>
  /** By code of the organisation. */
  readonly conduct: Map<string, Conduct>
  /** By code. */
  readonly purposes: Map<string, Purpose>
  /** By version. */
  readonly calendars: Map<number, CalendarVersion>
  /** By classification level, where approvals are needed; level 0: under an operation agreement. */
  readonly approvalRules: Map<number, LevelRule>
  /** By `pairOf(operator, developer)`, codes. */
  readonly measures: Map<string, MeasureTaken>
  /** By `pairOf(provider, operator)`, codes. */
  readonly entrusted: Map<string, Entrusted>
  /** By `pairOf(agency, digest of the plan)`; the first filing of each. */
  readonly plans: Map<string, Plan>

  readonly organisationIds: Map<string, number>
  readonly resourceIds: Map<string, number>
  /** Ids of a consumer's requests, by its code, oldest first. */
  readonly grantsByConsumer: Map<string, number[]>
  /** Ids of the agreements that an organisation is a party to, by its code, oldest first. */
  readonly agreementsByParty: Map<string, number[]>
}

export function organisationOf(books: Books, id: bigint): Organisation {
  return books.organisations.get(Number(id)) ?? missing('organisation', id)
}

/** The code of an organisation by its number. */
export function codeOf(books: Books, id: bigint): string {
  return organisationOf(books, id).code
}

export function resourceOf(books: Books, id: bigint): Resource {
  return books.resources.get(Number(id)) ?? missing('resource', id)
}

export function resourceByCode(books: Books, code: string): Resource {
  return books.resources.get(books.resourceIds.get(code) ?? 0) ?? missing('resource', code)
}

export function organisationByCode(books: Books, code: string): Organisation {
  return books.organisations.get(books.organisationIds.get(code) ?? 0) ?? missing('organisation', code)
}

export function grantOf(books: Books, id: bigint | number): Grant {
  return books.grants.get(Number(id)) ?? missing('grant', id)
}

export function agreementOf(books: Books, id: bigint | number): Agreement {
  return books.agreements.get(Number(id)) ?? missing('agreement', id)
}

/** The key of what one organisation says of another. */
export function pairOf(one: string, other: string): string {
  return `${one} ${other}` // no code holds a space
}

/** Puts an id behind the ones that a party has. */
export function fileUnder<K, T>(index: Map<K, T[]>, key: K, item: T): void {
  const items = index.get(key)
  if (items === undefined) index.set(key, [item])
  else items.push(item)
}

/** The contracts never let this happen, so the node left events out: whoever reads must start anew, or ask another node. */
const THINGS = {
  organisation: '机构',
  resource: '资源',
  grant: '授权',
  agreement: '协议',
  product: '数据产品',
  purpose: '用途',
  incident: '事件通报',
  correction: '校核',
  'the policy of resource': '资源的共享策略：资源',
} as const

export function missing(what: keyof typeof THINGS, id: bigint | number | string): never {
  throw new LedgerError(
    'events_missing',
    {
      en: `The node shows an event of ${what} ${id}, but not the one that made it: it left some out. Everything is read again by itself; if this stays, ask another node.`,
      zh: `节点显示了${THINGS[what]} ${id} 的一个事件，却没有显示其产生的事件：有事件被遗漏。将自动全部重读；如一直如此，请改问其他节点。`,
    },
    { retryable: true },
  )
}
