// Evidence, from making to verdict, on a real chain: an honest answer verifies, and whatever is changed in it does not —
// neither by a stranger nor by a dishonest operator who signs again what was changed.

import { expect } from 'chai'
import * as fc from 'fast-check'
import type { Chain } from '../../src/chain/network.ts'
import { LedgerError } from '../../src/core/error.ts'
import { answerText, type Evidence, parseEvidence } from '../../src/core/evidence.ts'
import type { EvidenceEvent } from '../../src/core/evidence-chain.ts'
import { formatVerifierKey, type VerifierKey } from '../../src/core/note.ts'
import type { Question } from '../../src/core/question.ts'
import { parseWitnessPolicy } from '../../src/core/witness-policy-text.ts'
import { createEvidence, type EvidenceRegistry } from '../../src/evidence.ts'
import type { Verification } from '../../src/verify/verify.ts'
import { verifyEvidence } from '../../src/verify/verify.ts'
import { makeKey } from '../witness/scene.ts'
import { WITNESS } from './anchored.ts'
import { blindTo } from './blind.ts'
import { hiding } from './dishonest.ts'
import { MUTATIONS, mutate, pathsOf } from './mutations.ts'
import { rememberAnswers } from './remembered.ts'
import { HEALTH, INCOME, POPULATION, type Scene, setScene, TAX } from './scene.ts'

const ALL: Question = { where: { source: 'exchange-1' } }

