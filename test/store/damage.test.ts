// Files cut short and bytes flipped, in every file there is. What is derived is made again; what is not is refused, with
// the place; and only a tail that nobody was promised is cut off.

import { cpSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { Level } from 'level'
import { LedgerError } from '../../src/core/error.ts'
import { openEmbeddedStore } from '../../src/store/embedded.ts'
import type { Store } from '../../src/store/store.ts'
import { expectedRoot, fill, searchAll } from './conformance.ts'
import { copyOf, freshDirectory, removeDirectories } from './directory.ts'
import { failureOf } from './failure.ts'
import { makeLeaves, makeRecord, makeState, toLeaf } from './leaves.ts'

after(removeDirectories)

/** Every n-th byte is tried; set SUYUAN_TEST_STRIDE=1 to try them all. */
const stride = (n: number): number => Math.min(n, Number(process.env.SUYUAN_TEST_STRIDE ?? n))

const SIZE = 21
/** Commits of 5, 8 and 8 leaves; the window is never full, so every file is read again at a start. */
const COMMITS = [5, 13, SIZE]

async function makeLog(window = 1000): Promise<string> {
  const dir = freshDirectory()
  const store = await openEmbeddedStore({ dir, window })
  for (const size of COMMITS) {
    const leaves = makeLeaves(store.head.size, size)
    await store.append([{ leaves, state: makeState(`to ${size}`, leaves.length) }])
  }
  await store[Symbol.asyncDispose]()
  return dir
}

/** Opens and closes: the size it opened with, or the code it was refused with. */
async function tryOpen(dir: string, window = 1000): Promise<number | string> {
  try {
    const store = await openEmbeddedStore({ dir, window })
    const { size } = store.head
    try {
      await checkAll(store)
    } finally {
      await store[Symbol.asyncDispose]()
    }
    return size
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    expect(error.message, error.code).to.include(dir)
    return error.code
  }
}

async function checkAll(store: Store): Promise<void> {
  const { size, root } = store.head
  expect(Buffer.from(root)).to.deep.equal(Buffer.from(expectedRoot(size)))
  expect(await searchAll(store, { where: { source: 'gateway' } })).to.have.length(size)
  await store.readEntries(Array.from({ length: size }, (_, i) => i))
  for (let i = 0; i < size; i += 4) expect((await store.readSealed(i))!.length).to.be.greaterThan(0)
}

/** Where each frame of the commits file ends. */
function commitEnds(dir: string): number[] {
  const bytes = readFileSync(join(dir, 'log/commits'))
  const ends: number[] = []
  for (let at = 0; at < bytes.length; ends.push(at)) at += 8 + bytes.readUInt32BE(at)
  return ends
}

describe('embedded store: files cut short', () => {
  let source: string
  before(async () => {
    source = await makeLog()
  })

  it('refuses every shorter `entries` and `sealed`: they were committed', async () => {
    for (const name of ['entries', 'sealed']) {
      const dir = copyOf(source)
      const path = join(dir, 'log', name)
      const step = stride(name === 'entries' ? 61 : 7)
      for (let size = statSync(path).size - 1; size >= 0; size -= step) {
        truncateSync(path, size)
        expect(await tryOpen(dir), `${name} of ${size} bytes`).to.equal('log_truncated')
      }
    }
  })

  it('takes a torn last commit for what a crash leaves, when nothing shows that it was acknowledged', async () => {
    const [, second, third] = commitEnds(source)
    const dir = copyOf(source)
    truncateSync(join(dir, 'log/places'), 13 * 18)
    for (let size = third! - 1; size >= second!; size -= stride(13)) {
      const copy = copyOf(dir)
      truncateSync(join(copy, 'log/commits'), size)
      expect(await tryOpen(copy), `commits of ${size} bytes`).to.equal(13)
      // The tail is gone for good: entries, sealed and commits end together again.
      expect(commitEnds(copy).at(-1)).to.equal(second)
      expect(await tryOpen(copy)).to.equal(13)
    }
  })

  it('refuses a torn last commit when its leaves have places: those come only after the commit is on the disk', async () => {
    const [, second, third] = commitEnds(source)
    const dir = copyOf(source)
    for (let size = third! - 1; size >= second!; size -= stride(11)) {
      truncateSync(join(dir, 'log/commits'), size)
      expect(await tryOpen(dir), `commits of ${size} bytes`).to.equal('log_truncated')
    }
  })

  it('makes `places` and tiles of any length again', async () => {
    for (const name of ['places', 'tile/0']) {
      const path = join('log', name)
      for (let size = statSync(join(source, path)).size; size >= 0; size -= stride(31)) {
        const dir = copyOf(source)
        truncateSync(join(dir, path), size)
        expect(await tryOpen(dir), `${name} of ${size} bytes`).to.equal(SIZE)
        expect(readFileSync(join(dir, path)).equals(readFileSync(join(source, path))), name).to.equal(true)
      }
    }
  })

  it('makes everything derived again when it is gone: places, tiles, the whole index', async () => {
    const flushed = await makeLog(5)
    for (const name of ['log/places', 'log/tile/0', 'log/tile', 'index']) {
      const dir = copyOf(flushed)
      rmSync(join(dir, name), { recursive: true })
      expect(await tryOpen(dir, 5), name).to.equal(SIZE)
    }
  })

  it('cuts off data that no commit covers', async () => {
    const dir = copyOf(source)
    for (const name of ['entries', 'sealed']) {
      const path = join(dir, 'log', name)
      writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.from('never committed')]))
    }
    const notices: string[] = []
    const store = await openEmbeddedStore({ dir, onNotice: notice => notices.push(notice) })
    expect(notices).to.have.length(2)
    await fill(store, 40)
    await checkAll(store)
    await store[Symbol.asyncDispose]()
    expect(await tryOpen(dir)).to.equal(40)
  })
})

