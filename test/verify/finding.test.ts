// Findings about answers: what an operator signed and is not so is proven by the finding alone; and none can be made of what an
// honest one signed, whatever was asked, and whichever record is held against it.

import { expect } from 'chai'
import * as fc from 'fast-check'
import { encodeBase64 } from '../../src/core/bytes.ts'
import { answerText, type Evidence } from '../../src/core/evidence.ts'
import { packLeaves } from '../../src/core/leaves.ts'
import { TYPE_ED25519 } from '../../src/core/note.ts'
import { DIMENSIONS, type Question } from '../../src/core/question.ts'
import {
  type AccessRecord,
  decodeEntry,
  type ErasureRecord,
  formatTime,
  type LogRecord,
  readTime,
} from '../../src/core/record.ts'
import { createEvidence, type EvidenceParts } from '../../src/evidence.ts'
import type { MonitorKey } from '../../src/monitor/identity.ts'
import { type CheckedFinding, checkFinding } from '../../src/verify/finding.ts'
import { createOmissionCheck } from '../../src/verify/omission.ts'
import type { Trust } from '../../src/verify/trust.ts'
import { toLeaf } from '../store/leaves.ts'
import { makeKey } from '../witness/scene.ts'
import { hiding } from './dishonest.ts'
import { findingOf, makeMonitorKey, type ProvenEntry, provenRecord } from './findings.ts'
import { rememberAnswers } from './remembered.ts'
import { HEALTH, POPULATION, type Scene, setScene } from './scene.ts'

