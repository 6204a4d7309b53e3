// The index as it is kept: the same as the plain way derives from the records, whatever the stretches and epochs, and however
// often it was stopped in between; and what it proves, its verifier takes.

import { expect } from 'chai'
import fc from 'fast-check'
import type { NamedStretch } from '../../src/completeness/columns.ts'
import { KeptIndex, type PinnedRoot } from '../../src/completeness/kept-index.ts'
import { type NodeChange, type NodeDisk, Nodes } from '../../src/completeness/nodes.ts'
import { checkComplete } from '../../src/core/completeness/answer.ts'
import { DerivedIndex, deriveEpoch } from '../../src/core/completeness/derive.ts'
import { indexKey } from '../../src/core/completeness/key.ts'
import type { Window } from '../../src/core/completeness/window.ts'
import { DIMENSIONS } from '../../src/core/question.ts'
import { type LogRecord, readTime } from '../../src/core/record.ts'
import { makeRecord } from '../store/leaves.ts'

/** A disk in memory, whose power may fail after some writes. */
class Disk implements NodeDisk {
  readonly values = new Map<string, Uint8Array>()
  writesLeft = Number.POSITIVE_INFINITY

  get(key: Uint8Array): Uint8Array | undefined {
    return this.values.get(Buffer.from(key).toString('hex'))
  }

  async write(changes: readonly NodeChange[]): Promise<void> {
    if (--this.writesLeft < 0) throw new Error('no power')
    for (const { key, value } of changes) {
      const name = Buffer.from(key).toString('hex')
      if (value === undefined) this.values.delete(name)
      else this.values.set(name, Uint8Array.from(value))
    }
  }

  async *keys(prefix: Uint8Array): AsyncGenerator<Uint8Array> {
    yield* this.startingWith(prefix)
  }

  startingWith(prefix: Uint8Array): Uint8Array[] {
    const start = Buffer.from(prefix).toString('hex')
    return [...this.values.keys()].filter(key => key.startsWith(start)).map(key => Buffer.from(key, 'hex'))
  }
}

/** Records as a segment has them: values by numbers, in any order of values. */
function toStretch(records: readonly LogRecord[], start: number): NamedStretch {
  const texts = DIMENSIONS.map(() => [''])
  const ids = DIMENSIONS.map((dimension, d) =>
    Uint32Array.from(records, record => {
      const value = record[dimension]
      if (value === undefined) return 0
      const known = texts[d]!.indexOf(String(value), 1)
      return known === -1 ? texts[d]!.push(String(value)) - 1 : known
    }),
  )
  const times = Float64Array.from(records, ({ time }) => readTime(time))
  const keys = DIMENSIONS.map((dimension, d) => texts[d]!.map(text => indexKey(dimension, text)))
  return { stretch: { start, times, ids }, keys }
}

const indexed = (records: readonly LogRecord[], start: number) =>
  records.map((record, k) => ({ index: start + k, record }))

/** Records of few or many values, some of them late or early by years. */
const anyRecord = fc
  .tuple(fc.nat(60), fc.nat(3), fc.oneof(fc.nat(5_000), fc.integer({ min: 0, max: 10 ** 12 })))
  .map(([k, few, late]) =>
    makeRecord(k, { consumer: `consumer-${few}`, time: new Date(Date.UTC(2026, 0, 1) + late).toISOString() }),
  )
const anyWindow: fc.Arbitrary<Window> = fc.record({
  from: fc.option(
    fc.nat(6_000).map(ms => Date.UTC(2026, 0, 1) + ms),
    { nil: undefined },
  ),
  to: fc.option(
    fc.nat(6_000).map(ms => Date.UTC(2026, 0, 1) + ms),
    { nil: undefined },
  ),
  first: fc.option(fc.nat(200), { nil: undefined }),
})

