// What the contracts' events make, against what the contracts themselves say: grants, agreements, products, corrections.

import { expect } from 'chai'
import { id as keccakOf, ZeroHash } from 'ethers'
import fc from 'fast-check'
import type { ContractName } from '../../src/chain/abi.ts'
import { historyOf, overdueAt, type RegistryState, standingOf, termsOf } from '../../src/chain/registry-state.ts'
import { APPROVERS, encodePurpose, MEASURES, OUTCOMES } from '../../src/chain/terms.ts'
import {
  CODES,
  CONDITIONAL,
  DAY,
  DIGEST,
  describeResource,
  handoverOf,
  type Party,
  requestFor,
  roundOn,
  START,
  UNCONDITIONAL,
  useScene,
} from '../contracts/fixture.ts'
import { nowOn, readState } from './state-scene.ts'

const [, TAX, STATISTICS, , , AGENCY, OPERATOR, DEVELOPER, , INSPECTOR, REGULATOR] = CODES
const ids = { operator: 6, developer: 7 }
const YEAR = 365 * DAY
const TEXT = keccakOf('text of the agreement')

type Vetoing = Parameters<typeof roundOn>[1]

/** A veto, and both sides' agreement to lift the first or the second. */
function vetoesOf(contract: ContractName, veto: string, lift: string, id: number) {
  return [
    ['inspector', contract, veto, [id, DIGEST, ZeroHash]],
    ...[1, 2].flatMap(round => [
      ['inspector', contract, lift, [id, round, DIGEST]] as const,
      ['regulator', contract, lift, [id, round, DIGEST]] as const,
    ]),
  ] as const
}

