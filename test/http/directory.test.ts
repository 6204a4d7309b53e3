import { expect } from 'chai'
import type { Registry } from '../../src/chain/registry.ts'
import type { ActPlace, Grant, Organisation, Resource } from '../../src/chain/registry-state.ts'
import { UNLIMITED } from '../../src/chain/terms.ts'
import { createDirectory } from '../../src/directory.ts'

const DAY = 86_400_000
const NOW = Date.parse('2026-03-01T00:00:00.000Z')
const at = (number: number): ActPlace => ({
  transaction: `0x${number}`,
  block: { number, hash: `0xb${number}`, time: NOW / 1000 },
})

const grant = (fields: Partial<Grant> = {}): Grant => ({
  id: 1,
  terms: { id: 1, resource: 'R', consumer: 'C', purpose: 'LegalCompliance', from: NOW - DAY, until: NOW + DAY },
  provider: 'P',
  quota: { byteCount: UNLIMITED, rowCount: 100n },
  asked: {
    resource: 5n,
    purpose: 'LegalCompliance',
    purposeTextDigest: `0x${'11'.repeat(32)}`,
    legalBasisDigest: `0x${'22'.repeat(32)}`,
    scope: 1n,
    from: (NOW - DAY) / 1000,
    until: (NOW + DAY) / 1000,
    quota: { byteCount: UNLIMITED, rowCount: 100n },
  },
  requested: at(1),
  decision: { ...at(2), outcome: 'granted', automatic: false },
  delivered: { count: 1, bytes: 2n ** 60n, rows: 99n },
  deliveries: [{ ...at(3), kind: 'share', channel: 'online-query', bytes: 2n ** 60n, rows: 99n }],
  events: [],
  ...fields,
})

const resourceWith = (metadata: string): Resource => ({
  id: 5,
  code: 'R',
  name: '人口',
  provider: 'P',
  version: 1,
  shareType: 'conditional',
  openType: 'not-open',
  level: 3,
  fieldCount: 4,
  parents: [],
  withdrawn: false,
  metadata,
  registered: at(1),
  events: [],
})

const directoryOf = (one: Grant, metadata = '0x', resources: readonly Resource[] = [resourceWith(metadata)]) => {
  const registry: Registry = {
    block: undefined,
    organisation: () => undefined,
    organisations: (): Organisation[] => [],
    resource: () => resources[0],
    resources: () => resources,
    grant: () => ({ ...one, purpose: one.terms.purpose }),
    grantsOfConsumer: () => [one],
    terms: () => one.terms,
    refresh: async () => {},
    run: async () => {},
  }
  return createDirectory(registry, () => NOW)
}

describe('the directory', () => {
  it('shows a grant in codes, RFC 3339 and decimals', () => {
    expect(directoryOf(grant()).grant(1)).to.deep.equal({
      id: 1,
      resource: 'R',
      consumer: 'C',
      provider: 'P',
      purpose: 'LegalCompliance',
      from: '2026-02-28T00:00:00.000Z',
      until: '2026-03-02T00:00:00.000Z',
      quota: { rows: '100' },
      state: 'granted',
      requested: shown(1),
      decision: { outcome: 'granted', decision: 'provider', by: 'P', ...shown(2) },
      delivered: { count: 1, bytes: '1152921504606846976', rows: '99' },
      deliveries: [{ kind: 'share', channel: 'online-query', bytes: '1152921504606846976', rows: '99', ...shown(3) }],
    })
  })

  it('knows the state of a grant now, as the contract would say it', () => {
    const { decision: _, ...undecided } = grant()
    const cases: [string, Grant][] = [
      ['requested', undecided],
      ['refused', grant({ decision: { ...at(2), outcome: 'refused', automatic: false } })],
      ['revoked', grant({ revoked: at(4) })],
      ['expired', grant({ terms: { ...grant().terms, until: NOW } })],
      ['exhausted', grant({ delivered: { count: 2, bytes: 0n, rows: 100n } })],
      ['exhausted', grant({ delivered: { count: 1, bytes: UNLIMITED, rows: 0n } })], // the greatest number is one too
      ['granted', grant({ delivered: { count: 1, bytes: UNLIMITED - 1n, rows: 0n } })],
      ['granted', grant()],
    ]
    for (const [state, one] of cases) expect(directoryOf(one).grant(1)?.state).to.equal(state)
  })

  it('names nobody as the author of an automatic decision', () => {
    const automatic = directoryOf(grant({ decision: { ...at(2), outcome: 'granted', automatic: true } })).grant(1)
    expect(automatic?.decision).to.deep.equal({ outcome: 'granted', decision: 'automatic', ...shown(2) })
  })

  it('shows what else a provider registered, if it is JSON, and never the ids of the contracts', () => {
    const hex = `0x${Buffer.from('{"format":"表格"}').toString('hex')}`
    expect(directoryOf(grant(), hex).resource('R')?.metadata).to.deep.equal({ format: '表格' })
    for (const metadata of ['0x', '0xff', `0x${Buffer.from('{"a":1,"a":2}').toString('hex')}`]) {
      const resource = directoryOf(grant(), metadata).resource('R')
      expect(resource).to.not.have.property('metadata')
      expect(resource).to.not.have.any.keys('id', 'events')
    }
  })
})

describe('the public catalogue', () => {
  it('reads what a provider registered once, however often it is asked for, and anew when it changed', () => {
    let read = 0
    const counted = (text: string): Resource => {
      const hex = `0x${Buffer.from(text).toString('hex')}`
      return Object.defineProperty(resourceWith(''), 'metadata', { get: () => (read++, hex), enumerable: true })
    }
    const resources = [counted('{"a":1}')]
    const directory = directoryOf(grant(), '', resources)
    for (let k = 0; k < 3; k++) expect(directory.resources()[0]!.metadata).to.deep.equal({ a: 1 })
    expect(directory.resource('R')?.metadata).to.deep.equal({ a: 1 })
    expect(read).to.equal(1)
    resources[0] = counted('{"a":2}')
    expect(directory.resource('R')?.metadata).to.deep.equal({ a: 2 })
  })
})

function shown(number: number) {
  return { transaction: `0x${number}`, block: { number, hash: `0xb${number}`, time: '2026-03-01T00:00:00.000Z' } }
}
