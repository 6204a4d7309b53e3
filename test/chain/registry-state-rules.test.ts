// The rules by which events become state, with events made up: whose act each is, what is kept of what could grow without
// end, when vetoes stood.

import { expect } from 'chai'
import { ZeroAddress, ZeroHash } from 'ethers'
import fc from 'fast-check'
import { artifactOf, interfaceOf } from '../../src/chain/abi.ts'
import { EVENTS, type EventName, type EventNamed } from '../../src/chain/events.ts'
import { isVetoed, standingOf, termsOf } from '../../src/chain/registry-state.ts'
import { ACTS } from '../../src/chain/state/attribution.ts'
import { yearAfter } from '../../src/chain/state/overdue.ts'
import { merge } from '../../src/chain/state/terms-of.ts'
import type { Kind } from '../../src/chain/terms.ts'
import type { Suspension } from '../../src/core/authority.ts'
import { addressOf, MadeUp, selectorOf } from './state-scene.ts'

const DIGEST = `0x${'11'.repeat(32)}`
const [PROVIDER, CONSUMER, INSPECTOR, REGULATOR] = [1n, 2n, 3n, 4n]
const ACCOUNTS = [ZeroAddress, addressOf(1_000), addressOf(2_000), addressOf(3_000), addressOf(4_000)] as const
const RELAYER = addressOf(77)
const reason = { reasonDigest: DIGEST }
const veto = { inspector: INSPECTOR, ...reason, referenceDigest: ZeroHash }

/** A provider, a consumer, an inspector, a regulator, and the provider's resource 1. */
function populated(): MadeUp {
  const made = new MadeUp()
  const kinds: readonly Kind[] = ['provider', 'consumer', 'inspector', 'regulator']
  for (const [k, kind] of kinds.entries()) {
    const id = BigInt(k + 1)
    const account = ACCOUNTS[k + 1]!
    const args = { id, codeHash: DIGEST, account, kinds: [kind], code: `ORG${id}`, name: kind }
    made.say(10, 'OrganisationRegistered', args)
  }
  made.say(20, 'ResourceRegistered', { id: 1n, provider: PROVIDER, sourceHash: DIGEST, code: 'R1', description })
  return made
}

const description = {
  name: '人口',
  shareType: 'conditional',
  openType: 'not-open',
  level: 3,
  fieldCount: 8,
  parents: [] as readonly bigint[],
  legalBasisDigest: DIGEST,
  metadata: '0x7b7d',
} as const

function request(made: MadeUp, id: bigint, changes: Partial<EventNamed<'AccessRequested'>['args']> = {}): void {
  made.say(100, 'AccessRequested', {
    id,
    resource: 1n,
    consumer: CONSUMER,
    resourceVersion: 1,
    ground: 'sharing',
    approvals: { needed: 0, roles: 0 },
    dueAt: 500,
    calendarVersion: 1,
    provisional: false,
    terms: {
      resource: 1n,
      agreement: 0n,
      purpose: 'LegalCompliance',
      purposeTextDigest: DIGEST,
      legalBasisDigest: DIGEST,
      scope: 1n,
      from: 0,
      until: 10_000,
      quota: { byteCount: 10n, rowCount: 10n },
    },
    ...changes,
  })
}

const grantedBy = (id: bigint): EventNamed<'AccessGranted'>['args'] => ({
  id,
  resource: 1n,
  consumer: CONSUMER,
  provider: PROVIDER,
  basis: 'provider',
  policyVersion: 0,
  from: 200,
  until: 10_000,
  quota: { byteCount: 10n, rowCount: 10n },
  ...reason,
})
const refusal = (id: bigint) => ({ id, resource: 1n, consumer: CONSUMER, provider: PROVIDER, ...reason })