describe('findings about answers', () => {
  let scene: Scene
  let trust: Trust
  let key: MonitorKey
  let honest: EvidenceParts
  let records: readonly LogRecord[]

  before(async () => {
    key = await makeMonitorKey()
    scene = await setScene()
    trust = { ...scene.trust, indexKey: scene.index.key.verifierKey }
    await scene.anchor()
    const first = decodeEntry((await scene.store.readEntries([0]))[0]!) as AccessRecord
    const time = readTime(first.time)
    // Late ones, one of another year, an erasure, many of one time; then some that no anchor has.
    await scene.append([{ ...first, time: formatTime(time - 3_600_000) }])
    await scene.append([{ ...first, source: 'exchange-9', time: formatTime(time - 400 * 86_400_000) }])
    await scene.store.append([{ leaves: packLeaves([toLeaf(ERASURE, Buffer.from('who asked for it'))]) }])
    await scene.append(Array.from({ length: 9 }, (_, seq) => ({ ...first, seq, source: 'exchange-9' })))
    await scene.anchor()
    await scene.append([{ ...first, source: 'exchange-9' }, first])
    honest = { ...scene.parts, chain: rememberAnswers(scene.chain) }
    const indices = Array.from({ length: scene.store.head.size }, (_, k) => k)
    records = (await scene.store.readEntries(indices)).map(decodeEntry)
  })
  after(() => scene.close())

  const ERASURE: ErasureRecord = {
    action: 'erase',
    actor: '0123456789abcdef0123456789abcdef',
    basis: 'PIPL-47',
    erases: 1,
    provider: '11520100MB0000001A',
    resource: POPULATION,
    sealed: '', // made of what is behind it
    source: 'suyuan/erasure',
    time: '2026-11-23T04:00:00.000Z',
  }
  const answerOf = (question: Question, limit = 100, author = honest): Promise<Evidence> =>
    createEvidence(author)(question, { limit })
  const judge = (check: string, evidence: unknown, by: Trust = trust): Promise<CheckedFinding> =>
    checkFinding(findingOf(key, check, evidence), by)
  const omission = async (answer: Evidence, index: number, checkpoint = answer.log.checkpoint): Promise<unknown> => ({
    answer,
    record: await provenRecord(scene, checkpoint, index),
  })
  const signAgain = (file: Evidence): Evidence => ({
    ...file,
    signature: scene.answerKey.sign(answerText(trust.logKey.name, file)),
  })
  const ALL: Question = { where: { resource: POPULATION } }

  it('cannot be made of what an honest author signed', async function () {
    this.timeout(240_000)
    const values = DIMENSIONS.map(dimension => {
      const all = new Set(records.flatMap(record => record[dimension] ?? []).map(String))
      const value = fc.constantFrom(...all, dimension === 'grant' ? '777' : 'nobody')
      return [dimension, fc.option(value, { nil: undefined, freq: 2 })] as const
    })
    const times = [...new Set(records.map(({ time }) => readTime(time)))].toSorted((a, b) => a - b)
    const edge = fc.tuple(fc.constantFrom(...times), fc.constantFrom(-1, 0, 1)).map(([time, by]) => time + by)
    const anyQuestion = fc.record({
      where: fc.record(Object.fromEntries(values)),
      span: fc.option(fc.tuple(edge, edge), { nil: undefined }),
      limit: fc.constantFrom(1, 2, 3, 7, 100),
      held: fc.nat({ max: records.length - 1 }),
    })
    await fc.assert(
      fc.asyncProperty(anyQuestion, async ({ where, span, limit, held }) => {
        const named = Object.fromEntries(Object.entries(where).filter(([, value]) => value !== undefined))
        const [from, to] = span?.toSorted((a, b) => a - b) ?? []
        fc.pre(from === undefined || from < to!)
        const answer = await answerOf({ where: named, ...(from !== undefined && { from, to: to! }) }, limit)
        const { size } = scene.anchors.at(-1)!
        const isOmitted = createOmissionCheck(answer)
        expect(records.slice(0, size).filter((record, index) => isOmitted(index, record))).to.deep.equal([])
        expect((await judge('answer-false', { answer })).verdict).to.equal('refuted')
        const newest = scene.logKey.sign(scene.store.head, 2_000_000_000)
        const by = held < size ? answer.log.checkpoint : newest // of one that came after the anchor
        expect((await judge('row-omitted', await omission(answer, held, by))).verdict).to.equal('refuted')
      }),
      { numRuns: 120 },
    )
  })

  it('are proven of an author that hides a record which the index has, by either', async () => {
    const answer = await answerOf(ALL, 100, hiding(honest, 1))
    expect((await judge('row-omitted', await omission(answer, 1))).verdict).to.equal('proven')
    const { verdict, detail } = await judge('answer-false', { answer })
    expect([verdict, detail.en.startsWith('A record was left out')]).to.deep.equal(['proven', true])
  })

  it('are proven by the inclusion of the record in an older tree', async () => {
    const answer = await answerOf(ALL, 100, hiding(honest, 1))
    const older = scene.anchors[0]!.checkpoint
    expect((await judge('row-omitted', await omission(answer, 1, older))).verdict).to.equal('proven')
  })

  it('are proven of what is cut off only from the oldest row on', async () => {
    const rows = (await answerOf({ where: { consumer: HEALTH } })).log.indices
    const hidden = rows.at(-3)!
    const answer = await answerOf({ where: {}, from: 0 }, 5, hiding(honest, hidden))
    expect(answer.more).to.be.true
    expect((await judge('row-omitted', await omission(answer, hidden))).verdict).to.equal('proven')
    expect((await judge('row-omitted', await omission(answer, rows[0]!))).verdict).to.equal('refuted')
  })

  it('do not hold where anything in them is another', async () => {
    const answer = await answerOf(ALL, 100, hiding(honest, 1))
    const { record } = (await omission(answer, 1)) as { record: ProvenEntry }
    const other = await answerOf({ where: { consumer: HEALTH } })
    const broken: Record<string, unknown> = {
      'an answer that has it': { answer: other, record },
      'an answer that was changed': { answer: { ...answer, more: true }, record },
      'an answer signed for another file': { answer: { ...answer, signature: other.signature }, record },
      'an answer that nobody signed': { answer: { ...answer, signature: 'nobody\n' }, record },
      'a record at another place': { answer, record: { ...record, index: 2 } },
      'another record': { answer, record: { ...record, entry: Buffer.from('{}').toString('base64') } },
      'a record without its proof': { answer, record: { ...record, proof: [] } },
      'a checkpoint that the log did not sign': {
        answer,
        record: { ...record, checkpoint: record.checkpoint.replace('—', '— other') },
      },
      'a record that does not fit': await omission(answer, 9),
      'a record that came later': await omission(answer, records.length - 1, scene.logKey.sign(scene.store.head, 2e9)),
      'no record': { answer },
      'no answer': { record },
      'more than there is': { answer, record, more: 1 },
    }
    for (const [what, evidence] of Object.entries(broken)) {
      expect((await judge('row-omitted', evidence)).verdict, what).to.equal('refuted')
    }
  })

  it('say nothing against an author by keys or contracts that are not theirs', async () => {
    const answer = signAgain({ ...(await answerOf(ALL)), more: true })
    expect((await judge('answer-false', { answer })).verdict).to.equal('proven')
    const stranger = { ...trust, answerKey: (await makeMonitorKey()).key }
    expect((await judge('answer-false', { answer }, stranger)).verdict).to.equal('refuted')
    // The log's checkpoint is none by this key: the trust file may be wrong.
    const { key: logKey } = makeKey(trust.logKey.name, TYPE_ED25519)
    expect((await judge('answer-false', { answer: await answerOf(ALL) }, { ...trust, logKey })).verdict).to.equal(
      'unproven',
    )
    const elsewhere = { ...trust, chainId: 5 }
    expect((await judge('answer-false', { answer }, elsewhere)).verdict).to.equal('unproven')
  })

  it('do not hold where the index log has the very index that the answer rests on', async () => {
    const answer = await answerOf(ALL)
    const { size } = scene.anchors.at(-1)!.index!
    const { head } = scene.index.epochs
    expect(head.size).to.equal(size)
    const index = { checkpoint: scene.index.checkpoint(), root: encodeBase64(head.root), proof: [] }
    expect((await judge('answer-false', { answer, index })).verdict).to.equal('refuted')
    const { indexKey: _, ...indexless } = trust
    expect((await judge('answer-false', { answer, index }, indexless)).verdict).to.equal('unproven')
  })

  it('do not blame an author for what the file says that it does not prove', async () => {
    const { doesNotProve, ...rest } = await answerOf(ALL)
    const answer = signAgain({ ...rest, doesNotProve: doesNotProve.slice(1) })
    expect((await judge('answer-false', { answer })).verdict).to.equal('unproven')
  })

  it('have the form of findings, or do not hold', async () => {
    expect((await judge('answer-false', { answer: {} })).verdict).to.equal('refuted')
    expect((await judge('answer-false', undefined)).verdict).to.equal('refuted')
    expect((await judge('constructor', {})).verdict).to.equal('unproven')
  })
})
