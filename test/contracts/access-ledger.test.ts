// Behaviour: access-ledger.tree.

import { expect } from 'chai'
import { encodeBytes32String, ZeroHash } from 'ethers'
import {
  CHANNELS,
  DELIVERY_KINDS,
  encodePurpose,
  GRANT_STATES,
  type GrantState,
  STATUSES,
  UNLIMITED,
  wordFor,
} from '../../src/chain/terms.ts'
import {
  CONDITIONAL,
  DAY,
  DIGEST,
  describeResource,
  handoverOf,
  type Party,
  requestFor,
  START,
  UNCONDITIONAL,
  useScene,
  WITHHELD,
} from './fixture.ts'

const END = START + 30 * DAY
const REASON = encodeBytes32String('reason')
const QUOTA = { byteCount: 1_000, rowCount: 100 }
const { suspended } = STATUSES

describe('AccessLedger', () => {
  const scene = useScene()
  const refuses = (act: Promise<unknown>, error: string): Chai.CustomErrorAssertion =>
    expect(act).to.be.revertedWithCustomError(scene.contract('accessLedger'), error)
  const refusesParty = (act: Promise<unknown>, error: string): Chai.CustomErrorAssertion =>
    expect(act).to.be.revertedWithCustomError(scene.contract('organisations'), error)
  const refusesResource = (act: Promise<unknown>, error: string): Chai.CustomErrorAssertion =>
    expect(act).to.be.revertedWithCustomError(scene.contract('catalogue'), error)
  const stateOf = async (id: number): Promise<GrantState> =>
    wordFor(GRANT_STATES, (await scene.view('accessLedger', 'stateOf', id)) as bigint)
  const suspend = (id: number): Promise<unknown> =>
    scene.act('registrar', 'organisations', 'setStatus', id, suspended.value, DIGEST)

  const request = (changes: object = {}, resource = CONDITIONAL): Promise<unknown> =>
    scene.send('statistics', 'accessLedger', 'request', requestFor(resource, changes))
  const grant = (id: number, until: number = END, quota: object = QUOTA): Promise<unknown> =>
    scene.send('tax', 'accessLedger', 'grant', id, until, quota, REASON)
  const share = (id: number, changes: object = {}, party: Party = 'tax'): Promise<unknown> =>
    scene.send(party, 'accessLedger', 'share', id, handoverOf(changes))
  const download = (id: number, changes: object = {}, party: Party = 'statistics'): Promise<unknown> =>
    scene.send(party, 'accessLedger', 'download', id, handoverOf(changes))

  describe('request', () => {
    it('of a conditional resource waits for its provider', async () => {
      const receipt = await scene.act('statistics', 'accessLedger', 'request', requestFor(CONDITIONAL))
      expect(scene.said(receipt)).to.deep.equal([
        {
          name: 'AccessRequested',
          args: {
            id: 1n,
            resource: 1n,
            consumer: 2n,
            resourceVersion: 1,
            terms: {
              resource: 1n,
              purpose: 'ProvideOfficialStatistics',
              purposeTextDigest: DIGEST,
              legalBasisDigest: DIGEST,
              scope: 0b1111n,
              from: 0,
              until: END,
              quota: { byteCount: 1_000n, rowCount: 100n },
            },
          },
        },
      ])
      expect(await stateOf(1)).to.equal('requested')
      expect(await scene.view('accessLedger', 'grantCount')).to.equal(1n)
    })

    it('of an unconditional resource is granted in the same transaction', async () => {
      await scene.at(START + 1_000)
      const receipt = await scene.act('statistics', 'accessLedger', 'request', requestFor(UNCONDITIONAL))
      expect(scene.said(receipt).at(1)).to.deep.equal({
        name: 'AccessGranted',
        args: {
          id: 1n,
          resource: 2n,
          consumer: 2n,
          provider: 1n,
          automatic: true,
          from: START + 1_000,
          until: END,
          quota: { byteCount: 1_000n, rowCount: 100n },
          reasonDigest: ZeroHash,
        },
      })
      expect(await stateOf(1)).to.equal('granted')
      expect(await scene.view('accessLedger', 'grantOf', 1)).to.deep.equal([
        2n,
        2n,
        BigInt(START + 1_000),
        BigInt(END),
        BigInt(GRANT_STATES.granted.value),
        1_000n,
        100n,
        0b1111n,
      ])
    })

    it('of a withheld, withdrawn or unknown resource is refused', async () => {
      await refusesResource(request({}, WITHHELD), 'ResourceIsWithheld').withArgs(3)
      await refusesResource(request({}, 88n), 'ResourceUnknown').withArgs(88)
      await scene.act('tax', 'catalogue', 'withdraw', CONDITIONAL, DIGEST)
      await refusesResource(request(), 'ResourceIsWithdrawn').withArgs(1)
    })

    it('is for active consumers', async () => {
      const by = (party: Party): Promise<unknown> =>
        scene.send(party, 'accessLedger', 'request', requestFor(CONDITIONAL))
      await refusesParty(by('stranger'), 'AccountUnknown').withArgs(scene.accounts.stranger)
      await refusesParty(by('archive'), 'KindMissing').withArgs(4, 1, 2)
      await suspend(2)
      await refusesParty(by('statistics'), 'OrganisationNotActive').withArgs(2, suspended.value)
    })

    it('is not granted at once while the provider is suspended', async () => {
      await suspend(1)
      await refusesParty(request({}, UNCONDITIONAL), 'OrganisationNotActive').withArgs(1, suspended.value)
      await request()
      expect(await stateOf(1)).to.equal('requested')
    })

    it('wants a purpose that is a code', async () => {
      const code = (hex: string): string => `0x${hex.padEnd(64, '0')}`
      const bad = [
        code(''),
        code(Buffer.from('free text').toString('hex')),
        code('006162'), // does not start at the left
        code('610062'), // a gap
        code(Buffer.from('数').toString('hex')),
        code('7f'),
        code('2f'), // next to the allowed ones
        code('3b'),
        code('40'),
        code('5b'),
        code('60'),
        code('7b'),
      ]
      for (const purpose of bad) await refuses(request({ purpose }), 'PurposeInvalid').withArgs(purpose)
      for (const purpose of ['x', 'A-Z.a:z_09', 'x'.repeat(32)]) await request({ purpose: encodePurpose(purpose) })
      await refuses(request({ purposeTextDigest: ZeroHash }), 'PurposeTextMissing').withArgs()
    })

    it('wants a legal basis', async () => {
      await refuses(request({ legalBasisDigest: ZeroHash }), 'LegalBasisMissing').withArgs()
    })

    it('wants a scope within the resource', async () => {
      await refuses(request({ scope: 0 }), 'ScopeEmpty').withArgs()
      await refuses(request({ scope: 0b1_0000_0001 }), 'ScopeTooWide').withArgs(0b1_0000_0001, 0xff)
      await refuses(request({ scope: 2n ** 127n }), 'ScopeTooWide').withArgs(2n ** 127n, 0xff)
      await request({ scope: 0xff })
      await scene.act('tax', 'catalogue', 'update', CONDITIONAL, describeResource('conditional', { fieldCount: 128 }))
      await request({ scope: 2n ** 128n - 1n })
    })

    it('wants a period that is not empty and not over', async () => {
      await scene.at(START + 5_000)
      await refuses(request({ from: END, until: END }), 'PeriodInvalid').withArgs(END, END, START + 5_000)
      await scene.at(START + 6_000)
      await refuses(request({ from: 0, until: START + 6_000 }), 'PeriodInvalid').withArgs(
        0,
        START + 6_000,
        START + 6_000,
      )
      await scene.at(START + 7_000)
      await request({ from: 0, until: START + 7_001 })
    })

    it('wants a quota of at least one byte and one row', async () => {
      await refuses(request({ quota: { byteCount: 0, rowCount: 5 } }), 'QuotaEmpty').withArgs(0, 5)
      await refuses(request({ quota: { byteCount: 5, rowCount: 0 } }), 'QuotaEmpty').withArgs(5, 0)
    })
  })

  describe('grant', () => {
    beforeEach(() => request())

    it('by the provider may give less than was asked for', async () => {
      await scene.at(START + DAY)
      const receipt = await scene.act(
        'tax',
        'accessLedger',
        'grant',
        1,
        END - DAY,
        { byteCount: 500, rowCount: 7 },
        REASON,
      )
      expect(scene.said(receipt)).to.deep.equal([
        {
          name: 'AccessGranted',
          args: {
            id: 1n,
            resource: 1n,
            consumer: 2n,
            provider: 1n,
            automatic: false,
            from: START + DAY,
            until: END - DAY,
            quota: { byteCount: 500n, rowCount: 7n },
            reasonDigest: REASON,
          },
        },
      ])
      await refuses(share(1, { rowCount: 8 }), 'RowQuotaExceeded').withArgs(1, 8, 7)
      await scene.at(END - DAY)
      await refuses(share(1), 'GrantExpired').withArgs(1, END - DAY, END - DAY)
    })

    it('never starts before the block that gives it, and not before what was asked for', async () => {
      await request({ from: START + 10 * DAY })
      await scene.at(START + DAY)
      const [granted] = scene.said(await scene.act('tax', 'accessLedger', 'grant', 2, END, QUOTA, ZeroHash))
      expect(granted).to.have.nested.property('args.from', START + 10 * DAY)
      await scene.at(START + 10 * DAY - 1)
      await refuses(share(2), 'GrantNotStarted').withArgs(2, START + 10 * DAY, START + 10 * DAY - 1)
      await scene.at(START + 10 * DAY)
      await share(2)
    })

    it('may not give more than was asked for, or nothing', async () => {
      await refuses(grant(1, END + 1), 'PeriodWidened').withArgs(1, END + 1, END)
      await refuses(grant(1, END, { byteCount: 1_001, rowCount: 1 }), 'QuotaWidened').withArgs(
        1,
        [1_001, 1],
        [1_000, 100],
      )
      await refuses(grant(1, END, { byteCount: 1, rowCount: 101 }), 'QuotaWidened').withArgs(1, [1, 101], [1_000, 100])
      await refuses(grant(1, END, { byteCount: 0, rowCount: 1 }), 'QuotaEmpty').withArgs(0, 1)
      await refuses(grant(1, END, { byteCount: 1, rowCount: 0 }), 'QuotaEmpty').withArgs(1, 0)
    })

    it('is for the provider alone', async () => {
      const by = (party: Party): Promise<unknown> => scene.send(party, 'accessLedger', 'grant', 1, END, QUOTA, REASON)
      await refuses(by('archive'), 'NotTheProvider').withArgs(1, 4, 1)
      await refusesParty(by('statistics'), 'KindMissing').withArgs(2, 2, 1)
      await refusesParty(by('stranger'), 'AccountUnknown').withArgs(scene.accounts.stranger)
      await suspend(1)
      await refusesParty(by('tax'), 'OrganisationNotActive').withArgs(1, suspended.value)
    })

    it('is not given to a suspended consumer', async () => {
      await suspend(2)
      await refusesParty(grant(1), 'OrganisationNotActive').withArgs(2, suspended.value)
    })

    it('is given once', async () => {
      await refuses(grant(9), 'GrantUnknown').withArgs(9)
      await refuses(grant(0), 'GrantUnknown').withArgs(0)
      await grant(1)
      await refuses(grant(1), 'GrantStateWrong').withArgs(1, GRANT_STATES.granted.value, GRANT_STATES.requested.value)
    })

    it('may not end before it starts', async () => {
      await request({ from: START + 10 * DAY })
      await scene.at(START + DAY)
      await refuses(grant(2, START + 10 * DAY), 'PeriodInvalid').withArgs(
        START + 10 * DAY,
        START + 10 * DAY,
        START + DAY,
      )
      await scene.at(START + 2 * DAY)
      await refuses(grant(1, START + DAY), 'PeriodInvalid').withArgs(START + 2 * DAY, START + DAY, START + 2 * DAY)
    })

    it('comes too late after the period asked for', async () => {
      await scene.at(END)
      await refuses(grant(1), 'RequestLapsed').withArgs(1, END, END)
      await scene.at(END + 1)
      await scene.act('tax', 'accessLedger', 'refuse', 1, REASON)
    })

    it('is refused once the resource is withheld or withdrawn', async () => {
      await scene.act('tax', 'catalogue', 'update', CONDITIONAL, describeResource('withheld'))
      await refusesResource(grant(1), 'ResourceIsWithheld').withArgs(1)
      await scene.act('tax', 'catalogue', 'withdraw', CONDITIONAL, DIGEST)
      await refusesResource(grant(1), 'ResourceIsWithdrawn').withArgs(1)
      await scene.act('tax', 'accessLedger', 'refuse', 1, REASON)
    })
  })

  describe('refuse', () => {
    beforeEach(() => request())

    it('says why', async () => {
      const receipt = await scene.act('tax', 'accessLedger', 'refuse', 1, REASON)
      expect(scene.said(receipt)).to.deep.equal([
        { name: 'AccessRefused', args: { id: 1n, resource: 1n, consumer: 2n, provider: 1n, reasonDigest: REASON } },
      ])
      expect(await stateOf(1)).to.equal('refused')
      await refuses(grant(1), 'GrantStateWrong').withArgs(1, GRANT_STATES.refused.value, GRANT_STATES.requested.value)
      await refuses(share(1), 'GrantStateWrong').withArgs(1, GRANT_STATES.refused.value, GRANT_STATES.granted.value)
    })

    it('is for the provider, with a reason, once', async () => {
      const by = (party: Party, reason = REASON): Promise<unknown> =>
        scene.send(party, 'accessLedger', 'refuse', 1, reason)
      await refuses(by('tax', ZeroHash), 'ReasonMissing').withArgs(1)
      await refuses(by('archive'), 'NotTheProvider').withArgs(1, 4, 1)
      await by('tax')
      await refuses(by('tax'), 'GrantStateWrong').withArgs(1, GRANT_STATES.refused.value, GRANT_STATES.requested.value)
      await refuses(scene.send('tax', 'accessLedger', 'refuse', 5, REASON), 'GrantUnknown').withArgs(5)
    })
  })

  describe('revoke', () => {
    beforeEach(() => request({}, UNCONDITIONAL))

    it('ends a grant from that block on', async () => {
      await share(1)
      const receipt = await scene.act('tax', 'accessLedger', 'revoke', 1, REASON)
      expect(scene.said(receipt)).to.deep.equal([
        { name: 'GrantRevoked', args: { id: 1n, resource: 2n, consumer: 2n, provider: 1n, reasonDigest: REASON } },
      ])
      expect(await stateOf(1)).to.equal('revoked')
      await refuses(share(1), 'GrantStateWrong').withArgs(1, GRANT_STATES.revoked.value, GRANT_STATES.granted.value)
    })

    it('is for the provider, with a reason, while the grant runs', async () => {
      const by = (party: Party, reason = REASON): Promise<unknown> =>
        scene.send(party, 'accessLedger', 'revoke', 1, reason)
      await refuses(by('tax', ZeroHash), 'ReasonMissing').withArgs(1)
      await refuses(by('archive'), 'NotTheProvider').withArgs(1, 4, 1)
      await request()
      const early = scene.send('tax', 'accessLedger', 'revoke', 2, REASON)
      await refuses(early, 'GrantStateWrong').withArgs(2, GRANT_STATES.requested.value, GRANT_STATES.granted.value)
      await scene.at(END)
      await refuses(by('tax'), 'GrantExpired').withArgs(1, END, END)
    })
  })

  describe('share and download', () => {
    beforeEach(() => request({}, UNCONDITIONAL))

    it('tie what was delivered to its grant', async () => {
      const handover = handoverOf({ channel: CHANNELS['bulk-download'].value, logFirst: 5, logEnd: 9, scope: 0b101 })
      const receipt = await scene.act('tax', 'accessLedger', 'share', 1, handover)
      const expected = {
        name: 'Delivered',
        args: {
          grant: 1n,
          resource: 2n,
          consumer: 2n,
          recordedBy: 1n,
          kind: 'share',
          handover: {
            channel: 'bulk-download',
            rowCount: 1n,
            byteCount: 10n,
            scope: 0b101n,
            contentDigest: DIGEST,
            logFirst: 5n,
            logEnd: 9n,
          },
        },
      }
      expect(scene.said(receipt)).to.deep.equal([expected])
    })

    it('of a download may be recorded by either side, and the event says by which', async () => {
      for (const [party, recordedBy] of [
        ['statistics', 2n],
        ['tax', 1n],
      ] as const) {
        const [event] = scene.said(await scene.act(party, 'accessLedger', 'download', 1, handoverOf()))
        expect(event).to.have.nested.property('args.kind', 'download')
        expect(event).to.have.nested.property('args.recordedBy', recordedBy)
      }
    })

    it('are refused to others', async () => {
      await refuses(share(1, {}, 'statistics'), 'NotTheProvider').withArgs(1, 2, 1)
      await refuses(share(1, {}, 'archive'), 'NotTheProvider').withArgs(1, 4, 1)
      await refuses(download(1, {}, 'traffic'), 'NotAParty').withArgs(1, 3, 1, 2)
      await refusesParty(share(1, {}, 'stranger'), 'AccountUnknown').withArgs(scene.accounts.stranger)
    })

    it('are refused without a running grant', async () => {
      await refuses(share(8), 'GrantUnknown').withArgs(8)
      await request()
      await refuses(share(2), 'GrantStateWrong').withArgs(2, GRANT_STATES.requested.value, GRANT_STATES.granted.value)
      await scene.at(END - 1)
      await share(1)
      await scene.at(END)
      await refuses(share(1), 'GrantExpired').withArgs(1, END, END)
    })

    it('are refused while either side is suspended, whoever records them', async () => {
      await suspend(2)
      await refusesParty(share(1), 'OrganisationNotActive').withArgs(2, suspended.value)
      await refusesParty(download(1), 'OrganisationNotActive').withArgs(2, suspended.value)
      await scene.act('registrar', 'organisations', 'setStatus', 2, STATUSES.active.value, DIGEST)
      await suspend(1)
      await refusesParty(share(1), 'OrganisationNotActive').withArgs(1, suspended.value)
      await refusesParty(download(1), 'OrganisationNotActive').withArgs(1, suspended.value)
    })

    it('are refused once the resource is withheld or withdrawn', async () => {
      await scene.act('tax', 'catalogue', 'update', UNCONDITIONAL, describeResource('withheld'))
      await refusesResource(share(1), 'ResourceIsWithheld').withArgs(2)
      await scene.act('tax', 'catalogue', 'withdraw', UNCONDITIONAL, DIGEST)
      await refusesResource(download(1), 'ResourceIsWithdrawn').withArgs(2)
    })

    it('outlive another version of the resource', async () => {
      await scene.act('tax', 'catalogue', 'update', UNCONDITIONAL, describeResource('conditional', { fieldCount: 20 }))
      await share(1)
      await refuses(share(1, { scope: 0b1_0000 }), 'DeliveryScopeTooWide').withArgs(1, 0b1_0000, 0b1111)
    })

    it('stay within scope and quota', async () => {
      await refuses(share(1, { scope: 0 }), 'DeliveryScopeEmpty').withArgs(1)
      await refuses(share(1, { scope: 0b1_0001 }), 'DeliveryScopeTooWide').withArgs(1, 0b1_0001, 0b1111)
      await refuses(share(1, { byteCount: 1_001 }), 'ByteQuotaExceeded').withArgs(1, 1_001, 1_000)
      await refuses(share(1, { rowCount: 101 }), 'RowQuotaExceeded').withArgs(1, 101, 100)
      await refuses(share(1, { byteCount: 2n ** 64n - 1n }), 'ByteQuotaExceeded').withArgs(1, 2n ** 64n - 1n, 1_000)
      await share(1, { byteCount: 400, rowCount: 60 })
      await refuses(share(1, { byteCount: 601 }), 'ByteQuotaExceeded').withArgs(1, 601, 600)
      await refuses(download(1, { rowCount: 41 }), 'RowQuotaExceeded').withArgs(1, 41, 40)
      await download(1, { byteCount: 600, rowCount: 40 })
      await refuses(share(1), 'ByteQuotaExceeded').withArgs(1, 10, 0)
    })

    it('of "unlimited" stop at the largest number and never wrap around', async () => {
      await request({ quota: { byteCount: UNLIMITED, rowCount: UNLIMITED } }, UNCONDITIONAL)
      await share(2, { byteCount: UNLIMITED - 1n, rowCount: 1 })
      await refuses(share(2, { byteCount: 2 }), 'ByteQuotaExceeded').withArgs(2, 2, 1)
      await share(2, { byteCount: 1 })
    })

    it('say what was delivered', async () => {
      await refuses(share(1, { rowCount: 0, byteCount: 0 }), 'DeliveryEmpty').withArgs(1)
      await refuses(share(1, { logFirst: 5, logEnd: 4 }), 'LogRangeInvalid').withArgs(1, 5, 4)
      await refuses(share(1, { contentDigest: ZeroHash }), 'DeliveryUnidentified').withArgs(1)
      await refuses(share(1, { contentDigest: ZeroHash, logFirst: 7, logEnd: 7 }), 'DeliveryUnidentified').withArgs(1)
      await share(1, { contentDigest: ZeroHash, logFirst: 7, logEnd: 8 })
      await share(1, { rowCount: 0 })
      await share(1, { byteCount: 0 })
    })
  })

  describe('deliver', () => {
    const delivery = (grant: number, changes: object = {}, kind: keyof typeof DELIVERY_KINDS = 'share'): object => ({
      grant,
      kind: DELIVERY_KINDS[kind].value,
      handover: handoverOf(changes),
    })
    beforeEach(async () => {
      await request({}, UNCONDITIONAL) // 1: statistics, of tax
      await scene.act('traffic', 'accessLedger', 'request', requestFor(UNCONDITIONAL)) // 2: traffic, of tax
      await scene.act('archive', 'catalogue', 'register', 'A-1', DIGEST, describeResource('unconditional'))
      await scene.act('tax', 'accessLedger', 'request', requestFor(4n)) // 3: tax, of archive
    })

    it('records a batch across grants, resources and sides', async () => {
      const batch = [delivery(1), delivery(2), delivery(3, {}, 'download'), delivery(1, {}, 'download'), delivery(1)]
      const receipt = await scene.act('tax', 'accessLedger', 'deliver', batch)
      const shown = scene.said(receipt).map(({ args }) => {
        const { grant, resource, consumer, recordedBy, kind } = args as Record<string, unknown>
        return [grant, resource, consumer, recordedBy, kind]
      })
      expect(shown).to.deep.equal([
        [1n, 2n, 2n, 1n, 'share'],
        [2n, 2n, 3n, 1n, 'share'],
        [3n, 4n, 1n, 1n, 'download'],
        [1n, 2n, 2n, 1n, 'download'],
        [1n, 2n, 2n, 1n, 'share'],
      ])
    })

    it('records all or none, and counts a quota across the batch', async () => {
      const half = { byteCount: 500 }
      const batch = (...deliveries: object[]): Promise<unknown> =>
        scene.send('tax', 'accessLedger', 'deliver', deliveries)
      await refuses(
        batch(delivery(1, half), delivery(2), delivery(1, half), delivery(1)),
        'ByteQuotaExceeded',
      ).withArgs(1, 10, 0)
      await batch(delivery(1, half), delivery(2), delivery(1, half))
      expect(await stateOf(1)).to.equal('exhausted')
    })

    it('looks at every consumer and every resource, however a batch mixes them', async () => {
      const batch = (...deliveries: object[]): Promise<unknown> =>
        scene.send('tax', 'accessLedger', 'deliver', deliveries)
      await refuses(batch(delivery(1), delivery(3)), 'NotTheProvider').withArgs(3, 1, 4)
      await suspend(3)
      await refusesParty(batch(delivery(1), delivery(2), delivery(1)), 'OrganisationNotActive').withArgs(
        3,
        suspended.value,
      )
      await suspend(4)
      await refusesParty(batch(delivery(1), delivery(3, {}, 'download')), 'OrganisationNotActive').withArgs(
        4,
        suspended.value,
      )
      await scene.act('tax', 'catalogue', 'withdraw', UNCONDITIONAL, DIGEST)
      await refusesResource(batch(delivery(1)), 'ResourceIsWithdrawn').withArgs(2)
    })

    it('refuses an empty batch and a stranger', async () => {
      await refuses(scene.send('tax', 'accessLedger', 'deliver', []), 'BatchEmpty').withArgs()
      await refuses(scene.send('archive', 'accessLedger', 'deliver', [delivery(1)]), 'NotTheProvider').withArgs(1, 4, 1)
      await refusesParty(scene.send('stranger', 'accessLedger', 'deliver', [delivery(1)]), 'AccountUnknown')
    })
  })

  describe('stateOf', () => {
    it('follows time and quota', async () => {
      expect(await stateOf(1)).to.equal('none')
      await refuses(scene.view('accessLedger', 'grantOf', 1), 'GrantUnknown').withArgs(1)
      await request({}, UNCONDITIONAL)
      expect(await stateOf(1)).to.equal('granted')
      await share(1, { rowCount: 100, byteCount: 1 })
      expect(await stateOf(1)).to.equal('exhausted')
      await scene.request('evm_increaseTime', [30 * DAY])
      await scene.request('evm_mine', [])
      expect(await stateOf(1)).to.equal('expired')
    })
  })
})
