// Behaviour: deliveries.tree. The log's range of a delivery, and every number in it, is what an attacker chooses: the
// last suite compares the contract's one-comparison tests with the rules written out.

import { expect } from 'chai'
import { type Interface, ZeroHash } from 'ethers'
import fc from 'fast-check'
import { interfaceOf } from '../../src/chain/abi.ts'
import { UNLIMITED } from '../../src/chain/terms.ts'
import {
  CONDITIONAL,
  DAY,
  DIGEST,
  describeResource,
  handoverOf,
  type Party,
  START,
  UNCONDITIONAL,
  useScene,
} from './fixture.ts'
import {
  authorise,
  deliveryOf,
  END,
  grantActs,
  ID,
  IN_PLACE,
  KIND,
  LOG,
  release,
  STATE,
  SUSPENDED,
  statementOf,
} from './grant-acts.ts'

describe('AccessLedger: deliveries', () => {
  const scene = useScene()
  const acts = grantActs(scene)
  const { send, told, request, refuses, says, stateOf, grant, share, download, deliver, veto, suspend, pass } = acts
  const entrust = (log = LOG, operator: bigint = ID.platform): Promise<unknown> => send('tax', 'entrust', operator, log)
  const compute = (party: Party, inputs: readonly object[], algorithm = DIGEST, output = LOG): Promise<unknown> =>
    send(party, 'compute', inputs, algorithm, output)
  const input = (id: number, changes: object = {}): object => ({
    grant: id,
    rowCount: 1,
    byteCount: 10,
    scope: 1,
    ...changes,
  })

  describe('share and download', () => {
    beforeEach(() => request({}, UNCONDITIONAL))

    it('tie what was delivered to its grant', async () => {
      const handover = handoverOf({ channel: 3, logFirst: 5, logEnd: 9, scope: 0b101 })
      expect(await told('tax', 'share', 1, handover)).to.deep.equal([
        {
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
              accessCount: 0n,
              logFirst: 5n,
              logEnd: 9n,
            },
          },
        },
      ])
    })

    it('of a download may be recorded by either side, and the event says by which', async () => {
      for (const [party, recordedBy] of [
        ['statistics', 2n],
        ['tax', 1n],
      ] as const) {
        const [event] = await told(party, 'download', 1, handoverOf())
        expect(event).to.have.nested.property('args.kind', 'download')
        expect(event).to.have.nested.property('args.recordedBy', recordedBy)
      }
    })

    it('are refused to others', async () => {
      await refuses(share(1, {}, 'statistics'), 'NotTheProvider').withArgs(1, ID.statistics, ID.tax)
      await refuses(share(1, {}, 'archive'), 'NotTheProvider').withArgs(1, ID.archive, ID.tax)
      await refuses(download(1, {}, 'traffic'), 'NotAParty').withArgs(1, ID.traffic, ID.tax, ID.statistics)
      await refuses(share(1, {}, 'stranger'), 'AccountUnknown', 'organisations').withArgs(scene.accounts.stranger)
    })

    it('are refused without a running grant', async () => {
      await refuses(share(8), 'GrantUnknown').withArgs(8)
      await request()
      await refuses(share(2), 'GrantStateWrong').withArgs(2, STATE.requested, STATE.granted)
      await scene.at(END - 1)
      await share(1)
      await scene.at(END)
      await refuses(share(1), 'GrantExpired').withArgs(1, END, END)
    })

    it('are refused before the grant starts', async () => {
      const from = START + DAY
      await request({ from }, UNCONDITIONAL)
      await scene.at(from - 1)
      await refuses(share(2), 'GrantNotStarted').withArgs(2, from, from - 1)
      await scene.at(from)
      await share(2)
    })

    it('are refused under a veto: on the grant, the resource, or either side', async () => {
      await veto(1)
      await refuses(download(1), 'GrantIsVetoed').withArgs(1, 1)
      await request({}, UNCONDITIONAL)
      await scene.act('inspector', 'catalogue', 'vetoResource', UNCONDITIONAL, DIGEST, ZeroHash)
      await refuses(share(2), 'ResourceIsVetoed', 'catalogue').withArgs(2, 2)
      for (const party of ['inspector', 'regulator'] as const) {
        await scene.act(party, 'catalogue', 'liftResourceVeto', UNCONDITIONAL, 1, DIGEST)
      }
      await scene.act('inspector', 'organisations', 'vetoOrganisation', ID.tax, DIGEST, ZeroHash)
      await refuses(download(2), 'OrganisationIsVetoed', 'organisations').withArgs(ID.tax)
      for (const party of ['inspector', 'regulator'] as const) {
        await scene.act(party, 'organisations', 'liftOrganisationVeto', ID.tax, 1, DIGEST)
      }
      await scene.act('inspector', 'organisations', 'vetoOrganisation', ID.statistics, DIGEST, ZeroHash)
      await refuses(share(2), 'OrganisationIsVetoed', 'organisations').withArgs(ID.statistics)
    })

    it('are refused while either side is suspended, whoever records them', async () => {
      await suspend(ID.statistics)
      const inactive = (act: Promise<unknown>, id: bigint): Chai.AsyncAssertion =>
        refuses(act, 'OrganisationNotActive', 'organisations').withArgs(id, SUSPENDED)
      await inactive(share(1), ID.statistics)
      await inactive(download(1), ID.statistics)
      await scene.act('registrar', 'organisations', 'setStatus', ID.statistics, 0, DIGEST)
      await suspend(ID.tax)
      await inactive(share(1), ID.tax)
      await inactive(download(1), ID.tax)
    })

    it('are refused once the resource is withheld or withdrawn', async () => {
      await scene.act('tax', 'catalogue', 'update', UNCONDITIONAL, describeResource('withheld'))
      await refuses(share(1), 'ResourceIsWithheld', 'catalogue').withArgs(2)
      await scene.act('tax', 'catalogue', 'withdraw', UNCONDITIONAL, DIGEST)
      await refuses(download(1), 'ResourceIsWithdrawn', 'catalogue').withArgs(2)
    })

    it('outlive another version of the resource', async () => {
      await scene.act('tax', 'catalogue', 'update', UNCONDITIONAL, describeResource('conditional', { fieldCount: 20 }))
      await share(1)
      await refuses(share(1, { scope: 0b1_0000 }), 'DeliveryScopeTooWide').withArgs(1, 0b1_0000, 0b1111)
    })

    it('stay within scope and quota', async () => {
      await refuses(share(1, { scope: 0 }), 'DeliveryScopeEmpty').withArgs(1)
      await refuses(share(1, { scope: 0b1_0001 }), 'DeliveryScopeTooWide').withArgs(1, 0b1_0001, 0b1111)
      await refuses(share(1, { scope: 2n ** 127n }), 'DeliveryScopeTooWide').withArgs(1, 2n ** 127n, 0b1111)
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
      await share(2, { byteCount: UNLIMITED - 1n, rowCount: UNLIMITED })
      await refuses(share(2, { byteCount: 2, rowCount: 0 }), 'ByteQuotaExceeded').withArgs(2, 2, 1)
      await share(2, { byteCount: 1, rowCount: 0 })
      await refuses(share(2, { byteCount: 0, rowCount: 1 }), 'RowQuotaExceeded').withArgs(2, 1, 0)
    })

    it('of the whole of 128 fields take all of them', async () => {
      const whole = 2n ** 128n - 1n
      await scene.act(
        'tax',
        'catalogue',
        'update',
        UNCONDITIONAL,
        describeResource('unconditional', { fieldCount: 128 }),
      )
      await request({ scope: whole }, UNCONDITIONAL)
      await share(2, { scope: whole })
      await share(2, { scope: 2n ** 127n })
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

    it('sum up no access lines', async () => {
      await refuses(share(1, { accessCount: 1, logEnd: 5 }), 'DeliveryKindWrong').withArgs(1, KIND.share)
      await refuses(download(1, { accessCount: 1, logEnd: 5 }), 'DeliveryKindWrong').withArgs(1, KIND.download)
    })
  })

  describe('statements', () => {
    beforeEach(() => request({}, UNCONDITIONAL))
    const state = (party: Party, changes: object = {}): Promise<unknown> =>
      deliver(party, deliveryOf(1, KIND.statement, statementOf(changes)))

    it('are for the provider, or the operator that it entrusted with its log', async () => {
      await state('tax')
      await refuses(state('platform'), 'NotAParty').withArgs(1, ID.platform, ID.tax, ID.statistics)
      await entrust()
      const said = await told('platform', 'deliver', [deliveryOf(1, KIND.statement, statementOf())])
      expect(said[0]).to.have.nested.property('args.recordedBy', ID.platform)
      expect(said[0]).to.have.nested.property('args.kind', 'statement')
      for (const kind of [KIND.share, KIND.download]) {
        const error = kind === KIND.share ? 'NotTheProvider' : 'NotAParty'
        await refuses(deliver('platform', deliveryOf(1, kind)), error)
      }
      await entrust(ZeroHash)
      await refuses(state('platform'), 'NotAParty').withArgs(1, ID.platform, ID.tax, ID.statistics)
    })

    it('are not for the consumer, nor for who is a platform operator no more', async () => {
      await refuses(state('statistics'), 'NotAParty').withArgs(1, ID.statistics, ID.tax, ID.statistics)
      await entrust()
      await scene.act('registrar', 'organisations', 'update', ID.platform, '平台', 2)
      await refuses(state('platform'), 'NotAParty').withArgs(1, ID.platform, ID.tax, ID.statistics)
    })

    it('sum up some lines, and no more than the range holds', async () => {
      const wrong = (changes: object): Chai.CustomErrorAssertion => refuses(state('tax', changes), 'StatementInvalid')
      await wrong({ accessCount: 0 }).withArgs(1, 0, 100, 150)
      await wrong({ accessCount: 51 }).withArgs(1, 51, 100, 150)
      await wrong({ logEnd: 100 }).withArgs(1, 40, 100, 100)
      await refuses(state('tax', { logEnd: 99 }), 'LogRangeInvalid').withArgs(1, 100, 99)
      await state('tax', { accessCount: 50 })
      await state('tax', { accessCount: 1, contentDigest: DIGEST })
    })

    it('bind the quota like any delivery', async () => {
      await state('tax', { byteCount: 990 })
      await refuses(state('tax', { byteCount: 11 }), 'ByteQuotaExceeded').withArgs(1, 11, 10)
    })
  })

  describe('deliver', () => {
    beforeEach(async () => {
      await request({}, UNCONDITIONAL) // 1: statistics, of tax
      await request({}, UNCONDITIONAL, 'traffic') // 2: traffic, of tax
      await scene.act('archive', 'catalogue', 'register', 'A-1', DIGEST, describeResource('unconditional'))
      await request({}, 4n, 'tax') // 3: tax, of archive
    })
    const other = deliveryOf(3, KIND.download)

    it('records a batch across grants, resources and sides', async () => {
      const batch = [deliveryOf(1), deliveryOf(2), other, deliveryOf(1, KIND.download), deliveryOf(1)]
      const said = await told('tax', 'deliver', batch)
      const shown = said.map(({ args }) => {
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
      const half = deliveryOf(1, KIND.share, { byteCount: 500 })
      await refuses(deliver('tax', half, deliveryOf(2), half, deliveryOf(1)), 'ByteQuotaExceeded').withArgs(1, 10, 0)
      await deliver('tax', half, deliveryOf(2), half)
      expect(await stateOf(1)).to.equal(STATE.exhausted)
    })

    it('looks at every consumer, resource and side, however a batch mixes them', async () => {
      await refuses(deliver('tax', deliveryOf(1), deliveryOf(3)), 'NotTheProvider').withArgs(3, ID.tax, ID.archive)
      await suspend(ID.traffic)
      const inactive = (act: Promise<unknown>): Chai.CustomErrorAssertion =>
        refuses(act, 'OrganisationNotActive', 'organisations')
      await inactive(deliver('tax', deliveryOf(1), deliveryOf(2), deliveryOf(1))).withArgs(ID.traffic, SUSPENDED)
      await suspend(ID.archive)
      await inactive(deliver('tax', deliveryOf(1), other)).withArgs(ID.archive, SUSPENDED)
      await scene.act('tax', 'catalogue', 'withdraw', UNCONDITIONAL, DIGEST)
      await refuses(deliver('tax', deliveryOf(1)), 'ResourceIsWithdrawn', 'catalogue').withArgs(2)
    })

    it('looks at a veto on each grant of a batch', async () => {
      await request({}, UNCONDITIONAL) // 4, like 1
      await veto(4)
      await refuses(deliver('tax', deliveryOf(1), deliveryOf(4)), 'GrantIsVetoed').withArgs(4, 4)
    })

    it('refuses an empty batch, a stranger, and computations', async () => {
      await refuses(deliver('tax'), 'BatchEmpty').withArgs()
      await refuses(deliver('archive', deliveryOf(1)), 'NotTheProvider').withArgs(1, ID.archive, ID.tax)
      await refuses(deliver('stranger', deliveryOf(1)), 'AccountUnknown', 'organisations')
      await refuses(deliver('tax', deliveryOf(1, KIND.computation)), 'DeliveryKindWrong').withArgs(1, KIND.computation)
    })
  })

  describe('under an agreement, and of a product', () => {
    beforeEach(async () => {
      await authorise(scene)
      await request({ agreement: 1 }, CONDITIONAL, 'operator') // 1
      await grant(1)
    })

    it('stop with the agreement, all at once and in one batch with others', async () => {
      await request({}, UNCONDITIONAL, 'operator') // 2: the same sides, under no agreement
      await request({}, CONDITIONAL, 'operator') // 3: the same resource, under no agreement
      await grant(3)
      await deliver('tax', deliveryOf(3), deliveryOf(1), deliveryOf(2))
      await scene.act('agency', 'agreements', 'endAgreement', 1, DIGEST)
      const error = 'AgreementNotInForce'
      await refuses(share(1), error, 'agreements')
      await refuses(deliver('tax', deliveryOf(3), deliveryOf(1)), error, 'agreements')
      await deliver('tax', deliveryOf(3), deliveryOf(2))
    })

    it('stop with the release of the product, and with a veto on its source', async () => {
      await release(scene, [1], 'unconditional')
      await request({}, 4n) // 2
      await share(2, {}, 'operator')
      await veto(1)
      await refuses(share(2, {}, 'operator'), 'GrantIsVetoed').withArgs(2, 1)
      for (const party of ['inspector', 'regulator'] as const) await acts.lift(1, party)
      await scene.act('agency', 'products', 'withdrawProduct', 4, DIGEST)
      await refuses(share(2, {}, 'operator'), 'ProductNotReleased', 'products')
    })
  })

  describe('compute', () => {
    beforeEach(async () => {
      await request({}, UNCONDITIONAL) // 1: statistics, of tax
      await request({}, UNCONDITIONAL) // 2: statistics, of tax
      await scene.act('archive', 'catalogue', 'register', 'A-1', DIGEST, describeResource('unconditional'))
      await request({}, 4n) // 3: statistics, of archive
      await request({}, UNCONDITIONAL, 'traffic') // 4: traffic, of tax
    })

    it('records each input and the output, and takes from each quota', async () => {
      const said = await told(
        'statistics',
        'compute',
        [input(1), input(3, { byteCount: 1_000, scope: 0b11 })],
        DIGEST,
        LOG,
      )
      const delivered = (grant: bigint, resource: bigint, byteCount: bigint, scope: bigint): object => ({
        name: 'Delivered',
        args: {
          grant,
          resource,
          consumer: ID.statistics,
          recordedBy: ID.statistics,
          kind: 'computation',
          handover: {
            channel: 'in-place',
            rowCount: 1n,
            byteCount,
            scope,
            contentDigest: LOG,
            accessCount: 0n,
            logFirst: 0n,
            logEnd: 0n,
          },
        },
      })
      expect(said).to.deep.equal([
        delivered(1n, 2n, 10n, 1n),
        delivered(3n, 4n, 1_000n, 0b11n),
        {
          name: 'Computed',
          args: {
            outputDigest: LOG,
            consumer: ID.statistics,
            recordedBy: ID.statistics,
            algorithmDigest: DIGEST,
            inputs: [1n, 3n],
          },
        },
      ])
      expect(await stateOf(3)).to.equal(STATE.exhausted)
      await refuses(compute('statistics', [input(1), input(3)]), 'ByteQuotaExceeded').withArgs(3, 10, 0)
    })

    it('is for the consumer of all inputs, or the provider of all', async () => {
      await compute('tax', [input(1), input(2)])
      await refuses(compute('tax', [input(1), input(3)]), 'NotAParty').withArgs(3, ID.tax, ID.archive, ID.statistics)
      await refuses(compute('traffic', [input(1)]), 'NotAParty').withArgs(1, ID.traffic, ID.tax, ID.statistics)
      await entrust()
      await refuses(compute('platform', [input(1)]), 'NotAParty').withArgs(1, ID.platform, ID.tax, ID.statistics)
    })

    it('takes 1 to 32 grants of one consumer, ascending', async () => {
      await refuses(compute('tax', []), 'BatchEmpty').withArgs()
      await refuses(compute('tax', [input(1), input(1)]), 'InputInvalid').withArgs(1)
      await refuses(compute('tax', [input(2), input(1)]), 'InputInvalid').withArgs(1)
      await refuses(compute('tax', [input(1), input(4)]), 'InputInvalid').withArgs(4)
      const many = Array.from({ length: 33 }, (_, i) => input(i + 1))
      await refuses(compute('tax', many), 'InputInvalid').withArgs(33)
      await refuses(compute('tax', [input(0)]), 'GrantUnknown').withArgs(0)
      for (let id = 5; id <= 33; id++) await request({}, UNCONDITIONAL)
      const own = many.filter((_, i) => i !== 3)
      expect(own).to.have.length(32)
      await compute('statistics', own)
    })

    it('names algorithm and output, and takes something', async () => {
      await refuses(compute('tax', [input(1)], ZeroHash), 'ComputationDigestMissing').withArgs()
      await refuses(compute('tax', [input(1)], DIGEST, ZeroHash), 'ComputationDigestMissing').withArgs()
      await refuses(compute('tax', [input(1, { scope: 0 })]), 'DeliveryScopeEmpty').withArgs(1)
      await refuses(compute('tax', [input(1, { rowCount: 0, byteCount: 0 })]), 'DeliveryEmpty').withArgs(1)
    })

    it('stops under a veto', async () => {
      await veto(2)
      await refuses(compute('statistics', [input(1), input(2)]), 'GrantIsVetoed').withArgs(2, 2)
    })
  })

  describe('confirmReceipt', () => {
    const confirm = (id: number, party: Party = 'statistics', digest = DIGEST): Promise<unknown> =>
      send(party, 'confirmReceipt', id, digest)

    it('is for the consumer, also after the end and under a veto', async () => {
      await request({}, UNCONDITIONAL)
      await says(confirm(1), 'ReceiptConfirmed').withArgs(1, UNCONDITIONAL, ID.statistics, DIGEST)
      await refuses(confirm(1, 'tax'), 'NotTheConsumer').withArgs(1, ID.tax, ID.statistics)
      await refuses(confirm(1, 'statistics', ZeroHash), 'ContentDigestMissing').withArgs(1)
      await veto(1)
      await confirm(1)
      await send('tax', 'revoke', 1, DIGEST)
      await confirm(1)
      await scene.at(END)
      await confirm(1)
    })

    it('is of something that was granted', async () => {
      await refuses(confirm(1), 'GrantUnknown').withArgs(1)
      await request()
      await refuses(confirm(1), 'GrantStateWrong').withArgs(1, STATE.requested, STATE.granted)
      await send('tax', 'refuse', 1, DIGEST)
      await refuses(confirm(1), 'GrantStateWrong').withArgs(1, STATE.refused, STATE.granted)
    })
  })

  describe('entrust', () => {
    it('names the log of a platform operator, and takes it back', async () => {
      const logOf = (): Promise<unknown> => scene.view('accessLedger', 'entrustedLog', ID.tax, ID.platform)
      await says(entrust(), 'OperatorEntrusted').withArgs(ID.tax, ID.platform, LOG)
      expect(await logOf()).to.equal(LOG)
      await refuses(entrust(), 'EntrustedUnchanged').withArgs(ID.tax, ID.platform, LOG)
      await entrust(DIGEST)
      await entrust(ZeroHash)
      expect(await logOf()).to.equal(ZeroHash)
      await refuses(entrust(ZeroHash), 'EntrustedUnchanged').withArgs(ID.tax, ID.platform, ZeroHash)
    })

    it('is refused for anybody else, but can be taken back from who was one', async () => {
      await refuses(entrust(LOG, ID.traffic), 'KindMissing', 'organisations').withArgs(ID.traffic, 2, 4)
      await refuses(entrust(LOG, 99n), 'OrganisationUnknown', 'organisations').withArgs(99)
      await entrust()
      await scene.act('registrar', 'organisations', 'update', ID.platform, '平台', 2)
      await entrust(ZeroHash)
    })
  })

  describe('checkUsable', () => {
    const usable = (id: number): Promise<unknown> => scene.view('accessLedger', 'checkUsable', id)

    it('says why a grant cannot be used', async () => {
      await refuses(usable(1), 'GrantUnknown').withArgs(1)
      await request()
      await refuses(usable(1), 'GrantStateWrong').withArgs(1, STATE.requested, STATE.granted)
      const from = START + DAY
      await request({ from }, UNCONDITIONAL)
      await refuses(usable(2), 'GrantNotStarted')
      await pass(from)
      await usable(2)
      await veto(2)
      await refuses(usable(2), 'GrantIsVetoed').withArgs(2, 2)
      await request({}, UNCONDITIONAL) // 3
      await share(3, { rowCount: 100 })
      await refuses(usable(3), 'GrantStateWrong').withArgs(3, STATE.exhausted, STATE.granted)
      await request({}, UNCONDITIONAL) // 4
      await suspend(ID.statistics)
      await refuses(usable(4), 'OrganisationNotActive', 'organisations').withArgs(ID.statistics, SUSPENDED)
      await suspend(ID.tax)
      await refuses(usable(4), 'OrganisationNotActive', 'organisations').withArgs(ID.tax, SUSPENDED)
      await pass(END)
      await refuses(usable(4), 'GrantExpired').withArgs(4, END, END)
    })
  })

  describe('for any numbers', () => {
    beforeEach(() => request({ quota: { byteCount: 1_000, rowCount: 100 } }, UNCONDITIONAL))

    it('refuses a number that would only just wrap round', async () => {
      const share = { ...NOTHING, grant: 1n, rowCount: 1n, scope: 1n, contentDigest: 1n }
      const tax = await scene.provider.getSigner(scene.accounts.tax)
      const to = scene.deployment.contracts.accessLedger
      for (const changes of [{ channel: 2n ** 256n - 1n }, { kind: 2n ** 256n - 1n }, { grant: 2n ** 64n + 1n }]) {
        const data = encodeDelivery(interfaceOf('accessLedger'), Object.values({ ...share, ...changes }))
        const error: unknown = await tax.sendTransaction({ to, data }).catch((error: unknown) => error)
        expect(String(error)).to.match(/without a reason|missing revert data|require\(false\)/u)
      }
    })

    it('records what the rules allow and nothing else', async function () {
      this.timeout(60_000)
      const share: Words = { ...NOTHING, grant: 1n, rowCount: 1n, byteCount: 1n, scope: 1n, contentDigest: 1n }
      const statement: Words = { ...share, kind: 2n, contentDigest: 0n, accessCount: 3n, logFirst: 5n, logEnd: 8n }
      const edges = [0n, 1n, 2n, 3n, 4n, 5n, 8n, 15n, 100n, 101n, 1_000n, 1_001n].concat(
        [64n, 128n, 255n].flatMap(bit => [2n ** bit - 1n, 2n ** bit, 2n ** bit + 1n]),
        [2n ** 256n - 1n, 2n ** 256n - 2n],
      )
      const value = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...edges) }, fc.bigInt(0n, 2n ** 256n - 1n))
      const change = fc.tuple(fc.constantFrom(...(Object.keys(NOTHING) as (keyof Words)[])), value)
      const handover = fc
        .tuple(fc.constantFrom(share, statement), fc.array(change, { maxLength: 3 }))
        .map(([base, changes]): Words => ({ ...base, ...Object.fromEntries(changes) }))
      const tried = { recorded: 0, refused: 0 }
      const iface = interfaceOf('accessLedger')
      await fc.assert(
        fc.asyncProperty(handover, async words => {
          const snapshot = await scene.request('evm_snapshot', [])
          const tax = await scene.provider.getSigner(scene.accounts.tax)
          const to = scene.deployment.contracts.accessLedger
          const data = encodeDelivery(iface, Object.values(words))
          const allowed = allows(words)
          const recorded = await tax.sendTransaction({ to, data }).then(
            () => true,
            () => false,
          )
          expect(recorded, Object.values(words).join()).to.equal(allowed)
          tried[recorded ? 'recorded' : 'refused'] += 1
          await scene.request('evm_revert', [snapshot])
        }),
        { numRuns: 600 },
      )
      expect(Math.min(tried.recorded, tried.refused), JSON.stringify(tried)).to.be.greaterThan(20)
    })
  })

  describe('cost', () => {
    it('is at most 15,000 gas each of 100 under 100 grants, shares and statements', async function () {
      this.timeout(60_000)
      const quota = { byteCount: UNLIMITED, rowCount: UNLIMITED }
      for (let i = 0; i < 100; i++) await request({ quota }, UNCONDITIONAL)
      const numbers = (i: number): object => ({
        rowCount: 1_234 + i,
        byteCount: 567_890 + i,
        scope: 0b1111,
        contentDigest: DIGEST,
        logFirst: 1_000_000 + i * 1_000,
        logEnd: 1_000_900 + i * 1_000,
      })
      const batch = (kind: number, changes: object = {}): object[] =>
        Array.from({ length: 100 }, (_, i) => deliveryOf(i + 1, kind, { ...numbers(i), ...changes }))
      for (const deliveries of [batch(KIND.share), batch(KIND.statement, { accessCount: 850 })]) {
        const receipt = await scene.act('tax', 'accessLedger', 'deliver', deliveries)
        expect(Number(receipt.gasUsed) / 100).to.be.at.most(15_000)
      }
      const alone = await scene.act('tax', 'accessLedger', 'share', 1, handoverOf(numbers(0)))
      expect(Number(alone.gasUsed)).to.be.at.most(60_000)
    })
  })
})

