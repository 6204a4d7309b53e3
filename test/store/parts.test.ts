// The small parts of the embedded store, each by its property.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import * as fc from 'fast-check'
import { GrowingTree } from '../../src/core/growth.ts'
import { hashNode, hashPairs, sha256 } from '../../src/core/hash.ts'
import { runNodes } from '../../src/core/proof.ts'
import { appendLeaf, emptyFrontier, frontierRoot, type NodeId } from '../../src/core/tree.ts'
import { diskFiles } from '../../src/store/file.ts'
import { ByteCache } from '../../src/store/index/byte-cache.ts'
import { GrowingColumn } from '../../src/store/index/growing-column.ts'
import { decodeNumbers, encodeNumbers, widthOf } from '../../src/store/index/numbers.ts'
import {
  decodePostings,
  encodePostings,
  intersect,
  lowerBound,
  MAX_VARINT_BYTES,
} from '../../src/store/index/postings.ts'
import { sortTexts } from '../../src/store/index/sort-texts.ts'
import { batchKey } from '../../src/store/level/keys.ts'
import { type Commit, checkTornTail, encodeCommit, scanCommits } from '../../src/store/log/commits.ts'
import { Derivation } from '../../src/store/log/derived.ts'
import { NodeReader } from '../../src/store/log/nodes.ts'
import { TileFiles } from '../../src/store/log/tiles.ts'
import { PLAIN_PARTS } from '../../src/store/working-parts.ts'
import { freshDirectory, removeDirectories } from './directory.ts'
import { failureOf } from './failure.ts'

after(removeDirectories)

async function openFresh(name: string) {
  const dir = freshDirectory()
  mkdirSync(dir, { recursive: true })
  return diskFiles.open(join(dir, name))
}

const leaves = fc
  .uniqueArray(fc.oneof(fc.nat(300), fc.nat(2 ** 22 - 1)), { maxLength: 200 })
  .map(list => Uint32Array.from(list).sort())

describe('postings', () => {
  const encode = (list: Uint32Array): Uint8Array => {
    const bytes = new Uint8Array(list.length * MAX_VARINT_BYTES)
    return bytes.subarray(0, encodePostings(list, bytes, 0))
  }

  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(leaves, list => {
        expect(decodePostings(encode(list), list.length)).to.deep.equal(list)
      }),
    )
    expect([...encode(Uint32Array.of(0, 1, 128, 300))]).to.deep.equal([0, 1, 0x7f, 0xac, 0x01])
  })

  it('intersects as sets do', () => {
    const dense = fc.uniqueArray(fc.nat(100), { maxLength: 80 }).map(list => Uint32Array.from(list).sort())
    fc.assert(
      fc.property(dense, dense, (a, b) => {
        expect(intersect(a, b)).to.deep.equal(a.filter(leaf => b.includes(leaf)))
      }),
    )
  })

  it('finds the first leaf not below another', () => {
    fc.assert(
      fc.property(leaves, fc.nat(400), fc.nat(250), (list, wanted, from) => {
        const start = Math.min(from, list.length)
        const at = list.findIndex((leaf, k) => k >= start && leaf >= wanted)
        expect(lowerBound(list, wanted, start)).to.equal(at === -1 ? list.length : at)
      }),
    )
  })
})

describe('batch keys', () => {
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

  it('are the same only for the same batch', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(batchKey(a) === batchKey(b)).to.equal(a === b)
        expect(Buffer.from(batchKey(a)).toString()).to.equal(batchKey(a))
      }),
      { numRuns: 2000 },
    )
  })
})

