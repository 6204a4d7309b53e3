// Evidence of acts: what may it do now, since when, by whose signature, and what did it do, proven by a block hash alone
// or by a node; whatever is changed in it or left out of it is seen.

import { expect } from 'chai'
import * as fc from 'fast-check'
import { createActsEvidence } from '../../src/acts-evidence.ts'
import type { ActAnswer } from '../../src/chain/act-answer.ts'
import type { EventName } from '../../src/chain/events.ts'
import { readBlock } from '../../src/chain/read.ts'
import { type ActsEvidence, isActsEvidence, parseActsEvidence, type Subject } from '../../src/core/acts-evidence.ts'
import { LedgerError } from '../../src/core/error.ts'
import { type ActsVerification, verifyActs } from '../../src/verify/acts.ts'
import type { Trust } from '../../src/verify/trust.ts'
import { blindTo } from './blind.ts'
import { CODES, type Life, liveThrough, POPULATION } from './life.ts'
import { MUTATIONS, mutate, pathsOf } from './mutations.ts'

const SUBJECTS: readonly Subject[] = [
  { grant: 1 },
  { grant: 2 },
  { agreement: 1 },
  { party: CODES.health },
  { party: CODES.census },
  { resource: POPULATION },
  { correction: 1 },
  { grant: 999 },
]

