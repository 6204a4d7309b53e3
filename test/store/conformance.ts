// What every store must do, whatever it is made of: the promises of store.ts as examples.

import { expect } from 'chai'
import { packLeaves } from '../../src/core/leaves.ts'
import {
  checkConsistency,
  checkInclusion,
  checkLeaves,
  consistencyNodes,
  inclusionNodes,
  leavesNodes,
  proveConsistency,
  proveInclusion,
} from '../../src/core/proof.ts'
import { DIMENSIONS } from '../../src/core/question.ts'
import { decodeEntry } from '../../src/core/record.ts'
import { decodeBundle, encodeBundle, TILE_WIDTH } from '../../src/core/tile.ts'
import { appendLeaf, emptyFrontier, frontierRoot, type Hash } from '../../src/core/tree.ts'
import type { Search, Store } from '../../src/store/store.ts'
import { failureOf } from './failure.ts'
import { makeLeaf, makeLeaves, makeRecord, makeState, packed, START, STEP, toLeaf } from './leaves.ts'

export async function searchAll(store: Store, search: Partial<Search>): Promise<number[]> {
  const found: number[] = []
  for await (const run of store.search({ where: {}, below: store.head.size, ...search })) found.push(...run)
  return found
}

/** What `scan` gives of each leaf, as text, newest first. */
export async function scanAll(store: Store, search: Partial<Search>): Promise<string[]> {
  const found: string[] = []
  for await (const rows of store.scan({ where: {}, below: store.head.size, ...search }, DIMENSIONS)) {
    for (const [k, index] of rows.indices.entries()) {
      const values: string[] = []
      for (const dimension of DIMENSIONS) {
        const id = rows.ids[dimension]![k]!
        values.push(id === 0 ? '' : await rows.names.text(dimension, id))
        if (id !== 0) expect(await rows.names.find(dimension, values.at(-1)!)).to.equal(id)
      }
      found.push([index, rows.times[k], rows.bytes[k], rows.rows[k], ...values].join(' '))
    }
  }
  return found
}

/** The root of leaves 0 to `size` − 1 of `makeLeaf`. */
export function expectedRoot(size: number): Hash {
  const frontier = emptyFrontier()
  for (let i = 0; i < size; i++) appendLeaf(frontier, makeLeaf(i).leaf)
  return frontierRoot(frontier)
}

/** A store of the leaves 0 to `size` − 1, in commits of odd sizes. */
export async function fill(store: Store, size: number): Promise<void> {
  for (let at = store.head.size; at < size; ) {
    const count = Math.min(size - at, 1 + ((at * 7) % 97))
    await store.append([{ leaves: packed(at, at + count) }])
    at += count
  }
}

