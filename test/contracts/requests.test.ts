// Behaviour: requests.tree.

import { expect } from 'chai'
import { getBytes, hexlify, id as keccakOf, ZeroAddress, ZeroHash } from 'ethers'
import fc from 'fast-check'
import { encodePurpose } from '../../src/chain/terms.ts'
import {
  CONDITIONAL,
  DAY,
  DIGEST,
  describeResource,
  type Party,
  requestFor,
  START,
  UNCONDITIONAL,
  useScene,
  WITHHELD,
} from './fixture.ts'
import { authorise, BASIS, END, GROUND, grantActs, ID, QUOTA, release, STATE, SUSPENDED } from './grant-acts.ts'

const OPEN = 0
const ON_APPLICATION = 1
/** Ten working days after 1 January 2026: the 15th is the last of them (the 4th is worked, 2 and 3 January are off). */
const DUE = Date.parse('2026-01-16T00:00:00+08:00') / 1000

describe('AccessLedger: requests', () => {
  const scene = useScene()
  const { request, refuses, says, stateOf, told, grant, setRule, suspend, share, veto, lift, pass } = grantActs(scene)
  const update = (changes: object, resource = CONDITIONAL, share_: 'conditional' | 'unconditional' = 'conditional') =>
    scene.act('tax', 'catalogue', 'update', resource, describeResource(share_, changes))
  const policy = (changes: object = {}, consumers: readonly bigint[] = []): Promise<unknown> =>
    scene.act('tax', 'policies', 'setPolicy', CONDITIONAL, policyOf(changes), consumers)

  describe('request', () => {
    it('of a conditional resource waits for its provider, who has ten working days', async () => {
      await scene.at(START + 1_000)
      const said = await told('statistics', 'request', requestFor(CONDITIONAL))
      expect(said).to.deep.equal([
        {
          name: 'AccessRequested',
          args: {
            id: 1n,
            resource: 1n,
            consumer: 2n,
            resourceVersion: 1,
            ground: 'sharing',
            approvals: { needed: 0, roles: 0 },
            dueAt: DUE,
            calendarVersion: 1,
            provisional: false,
            terms: {
              resource: 1n,
              agreement: 0n,
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
      expect(await stateOf(1)).to.equal(STATE.requested)
      expect(await scene.view('accessLedger', 'grantCount')).to.equal(1n)
    })

    it('says each thing that was asked for, in its place, as the ABI has it', async () => {
      const ledger = scene.contract('accessLedger')
      const nat = (bits: bigint): fc.Arbitrary<bigint> => fc.bigInt({ min: 1n, max: 2n ** bits - 1n })
      const digest = fc.uint8Array({ minLength: 32, maxLength: 32 }).filter(bytes => bytes.some(byte => byte !== 0))
      await update({ fieldCount: 128 })
      await fc.assert(
        fc.asyncProperty(
          fc.record({
            purposeTextDigest: digest.map(bytes => hexlify(bytes)),
            legalBasisDigest: digest.map(bytes => hexlify(bytes)),
            scope: nat(128n),
            from: fc.integer({ min: 0, max: 2 ** 39 }),
            until: fc.integer({ min: 2 ** 39 + 1, max: 2 ** 40 - 1 }),
            quota: fc.record({ byteCount: nat(64n), rowCount: nat(64n) }),
          }),
          fc.integer({ min: 0, max: 3 }),
          async (changes, needed) => {
            await setRule(3, needed, needed === 0 ? 0 : 0b111)
            const asked = requestFor(CONDITIONAL, changes)
            const receipt = await scene.act('statistics', 'accessLedger', 'request', asked)
            const id = await scene.view('accessLedger', 'grantCount')
            const expected = ledger.interface.encodeEventLog('AccessRequested', [
              id,
              CONDITIONAL,
              ID.statistics,
              2,
              GROUND.sharing,
              { needed, roles: needed === 0 ? 0 : 0b111 },
              DUE,
              1,
              false,
              asked,
            ])
            const [log] = receipt.logs
            expect({ data: log?.data, topics: log?.topics }).to.deep.equal(expected)
          },
        ),
        { numRuns: 40 },
      )
    })

    it('refuses words beyond their range, which it would otherwise have said as they are', async () => {
      const contract = scene.contract('accessLedger')
      const data = contract.interface.encodeFunctionData('request', [requestFor(CONDITIONAL)])
      const from = scene.accounts.statistics
      const to = await contract.getAddress()
      await scene.provider.call({ from, to, data })
      // Each word but the three of 32 bytes: purpose and the two digests.
      for (const word of [0, 1, 5, 6, 7, 8, 9]) {
        const bytes = getBytes(data)
        bytes[4 + 32 * word] = 1
        const error: unknown = await scene.provider.call({ from, to, data: hexlify(bytes) }).catch((e: unknown) => e)
        expect(error, `word ${word}`).to.have.property('code', 'CALL_EXCEPTION')
        expect(error, `word ${word}`).to.have.property('data', '0x')
      }
    })

    it('is at most 120,000 gas where its provider decides', async () => {
      await request() // the counter's first step from 0 is dearer than all others
      const asked = requestFor(CONDITIONAL, { quota: { byteCount: 2n ** 64n - 1n, rowCount: 1_000_000_000 } })
      const receipt = await scene.act('statistics', 'accessLedger', 'request', asked)
      expect(Number(receipt.gasUsed)).to.be.at.most(120_000)
    })

    it('of an unconditional resource is granted in the same transaction', async () => {
      await scene.at(START + 1_000)
      const [asked, granted] = await told('statistics', 'request', requestFor(UNCONDITIONAL))
      expect(asked).to.have.nested.property('args.dueAt', 0)
      expect(granted).to.deep.equal({
        name: 'AccessGranted',
        args: {
          id: 1n,
          resource: 2n,
          consumer: 2n,
          provider: 1n,
          basis: 'unconditional',
          policyVersion: 0,
          from: START + 1_000,
          until: END,
          quota: { byteCount: 1_000n, rowCount: 100n },
          reasonDigest: ZeroHash,
        },
      })
      expect(await stateOf(1)).to.equal(STATE.granted)
      expect(await scene.view('accessLedger', 'grantOf', 1)).to.deep.equal([
        2n,
        2n,
        0n,
        1n,
        BigInt(START + 1_000),
        BigInt(END),
        STATE.granted,
        0n,
        1_000n,
        100n,
        0b1111n,
        0n,
      ])
    })

    it('starts at once no earlier than was asked for', async () => {
      const from = START + 10 * DAY
      await says(request({ from }, UNCONDITIONAL), 'AccessGranted').withArgs(
        1,
        2,
        2,
        1,
        BASIS.unconditional,
        0,
        from,
        END,
        [1_000, 100],
        ZeroHash,
      )
    })

    it('within the policy of the provider is granted by that version', async () => {
      await policy()
      await policy({}, [ID.statistics])
      await scene.at(START + DAY)
      const said = await told('statistics', 'request', requestFor(CONDITIONAL))
      expect(said[1]).to.have.nested.property('args.basis', 'policy')
      expect(said[1]).to.have.nested.property('args.policyVersion', 2)
      expect(said[1]).to.have.nested.property('args.from', START + DAY)
      expect(await stateOf(1)).to.equal(STATE.granted)
      await share(1)
    })

    it('outside of the policy goes to the provider', async () => {
      await policy({}, [ID.traffic])
      await request()
      expect(await stateOf(1)).to.equal(STATE.requested)
      await request({}, CONDITIONAL, 'traffic')
      expect(await stateOf(2)).to.equal(STATE.granted)
    })

    it('looks at the period of the grant, not at how early it was asked for', async () => {
      await policy({ longestPeriod: 20 * DAY })
      await scene.at(START + 9 * DAY)
      await request()
      expect(await stateOf(1)).to.equal(STATE.requested)
      await scene.at(START + 10 * DAY)
      await request()
      expect(await stateOf(2)).to.equal(STATE.granted)
      await request({ from: START + 11 * DAY })
      expect(await stateOf(3)).to.equal(STATE.granted)
    })

    it('is never granted at once where approvals are needed', async () => {
      await policy()
      await setRule(3, 1, 0b001)
      await request()
      await says(request({}, UNCONDITIONAL), 'AccessRequested')
      expect([await stateOf(1), await stateOf(2)]).to.deep.equal([STATE.requested, STATE.requested])
      const said = await told('statistics', 'request', requestFor(UNCONDITIONAL))
      expect(said).to.have.length(1)
      expect(said[0]).to.have.nested.property('args.approvals').that.deep.equals({ needed: 1, roles: 1 })
    })

    it('of a withheld, withdrawn, vetoed or unknown resource is refused', async () => {
      await refuses(request({}, WITHHELD), 'ResourceIsWithheld', 'catalogue').withArgs(3)
      await refuses(request({}, 88n), 'ResourceUnknown', 'catalogue').withArgs(88)
      await scene.act('inspector', 'catalogue', 'vetoResource', CONDITIONAL, DIGEST, ZeroHash)
      await refuses(request(), 'ResourceIsVetoed', 'catalogue').withArgs(1, 1)
      await scene.act('tax', 'catalogue', 'withdraw', UNCONDITIONAL, DIGEST)
      await refuses(request({}, UNCONDITIONAL), 'ResourceIsWithdrawn', 'catalogue').withArgs(2)
    })

    it('is for active organisations that may ask, and not for the provider', async () => {
      await refuses(request({}, CONDITIONAL, 'stranger'), 'AccountUnknown', 'organisations').withArgs(
        scene.accounts.stranger,
      )
      await refuses(request({}, CONDITIONAL, 'archive'), 'MayNotAsk').withArgs(ID.archive, GROUND.opening)
      await refuses(request({}, CONDITIONAL, 'tax'), 'OwnResource').withArgs(1, ID.tax)
      await suspend(ID.statistics)
      await refuses(request(), 'OrganisationNotActive', 'organisations').withArgs(ID.statistics, SUSPENDED)
    })

    it('checks both parties as one by one, in one call', async () => {
      await suspend(ID.archive)
      await scene.act('inspector', 'organisations', 'vetoOrganisation', ID.traffic, DIGEST, ZeroHash)
      const outcome = (method: string, ...args: readonly unknown[]): Promise<unknown> =>
        scene.view('organisations', method, ...args).catch((e: { data?: unknown }) => e.data ?? e)
      const seen = new Set<string>()
      for (const account of [...Object.values(scene.accounts), ZeroAddress]) {
        const actor = await outcome('actorOf', account)
        for (const other of [0n, ID.tax, ID.statistics, ID.archive, ID.traffic, 99n]) {
          const active = await outcome('checkActive', other)
          const expected = typeof actor === 'string' || typeof active !== 'string' ? actor : active
          seen.add(String(expected).slice(0, 10))
          expect(await outcome('checkParties', account, other), `${account} and ${other}`).to.deep.equal(expected)
        }
      }
      // Unknown account, unknown organisation, suspended, vetoed; and what is passed.
      expect(seen.size).to.be.above(5)
    })

    it('is refused while the provider can answer to nobody', async () => {
      await scene.act('inspector', 'organisations', 'vetoOrganisation', ID.tax, DIGEST, ZeroHash)
      await refuses(request(), 'OrganisationIsVetoed', 'organisations').withArgs(ID.tax)
      await suspend(ID.tax)
      for (const resource of [CONDITIONAL, UNCONDITIONAL]) {
        await refuses(request({}, resource), 'OrganisationNotActive', 'organisations').withArgs(ID.tax, SUSPENDED)
      }
    })

    it('wants a registered purpose, its text and a legal basis', async () => {
      const unknown = encodePurpose('NoSuchPurpose')
      await refuses(request({ purpose: unknown }), 'PurposeUnknown', 'vocabulary').withArgs(unknown)
      await refuses(request({ purposeTextDigest: ZeroHash }), 'PurposeTextMissing').withArgs()
      await refuses(request({ legalBasisDigest: ZeroHash }), 'LegalBasisMissing').withArgs()
    })

    it('wants a scope within the resource', async () => {
      await refuses(request({ scope: 0 }), 'ScopeEmpty').withArgs()
      await refuses(request({ scope: 0b1_0000_0001 }), 'ScopeTooWide').withArgs(0b1_0000_0001, 0xff)
      await refuses(request({ scope: 2n ** 127n }), 'ScopeTooWide').withArgs(2n ** 127n, 0xff)
      await request({ scope: 0xff })
      await update({ fieldCount: 128 })
      await request({ scope: 2n ** 128n - 1n })
    })

    it('wants a period that is not empty and not over', async () => {
      await scene.at(START + 5_000)
      await refuses(request({ from: END, until: END }), 'PeriodInvalid').withArgs(END, END, START + 5_000)
      const now = START + 6_000
      await scene.at(now)
      await refuses(request({ from: 0, until: now }), 'PeriodInvalid').withArgs(0, now, now)
      await scene.at(START + 7_000)
      await request({ from: 0, until: START + 7_001 })
    })

    it('wants a quota of at least one byte and one row', async () => {
      await refuses(request({ quota: { byteCount: 0, rowCount: 5 } }), 'QuotaEmpty').withArgs(0, 5)
      await refuses(request({ quota: { byteCount: 5, rowCount: 0 } }), 'QuotaEmpty').withArgs(5, 0)
    })
  })

  describe('request from society', () => {
    it('of what is open is granted at once; on application it waits; of what is not open it is refused', async () => {
      await refuses(request({}, CONDITIONAL, 'applicant'), 'NotOpened').withArgs(1)
      await policy()
      await update({ openType: ON_APPLICATION })
      await request({}, CONDITIONAL, 'applicant')
      expect(await stateOf(1)).to.equal(STATE.requested)
      await update({ openType: OPEN })
      for (const party of ['applicant', 'developer'] as const) {
        const said = await told(party, 'request', requestFor(CONDITIONAL))
        expect(said[0]).to.have.nested.property('args.ground', 'opening')
        expect(said[1]).to.have.nested.property('args.basis', 'unconditional')
      }
    })

    it('shares nothing that is only open to society with departments', async () => {
      await update({ openType: OPEN })
      await request()
      expect(await stateOf(1)).to.equal(STATE.requested)
    })
  })

  describe('request under an agreement', () => {
    const open = (range: readonly bigint[]): Promise<void> => openByContract(range)
    async function openByContract(range: readonly bigint[]): Promise<void> {
      const id = ((await scene.view('agreements', 'agreementCount')) as bigint) + 1n
      const args = [ID.platform, ID.applicant, START, END, range, DIGEST]
      await scene.act('tax', 'agreements', 'offerOpening', ...args)
      for (const party of ['platform', 'applicant'] as const) {
        await scene.act(party, 'agreements', 'signAgreement', id, DIGEST)
      }
    }

    it('of operation waits for the provider, whoever that is', async () => {
      await authorise(scene)
      await update({}, CONDITIONAL, 'unconditional')
      const [asked, ...rest] = await told('operator', 'request', requestFor(CONDITIONAL, { agreement: 1 }))
      expect(asked).to.have.nested.property('args.ground', 'operation')
      expect(rest).to.deep.equal([])
      expect(await scene.view('accessLedger', 'grantOf', 1)).to.include.ordered.members([1n, ID.operator, 1n])
    })

    it('is only for whom and what the agreement names, while it is in force', async () => {
      const ask = (resource: bigint, party: Party): Promise<unknown> => request({ agreement: 1 }, resource, party)
      await refuses(ask(CONDITIONAL, 'operator'), 'AgreementUnknown', 'agreements').withArgs(1)
      await authorise(scene)
      await refuses(ask(UNCONDITIONAL, 'operator'), 'OutsideAgreement', 'agreements').withArgs(1, 2, ID.operator)
      await refuses(ask(CONDITIONAL, 'statistics'), 'OutsideAgreement', 'agreements').withArgs(1, 1, ID.statistics)
      await scene.act('agency', 'agreements', 'endAgreement', 1, DIGEST)
      await refuses(ask(CONDITIONAL, 'operator'), 'AgreementNotInForce', 'agreements')
    })

    it('of opening is for what its first party provides and does open', async () => {
      await scene.act(
        'archive',
        'catalogue',
        'register',
        'A-1',
        DIGEST,
        describeResource('conditional', { openType: OPEN }),
      )
      await open([CONDITIONAL, 4n])
      await refuses(request({ agreement: 1 }, 4n, 'applicant'), 'ProviderNotInAgreement').withArgs(
        1,
        ID.archive,
        ID.tax,
      )
      await refuses(request({ agreement: 1 }, CONDITIONAL, 'applicant'), 'NotOpened').withArgs(1)
      await update({ openType: OPEN })
      const said = await told('applicant', 'request', requestFor(CONDITIONAL, { agreement: 1 }))
      expect(said[0]).to.have.nested.property('args.ground', 'contract')
      expect(said).to.have.length(1)
    })

    it('of development is for the operator’s product, open to society or not', async () => {
      await authorise(scene)
      await request({ agreement: 1 }, CONDITIONAL, 'operator')
      await grant(1)
      await release(scene, [1], 'conditional')
      const args = [1, START, END, [4, 1], DIGEST, DIGEST]
      await scene.act('developer', 'agreements', 'applyForDevelopment', ...args)
      await scene.act('operator', 'agreements', 'publicise', 2, DIGEST)
      await scene.at(START + 14 * DAY)
      await scene.act('operator', 'agreements', 'signAgreement', 2, DIGEST)
      await scene.act('developer', 'agreements', 'signAgreement', 2, DIGEST)
      await refuses(request({ agreement: 2 }, CONDITIONAL, 'developer'), 'ProviderNotInAgreement').withArgs(
        2,
        ID.tax,
        ID.operator,
      )
      const said = await told('developer', 'request', requestFor(4n, { agreement: 2 }))
      expect(said[0]).to.have.nested.property('args.ground', 'development')
    })
  })

  describe('request of a product', () => {
    const ask = (party: Party = 'statistics'): Promise<unknown> => request({}, 4n, party)
    /** Grant 1: the operator's, of the tax bureau's data. */
    beforeEach(async () => {
      await authorise(scene)
      await request({ agreement: 1 }, CONDITIONAL, 'operator')
    })

    it('follows the rules of any resource once it is released', async () => {
      await grant(1)
      await release(scene, [1], 'unconditional')
      await ask()
      expect(await stateOf(2)).to.equal(STATE.granted)
    })

    it('is refused before its release and after a change', async () => {
      await grant(1)
      await scene.act('operator', 'catalogue', 'register', 'P-0', keccakOf('P-0'), describeResource('conditional'))
      await refuses(ask(), 'ProductNotReleased', 'products')
      await scene.act('operator', 'products', 'registerProduct', 4, 1, 0, [1], DIGEST)
      await scene.act('agency', 'products', 'reviewProduct', 4, 1, 0b11_1111, true, DIGEST)
      await ask()
      await scene.act('operator', 'catalogue', 'update', 4, describeResource('conditional'))
      await refuses(ask(), 'ProductNotReleased', 'products').withArgs(4, 2, 2, 1)
    })

    it('is refused once its agreement ends', async () => {
      await grant(1)
      await release(scene, [1], 'unconditional')
      await scene.act('agency', 'agreements', 'endAgreement', 1, DIGEST)
      await refuses(ask(), 'AgreementNotInForce', 'agreements')
    })

    it('wants every source granted to a party of its agreement', async () => {
      await request() // 2: of statistics, who is no party
      await grant(2)
      await release(scene, [1], 'conditional')
      await refuses(ask(), 'SourceNotGranted').withArgs(4, 1)
      await grant(1)
      await ask() // 3
      const again = async (...sources: readonly number[]): Promise<void> => {
        await scene.act(
          'operator',
          'catalogue',
          'update',
          4,
          describeResource('conditional', { parents: [CONDITIONAL] }),
        )
        await scene.act('operator', 'products', 'registerProduct', 4, 1, 0, sources, DIGEST)
        const [{ registeredVersion }] = (await scene.view('products', 'productOf', 4)) as [
          { registeredVersion: bigint },
        ]
        await scene.act('agency', 'products', 'reviewProduct', 4, registeredVersion, 0b11_1111, true, DIGEST)
      }
      await request({ agreement: 1 }, CONDITIONAL, 'operator') // 4
      await scene.act('tax', 'accessLedger', 'refuse', 4, DIGEST)
      // Not theirs, refused, unknown: each from the same state, since a released product keeps the sources it has named.
      for (const source of [2, 4, 9]) {
        const before = await scene.request('evm_snapshot', [])
        await again(1, source)
        await refuses(ask(), 'SourceNotGranted').withArgs(4, source)
        await scene.request('evm_revert', [before])
      }
    })

    it('outlives its source grants, but not a veto on one of them, over or not, or on their data', async () => {
      await grant(1)
      await release(scene, [1], 'conditional')
      await scene.act('tax', 'accessLedger', 'revoke', 1, DIGEST)
      await ask() // 2
      await veto(1)
      await refuses(ask(), 'GrantIsVetoed').withArgs(3, 1)
      for (const party of ['inspector', 'regulator'] as const) await lift(1, party)
      await request({ agreement: 1 }, CONDITIONAL, 'operator') // 3
      await grant(3)
      await scene.act('operator', 'catalogue', 'update', 4, describeResource('conditional'))
      await scene.act('operator', 'products', 'registerProduct', 4, 1, 0, [1, 3], DIGEST)
      await scene.act('agency', 'products', 'reviewProduct', 4, 2, 0b11_1111, true, DIGEST)
      await veto(3)
      await refuses(ask(), 'GrantIsVetoed').withArgs(4, 3)
    })

    it('of a developer may rest on grants of the operator above, and on no others', async () => {
      await grant(1)
      await release(scene, [1], 'conditional')
      await scene.act('developer', 'agreements', 'applyForDevelopment', 1, START, END, [4], DIGEST, DIGEST)
      await scene.act('operator', 'agreements', 'publicise', 2, DIGEST)
      await scene.at(START + 14 * DAY)
      await scene.act('operator', 'agreements', 'signAgreement', 2, DIGEST)
      await scene.act('developer', 'agreements', 'signAgreement', 2, DIGEST)
      await request({ agreement: 2 }, 4n, 'developer') // 2
      await grant(2, { party: 'operator' })
      await request() // 3: of statistics
      await grant(3)
      const entry = describeResource('unconditional')
      await scene.act('developer', 'catalogue', 'register', 'P-2', keccakOf('P-2'), entry)
      await scene.act('developer', 'products', 'registerProduct', 5, 2, 0, [1, 2], DIGEST)
      await scene.act('operator', 'products', 'reviewProduct', 5, 1, 0b11_1111, true, DIGEST)
      await request({}, 5n)
      expect(await stateOf(4)).to.equal(STATE.granted)
      await scene.act('inspector', 'catalogue', 'vetoResource', CONDITIONAL, DIGEST, ZeroHash)
      await refuses(request({}, 5n), 'ResourceIsVetoed', 'catalogue').withArgs(1, 1)
    })
  })

  describe('stateOf and grantOf', () => {
    it('follow time and quota', async () => {
      expect(await stateOf(1)).to.equal(STATE.none)
      await refuses(scene.view('accessLedger', 'grantOf', 1), 'GrantUnknown').withArgs(1)
      await request({}, UNCONDITIONAL)
      await share(1, { rowCount: 100, byteCount: 1 })
      expect(await stateOf(1)).to.equal(STATE.exhausted)
      await request({ quota: QUOTA }, UNCONDITIONAL)
      await share(2, { rowCount: 1, byteCount: 1_000 })
      expect(await stateOf(2)).to.equal(STATE.exhausted)
      await pass(END - 1)
      expect(await stateOf(1)).to.equal(STATE.exhausted)
      await pass(END)
      expect(await stateOf(1)).to.equal(STATE.expired)
    })

    it('show expiry before a veto on a grant, and a decision before a veto', async () => {
      await request({}, UNCONDITIONAL)
      await veto(1)
      await request()
      await veto(2)
      await pass(END)
      expect([await stateOf(1), await stateOf(2)]).to.deep.equal([STATE.expired, STATE.held])
      await scene.act('tax', 'accessLedger', 'refuse', 2, DIGEST)
      expect(await stateOf(2)).to.equal(STATE.refused)
      expect(await scene.view('accessLedger', 'grantOf', 2)).to.have.nested.property('[7]', (1n << 3n) | 1n)
    })
  })
})

/** Whatever `requestFor` asks for, for 30 days. */
function policyOf(changes: object): object {
  return {
    longestPeriod: 30 * DAY,
    validUntil: END,
    mostBytes: 1_000,
    mostRows: 100,
    scope: 0b1111,
    purposes: 0b10,
    ...changes,
  }
}
