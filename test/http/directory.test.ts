import { expect } from 'chai'
import {
  type ActPlace,
  type Grant,
  type Organisation,
  RegistryState,
  type Resource,
} from '../../src/chain/registry-state.ts'
import { UNLIMITED } from '../../src/chain/terms.ts'
import { createDirectory } from '../../src/directory.ts'
import { MadeUp } from '../chain/state-scene.ts'

const NO_DIGEST = `0x${'0'.repeat(64)}`
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
    agreement: 0n,
    purpose: 'LegalCompliance',
    purposeTextDigest: `0x${'11'.repeat(32)}`,
    legalBasisDigest: `0x${'22'.repeat(32)}`,
    scope: 1n,
    from: (NOW - DAY) / 1000,
    until: (NOW + DAY) / 1000,
    quota: { byteCount: UNLIMITED, rowCount: 100n },
  },
  requested: at(1),
  decision: { ...at(2), outcome: 'granted', automatic: false, basis: 'provider', reasonDigest: NO_DIGEST },
  delivered: { count: 1, bytes: 2n ** 60n, rows: 99n },
  deliveries: [
    {
      ...at(3),
      kind: 'share',
      channel: 'online-query',
      bytes: 2n ** 60n,
      rows: 99n,
      recordedBy: 'P',
      contentDigest: NO_DIGEST,
      accesses: 0n,
      logFirst: 0n,
      logEnd: 0n,
    },
  ],
  ground: 'sharing',
  resourceVersion: 1,
  approvalsNeeded: { needed: 0, roles: [] },
  approvals: [],
  withdrawals: 0,
  stated: { count: 0, accesses: 0n, bytes: 0n, rows: 0n },
  receipts: { count: 0, newest: [] },
  computations: { count: 0, newest: [] },
  vetoes: [],
  acts: [],
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
  highestLevel: 3,
  fieldCount: 4,
  parents: [],
  ancestors: [],
  product: false,
  withdrawn: false,
  metadata,
  registered: at(1),
  updated: at(1),
  withheldSince: undefined,
  notes: [],
  owed: undefined,
  vetoes: [],
  acts: [],
  events: [],
})

const organisationWith = (id: number, code: string): Organisation => ({
  id,
  code,
  name: `机构 ${code}`,
  kinds: ['provider', 'consumer'],
  account: '0xa',
  officer: undefined,
  status: 'active',
  registered: at(1),
  since: at(1),
  vetoes: [],
  acts: [],
  events: [],
})

const directoryOf = (one: Grant, metadata = '0x', resources: readonly Resource[] = [resourceWith(metadata)]) => {
  const books = new RegistryState()
  for (const [k, code] of ['P', 'C'].entries()) {
    books.organisations.set(k + 1, organisationWith(k + 1, code))
    books.organisationIds.set(code, k + 1)
  }
  for (const resource of resources) {
    books.resources.set(resource.id, resource)
    books.resourceIds.set(resource.code, resource.id)
  }
  books.grants.set(1, one)
  books.grantsByConsumer.set('C', [1])
  const { contracts } = new MadeUp()
  return { books, ...createDirectory({ registry: { books, block: undefined }, contracts, now: () => NOW }) }
}

