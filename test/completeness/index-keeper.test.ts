// The index beside a store, on its thread: answers of any value and window, from the roots that are kept, as the verifier
// takes them.

import { writeFileSync } from 'node:fs'
import { expect } from 'chai'
import fc from 'fast-check'
import { type IndexKeeper, type IndexQuestion, openIndexKeeper } from '../../src/completeness/index-keeper.ts'
import type { PinnedRoot } from '../../src/completeness/kept-index.ts'
import { checkComplete } from '../../src/core/completeness/answer.ts'
import { isWithin } from '../../src/core/completeness/window.ts'
import { type Dimension } from '../../src/core/question.ts'
import { readTime } from '../../src/core/record.ts'
import { openEmbeddedStore } from '../../src/store/embedded.ts'
import type { Store } from '../../src/store/store.ts'
import { freshDirectory, removeDirectories } from '../store/directory.ts'
import { makeRecord, packed, START, STEP } from '../store/leaves.ts'

after(removeDirectories)

const SEGMENT = 256
const SIZES = [200, 700, 1_300]

/** What the log has, record by record. */
function postings({ dimension, value, ...window }: IndexQuestion, size: number): { index: number; time: number }[] {
  return Array.from({ length: size }, (_, index) => ({ index, record: makeRecord(index) }))
    .filter(({ record }) => record[dimension] !== undefined && String(record[dimension]) === value)
    .map(({ index, record }) => ({ index, time: readTime(record.time) }))
    .filter(posting => isWithin(posting, window))
}

const anyValue: fc.Arbitrary<readonly [Dimension, string]> = fc.oneof(
  fc.nat(8).map(k => ['resource', `resource/${k}`] as const),
  fc.nat(6).map(k => ['consumer', `consumer-${k}`] as const),
  fc.nat(5).map(k => ['grant', String(k)] as const),
  fc.nat(12).map(k => ['actor', k.toString(16).padStart(32, '0')] as const),
  fc.constantFrom(['purpose', 'LegalCompliance'] as const, ['purpose', 'x'] as const, ['source', 'gateway'] as const),
)
const anyTime = fc.option(
  fc.integer({ min: -10, max: 1_400 }).map(k => START + k * STEP),
  { nil: undefined },
)

describe('the index beside a store', () => {
  const index = freshDirectory()
  let store: Store
  let keeper: IndexKeeper
  let pins: PinnedRoot[]

  before(async () => {
    store = await openEmbeddedStore({ dir: freshDirectory(), segmentLeaves: SEGMENT })
    keeper = await openIndexKeeper(store, index, SEGMENT)
    pins = []
    for (const [k, size] of SIZES.entries()) {
      const start = SIZES[k - 1] ?? 0
      await store.append([{ leaves: packed(start, size) }])
      pins.push(await keeper.grow(size))
    }
  })
  after(async () => {
    await keeper[Symbol.asyncDispose]()
    await store[Symbol.asyncDispose]()
  })

  const check = async (question: IndexQuestion, pin: PinnedRoot): Promise<void> => {
    const found = checkComplete(question, pin.root, await keeper.prove(question, pin))
    expect(found).to.deep.equal(postings(question, pin.size))
  }

  it('proves all of any value within any window, from each root that is kept', async () => {
    await fc.assert(
      fc.asyncProperty(anyValue, anyTime, anyTime, fc.nat(SIZES.length - 1), ([dimension, value], from, to, k) =>
        check({ dimension, value, from, to }, pins[k]!),
      ),
      { numRuns: 200 },
    )
  })

  it('has the same root again after an epoch without records', async () => {
    const again = await keeper.grow(keeper.size)
    expect(Buffer.compare(again.root, pins.at(-1)!.root)).to.equal(0)
    expect(keeper.pins).to.have.length(SIZES.length + 1)
  })

  it('has what it had when it is opened again, and drops what is released', async () => {
    await keeper[Symbol.asyncDispose]()
    keeper = await openIndexKeeper(store, index, SEGMENT)
    expect(keeper.size).to.equal(SIZES.at(-1))
    await check({ dimension: 'resource', value: 'resource/1' }, pins[0]!)
    await keeper.release(SIZES[1]!)
    expect(keeper.pins.map(({ size }) => size)).to.deep.equal([SIZES[1], SIZES[2], SIZES[2]])
    await check({ dimension: 'resource', value: 'resource/1' }, pins[1]!)
    await check({ dimension: 'resource', value: 'none' }, pins[2]!)
    const released = keeper.prove({ dimension: 'resource', value: 'resource/1' }, pins[0]!)
    expect(await released.catch(String)).to.match(/has no node/)
  })

  it('ends an epoch that was interrupted where it was to end, and begins no other before', async () => {
    const [interrupted, whole] = [freshDirectory(), freshDirectory()]
    let reads = 0
    const failing: Pick<Store, 'scan' | 'readColumns'> = {
      scan: (...asked) => store.scan(...asked),
      async readColumns(...asked) {
        if (++reads === 3) throw new Error('the disk fails')
        return store.readColumns(...asked)
      },
    }
    const first = await openIndexKeeper(failing, interrupted, SEGMENT)
    await first.grow(100)
    expect(await first.grow(900).catch(String)).to.equal('Error: the disk fails')
    expect(first).to.include({ size: SEGMENT, target: 900 })
    expect(await first.grow(1_000).catch(String)).to.match(/^RangeError/)
    await first[Symbol.asyncDispose]()
    await using again = await openIndexKeeper(store, interrupted, SEGMENT)
    expect(again.target).to.equal(900)
    expect(await again.grow(950).catch(String)).to.match(/^RangeError/)
    await using other = await openIndexKeeper(store, whole, SEGMENT)
    await other.grow(100)
    expect(await again.grow(900)).to.deep.equal(await other.grow(900))
    expect(await again.grow(1_300)).to.deep.equal(await other.grow(1_300))
    expect(again.target).to.equal(undefined)
  })

  it('says why it cannot be opened', async () => {
    const file = freshDirectory()
    writeFileSync(file, 'no folder')
    expect(await openIndexKeeper(store, file).catch(String)).to.match(/Error/)
    expect(await openIndexKeeper(store, index).catch(String)).to.match(/Error/) // another has it open
  })
})
