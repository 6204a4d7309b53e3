// Invariants of the life of a grant, whatever is done in whatever order:
// - no delivery is ever recorded that its grant, at that block, did not allow;
// - no grant without its approvals;
// - the deliveries under a grant never add up to more than its quota;
// - nothing covered by a veto moves;
// - a decision never gives more than was asked.
// Random acts by all parties; the contracts take exactly those that the model (life-model.ts) allows, and end where it ends;
// and what their events add up to is what their views say.

import { expect } from 'chai'
import { ZeroHash } from 'ethers'
import fc from 'fast-check'
import type { ContractName } from '../../src/chain/abi.ts'
import { openComparing } from '../chain/compare-scene.ts'
import { CONDITIONAL, DIGEST, handoverOf, type Party, requestFor, START, useScene } from './fixture.ts'
import { authorise, ID, STATE } from './grant-acts.ts'
import * as rules from './life-model.ts'
import { sayingsIn } from './said.ts'

const HOUR = 3_600
/** After every so many stories what the events add up to is compared with all views: a thousand questions. */
const COMPARED_EVERY = 3
const MOST_ROWS = 2n ** 64n - 1n
const OFFICERS: readonly Party[] = ['taxOfficer', 'statisticsOfficer', 'regulator']
/** Under the agreement the consumer is the operator, which has no officer here: its role then goes unapproved. */
const RULES: readonly rules.Rule[] = [
  { needed: 0, roles: 0 },
  { needed: 0, roles: 0 },
  { needed: 0, roles: 0 },
  { needed: 1, roles: 0b101 },
  { needed: 2, roles: 0b101 },
  { needed: 2, roles: 0b111 },
]

/** Of how many vetoes there were: the newest one's round, of 32. */
const ofVetoes = (count = 0): number => count % 32

const which = fc.nat(2)
const role = fc.constantFrom(0, 2)
const side = fc.constantFrom('inspector' as const, 'regulator' as const)
/** Mostly within what was asked for or is left, and now and then nothing or too much. */
const bytes = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 12 }) }, fc.constantFrom(0, 60))
const asked = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 10, max: 50 }) }, fc.constant(0))
const hours = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 12, max: 240 }) }, fc.constant(0))
const amounts = fc.array(fc.record({ which, bytes }), { minLength: 1, maxLength: 2 })

function settingOf(operation: boolean): fc.Arbitrary<{ act: 'rule'; operation: boolean; rule: rules.Rule }> {
  return fc.record({
    act: fc.constant('rule' as const),
    operation: fc.constant(operation),
    rule: fc.constantFrom(...RULES),
  })
}

function requestOf(under: boolean): fc.Arbitrary<{ act: 'request'; under: boolean; hours: number; bytes: number }> {
  return fc.record({ act: fc.constant('request' as const), under: fc.constant(under), hours, bytes: asked })
}

const ACT = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ act: fc.constant('request' as const), under: fc.boolean(), hours, bytes: asked }),
  },
  {
    weight: 12,
    arbitrary: fc.record({ act: fc.constant('grant' as const), which, cut: fc.integer({ min: -1, max: 2 }), bytes }),
  },
  { weight: 10, arbitrary: fc.record({ act: fc.constant('approve' as const), which, role, hours }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('withdraw' as const), which, role }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constantFrom('refuse' as const, 'revoke' as const), which }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('veto' as const), which }) },
  { weight: 6, arbitrary: fc.record({ act: fc.constant('lift' as const), which, side }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('vetoResource' as const) }) },
  { weight: 12, arbitrary: fc.record({ act: fc.constant('liftResource' as const), side }) },
  { weight: 14, arbitrary: fc.record({ act: fc.constant('deliver' as const), amounts }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 60 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant('rule' as const),
      operation: fc.boolean(),
      rule: fc.constantFrom(...RULES),
    }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('policy' as const), hours, bytes: asked }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('endAgreement' as const) }) },
)
/** Both rules are set and both kinds of request are made first, so that there is something to act on. */
const STORY = fc.tuple(
  fc.tuple(settingOf(false), settingOf(true), requestOf(false), requestOf(true)),
  fc.array(ACT, { minLength: 10, maxLength: 60, size: 'max' }),
)
type Act = typeof ACT extends fc.Arbitrary<infer T> ? T : never

type SentAct = Exclude<Act, { act: 'wait' }>