interface Words {
  readonly grant: bigint
  readonly kind: bigint
  readonly channel: bigint
  readonly rowCount: bigint
  readonly byteCount: bigint
  readonly scope: bigint
  readonly contentDigest: bigint
  readonly accessCount: bigint
  readonly logFirst: bigint
  readonly logEnd: bigint
}

const NOTHING: Words = {
  grant: 0n,
  kind: 0n,
  channel: 0n,
  rowCount: 0n,
  byteCount: 0n,
  scope: 0n,
  contentDigest: 0n,
  accessCount: 0n,
  logFirst: 0n,
  logEnd: 0n,
}

/** The rules for a delivery by the provider under grant 1 of 1,000 bytes, 100 rows and four fields, written out. */
function allows(w: Words): boolean {
  const narrow = [w.rowCount, w.byteCount, w.accessCount, w.logFirst, w.logEnd].every(value => value < 2n ** 64n)
  if (!narrow || w.scope >= 2n ** 128n || w.channel > BigInt(IN_PLACE) || w.kind > BigInt(KIND.computation))
    return false
  if (w.grant !== 1n || w.kind === BigInt(KIND.computation) || w.logFirst > w.logEnd) return false
  const lines = w.logEnd - w.logFirst
  const statement = w.kind === BigInt(KIND.statement)
  if (statement ? w.accessCount === 0n || w.accessCount > lines : w.accessCount !== 0n) return false
  if (w.contentDigest === 0n && lines === 0n) return false
  if (w.rowCount === 0n && w.byteCount === 0n) return false
  return w.scope !== 0n && w.scope < 16n && w.byteCount <= 1_000n && w.rowCount <= 100n
}

/** A batch of one delivery whose ten words are what they are, within their types or not. */
function encodeDelivery(iface: Interface, words: readonly bigint[]): string {
  const hex = (value: bigint): string => value.toString(16).padStart(64, '0')
  return iface.getFunction('deliver')?.selector + hex(32n) + hex(1n) + words.map(hex).join('')
}
