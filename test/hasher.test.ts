import { expect } from 'chai'
import { GrowingTree, type HashRun } from '../src/core/growth.ts'
import { hashLeaf } from '../src/core/hash.ts'
import { findEntries } from '../src/core/leaves.ts'
import { emptyFrontier } from '../src/core/tree.ts'
import { type Hasher, startHasher } from '../src/hashing/hasher.ts'
import { createFastReader } from '../src/lines/fast.ts'
import { createPlainReader } from '../src/lines/plain.ts'
import type { LineContext, ReadLines } from '../src/lines/reader.ts'
import { compileLines } from '../src/lines/wasm.ts'
import { TestLog } from './chain/fixtures.ts'

const NOW = Date.parse('2026-02-01T00:00:00Z')

const context = {
  registry: {
    resource: () => ({ provider: 'provider-1', withdrawn: false }),
    organisation: () => ({}),
    grant: () => undefined,
  },
  vault: {
    pseudonymOf: () => '',
    commit: () => ({ digest: '', secret: new Uint8Array(0) }),
    encrypt: () => [],
  },
  now: () => NOW,
} as unknown as LineContext

/** Lines whose entries are of all lengths there are blocks of SHA-256 for. */
function makeBlock(lines: number, seed: number): Buffer {
  const made = Array.from({ length: lines }, (_, k) => {
    const time = new Date(NOW - k - seed * 1000).toISOString()
    const source = 'g'.repeat(1 + ((k * 7 + seed) % 60))
    return `${JSON.stringify({ time, action: 'read', resource: 'GY-1', consumer: '91X', source, status: 'ok', seq: k })}\n`
  })
  return Buffer.from(made.join(''))
}

/** The leaf hashes of what was read, each made anew by the plain function; beside those that were read. */
function hashesOf({ leaves: { count, entries, hashes } }: ReadLines): { have: string; want: string } {
  const places = findEntries(entries, count)
  if (places === undefined) throw new Error('no entries')
  const want = Array.from({ length: count }, (_, k) => hashLeaf(entries.slice(places[k]! + 2, places[k + 1])))
  return { have: Buffer.from(hashes).toString('hex'), want: Buffer.concat(want).toString('hex') }
}

function leafHashes(first: number, count: number): Uint8Array {
  return Buffer.concat(Array.from({ length: count }, (_, k) => hashLeaf(Buffer.from(`${first + k}`))))
}

describe('the thread that hashes', () => {
  let module: WebAssembly.Module
  let hasher: Hasher
  let log: TestLog

  beforeEach(async () => {
    module = await compileLines()
    log = new TestLog()
    hasher = startHasher(module, log)
  })

  afterEach(async () => {
    await hasher[Symbol.asyncDispose]()
  })

  it('hashes as the plain reader does, many chunks at once, in memory that is used again', async () => {
    const reader = createFastReader(module, context, hasher)
    const plain = createPlainReader(context)
    for (let round = 0; round < 20; round++) {
      const blocks = Array.from({ length: 10 }, (_, k) => makeBlock(300 + 70 * k, round * 10 + k))
      const read = blocks.map(block => reader.read(block, { most: 1_000, firstLine: 1 }))
      for (const [k, part] of read.entries()) {
        expect(part.hashed).to.be.a('promise')
        await part.hashed
        const { have, want } = hashesOf(part)
        expect(have).to.equal(want)
        if (round === 0) {
          const reference = plain.read(blocks[k]!, { most: 1_000, firstLine: 1 })
          expect(have).to.equal(Buffer.from(reference.leaves.hashes).toString('hex'))
        }
        part.release()
      }
    }
  })

  it('is not asked for a few lines', () => {
    const reader = createFastReader(module, context, hasher)
    const few = reader.read(makeBlock(20, 1), { most: 1_000, firstLine: 1 })
    expect(few.hashed).to.equal(undefined)
    expect(hashesOf(few).have).to.equal(hashesOf(few).want)
  })

  it('hashes what a tree grows by, from any size to any other, also when it has ended', async () => {
    const growBoth = async (before: number, added: number): Promise<void> => {
      const [plain, apart] = [new GrowingTree(emptyFrontier()), new GrowingTree(emptyFrontier())]
      for (const tree of [plain, apart]) tree.append(leafHashes(0, before), () => {})
      const leaves = leafHashes(before, added)
      const runs: HashRun[][] = [[], []]
      plain.append(leaves, run => runs[0]!.push(run))
      const pairs = await hasher.hashTree({ frontier: apart.frontier, leaves })
      apart.append(leaves, run => runs[1]!.push(run), pairs)
      const [want, have] = runs.map(of => of.map(run => ({ ...run, hashes: Buffer.from(run.hashes).toString('hex') })))
      expect(have).to.deep.equal(want)
      expect(Buffer.from(apart.root).toString('hex')).to.equal(Buffer.from(plain.root).toString('hex'))
    }
    for (const [before, added] of [
      [0, 1],
      [0, 512],
      [1, 513],
      [255, 257],
      [777, 1_000],
      [1_023, 2_049],
    ] as const) {
      await growBoth(before, added)
    }
    await hasher[Symbol.asyncDispose]()
    await growBoth(1_023, 2_049)
  })

  it('is stood in for when it ends: what waits is hashed, and all that comes later', async () => {
    const reader = createFastReader(module, context, hasher)
    const read = (seed: number): ReadLines => reader.read(makeBlock(1_000, seed), { most: 1_000, firstLine: 1 })
    const waiting = [read(1), read(2), read(3), read(4)]
    await hasher[Symbol.asyncDispose]()
    for (const part of [...waiting, read(5), read(6)]) {
      await part.hashed
      const { have, want } = hashesOf(part)
      expect(have).to.equal(want)
    }
  })

  it('says so when it fails', async () => {
    const broken = await WebAssembly.compile(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)) // no exports at all
    await using failing = startHasher(broken, log)
    void failing
    while (log.lines.length === 0) await new Promise(resolve => setTimeout(resolve, 5))
    expect(log.lines.join('\n')).to.include('hashing: the thread failed')
  })
})