describe('the directory', () => {
  it('shows a grant in codes, RFC 3339 and decimals', () => {
    expect(directoryOf(grant()).grant(1)).to.deep.equal({
      id: 1,
      resource: 'R',
      resourceVersion: 1,
      consumer: 'C',
      provider: 'P',
      purpose: 'LegalCompliance',
      ground: 'sharing',
      fields: [0],
      from: '2026-02-28T00:00:00.000Z',
      until: '2026-03-02T00:00:00.000Z',
      quota: { rows: '100' },
      state: 'granted',
      now: { usable: true, why: 'usable', says: { zh: '可用', en: 'may be used' } },
      requested: shown(1),
      approvalsNeeded: { needed: 0, roles: [] },
      approvals: [],
      withdrawals: 0,
      decision: {
        outcome: 'granted',
        decision: 'provider',
        by: 'P',
        basis: 'provider',
        reasonDigest: NO_DIGEST,
        ...shown(2),
      },
      delivered: { count: 1, bytes: '1152921504606846976', rows: '99' },
      stated: { count: 0, accesses: '0', bytes: '0', rows: '0' },
      deliveries: [
        {
          kind: 'share',
          channel: 'online-query',
          bytes: '1152921504606846976',
          rows: '99',
          recordedBy: 'P',
          contentDigest: NO_DIGEST,
          ...shown(3),
        },
      ],
    })
  })

  it('says when an answer was due, and whether it is overdue, or came late', () => {
    const due = { at: NOW, calendarVersion: 1, provisional: true }
    const { decision: _, ...undecided } = grant({ due })
    const common = { time: '2026-03-01T00:00:00.000Z', calendarVersion: 1, provisional: true }
    expect(directoryOf(undecided).grant(1)?.due).to.deep.equal({ ...common, overdue: true, late: false })
    expect(directoryOf(grant({ due })).grant(1)?.due).to.deep.equal({ ...common, overdue: false, late: true })
    const later = { ...undecided, due: { ...due, at: NOW + 1 } }
    expect(directoryOf(later).grant(1)?.due).to.deep.include({ overdue: false, late: false })
  })

  it('says why a grant cannot be used now, and what to do', () => {
    const { now } = directoryOf(grant({ terms: { ...grant().terms, until: NOW } })).grant(1)!
    expect(now).to.deep.include({ usable: false, why: 'expired' })
    expect(now.next?.en).to.contain('new one')
    const directory = directoryOf(grant())
    directory.books.organisations.set(2, { ...organisationWith(2, 'C'), status: 'blacklisted' })
    expect(directory.grant(1)?.now).to.deep.include({ usable: false, why: 'organisation-inactive', of: 'C' })
  })

  it('finds grants by every filter, and gives them in pages', () => {
    const directory = directoryOf(grant())
    for (let id = 2; id <= 5; id++) {
      directory.books.grants.set(id, { ...grant(), id, ...(id > 3 ? { revoked: at(4) } : {}) })
      directory.books.grantsByConsumer.get('C')!.push(id)
    }
    const idsOf = (filter: object, page = {}) =>
      directory.grants(filter, { limit: 10, ...page }).items.map(({ id }) => id)
    expect(idsOf({})).to.deep.equal([5, 4, 3, 2, 1])
    expect(idsOf({ consumer: 'C', state: 'revoked' })).to.deep.equal([5, 4])
    expect(idsOf({ agreement: 3 })).to.deep.equal([])
    expect(idsOf({ consumer: 'nobody' })).to.deep.equal([])
    expect(idsOf({ provider: 'P', resource: 'R' }, { before: 3 })).to.deep.equal([2, 1])
    const first = directory.grants({ state: 'granted' }, { limit: 2 })
    expect([first.items.map(({ id }) => id), first.next]).to.deep.equal([[3, 2], 2])
    expect(directory.grants({ state: 'granted' }, { limit: 2, before: first.next! })).to.not.have.property('next')
  })

  it('knows the state of a grant now, as the contract would say it', () => {
    const { decision: _, ...undecided } = grant()
    const cases: [string, Grant][] = [
      ['requested', undecided],
      [
        'refused',
        grant({
          decision: { ...at(2), outcome: 'refused', automatic: false, basis: 'provider', reasonDigest: NO_DIGEST },
        }),
      ],
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
    const automatic = directoryOf(
      grant({
        decision: { ...at(2), outcome: 'granted', automatic: true, basis: 'unconditional', reasonDigest: NO_DIGEST },
      }),
    ).grant(1)
    expect(automatic?.decision).to.deep.equal({
      outcome: 'granted',
      decision: 'automatic',
      basis: 'unconditional',
      reasonDigest: NO_DIGEST,
      ...shown(2),
    })
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
    const changed = counted('{"a":2}')
    directory.books.resources.set(changed.id, changed)
    expect(directory.resource('R')?.metadata).to.deep.equal({ a: 2 })
  })
})

function shown(number: number) {
  return { transaction: `0x${number}`, block: { number, hash: `0xb${number}`, time: '2026-03-01T00:00:00.000Z' } }
}
