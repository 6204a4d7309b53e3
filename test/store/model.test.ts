// Random lives of a store — appends, reopenings, rebuilds, questions — against the plainest model: the store in memory.

import { expect } from 'chai'
import * as fc from 'fast-check'
import { packLeaves } from '../../src/core/leaves.ts'
import { leavesNodes } from '../../src/core/proof.ts'
import type { AccessRecord } from '../../src/core/record.ts'
import { openEmbeddedStore } from '../../src/store/embedded.ts'
import { createMemoryStore } from '../../src/store/memory.ts'
import type { Store } from '../../src/store/store.ts'
import { PLAIN_PARTS } from '../../src/store/working-parts.ts'
import { scanAll, searchAll } from './conformance.ts'
import { freshDirectory, removeDirectories } from './directory.ts'
import { makeRecord, makeState, START, toLeaf } from './leaves.ts'
import { quickParts } from './quick-parts.ts'

after(removeDirectories)

interface Model {
  readonly memory: Store
  leaves: number
}

interface Real {
  readonly dir: string
  store: Store
}

// Few values, so that they meet; some of them odd.
const resource = fc.constantFrom('a', 'a/b', 'a%002f', '%', 'b')
const organisation = fc.constantFrom('x', 'x/y', 'x:y')
const time = fc.integer({ min: 0, max: 50 }).map(minute => START + minute * 60_000)
const record: fc.Arbitrary<AccessRecord> = fc
  .record(
    {
      resource,
      consumer: organisation,
      provider: organisation,
      time: time.map(ms => new Date(ms).toISOString()),
      actor: fc.constantFrom('0'.repeat(32), 'f'.repeat(32)),
      purpose: fc.constantFrom('LegalCompliance', 'Research'),
      grant: fc.integer({ min: 1, max: 12 }),
    },
    { requiredKeys: ['resource', 'consumer', 'provider', 'time'] },
  )
  .map(fields => makeRecord(1, fields))
const leaf = fc
  .tuple(record, fc.option(fc.uint8Array({ maxLength: 40 }), { nil: undefined }))
  .map(([record, sealed]) => toLeaf(record, sealed))

const question = fc.record(
  {
    where: fc.record(
      {
        resource,
        provider: organisation,
        consumer: organisation,
        actor: fc.constantFrom('0'.repeat(32), 'f'.repeat(32), 'nobody'),
        purpose: fc.constantFrom('LegalCompliance', 'Research', ''),
        grant: fc.constantFrom('1', '12', '2', '01'),
        source: fc.constantFrom('gateway', 'other'),
      },
      { requiredKeys: [] },
    ),
    from: time,
    to: time,
    below: fc.nat(1_500),
  },
  { requiredKeys: ['where'] },
)

class Append implements fc.AsyncCommand<Model, Real> {
  readonly batches: readonly (readonly [readonly ReturnType<typeof toLeaf>[], number, number | undefined])[]
  constructor(batches: Append['batches']) {
    this.batches = batches
  }
  check = (): boolean => true
  async run(model: Model, real: Real): Promise<void> {
    const batches = await Promise.all(
      this.batches.map(async ([few, times, key], k) => {
        const leaves = Array.from({ length: times }, () => few).flat()
        if (key === undefined) return { leaves: packLeaves(leaves) }
        const name = `${k}/${key}`
        const before = real.store.findBatch(name)
        expect(before).to.deep.equal(model.memory.findBatch(name))
        return { leaves: packLeaves(leaves), state: makeState(name, (before?.lines ?? 0) + leaves.length, before) }
      }),
    )
    expect(await real.store.append(batches)).to.deep.equal(await model.memory.append(batches))
    model.leaves = model.memory.head.size
  }
  toString = (): string => `append ${this.batches.map(([few, times, key]) => `${few.length * times}:${key}`).join(' ')}`
}

class Reopen implements fc.AsyncCommand<Model, Real> {
  readonly rebuild: boolean
  readonly quick: boolean
  constructor(rebuild: boolean, quick: boolean) {
    this.rebuild = rebuild
    this.quick = quick
  }
  check = (): boolean => true
  async run(_model: Model, real: Real): Promise<void> {
    await real.store[Symbol.asyncDispose]()
    const work = this.quick ? await quickParts() : PLAIN_PARTS
    real.store = await openEmbeddedStore({ dir: real.dir, segmentLeaves: 256, rebuild: this.rebuild, work })
  }
  toString = (): string => `reopen${this.rebuild ? ', rebuilt' : ''}${this.quick ? ', quick' : ''}`
}