describe('the state that events make', () => {
  const scene = useScene()
  const act = (party: Party, contract: ContractName, method: string, ...args: readonly unknown[]): Promise<unknown> =>
    scene.act(party, contract, method, ...args)
  const asked = (id: number): Promise<unknown> => scene.view('accessLedger', 'askedDigest', id)
  const until = START + 30 * DAY
  const quota = { byteCount: 900, rowCount: 90 }
  const grant = async (id: number): Promise<unknown> =>
    act('tax', 'accessLedger', 'grant', id, await asked(id), until, quota, DIGEST)
  const pass = async (time: number): Promise<void> => {
    await scene.at(time)
    await scene.request('evm_mine', [])
  }
  /** The contract's own word on whether a delivery could be recorded now. */
  const isUsable = async (id: number): Promise<boolean> =>
    scene.view('accessLedger', 'checkUsable', id).then(
      () => true,
      () => false,
    )
  const standing = async (id: number): Promise<{ state: RegistryState; why: string; of?: string | number }> => {
    const state = await readState(scene)
    const { usable, ...rest } = standingOf(state.grants.get(id)!, state, await nowOn(scene))
    expect(usable, `grant ${id} is ${rest.why}`).to.equal(await isUsable(id))
    return { state, ...rest }
  }

  describe('of a grant', () => {
    it('is requested, decided, delivered under, countersigned, revoked: each with its place and whose act it is', async () => {
      await act('statistics', 'accessLedger', 'request', requestFor(CONDITIONAL))
      expect(await standing(1)).to.include({ why: 'requested' })
      await grant(1)
      expect(await standing(1)).to.include({ why: 'usable' })
      await act('tax', 'accessLedger', 'share', 1, handoverOf({ byteCount: 20 }))
      await act('statistics', 'accessLedger', 'confirmReceipt', 1, DIGEST)
      await act('statistics', 'accessLedger', 'download', 1, handoverOf())
      await act('tax', 'accessLedger', 'revoke', 1, DIGEST)
      const { state } = await standing(1)
      const { decision, due, requested, ...one } = state.grants.get(1)!
      const view = (await scene.view('accessLedger', 'grantOf', 1)) as Record<string, unknown>
      expect(one.quota.byteCount - one.delivered.bytes).to.equal(view['bytesLeft'])
      expect(one.terms.until / 1000).to.equal(Number(view['until']))
      expect(one).to.deep.include({ ground: 'sharing', provider: TAX, resourceVersion: 1, vetoes: [], approvals: [] })
      expect(one).not.to.have.property('agreement')
      expect(due?.provisional).to.equal(false)
      expect(new Date(due!.at).toISOString()).to.match(/T16:00:00.000Z$/) // midnight in Beijing
      expect(decision).to.deep.include({ outcome: 'granted', automatic: false, basis: 'provider' })
      expect(decision?.by).to.deep.equal({ organisation: TAX, account: scene.accounts.tax })
      expect(requested.by).to.deep.equal({ organisation: STATISTICS, account: scene.accounts.statistics })
      expect(one.delivered).to.deep.equal({ count: 2, bytes: 30n, rows: 2n })
      expect(one.deliveries.map(({ kind, recordedBy }) => [kind, recordedBy])).to.deep.equal([
        ['download', STATISTICS],
        ['share', TAX],
      ])
      expect(one.receipts.count).to.equal(1)
      expect(one.receipts.newest[0]).to.include({ contentDigest: DIGEST })
      const history = historyOf(one, scene.deployment.contracts)
      expect(history.map(({ event }) => event)).to.deep.equal(['AccessRequested', 'AccessGranted', 'GrantRevoked'])
      expect(history[0]!.args).to.have.nested.property('terms.purpose', 'ProvideOfficialStatistics')
      expect(history[2]).to.deep.include({ place: one.revoked, by: { organisation: TAX, account: scene.accounts.tax } })
      expect(one.events).to.deep.equal(one.acts.map(({ log }) => log))
    })

    it('keeps who signed and who sent, with the signature, and gives it nothing that was not signed', async () => {
      await (await scene.relayed('statistics', 'accessLedger', 'request', [requestFor(CONDITIONAL)])).wait()
      const decided = [1, await asked(1), until, quota, DIGEST]
      const signed = await scene.signed('tax', 'accessLedger', 'grant', decided)
      await scene.act('relayer', 'relay', 'relay', signed)
      const state = await readState(scene)
      const one = state.grants.get(1)!
      expect(one.requested.by).to.include({ account: scene.accounts.statistics, relayer: scene.accounts.relayer })
      expect(one.decision?.by).to.deep.equal({
        organisation: TAX,
        account: scene.accounts.tax,
        relayer: scene.accounts.relayer,
        digest: await scene.view('relay', 'digestOf', signed),
        signature: signed.signature,
      })
      expect(one.events).to.have.length(4)
      expect(one.events[2]!.address.toLowerCase()).to.equal(scene.deployment.contracts.relay.toLowerCase())
      expect(historyOf(one, scene.deployment.contracts)).to.have.length(2)
      // A keeper's act is relayed too, and the keeper is no organisation.
      await (await scene.relayed('registrar', 'organisations', 'setStatus', [2, 1, DIGEST])).wait()
      const { since, status } = (await readState(scene)).organisations.get(2)!
      expect(status).to.equal('suspended')
      expect(since.by).to.include({ account: scene.accounts.registrar, relayer: scene.accounts.relayer })
      expect(since.by).not.to.have.property('organisation')
    })

    it('tells by which policy and version the contract granted, with the policy itself among its acts', async () => {
      const terms = {
        longestPeriod: 60 * DAY,
        validUntil: START + YEAR,
        mostBytes: 1_000,
        mostRows: 100,
        scope: 0b1111,
        purposes: 2n ** 256n - 1n,
      }
      await act('tax', 'policies', 'setPolicy', CONDITIONAL, terms, [])
      await act('tax', 'policies', 'setPolicy', CONDITIONAL, terms, [2])
      await act('statistics', 'accessLedger', 'request', requestFor(CONDITIONAL))
      await act('statistics', 'accessLedger', 'request', requestFor(UNCONDITIONAL))
      await act('tax', 'policies', 'endPolicy', CONDITIONAL, DIGEST)
      const { state } = await standing(1)
      const one = state.grants.get(1)!
      expect(one.decision).to.deep.include({ automatic: true, basis: 'policy', policyVersion: 2, by: {} })
      expect(one).not.to.have.property('due')
      expect(one.acts.map(({ name }) => name)).to.deep.equal(['PolicySet', 'AccessRequested', 'AccessGranted'])
      expect(state.grants.get(2)!.decision).to.deep.include({ automatic: true, basis: 'unconditional' })
      expect(state.grants.get(2)!.decision).not.to.have.property('policyVersion')
      const policy = state.policies.get(1)!
      expect(policy).to.deep.include({ resource: '306-01-001', version: 2, provider: TAX, consumers: [STATISTICS] })
      expect(policy.acts).to.have.length(3)
      expect(policy.ended).not.to.equal(undefined)
    })

    it('keeps approvals, given and taken back, and who gave the last', async () => {
      const { 'provider-officer': officer, regulator } = APPROVERS
      const rule = { needed: 2, roles: (1 << officer.value) | (1 << regulator.value) }
      await act('registrar', 'accessLedger', 'setApprovalRule', 3, rule)
      await act('statistics', 'accessLedger', 'request', requestFor(CONDITIONAL))
      const approve = async (party: Party, role: number): Promise<unknown> =>
        act(party, 'accessLedger', 'approve', 1, await asked(1), role, START + YEAR, ZeroHash)
      await approve('taxOfficer', officer.value)
      await act('taxOfficer', 'accessLedger', 'withdrawApproval', 1, officer.value, DIGEST)
      await approve('taxOfficer', officer.value)
      await approve('regulator', regulator.value)
      const { state } = await standing(1)
      const one = state.grants.get(1)!
      expect(one.approvalsNeeded).to.deep.equal({ needed: 2, roles: ['provider-officer', 'regulator'] })
      expect(one.approvals.map(({ role, organisation, withdrawn }) => [role, organisation, !withdrawn])).to.deep.equal([
        ['regulator', REGULATOR, true],
        ['provider-officer', TAX, true],
        ['provider-officer', TAX, false],
      ])
      expect(one.approvals[1]!.given.by).to.deep.equal({ organisation: TAX, account: scene.accounts.taxOfficer })
      expect(one.decision).to.deep.include({ basis: 'approvals', automatic: false })
      expect(one.decision!.by).to.deep.equal({ organisation: REGULATOR, account: scene.accounts.regulator })
      for (const [level, needed] of [
        [2, undefined],
        [3, 2],
        [15, 2],
      ] as const) {
        const { needed: k } = (await scene.view('accessLedger', 'approvalRuleAt', level)) as { needed: bigint }
        expect(state.approvalRules.get(level)?.needed).to.equal(needed)
        expect(Number(k)).to.equal(needed ?? 0)
      }
      expect(state.organisations.get(1)!.officer).to.equal(scene.accounts.taxOfficer)
    })

    it('follows vetoes upwards, on the grant, its resource, its organisations, and remembers when they stood', async () => {
      await act('statistics', 'accessLedger', 'request', requestFor(CONDITIONAL))
      await act('inspector', 'accessLedger', 'vetoGrant', 1, DIGEST, ZeroHash)
      expect(await standing(1)).to.include({ why: 'held' })
      const lift = async (contract: Vetoing, method: string, id: number): Promise<void> => {
        const round = await roundOn(scene, contract, id)
        await act('inspector', contract, method, id, round, DIGEST)
        await act('regulator', contract, method, id, round, DIGEST)
      }
      await lift('accessLedger', 'liftGrantVeto', 1)
      await grant(1)
      const cases = [
        ['accessLedger', 'vetoGrant', 'liftGrantVeto', 1, 'suspended', undefined],
        ['catalogue', 'vetoResource', 'liftResourceVeto', 1, 'resource-vetoed', '306-01-001'],
        ['organisations', 'vetoOrganisation', 'liftOrganisationVeto', 1, 'organisation-vetoed', TAX],
        ['organisations', 'vetoOrganisation', 'liftOrganisationVeto', 2, 'organisation-vetoed', STATISTICS],
      ] as const
      for (const [contract, veto, liftVeto, id, why, of] of cases) {
        await act('inspector', contract, veto, id, DIGEST, keccakOf('case'))
        const now = await standing(1)
        expect(now.why).to.equal(why)
        expect(now.of).to.equal(of)
        expect(termsOf(now.state.grants.get(1)!, now.state).suspensions?.at(-1)).to.have.all.keys('from')
        await lift(contract, liftVeto, id)
      }
      const { state, why } = await standing(1)
      expect(why).to.equal('usable')
      const one = state.grants.get(1)!
      expect(one.vetoes).to.have.length(2)
      expect(one.vetoes[0]).to.deep.include({ inspector: INSPECTOR, referenceDigest: ZeroHash })
      expect(one.vetoes[0]!.agreed.map(({ by }) => by)).to.deep.equal([INSPECTOR, REGULATOR])
      expect(one.vetoes[0]!.lifted!.by).to.include({ organisation: REGULATOR })
      expect(one.terms.suspensions).to.have.length(2)
      expect(termsOf(one, state).suspensions).to.have.length(5)
      expect(
        historyOf(one, scene.deployment.contracts).filter(({ event }) => event.startsWith('GrantVeto')),
      ).to.have.length(8)
    })

    it('stops being usable by time, quota, status, withdrawal, as the contract says it', async () => {
      for (let k = 0; k < 3; k++) await act('statistics', 'accessLedger', 'request', requestFor(CONDITIONAL))
      await grant(1)
      await act('tax', 'accessLedger', 'refuse', 2, DIGEST)
      await act('tax', 'accessLedger', 'grant', 3, await asked(3), until, { byteCount: 1, rowCount: 1 }, ZeroHash)
      expect(await standing(2)).to.include({ why: 'refused' })
      await act('tax', 'accessLedger', 'share', 3, handoverOf({ byteCount: 1, rowCount: 0 }))
      expect(await standing(3)).to.include({ why: 'exhausted' })
      await act('registrar', 'organisations', 'setStatus', 1, 2, DIGEST)
      expect(await standing(1)).to.include({ why: 'organisation-inactive', of: TAX })
      await act('registrar', 'organisations', 'setStatus', 1, 0, DIGEST)
      const withheld = describeResource('withheld')
      await act('tax', 'catalogue', 'update', CONDITIONAL, withheld)
      expect(await standing(1)).to.include({ why: 'resource-withheld' })
      await act('tax', 'catalogue', 'update', CONDITIONAL, describeResource('conditional'))
      expect(await standing(1)).to.include({ why: 'usable' })
      await act('tax', 'catalogue', 'withdraw', CONDITIONAL, DIGEST)
      expect(await standing(1)).to.include({ why: 'resource-withdrawn' })
      await pass(until)
      expect(await standing(1)).to.include({ why: 'expired' })
    })

    it('counts statements apart, and computations under each of their inputs', async () => {
      await act('statistics', 'accessLedger', 'request', requestFor(CONDITIONAL))
      await act('statistics', 'accessLedger', 'request', requestFor(UNCONDITIONAL))
      await grant(1)
      await act('tax', 'accessLedger', 'entrust', 8, DIGEST)
      const handover = handoverOf({ accessCount: 7, logFirst: 3, logEnd: 20, contentDigest: ZeroHash })
      await act('platform', 'accessLedger', 'deliver', [{ grant: 1, kind: 2, handover }])
      const input = { rowCount: 1, byteCount: 2, scope: 1 }
      const inputs = [
        { grant: 1, ...input },
        { grant: 2, ...input },
      ]
      await act('statistics', 'accessLedger', 'compute', inputs, keccakOf('algorithm'), keccakOf('output'))
      const state = await readState(scene)
      const one = state.grants.get(1)!
      expect(one.stated).to.deep.equal({ count: 1, accesses: 7n, bytes: 10n, rows: 1n })
      expect(one.delivered).to.deep.equal({ count: 2, bytes: 12n, rows: 2n })
      expect(one.deliveries[0]).to.include({ kind: 'computation', channel: 'in-place', recordedBy: STATISTICS })
      expect(one.deliveries[1]).to.include({ kind: 'statement', logFirst: 3n, logEnd: 20n, recordedBy: CODES[8] })
      for (const id of [1, 2]) {
        const { count, newest } = state.grants.get(id)!.computations
        expect(count).to.equal(1)
        expect(newest[0]).to.deep.include({ inputs: [1, 2], algorithmDigest: keccakOf('algorithm') })
      }
      expect([...state.entrusted.values()][0]).to.include({ provider: TAX, operator: CODES[8], log: DIGEST })
      await act('tax', 'accessLedger', 'entrust', 8, ZeroHash)
      expect([...(await readState(scene)).entrusted.values()]).to.deep.equal([])
    })
  })

  describe('of agreements and products', () => {
    const end = START + YEAR
    /** Agreement 1 of agency and operator; grant 1 under it; product 4 made of that; agreement 2 of operator and developer. */
    const setUp = async (): Promise<void> => {
      await act('agency', 'agreements', 'offerOperation', ids.operator, START, end, [CONDITIONAL], TEXT)
      await act('operator', 'agreements', 'signAgreement', 1, TEXT)
      await act('operator', 'accessLedger', 'request', requestFor(CONDITIONAL, { agreement: 1, until: end }))
      await grant(1)
      const entry = describeResource('conditional', { parents: [CONDITIONAL], openType: 1 })
      await act('operator', 'catalogue', 'register', 'product-1', keccakOf('product 1'), entry)
      await act('operator', 'products', 'registerProduct', 4, 1, 1, [1], DIGEST)
      await act('agency', 'products', 'reviewProduct', 4, 1, 0b11_1111, true, DIGEST)
      await act('developer', 'agreements', 'applyForDevelopment', 1, START, end, [4], DIGEST, DIGEST)
      await act('operator', 'agreements', 'publicise', 2, DIGEST)
      await act('traffic', 'agreements', 'object', 2, DIGEST)
      await pass(START + 12 * DAY)
      await act('regulator', 'agreements', 'resolveObjection', 2, DIGEST)
      await act('operator', 'agreements', 'signAgreement', 2, TEXT)
      await act('developer', 'agreements', 'signAgreement', 2, TEXT)
      await act('developer', 'accessLedger', 'request', requestFor(4n, { agreement: 2, until: end }))
      const granted = [await asked(2), START + 100 * DAY, quota, ZeroHash]
      await act('operator', 'accessLedger', 'grant', 2, ...granted)
    }

    it('knows parties, publicity, objections, signatures, filing, evaluation, measures', async () => {
      await setUp()
      await act('agency', 'agreements', 'evaluate', 1, OUTCOMES.rectify.value, DIGEST)
      await act('operator', 'agreements', 'takeMeasure', ids.developer, MEASURES.warned.value, DIGEST)
      await act('operator', 'agreements', 'fileAgreement', 2, DIGEST)
      const { state } = await standing(2)
      const [operation, development] = [state.agreements.get(1)!, state.agreements.get(2)!]
      expect(operation).to.deep.include({ kind: 'operation', state: 'in-force', parties: [AGENCY, OPERATOR] })
      expect(operation.range).to.deep.equal(['306-01-001'])
      expect(operation.signatures.map(({ by }) => by)).to.deep.equal([AGENCY, OPERATOR])
      expect(operation.evaluation).to.deep.include({ outcome: 'rectify' })
      expect(operation.inForce?.by).to.include({ organisation: OPERATOR })
      expect(development).to.deep.include({ kind: 'development', parties: [OPERATOR, DEVELOPER], parent: 1 })
      expect(development.objections).to.deep.equal({ raised: 1, open: 0 })
      expect(development.publicity?.provisional).to.equal(false)
      expect(development.filing?.filed?.by).to.include({ organisation: OPERATOR })
      expect(development.textDigest).to.equal(TEXT)
      for (const agreement of [operation, development]) {
        const view = (await scene.view('agreements', 'agreementOf', agreement.id)) as Record<string, unknown>
        expect([view['from'], view['until']].map(Number)).to.deep.equal([agreement.from / 1000, agreement.until / 1000])
      }
      expect([...state.measures.values()][0]).to.include({
        operator: OPERATOR,
        developer: DEVELOPER,
        measure: 'warned',
      })
      expect(state.agreementsByParty.get(OPERATOR)).to.deep.equal([1, 2])
      expect(state.grants.get(2)).to.deep.include({ ground: 'development', agreement: 2, provider: OPERATOR })
      expect(state.products.get(4)).to.deep.include({
        state: 'released',
        releasedVersion: 1,
        price: 'paid',
        sources: [1],
      })
      expect(state.resources.get(4)).to.deep.include({ product: true, ancestors: ['306-01-001'] })
      expect(state.resources.get(1)).to.deep.include({ product: false, ancestors: [] })
      expect(historyOf(development, scene.deployment.contracts).map(({ event }) => event)).to.include.members([
        'AgreementApplied',
        'AgreementPublicised',
        'AgreementObjected',
        'AgreementInForce',
        'AgreementFiled',
      ])
      const overdue = (time: number): unknown[] =>
        overdueAt(state, time * 1000).map(({ what, owedBy, of }) => [what, owedBy, of])
      expect(overdue(START + 13 * DAY)).to.deep.equal([])
      expect(overdue(START + 60 * DAY)).to.deep.equal([
        ['filing', AGENCY, 1],
        ['rectification', OPERATOR, 1],
      ])
    })

    it('follows vetoes, measures, releases and ends upwards, as the contract does', async () => {
      await setUp()
      expect(await standing(2)).to.include({ why: 'usable' })
      const restored = async (): Promise<void> => void expect(await standing(2)).to.include({ why: 'usable' })
      const vetoes = [
        ['accessLedger', 'vetoGrant', 'liftGrantVeto', 1, 'source-vetoed'],
        ['catalogue', 'vetoResource', 'liftResourceVeto', 1, 'resource-vetoed'],
        ['agreements', 'vetoAgreement', 'liftAgreementVeto', 1, 'agreement-vetoed'],
        ['agreements', 'vetoAgreement', 'liftAgreementVeto', 2, 'agreement-vetoed'],
        ['organisations', 'vetoOrganisation', 'liftOrganisationVeto', 1, 'organisation-vetoed'],
        ['organisations', 'vetoOrganisation', 'liftOrganisationVeto', 5, 'organisation-vetoed'],
      ] as const
      for (const [k, [contract, veto, lift, id, why]] of vetoes.entries()) {
        await act('inspector', contract, veto, id, DIGEST, ZeroHash)
        const now = await standing(2)
        expect(now.why).to.equal(why)
        expect(termsOf(now.state.grants.get(2)!, now.state).suspensions).to.have.length(k + 1)
        const round = await roundOn(scene, contract, id)
        await act('inspector', contract, lift, id, round, DIGEST)
        await act('regulator', contract, lift, id, round, DIGEST)
        await restored()
      }
      await act('operator', 'agreements', 'takeMeasure', ids.developer, MEASURES.barred.value, DIGEST)
      expect(await standing(2)).to.include({ why: 'developer-excluded', of: 2 })
      await act('operator', 'agreements', 'takeMeasure', ids.developer, MEASURES.none.value, DIGEST)
      await restored()
      await act('registrar', 'organisations', 'setStatus', 5, 1, DIGEST)
      expect(await standing(2)).to.include({ why: 'organisation-inactive', of: AGENCY })
      await act('registrar', 'organisations', 'setStatus', 5, 0, DIGEST)
      const entry = describeResource('conditional', { parents: [CONDITIONAL], openType: 1, level: 2 })
      await act('operator', 'catalogue', 'update', 4, entry)
      expect(await standing(2)).to.include({ why: 'product-not-released', of: 'product-1' })
      await act('operator', 'products', 'registerProduct', 4, 1, 0, [1], DIGEST)
      await act('agency', 'products', 'reviewProduct', 4, 2, 0b11_1111, true, DIGEST)
      await restored()
      await act('agency', 'agreements', 'endAgreement', 1, DIGEST)
      const { state, why, of } = await standing(2)
      expect([why, of]).to.deep.equal(['agreement-over', 1])
      expect(await standing(1)).to.include({ why: 'agreement-over', of: 1 })
      const { ended } = state.agreements.get(1)!
      expect(termsOf(state.grants.get(2)!, state).endedAt).to.equal(ended!.block.time * 1000)
      expect(state.products.get(4)!.releases).to.have.length(2)
    })

    it('follows a veto on a source that is over, and the products an entry is made from; a registration changes nothing', async () => {
      await setUp()
      await act('operator', 'accessLedger', 'request', requestFor(CONDITIONAL, { agreement: 1, until: end })) // 3
      await grant(3)
      const entry = describeResource('conditional', { parents: [4], openType: 1 })
      await act('operator', 'catalogue', 'register', 'product-2', keccakOf('product 2'), entry) // 5
      await act('operator', 'products', 'registerProduct', 5, 1, 1, [3], DIGEST)
      await act('agency', 'products', 'reviewProduct', 5, 1, 0b11_1111, true, DIGEST)
      await act('statistics', 'accessLedger', 'request', requestFor(5n, { until: end })) // 4
      await act('operator', 'accessLedger', 'grant', 4, await asked(4), START + 100 * DAY, quota, ZeroHash)
      await act('tax', 'accessLedger', 'revoke', 1, DIGEST)
      expect(await standing(4)).to.include({ why: 'usable' })
      await act('inspector', 'accessLedger', 'vetoGrant', 1, DIGEST, ZeroHash)
      const stopped = await standing(4)
      expect(stopped).to.include({ why: 'source-vetoed', of: 1 })
      expect(termsOf(stopped.state.grants.get(4)!, stopped.state).suspensions).to.have.length(1)
      expect(await standing(1)).to.include({ why: 'revoked' })
      // Taken back by the inspector, and imposed anew, before the regulator agrees: it still stands.
      await act('inspector', 'accessLedger', 'liftGrantVeto', 1, 1, DIGEST)
      await act('inspector', 'accessLedger', 'vetoGrant', 1, DIGEST, ZeroHash)
      await act('regulator', 'accessLedger', 'liftGrantVeto', 1, 2, DIGEST)
      expect(await standing(4)).to.include({ why: 'source-vetoed', of: 1 })
      await act('inspector', 'accessLedger', 'liftGrantVeto', 1, 2, DIGEST)
      expect(await standing(4)).to.include({ why: 'usable' })
      await act('operator', 'accessLedger', 'request', requestFor(CONDITIONAL, { agreement: 1, until: end })) // 5
      await act('inspector', 'accessLedger', 'vetoGrant', 5, DIGEST, ZeroHash)
      await act('operator', 'catalogue', 'update', 4, describeResource('conditional', { openType: 1 }))
      await act('operator', 'products', 'registerProduct', 4, 1, 1, [1, 5, 99], DIGEST)
      expect(await standing(4)).to.include({ why: 'usable' })
      await act('agency', 'products', 'reviewProduct', 4, 2, 0b11_1111, true, DIGEST)
      expect(await standing(4)).to.include({ why: 'source-vetoed', of: 5 })
    })

    it('says the same as the contract after any acts of inspector, regulator, registrar and operator', async () => {
      await setUp()
      let snapshot = await scene.request('evm_snapshot', [])
      const acts: readonly (readonly [Party, ContractName, string, readonly unknown[]])[] = [
        ...[1, 2].flatMap(id => vetoesOf('accessLedger', 'vetoGrant', 'liftGrantVeto', id)),
        ...[1, 4].flatMap(id => vetoesOf('catalogue', 'vetoResource', 'liftResourceVeto', id)),
        ...[1, 2].flatMap(id => vetoesOf('agreements', 'vetoAgreement', 'liftAgreementVeto', id)),
        ...[5, 7].flatMap(id => vetoesOf('organisations', 'vetoOrganisation', 'liftOrganisationVeto', id)),
        ...[1, 5, 6, 7].flatMap(id =>
          [0, 1].map(status => ['registrar', 'organisations', 'setStatus', [id, status, DIGEST]] as const),
        ),
        ...[0, 1, 3].map(m => ['operator', 'agreements', 'takeMeasure', [ids.developer, m, DIGEST]] as const),
        ['regulator', 'products', 'withdrawProduct', [4, DIGEST]],
        ['developer', 'accessLedger', 'download', [2, handoverOf({ byteCount: 300 })]],
        ['operator', 'accessLedger', 'revoke', [2, DIGEST]],
        ['tax', 'accessLedger', 'revoke', [1, DIGEST]],
      ]
      const reached = new Set<string>()
      const steps = fc.array(fc.nat(acts.length - 1), { minLength: 4, maxLength: 8 })
      const property = fc.asyncProperty(steps, async chosen => {
        await scene.request('evm_revert', [snapshot])
        snapshot = await scene.request('evm_snapshot', [])
        for (const k of chosen) {
          const [party, contract, method, args] = acts[k]!
          await act(party, contract, method, ...args).catch(() => {}) // what the contract refuses changes nothing
          const state = await readState(scene)
          for (const id of [1, 2]) {
            const { usable, why } = standingOf(state.grants.get(id)!, state, await nowOn(scene))
            reached.add(why)
            expect(usable, `grant ${id} is ${why} after ${method} ${String(args[0])}`).to.equal(await isUsable(id))
          }
        }
      })
      await fc.assert(property, { numRuns: 12 })
      expect(reached.size).to.be.greaterThan(2)
    }).timeout(120_000)

    it('tells a product that was refused by the points that were not in order, and one that was taken off', async () => {
      await act('agency', 'agreements', 'offerOperation', ids.operator, START, end, [CONDITIONAL], TEXT)
      await act('operator', 'agreements', 'signAgreement', 1, TEXT)
      await act('operator', 'catalogue', 'register', 'product-1', keccakOf('1'), describeResource('conditional'))
      await act('operator', 'products', 'registerProduct', 4, 1, 0, [1], DIGEST)
      await act('agency', 'products', 'reviewProduct', 4, 1, 0b10_0001, false, DIGEST)
      let state = await readState(scene)
      expect(state.products.get(4)).to.deep.include({ state: 'refused', checks: ['application', 'other-risks'] })
      await act('operator', 'catalogue', 'update', 4, describeResource('conditional'))
      await act('operator', 'products', 'registerProduct', 4, 1, 0, [1], DIGEST)
      await act('regulator', 'products', 'withdrawProduct', 4, DIGEST)
      state = await readState(scene)
      expect(state.products.get(4)).to.include({ state: 'withdrawn', maker: OPERATOR })
      expect(state.products.get(4)!.since.by).to.include({ organisation: REGULATOR })
    })

    it('tells an opening agreement with its third party, and one that came to nothing', async () => {
      const offer = (): Promise<unknown> =>
        act('tax', 'agreements', 'offerOpening', 8, 11, START, end, [CONDITIONAL], TEXT)
      await offer()
      await offer()
      await act('platform', 'agreements', 'signAgreement', 1, TEXT)
      await act('applicant', 'agreements', 'declineAgreement', 2, DIGEST)
      const { agreements } = await readState(scene)
      expect(agreements.get(1)).to.deep.include({
        kind: 'opening',
        state: 'offered',
        parties: [TAX, CODES[8], CODES[11]],
      })
      expect(agreements.get(1)!.signatures).to.have.length(2)
      expect(agreements.get(2)!).to.include({ state: 'declined' })
      expect(agreements.get(2)!.ended!.by).to.include({ organisation: CODES[11] })
    })
  })

  describe('of corrections, upkeep, conduct, and what acts refer to', () => {
    it('knows a correction through its rounds, and when it is overdue', async () => {
      await act('statistics', 'accessLedger', 'request', requestFor(UNCONDITIONAL))
      await act('statistics', 'corrections', 'raise', 1, DIGEST)
      await act('tax', 'corrections', 'answer', 1, 2, DIGEST)
      await act('statistics', 'corrections', 'dispute', 1, DIGEST)
      let state = await readState(scene)
      const { due, ...one } = state.corrections.get(1)!
      expect(one).to.deep.include({
        resource: '306-01-002',
        raiser: STATISTICS,
        grant: 1,
        state: 'disputed',
        rounds: 2,
      })
      expect(one.answers.map(({ answer, overdue }) => [answer, overdue])).to.deep.equal([['confirmed', false]])
      const view = (await scene.view('corrections', 'correctionOf', 1)) as { dueAt: bigint; rounds: bigint }
      expect([Number(view.dueAt) * 1000, Number(view.rounds)]).to.deep.equal([due.at, 2])
      expect(overdueAt(state, due.at - 1)).to.deep.equal([])
      expect(overdueAt(state, due.at)).to.deep.equal([
        { what: 'correction', owedBy: TAX, of: 1, dueAt: due.at, provisional: due.provisional },
      ])
      await act('tax', 'corrections', 'answer', 1, 0, DIGEST)
      await act('statistics', 'corrections', 'accept', 1)
      state = await readState(scene)
      expect(state.corrections.get(1)).to.include({ state: 'accepted' })
      expect(overdueAt(state, due.at)).to.deep.equal([])
      expect(historyOf(state.corrections.get(1)!, scene.deployment.contracts)).to.have.length(5)
    })

    it('knows what upkeep is owed: after a change, yearly, and of the negative list', async () => {
      const changed = START - 5 * DAY
      await act('regulator', 'catalogue', 'noteChange', CONDITIONAL, 1, changed, DIGEST)
      await act('tax', 'catalogue', 'noteChange', CONDITIONAL, 0, (await nowOn(scene)) / 1000, DIGEST)
      await act('tax', 'catalogue', 'confirm', CONDITIONAL, DIGEST)
      let state = await readState(scene)
      const resource = state.resources.get(1)!
      expect(resource.notes.map(({ kind, followed }) => [kind, followed])).to.deep.equal([
        ['data', undefined],
        // The entry was registered after that change, which is as good as an update.
        ['law', resource.registered],
      ])
      const { due } = resource.owed!
      const overdue = (time: number): unknown[] => overdueAt(state, time).map(({ what, of }) => [what, of])
      expect(overdue(due.at - 1)).to.deep.equal([])
      expect(overdue(due.at)).to.deep.equal([['catalogue-change', '306-01-001']])
      await act('tax', 'catalogue', 'update', CONDITIONAL, describeResource('conditional'))
      state = await readState(scene)
      expect(overdue(due.at)).to.deep.equal([])
      expect(state.resources.get(1)!.notes[0]!.followed).to.deep.equal(state.resources.get(1)!.updated)
      const anniversary = Date.parse('2027-01-02T00:00:00+08:00')
      expect(overdue(anniversary - 1)).to.deep.equal([])
      expect(overdue(anniversary)).to.deep.equal([
        ['catalogue-upkeep', '306-01-001'],
        ['catalogue-upkeep', '306-01-002'],
        ['catalogue-upkeep', '306-01-003'],
        ['negative-list-review', '306-01-003'],
      ])
      await act('tax', 'catalogue', 'withdraw', 3, DIGEST)
      state = await readState(scene)
      expect(overdue(anniversary)).to.have.length(2)
    })

    it('knows that an answer to a request is owed until it is given, also while a veto holds it', async () => {
      await act('statistics', 'accessLedger', 'request', requestFor(CONDITIONAL))
      await act('inspector', 'accessLedger', 'vetoGrant', 1, DIGEST, ZeroHash)
      const state = await readState(scene)
      const { due } = state.grants.get(1)!
      expect(overdueAt(state, due!.at)).to.deep.equal([
        { what: 'decision', owedBy: TAX, of: 1, dueAt: due!.at, provisional: false },
      ])
      await act('tax', 'accessLedger', 'refuse', 1, DIGEST)
      expect(overdueAt(await readState(scene), due!.at)).to.deep.equal([])
    })

    it('counts persons, follows incidents, keeps the first filing of a plan', async () => {
      await act('developer', 'conduct', 'registerPerson', DIGEST, DIGEST)
      await act('developer', 'conduct', 'registerPerson', keccakOf('another'), DIGEST)
      await act('developer', 'conduct', 'removePerson', DIGEST, DIGEST)
      await act('developer', 'conduct', 'reportIncident', 0, 2, START - DAY, DIGEST)
      await act('regulator', 'conduct', 'followUpIncident', 1, false, DIGEST)
      await act('regulator', 'conduct', 'followUpIncident', 1, true, DIGEST)
      await act('agency', 'conduct', 'filePlan', DIGEST, START - DAY)
      await act('agency', 'conduct', 'filePlan', DIGEST, START - 2 * DAY)
      const state = await readState(scene)
      expect(state.conduct.get(DEVELOPER)).to.deep.equal({ persons: 1, incidents: [1] })
      const incident = state.incidents.get(1)!
      expect(incident).to.deep.include({ by: DEVELOPER, severity: 'grave', closed: true })
      expect(incident.followUps).to.have.length(2)
      expect([...state.plans.values()].map(({ agency, approvedAt }) => [agency, approvedAt])).to.deep.equal([
        [AGENCY, (START - DAY) * 1000],
      ])
    })

    it('knows the purposes and the calendar', async () => {
      await act('registrar', 'vocabulary', 'retirePurpose', encodePurpose('LegalCompliance'), DIGEST)
      const { purposes, calendars } = await readState(scene)
      const { retired, ...compliance } = purposes.get('LegalCompliance')!
      expect(compliance).to.include({ number: 8, zh: '依法履职' })
      expect(retired).not.to.equal(undefined)
      expect(purposes.get('PublicBenefit')).not.to.have.property('retired')
      expect(purposes.size).to.equal(Number(await scene.view('vocabulary', 'purposeCount')))
      const [version, { firstDay, endDay, digest }] = [...calendars][0]!
      expect([firstDay, endDay, version].map(BigInt)).to.deep.equal([
        ...((await scene.view('workCalendar', 'coverage')) as bigint[]),
      ])
      expect(digest).to.match(/^0x[0-9a-f]{64}$/)
    })
  })
})