describe('columns of numbers', () => {
  it('reads back numbers of every width', () => {
    const column = fc.nat(48).chain(bits =>
      fc.array(
        fc.maxSafeNat().map(n => n % 2 ** bits),
        { minLength: 1 },
      ),
    )
    fc.assert(
      fc.property(column, numbers => {
        const width = widthOf(Math.max(...numbers))
        if (width > 6) return
        const bytes = encodeNumbers(Float64Array.from(numbers), 0, numbers.length, width)
        expect(bytes.length).to.equal(numbers.length * width)
        expect([...decodeNumbers(bytes, 0, numbers.length, width)]).to.deep.equal(numbers)
      }),
    )
    expect(encodeNumbers(Float64Array.of(2 ** 40 + 3), 0, 1, 6).toString('hex')).to.equal('010000000003')
    expect([0, 1, 255, 256, 2 ** 32 - 1, 2 ** 32].map(widthOf)).to.deep.equal([0, 1, 1, 2, 4, 5])
  })
})

describe('a growing column', () => {
  it('gives back what was put in, however wide it became', () => {
    const run = fc.nat(45).chain(bits =>
      fc.array(
        fc.maxSafeNat().map(n => n % 2 ** bits),
        { maxLength: 20 },
      ),
    )
    fc.assert(
      fc.property(fc.array(run), runs => {
        const plain = new GrowingColumn(10_000)
        const more = new GrowingColumn(10_000)
        const all: number[] = []
        for (const numbers of runs) {
          plain.set(numbers, all.length, Math.max(0, ...numbers))
          more.setPlusOne(
            numbers.map(n => n - 1),
            all.length,
          )
          all.push(...numbers)
        }
        expect([...plain.numbers.subarray(0, all.length)]).to.deep.equal(all)
        expect([...more.numbers.subarray(0, all.length)]).to.deep.equal(all)
        expect([plain.largest, more.largest]).to.deep.equal([Math.max(0, ...all), Math.max(0, ...all)])
      }),
    )
  })
})

describe('the order of texts', () => {
  it('is that of their bytes', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 3 }),
      fc.string({ maxLength: 12 }),
      fc.constantFrom('', 'a', 'aa', 'a\0'),
    )
    const texts = fc.uniqueArray(
      text.map(text => Buffer.from(`shared/${text}`)),
      { selector: bytes => bytes.toString('hex'), maxLength: 60 },
    )
    fc.assert(
      fc.property(texts, texts => {
        const ends = new Uint32Array(texts.length + 1)
        for (const [k, bytes] of texts.entries()) ends[k + 1] = ends[k]! + bytes.length
        const steps = sortTexts({ bytes: Buffer.concat(texts), ends })
        let step = steps.next()
        while (step.done !== true) step = steps.next()
        expect([...step.value].map(id => texts[id - 1])).to.deep.equal(texts.toSorted((a, b) => Buffer.compare(a, b)))
      }),
    )
  })
})

describe('a growing tree', () => {
  it('has the hashes of one that grows leaf by leaf, however the leaves come', () => {
    const runs = fc.array(fc.nat(40), { maxLength: 12 })
    fc.assert(
      fc.property(runs, fc.nat(300), (runs, before) => {
        const hash = (i: number): Uint8Array => sha256(Buffer.from(String(i)))
        const frontier = emptyFrontier()
        const expected: string[][] = []
        for (let i = 0; i < before; i++) appendLeaf(frontier, hash(i))
        const tree = new GrowingTree({ size: frontier.size, hashes: [...frontier.hashes] })
        const found: string[][] = []
        for (const count of runs) {
          const run = Array.from({ length: count }, (_, k) => hash(tree.size + k))
          tree.append(Buffer.concat(run), ({ level, first, hashes }) => {
            expect(first).to.equal((found[level] ?? []).length + Math.floor(before / 2 ** level))
            for (let at = 0; at < hashes.length; at += 32) {
              ;(found[level] ??= []).push(Buffer.from(hashes.subarray(at, at + 32)).toString('hex'))
            }
          })
          for (const leaf of run) {
            appendLeaf(frontier, leaf, (level, hash) => {
              ;(expected[level] ??= []).push(Buffer.from(hash).toString('hex'))
            })
          }
          expect(Buffer.from(tree.root)).to.deep.equal(Buffer.from(frontierRoot(frontier)))
        }
        expect(tree.size).to.equal(frontier.size)
        expect(found).to.deep.equal(expected)
      }),
    )
  })
})