export function describeStore(name: string, open: () => Promise<Store>): void {
  describe(`store conformance: ${name}`, () => {
    let store: Store
    beforeEach(async () => {
      store = await open()
    })
    afterEach(async () => {
      await store[Symbol.asyncDispose]()
    })

    it('starts with the empty tree', async () => {
      expect(store.head).to.deep.equal({ size: 0, root: expectedRoot(0) })
      expect(await store.append([])).to.deep.equal([])
      expect(await searchAll(store, {})).to.deep.equal([])
      expect(await store.readTile({ level: 0, index: 0, width: 1 })).to.equal(undefined)
      expect(await store.readTile({ level: 'entries', index: 0, width: 1 })).to.equal(undefined)
      expect(await store.readSealed(0)).to.equal(undefined)
    })

    it('appends batches in order, tells where each begins, and has the root of RFC 6962', async () => {
      const first = await store.append([{ leaves: packed(0, 3) }, { leaves: packed(0, 0) }, { leaves: packed(3, 4) }])
      expect(first).to.deep.equal([0, 3, 3])
      expect(await store.append([{ leaves: packed(4, 10) }])).to.deep.equal([4])
      expect(store.head.size).to.equal(10)
      expect(Buffer.from(store.head.root)).to.deep.equal(Buffer.from(expectedRoot(10)))
    })

    it('gives back entries in the order asked for, repeated ones too, and refuses those beyond the head', async () => {
      await fill(store, 700)
      const indices = [699, 0, 300, 301, 0, 17, 650]
      const entries = await store.readEntries(indices)
      expect(entries.map(entry => decodeEntry(entry))).to.deep.equal(indices.map(i => makeLeaf(i).record))
      expect(await store.readEntries([])).to.deep.equal([])
      for (const beyond of [700, -1, 0.5]) {
        const error = await failureOf(store.readEntries([beyond]))
        expect(error, String(beyond)).to.be.instanceOf(RangeError)
      }
    })

    it('gives back the sealed part of the leaves that have one', async () => {
      await fill(store, 200)
      for (const i of [0, 4, 196]) {
        expect(Buffer.from((await store.readSealed(i))!).toString()).to.equal(`sealed part of ${i}`)
      }
      for (const i of [1, 199, 200, -4]) expect(await store.readSealed(i), String(i)).to.equal(undefined)
      await store.append([{ leaves: packLeaves([toLeaf(makeRecord(200), new Uint8Array(0))]) }])
      expect((await store.readSealed(200))?.length).to.equal(0)
    })

    it('erases a sealed part, and nothing else', async () => {
      await fill(store, 300)
      const { head } = store
      await store.eraseSealed(4)
      await store.eraseSealed(4)
      for (const i of [1, 300, -4, 0.5]) await store.eraseSealed(i) // none has a part
      expect((await store.readSealed(4))?.every(byte => byte === 0)).to.equal(true)
      expect((await store.readSealed(4))?.length).to.equal('sealed part of 4'.length)
      for (const i of [0, 8, 296]) {
        expect(Buffer.from((await store.readSealed(i))!).toString()).to.equal(`sealed part of ${i}`)
      }
      expect(store.head).to.deep.equal(head)
      expect(Buffer.from((await store.readEntries([4]))[0]!)).to.deep.equal(Buffer.from(makeLeaf(4).entry))
      await store.append([{ leaves: packed(300, 400) }])
      expect(Buffer.from((await store.readSealed(300))!).toString()).to.equal('sealed part of 300')
    })

    it('proves every leaf, every growth, and many leaves at once', async () => {
      const size = 600
      await fill(store, size)
      const { root } = store.head
      for (const index of [0, 1, 255, 256, 257, 511, 512, 598, 599]) {
        const proof = proveInclusion(index, size, await store.readNodes(inclusionNodes(index, size)))
        expect(checkInclusion(index, size, makeLeaf(index).leaf, root, proof), `leaf ${index}`).to.equal(true)
      }
      for (const old of [1, 255, 256, 300, 512, 599, 600]) {
        const proof = proveConsistency(old, size, await store.readNodes(consistencyNodes(old, size)))
        expect(checkConsistency(old, size, expectedRoot(old), root, proof), `from ${old}`).to.equal(true)
      }
      const indices = [3, 4, 5, 280, 599]
      const proof = await store.readNodes(leavesNodes(indices, size))
      const leaves = indices.map(i => makeLeaf(i).leaf)
      expect(checkLeaves(indices, leaves, size, root, proof)).to.equal(true)
      const beyond = await failureOf(store.readNodes([{ level: 0, index: 600 }]))
      expect(beyond).to.be.instanceOf(RangeError)
    })

    it('serves tiles and bundles of every width that the tree has, and none wider', async () => {
      const size = 2 * TILE_WIDTH + 44
      await fill(store, size)
      for (const [index, width] of [
        [0, 256],
        [0, 7],
        [1, 256],
        [2, 44],
        [2, 1],
      ] as const) {
        const leaves = makeLeaves(index * TILE_WIDTH, index * TILE_WIDTH + width)
        const tile = Buffer.from((await store.readTile({ level: 0, index, width }))!)
        expect(tile.equals(Buffer.concat(leaves.map(({ leaf }) => leaf))), `tile ${index}.${width}`).to.equal(true)
        const bundle = Buffer.from((await store.readTile({ level: 'entries', index, width }))!)
        expect(bundle.equals(encodeBundle(leaves.map(({ entry }) => entry))), `bundle ${index}.${width}`).to.equal(true)
        expect(decodeBundle(bundle)).to.have.length(width)
      }
      const full = await store.readNodes([
        { level: 8, index: 0 },
        { level: 8, index: 1 },
      ])
      expect(Buffer.from((await store.readTile({ level: 1, index: 0, width: 2 }))!)).to.deep.equal(Buffer.concat(full))
      for (const missing of [
        { level: 0, index: 2, width: 45 },
        { level: 0, index: 3, width: 1 },
        { level: 0, index: -1, width: 1 },
        { level: 0, index: 0, width: 0 },
        { level: 1, index: 0, width: 3 },
        { level: 2, index: 0, width: 1 },
        { level: 63, index: 0, width: 1 },
        { level: 'entries', index: 2, width: 45 },
      ] as const) {
        expect(await store.readTile(missing), JSON.stringify(missing)).to.equal(undefined)
      }
    })

    it('finds by every dimension, by several at once, and by time', async () => {
      const size = 500
      await fill(store, size)
      const matching = (fits: (i: number) => boolean): number[] =>
        Array.from({ length: size }, (_, i) => i)
          .filter(fits)
          .reverse()
      const at = (i: number): number => START + i * STEP
      const cases: [Partial<Search>, (i: number) => boolean][] = [
        [{}, () => true],
        [{ where: { resource: 'resource/3' } }, i => i % 7 === 3],
        [{ where: { provider: 'provider-1' } }, i => i % 3 === 1],
        [{ where: { consumer: 'consumer-4' } }, i => i % 5 === 4],
        [{ where: { actor: '2'.padStart(32, '0') } }, i => i % 2 === 0 && i % 11 === 2],
        [{ where: { purpose: 'LegalCompliance' } }, i => i % 3 === 0],
        [{ where: { grant: '3' } }, i => i % 3 === 0 && i % 4 === 2],
        [{ where: { source: 'gateway' } }, () => true],
        [{ where: { resource: 'resource/1', consumer: 'consumer-1' } }, i => i % 35 === 1],
        [{ where: { resource: 'resource/1' }, from: at(100), to: at(200) }, i => i % 7 === 1 && i >= 100 && i < 200],
        [{ from: at(100), to: at(101) }, i => i === 100],
        [{ from: at(100) + 1, to: at(101) }, () => false],
        [{ where: { source: 'gateway' }, from: at(100), to: at(101) }, i => i === 100],
        [{ from: at(490) }, i => i >= 490],
        [{ to: at(3) }, i => i < 3],
        [{ below: 100 }, i => i < 100],
        [{ below: 100, where: { consumer: 'consumer-4' } }, i => i < 100 && i % 5 === 4],
        [{ below: 10_000 }, () => true],
        [{ first: 300 }, i => i >= 300],
        [{ first: 513, below: 600, where: { consumer: 'consumer-4' } }, i => i >= 513 && i < 600 && i % 5 === 4],
        [{ first: 10_000 }, () => false],
        [{ below: 0 }, () => false],
        [{ where: { resource: 'resource/33' } }, () => false],
        [{ where: { resource: 'resource/1', consumer: 'nobody' } }, () => false],
        [{ where: { purpose: '' } }, () => false],
        [{ where: { resource: 'resource' } }, () => false],
        [{ where: { consumer: 'resource/1' } }, () => false],
      ]
      for (const [search, fits] of cases) {
        expect(await searchAll(store, search), JSON.stringify(search)).to.deep.equal(matching(fits))
      }
    })

    it('gives the same leaves as columns', async () => {
      await fill(store, 700)
      const expected = (i: number): string => {
        const { record } = makeLeaf(i)
        const values = DIMENSIONS.map(dimension => record[dimension] ?? '')
        return [i, Date.parse(record.time), record.bytes ?? -1, record.rows ?? -1, ...values].join(' ')
      }
      const fitting = Array.from({ length: 650 }, (_, i) => i).filter(i => i % 7 === 3)
      expect(await scanAll(store, { where: { resource: 'resource/3' }, below: 650 })).to.deep.equal(
        fitting.map(expected).reverse(),
      )
      expect(await scanAll(store, { to: START + 2 * STEP })).to.deep.equal([1, 0].map(expected))
    })

    it('fills in the columns of leaves that follow each other', async () => {
      await fill(store, 700)
      for (const [start, end] of [
        [0, 256],
        [3, 4],
        [256, 511],
        [512, 700],
        [600, 601],
      ] as const) {
        const [times, ids] = [
          new Float64Array(end - start),
          DIMENSIONS.map(() => new Uint32Array(end - start).fill(77)),
        ]
        const names = await store.readColumns(start, { times, ids })
        for (const [k, time] of times.entries()) {
          const { record } = makeLeaf(start + k)
          expect(time).to.equal(Date.parse(record.time))
          for (const [d, dimension] of DIMENSIONS.entries()) {
            const number = ids[d]![k]!
            const value = number === 0 ? undefined : await names.text(dimension, number)
            expect(value, `${dimension} of ${start + k}`).to.equal(record[dimension]?.toString())
          }
        }
      }
      const beyond = { times: new Float64Array(2), ids: [] }
      expect(await store.readColumns(699, beyond).catch(String)).to.match(/^RangeError/)
    })

    it('draws the line of a time at every record', async () => {
      await fill(store, 200)
      for (let k = 50; k < 150; k++) {
        const line = START + k * STEP
        expect(await searchAll(store, { to: line }), `before ${k}`).to.have.length(k)
        expect(await searchAll(store, { from: line, where: { source: 'gateway' } }), `from ${k}`).to.have.length(
          200 - k,
        )
      }
    })

    it('keeps values apart that differ in one odd character', async () => {
      const values = ['a', 'a/', 'a/b', 'a%', 'a%002f', 'A', 'a\u0000', 'a\u0000b', '源', '源a', '\u{1f600}', 'a b']
      const leaves = values.map((resource, i) => toLeaf(makeRecord(i, { resource })))
      await store.append([{ leaves: packLeaves(leaves) }])
      for (const [i, resource] of values.entries()) {
        expect(await searchAll(store, { where: { resource } }), JSON.stringify(resource)).to.deep.equal([i])
      }
      expect(await searchAll(store, { where: { resource: '\ud83d' } })).to.deep.equal([])
    })

    it('finds leaves by their own time, in whatever order they came', async () => {
      const minutes = [5, 1, 4, 2, 3, 5, 0]
      const leaves = minutes.map((minute, i) =>
        toLeaf(makeRecord(i, { time: new Date(START + minute * 60_000).toISOString() })),
      )
      await store.append([{ leaves: packLeaves(leaves) }])
      const between = await searchAll(store, { from: START + 2 * 60_000, to: START + 5 * 60_000 })
      expect(between).to.deep.equal([4, 3, 2])
    })

    it('remembers how far a batch came, and the runs of leaves it became', async () => {
      expect(store.findBatch('b')).to.equal(undefined)
      const refused = [{ line: 3, code: 'unknown_resource', message: 'no such resource' }]
      await store.append([{ leaves: packed(0, 2) }, { leaves: packed(2, 4), state: { ...makeState('b', 3), refused } }])
      const first = store.findBatch('b')
      expect(first).to.deep.equal({ ...makeState('b', 3), refused, ranges: [{ firstIndex: 2, count: 2 }] })
      await store.append([{ leaves: packed(4, 6), state: makeState('b', 5, first) }])
      const second = store.findBatch('b')
      expect(second).to.deep.equal({ ...makeState('b', 5), refused, ranges: [{ firstIndex: 2, count: 4 }] })
      await store.append([{ leaves: packed(6, 7) }, { leaves: packed(7, 8), state: makeState('b', 6, second) }])
      expect(store.findBatch('b')!.ranges).to.deep.equal([
        { firstIndex: 2, count: 4 },
        { firstIndex: 7, count: 1 },
      ])
      await store.append([{ leaves: packed(0, 0), state: makeState('only refusals/..', 2) }])
      expect(store.findBatch('only refusals/..')).to.deep.equal(makeState('only refusals/..', 2))
      expect(store.findBatch('only refusals')).to.equal(undefined)
      expect(store.head.size).to.equal(8)
    })

    it('remembers the batches of one leaf each that come in one piece, across segments too', async () => {
      const each = Array.from({ length: 300 }, (_, k) => (k % 3 === 2 ? undefined : makeState(`b${k}`, 1)))
      const first = await store.append([{ leaves: packed(0, 1) }, { leaves: packed(1, 301), each }])
      expect(first).to.deep.equal([0, 1])
      for (const [k, state] of each.entries()) {
        const known = state && { ...state, ranges: [{ firstIndex: 1 + k, count: 1 }] }
        expect(store.findBatch(`b${k}`)).to.deep.equal(known)
      }
      const error = await failureOf(store.append([{ leaves: packed(301, 303), each: [makeState('c', 1)] }]))
      expect(error).to.be.instanceOf(RangeError)
      expect(store.head.size).to.equal(301)
    })

    it('remembers a state as it was, though the caller goes on using its arrays', async () => {
      const state = { ...makeState('b', 2), ranges: [] as { firstIndex: number; count: number }[] }
      await store.append([{ leaves: packed(0, 2), state }])
      state.ranges.push({ firstIndex: 77, count: 1 })
      expect(store.findBatch('b')!.ranges).to.deep.equal([{ firstIndex: 0, count: 2 }])
    })

    it('refuses a batch that appears twice in one append, and writes nothing', async () => {
      const batches = [
        { leaves: packed(0, 1), state: makeState('b', 1) },
        { leaves: packed(1, 2), state: makeState('b', 2) },
      ]
      const error = await failureOf(store.append(batches))
      expect(error).to.be.instanceOf(Error)
      expect(store.head.size).to.equal(0)
      await fill(store, 3)
      expect(store.head.size).to.equal(3)
    })

    it('keeps facts in the order of their keys', async () => {
      const { facts } = store
      expect(await facts.get('anchor/1')).to.equal(undefined)
      await facts.put({ 'anchor/2': 'two', 'anchor/1': 'one', anchor: 'none', anchor0: 'other', '锚/1': '一' })
      await facts.replace({ 'anchor/3': 'three', 'anchor/1': 'ONE' })
      expect(await facts.get('anchor/1')).to.equal('ONE')
      expect(await facts.get('锚/1')).to.equal('一')
      const anchors = [
        ['anchor/1', 'ONE'],
        ['anchor/2', 'two'],
        ['anchor/3', 'three'],
      ]
      expect(await facts.list('anchor/')).to.deep.equal(anchors)
      expect(await facts.list('anchor/', { reverse: true, limit: 1 })).to.deep.equal([anchors[2]])
      expect(await facts.list('anchor/', { limit: 2 })).to.deep.equal(anchors.slice(0, 2))
      expect(await facts.list('anchor/', { from: anchors[1]![0]! })).to.deep.equal(anchors.slice(1))
      expect(await facts.list('anchor/', { from: `${anchors[1]![0]}~`, limit: 1 })).to.deep.equal([anchors[2]])
      expect((await facts.list('')).map(([key]) => key)).to.deep.equal([
        'anchor',
        'anchor/1',
        'anchor/2',
        'anchor/3',
        'anchor0',
        '锚/1',
      ])
      expect(await facts.list('nothing')).to.deep.equal([])
    })
  })
}
