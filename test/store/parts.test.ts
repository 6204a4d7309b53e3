// The small parts of the embedded store, each by its property.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import * as fc from 'fast-check'
import { type Commit, checkTornTail, encodeCommit, scanCommits } from '../../src/store/commits.ts'
import { diskFiles } from '../../src/store/file.ts'
import { batchKey, formatStart, parseStart, postingsKey, postingsPrefix } from '../../src/store/keys.ts'
import { encodePlaces, readPlaces, readTimes } from '../../src/store/places.ts'
import { decodePostings, encodePostings, intersect, lowerBound } from '../../src/store/postings.ts'
import { freshDirectory, removeDirectories } from './directory.ts'
import { failureOf } from './failure.ts'

after(removeDirectories)

async function openFresh(name: string) {
  const dir = freshDirectory()
  mkdirSync(dir, { recursive: true })
  return diskFiles.open(join(dir, name))
}

const offsets = fc
  .uniqueArray(fc.oneof(fc.nat(300), fc.nat(2 ** 31 - 1)), { maxLength: 200 })
  .map(list => list.toSorted((a, b) => a - b))

describe('postings', () => {
  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(offsets, list => {
        expect(decodePostings(encodePostings(list))).to.deep.equal(list)
      }),
    )
    expect([...encodePostings([0, 1, 128, 300])]).to.deep.equal([0, 1, 0x7f, 0xac, 0x01])
  })

  it('intersects as sets do', () => {
    const dense = fc.uniqueArray(fc.nat(100), { maxLength: 80 }).map(list => list.toSorted((a, b) => a - b))
    fc.assert(
      fc.property(fc.array(dense, { minLength: 1, maxLength: 4 }), lists => {
        const [first, ...others] = lists
        expect(intersect(lists)).to.deep.equal(first!.filter(offset => others.every(list => list.includes(offset))))
      }),
    )
  })

  it('finds the first offset not below another', () => {
    fc.assert(
      fc.property(offsets, fc.nat(400), fc.nat(250), (list, wanted, from) => {
        const start = Math.min(from, list.length)
        const at = list.findIndex((offset, k) => k >= start && offset >= wanted)
        expect(lowerBound(list, wanted, start)).to.equal(at === -1 ? list.length : at)
      }),
    )
  })
})

describe('index keys', () => {
  // Every UTF-16 unit may appear, paired or not.
  const value = fc
    .array(
      fc.oneof(
        fc.constantFrom('/', '%', '_', '0', 'a', '.', ':'),
        fc.integer({ min: 0, max: 0xffff }).map(String.fromCharCode),
      ),
      {
        maxLength: 8,
      },
    )
    .map(units => units.join(''))

  it('never let one value reach into the range of another', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        const inRangeOfA = postingsKey('actor', b, 7).startsWith(postingsPrefix('actor', a))
        expect(inRangeOfA).to.equal(a === b)
        expect(batchKey(a) === batchKey(b)).to.equal(a === b)
        expect(Buffer.from(postingsKey('actor', a, 7)).toString()).to.equal(postingsKey('actor', a, 7))
      }),
      { numRuns: 2000 },
    )
  })

  it('sort as the windows do, up to 2^53', () => {
    const start = fc.oneof(fc.nat(1000), fc.maxSafeNat())
    fc.assert(
      fc.property(start, start, (a, b) => {
        expect(formatStart(a) < formatStart(b)).to.equal(a < b)
        expect(parseStart(postingsKey('grant', '1', a))).to.equal(a)
      }),
    )
  })
})

describe('places', () => {
  it('reads back offsets and times beyond 2^32', async () => {
    const file = await openFresh('places')
    const places = [
      { entry: 0, time: 0, sealed: undefined },
      { entry: 2 ** 40 + 1, time: Date.UTC(9999, 11, 31), sealed: 0 },
      { entry: 2 ** 48 - 1, time: 1, sealed: 2 ** 48 - 2 },
    ]
    await file.append(encodePlaces(places))
    expect(await readPlaces(file, 0, 3)).to.deep.equal(places)
    expect(await readPlaces(file, 1, 1)).to.deep.equal([places[1]])
    expect(await readTimes(file, 1, 2)).to.deep.equal([places[1]!.time, 1])
    expect(await failureOf(readPlaces(file, 2, 2))).to.have.property('code', 'log_truncated')
    await file.close()
  })
})

describe('commits', () => {
  const commit = (size: number, fields: Partial<Commit> = {}): Commit => ({
    size,
    root: Buffer.alloc(32, size),
    entriesEnd: size * 10,
    sealedEnd: 0,
    batches: [],
    ...fields,
  })
  const scanAll = async (frames: readonly Uint8Array[]) => {
    const file = await openFresh('commits')
    await file.append(Buffer.concat(frames))
    try {
      const found: Commit[] = []
      let end = 0
      for await (const frame of scanCommits(file, 0)) {
        found.push(frame.commit)
        end = frame.end
      }
      await checkTornTail(file, end)
      return found
    } finally {
      await file.close()
    }
  }

  it('are read back up to a torn one', async () => {
    const commits = [commit(1), commit(1), commit(2 ** 40, { entriesEnd: 2 ** 45 })]
    const frames = commits.map(encodeCommit)
    const found = await scanAll([...frames, encodeCommit(commit(2 ** 41)).subarray(0, 30)])
    expect(found.map(({ size }) => size)).to.deep.equal([1, 1, 2 ** 40])
    expect(await scanAll([...frames, Buffer.alloc(5000)])).to.have.length(3)
  })

  it('refuse a whole frame after one that does not read', async () => {
    const torn = encodeCommit(commit(2)).subarray(0, 40)
    const error = await failureOf(scanAll([encodeCommit(commit(1)), torn, encodeCommit(commit(3))]))
    expect(error).to.have.property('code', 'commits_damaged')
  })

  it('refuse a size that shrinks, files that shrink, and a second root for one size', async () => {
    for (const next of [
      commit(4),
      commit(5, { root: Buffer.alloc(32, 9) }),
      commit(6, { entriesEnd: 1 }),
      commit(6, { size: -1 }),
      commit(6, { size: 1.5 }),
      commit(6, { root: Buffer.alloc(31) }),
    ]) {
      const error = await failureOf(scanAll([encodeCommit(commit(5, { entriesEnd: 50 })), encodeCommit(next)]))
      expect(error, JSON.stringify(next)).to.have.property('code', 'commits_damaged')
    }
  })

  it('cannot be forged by what a client gets into a batch state', () => {
    // Whatever text stands in the JSON, no byte of it is below 0x20: none can begin a frame of less than 512 MB.
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), key => {
        const state = {
          key,
          lines: 0,
          digest: key,
          ranges: [],
          refused: [{ line: 1, code: key, message: key }],
          refusedCount: 1,
        }
        const json = encodeCommit(commit(1, { batches: [state] })).subarray(8)
        expect(json.every(byte => byte >= 0x20)).to.equal(true)
      }),
      { numRuns: 50 },
    )
  })
})