describe('the cache', () => {
  it('keeps what was used last, and never more bytes than it may', () => {
    const cache = new ByteCache(1000)
    for (let k = 0; k < 50; k++) {
      cache.set(String(k), k, 90)
      expect(cache.get('0')).to.equal(0)
      expect(cache.bytes).to.be.at.most(1000)
    }
    expect(cache.get('49')).to.equal(49)
    expect(cache.get('1')).to.equal(undefined)
    cache.set('0', 'again', 10)
    expect([cache.get('0'), cache.bytes]).to.deep.equal(['again', 910])
    cache.set('too much', 1, 2000)
    expect([cache.get('too much'), cache.bytes]).to.deep.equal([undefined, 0])
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
      for await (const frame of scanCommits(file, 0, 256)) {
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
    const commits = [commit(1), commit(1), commit(2 ** 40, { entriesEnd: 7 })]
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

describe('the newest nodes', () => {
  const leaf = (k: number): Uint8Array => sha256(Buffer.from(`leaf ${k}`))
  /** The hash of a complete subtree, by its definition. */
  const hashOf = ({ level, index }: NodeId): Uint8Array =>
    level === 0
      ? leaf(index)
      : hashNode(hashOf({ level: level - 1, index: 2 * index }), hashOf({ level: level - 1, index: 2 * index + 1 }))

  it('prove every run that was appended last, and are never another node’s', () => {
    fc.assert(
      fc.property(
        fc.nat(300),
        fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 5 }),
        (had, counts) => {
          const frontier = emptyFrontier()
          for (let k = 0; k < had; k++) appendLeaf(frontier, leaf(k))
          const derivation = new Derivation(frontier, PLAIN_PARTS)
          for (const count of counts) {
            const start = derivation.size
            const hashes = Buffer.concat(Array.from({ length: count }, (_, k) => leaf(start + k)))
            derivation.add(hashes)
            derivation.take()
            hashes.fill(0) // the memory of leaves is used again
            const nodes = runNodes({ start, end: start + count }, derivation.size)
            expect(derivation.findRecent(nodes)).to.deep.equal(nodes.map(node => Buffer.from(hashOf(node))))
          }
          for (let level = 0; 2 ** level <= derivation.size; level++) {
            for (let index = 0; (index + 1) * 2 ** level <= derivation.size; index++) {
              const found = derivation.findRecent([{ level, index }])
              if (found !== undefined) expect(found).to.deep.equal([Buffer.from(hashOf({ level, index }))])
            }
          }
          const ends = { level: 0, index: derivation.size }
          expect(derivation.findRecent([ends]), 'a leaf that is not there').to.equal(undefined)
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('a tile that does not hash to the one above it', () => {
  it('is told of, and read anew once the disk is mended, whichever of the two it was', async () => {
    for (const damaged of [0, 1]) {
      const directory = freshDirectory()
      mkdirSync(directory, { recursive: true })
      const tiles = await TileFiles.open(directory, diskFiles)
      const derivation = new Derivation(emptyFrontier(), PLAIN_PARTS)
      derivation.add(Buffer.concat(Array.from({ length: 512 }, (_, k) => sha256(Buffer.from(`${k}`)))))
      await tiles.append(derivation.take())
      const flip = async (): Promise<void> => {
        const file = await diskFiles.open(join(directory, String(damaged)))
        const byte = await file.read(7, 1)
        await file.rewrite(Uint8Array.of(byte[0]! ^ 1), 7)
        await file.close()
      }
      const reader = new NodeReader(tiles, hashPairs)
      const node = { level: 0, index: 5 }
      await flip()
      expect(await failureOf(reader.read([node], 512))).to.have.property('code', 'tile_damaged')
      await flip()
      expect(await reader.read([node], 512)).to.deep.equal([Buffer.from(sha256(Buffer.from('5')))])
      await tiles.close()
    }
  })
})
