// What a made-up chain says: two departments that provide, two that use, and a grant of each kind.

import { RegistryState } from '../../src/chain/registry-state.ts'
import type { Purpose } from '../../src/chain/state/reference.ts'
import type { GrantTerms } from '../../src/core/authority.ts'
import { createDirectory as createRealDirectory } from '../../src/directory.ts'
import type { Directory } from '../../src/http/parts.ts'
import type { Grant, Organisation, Resource } from '../../src/http/schemas/directory.ts'
import { MadeUp } from '../chain/state-scene.ts'

export const PROVIDER = '11520100009390001A'
export const CONSUMER = '11520100009390002B'
export const OTHER_CONSUMER = '91520100MA6DJ0003C'
export const RESOURCE = '306001/000001'
export const OTHER_RESOURCE = '306001/000002'

const place = (block: number) => ({
  transaction: `0x${block.toString(16).padStart(64, 'a')}`,
  block: { number: block, hash: `0x${block.toString(16).padStart(64, 'b')}`, time: '2026-01-05T02:00:00.000Z' },
})

const organisation = (code: string, name: string, kinds: readonly string[]): Organisation => ({
  code,
  name,
  kinds,
  status: 'active',
})

export const ORGANISATIONS: readonly Organisation[] = [
  organisation(PROVIDER, '市公安局', ['provider']),
  organisation(CONSUMER, '市教育局', ['consumer']),
  organisation(OTHER_CONSUMER, '贵阳某科技有限公司', ['consumer', 'developer']),
]

const resource = (code: string, name: string, shareType: string): Resource => ({
  code,
  name,
  provider: PROVIDER,
  version: 1,
  shareType,
  openType: 'not-open',
  level: 3,
  fieldCount: 12,
  parents: [],
  withdrawn: false,
  registered: place(3),
})

export const RESOURCES: readonly Resource[] = [
  resource(RESOURCE, '人口基础信息', 'conditional'),
  resource(OTHER_RESOURCE, '门楼牌地址信息', 'unconditional'),
]

const purpose = (number: number, code: string, zh: string, en: string): Purpose => {
  const registered = { transaction: `0x${'c'.repeat(64)}`, block: { number: 2, hash: `0x${'d'.repeat(64)}`, time: 1 } }
  return { number, code, zh, en, basis: 'test', registered }
}

/** One in other words than the seed has for it, and one that is not of the seed. */
const PURPOSES: readonly Purpose[] = [
  purpose(0, 'ImprovePublicServices', '改进公共服务（本市）', 'improving the city’s services'),
  purpose(1, 'GY-2026-1', '一网通办', 'one-stop service'),
]

/** A grant of one delivery's worth; what a test is about goes into `fields`. */
export function grantOf(fields: Partial<Grant> & Pick<Grant, 'id'>): Grant {
  return {
    resource: RESOURCE,
    resourceVersion: 1,
    consumer: CONSUMER,
    provider: PROVIDER,
    purpose: 'ImprovePublicServices',
    ground: 'sharing',
    fields: [0, 1, 2, 3],
    from: '2026-01-01T00:00:00.000Z',
    until: '2027-01-01T00:00:00.000Z',
    quota: {},
    state: 'granted',
    now: { usable: true, why: 'usable', says: { zh: '可用', en: 'may be used' } },
    requested: place(4),
    approvalsNeeded: { needed: 0, roles: [] },
    approvals: [],
    withdrawals: 0,
    delivered: { count: 0, bytes: '0', rows: '0' },
    stated: { count: 0, accesses: '0', bytes: '0', rows: '0' },
    deliveries: [],
    ...fields,
  }
}

export const GRANTS: readonly Grant[] = [
  grantOf({
    id: 1,
    quota: { rows: '1000000' },
    decision: { outcome: 'granted', decision: 'provider', by: PROVIDER, ...place(5) },
    delivered: { count: 1, bytes: '1000', rows: '10' },
    deliveries: [{ kind: 'share', channel: 'online-query', bytes: '1000', rows: '10', ...place(6) }],
  }),
  grantOf({
    id: 2,
    resource: OTHER_RESOURCE,
    purpose: 'LegalCompliance',
    until: '2026-02-01T00:00:00.000Z',
    state: 'expired',
    now: { usable: false, why: 'expired', says: { zh: '已到期', en: 'it has ended' } },
    requested: place(6),
    decision: { outcome: 'granted', decision: 'automatic', ...place(6) },
  }),
]

/** The real directory over a chain that says nothing, with these in front of it. */
export function createDirectory(
  organisations = ORGANISATIONS,
  resources = RESOURCES,
  grants: readonly Grant[] = GRANTS,
): Directory {
  const registry = { books: new RegistryState(), block: { number: 9 } }
  for (const purpose of PURPOSES) registry.books.purposes.set(purpose.code, purpose)
  const made = new MadeUp()
  const findResource = (code: string): Resource | undefined => resources.find(resource => resource.code === code)
  const findGrant = (id: number): Grant | undefined => grants.find(grant => grant.id === id)
  return {
    ...createRealDirectory({ registry, contracts: made.contracts, now: () => Date.parse('2026-03-02T00:00:00.000Z') }),
    organisations: () => organisations,
    organisation: code => organisations.find(organisation => organisation.code === code),
    resources: () => resources,
    resource: findResource,
    resourceLife: code => {
      const resource = findResource(code)
      return (
        resource && {
          ...resource,
          upkeep: { updated: place(3), notes: [], overdue: [] },
          ancestors: [],
          vetoes: [],
          history: [],
        }
      )
    },
    grant: findGrant,
    grants: ({ consumer, provider, state }, { before = Infinity, limit }) => {
      const fit = grants
        .filter(grant => consumer === undefined || grant.consumer === consumer)
        .filter(grant => provider === undefined || grant.provider === provider)
        .filter(grant => state === undefined || grant.state === state)
        .filter(({ id }) => id < before)
        .toReversed()
      const items = fit.slice(0, limit)
      return { items, ...(fit.length > limit ? { next: items.at(-1)!.id } : {}) }
    },
    block: 9,
  }
}

export function termsOf(grant: Grant | undefined): GrantTerms | undefined {
  if (grant === undefined) return undefined
  const { id, resource, consumer, purpose, from, until } = grant
  return {
    id,
    resource,
    consumer,
    purpose,
    from: Date.parse(from),
    until: Date.parse(until),
    ...(grant.decision?.outcome === 'granted' ? { grantedAt: Date.parse(grant.decision.block.time ?? from) } : {}),
  }
}