describe('AccessLedger under random acts of all parties', () => {
  const scene = useScene()
  const tally = new Map<string, number>()
  let stories = 0

  it('takes exactly what the rules allow, and ends where they end', async function () {
    this.timeout(120_000)
    await authorise(scene)
    await fc.assert(
      fc.asyncProperty(STORY, async ([first, acts]) => {
        const snapshot = await scene.request('evm_snapshot', [])
        const model = rules.newModel(START + HOUR)
        for (const act of [...first, ...acts]) {
          if (act.act === 'wait') {
            model.time += act.hours * HOUR
            continue
          }
          model.time += 1
          const digests = await Promise.all(model.lives.map((life, i) => askedDigest(i + 1, life)))
          const life = 'which' in act ? model.lives[act.which % Math.max(1, model.lives.length)] : undefined
          if ('which' in act && !life) continue
          const sent = describeAct(model, act, digests)
          const allowed = predict(model, act)
          await scene.at(model.time)
          expect(await happens(...sent), `${JSON.stringify(act)} at ${model.time}`).to.equal(allowed)
          const key = `${act.act} ${allowed ? 'taken' : 'refused'}`
          tally.set(key, (tally.get(key) ?? 0) + 1)
        }
        await compare(model)
        if (++stories % COMPARED_EVERY === 0) {
          expect((await (await openComparing(scene)).compare()).differences).to.deep.equal([])
        }
        await scene.request('evm_revert', [snapshot])
      }),
      { numRuns: 60 },
    )
    // Far below what is usual: only a test that no longer tests falls under it.
    for (const act of ['request', 'grant', 'approve', 'veto', 'lift', 'deliver']) {
      for (const end of ['taken', 'refused']) {
        expect(tally.get(`${act} ${end}`) ?? 0, `${act} ${end} of ${JSON.stringify([...tally])}`).to.be.at.least(3)
      }
    }
  })

  const askedDigest = async (id: number, life: rules.Life): Promise<unknown> =>
    life.state === 'requested' ? scene.view('accessLedger', 'askedDigest', id) : ZeroHash

  /** Who sends what; made before the model moves on. */
  function describeAct(
    model: rules.Model,
    act: SentAct,
    digests: readonly unknown[],
  ): [Party, ContractName, string, ...unknown[]] {
    const at = (index: number): number => index % Math.max(1, model.lives.length)
    const id = 'which' in act ? at(act.which) + 1 : 0
    const asked = digests[id - 1]
    switch (act.act) {
      case 'request': {
        const terms = {
          agreement: act.under ? 1 : 0,
          until: model.time + act.hours * HOUR,
          quota: { byteCount: act.bytes, rowCount: MOST_ROWS },
        }
        return [act.under ? 'operator' : 'statistics', 'accessLedger', 'request', requestFor(CONDITIONAL, terms)]
      }
      case 'grant': {
        const until = (model.lives[id - 1]?.until ?? 0) - act.cut * HOUR
        const quota = { byteCount: act.bytes, rowCount: MOST_ROWS }
        return ['tax', 'accessLedger', 'grant', id, asked, Math.max(0, until), quota, ZeroHash]
      }
      case 'approve': {
        const until = model.time + act.hours * HOUR
        return [OFFICERS[act.role] ?? 'stranger', 'accessLedger', 'approve', id, asked, act.role, until, ZeroHash]
      }
      case 'withdraw':
        return [OFFICERS[act.role] ?? 'stranger', 'accessLedger', 'withdrawApproval', id, act.role, ZeroHash]
      case 'refuse':
      case 'revoke':
        return ['tax', 'accessLedger', act.act, id, DIGEST]
      case 'veto':
        return ['inspector', 'accessLedger', 'vetoGrant', id, DIGEST, ZeroHash]
      case 'lift':
        return [act.side, 'accessLedger', 'liftGrantVeto', id, ofVetoes(model.lives[at(act.which)]?.vetoes), DIGEST]
      case 'vetoResource':
        return ['inspector', 'catalogue', 'vetoResource', CONDITIONAL, DIGEST, ZeroHash]
      case 'liftResource':
        return [act.side, 'catalogue', 'liftResourceVeto', CONDITIONAL, ofVetoes(model.resourceVetoes), DIGEST]
      case 'deliver': {
        const batch = act.amounts.map(({ which, bytes }) => ({
          grant: at(which) + 1,
          kind: 0,
          handover: handoverOf({ byteCount: bytes, rowCount: 0 }),
        }))
        return ['tax', 'accessLedger', 'deliver', batch]
      }
      case 'rule':
        return ['registrar', 'accessLedger', 'setApprovalRule', act.operation ? 0 : 1, act.rule]
      case 'policy': {
        const terms = {
          longestPeriod: act.hours * HOUR,
          validUntil: model.time * 2,
          mostBytes: act.bytes,
          mostRows: MOST_ROWS,
          scope: 0b1111,
          purposes: 0b10,
        }
        return ['tax', 'policies', 'setPolicy', CONDITIONAL, terms, []]
      }
      case 'endAgreement':
      default:
        return ['agency', 'agreements', 'endAgreement', 1, DIGEST]
    }
  }

  function predict(model: rules.Model, act: SentAct): boolean {
    const lifeAt = (index: number): rules.Life | undefined => model.lives[index % Math.max(1, model.lives.length)]
    if ('which' in act) {
      const life = lifeAt(act.which)
      return life !== undefined && predictOn(life, model, act)
    }
    if (act.act === 'request') {
      const until = model.time + act.hours * HOUR
      return rules.request(model, { underAgreement: act.under, until, quota: act.bytes })
    }
    if (act.act === 'vetoResource') return rules.vetoResource(model)
    if (act.act === 'liftResource') return rules.liftResource(model, act.side)
    if (act.act === 'rule') return rules.setRule(model, act.operation, act.rule)
    if (act.act === 'policy') return rules.setPolicy(model, act.hours * HOUR, act.bytes)
    if (act.act === 'endAgreement') return rules.endAgreement(model)
    const batch = act.amounts.map(({ which, bytes }) => ({ life: lifeAt(which), bytes }))
    const known = batch.filter((one): one is { life: rules.Life; bytes: number } => one.life !== undefined)
    return known.length === batch.length && rules.deliver(model, known)
  }

  function predictOn(life: rules.Life, model: rules.Model, act: Extract<SentAct, { which: number }>): boolean {
    if (act.act === 'grant') {
      return rules.grant(model, life, Math.max(0, life.until - act.cut * HOUR), act.bytes)
    }
    if (act.act === 'approve') return rules.approve(model, life, act.role, model.time + act.hours * HOUR)
    if (act.act === 'withdraw') return rules.withdraw(model, life, act.role)
    if (act.act === 'veto') return rules.veto(model, life)
    if ('side' in act) return rules.lift(life, act.side)
    return act.act === 'refuse' ? rules.refuse(life) : rules.revoke(model, life)
  }

  /** Whether the contracts took the act. They refuse with an error of their own, never by a fault. */
  async function happens(party: Party, contract: ContractName, method: string, ...args: unknown[]): Promise<boolean> {
    try {
      const receipt = await scene.act(party, contract, method, ...args)
      expect(sayingsIn(receipt, scene.deployment.contracts), `${method} said nothing`).not.to.deep.equal([])
      return true
    } catch (error) {
      expect(String(error)).to.match(/custom error/u)
      return false
    }
  }

  /** The invariants, read from the contract: quota, state, and who may go on. */
  async function compare(model: rules.Model): Promise<void> {
    await scene.at(model.time + 1)
    await scene.request('evm_mine', [])
    model.time += 1
    for (const [i, life] of model.lives.entries()) {
      const id = i + 1
      const grant = [...((await scene.view('accessLedger', 'grantOf', id)) as Iterable<bigint>)]
      const shown = {
        consumer: grant[1],
        until: Number(grant[5]),
        state: grant[6],
        veto: Number(grant[7]) & 7,
        round: Number(grant[7]) >> 3,
        left: Number(grant[8]),
      }
      const { until, veto, left } = life
      const consumer = life.underAgreement ? ID.operator : ID.statistics
      expect(shown).to.deep.equal({
        consumer,
        until,
        state: stateOf(model, life),
        veto,
        round: ofVetoes(life.vetoes),
        left,
      })
      expect(life.taken).to.be.at.most(life.quota)
      const usable = await scene.view('accessLedger', 'checkUsable', id).then(
        () => true,
        () => false,
      )
      expect(usable).to.equal(rules.usable(model, life) && life.left > 0)
    }
  }

  function stateOf(model: rules.Model, life: rules.Life): bigint {
    if (life.state === 'requested') return life.veto === 0 ? STATE.requested : STATE.held
    if (life.state !== 'granted') return STATE[life.state]
    if (model.time >= life.until) return STATE.expired
    if (life.veto !== 0) return STATE.suspended
    return life.left === 0 ? STATE.exhausted : STATE.granted
  }
})
