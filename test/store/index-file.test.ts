// The index of a segment on the disk: it answers as the columns in memory do, in bounded memory, and every byte of it is
// where docs/data-directory.md says.

import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { expect } from 'chai'
import * as fc from 'fast-check'
import { findEntries, packLeaves, spellValue } from '../../src/core/leaves.ts'
import { DIMENSIONS, type Dimension } from '../../src/core/question.ts'
import { diskFiles } from '../../src/store/file.ts'
import { ByteCache } from '../../src/store/index/byte-cache.ts'
import { IndexDamaged } from '../../src/store/index/checked-file.ts'
import { SegmentColumns } from '../../src/store/index/columns.ts'
import { createPlainDictionary } from '../../src/store/index/dictionary.ts'
import { IndexFile } from '../../src/store/index/index-file.ts'
import { writeIndex } from '../../src/store/index/index-writer.ts'
import { indexColumns } from '../../src/store/index/memory-index.ts'
import type { SegmentIndex, Wanted } from '../../src/store/index/segment-index.ts'
import { freshDirectory, removeDirectories } from './directory.ts'
import { makeRecord, START, STEP, type TestLeaf, toLeaf } from './leaves.ts'

after(removeDirectories)

const SEGMENT = 2
const LEAVES = 8_192
const ROOT = Buffer.alloc(32, 7)

/** Many values in some dimensions, few in others; a sealed part now and then. */
function makeSegmentLeaf(i: number): TestLeaf {
  const actor = ((i * 7919) % 5_003).toString(16).padStart(32, '0')
  const resource = `res"源${i % 700}`
  const sealed = i % 50 === 3 ? Buffer.from(`sealed ${i}`) : undefined
  return toLeaf(makeRecord(i, { resource, ...(i % 5 === 0 ? {} : { actor }) }), sealed)
}

function makeColumns(leaves: readonly TestLeaf[]): SegmentColumns {
  const columns = new SegmentColumns(SEGMENT, LEAVES, createPlainDictionary())
  const packed = packLeaves(leaves)
  const sealed = packed.sealed.map(({ leaf }, k) => ({ leaf, place: k * 1000 }))
  columns.append(packed, findEntries(packed.entries, packed.count)!, sealed)
  return columns
}

async function write(columns: SegmentColumns): Promise<string> {
  const dir = freshDirectory()
  mkdirSync(dir)
  const path = join(dir, 'index')
  const { count, minTime, maxTime } = columns
  const ends = { entriesEnd: columns.endOf(count), sealedEnd: 77, commitStart: 5, commitEnd: 6 }
  await writeIndex(diskFiles, path, columns, { number: SEGMENT, count, minTime, maxTime, root: ROOT, ...ends })
  return path
}

async function matching(index: SegmentIndex, wanted: Wanted, below: number): Promise<number[]> {
  const found: number[] = []
  for await (const leaves of index.match(wanted, below)) found.push(...leaves)
  return found
}

