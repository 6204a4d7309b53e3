// Contract events → the terms that rows are judged by, and the names behind the codes. Pure.

import type { GrantTerms } from '../core/authority.ts'
import type { TimedEvent } from './events.ts'
import { Disagreement } from './report.ts'
import type { Row } from './rows.ts'

/** Where a request stands, as far as events tell; expired and exhausted follow from time and quota. */
export type Stage = 'none' | 'requested' | 'refused' | 'granted' | 'revoked'

interface Grant {
  readonly terms: GrantTerms
  readonly stage: Stage
  /** By the contract itself, because the resource is shared unconditionally. */
  readonly automatic?: boolean
  /** Transaction of the decision. */
  readonly decidedIn?: string
}

export interface Findings {
  readonly grants: ReadonlyMap<number, Grant>
  /** Names by code. */
  readonly organisations: ReadonlyMap<string, string>
  readonly resources: ReadonlyMap<string, string>
}

/**
 * What the events say of the rows' grants, organisations and resources. Throws when an event is about none of these, or
 * when one is missing without which another means nothing.
 */
export function readFindings(events: readonly TimedEvent[], rows: readonly Row[]): Findings {
  const parties = readParties(events)
  const grants = new Map<number, Grant>()
  const asked = new Set(rows.flatMap(({ record }) => record.grant ?? []))
  const told = new Set(rows.flatMap(({ record }) => [record.resource, record.consumer, record.provider]))
  for (const event of events) {
    if (isAboutGrant(event)) grants.set(Number(event.args.id), advance(event, grants, parties, asked))
  }
  const organisations = namesByCode(parties.organisations)
  const resources = namesByCode(parties.resources)
  for (const { record } of rows) {
    if (!resources.has(record.resource)) throw missingRegistration('resource', record.resource)
    for (const code of [record.consumer, record.provider]) {
      if (!organisations.has(code)) throw missingRegistration('organisation', code)
    }
  }
  for (const { terms } of grants.values()) told.add(terms.resource).add(terms.consumer)
  for (const { code, providerCode } of parties.resources.values()) if (told.has(code)) told.add(providerCode)
  const stray = [...organisations.keys(), ...resources.keys()].find(code => !told.has(code))
  if (stray !== undefined) throw unrelated(stray)
  return { grants, organisations, resources }
}

type GrantEvent = Extract<
  TimedEvent,
  { readonly name: 'AccessRequested' | 'AccessGranted' | 'AccessRefused' | 'GrantRevoked' }
>

function isAboutGrant(event: TimedEvent): event is GrantEvent {
  return (
    event.name === 'AccessRequested' ||
    event.name === 'AccessGranted' ||
    event.name === 'AccessRefused' ||
    event.name === 'GrantRevoked'
  )
}

/** A grant after one more event. The contract lets each stage follow one other only; so must the file. */
function advance(
  event: GrantEvent,
  grants: ReadonlyMap<number, Grant>,
  { organisations, resources }: Parties,
  asked: ReadonlySet<number>,
): Grant {
  const id = Number(event.args.id)
  if (!asked.has(id)) throw unrelated(`grant ${id}`)
  const before = grants.get(id)
  const time = event.time * 1000
  if (event.name === 'AccessRequested') {
    if (before !== undefined) throw outOfTurn(id, event.name)
    const { purpose, from, until } = event.args.terms
    const resource = resources.get(event.args.resource)?.code
    const consumer = organisations.get(event.args.consumer)?.code
    if (resource === undefined) throw missingRegistration('resource', event.args.resource)
    if (consumer === undefined) throw missingRegistration('organisation', event.args.consumer)
    const terms = { id, resource, consumer, purpose, from: from * 1000, until: until * 1000 }
    return { terms, stage: 'requested' }
  }
  if (before === undefined || before.stage !== (event.name === 'GrantRevoked' ? 'granted' : 'requested')) {
    throw outOfTurn(id, event.name)
  }
  if (event.name === 'AccessRefused') return { ...before, stage: 'refused', decidedIn: event.transactionHash }
  if (event.name === 'GrantRevoked') return { ...before, stage: 'revoked', terms: { ...before.terms, revokedAt: time } }
  const { from, until, automatic } = event.args
  const terms = { ...before.terms, from: from * 1000, until: until * 1000, grantedAt: time }
  return { terms, stage: 'granted', automatic, decidedIn: event.transactionHash }
}

interface Party {
  readonly code: string
  readonly name: string
}

interface Parties {
  readonly organisations: ReadonlyMap<bigint, Party>
  readonly resources: ReadonlyMap<bigint, Party & { readonly providerCode: string }>
}

/**
 * Names as of the newest update. Of an organisation or resource the file has its registration and that update, if there
 * is one; whatever else happened to it has no place there.
 */
function readParties(events: readonly TimedEvent[]): Parties {
  const updated = new Set<string>()
  const requireOneUpdate = (what: 'organisation' | 'resource', id: bigint): void => {
    if (updated.has(`${what} ${id}`)) throw outdated(what, id)
    updated.add(`${what} ${id}`)
  }
  const organisations = new Map<bigint, Party>()
  const resources = new Map<bigint, Party & { readonly providerCode: string }>()
  for (const event of events) {
    const { name, args } = event
    if (name === 'OrganisationRegistered') {
      organisations.set(args.id, { code: args.code, name: args.name })
    } else if (name === 'OrganisationUpdated') {
      const known = organisations.get(args.id)
      if (known === undefined) throw missingRegistration('organisation', args.id)
      requireOneUpdate('organisation', args.id)
      organisations.set(args.id, { ...known, name: args.name })
    } else if (name === 'ResourceRegistered') {
      const providerCode = organisations.get(args.provider)?.code
      if (providerCode === undefined) throw missingRegistration('organisation', args.provider)
      resources.set(args.id, { code: args.code, name: args.description.name, providerCode })
    } else if (name === 'ResourceUpdated') {
      const known = resources.get(args.id)
      if (known === undefined) throw missingRegistration('resource', args.id)
      requireOneUpdate('resource', args.id)
      resources.set(args.id, { ...known, name: args.description.name })
    } else if (!isAboutGrant(event)) {
      throw unrelated(name)
    }
  }
  return { organisations, resources }
}

const namesByCode = (parties: ReadonlyMap<bigint, Party>): Map<string, string> =>
  new Map([...parties.values()].map(({ code, name }) => [code, name]))

function missingRegistration(what: 'organisation' | 'resource', id: bigint | string): Disagreement {
  return new Disagreement({
    zh: `文件缺少 ${what === 'resource' ? '资源' : '机构'} ${id} 的登记事件。`,
    en: `The file leaves out how ${what} ${id} was registered.`,
  })
}

function outdated(what: 'organisation' | 'resource', id: bigint): Disagreement {
  return new Disagreement({
    zh: `文件含有${what === 'resource' ? '资源' : '机构'} ${id} 的多次变更，只应有最近一次。`,
    en: `The file has more than one update of ${what} ${id}; only the newest belongs in it.`,
  })
}

function unrelated(what: string): Disagreement {
  return new Disagreement({
    zh: `文件含有与答复无关的事件：${what}。`,
    en: `The file has an event about ${what}, which no row is about.`,
  })
}

function outOfTurn(id: number, name: string): Disagreement {
  return new Disagreement({
    zh: `授权 ${id} 的事件 ${name} 之前缺少应有的事件。`,
    en: `Event ${name} of grant ${id} cannot follow what the file shows of that grant before: an event was left out.`,
  })
}
