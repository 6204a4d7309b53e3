// The embedded store as a whole: conformance with windows of several sizes, the layout on disk, and reopening.

import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { expect } from 'chai'
import { encodeBundle } from '../../src/core/tile.ts'
import { openEmbeddedStore } from '../../src/store/embedded.ts'
import { describeStore, expectedRoot, fill, searchAll } from './conformance.ts'
import { freshDirectory, removeDirectories } from './directory.ts'
import { failureOf } from './failure.ts'
import { makeLeaf, makeLeaves, makeRecord, makeState, toLeaf } from './leaves.ts'

after(removeDirectories)

describeStore('embedded', () => openEmbeddedStore({ dir: freshDirectory() }))
describeStore('embedded, windows of 64', () => openEmbeddedStore({ dir: freshDirectory(), window: 64 }))
describeStore('embedded, windows of 1', () => openEmbeddedStore({ dir: freshDirectory(), window: 1 }))

describe('embedded store: layout of the data directory', () => {
  it('is, byte for byte, what docs/data-directory.md says', async () => {
    const dir = freshDirectory()
    const file = (name: string): Buffer => readFileSync(join(dir, 'log', name))
    const store = await openEmbeddedStore({ dir })
    await store.append([{ leaves: makeLeaves(0, 5), state: makeState('b', 5) }])
    await store.append([{ leaves: makeLeaves(5, 300) }])
    await store[Symbol.asyncDispose]()

    const leaves = makeLeaves(0, 300)
    expect(file('entries').equals(encodeBundle(leaves.map(({ entry }) => entry)))).to.equal(true)

    const sealedFrames = leaves.flatMap(({ sealed }, i) => {
      if (sealed === undefined) return []
      const header = Buffer.alloc(10)
      header.writeUIntBE(i, 0, 6)
      header.writeUInt32BE(sealed.length, 6)
      return [Buffer.concat([header, sealed])]
    })
    expect(file('sealed').equals(Buffer.concat(sealedFrames))).to.equal(true)

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

    const places = file('places')
    expect(places.length).to.equal(300 * 18)
    const at = 4 * 18
    expect(places.readUIntBE(at, 6)).to.equal(encodeBundle(leaves.slice(0, 4).map(({ entry }) => entry)).length)
    expect(places.readUIntBE(at + 6, 6)).to.equal(Date.parse(makeLeaf(4).record.time))
    expect(places.readUIntBE(at + 12, 6)).to.equal(sealedFrames[0]!.length + 1)
    expect(places.readUIntBE(5 * 18 + 12, 6)).to.equal(0)

    expect(file('tile/0').equals(Buffer.concat(leaves.map(({ leaf }) => leaf)))).to.equal(true)
    expect(file('tile/1').equals(Buffer.from(expectedRoot(256)))).to.equal(true)
  })

  it('lets only its own account read it', async () => {
    const dir = freshDirectory()
    const store = await openEmbeddedStore({ dir })
    await store[Symbol.asyncDispose]()
    expect(statSync(dir).mode & 0o777).to.equal(0o700)
    for (const name of ['entries', 'sealed', 'commits', 'places']) {
      expect(statSync(join(dir, 'log', name)).mode & 0o777, name).to.equal(0o600)
    }
  })
})

describe('embedded store: reopening', () => {
  for (const window of [1, 50, 131_072]) {
    it(`goes on where it was, again and again (windows of ${window})`, async () => {
      const dir = freshDirectory()
      for (const size of [0, 1, 130, 256, 257, 600]) {
        const store = await openEmbeddedStore({ dir, window })
        const before = store.head.size
        await fill(store, size)
        await store.append([{ leaves: [], state: makeState(`batch ${size}`, 1) }])
        await store.facts.put({ size: String(size) })
        expect(Buffer.from(store.head.root), `root of ${size}`).to.deep.equal(Buffer.from(expectedRoot(size)))
        expect(before).to.be.lessThanOrEqual(size)
        await store[Symbol.asyncDispose]()
      }
      const store = await openEmbeddedStore({ dir, window })
      expect(store.head).to.deep.equal({ size: 600, root: Buffer.from(expectedRoot(600)) })
      expect(await store.facts.get('size')).to.equal('600')
      for (const size of [0, 1, 130, 256, 257, 600]) {
        expect(await store.findBatch(`batch ${size}`), `batch ${size}`).to.deep.equal(makeState(`batch ${size}`, 1))
      }
      expect(await searchAll(store, { where: { resource: 'resource/2' } })).to.have.length(86)
      await store[Symbol.asyncDispose]()
    })
  }

  it('reads logs written with windows of another size, both ways', async () => {
    const dir = freshDirectory()
    for (const [window, size] of [
      [64, 200],
      [7, 300],
      [1000, 500],
      [16, 600],
    ] as const) {
      const store = await openEmbeddedStore({ dir, window })
      await fill(store, size)
      const expected = Array.from({ length: size }, (_, i) => i).filter(i => i % 35 === 1)
      expect(await searchAll(store, { where: { resource: 'resource/1', consumer: 'consumer-1' } })).to.deep.equal(
        expected.reverse(),
      )
      await store[Symbol.asyncDispose]()
    }
  })

  it('tells how far a replay has come, and replays no more than a window', async () => {
    const dir = freshDirectory()
    const store = await openEmbeddedStore({ dir, window: 400 })
    await fill(store, 600)
    await store[Symbol.asyncDispose]()
    const told: [number, number][] = []
    const again = await openEmbeddedStore({ dir, window: 400, onProgress: (...progress) => told.push(progress) })
    const [done, total] = told.at(-1)!
    expect(done).to.equal(total)
    expect(total).to.be.lessThanOrEqual(200)
    await again[Symbol.asyncDispose]()
  })

  it('makes everything derived again when asked to', async () => {
    const dir = freshDirectory()
    const store = await openEmbeddedStore({ dir, window: 64 })
    await fill(store, 600)
    await store.append([{ leaves: [], state: makeState('b', 1) }])
    await store.facts.put({ anchor: 'kept' })
    await store[Symbol.asyncDispose]()
    const notices: string[] = []
    const again = await openEmbeddedStore({ dir, window: 100, rebuild: true, onNotice: notice => notices.push(notice) })
    expect(notices).to.have.length(1)
    expect(again.head.size).to.equal(600)
    expect(await again.facts.get('anchor')).to.equal('kept')
    expect(await again.findBatch('b')).to.deep.equal(makeState('b', 1))
    expect(await searchAll(again, { where: { provider: 'provider-2' } })).to.have.length(200)
    await again[Symbol.asyncDispose]()
  })
})

