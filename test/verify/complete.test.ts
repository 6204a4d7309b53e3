// That no row was left out, from the records to the verdict: whatever is asked, the rows are what reading every record
// finds; and an author that leaves any one out, or proves by another index or value, is found out.

import { expect } from 'chai'
import * as fc from 'fast-check'
import { answerText, type Evidence } from '../../src/core/evidence.ts'
import { DIMENSIONS, type Dimension, type Question } from '../../src/core/question.ts'
import { type AccessRecord, formatTime } from '../../src/core/record.ts'
import { createEvidence, type EvidenceOptions, type EvidenceParts } from '../../src/evidence.ts'
import { type Verification, verifyEvidence } from '../../src/verify/verify.ts'
import { hiding, lying } from './dishonest.ts'
import { MUTATIONS, mutate, pathsOf } from './mutations.ts'
import { rememberAnswers } from './remembered.ts'
import { HEALTH, INCOME, POPULATION, type Scene, setScene, TAX } from './scene.ts'

const CENSUS = '11520100MB0000001A'
const EPOCHS = 5
const RECORDS_AN_EPOCH = 12
const HOUR = 3_600_000

/** What is asked for: values that records have, and of each dimension one that none has. */
const VALUES: Readonly<Record<Dimension, readonly string[]>> = {
  resource: [POPULATION, INCOME, '306-01-003'],
  provider: [CENSUS, 'nobody'],
  consumer: [HEALTH, TAX, 'nobody'],
  actor: ['0123456789abcdef'.repeat(2), 'f'.repeat(32), '0'.repeat(32)],
  purpose: ['LegalCompliance', 'ScientificResearch', 'Marketing'],
  grant: ['1', '2', '4', '7'],
  source: ['exchange-1', 'exchange-2', 'exchange-3', 'exchange-4'],
}
const PAIRS = DIMENSIONS.flatMap((one, k) => DIMENSIONS.slice(k).map(other => [one, other] as const))