describe('the index of a segment', () => {
  const columns = makeColumns(Array.from({ length: LEAVES }, (_, i) => makeSegmentLeaf(i)))
  const memory = indexColumns(columns)
  const cache = new ByteCache(150_000)
  let path: string
  let disk: IndexFile
  before(async () => {
    path = await write(columns)
    disk = await IndexFile.open(await diskFiles.open(path), LEAVES, cache)
  })
  after(() => disk.close())

  it('answers as the columns do, and keeps no more of it in memory than it may', async () => {
    const condition = fc.record(
      {
        resource: fc.nat(700).map(n => `res"源${n}`),
        actor: fc.nat(5_003).map(n => n.toString(16).padStart(32, '0')),
        provider: fc.constantFrom('provider-0', 'provider-1', 'nobody'),
        consumer: fc.constantFrom('consumer-0', 'consumer-4'),
        grant: fc.constantFrom('1', '4', '5'),
        source: fc.constantFrom('gateway', ''),
      },
      { requiredKeys: [] },
    )
    const property = fc.asyncProperty(condition, fc.nat(LEAVES), async (where, below) => {
      const inMemory: [Dimension, number][] = []
      const onDisk: [Dimension, number][] = []
      for (const [dimension, value] of Object.entries(where) as [Dimension, string][]) {
        const id = await disk.find(dimension, value)
        expect(id === 0).to.equal((await memory.find(dimension, value)) === 0)
        if (id === 0) return
        expect(await disk.text(dimension, id)).to.equal(value)
        inMemory.push([dimension, await memory.find(dimension, value)])
        onDisk.push([dimension, id])
      }
      const found = await matching(memory, inMemory, below)
      expect(await matching(disk, onDisk, below)).to.deep.equal(found)
      const leaves = Uint32Array.from(found)
      for (const quantity of ['times', 'bytes', 'rows'] as const) {
        expect(await disk.read(quantity, leaves)).to.deep.equal(await memory.read(quantity, leaves))
      }
      const first = Math.min(below, LEAVES - 10)
      expect(await disk.places(first, 10)).to.deep.equal(await memory.places(first, 10))
      const frame = await memory.sealedFrame(below)
      expect(await disk.sealedFrame(below)).to.deep.equal(frame && { ...frame, end: frame.end ?? disk.head.sealedEnd })
      expect(cache.bytes).to.be.at.most(150_000)
    })
    await fc.assert(property, { numRuns: 200 })
  })

  it('names every value by its rank', async () => {
    const leaves = Uint32Array.from({ length: LEAVES }, (_, k) => LEAVES - 1 - k)
    for (const dimension of DIMENSIONS) {
      const own = await memory.readIds(dimension, leaves)
      const ids = await disk.readIds(dimension, leaves)
      for (let k = 0; k < LEAVES; k += 61) {
        if (own[k] === 0) expect(ids[k]).to.equal(0)
        else expect(await disk.text(dimension, ids[k]!)).to.equal(await memory.text(dimension, own[k]!))
      }
      const numbers = [...new Set(ids)].filter(id => id !== 0)
      for (const order of [numbers, numbers.toSorted((a, b) => a - b)]) {
        const texts = await Promise.all(order.map(id => disk.text(dimension, id)))
        expect(await disk.texts(dimension, order)).to.deep.equal(texts)
        const known = await Promise.all(texts.map(text => memory.find(dimension, text)))
        expect(await memory.texts(dimension, known)).to.deep.equal(texts)
      }
      expect(await disk.texts(dimension, [numbers.length + 1]).catch((error: unknown) => error)).to.be.instanceOf(
        IndexDamaged,
      )
    }
  })

  it('is, byte for byte, what docs/data-directory.md says', () => {
    const file = readFileSync(path)
    expect(file.toString('latin1', 0, 8)).to.equal('suyuan-1')
    expect([file.readUInt32BE(8), file.readUInt32BE(12)]).to.deep.equal([SEGMENT, LEAVES])
    expect([16, 22, 28, 34, 72, 78].map(at => file.readUIntBE(at, 6))).to.deep.equal([
      columns.endOf(LEAVES),
      77,
      START,
      START + (LEAVES - 1) * STEP,
      5,
      6,
    ])
    expect(file.subarray(40, 72).equals(ROOT)).to.equal(true)
    expect(file.readUInt32BE(1020)).to.equal(crc32(file.subarray(0, 1020)))
    const sections = Array.from({ length: 41 }, (_, k) => {
      const row = 84 + 20 * k
      const offset = file.readUIntBE(row, 6)
      const bytes = file.subarray(offset, offset + file.readUIntBE(row + 6, 6))
      expect(file.readUInt32BE(row + 12), `CRC-32 of section ${k}`).to.equal(crc32(bytes))
      return { offset, bytes, width: file[row + 16]! }
    })
    let end = 1024
    for (const { offset, bytes } of sections) {
      expect(offset).to.equal(end)
      end += bytes.length
    }
    expect(file.length).to.equal(end)
    const [places, times, bytes, rows, sealed] = sections
    const checks = sections[40]!
    for (let page = 0; page * 4 < checks.bytes.length; page++) {
      const from = 1024 + page * 16_384
      const crc = crc32(file.subarray(from, Math.min(from + 16_384, checks.offset)))
      expect(checks.bytes.readUInt32BE(page * 4), `page ${page}`).to.equal(crc)
    }
    expect([places, times, bytes, rows, sealed].map(section => section!.width)).to.deep.equal([5, 6, 2, 1, 8])
    for (let i = 0; i < LEAVES; i++) {
      const { record } = makeSegmentLeaf(i)
      expect(times!.bytes.readUIntBE(i * 6, 6)).to.equal(Date.parse(record.time))
      expect(bytes!.bytes.readUInt16BE(i * 2)).to.equal((record.bytes ?? -1) + 1)
      expect(rows!.bytes[i]).to.equal((record.rows ?? -1) + 1)
    }
    expect(places!.bytes.length).to.equal((LEAVES + 1) * 5)
    expect([sealed!.bytes.readUIntBE(8, 3), sealed!.bytes.readUIntBE(11, 5)]).to.deep.equal([53, 1000])

    for (const [d, dimension] of DIMENSIONS.entries()) {
      const [ids, texts, fences, postings, lists] = sections.slice(5 + 5 * d, 10 + 5 * d)
      const values = Array.from({ length: LEAVES }, (_, i) => {
        const value = makeSegmentLeaf(i).record[dimension]
        return value === undefined ? undefined : spellValue(dimension, String(value))
      })
      const sorted = [...new Set(values.filter(value => value !== undefined))].sort()
      let text = 0
      let fence = 0
      for (const [rank, value] of sorted.entries()) {
        if (rank % 64 === 0) {
          expect(fences!.bytes.readUInt32BE(fence)).to.equal(text)
          expect(fences!.bytes.toString('latin1', fence + 5, fence + 5 + fences!.bytes[fence + 4]!)).to.equal(value)
          fence += 5 + value.length
        }
        expect(texts!.bytes[text]).to.equal(value.length)
        expect(texts!.bytes.toString('latin1', text + 1, text + 1 + value.length)).to.equal(value)
        text += 1 + value.length
      }
      expect([texts!.bytes.length, fences!.bytes.length]).to.deep.equal([text, fence])
      expect(lists!.bytes.length).to.equal(sorted.length * 7)
      const width = ids!.width
      for (const [i, value] of values.entries()) {
        const rank = value === undefined ? 0 : sorted.indexOf(value) + 1
        if (i % 37 === 0) expect(ids!.bytes.readUIntBE(i * width, width)).to.equal(rank)
      }
      for (let rank = 1; rank <= sorted.length; rank += 1 + Math.floor(sorted.length / 50)) {
        const leaves = values.flatMap((value, i) => (value === sorted[rank - 1] ? [i] : []))
        const row = (rank - 1) * 7
        expect(lists!.bytes.readUIntBE(row, 3)).to.equal(leaves.length)
        const place = lists!.bytes.readUInt32BE(row + 3)
        const next = rank === sorted.length ? postings!.bytes.length : lists!.bytes.readUInt32BE(row + 10)
        const encoded = [...postings!.bytes.subarray(place, next)]
        expect(encoded).to.deep.equal(leaves.length * 64 > LEAVES ? [] : leb128(leaves))
      }
    }
  })
})

function leb128(leaves: readonly number[]): number[] {
  return leaves.flatMap((leaf, k) => {
    const bytes: number[] = []
    let delta = leaf - (leaves[k - 1] ?? 0)
    for (; delta >= 128; delta = Math.floor(delta / 128)) bytes.push((delta % 128) + 128)
    return [...bytes, delta]
  })
}