describe('embedded store: a flipped byte', () => {
  let source: string
  before(async () => {
    source = await makeLog()
  })

  async function flipEach(
    name: string,
    step: number,
    check: (outcome: number | string, at: number) => void,
  ): Promise<void> {
    const dir = copyOf(source)
    const path = join(dir, 'log', name)
    const good = readFileSync(path)
    for (let at = 0; at < good.length; at += step) {
      const bad = Buffer.from(good)
      bad[at]! ^= 1 << (at % 8)
      writeFileSync(path, bad)
      check(await tryOpen(dir), at)
      writeFileSync(path, good)
    }
    expect(await tryOpen(dir)).to.equal(SIZE)
  }

  it('in `entries` is refused', async () => {
    await flipEach('entries', stride(61), (outcome, at) => expect(outcome, `byte ${at}`).to.equal('log_damaged'))
  })

  it('in `commits` is refused, in the last commit as in the first', async () => {
    await flipEach('commits', stride(7), (outcome, at) =>
      expect(outcome, `byte ${at}`).to.be.oneOf(['commits_damaged', 'log_truncated']),
    )
  })

  it('in an earlier commit is refused even where no place tells of the later one', async () => {
    const [first, second] = commitEnds(source)
    for (let at = first!; at < second!; at += stride(7)) {
      const dir = copyOf(source)
      rmSync(join(dir, 'log/places'))
      const path = join(dir, 'log/commits')
      const bytes = readFileSync(path)
      bytes[at]! ^= 1 << (at % 8)
      writeFileSync(path, bytes)
      expect(await tryOpen(dir), `byte ${at}`).to.equal('commits_damaged')
    }
  })

  it('in the header of a sealed part is refused; within, only its reader can tell', async () => {
    const size = statSync(join(source, 'log/sealed')).size
    const bytes = readFileSync(join(source, 'log/sealed'))
    const headers = new Set<number>()
    for (let at = 0; at < size; at += 10 + bytes.readUInt32BE(at + 6)) {
      for (let k = 0; k < 10; k++) headers.add(at + k)
    }
    await flipEach('sealed', stride(3), (outcome, at) =>
      expect(outcome, `byte ${at}`).to.equal(headers.has(at) ? 'sealed_damaged' : SIZE),
    )
  })

  it('in `places` and tiles of the newest window is made good at the next start', async () => {
    for (const name of ['places', 'tile/0']) await flipEach(name, stride(29), outcome => expect(outcome).to.equal(SIZE))
  })

  it('in an older entry is not answered but refused, and a rebuild names the commit', async () => {
    const dir = await makeLog(5)
    const path = join(dir, 'log/entries')
    const bytes = readFileSync(path)
    const at = bytes.indexOf('resource/3')
    bytes[at + 9]! ^= 1
    writeFileSync(path, bytes)
    const store = await openEmbeddedStore({ dir, window: 5 })
    expect(store.head.size).to.equal(SIZE)
    const outcome = await failureOf(store.readEntries([3]))
    expect(outcome).to.have.property('code', 'log_damaged')
    expect(outcome.message).to.include('entry 3')
    expect(await store.readEntries([2, 4])).to.have.length(2)
    await store[Symbol.asyncDispose]()
    const rebuilt = await failureOf(openEmbeddedStore({ dir, window: 5, rebuild: true }))
    expect(rebuilt).to.have.property('code', 'log_damaged')
    expect(rebuilt.message).to.match(/leaves 0 to 4 .* commit at byte 0, the first that differs/)
  })

  it('in an older tile is found before it gets into a proof, and a rebuild makes it good', async () => {
    const dir = freshDirectory()
    const store = await openEmbeddedStore({ dir, window: 50 })
    await fill(store, 600)
    await store[Symbol.asyncDispose]()
    const path = join(dir, 'log/tile/0')
    const bytes = readFileSync(path)
    bytes[100 * 32]! ^= 1
    writeFileSync(path, bytes)
    const damaged = await openEmbeddedStore({ dir, window: 50 })
    const outcome = await failureOf(damaged.readNodes([{ level: 0, index: 7 }]))
    expect(outcome).to.have.property('code', 'tile_damaged')
    await damaged[Symbol.asyncDispose]()
    const rebuilt = await openEmbeddedStore({ dir, window: 50, rebuild: true })
    expect(await rebuilt.readNodes([{ level: 0, index: 7 }])).to.have.length(1)
    await checkAll(rebuilt)
    await rebuilt[Symbol.asyncDispose]()
  })

  it('in the tile at the growing edge is made good at the next start', async () => {
    const dir = await makeLog(5)
    const path = join(dir, 'log/tile/0')
    const bytes = readFileSync(path)
    bytes[20 * 32]! ^= 1
    writeFileSync(path, bytes)
    expect(await tryOpen(dir, 5)).to.equal(SIZE)
  })
})