describe('evidence that no row was left out', () => {
  let scene: Scene
  let parts: EvidenceParts
  let records: readonly AccessRecord[]
  let times: readonly number[]

  const make = (question: Question, options: EvidenceOptions, author: EvidenceParts = parts) =>
    createEvidence(author)(question, options)
  const verify = (evidence: unknown): Promise<Verification> =>
    verifyEvidence(Buffer.from(JSON.stringify(evidence)), scene.trust, async () => parts.chain)
  /** The leaves that fit, found by looking at every record. */
  const scan = ({ where, from = -Infinity, to = Infinity }: Question): number[] =>
    [...records.keys()].filter(leaf => {
      const record = records[leaf]!
      const time = new Date(record.time).getTime()
      const named = Object.entries(where) as [Dimension, string][]
      return from <= time && time < to && named.every(([dimension, value]) => `${record[dimension]}` === value)
    })

  before(async () => {
    scene = await setScene()
    await scene.anchor()
    const start = (await scene.time()) * 1000
    const one = <T>(values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values)
    /** Of each field one of the values that records have, the last being the one that none has. */
    const record: fc.Arbitrary<AccessRecord> = fc
      .record({
        time: fc.integer({ min: -5 * HOUR, max: 5 * HOUR }).map(ms => formatTime(start + ms)),
        resource: one(VALUES.resource.slice(0, -1)),
        consumer: one(VALUES.consumer.slice(0, -1)),
        actor: one([undefined, ...VALUES.actor.slice(0, -1)]),
        purpose: one([undefined, ...VALUES.purpose.slice(0, -1)]),
        grant: one([undefined, ...VALUES.grant.slice(0, -1).map(Number)]),
        source: one(VALUES.source.slice(0, -1)),
      })
      .map(fields => ({
        action: 'read',
        status: 'ok',
        provider: CENSUS,
        ...(Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as typeof fields),
      })) as fc.Arbitrary<AccessRecord>
    for (let epoch = 1; epoch < EPOCHS; epoch++) {
      await scene.append(fc.sample(record, { seed: epoch, numRuns: RECORDS_AN_EPOCH }))
      await scene.anchor()
    }
    const { size } = scene.store.head
    const entries = await scene.store.readEntries([...Array(size).keys()])
    records = entries.map(entry => JSON.parse(Buffer.from(entry).toString()) as AccessRecord)
    times = records.map(({ time }) => Date.parse(time))
    parts = { ...scene.parts, chain: rememberAnswers(scene.chain) }
  })
  after(() => scene.close())

  for (const [one, other] of PAIRS) {
    it(`by ${one === other ? one : `${one} and ${other}`}: the rows are what reading every record finds`, async () => {
      const edge = fc.option(
        fc.constantFrom(...times).chain(time => fc.constantFrom(time, time + 1)),
        { nil: undefined },
      )
      const question = fc.record({
        first: fc.constantFrom(...VALUES[one]),
        second: fc.constantFrom(...VALUES[other]),
        from: edge,
        to: edge,
        limit: fc.constantFrom(1, 2, 5, 100),
      })
      await fc.assert(
        fc.asyncProperty(question, async ({ first, second, from, to, limit }) => {
          const where = one === other ? { [one]: first } : { [one]: first, [other]: second }
          const asked: Question = {
            where,
            ...(from === undefined ? {} : { from }),
            ...(to === undefined ? {} : { to }),
          }
          const { verdict, failed, answer } = await verify(await make(asked, { limit }))
          expect(failed?.detail.en).to.equal(undefined)
          expect(verdict).to.equal('verified')
          const found = scan(asked)
          expect(answer!.rows.map(({ index }) => index)).to.deep.equal(found.slice(-limit))
          expect(answer!.more).to.equal(found.length > limit)
          expect(answer!.complete).to.equal(answer!.more ? 'newest' : 'all')
          expect(answer!.newer).to.equal(undefined)
        }),
        { numRuns: 8 },
      )
    })
  }

  it('an absent value is shown to be absent, in any window', async () => {
    for (const dimension of DIMENSIONS) {
      const evidence = await make({ where: { [dimension]: VALUES[dimension].at(-1)! }, to: times[3]! }, { limit: 1 })
      expect(evidence.complete!.parts).to.deep.equal([])
      expect((await verify(evidence)).verdict).to.equal('verified')
      expect(evidence.log.indices).to.deep.equal([])
    }
  })

  it('finds out an author that hides any one leaf, by whatever value it is asked for', async () => {
    for (const [leaf, record] of records.entries()) {
      const said = DIMENSIONS.filter(dimension => record[dimension] !== undefined)
      const by = said[leaf % said.length]!
      const other = said[(leaf + 1) % said.length]!
      const where = { [by]: String(record[by]), ...(leaf % 3 === 0 && { [other]: String(record[other]) }) }
      const time = times[leaf]!
      const asked: Question = { where, ...(leaf % 2 === 0 && { from: time, to: time + 1 }) }
      const { verdict, failed } = await verify(await make(asked, { limit: 1_000 }, hiding(parts, leaf)))
      expect(verdict, `leaf ${leaf}`).to.equal('tampered')
      expect(failed).to.include({ check: 'complete', index: leaf })
    }
  })

  it('finds out an author that hides a leaf from an answer that was cut off', async () => {
    const asked: Question = { where: { provider: CENSUS } }
    const { log } = await make(asked, { limit: 10 })
    for (const leaf of log.indices) {
      const { verdict, failed } = await verify(await make(asked, { limit: 10 }, hiding(parts, leaf)))
      expect(verdict, `leaf ${leaf}`).to.equal('tampered')
      expect(failed).to.include({ check: 'complete', index: leaf })
    }
  })

  it('finds out an author that proves by the index of an older anchor', async () => {
    const asked: Question = { where: { consumer: HEALTH } }
    for (const older of scene.anchors.slice(0, -1)) {
      const index = older.index!
      const author = lying(
        parts,
        leaf => leaf >= older.size,
        (question, first) => parts.index.prove(question, first, { ...older, index }),
      )
      const evidence = await make(asked, { limit: 1_000 }, author)
      expect(evidence.log.indices).to.deep.equal(scan(asked).filter(leaf => leaf < older.size))
      const { verdict, failed } = await verify(evidence)
      expect(verdict).to.equal('tampered')
      expect(failed?.check).to.equal('complete')
      // Nor by that index under the anchor that it came with: it is not this tree's.
      const anchors = [evidence.anchors[0]!, (await make(asked, { limit: 1 }, anchoredBy(older))).anchors[1]!]
      const blocks = [...evidence.blocks, ...(await make(asked, { limit: 1 }, anchoredBy(older))).blocks]
      const both = {
        ...evidence,
        anchors,
        blocks: [...new Map(blocks.map(block => [block.number, block])).values()].toSorted(
          (a, b) => a.number - b.number,
        ),
      }
      expect((await verify(both)).failed?.check).to.equal('anchor')
      // The whole answer as of that anchor is honest: it says up to where it goes.
      const { answer } = await verify(await make(asked, { limit: 1_000 }, anchoredBy(older)))
      expect([answer!.anchor.size, answer!.newer]).to.deep.equal([older.size, scene.anchors.at(-1)!.size])
    }
  })

  const anchoredBy = (anchor: Scene['anchors'][number]): EvidenceParts => ({
    ...parts,
    anchoring: { anchors: async () => [anchor] },
  })

  it('finds out whatever is changed in the proof and signed again: of a window, of an answer cut off, of an absent value', async () => {
    const window = { from: Math.min(...times) + 4 * HOUR, to: Math.max(...times) - 4 * HOUR }
    const files = [
      await make({ where: { provider: CENSUS, source: 'exchange-2' }, ...window }, { limit: 100 }),
      await make({ where: { provider: CENSUS } }, { limit: 3 }),
      await make({ where: { consumer: 'nobody' } }, { limit: 3 }),
    ]
    expect(files.flatMap(({ complete }) => complete!.parts).some(part => 'node' in part)).to.equal(true)
    for (const file of files) {
      expect((await verify(file)).verdict).to.equal('verified')
      for (const [k, path] of pathsOf({ complete: file.complete, anchors: file.anchors, log: file.log }).entries()) {
        for (const mutation of ['change', MUTATIONS[k % MUTATIONS.length]!] as const) {
          const changed = mutate(file, path, mutation, 3 + k)
          if (changed === undefined) continue
          expect((await verify(signAgain(changed))).verdict, `${path.join('.')} ${mutation}`).to.not.equal('verified')
        }
      }
    }
  })

  const signAgain = (file: Evidence): Evidence => ({
    ...file,
    signature: scene.answerKey.sign(answerText(scene.trust.logKey.name, file)),
  })

  it('finds out an author that proves by another value, or by the leaf of another that there is none', async () => {
    const all = DIMENSIONS.flatMap(dimension => VALUES[dimension].map(value => [dimension, value] as const))
    const present = all.filter(([name, value]) => scan({ where: { [name]: value } }).length > 0)
    for (const [k, [dimension, value]] of present.entries()) {
      for (const [named, other] of all.filter((_, i) => i % 3 === k % 3)) {
        if (dimension === named && value === other) continue
        const prove: EvidenceParts['index']['prove'] = async (_, first, anchor) => ({
          ...(await parts.index.prove({ where: { [named]: other } }, first, anchor)),
          by: dimension,
          postings: [],
        })
        const evidence = await make(
          { where: { [dimension]: value } },
          { limit: 1_000 },
          lying(parts, () => true, prove),
        )
        const { complete } = evidence
        for (const file of [evidence, { ...evidence, complete: { ...complete, parts: [] } }]) {
          expect((await verify(file)).failed?.check, `${value} by ${other}`).to.equal('complete')
        }
      }
    }
  })
})