describe('evidence', () => {
  let scene: Scene
  let honest: Evidence
  /** The scene's chain, with each question asked once: it stands still while a property runs. */
  let still: Chain

  const fileOf = (evidence: unknown): Buffer => Buffer.from(JSON.stringify(evidence))
  const verify = (evidence: unknown, chain: Chain = scene.chain): Promise<Verification> =>
    verifyEvidence(fileOf(evidence), scene.trust, async () => chain)
  const signAgain = (evidence: Evidence): Evidence => ({
    ...evidence,
    signature: scene.answerKey.sign(answerText(scene.trust.logKey.name, evidence)),
  })

  before(async () => {
    scene = await setScene()
  })
  after(() => scene.close())

  it('there is none before the first anchor', async () => {
    const error = await scene.evidence(ALL, { limit: 10 }).catch((error: unknown) => error)
    expect(error).to.be.instanceOf(LedgerError).and.include({ code: 'not_anchored_yet', retryable: true })
    await scene.anchor()
    honest = await scene.evidence(ALL, { limit: 100 })
    still = rememberAnswers(scene.chain)
  })

  it('of an honest answer verifies, every check passed', async () => {
    expect(parseEvidence(fileOf(honest))).to.deep.equal(honest)
    const { verdict, failed, checks, answer } = await verify(honest)
    expect(failed).to.equal(undefined)
    expect(verdict).to.equal('verified')
    // The trust file names no keys of sources.
    const made = checks.filter(({ check }) => check !== 'sources')
    expect(made.every(({ result }) => result === 'passed')).to.equal(true)
    const judgements = answer!.rows.map(({ judgement }) => judgement).join(' ')
    const [right, late] = ['within within no-grant unknown-grant within after-revocation', 'before-grant after-expiry']
    const wrong = 'not-granted not-granted other-consumer other-resource other-purpose other-purpose'
    expect(judgements).to.equal(`${right} ${wrong} ${late}`)
    expect(answer!.totals).to.include({ records: 14, bytes: 14 * 512, rows: 42, outside: 11 })
    expect(Object.fromEntries(answer!.findings.organisations)).to.include({ [HEALTH]: '卫生健康委', [TAX]: '市税务局' })
    expect(answer!.anchor.size).to.equal(scene.store.head.size)
  })

  it('verifies only if those have witnessed it whom the trust file names', async () => {
    const lines = (key: VerifierKey): string => `witness them ${formatVerifierKey(key)}\nquorum them\n`
    const verifyBy = (key: VerifierKey): Promise<Verification> =>
      verifyEvidence(fileOf(honest), { ...scene.trust, witnesses: parseWitnessPolicy(lines(key)) }, async () => still)
    expect((await verifyBy(WITNESS.key)).answer?.cosigned).to.deep.equal(['them'])
    const { verdict, failed } = await verifyBy(makeKey('witness.example/scene').key)
    expect([verdict, failed?.check]).to.deep.equal(['unchecked', 'checkpoint'])
    expect(failed?.detail.en).to.contain('lacks cosignatures: them')
  })

  it('answers other questions: by grant, by time, of no row, cut at the limit', async () => {
    const time = Date.parse(JSON.parse(honest.log.entries[0]!).time as string)
    const questions: [Question, number, number, boolean][] = [
      [{ where: { grant: '2', resource: INCOME } }, 10, 2, false],
      [{ where: { source: 'exchange-1' }, from: time, to: time + 1 }, 100, 10, false],
      [{ where: { consumer: 'nobody' } }, 10, 0, false],
      [{ where: { resource: POPULATION, source: 'exchange-1' } }, 3, 3, true],
    ]
    for (const [question, limit, rows, more] of questions) {
      const evidence = await scene.evidence(question, { limit })
      const { verdict, failed, answer } = await verify(evidence)
      expect(failed).to.equal(undefined)
      expect(verdict).to.equal('verified')
      expect(answer!.rows).to.have.length(rows)
      expect(answer!.more).to.equal(more)
      expect(evidence.log.indices).to.deep.equal(evidence.log.indices.toSorted((a, b) => a - b))
    }
  })

  it('still verifies when the log has grown and the grant was revoked later', async () => {
    const snapshot = await scene.node.ask('evm_snapshot')
    await scene.append([JSON.parse(honest.log.entries[0]!)])
    const sender = scene.act.census
    await sender.call('accessLedger', scene.deployment.contracts.accessLedger, 'revoke', [1, `0x${'01'.repeat(32)}`])
    const { verdict, failed } = await verify(honest)
    await scene.node.ask('evm_revert', [snapshot])
    expect(failed).to.equal(undefined)
    expect(verdict).to.equal('verified')
  })

  describe('changed by a stranger', () => {
    it('never verifies: no place in the file can be changed, dropped, doubled, swapped', async function () {
      this.timeout(60_000)
      const paths = pathsOf(honest)
      const anyChange = fc.record({
        path: fc.constantFrom(...paths),
        mutation: fc.constantFrom(...MUTATIONS),
        seed: fc.nat({ max: 10_000 }),
      })
      await fc.assert(
        fc.asyncProperty(anyChange, async ({ path, mutation, seed }) => {
          const changed = mutate(honest, path, mutation, seed)
          fc.pre(changed !== undefined)
          const { verdict } = await verify(changed, still)
          expect(verdict).to.not.equal('verified')
        }),
        { numRuns: 600 },
      )
    })

    it('never verifies when one byte of the file is another', async function () {
      this.timeout(60_000)
      const file = fileOf(honest)
      await fc.assert(
        fc.asyncProperty(fc.nat({ max: file.length - 1 }), fc.integer({ min: 1, max: 255 }), async (at, by) => {
          const changed = Buffer.from(file)
          changed[at] = (changed[at]! + by) % 256
          const { verdict } = await verifyEvidence(changed, scene.trust, async () => still)
          expect(verdict).to.not.equal('verified')
        }),
        { numRuns: 300 },
      )
    })

    it('names the record that was changed', async () => {
      const k = 5
      const entries = honest.log.entries.map((entry, i) => (i === k ? entry.replace('"rows":3', '"rows":4') : entry))
      const { verdict, failed } = await verify({ ...honest, log: { ...honest.log, entries } })
      expect(verdict).to.equal('tampered')
      expect(failed).to.include({ check: 'records', index: honest.log.indices[k] })
    })
  })

  describe('changed and signed again by a dishonest operator', () => {
    /** The author's own word: what was asked, when, and how many rows at most. Nothing else may pass. */
    const WORD = new Set(['question', 'asked', 'limit', 'more'])

    it('never verifies but for the question, its time and its limit', async function () {
      this.timeout(60_000)
      const passed = new Set<string>()
      for (const path of pathsOf(honest)) {
        for (const mutation of ['change', 'drop', 'double', 'swap'] as const) {
          const changed = mutate(honest, path, mutation, 3 + path.length)
          if (changed === undefined || path[0] === 'signature') continue
          const { verdict } = await verify(resign(changed), still)
          if (verdict === 'verified') passed.add(path.join('.'))
        }
      }
      // A line of the note by a key that the verifier does not know says nothing, as C2SP signed-note has it.
      const unexpected = [...passed].filter(path => !WORD.has(path.split('.')[0]!) && path !== 'log.checkpoint')
      expect(unexpected).to.deep.equal([])
    })

    const resign = (evidence: Evidence): Evidence => {
      try {
        return signAgain(evidence)
      } catch {
        return evidence // not even a form that can be signed
      }
    }

    it('a row left out, with everything else made anew', async () => {
      const whole = await scene.evidence({ where: { consumer: TAX } }, { limit: 100 })
      expect((await verify(whole)).verdict).to.equal('verified')
      expect(whole.log.indices).to.have.length(4)
      for (const leaf of whole.log.indices) {
        const { verdict, failed } = await verify(
          await createEvidence(hiding(scene.parts, leaf))({ where: { consumer: TAX } }, { limit: 100 }),
        )
        expect(verdict).to.equal('tampered')
        expect(failed).to.include({ check: 'complete', index: leaf })
      }
      const { complete: _, ...without } = { ...whole, anchors: whole.anchors.slice(0, 1) }
      expect((await verify(signAgain(without))).failed?.check).to.equal('question')
    })

    it('a judgement that is not what the events say', async () => {
      const judgements = honest.answer.judgements.map(() => 'within' as const)
      const { failed } = await verify(signAgain({ ...honest, answer: { ...honest.answer, judgements } }))
      expect(failed).to.include({ check: 'judgements', index: honest.log.indices[2] })
    })

    it('a revocation left out, which makes a late access look right', async () => {
      const chain = blindTo(scene.chain, ['GrantRevoked'])
      const evidence = await createEvidence({ ...scene.parts, chain })(ALL, { limit: 100 })
      expect(evidence.answer.judgements).to.not.include('after-revocation')
      const { verdict, failed } = await verify(evidence)
      expect(verdict).to.equal('tampered')
      expect(failed?.check).to.equal('hidden')
      expect(failed?.detail.en).to.match(/GrantRevoked 2, .* was left out/)
    })

    it('an update of a resource before its newest: it says nothing, and swells the file', async () => {
      const own = await setScene()
      await own.anchor()
      const { act, deployment, evidence } = own
      const question: Question = { where: { grant: '1', resource: POPULATION } }
      const update = (name: string) =>
        act.census.call('catalogue', deployment.contracts.catalogue, 'update', [
          1,
          {
            name,
            shareType: 0,
            openType: 2,
            level: 3,
            fieldCount: 8,
            parents: [],
            legalBasisDigest: `0x${'00'.repeat(32)}`,
            metadata: `0x${'20'.repeat(16_384)}`,
          },
        ])
      const before = await evidence(question, { limit: 10 })
      await update('first')
      const one = await evidence(question, { limit: 10 })
      for (const name of ['second', 'third', 'last']) await update(name)
      const many = await evidence(question, { limit: 10 })
      const verifyOwn = (file: Evidence) => verifyEvidence(fileOf(file), own.trust, async () => own.chain)
      const { verdict, answer } = await verifyOwn(many)
      const both = {
        ...many,
        blocks: [...one.blocks, ...many.blocks]
          .filter(({ number }, k, all) => all.findIndex(block => block.number === number) === k)
          .toSorted((a, b) => a.number - b.number),
        events: [...one.events, many.events.at(-1)!],
      }
      const signature = own.answerKey.sign(answerText(own.trust.logKey.name, both))
      const { verdict: swollen, failed } = await verifyOwn({ ...both, signature })
      await own.close()
      expect(one.events).to.have.length(before.events.length + 1)
      expect(many.events).to.have.length(one.events.length)
      expect(verdict).to.equal('verified')
      expect(answer!.findings.resources.get(POPULATION)).to.equal('last')
      expect(swollen).to.equal('tampered')
      expect(failed?.detail.en).to.contain('more than one update of resource 1')
    })

    it('an anchor of another tree, a grant of a contract of its own', async () => {
      const size = String(scene.store.head.size + 1)
      const [anchor, ofIndex] = honest.anchors as [EvidenceEvent, EvidenceEvent]
      const { topics } = anchor
      const grown = {
        ...anchor,
        topics: [topics[0]!, topics[1]!, `0x${BigInt(size).toString(16).padStart(64, '0')}`],
      }
      for (const anchors of [[grown, ofIndex], [anchor], [ofIndex, anchor], [anchor, anchor], [anchor, grown]]) {
        expect((await verify(signAgain({ ...honest, anchors }))).failed?.check).to.equal('anchor')
      }
      const events = honest.events.map(event => ({ ...event, address: `0x${'11'.repeat(20)}` }))
      expect((await verify(signAgain({ ...honest, events }))).failed?.check).to.equal('events')
    })
  })

  describe('that cannot be checked', () => {
    const unchecked = async (result: Promise<Verification>, check: string, words: RegExp): Promise<void> => {
      const { verdict, failed } = await result
      expect(verdict).to.equal('unchecked')
      expect(failed?.check).to.equal(check)
      expect(failed?.detail.en).to.match(words)
    }

    it('without a chain, says what is missing, and that everything else agrees', async () => {
      const result = await verifyEvidence(fileOf(honest), scene.trust, undefined)
      expect(result.verdict).to.equal('unchecked')
      expect(result.failed?.detail.en).to.match(/--rpc/)
      expect(result.checks.filter(({ result }) => result === 'passed')).to.have.length(12)
    })

    const read = (text: string) => verifyEvidence(Buffer.from(text), scene.trust, undefined)

    it('a file that is none, or of a newer format', async () => {
      await unchecked(read('hello'), 'file', /not readable/)
      await unchecked(read('{"format":"suyuan-evidence/v9"}'), 'file', /newer verifier/)
      await unchecked(read('{"format":"suyuan-evidence/v1"}'), 'file', /ask the author of an older one for it again/)
      await unchecked(read('{"format":"suyuan-evidence/v2"}'), 'file', /ask the author of an older one for it again/)
      await unchecked(read('{"format":"suyuan-evidence/v3","format":"suyuan-evidence/v3"}'), 'file', /twice/)
      await unchecked(read(JSON.stringify({ ...honest, note: 1 })), 'file', /note/)
      await unchecked(verifyEvidence(Buffer.from([0xff, 0xfe]), scene.trust, undefined), 'file', /UTF-8/)
    })

    it('that nobody has what nobody could have', async () => {
      for (const where of [
        { grant: '01' },
        { grant: '0' },
        { actor: 'ABC' },
        { consumer: 'a b' },
        { purpose: '依法履职' },
      ]) {
        await unchecked(read(JSON.stringify({ ...honest, question: { where } })), 'file', /question\.where/)
      }
    })

    it('evidence of another ledger than the one trusted', async () => {
      const other = { ...scene.trust, contracts: { ...scene.trust.contracts, accessLedger: `0x${'22'.repeat(20)}` } }
      await unchecked(verifyEvidence(fileOf(honest), other, undefined), 'ledger', /another ledger/)
      const otherKey = { ...scene.trust, logKey: scene.trust.answerKey }
      await unchecked(verifyEvidence(fileOf(honest), otherKey, undefined), 'checkpoint', /trusted key is of/)
    })

    it('with a node that is dead, of another chain, reset, or behind', async () => {
      const { node } = scene
      const faulty = async (rule: typeof node.rule, words: RegExp): Promise<void> => {
        node.rule = rule
        await unchecked(verify(honest), 'chain', words).finally(() => {
          node.rule = undefined
        })
      }
      await faulty(() => 'dead', /did not answer/)
      await faulty(({ method }) => (method === 'eth_getCode' ? { result: '0x' } : undefined), /no contract at/)
      const behind = ({ method, params }: { method: string; params: readonly unknown[] }) =>
        method === 'eth_getBlockByNumber' && params[0] !== 'latest' ? { result: null } : undefined
      await faulty(behind, /let it catch up/)
      await faulty(
        ({ method }) => (method === 'eth_getTransactionReceipt' ? { result: 7 } : undefined),
        /not what Ethereum/,
      )
      await faulty(
        ({ method }) => (method === 'eth_getTransactionReceipt' ? { result: null } : undefined),
        /keeps all history/,
      )
      await unchecked(verify(honest, { ...scene.chain, chainId: 7 }), 'chain', /serves chain 7/)
      const pinned = { ...scene.trust, blocks: [{ number: 1, hash: `0x${'33'.repeat(32)}` }] }
      await unchecked(
        verifyEvidence(fileOf(honest), pinned, async () => scene.chain),
        'chain',
        /trust file says/,
      )
    })

    it('with a node that answers what was asked of the contracts’ events with what is no answer', async () => {
      const { node } = scene
      for (const result of [7, null, [{ topics: 'none' }]]) {
        node.rule = ({ method }) => (method === 'eth_getLogs' ? { result } : undefined)
        await unchecked(verify(honest), 'hidden', /not what Ethereum/).finally(() => {
          node.rule = undefined
        })
      }
    })
  })

  describe('is refused by an honest service', () => {
    it('when the block that rows were judged by was exchanged for another of its number', async () => {
      const own = await setScene()
      await own.anchor()
      const { node, act, deployment, parts } = own
      const snapshot = await node.ask('evm_snapshot')
      await node.ask('evm_mine')
      await parts.registry.refresh()
      await node.ask('evm_revert', [snapshot])
      await act.census.call('accessLedger', deployment.contracts.accessLedger, 'revoke', [1, `0x${'01'.repeat(32)}`])
      // Of the block's own number, and the reorganisation comes right after the registry was read.
      const registry = Object.create(parts.registry, { refresh: { value: async () => {} } }) as EvidenceRegistry
      const error = await createEvidence({ ...parts, registry })({ where: { grant: '1' } }, { limit: 5 }).catch(
        (error: unknown) => error,
      )
      await own.close()
      expect(error).to.be.instanceOf(LedgerError).and.include({ code: 'chain_moved', retryable: true })
    })

    it('when a record on disk is not the one accepted', async () => {
      const readEntries = async (indices: readonly number[]): Promise<Uint8Array[]> =>
        (await scene.store.readEntries(indices)).map(entry =>
          Buffer.from(Buffer.from(entry).toString().replace('512', '513')),
        )
      const store = Object.create(scene.store, { readEntries: { value: readEntries } }) as typeof scene.store
      const error = await createEvidence({ ...scene.parts, store })(ALL, { limit: 5 }).catch((error: unknown) => error)
      expect(error).to.be.instanceOf(LedgerError).and.include({ code: 'record_damaged' })
    })

    it('when a hash on disk is not the one anchored', async () => {
      const readNodes: typeof scene.store.readNodes = async nodes =>
        (await scene.store.readNodes(nodes)).map((hash, k) => (nodes[k]!.level > 0 ? Buffer.alloc(32) : hash))
      const store = Object.create(scene.store, { readNodes: { value: readNodes } }) as typeof scene.store
      const error = await createEvidence({ ...scene.parts, store })({ where: { grant: '2' } }, { limit: 5 }).catch(
        (error: unknown) => error,
      )
      expect(error).to.be.instanceOf(LedgerError).and.include({ code: 'log_damaged' })
    })
  })
})