describe('whose act an event is', () => {
  const relayed = (made: MadeUp, changes: Partial<EventNamed<'ActRelayed'>['args']> = {}) => ({
    actor: ACCOUNTS[1],
    to: made.contracts.accessLedger,
    selector: selectorOf('accessLedger', 'refuse'),
    digest: DIGEST,
    nonce: 0n,
    deadline: 1_000,
    relayer: RELAYER,
    signature: '0x5555',
    ...changes,
  })
  const bySignature = {
    organisation: 'ORG1',
    account: ACCOUNTS[1],
    relayer: RELAYER,
    digest: DIGEST,
    signature: '0x5555',
  }
  const byItself = { organisation: 'ORG1', account: ACCOUNTS[1] }
  const refused = (before: (made: MadeUp) => unknown, together = true): unknown => {
    const made = populated()
    request(made, 1n)
    before(made)
    made[together ? 'also' : 'say'](200, 'AccessRefused', refusal(1n))
    return made.state.grants.get(1)!.decision!.by
  }

  it('is the signer’s, where the Relay said so right before', () => {
    expect(refused(made => made.say(200, 'ActRelayed', relayed(made)))).to.deep.equal(bySignature)
  })

  it('is not the signer’s in another transaction', () => {
    expect(refused(made => made.say(200, 'ActRelayed', relayed(made)), false)).to.deep.equal(byItself)
  })

  it('is not the signer’s where contract, function or account are others than were signed', () => {
    const others = (made: MadeUp): Partial<EventNamed<'ActRelayed'>['args']>[] => [
      { to: made.contracts.catalogue },
      { to: addressOf(5_000) },
      { selector: selectorOf('accessLedger', 'revoke') },
      { selector: '0x12345678' },
      { actor: ACCOUNTS[2] },
    ]
    for (let k = 0; k < 5; k++) {
      expect(refused(made => made.say(200, 'ActRelayed', relayed(made, others(made)[k])))).to.deep.equal(byItself)
    }
  })

  it('is the newest signer’s, of several acts in one transaction', () => {
    const made = populated()
    request(made, 1n)
    request(made, 2n)
    made.say(200, 'ActRelayed', relayed(made))
    made.also(200, 'AccessRefused', refusal(1n))
    made.also(200, 'ActRelayed', relayed(made, { signature: '0x66' }))
    made.also(200, 'AccessRefused', refusal(2n))
    expect([1, 2].map(id => made.state.grants.get(id)!.decision!.by?.signature)).to.deep.equal(['0x5555', '0x66'])
    expect(made.state.grants.get(1)!.events).to.have.length(3)
  })

  it('compares addresses whatever their letters', () => {
    const mixed = (made: MadeUp) => ({ to: made.contracts.accessLedger.toUpperCase().replace('0X', '0x') })
    expect(refused(made => made.say(200, 'ActRelayed', relayed(made, mixed(made))))).to.deep.equal(bySignature)
  })

  it('is by the account that spoke for the organisation then', () => {
    const made = populated()
    request(made, 1n)
    made.say(150, 'OrganisationAccountChanged', { id: PROVIDER, previousAccount: ACCOUNTS[1], account: addressOf(9) })
    made.say(200, 'AccessRefused', refusal(1n))
    const one = made.state.grants.get(1)!
    expect(one.decision!.by).to.deep.equal({ organisation: 'ORG1', account: addressOf(9) })
  })

  it('is known for every event of the contracts, by functions and values that they have', () => {
    for (const [name, contract] of Object.entries(EVENTS) as [EventName, keyof MadeUp['contracts']][]) {
      const acts = ACTS[name]
      if (contract === 'relay' || contract === 'checkpointAnchor') {
        expect(acts, name).to.equal(undefined)
        continue
      }
      for (const method of acts!.methods) expect(interfaceOf(contract).getFunction(method), method).not.to.equal(null)
      const inputs = artifactOf(contract).abi.find(item => item.type === 'event' && item.name === name)?.inputs ?? []
      const asked: string[] = []
      acts!.party?.(new Proxy({}, { get: (_, key) => void asked.push(String(key)) }))
      expect(inputs.map(input => input.name)).to.include.members(asked)
      // Who an event is of stands in one value; of a grant, in its basis too.
      const values = name === 'AccessGranted' ? 2 : 1
      if (acts!.methods.length > 0 && acts!.party) expect(new Set(asked).size, name).to.be.within(1, values)
    }
  })
})