describe('embedded store: parts that do not belong together', () => {
  it('refuses the log of an older backup under a newer index', async () => {
    const dir = freshDirectory()
    const store = await openEmbeddedStore({ dir, window: 5 })
    await fill(store, 10)
    await store[Symbol.asyncDispose]()
    const older = copyOf(dir)
    const newer = await openEmbeddedStore({ dir, window: 5 })
    await fill(newer, 30)
    await newer[Symbol.asyncDispose]()
    const mixed = copyOf(older)
    rmSync(join(mixed, 'index'), { recursive: true })
    cpSync(join(dir, 'index'), join(mixed, 'index'), { recursive: true })
    expect(await tryOpen(mixed, 5)).to.equal('log_truncated')
    // The other way round nothing is lost: the index is older, and is made good from the log.
    rmSync(join(dir, 'index'), { recursive: true })
    cpSync(join(older, 'index'), join(dir, 'index'), { recursive: true })
    expect(await tryOpen(dir, 5)).to.equal(30)
  })

  it('refuses the index of another ledger, even one with commits of the same lengths', async () => {
    const makeLedger = async (source: string): Promise<string> => {
      const dir = freshDirectory()
      const store = await openEmbeddedStore({ dir, window: 5 })
      for (const start of [0, 5]) {
        const leaves = Array.from({ length: 5 }, (_, k) => toLeaf(makeRecord(start + k, { source })))
        await store.append([{ leaves }])
      }
      await store[Symbol.asyncDispose]()
      return dir
    }
    const other = await makeLedger('gate-b')
    for (const dir of [await makeLog(5), await makeLedger('gate-a')]) {
      rmSync(join(dir, 'index'), { recursive: true })
      cpSync(join(other, 'index'), join(dir, 'index'), { recursive: true })
      expect(await tryOpen(dir, 5)).to.equal('commits_damaged')
    }
  })

  it('refuses a layout of another version', async () => {
    const dir = await makeLog()
    const database = new Level(join(dir, 'index'))
    await database.put('format', '2')
    await database.close()
    expect(await tryOpen(dir)).to.equal('data_format_unknown')
  })

  it('says what to do about a damaged index', async () => {
    const dir = await makeLog()
    writeFileSync(join(dir, 'index/CURRENT'), 'garbage')
    expect(await tryOpen(dir)).to.equal('index_damaged')
  })
})