describe('evidence of acts', () => {
  let life: Life
  let honest: ActsEvidence
  let trust: Trust

  const fileOf = (evidence: unknown): Buffer => Buffer.from(JSON.stringify(evidence))
  const byHash = (evidence: unknown): Promise<ActsVerification> => verifyActs(fileOf(evidence), trust, undefined)
  const byNode = (evidence: unknown): Promise<ActsVerification> =>
    verifyActs(fileOf(evidence), life.trust, async () => life.chain)
  const answerOf = async (subject: Subject): Promise<ActAnswer> => {
    const { failed, acts } = await byNode(await life.acts(subject))
    expect(failed?.detail.en).to.equal(undefined)
    return acts!.answer
  }

  before(async () => {
    life = await liveThrough()
    honest = await life.acts({ grant: 1 }, { offline: true })
    const { asOf } = honest.chain
    trust = { ...life.trust, blocks: [{ number: asOf, hash: (await readBlock(life.chain, asOf))!.hash }] }
  })
  after(() => life.close())

  for (const subject of SUBJECTS) {
    it(`about ${JSON.stringify(subject)} verifies by a block hash and by a node`, async () => {
      const evidence = await life.acts(subject, { offline: true })
      expect(isActsEvidence(fileOf(evidence))).to.equal(true)
      expect(parseActsEvidence(fileOf(evidence))).to.deep.equal(JSON.parse(JSON.stringify(evidence)))
      for (const result of [await byHash(evidence), await byNode(evidence)]) {
        expect(result.failed?.detail.en).to.equal(undefined)
        expect(result.verdict).to.equal('verified')
      }
    })
  }

  it('says what may be done now, by whose signature, and what was done', async () => {
    const [grant] = (await answerOf({ grant: 1 })).grants!
    expect(grant).to.deep.include({ state: 'granted', now: { usable: true, why: 'usable' }, basis: 'provider' })
    const acts = grant!.acts.map(({ event, organisation, signature }) => [event, organisation, signature])
    expect(acts).to.deep.equal([
      ['AccessRequested', CODES.health, undefined],
      ['AccessGranted', CODES.census, 'key'],
      ['GrantVetoed', CODES.inspector, 'key'],
      ['GrantVetoLiftAgreed', CODES.inspector, undefined],
      ['GrantVetoLiftAgreed', CODES.regulator, undefined],
      ['GrantVetoLifted', CODES.regulator, undefined],
    ])
    expect(grant!.used).to.deep.equal({
      deliveries: 3,
      bytes: '1084',
      rows: '12',
      statements: 1,
      accesses: '2',
      computations: 1,
      confirmations: 1,
    })
    const [under] = (await answerOf({ grant: 2 })).grants!
    expect(under).to.deep.include({ state: 'granted', now: { usable: false, why: 'agreement-over', of: 1 } })
  })

  it('says how an agreement, a party, a resource, a correction stand', async () => {
    const { agreement } = await answerOf({ agreement: 1 })
    expect(agreement).to.deep.include({ state: 'ended', signed: [CODES.agency, CODES.company], vetoed: false })
    expect(agreement!.acts.at(-1)).to.deep.include({ event: 'AgreementEnded', organisation: CODES.regulator })
    const { party, grants } = await answerOf({ party: CODES.health })
    expect([party!.status, grants!.map(({ id }) => id)]).to.deep.equal(['active', [1]])
    expect((await answerOf({ resource: POPULATION })).resource).to.include({ version: 1, withdrawn: false })
    expect((await answerOf({ correction: 1 })).correction).to.include({ state: 'raised', raiser: CODES.health })
    expect((await answerOf({ grant: 999 })).about).to.equal(null)
  })

  it('is not made of a code that was never registered', async () => {
    const error = await life.acts({ party: 'nobody' }).catch((error: unknown) => error)
    expect(error).to.be.instanceOf(LedgerError).and.include({ code: 'subject_unknown' })
  })

  describe('with something left out', () => {
    const cases: readonly [EventName, Subject][] = [
      ['GrantVetoLifted', { grant: 1 }],
      ['GrantVetoed', { party: CODES.health }],
      ['Delivered', { grant: 1 }],
      ['Computed', { grant: 1 }],
      ['ReceiptConfirmed', { grant: 1 }],
      ['AgreementEnded', { agreement: 1 }],
      ['AgreementEnded', { grant: 2 }],
      ['ActRelayed', { grant: 1 }],
      ['OrganisationVetoLifted', { party: CODES.census }],
    ]
    for (const [name, subject] of cases) {
      it(`${name} of ${JSON.stringify(subject)} is missed, by a node and by a block hash`, async () => {
        const hidden = name === 'GrantVetoed' ? ([name, 'GrantVetoLiftAgreed', 'GrantVetoLifted'] as const) : [name]
        const blind = await createActsEvidence({ ...life.parts, chain: blindTo(life.chain, hidden) })(subject)
        const { offline } = await life.acts(subject, { offline: true })
        for (const { verdict, failed } of [await byNode(blind), await byHash(life.sign({ ...blind, offline }))]) {
          expect(`${verdict} ${failed?.check} ${failed?.detail.en}`).to.match(/^tampered hidden .*(left out|may hold)/)
        }
      })
    }

    it('a request of a party, as if it had never asked', async () => {
      const chain = blindTo(life.chain, ['AccessRequested'])
      const blind = await createActsEvidence({ ...life.parts, chain })({ party: CODES.health })
      expect((blind.answer as ActAnswer).grants).to.deep.equal([])
      expect((await byNode(blind)).failed?.detail.en).to.match(/AccessRequested 1, .* was left out/)
    })
  })

  describe('changed', () => {
    it('by a stranger never verifies', async function () {
      this.timeout(60_000)
      const change = fc.record({
        path: fc.constantFrom(...pathsOf(honest)),
        mutation: fc.constantFrom(...MUTATIONS),
        seed: fc.nat({ max: 10_000 }),
      })
      await fc.assert(
        fc.asyncProperty(change, async ({ path, mutation, seed }) => {
          const changed = mutate(honest, path, mutation, seed)
          fc.pre(changed !== undefined)
          expect((await byHash(changed)).verdict).to.not.equal('verified')
        }),
        { numRuns: 200 },
      )
    })

    it('by a stranger is seen before anything is made of its events', async () => {
      const { failed, checks } = await byHash({ ...honest, events: honest.events.slice(1) })
      expect(failed?.check).to.equal('signature')
      expect(checks.filter(({ result }) => result === 'passed').map(({ check }) => check)).to.deep.equal([
        'file',
        'ledger',
      ])
    })

    it('and signed again by a dishonest author never verifies', async function () {
      this.timeout(120_000)
      const passed = new Set<string>()
      for (const path of pathsOf(honest)) {
        if (path[0] === 'signature' || (path[0] === 'offline' && Number(path[2]) % 7 !== 0)) continue
        for (const mutation of ['change', 'drop', 'double', 'swap'] as const) {
          const changed = mutate(honest, path, mutation, 3 + path.length)
          if (changed === undefined) continue
          if ((await byHash(resign(changed))).verdict === 'verified') passed.add(path.join('.'))
        }
      }
      expect([...passed]).to.deep.equal([])
    })

    const resign = (evidence: ActsEvidence): ActsEvidence => {
      try {
        return life.sign(evidence)
      } catch {
        return evidence // not even a form that can be signed
      }
    }
  })

  // The last, since the chain goes on with it.
  describe('of what is made from other data', () => {
    it('follows what data is made from: a veto on a parent stops the grant, and cannot be left out', async () => {
      await life.deriveFrom(POPULATION)
      const { grants } = await answerOf({ grant: 3 })
      expect(grants![0]!.now).to.deep.equal({ usable: false, why: 'resource-vetoed', of: POPULATION })
      const chain = blindTo(life.chain, ['ResourceVetoed'])
      const blind = await createActsEvidence({ ...life.parts, chain })({ grant: 3 })
      expect((blind.answer as ActAnswer).grants![0]!.now.usable).to.equal(true)
      expect((await byNode(blind)).failed?.detail.en).to.match(/ResourceVetoed 1, .* was left out/)
    })
  })
})