describe('what is kept', () => {
  it('has the last word of each role, whoever else approves and takes it back without end', () => {
    const made = populated()
    request(made, 1n)
    const approval = { id: 1n, by: PROVIDER, account: addressOf(8), ...reason, standing: 1, missing: 1 } as const
    made.say(200, 'ApprovalGiven', { ...approval, role: 'provider-officer', validUntil: 9_000 })
    made.say(200, 'ApprovalGiven', { ...approval, role: 'consumer-officer', validUntil: 9_000 })
    made.say(201, 'ApprovalWithdrawn', { ...approval, role: 'consumer-officer' })
    for (let k = 0; k < 100; k++) {
      made.say(300 + k, 'ApprovalGiven', { ...approval, role: 'regulator', validUntil: 9_000 + k })
      made.say(300 + k, 'ApprovalWithdrawn', { ...approval, role: 'regulator' })
    }
    const { approvals } = made.state.grants.get(1)!
    expect(approvals).to.have.length(32)
    const lastOf = (role: string) => approvals.find(one => one.role === role)
    expect(lastOf('provider-officer')).to.deep.include({ validUntil: 9_000_000 }).and.not.have.property('withdrawn')
    expect(lastOf('consumer-officer')).to.have.property('withdrawn')
    expect(lastOf('regulator')).to.deep.include({ validUntil: 9_099_000 })
  })

  it('is bounded where a party could go on for ever', () => {
    const made = populated()
    request(made, 1n)
    const approval = { id: 1n, by: PROVIDER, role: 'provider-officer', account: addressOf(8), ...reason } as const
    for (let k = 0; k < 300; k++) {
      made.say(200 + k, 'ApprovalGiven', { ...approval, validUntil: 9_000, standing: 1, missing: 1 })
      made.say(200 + k, 'ApprovalWithdrawn', approval)
    }
    made.say(600, 'AccessGranted', grantedBy(1n))
    const handover = {
      channel: 'online-query',
      rowCount: 1n,
      byteCount: 1n,
      scope: 1n,
      contentDigest: DIGEST,
      accessCount: 1n,
      logFirst: 0n,
      logEnd: 9n,
    } as const
    const delivery = {
      grant: 1n,
      resource: 1n,
      consumer: CONSUMER,
      recordedBy: PROVIDER,
      kind: 'statement',
      handover,
    } as const
    for (let k = 0; k < 300; k++) {
      made.say(700, 'Delivered', delivery)
      made.say(700, 'ReceiptConfirmed', { grant: 1n, resource: 1n, consumer: CONSUMER, contentDigest: DIGEST })
      made.say(700, 'ResourceUpdated', { id: 1n, provider: PROVIDER, version: 2 + k, description })
      made.say(700, 'ResourceConfirmed', { id: 1n, by: PROVIDER, reviewDigest: DIGEST })
      const due = { dueAt: 2_000 - k, calendarVersion: 1, provisional: true }
      const note = { id: 1n, by: PROVIDER, kind: 'data', occurredAt: 700, changeDigest: DIGEST, ...due } as const
      made.say(700, 'ResourceChangeNoted', note)
    }
    const one = made.state.grants.get(1)!
    expect(one.acts).to.have.length(2 + 32)
    expect(one.acts[0]!.name).to.equal('AccessRequested')
    expect(one.acts.at(-1)!.name).to.equal('AccessGranted')
    expect(one.approvals).to.have.length(32)
    expect(one.approvals.every(({ withdrawn }) => withdrawn !== undefined)).to.equal(true)
    expect(one.stated).to.deep.equal({ count: 300, accesses: 300n, bytes: 300n, rows: 300n })
    expect([one.deliveries.length, one.receipts.newest.length, one.receipts.count]).to.deep.equal([100, 100, 300])
    const resource = made.state.resources.get(1)!
    expect(resource.acts).to.have.length(1 + 1 + 1 + 32)
    expect(resource.notes).to.have.length(32)
  })

  it('never loses the change that is overdue first, however many are noted after it', () => {
    const made = populated()
    const note = {
      id: 1n,
      by: PROVIDER,
      kind: 'data',
      calendarVersion: 1,
      provisional: false,
      changeDigest: DIGEST,
    } as const
    made.say(100, 'ResourceChangeNoted', { ...note, occurredAt: 90, dueAt: 300 })
    for (let k = 0; k < 100; k++) made.say(110, 'ResourceChangeNoted', { ...note, occurredAt: 110, dueAt: 400 + k })
    expect(made.state.resources.get(1)!.owed).to.deep.include({
      due: { at: 300_000, calendarVersion: 1, provisional: false },
    })
    made.say(120, 'ResourceUpdated', { id: 1n, provider: PROVIDER, version: 2, description })
    expect(made.state.resources.get(1)!.owed).to.equal(undefined)
    // What changed before the newest update was followed by it; in the very same second nobody can know.
    made.say(130, 'ResourceChangeNoted', { ...note, occurredAt: 119, dueAt: 500 })
    expect(made.state.resources.get(1)!.owed).to.equal(undefined)
    made.say(130, 'ResourceChangeNoted', { ...note, occurredAt: 120, dueAt: 500 })
    expect(made.state.resources.get(1)!.owed?.occurredAt).to.equal(120_000)
  })

  it('is every veto: accesses are judged by them', () => {
    const made = populated()
    request(made, 1n)
    made.say(200, 'AccessGranted', grantedBy(1n))
    for (let k = 0; k < 150; k++) {
      made.say(300 + 2 * k, 'GrantVetoed', { id: 1n, ...veto })
      expect(isVetoed(made.state.grants.get(1)!)).to.equal(true)
      made.say(301 + 2 * k, 'GrantVetoLiftAgreed', { id: 1n, by: REGULATOR, ...reason })
      made.also(301 + 2 * k, 'GrantVetoLiftAgreed', { id: 1n, by: INSPECTOR, ...reason })
      made.also(301 + 2 * k, 'GrantVetoLifted', { id: 1n })
    }
    const one = made.state.grants.get(1)!
    expect(one.terms.suspensions).to.have.length(150)
    expect(one.terms.suspensions![149]).to.deep.equal({ from: 598_000, until: 599_000 })
    expect(one.vetoes[0]!.lifted!.by).to.deep.equal({ organisation: 'ORG3', account: ACCOUNTS[3] })
    expect(standingOf(one, made.state, 700_000)).to.deep.equal({ usable: true, why: 'usable' })
  })

  it('is a veto that was imposed anew, as one that never ceased to stand, until both agreed after that', () => {
    const made = populated()
    request(made, 1n)
    made.say(200, 'AccessGranted', grantedBy(1n))
    made.say(300, 'GrantVetoed', { id: 1n, ...veto })
    made.say(310, 'GrantVetoLiftAgreed', { id: 1n, by: INSPECTOR, ...reason })
    made.say(320, 'GrantVetoed', { id: 1n, ...veto })
    const standing = made.state.grants.get(1)!
    expect(isVetoed(standing)).to.equal(true)
    expect(standing.vetoes.map(({ agreed }) => agreed.length)).to.deep.equal([1, 0])
    expect(standing.vetoes[0]).to.deep.include({ renewed: standing.vetoes[1]!.imposed })
    expect(termsOf(standing, made.state).suspensions).to.deep.equal([{ from: 300_000 }])
    made.say(330, 'GrantVetoLiftAgreed', { id: 1n, by: REGULATOR, ...reason })
    made.also(330, 'GrantVetoLiftAgreed', { id: 1n, by: INSPECTOR, ...reason })
    made.also(330, 'GrantVetoLifted', { id: 1n })
    const lifted = made.state.grants.get(1)!
    expect(isVetoed(lifted)).to.equal(false)
    expect(termsOf(lifted, made.state).suspensions).to.deep.equal([{ from: 300_000, until: 330_000 }])
  })

  it('is nothing of what an event before it must have made, if that was left out', () => {
    const cases: ((made: MadeUp) => unknown)[] = [
      made => made.say(1, 'OrganisationUpdated', { id: 9n, kinds: [], name: '' }),
      made => made.say(1, 'ResourceWithdrawn', { id: 9n, provider: PROVIDER, ...reason }),
      made => made.say(1, 'AccessRefused', refusal(9n)),
      made => made.say(1, 'AgreementEnded', { id: 9n, by: PROVIDER, ...reason }),
      made => made.say(1, 'ProductWithdrawn', { resource: 1n, by: PROVIDER, ...reason }),
      made => made.say(1, 'CorrectionAccepted', { id: 9n, resource: 1n, raiser: CONSUMER }),
      made => made.say(1, 'IncidentFollowedUp', { incident: 9n, by: REGULATOR, closed: true, reportDigest: DIGEST }),
      made => made.say(1, 'PurposeRetired', { code: 'Other', ...reason }),
      made => made.say(1, 'PolicyEnded', { resource: 1n, version: 1, provider: PROVIDER, ...reason }),
    ]
    for (const act of cases) {
      expect(() => act(populated()))
        .to.throw()
        .and.to.include({ code: 'events_missing', retryable: true })
    }
  })
})