/** Sums by columns, as the totals do. */
class Scan implements fc.AsyncCommand<Model, Real> {
  readonly question: Ask['question']
  constructor(question: Ask['question']) {
    this.question = question
  }
  check = (): boolean => true
  async run({ memory }: Model, { store }: Real): Promise<void> {
    expect(await scanAll(store, this.question)).to.deep.equal(await scanAll(memory, this.question))
  }
  toString = (): string => `scan ${JSON.stringify(this.question)}`
}

class Ask implements fc.AsyncCommand<Model, Real> {
  readonly question: Omit<Parameters<typeof searchAll>[1], never>
  constructor(question: Ask['question']) {
    this.question = question
  }
  check = (): boolean => true
  async run({ memory }: Model, { store }: Real): Promise<void> {
    expect(await searchAll(store, this.question)).to.deep.equal(await searchAll(memory, this.question))
  }
  toString = (): string => `ask ${JSON.stringify(this.question)}`
}

class Read implements fc.AsyncCommand<Model, Real> {
  readonly picks: readonly number[]
  constructor(picks: readonly number[]) {
    this.picks = picks
  }
  check = ({ leaves }: Model): boolean => leaves > 0
  async run({ memory, leaves }: Model, { store }: Real): Promise<void> {
    const { head } = store
    expect(head.size).to.equal(leaves)
    expect(Buffer.from(head.root)).to.deep.equal(Buffer.from(memory.head.root))
    const indices = this.picks.map(pick => pick % leaves)
    const plain = (bytes: readonly (Uint8Array | undefined)[]): (string | undefined)[] =>
      bytes.map(part => (part === undefined ? undefined : Buffer.from(part).toString('hex')))
    expect(plain(await store.readEntries(indices))).to.deep.equal(plain(await memory.readEntries(indices)))
    for (const index of indices) {
      expect(plain([await store.readSealed(index)])).to.deep.equal(plain([await memory.readSealed(index)]))
    }
    const nodes = leavesNodes(
      [...new Set(indices)].sort((a, b) => a - b),
      leaves,
    )
    expect(plain(await store.readNodes(nodes))).to.deep.equal(plain(await memory.readNodes(nodes)))
    const index = Math.floor(indices[0]! / 256)
    for (const level of [0, 'entries'] as const) {
      const tile = { level, index, width: Math.min(256, leaves - index * 256) }
      expect(plain([await store.readTile(tile)])).to.deep.equal(plain([await memory.readTile(tile)]))
    }
  }
  toString = (): string => `read ${this.picks.join(' ')}`
}

describe('embedded store: against a model', () => {
  it('agrees with the store in memory, whatever is done in whatever order', async () => {
    const batch = fc.tuple(
      fc.array(leaf, { maxLength: 60, size: 'max' }),
      fc.constantFrom(1, 1, 10),
      fc.option(fc.nat(3), { nil: undefined }),
    )
    const commands = fc.commands(
      [
        fc.array(batch, { minLength: 1, maxLength: 3 }).map(batches => new Append(batches)),
        fc.tuple(fc.boolean(), fc.boolean()).map(args => new Reopen(...args)),
        question.map(question => new Ask(question)),
        question.map(question => new Ask(question)),
        question.map(question => new Scan(question)),
        fc.array(fc.nat(), { minLength: 1, maxLength: 12 }).map(picks => new Read(picks)),
      ],
      { maxCommands: 25 },
    )
    await fc.assert(
      fc.asyncProperty(commands, async commands => {
        const dir = freshDirectory()
        const real: Real = { dir, store: await openEmbeddedStore({ dir, segmentLeaves: 256 }) }
        try {
          await fc.asyncModelRun(() => ({ model: { memory: createMemoryStore(), leaves: 0 }, real }), commands)
        } finally {
          await real.store[Symbol.asyncDispose]()
        }
      }),
      { numRuns: Number(process.env.SUYUAN_TEST_RUNS ?? 50) },
    )
  })
})
