// Evidence of what is made from granted data: by two approvals, a review and a release, verified with one block hash; and
// whoever leaves an approval, a withdrawal or the release out, the verifier sees it.

import { expect } from 'chai'
import * as fc from 'fast-check'
import { createActsEvidence } from '../../src/acts-evidence.ts'
import { type ActAnswer, answerActs } from '../../src/chain/act-answer.ts'
import type { EventName } from '../../src/chain/events.ts'
import { readBlock } from '../../src/chain/read.ts'
import type { TimedEvent } from '../../src/chain/registry-state.ts'
import type { ActsEvidence, Subject } from '../../src/core/acts-evidence.ts'
import { LedgerError } from '../../src/core/error.ts'
import type { Evidence } from '../../src/core/evidence.ts'
import { createEvidence } from '../../src/evidence.ts'
import { type ActsVerification, verifyActs } from '../../src/verify/acts.ts'
import { readEvents } from '../../src/verify/events.ts'
import type { Trust } from '../../src/verify/trust.ts'
import { type Verification, verifyEvidence } from '../../src/verify/verify.ts'
import { blindTo } from './blind.ts'
import { CODES, type Life, liveThrough } from './life.ts'
import { MADE, makeProduct, PRODUCT } from './product-life.ts'

describe('evidence of a product', () => {
  let life: Life
  let trust: Trust

  const fileOf = (evidence: object): Buffer => Buffer.from(JSON.stringify(evidence))
  const byHash = (evidence: object): Promise<ActsVerification> => verifyActs(fileOf(evidence), trust, undefined)
  const byNode = (evidence: object): Promise<ActsVerification> =>
    verifyActs(fileOf(evidence), life.trust, async () => life.chain)
  const rowsByHash = (evidence: object): Promise<Verification> => verifyEvidence(fileOf(evidence), trust, undefined)

  before(async () => {
    life = await liveThrough()
    await makeProduct(life)
    const { number, hash } = (await readBlock(life.chain, 'latest'))!
    trust = { ...life.trust, blocks: [{ number, hash }] }
  })
  after(() => life.close())

  const answerOf = async (subject: Subject): Promise<ActAnswer> => {
    const { failed, verdict, acts } = await byHash(await life.acts(subject, { offline: true }))
    expect(failed?.detail.en).to.equal(undefined)
    expect(verdict).to.equal('verified')
    return acts!.answer
  }

  it('goes by one block hash from the approvals of its source to its release and a grant on it', async () => {
    const [source] = (await answerOf({ grant: MADE.source })).grants!
    expect(source).to.deep.include({ state: 'granted', basis: 'approvals', agreement: MADE.agreement })
    expect(source!.acts.map(({ event, organisation, signature }) => [event, organisation, signature])).to.deep.equal([
      ['AccessRequested', CODES.company, undefined],
      ['ApprovalGiven', CODES.census, undefined],
      ['ApprovalWithdrawn', CODES.census, undefined],
      ['ApprovalGiven', CODES.regulator, 'key'],
      ['ApprovalGiven', CODES.census, undefined],
      ['AccessGranted', CODES.census, undefined],
      ['GrantVetoed', CODES.inspector, undefined],
      ['GrantVetoLiftAgreed', CODES.inspector, undefined],
      ['GrantVetoLiftAgreed', CODES.regulator, undefined],
      ['GrantVetoLifted', CODES.regulator, undefined],
    ])
    const { resource } = await answerOf({ resource: PRODUCT })
    expect(resource!.acts.map(({ event, organisation, signature }) => [event, organisation, signature])).to.deep.equal([
      ['ResourceRegistered', CODES.company, undefined],
      ['ProductRegistered', CODES.company, undefined],
      ['ProductReleased', CODES.agency, 'key'],
    ])
    const [grant] = (await answerOf({ grant: MADE.grant })).grants!
    expect(grant).to.deep.include({ state: 'granted', provider: CODES.company, resource: PRODUCT })
    expect(grant!.now).to.deep.equal({ usable: true, why: 'usable' })
  })

  it('judges accesses of it by what befell the grant that its data came by', async () => {
    const { failed, answer } = await rowsByHash(
      await life.evidence({ where: { grant: '4' } }, { limit: 9, offline: true }),
    )
    expect(failed?.detail.en).to.equal(undefined)
    expect(answer!.rows.map(({ judgement }) => judgement)).to.deep.equal(['within', 'while-vetoed', 'within'])
  })

  it('a veto on that grant, its approvals, or the registration that names it, cannot be left out of these', async () => {
    const asked = { where: { grant: String(MADE.grant) } }
    const honest = await life.evidence(asked, { limit: 9, offline: true })
    const { offline } = honest
    const vetoed = honest.answer.judgements
    for (const [name, id, judged] of [
      ['GrantVetoed', MADE.source, ['within', 'within', 'within']],
      ['ProductRegistered', MADE.product, ['within', 'within', 'within']],
      ['ApprovalGiven', MADE.source, vetoed],
    ] as const) {
      // What only follows from it would give it away to the author already.
      const follows = {
        GrantVetoed: ['GrantVetoLifted'],
        ProductRegistered: ['ProductReleased'],
        ApprovalGiven: [],
      } as const
      const hidden: readonly EventName[] = [name, ...follows[name]]
      const parts = { ...life.parts, chain: blindTo(life.chain, hidden, id) }
      const blind: Evidence = await createEvidence(parts)(asked, { limit: 9 })
      expect(blind.answer.judgements).to.deep.equal(judged)
      const shown = await rowsByHash(life.sign({ ...blind, offline }))
      expect(`${shown.verdict} ${shown.failed?.check} ${shown.failed?.detail.en}`).to.match(
        new RegExp(`^tampered hidden Event \\d+ of block \\d+, ${name} ${id}, .* left out`),
      )
      const told = await verifyEvidence(fileOf(blind), life.trust, async () => life.chain)
      expect(told.failed?.detail.en).to.match(new RegExp(`, ${name} ${id}, .* left out`))
    }
  })

  describe('with something left out by a dishonest author', () => {
    /**
     * The file as its author would have it: without some events, and the answer, the blocks and the signature accordingly.
     * The proof stays, since nobody can make another.
     */
    const without = (evidence: ActsEvidence, hide: (event: TimedEvent, k: number) => boolean): ActsEvidence => {
      const { events } = readEvents(evidence, life.trust.contracts)
      const kept = events.map((event, k) => !hide(event, k))
      const told = events.filter((_, k) => kept[k])
      expect(told.length).to.be.lessThan(events.length)
      const needed = new Set([evidence.chain.asOf, ...told.map(({ log }) => log.blockNumber)])
      return life.sign({
        ...evidence,
        events: evidence.events.filter((_, k) => kept[k]),
        blocks: evidence.blocks.filter(({ number }) => needed.has(number)),
        answer: answerActs(evidence.subject, told, evidence.blocks.at(-1)!.time),
      })
    }
    const missed = async (evidence: ActsEvidence, words: RegExp): Promise<void> => {
      const { offline: _, ...plain } = evidence
      for (const { verdict, failed } of [await byHash(evidence), await byNode(life.sign(plain))]) {
        expect(`${verdict} ${failed?.check} ${failed?.detail.en}`).to.match(/^tampered hidden .*was left out/)
        expect(failed!.detail.en).to.match(words)
      }
    }
    const nth = (name: EventName, wanted: number): ((event: TimedEvent) => boolean) => {
      let seen = 0
      return ({ event }) => event.name === name && seen++ === wanted
    }

    it('an approval: the first, given and taken back, or the one that decided', async () => {
      const honest = await life.acts({ grant: MADE.source }, { offline: true })
      for (const which of [0, 2]) {
        await missed(without(honest, nth('ApprovalGiven', which)), /ApprovalGiven 3, is about/)
      }
    })

    it('that it was taken back', async () => {
      const honest = await life.acts({ grant: MADE.source }, { offline: true })
      const forged = without(honest, nth('ApprovalWithdrawn', 0))
      const [grant] = (forged.answer as ActAnswer).grants!
      expect(grant!.acts.map(({ event }) => event)).to.not.include('ApprovalWithdrawn')
      await missed(forged, /ApprovalWithdrawn 3, is about/)
    })

    it('an approval of a grant that something else hangs on', async () => {
      const honest = await life.acts({ grant: MADE.grant }, { offline: true })
      expect((honest.answer as ActAnswer).grants).to.have.length(1)
      await missed(without(honest, nth('ApprovalGiven', 2)), /ApprovalGiven 3, is about/)
    })

    it('all approvals, by an author whose node knows none', async () => {
      const chain = blindTo(life.chain, ['ApprovalGiven', 'ApprovalWithdrawn'])
      const blind = await createActsEvidence({ ...life.parts, chain })({ grant: MADE.source })
      const { offline } = await life.acts({ grant: MADE.source }, { offline: true })
      for (const { verdict, failed } of [await byNode(blind), await byHash(life.sign({ ...blind, offline }))]) {
        expect(`${verdict} ${failed?.check} ${failed?.detail.en}`).to.match(
          /^tampered hidden .*ApprovalGiven 3, is about/,
        )
      }
    })

    for (const subject of [{ resource: PRODUCT }, { grant: MADE.grant }] as const) {
      it(`the release, from evidence of ${JSON.stringify(subject)}: the product would look unreleased`, async () => {
        const chain = blindTo(life.chain, ['ProductReleased'])
        const blind = await createActsEvidence({ ...life.parts, chain })(subject)
        const { grants, resource } = blind.answer as ActAnswer
        if (grants !== undefined) expect(grants[0]!.now).to.include({ usable: false, why: 'product-not-released' })
        else expect(resource!.acts.map(({ event }) => event)).to.not.include('ProductReleased')
        const { offline } = await life.acts(subject, { offline: true })
        for (const { verdict, failed } of [await byNode(blind), await byHash(life.sign({ ...blind, offline }))]) {
          expect(`${verdict} ${failed?.check} ${failed?.detail.en}`).to.match(
            /^tampered hidden .*ProductReleased 2, is about.*left out/,
          )
        }
      })
    }

    it('any events at all: never verifies, whatever the rest comes to', async function () {
      this.timeout(60_000)
      const honest = await life.acts({ grant: MADE.grant }, { offline: true })
      let made = 0
      const some = fc.uniqueArray(fc.nat(honest.events.length - 1), { minLength: 1, maxLength: 12 })
      await fc.assert(
        fc.asyncProperty(some, async dropped => {
          const forged = tryMaking(() => without(honest, (_, k) => dropped.includes(k)))
          fc.pre(forged !== undefined)
          made++
          expect((await byHash(forged)).verdict).to.equal('tampered')
        }),
        { numRuns: 40 },
      )
      expect(made).to.be.greaterThan(9)
    })

    /** Undefined where what is left makes no story: nobody could make an answer of it. */
    const tryMaking = (make: () => ActsEvidence): ActsEvidence | undefined => {
      try {
        return make()
      } catch (error) {
        if (error instanceof LedgerError && error.code === 'events_missing') return undefined
        throw error
      }
    }

    it('a block that holds the release, or an approval: its header says that it may', async () => {
      for (const [subject, name] of [
        [{ resource: PRODUCT }, 'ProductReleased'],
        [{ grant: MADE.source }, 'ApprovalWithdrawn'],
      ] as const) {
        const honest = await life.acts(subject, { offline: true })
        const { events } = readEvents(honest, life.trust.contracts)
        const { log } = events.find(({ event }) => event.name === name)!
        const same = ({ log: { transactionHash } }: TimedEvent): boolean => transactionHash === log.transactionHash
        const blocks = honest.offline!.blocks.filter(({ number }) => number !== log.blockNumber)
        const dark = without({ ...honest, offline: { ...honest.offline!, blocks } }, same)
        const { verdict, failed } = await byHash(dark)
        expect(`${verdict} ${failed?.check} ${failed?.detail.en}`).to.match(
          new RegExp(`^tampered hidden Block ${log.blockNumber} may hold`),
        )
      }
    })
  })

  // The last, since the chain goes on with it.
  describe('that was withdrawn', () => {
    it('may not be taken any more; and that cannot be left out', async () => {
      await life.act('agency', 'products', 'withdrawProduct', MADE.product, `0x${'11'.repeat(32)}`)
      const { acts } = await byNode(await life.acts({ grant: MADE.grant }))
      expect(acts!.answer.grants![0]!.now).to.include({ usable: false, why: 'product-not-released' })
      const chain = blindTo(life.chain, ['ProductWithdrawn'])
      const blind = await createActsEvidence({ ...life.parts, chain })({ grant: MADE.grant })
      expect((blind.answer as ActAnswer).grants![0]!.now.usable).to.equal(true)
      expect((await byNode(blind)).failed?.detail.en).to.match(/ProductWithdrawn 2, is about .* left out/)
    })
  })
})
