// What a made-up chain says: two departments that provide, two that use, and a grant of each kind.

import type { GrantTerms } from '../../src/core/authority.ts'
import type { Directory } from '../../src/http/parts.ts'
import type { Grant, Organisation, Resource } from '../../src/http/schemas/directory.ts'

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

export const GRANTS: readonly Grant[] = [
  {
    id: 1,
    resource: RESOURCE,
    consumer: CONSUMER,
    provider: PROVIDER,
    purpose: 'ImprovePublicServices',
    from: '2026-01-01T00:00:00.000Z',
    until: '2027-01-01T00:00:00.000Z',
    quota: { rows: '1000000' },
    state: 'granted',
    requested: place(4),
    decision: { outcome: 'granted', decision: 'provider', by: PROVIDER, ...place(5) },
    delivered: { count: 1, bytes: '1000', rows: '10' },
    deliveries: [{ kind: 'share', channel: 'online-query', bytes: '1000', rows: '10', ...place(6) }],
  },
  {
    id: 2,
    resource: OTHER_RESOURCE,
    consumer: CONSUMER,
    provider: PROVIDER,
    purpose: 'LegalCompliance',
    from: '2026-01-01T00:00:00.000Z',
    until: '2026-02-01T00:00:00.000Z',
    quota: {},
    state: 'expired',
    requested: place(6),
    decision: { outcome: 'granted', decision: 'automatic', ...place(6) },
    delivered: { count: 0, bytes: '0', rows: '0' },
    deliveries: [],
  },
]

export function createDirectory(
  organisations = ORGANISATIONS,
  resources = RESOURCES,
  grants: readonly Grant[] = GRANTS,
): Directory {
  return {
    organisations: () => organisations,
    organisation: code => organisations.find(organisation => organisation.code === code),
    resources: () => resources,
    resource: code => resources.find(resource => resource.code === code),
    grant: id => grants.find(grant => grant.id === id),
    grantsOfConsumer: code => grants.filter(({ consumer }) => consumer === code).toReversed(),
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