describe('the kept index', () => {
  it('is what the plain way derives, stretch by stretch, and proves what it has', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(anyRecord, { minLength: 1, maxLength: 30 }), { minLength: 1, maxLength: 12 }),
        anyWindow,
        fc.nat(),
        fc.constantFrom(0, 5, 40, 1_000),
        async (stretches, window, seed, mostPending) => {
          const disk = new Disk()
          const open = (): KeptIndex => KeptIndex.open(new Nodes(disk), mostPending)
          let kept = open()
          const plain = new DerivedIndex()
          const log: LogRecord[] = []
          const roots = [plain.trie().root]
          for (const records of stretches) {
            plain.add(deriveEpoch(indexed(records, log.length)))
            log.push(...records)
            roots.push(plain.trie().root)
          }
          const ends = stretches.map((_, k) => stretches.slice(0, k + 1).flat().length)
          // Epochs of one stretch or of several; a stop now and then, with or without what waits put down.
          for (let turn = 0; kept.size < log.length; turn++) {
            const next = ends.findIndex(end => end > kept.size)
            const epochEnd = ends[Math.min(ends.length - 1, next + (seed % 4))]!
            if (kept.target === undefined) await kept.begin(epochEnd)
            await kept.add(toStretch(stretches[next]!, kept.size))
            if (kept.size === kept.target) await kept.pin()
            const event = (seed >> (turn % 28)) % 4
            if (event === 1) kept = open()
            if (event > 1) {
              await kept.putDown()
              const at = ends.indexOf(kept.size)
              expect(Buffer.compare(kept.root, roots[at + 1]!)).to.equal(0)
            }
            if (event === 3) kept = open()
            if (turn > 200) break // stopped again and again before anything was put down
          }
          while (kept.size < log.length) {
            const next = ends.findIndex(end => end > kept.size)
            if (kept.target === undefined) await kept.begin(ends[next]!)
            await kept.add(toStretch(stretches[next]!, kept.size))
            if (kept.size === kept.target) await kept.pin()
          }
          const [dimension, value] = (
            [
              ['consumer', 'consumer-1'],
              ['resource', `resource/${seed % 7}`],
              ['grant', '2'],
              ['actor', 'f'.repeat(32)],
            ] as const
          )[seed % 4]!
          await kept.putDown()
          const key = indexKey(dimension, value)
          const all = indexed(log, 0).filter(({ record }) => String(record[dimension] ?? '') === value)
          const postings = all.map(({ index, record }) => ({ index, time: readTime(record.time) }))
          const ranges = new Map(kept.blocksWithin(key, window).map(range => [range.block, range]))
          const proof = kept.prove(key, window, block => {
            const { firstIndex, lastIndex } = ranges.get(block)!
            return postings.filter(({ index }) => index >= firstIndex && index <= lastIndex)
          })
          const within = postings.filter(
            ({ index, time }) =>
              (window.from === undefined || time >= window.from) &&
              (window.to === undefined || time < window.to) &&
              (window.first === undefined || index >= window.first),
          )
          expect(checkComplete({ dimension, value, ...window }, kept.root, proof)).to.deep.equal(within)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('cuts blocks where the plain way does', async () => {
    const records = Array.from({ length: 1_300 }, (_, k) => makeRecord(k, { consumer: 'one' }))
    const kept = KeptIndex.open(new Nodes(new Disk()))
    await kept.begin(1_300)
    const plain = new DerivedIndex()
    for (const [start, end] of [
      [0, 1_000],
      [1_000, 1_300],
    ] as const) {
      const stretch = toStretch(records.slice(start, end), start)
      await kept.add(stretch)
      await kept.putDown()
      plain.add(deriveEpoch(indexed(records.slice(start, end), start)))
      expect(Buffer.compare(kept.root, plain.trie().root)).to.equal(0)
    }
    expect(kept.blocksWithin(indexKey('consumer', 'one'), {})).to.have.length(4 + 2)
  })

  it('proves from a pinned root however far the log has grown, and keeps no more than it needs', async () => {
    const disk = new Disk()
    const kept = KeptIndex.open(new Nodes(disk))
    const records = Array.from({ length: 600 }, (_, k) => makeRecord(k))
    const grow = async (start: number, end: number): Promise<void> => {
      const stretch = toStretch(records.slice(start, end), start)
      await kept.add(stretch)
      await kept.putDown()
    }
    const epoch = async (start: number, end: number): Promise<PinnedRoot> => {
      await kept.begin(end)
      await grow(start, end)
      return kept.pin()
    }
    const key = indexKey('resource', 'resource/3')
    const answer = (root: Uint8Array): unknown => {
      const ranges = kept.blocksWithin(key, {}, root)
      const postings = (block: number) =>
        indexed(records, 0)
          .filter(({ record }) => record.resource === 'resource/3')
          .map(({ index, record }) => ({ index, time: readTime(record.time) }))
          .filter(({ index }) => index >= ranges[block]!.firstIndex && index <= ranges[block]!.lastIndex)
      const proof = kept.prove(key, {}, postings, root)
      return checkComplete({ dimension: 'resource', value: 'resource/3' }, root, proof)?.length
    }
    const first = await epoch(0, 100)
    await kept.begin(500)
    await grow(100, 350)
    await grow(350, 500)
    const second = await kept.pin()
    await kept.begin(600)
    await grow(500, 600)
    expect(kept.pins).to.deep.equal([first, second])
    expect([first.size, second.size]).to.deep.equal([100, 500])
    expect([answer(first.root), answer(second.root), answer(kept.root)]).to.deep.equal([14, 71, 86])
    await kept.release(500)
    expect([answer(second.root), answer(kept.root)]).to.deep.equal([71, 86])
    expect(() => answer(first.root)).to.throw('no node')
    const pin = await kept.pin()
    await kept.release(pin.size)
    // What is dropped when no pin is left goes at once, since nobody would ever look for it.
    await kept.release(pin.size + 1)
    expect(kept.pins).to.deep.equal([])
    await kept.begin(601)
    const last = toStretch([makeRecord(600)], 600)
    records.push(makeRecord(600))
    await kept.add(last)
    await kept.pin()
    // A trie of so many leaves has one inner node less than that, and nothing else is left of earlier ones.
    const plain = new DerivedIndex()
    plain.add(deriveEpoch(indexed(records, 0)))
    const values = deriveEpoch(indexed(records, 0)).length
    expect(disk.startingWith(Buffer.from('t'))).to.have.length(2 * values - 1)
    expect(disk.startingWith(Buffer.from('g'))).to.have.length(0)
  })

  it('goes on after the power failed at any write, within stretches of very many values', async () => {
    const count = 7_000
    const records = Array.from({ length: count }, (_, k) =>
      makeRecord(k, { actor: k.toString(16).padStart(32, '0'), consumer: `c${k % 5_000}`, resource: `r${k}` }),
    )
    const plain = new DerivedIndex()
    const stretches = [0, 2_500, 5_000].map(start => {
      const some = records.slice(start, start + 2_500)
      plain.add(deriveEpoch(indexed(some, start)))
      return toStretch(some, start)
    })
    const grow = async (kept: KeptIndex): Promise<void> => {
      await kept.begin(count)
      for (const stretch of stretches) if (stretch.stretch.start >= kept.size) await kept.add(stretch)
      await kept.pin()
    }
    // With as much as may wait, all of it comes at the end; with less, a part of a stretch does.
    for (const mostPending of [100_000, 3_000]) {
      let failures = 0
      for (let writes = 1; failures === writes - 1; writes++) {
        const disk = new Disk()
        disk.writesLeft = writes
        const outcome = await grow(KeptIndex.open(new Nodes(disk), mostPending)).catch(String)
        disk.writesLeft = Number.POSITIVE_INFINITY
        if (outcome !== undefined) {
          expect(outcome).to.equal('Error: no power')
          failures++
          const again = KeptIndex.open(new Nodes(disk), mostPending)
          expect(again.target).to.equal(count)
          expect(await again.begin(count + 1).catch(String)).to.match(/cannot begin/)
          expect(await again.pin().catch(String)).to.match(/is not whole/)
          expect(await again.add(toStretch(records.slice(7, 17), 7)).catch(String)).to.match(/^RangeError/)
        }
        const kept = KeptIndex.open(new Nodes(disk), mostPending)
        if (outcome !== undefined) await grow(kept)
        expect(Buffer.compare(kept.root, plain.trie().root), `${writes} writes, ${mostPending}`).to.equal(0)
      }
      expect(failures).to.be.above(1)
    }
  })
})