describe('embedded store: its use', () => {
  it('serves reads of the old head while an append is under way', async () => {
    const store = await openEmbeddedStore({ dir: freshDirectory(), window: 64 })
    await fill(store, 300)
    for (let round = 0; round < 10; round++) {
      const size = store.head.size
      const appending = store.append([{ leaves: makeLeaves(size, size + 100) }])
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

  it('gives a search the log as it was when it began, though windows fill meanwhile', async () => {
    const store = await openEmbeddedStore({ dir: freshDirectory(), window: 8 })
    await fill(store, 200)
    const found: number[] = []
    for await (const run of store.search({ where: { source: 'gateway' }, below: 200 })) {
      found.push(...run)
      const { size } = store.head
      await store.append([{ leaves: makeLeaves(size, size + 9) }])
    }
    expect(found).to.deep.equal(Array.from({ length: 200 }, (_, i) => 199 - i))
    await store[Symbol.asyncDispose]()
  })

  it('finds a leaf once, though its window goes to the index between question and answer', async () => {
    const store = await openEmbeddedStore({ dir: freshDirectory(), window: 100 })
    await fill(store, 90)
    const search = store.search({ where: { source: 'gateway' }, below: 90 })
    for (const end of [150, 300, 450]) await fill(store, end)
    const found: number[] = []
    for await (const run of search) found.push(...run)
    expect(found).to.deep.equal(Array.from({ length: 90 }, (_, i) => 89 - i))
    await store[Symbol.asyncDispose]()
  })

  it('keeps a window of thousands of values whole', async () => {
    const dir = freshDirectory()
    const actorOf = (i: number): string => i.toString(16).padStart(32, '0')
    const leaves = Array.from({ length: 3_000 }, (_, i) => toLeaf(makeRecord(i, { actor: actorOf(i) })))
    const store = await openEmbeddedStore({ dir, window: 3_000 })
    await store.append([{ leaves }])
    await store[Symbol.asyncDispose]()
    const again = await openEmbeddedStore({ dir, onProgress: () => expect.fail('nothing is left to replay') })
    for (let i = 0; i < 3_000; i += 7) {
      expect(await searchAll(again, { where: { actor: actorOf(i) } })).to.deep.equal([i])
    }
    await again[Symbol.asyncDispose]()
  })

  it('takes one append at a time', async () => {
    const store = await openEmbeddedStore({ dir: freshDirectory() })
    const first = store.append([{ leaves: makeLeaves(0, 2) }])
    const second = await failureOf(store.append([{ leaves: makeLeaves(2, 3) }]))
    expect(second).to.be.instanceOf(Error)
    expect(await first).to.deep.equal([0])
    await store[Symbol.asyncDispose]()
  })

  it('finishes what is under way when it is closed, and takes nothing more', async () => {
    const dir = freshDirectory()
    const store = await openEmbeddedStore({ dir, window: 10 })
    const appending = store.append([{ leaves: makeLeaves(0, 100) }])
    await Promise.all([store[Symbol.asyncDispose](), store[Symbol.asyncDispose]()])
    expect(await appending).to.deep.equal([0])
    const error = await failureOf(store.append([{ leaves: makeLeaves(100, 101) }]))
    expect(error).to.have.property('code', 'store_closed')
    const again = await openEmbeddedStore({ dir })
    expect(again.head.size).to.equal(100)
    await again[Symbol.asyncDispose]()
  })
})