describe('what a resource is made from', () => {
  it('stays, when a parent is left out later, and reaches all the way up', () => {
    const made = populated()
    const entry = (id: bigint, parents: readonly bigint[]) => ({
      id,
      provider: PROVIDER,
      sourceHash: DIGEST,
      code: `R${id}`,
      description: { ...description, parents },
    })
    made.say(30, 'ResourceRegistered', entry(2n, [1n]))
    made.say(31, 'ResourceRegistered', entry(3n, [2n]))
    made.say(32, 'ResourceUpdated', { id: 3n, provider: PROVIDER, version: 2, description })
    expect(made.state.resources.get(3)).to.deep.include({ parents: [], ancestors: ['R2', 'R1'] })
  })
})

describe('the terms that accesses are judged by', () => {
  it('have every veto that covered the grant, merged, and none twice', () => {
    const made = populated()
    request(made, 1n)
    made.say(200, 'AccessGranted', grantedBy(1n))
    expect(termsOf(made.state.grants.get(1)!, made.state)).not.to.have.any.keys('suspensions', 'endedAt')
    made.say(300, 'ResourceVetoed', { id: 1n, ...veto })
    made.say(310, 'GrantVetoed', { id: 1n, ...veto })
    made.say(320, 'ResourceVetoLifted', { id: 1n })
    made.say(330, 'GrantVetoLifted', { id: 1n })
    made.say(400, 'OrganisationVetoed', { id: CONSUMER, ...veto })
    expect(termsOf(made.state.grants.get(1)!, made.state).suspensions).to.deep.equal([
      { from: 300_000, until: 330_000 },
      { from: 400_000 },
    ])
  })

  it('follow a product by what was released, each release in its time, and by the products it is made from', () => {
    const made = populated()
    const entry = (id: bigint, parents: readonly bigint[]) => ({
      id,
      provider: CONSUMER, // no provider, so what it registers are products
      sourceHash: DIGEST,
      code: `R${id}`,
      description: { ...description, parents },
    })
    const product = { agreement: 1n, maker: PROVIDER, price: 'free', useDigest: DIGEST } as const
    const released = { agreement: 1n, reviewer: PROVIDER, reviewDigest: DIGEST } as const
    const agreed = { first: PROVIDER, second: CONSUMER, third: 0n, kind: 'operation', from: 0, until: 20_000 } as const
    made.say(21, 'AgreementOffered', { id: 1n, ...agreed, range: [1n], textDigest: DIGEST })
    made.say(22, 'ResourceRegistered', entry(2n, []))
    made.say(23, 'ResourceRegistered', entry(3n, [2n]))
    for (const id of [1n, 2n, 3n, 4n]) request(made, id)
    made.say(110, 'ProductRegistered', { resource: 2n, ...product, sources: [1n] })
    made.say(120, 'ProductReleased', { resource: 2n, ...released, version: 1 })
    made.say(130, 'ProductRegistered', { resource: 3n, ...product, sources: [2n] })
    made.say(140, 'ProductReleased', { resource: 3n, ...released, version: 1 })
    request(made, 5n, { resource: 3n })
    made.say(200, 'ProductRegistered', { resource: 2n, ...product, sources: [1n, 3n] }) // released at 400
    made.say(200, 'ProductRegistered', { resource: 3n, ...product, sources: [2n, 4n] }) // never
    const between = (id: bigint, from: number, until: number): void => {
      made.say(from, 'GrantVetoed', { id, ...veto })
      made.say(until, 'GrantVetoLifted', { id })
    }
    between(2n, 210, 220)
    between(1n, 230, 240)
    between(4n, 250, 260)
    between(3n, 270, 280)
    made.say(390, 'GrantVetoed', { id: 3n, ...veto })
    made.say(400, 'ProductReleased', { resource: 2n, ...released, version: 2 })
    made.say(410, 'GrantVetoLifted', { id: 3n })
    expect(termsOf(made.state.grants.get(5)!, made.state).suspensions).to.deep.equal([
      { from: 210_000, until: 220_000 },
      { from: 230_000, until: 240_000 },
      { from: 400_000, until: 410_000 },
    ])
  })

  it('of products that hang on each other in very many ways are found as fast as if it were one', () => {
    const made = populated()
    const entry = { provider: CONSUMER, sourceHash: DIGEST, description }
    const agreed = { first: PROVIDER, second: CONSUMER, third: 0n, kind: 'operation', from: 0, until: 20_000 } as const
    made.say(21, 'AgreementOffered', { id: 1n, ...agreed, range: [1n], textDigest: DIGEST })
    made.say(22, 'ResourceRegistered', { id: 2n, code: 'R2', ...entry })
    request(made, 1n, { resource: 2n })
    const sources = Array.from({ length: 300 }, () => 1n)
    const released = { agreement: 1n, reviewer: PROVIDER, reviewDigest: DIGEST } as const
    made.say(110, 'ProductRegistered', {
      resource: 2n,
      agreement: 1n,
      maker: PROVIDER,
      price: 'free',
      useDigest: DIGEST,
      sources,
    })
    made.say(120, 'ProductReleased', { resource: 2n, ...released, version: 1 })
    made.say(200, 'GrantVetoed', { id: 1n, ...veto })
    const started = process.cpuUsage()
    expect(termsOf(made.state.grants.get(1)!, made.state).suspensions).to.deep.equal([{ from: 200_000 }])
    expect(process.cpuUsage(started).user / 1e6).to.be.below(5) // else 300 times 300 times 300 times 300 steps
  })

  it('merge spans so that the same moments are covered, in order, with gaps between', () => {
    const span: fc.Arbitrary<Suspension> = fc
      .tuple(fc.nat(40), fc.option(fc.nat(10), { nil: undefined }))
      .map(([from, length]) => ({ from, ...(length !== undefined && { until: from + length }) }))
    const covers = (spans: readonly Suspension[], time: number): boolean =>
      spans.some(({ from, until = Infinity }) => time >= from && time < until)
    fc.assert(
      fc.property(fc.array(span, { maxLength: 8 }), spans => {
        const merged = merge(spans)
        for (let time = 0; time < 60; time++) expect(covers(merged, time)).to.equal(covers(spans, time))
        for (const [k, { from }] of merged.entries()) {
          if (k > 0) expect(from).to.be.greaterThan(merged[k - 1]!.until ?? Infinity)
        }
      }),
    )
  })
})

describe('a year', () => {
  it('ends with the same day of the next, in Beijing, also after the 29th of February', () => {
    const after = (time: string): string =>
      new Date(
        yearAfter({ transaction: '', block: { number: 1, hash: '', time: Date.parse(time) / 1000 } }),
      ).toISOString()
    expect(after('2026-03-01T15:59:59Z')).to.equal('2027-03-01T16:00:00.000Z')
    expect(after('2026-03-01T16:00:00Z')).to.equal('2027-03-02T16:00:00.000Z')
    expect(after('2028-02-29T00:00:00Z')).to.equal('2029-03-01T16:00:00.000Z')
  })
})
