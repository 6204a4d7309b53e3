// The embedded store as a whole: conformance with segments of several sizes, the layout on disk, and reopening.

import { existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import { expect } from 'chai'
import { packLeaves } from '../../src/core/leaves.ts'
import { decodeEntry } from '../../src/core/record.ts'
import { encodeBundle } from '../../src/core/tile.ts'
import { openEmbeddedStore } from '../../src/store/embedded.ts'
import type { Store } from '../../src/store/store.ts'
import { describeStore, expectedRoot, fill, searchAll } from './conformance.ts'
import { freshDirectory, removeDirectories } from './directory.ts'
import { failureOf } from './failure.ts'
import { createFaultyFiles, type FaultPlan } from './faults.ts'
import { makeLeaf, makeLeaves, makeRecord, makeState, packed, toLeaf } from './leaves.ts'
import { quickParts } from './quick-parts.ts'

after(removeDirectories)

describeStore('embedded', () => openEmbeddedStore({ dir: freshDirectory() }))
describeStore('embedded, segments of 256', () => openEmbeddedStore({ dir: freshDirectory(), segmentLeaves: 256 }))

describeStore('embedded, quick parts, segments of 256', async () => {
  return openEmbeddedStore({ dir: freshDirectory(), segmentLeaves: 256, work: await quickParts() })
})

describe('embedded store: layout of the data directory', () => {
  it('is, byte for byte, what docs/data-directory.md says', async () => {
    const dir = freshDirectory()
    const file = (name: string): Buffer => readFileSync(join(dir, 'log', name))
    const store = await openEmbeddedStore({ dir })
    await store.append([{ leaves: packed(0, 5), state: makeState('b', 5) }])
    await store.append([{ leaves: packed(5, 300) }])
    await store[Symbol.asyncDispose]()

    const leaves = makeLeaves(0, 300)
    expect(file('000000/entries').equals(encodeBundle(leaves.map(({ entry }) => entry)))).to.equal(true)

    const sealedFrames = leaves.flatMap(({ sealed }, i) => {
      if (sealed === undefined) return []
      const header = Buffer.alloc(10)
      header.writeUIntBE(i, 0, 6)
      header.writeUInt32BE(sealed.length, 6)
      return [Buffer.concat([header, sealed])]
    })
    expect(file('000000/sealed').equals(Buffer.concat(sealedFrames))).to.equal(true)

    const commits = file('commits')
    const length = commits.readUInt32BE(0)
    const json = commits.subarray(8, 8 + length)
    expect(commits.readUInt32BE(4)).to.equal(crc32(json))
    expect(JSON.parse(json.toString())).to.deep.equal({
      size: 5,
      root: Buffer.from(expectedRoot(5)).toString('base64'),
      entriesEnd: encodeBundle(leaves.slice(0, 5).map(({ entry }) => entry)).length,
      sealedEnd: sealedFrames[0]!.length + sealedFrames[1]!.length,
      batches: [{ ...makeState('b', 5), ranges: [{ firstIndex: 0, count: 5 }] }],
    })
    const second = commits.subarray(8 + length)
    expect(second.readUInt32BE(0)).to.equal(second.length - 8)

    expect(file('tile/0').equals(Buffer.concat(leaves.map(({ leaf }) => leaf)))).to.equal(true)
    expect(file('tile/1').equals(Buffer.from(expectedRoot(256)))).to.equal(true)
  })

  it('lets only its own account read it', async () => {
    const dir = freshDirectory()
    const store = await openEmbeddedStore({ dir })
    await fill(store, 10)
    await store[Symbol.asyncDispose]()
    expect(statSync(dir).mode & 0o777).to.equal(0o700)
    expect(statSync(join(dir, 'log/000000')).mode & 0o777).to.equal(0o700)
    for (const name of ['000000/entries', '000000/sealed', '000000/index.open', 'commits', 'tile/0']) {
      expect(statSync(join(dir, 'log', name)).mode & 0o777, name).to.equal(0o600)
    }
  })
})

function noFault(): FaultPlan {
  return { operations: [], failAt: Number.POSITIVE_INFINITY, mode: 'refused', code: 'EIO' }
}

/** As if it were killed: the first thing that closing does on the disk fails. */
async function closeWithoutPuttingDown(store: Store, plan: FaultPlan): Promise<void> {
  plan.failAt = plan.operations.length
  await store[Symbol.asyncDispose]()
}

describe('embedded store: reopening', () => {
  for (const segmentLeaves of [256, 512, 2 ** 20]) {
    it(`goes on where it was, again and again (segments of ${segmentLeaves})`, async () => {
      const dir = freshDirectory()
      for (const size of [0, 1, 130, 256, 257, 600, 1_024, 1_700]) {
        const store = await openEmbeddedStore({ dir, segmentLeaves })
        const before = store.head.size
        await fill(store, size)
        await store.append([{ leaves: packed(0, 0), state: makeState(`batch ${size}`, 1) }])
        await store.facts.put({ size: String(size) })
        expect(Buffer.from(store.head.root), `root of ${size}`).to.deep.equal(Buffer.from(expectedRoot(size)))
        expect(before).to.be.lessThanOrEqual(size)
        await store[Symbol.asyncDispose]()
      }
      const store = await openEmbeddedStore({ dir, segmentLeaves })
      expect(store.head).to.deep.equal({ size: 1_700, root: Buffer.from(expectedRoot(1_700)) })
      expect(await store.facts.get('size')).to.equal('1700')
      for (const size of [0, 1, 130, 256, 257, 600, 1_024, 1_700]) {
        expect(store.findBatch(`batch ${size}`), `batch ${size}`).to.deep.equal(makeState(`batch ${size}`, 1))
      }
      expect(await searchAll(store, { where: { resource: 'resource/2' } })).to.have.length(243)
      await store[Symbol.asyncDispose]()
    })
  }

  it('refuses a log with segments of another size', async () => {
    const dir = freshDirectory()
    const store = await openEmbeddedStore({ dir, segmentLeaves: 256 })
    await store[Symbol.asyncDispose]()
    const error = await failureOf(openEmbeddedStore({ dir, segmentLeaves: 512 }))
    expect(error).to.have.property('code', 'data_format_unknown')
    for (const segmentLeaves of [128, 300, 2 ** 23]) {
      expect(await failureOf(openEmbeddedStore({ dir: freshDirectory(), segmentLeaves }))).to.be.instanceOf(RangeError)
    }
  })

  it('replays nothing after a clean stop', async () => {
    const dir = freshDirectory()
    const store = await openEmbeddedStore({ dir, segmentLeaves: 512 })
    await fill(store, 1_200)
    await store[Symbol.asyncDispose]()
    const nothing = (): never => expect.fail('nothing is left to replay')
    for (let round = 0; round < 3; round++) {
      const again = await openEmbeddedStore({ dir, segmentLeaves: 512, onProgress: nothing, onNotice: nothing })
      expect(await searchAll(again, { where: { provider: 'provider-2' } })).to.have.length(400 + 10 * round)
      await fill(again, again.head.size + 30)
      await again[Symbol.asyncDispose]()
    }
  })

  it('reads again only what came after the open segment was put down', async () => {
    const dir = freshDirectory()
    const store = await openEmbeddedStore({ dir, segmentLeaves: 512 })
    await fill(store, 700)
    await store[Symbol.asyncDispose]()
    const plan = noFault()
    const again = await openEmbeddedStore({ dir, segmentLeaves: 512, files: createFaultyFiles(plan) })
    await fill(again, 800)
    await closeWithoutPuttingDown(again, plan)
    const told: [number, number][] = []
    const onProgress = (done: number, total: number): number => told.push([done, total])
    const recovered = await openEmbeddedStore({ dir, segmentLeaves: 512, onProgress })
    expect(told).to.deep.equal([[100, 100]])
    expect(Buffer.from(recovered.head.root)).to.deep.equal(Buffer.from(expectedRoot(800)))
    expect(await searchAll(recovered, { where: { source: 'gateway' } })).to.have.length(800)
    await fill(recovered, 1_100)
    await recovered[Symbol.asyncDispose]()
    expect(existsSync(join(dir, 'log/000001/index.open')), 'of a full segment').to.equal(false)
  })

  it('tells how far a replay has come, and replays no more than the open segment', async () => {
    const dir = freshDirectory()
    const store = await openEmbeddedStore({ dir, segmentLeaves: 512 })
    await fill(store, 700)
    await store[Symbol.asyncDispose]()
    rmSync(join(dir, 'log/000001/index.open'))
    const told: [number, number][] = []
    const onProgress = (done: number, total: number): number => told.push([done, total])
    const again = await openEmbeddedStore({ dir, segmentLeaves: 512, onProgress })
    const [done, total] = told.at(-1)!
    expect(done).to.equal(total)
    // The commit that straddles the boundary is read again from its beginning.
    expect(total).to.be.within(188, 188 + 97)
    expect(again.head.size).to.equal(700)
    await again[Symbol.asyncDispose]()
  })

  it('makes everything derived again when asked to', async () => {
    const dir = freshDirectory()
    const store = await openEmbeddedStore({ dir, segmentLeaves: 256 })
    await fill(store, 600)
    await store.append([{ leaves: packed(0, 0), state: makeState('b', 1) }])
    await store.facts.put({ anchor: 'kept' })
    await store[Symbol.asyncDispose]()
    const notices: string[] = []
    const onNotice = (notice: string): number => notices.push(notice)
    const again = await openEmbeddedStore({ dir, segmentLeaves: 256, rebuild: true, onNotice })
    expect(notices).to.have.length(1)
    expect(again.head.size).to.equal(600)
    expect(await again.facts.get('anchor')).to.equal('kept')
    expect(again.findBatch('b')).to.deep.equal(makeState('b', 1))
    expect(await searchAll(again, { where: { provider: 'provider-2' } })).to.have.length(200)
    await again[Symbol.asyncDispose]()
  })
})

describe('embedded store: its use', () => {
  it('serves reads of the old head while an append is under way', async () => {
    const store = await openEmbeddedStore({ dir: freshDirectory(), segmentLeaves: 256 })
    await fill(store, 300)
    for (let round = 0; round < 10; round++) {
      const size = store.head.size
      const appending = store.append([{ leaves: packed(size, size + 100) }])
      const [entries, found, tile] = await Promise.all([
        store.readEntries([size - 1]),
        searchAll(store, { where: { source: 'gateway' }, below: size + 100 }),
        store.readTile({ level: 0, index: 0, width: 256 }),
      ])
      expect(Buffer.from(entries[0]!).equals(makeLeaf(size - 1).entry)).to.equal(true)
      expect(found.length).to.be.oneOf([size, size + 100])
      expect(tile).to.have.length(8192)
      await appending
    }
    await store[Symbol.asyncDispose]()
  })

  it('gives a search the log as it was when it began, though segments fill meanwhile', async () => {
    const store = await openEmbeddedStore({ dir: freshDirectory(), segmentLeaves: 256 })
    await fill(store, 1_000)
    const found: number[] = []
    for await (const run of store.search({ where: { source: 'gateway' }, below: 1_000 })) {
      found.push(...run)
      const { size } = store.head
      await store.append([{ leaves: packed(size, size + 300) }])
    }
    expect(found).to.deep.equal(Array.from({ length: 1_000 }, (_, i) => 999 - i))
    await store[Symbol.asyncDispose]()
  })

  it('answers right while segments fill and go to the disk', async () => {
    const store = await openEmbeddedStore({ dir: freshDirectory(), segmentLeaves: 256 })
    let isOver = false
    const ask = async (
      dimension: 'resource' | 'consumer',
      text: string,
      fits: (i: number) => boolean,
    ): Promise<number> => {
      let asked = 0
      for (; !isOver; asked++) {
        const below = store.head.size
        const expected = Array.from({ length: below }, (_, i) => i).filter(fits)
        expect(await searchAll(store, { where: { [dimension]: text }, below })).to.deep.equal(expected.reverse())
        await setImmediate()
        const last = expected[0]
        if (last === undefined) continue
        expect(Buffer.compare((await store.readEntries([last]))[0]!, makeLeaf(last).entry)).to.equal(0)
      }
      return asked
    }
    const asking = [
      ask('resource', 'resource/3', i => i % 7 === 3),
      ask('consumer', 'consumer-4', i => i % 5 === 4),
      ask('resource', 'resource/nothing', () => false),
    ]
    await fill(store, 5_000)
    isOver = true
    for (const asked of await Promise.all(asking)) expect(asked).to.be.greaterThan(20)
    await store[Symbol.asyncDispose]()
  })

  it('finds a leaf once, though its segment goes to the disk between question and answer', async () => {
    const store = await openEmbeddedStore({ dir: freshDirectory(), segmentLeaves: 256 })
    await fill(store, 250)
    const search = store.search({ where: { source: 'gateway' }, below: 250 })
    for (const end of [400, 800, 1_200]) await fill(store, end)
    const found: number[] = []
    for await (const run of search) found.push(...run)
    expect(found).to.deep.equal(Array.from({ length: 250 }, (_, i) => 249 - i))
    await store[Symbol.asyncDispose]()
  })

  it('takes a commit that begins in one segment and ends in another, or far behind', async () => {
    const dir = freshDirectory()
    let store = await openEmbeddedStore({ dir, segmentLeaves: 256 })
    const ends = [200, 300, 512, 520, 1_300, 1_536]
    for (const [k, end] of ends.entries()) {
      const { size } = store.head
      const middle = Math.floor((size + end) / 2)
      const first = await store.append([
        { leaves: packed(size, middle), state: makeState(`first ${k}`, 1) },
        { leaves: packed(middle, end), state: makeState(`second ${k}`, 1) },
      ])
      expect(first).to.deep.equal([size, middle])
      expect(Buffer.from(store.head.root)).to.deep.equal(Buffer.from(expectedRoot(end)))
      const all = Array.from({ length: end }, (_, i) => i)
      expect(await searchAll(store, {})).to.deep.equal(all.toReversed())
      expect((await store.readEntries(all)).map(entry => decodeEntry(entry))).to.deep.equal(
        all.map(i => makeLeaf(i).record),
      )
      for (let i = 0; i < end; i += 4) expect((await store.readSealed(i))!.toString()).to.equal(`sealed part of ${i}`)
      if (k % 2 === 0) continue
      await store[Symbol.asyncDispose]()
      if (k === 3) rmSync(join(dir, 'log/000002/index.open'), { force: true })
      store = await openEmbeddedStore({ dir, segmentLeaves: 256 })
      expect(store.findBatch(`first ${k}`)!.ranges).to.deep.equal([{ firstIndex: size, count: middle - size }])
    }
    await store[Symbol.asyncDispose]()
  })

  it('keeps a segment of thousands of values whole', async () => {
    const dir = freshDirectory()
    const actorOf = (i: number): string => ((i * 7919) % 4_096).toString(16).padStart(32, '0')
    const leaves = Array.from({ length: 4_096 }, (_, i) => toLeaf(makeRecord(i, { actor: actorOf(i) })))
    const store = await openEmbeddedStore({ dir, segmentLeaves: 4_096 })
    await store.append([{ leaves: packLeaves(leaves) }])
    await store[Symbol.asyncDispose]()
    const nothing = (): never => expect.fail('nothing is left to replay')
    const again = await openEmbeddedStore({ dir, segmentLeaves: 4_096, onProgress: nothing })
    for (let i = 0; i < 4_096; i += 7) {
      expect(await searchAll(again, { where: { actor: actorOf(i) } })).to.deep.equal([i])
    }
    await again[Symbol.asyncDispose]()
  })

  it('puts the open segment down when commits without leaves have grown large', async function () {
    this.timeout(60_000)
    const dir = freshDirectory()
    const plan = noFault()
    const store = await openEmbeddedStore({ dir, segmentLeaves: 256, files: createFaultyFiles(plan) })
    await fill(store, 200)
    const message = 'x'.repeat(200)
    const refused = Array.from({ length: 20 }, (_, line) => ({ line: line + 1, code: 'line_empty', message }))
    for (let round = 0; round < 8; round++) {
      const states = Array.from({ length: 2_000 }, (_, k) => ({ ...makeState(`${round}.${k}`, 20), refused }))
      await store.append(states.map(state => ({ leaves: packed(0, 0), state })))
    }
    await fill(store, 210)
    while (!existsSync(join(dir, 'log/000000/index.open'))) await setTimeout(5)
    await setTimeout(100) // until LevelDB has the mark, too
    await closeWithoutPuttingDown(store, plan)
    const told: [number, number][] = []
    const onProgress = (done: number, total: number): number => told.push([done, total])
    const again = await openEmbeddedStore({ dir, segmentLeaves: 256, onProgress })
    expect(told.at(-1)).to.deep.equal([10, 10])
    expect(again.head.size).to.equal(210)
    expect(again.findBatch('0.7')!.refused).to.have.length(20)
    expect(again.findBatch('7.1999')!.refused).to.have.length(20)
    expect(await searchAll(again, { where: { source: 'gateway' } })).to.have.length(210)
    await again[Symbol.asyncDispose]()
  })

  it('takes one append at a time', async () => {
    const store = await openEmbeddedStore({ dir: freshDirectory() })
    const first = store.append([{ leaves: packed(0, 2) }])
    const second = await failureOf(store.append([{ leaves: packed(2, 3) }]))
    expect(second).to.be.instanceOf(Error)
    expect(await first).to.deep.equal([0])
    await store[Symbol.asyncDispose]()
  })

  it('finishes what is under way when it is closed, and takes nothing more', async () => {
    const dir = freshDirectory()
    const store = await openEmbeddedStore({ dir, segmentLeaves: 256 })
    const appending = store.append([{ leaves: packed(0, 600) }])
    await Promise.all([store[Symbol.asyncDispose](), store[Symbol.asyncDispose]()])
    expect(await appending).to.deep.equal([0])
    const error = await failureOf(store.append([{ leaves: packed(600, 601) }]))
    expect(error).to.have.property('code', 'store_closed')
    const again = await openEmbeddedStore({ dir, segmentLeaves: 256 })
    expect(again.head.size).to.equal(600)
    await again[Symbol.asyncDispose]()
  })
})
