// Files cut short and bytes flipped, in every file there is. What is derived is made again; what is not is refused, with
// the place; and only a tail that nobody was promised is cut off.

import { cpSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { Level } from 'level'
import { LedgerError } from '../../src/core/error.ts'
import { packLeaves } from '../../src/core/leaves.ts'
import { checkInclusion, inclusionNodes, proveInclusion } from '../../src/core/proof.ts'
import { openEmbeddedStore } from '../../src/store/embedded.ts'
import type { Store } from '../../src/store/store.ts'
import { PLAIN_PARTS } from '../../src/store/working-parts.ts'
import { expectedRoot, fill, scanAll, searchAll } from './conformance.ts'
import { copyOf, freshDirectory, removeDirectories } from './directory.ts'
import { failureOf } from './failure.ts'
import { makeLeaf, makeRecord, makeState, packed, START, STEP, toLeaf } from './leaves.ts'
import { quickParts } from './quick-parts.ts'

after(removeDirectories)

/** Every n-th byte is tried; set SUYUAN_TEST_STRIDE=1 to try them all. */
const stride = (n: number): number => Math.min(n, Number(process.env.SUYUAN_TEST_STRIDE ?? n))

const SIZE = 21
/** Commits of 5, 8 and 8 leaves. */
const COMMITS = [5, 13, SIZE]

/** A log as a killed process leaves it: nothing is put down, so every file is read again at a start. */
async function makeLog(): Promise<string> {
  const dir = freshDirectory()
  const store = await openEmbeddedStore({ dir })
  for (const size of COMMITS) {
    const before = store.head.size
    await store.append([{ leaves: packed(before, size), state: makeState(`to ${size}`, size - before) }])
  }
  const killed = copyOf(dir)
  await store[Symbol.asyncDispose]()
  return killed
}

const LONG = 600
const LONG_SEGMENT = 256

/** A log of two full segments and an open one, closed as it should be. */
async function makeLongLog(): Promise<string> {
  const dir = freshDirectory()
  const store = await openEmbeddedStore({ dir, segmentLeaves: LONG_SEGMENT })
  await fill(store, LONG)
  await store[Symbol.asyncDispose]()
  return dir
}

/** Opens and closes: the size it opened with, or the code it was refused with. */
async function tryOpen(dir: string, segmentLeaves?: number, work = PLAIN_PARTS): Promise<number | string> {
  try {
    const store = await openEmbeddedStore({ dir, work, ...(segmentLeaves === undefined ? {} : { segmentLeaves }) })
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
  // Every leaf by itself: so every hash of every tile gets into a proof.
  for (let i = 0; i < size; i++) {
    const proof = proveInclusion(i, size, await store.readNodes(inclusionNodes(i, size)))
    expect(checkInclusion(i, size, makeLeaf(i).leaf, root, proof), `leaf ${i}`).to.equal(true)
  }
  for (let i = 0; i < size; i += 4) expect((await store.readSealed(i))!.length).to.be.greaterThan(0)
}

/** Where each frame of the commits file ends. */
function commitEnds(dir: string): number[] {
  const bytes = readFileSync(join(dir, 'log/commits'))
  const ends: number[] = []
  for (let at = 0; at < bytes.length; ends.push(at)) at += 8 + bytes.readUInt32BE(at)
  return ends
}

/** It names a command that whoever runs the service has, in both languages, and nothing of the inside. */
function expectRemedy({ words }: LedgerError): void {
  for (const text of [words.en, words.zh]) {
    expect(text)
      .to.contain('suyuan fsck --repair')
      .and.not.match(/rebuild/u)
  }
  expect(words.en).to.contain('stop the service')
  expect(words.zh).to.contain('请停止服务')
}

describe('embedded store: files cut short', () => {
  let source: string
  before(async () => {
    source = await makeLog()
  })

  it('refuses every shorter `entries` and `sealed`: they were committed', async () => {
    for (const name of ['entries', 'sealed']) {
      const dir = copyOf(source)
      const path = join(dir, 'log/000000', name)
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
    truncateSync(join(dir, 'log/tile/0'), 13 * 32)
    for (let size = third! - 1; size >= second!; size -= stride(13)) {
      const copy = copyOf(dir)
      truncateSync(join(copy, 'log/commits'), size)
      expect(await tryOpen(copy), `commits of ${size} bytes`).to.equal(13)
      // The tail is gone for good: entries, sealed and commits end together again.
      expect(commitEnds(copy).at(-1)).to.equal(second)
      expect(await tryOpen(copy)).to.equal(13)
    }
  })

  it('refuses a torn last commit when its leaves have tiles: those come only after the commit is on the disk', async () => {
    const [, second, third] = commitEnds(source)
    const dir = copyOf(source)
    for (let size = third! - 1; size >= second!; size -= stride(11)) {
      truncateSync(join(dir, 'log/commits'), size)
      expect(await tryOpen(dir), `commits of ${size} bytes`).to.equal('log_truncated')
    }
  })

  it('makes tiles of any length again', async () => {
    const path = 'log/tile/0'
    for (let size = statSync(join(source, path)).size; size >= 0; size -= stride(31)) {
      const dir = copyOf(source)
      truncateSync(join(dir, path), size)
      expect(await tryOpen(dir), `${size} bytes`).to.equal(SIZE)
      expect(readFileSync(join(dir, path)).equals(readFileSync(join(source, path)))).to.equal(true)
    }
  })

  it('makes everything derived again when it is gone: tiles, indexes, what LevelDB has', async () => {
    const long = await makeLongLog()
    for (const name of ['log/tile/0', 'log/tile/1', 'log/tile', 'index', 'log/000000/index', 'log/000002/index.open']) {
      const dir = copyOf(long)
      rmSync(join(dir, name), { recursive: true })
      expect(await tryOpen(dir, LONG_SEGMENT), name).to.equal(LONG)
      expect(await tryOpen(dir, LONG_SEGMENT), `${name}, again`).to.equal(LONG)
    }
  })

  it('refuses full segments that lost some of their entries or sealed parts, or all', async () => {
    const long = await makeLongLog()
    for (const name of ['entries', 'sealed']) {
      const dir = copyOf(long)
      const path = join(dir, 'log/000000', name)
      truncateSync(path, statSync(path).size - 1)
      expect(await tryOpen(dir, LONG_SEGMENT), name).to.equal('log_truncated')
    }
    rmSync(join(long, 'log/000001'), { recursive: true })
    expect(await tryOpen(long, LONG_SEGMENT)).to.equal('log_truncated')
  })

  it('cuts off data that no commit covers', async () => {
    const dir = copyOf(source)
    for (const name of ['entries', 'sealed']) {
      const path = join(dir, 'log/000000', name)
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
    const good = readFileSync(join(source, 'log', name))
    for (let at = 0; at < good.length; at += step) {
      const dir = copyOf(source)
      const bad = Buffer.from(good)
      bad[at]! ^= 1 << (at % 8)
      writeFileSync(join(dir, 'log', name), bad)
      check(await tryOpen(dir), at)
    }
  }

  it('in `entries` is refused', async () => {
    await flipEach('000000/entries', stride(61), (outcome, at) => expect(outcome, `byte ${at}`).to.equal('log_damaged'))
  })

  it('in `entries` is refused by the quick parts too, and none gets into a tile', async () => {
    const good = readFileSync(join(source, 'log/000000/entries'))
    for (let at = 0; at < good.length; at += stride(13)) {
      const dir = copyOf(source)
      const bad = Buffer.from(good)
      bad[at]! ^= 1 << (at % 8)
      writeFileSync(join(dir, 'log/000000/entries'), bad)
      rmSync(join(dir, 'log/tile/0'))
      const work = await quickParts()
      const error = await failureOf(openEmbeddedStore({ dir, work }))
      expect(error.code, `byte ${at}`).to.equal('log_damaged')
    }
  })

  it('in `commits` is refused, in the last commit as in the first', async () => {
    await flipEach('commits', stride(7), (outcome, at) =>
      expect(outcome, `byte ${at}`).to.be.oneOf(['commits_damaged', 'log_truncated']),
    )
  })

  it('in an earlier commit is refused even where no tile tells of the later one', async () => {
    const [first, second] = commitEnds(source)
    for (let at = first!; at < second!; at += stride(7)) {
      const dir = copyOf(source)
      rmSync(join(dir, 'log/tile/0'))
      const path = join(dir, 'log/commits')
      const bytes = readFileSync(path)
      bytes[at]! ^= 1 << (at % 8)
      writeFileSync(path, bytes)
      expect(await tryOpen(dir), `byte ${at}`).to.equal('commits_damaged')
    }
  })

  it('in a commit before the mark is refused when everything has to be read again', async () => {
    const long = await makeLongLog()
    const bytes = readFileSync(join(long, 'log/commits'))
    for (let at = 0; at < bytes.length; at += 1 + Math.floor(bytes.length / stride(40))) {
      const dir = copyOf(long)
      rmSync(join(dir, 'log/tile/0'))
      const bad = Buffer.from(bytes)
      bad[at]! ^= 1 << (at % 8)
      writeFileSync(join(dir, 'log/commits'), bad)
      expect(await tryOpen(dir, LONG_SEGMENT), `byte ${at}`).to.be.oneOf(['commits_damaged', 'log_truncated'])
    }
  })

  it('in the header of a sealed part is refused; within, only its reader can tell', async () => {
    const size = statSync(join(source, 'log/000000/sealed')).size
    const bytes = readFileSync(join(source, 'log/000000/sealed'))
    const headers = new Set<number>()
    for (let at = 0; at < size; at += 10 + bytes.readUInt32BE(at + 6)) {
      for (let k = 0; k < 10; k++) headers.add(at + k)
    }
    await flipEach('000000/sealed', stride(3), (outcome, at) =>
      expect(outcome, `byte ${at}`).to.equal(headers.has(at) ? 'sealed_damaged' : SIZE),
    )
  })

  it('in the tiles of the open segment is made good at the next start', async () => {
    await flipEach('tile/0', stride(29), outcome => expect(outcome).to.equal(SIZE))
  })

  it('in an older entry is not answered but refused, and a rebuild names the commit', async () => {
    const dir = await makeLongLog()
    const path = join(dir, 'log/000000/entries')
    const bytes = readFileSync(path)
    const at = bytes.indexOf('resource/3')
    bytes[at + 9]! ^= 1
    writeFileSync(path, bytes)
    const store = await openEmbeddedStore({ dir, segmentLeaves: LONG_SEGMENT })
    expect(store.head.size).to.equal(LONG)
    const outcome = await failureOf(store.readEntries([3]))
    expect(outcome).to.have.property('code', 'log_damaged')
    expect(outcome.message).to.include('entry 3')
    expectRemedy(outcome)
    expect(await store.readEntries([2, 4])).to.have.length(2)
    await store[Symbol.asyncDispose]()
    const rebuilt = await failureOf(openEmbeddedStore({ dir, segmentLeaves: LONG_SEGMENT, rebuild: true }))
    expect(rebuilt).to.have.property('code', 'log_damaged')
    expect(rebuilt.message).to.match(/leaves 1 to 8 .* commit at byte \d+, the first that differs/)
  })

  it('in an older tile is found before it gets into a proof, and a rebuild makes it good', async () => {
    const dir = await makeLongLog()
    const path = join(dir, 'log/tile/0')
    const bytes = readFileSync(path)
    bytes[100 * 32]! ^= 1
    writeFileSync(path, bytes)
    const damaged = await openEmbeddedStore({ dir, segmentLeaves: LONG_SEGMENT })
    const outcome = await failureOf(damaged.readNodes([{ level: 0, index: 7 }]))
    expect(outcome).to.have.property('code', 'tile_damaged')
    expectRemedy(outcome)
    await damaged[Symbol.asyncDispose]()
    const rebuilt = await openEmbeddedStore({ dir, segmentLeaves: LONG_SEGMENT, rebuild: true })
    expect(await rebuilt.readNodes([{ level: 0, index: 7 }])).to.have.length(1)
    await checkAll(rebuilt)
    await rebuilt[Symbol.asyncDispose]()
  })

  it('in a tile far back keeps no ledger from starting, nor from answering what needs no proof', async () => {
    const dir = freshDirectory()
    const store = await openEmbeddedStore({ dir, segmentLeaves: 4_096 })
    const few = packed(0, 3_000)
    while (store.head.size < 66_000) await store.append([{ leaves: few }])
    await store[Symbol.asyncDispose]()
    const path = join(dir, 'log/tile/1')
    const bytes = readFileSync(path)
    bytes[20 * 32]! ^= 1
    writeFileSync(path, bytes)
    const damaged = await openEmbeddedStore({ dir, segmentLeaves: 4_096 })
    expect(await searchAll(damaged, { where: { resource: 'resource/3' } })).to.have.length((66_000 / 3_000) * 429)
    expect(await damaged.readEntries([5_120])).to.have.length(1)
    const outcome = await failureOf(damaged.readNodes([{ level: 8, index: 20 }]))
    expect(outcome).to.have.property('code', 'tile_damaged')
    await damaged[Symbol.asyncDispose]()
  })

  it('in a tile at the growing edge, or in the tile above, is made good at the next start', async () => {
    const long = await makeLongLog()
    for (const [name, at] of [
      ['log/tile/0', 590 * 32],
      ['log/tile/1', 32],
    ] as const) {
      const dir = copyOf(long)
      const bytes = readFileSync(join(dir, name))
      bytes[at]! ^= 1
      writeFileSync(join(dir, name), bytes)
      expect(await tryOpen(dir, LONG_SEGMENT), name).to.equal(LONG)
    }
  })
})

describe('embedded store: a damaged index', () => {
  let source: string
  let expected: string[]
  before(async () => {
    source = await makeLongLog()
    const store = await openEmbeddedStore({ dir: source, segmentLeaves: LONG_SEGMENT })
    expected = await askAll(store)
    await store[Symbol.asyncDispose]()
  })

  /** Every kind of question that an index answers. */
  async function askAll(store: Store): Promise<string[]> {
    const found = await scanAll(store, {})
    const questions = [
      { where: { resource: 'resource/3' } },
      { where: { actor: '2'.padStart(32, '0'), consumer: 'consumer-2' } },
      { where: { grant: '2' }, from: START + 100 * STEP, to: START + 400 * STEP },
      { where: { source: 'gateway' }, to: START + 50 * STEP },
    ]
    for (const question of questions) found.push((await searchAll(store, question)).join(' '))
    for (const i of [0, 4, 255, 256, 400, 599]) {
      found.push(String((await store.readEntries([i]))[0]), String(await store.readSealed(i)))
    }
    return found
  }

  /** The notices that opening and asking brought; the answers are what they were. */
  async function askDamaged(dir: string): Promise<readonly string[]> {
    const notices: string[] = []
    const onNotice = (notice: string): number => notices.push(notice)
    const store = await openEmbeddedStore({ dir, segmentLeaves: LONG_SEGMENT, onNotice })
    expect(await askAll(store)).to.deep.equal(expected)
    await store[Symbol.asyncDispose]()
    return notices
  }

  for (const [name, number] of [
    ['index', '000000'],
    ['index', '000001'],
    ['index.open', '000002'],
  ] as const) {
    it(`is never an answer: a flipped bit in log/${number}/${name} is told, and made good`, async () => {
      const dir = copyOf(source)
      const path = join(dir, 'log', number, name)
      const good = readFileSync(path)
      for (let at = 0; at < good.length; at += 1 + Math.floor(Math.random() * stride(500))) {
        const bad = Buffer.from(good)
        bad[at]! ^= 1 << (at % 8)
        writeFileSync(path, bad)
        const notices = await askDamaged(dir)
        expect(notices, `byte ${at}`).to.have.length(1)
        expect(notices[0]).to.include(path)
        expect(readFileSync(path).equals(good), `byte ${at}`).to.equal(true)
      }
    })

    it(`is made again when log/${number}/${name} is cut short, gone, or longer than it was`, async () => {
      const dir = copyOf(source)
      const path = join(dir, 'log', number, name)
      const good = readFileSync(path)
      for (const size of [0, 1, 1023, 1024, 5000, good.length - 1, good.length + 7]) {
        writeFileSync(path, Buffer.concat([good, Buffer.alloc(7)]).subarray(0, size))
        expect(await askDamaged(dir), `${size} bytes`).to.have.length(1)
      }
      rmSync(path)
      expect(await askDamaged(dir)).to.have.length(1)
      expect(await askDamaged(dir)).to.deep.equal([])
    })
  }

  it('is found while the store runs, by whoever asks next, and all of them get their answers', async () => {
    const dir = copyOf(source)
    const path = join(dir, 'log/000001/index')
    const notices: string[] = []
    const onNotice = (notice: string): number => notices.push(notice)
    const store = await openEmbeddedStore({ dir, segmentLeaves: LONG_SEGMENT, onNotice })
    const bytes = readFileSync(path)
    for (let at = 1024; at < bytes.length; at += 97) bytes[at]! ^= 4
    writeFileSync(path, bytes)
    const answers = await Promise.all([askAll(store), askAll(store), askAll(store)])
    for (const answer of answers) expect(answer).to.deep.equal(expected)
    expect(notices).to.have.length(1)
    await store[Symbol.asyncDispose]()
  })

  it('of another segment, or of another ledger, is not taken for its own', async () => {
    const other = freshDirectory()
    const store = await openEmbeddedStore({ dir: other, segmentLeaves: LONG_SEGMENT })
    const leaves = Array.from({ length: 256 }, (_, i) => toLeaf(makeRecord(i, { source: 'other' })))
    await store.append([{ leaves: packLeaves(leaves) }])
    await store[Symbol.asyncDispose]()
    for (const index of [join(source, 'log/000001/index'), join(other, 'log/000000/index')]) {
      const dir = copyOf(source)
      cpSync(index, join(dir, 'log/000000/index'))
      expect(await askDamaged(dir)).to.have.length(1)
    }
  })

  it('cannot be made again out of damaged entries: they are named, and not answered', async () => {
    const dir = copyOf(source)
    rmSync(join(dir, 'log/000000/index'))
    const path = join(dir, 'log/000000/entries')
    const bytes = readFileSync(path)
    bytes[bytes.indexOf('resource/5') + 9]! ^= 1
    writeFileSync(path, bytes)
    const error = await failureOf(openEmbeddedStore({ dir, segmentLeaves: LONG_SEGMENT }))
    expect(error).to.have.property('code', 'log_damaged')
    expect(error.message).to.include('entry 5')
  })
})

describe('embedded store: parts that do not belong together', () => {
  it('refuses the log of an older backup under a newer index', async () => {
    const dir = freshDirectory()
    const store = await openEmbeddedStore({ dir, segmentLeaves: 256 })
    await fill(store, 300)
    await store[Symbol.asyncDispose]()
    const older = copyOf(dir)
    const newer = await openEmbeddedStore({ dir, segmentLeaves: 256 })
    await fill(newer, LONG)
    await newer.append([{ leaves: packed(LONG, LONG + 1), state: makeState('b', 1) }])
    await newer[Symbol.asyncDispose]()
    const mixed = copyOf(older)
    rmSync(join(mixed, 'index'), { recursive: true })
    cpSync(join(dir, 'index'), join(mixed, 'index'), { recursive: true })
    expect(await tryOpen(mixed, 256)).to.equal('log_truncated')
    // The other way round nothing is lost: the index is older, and is made good from the log.
    rmSync(join(dir, 'index'), { recursive: true })
    cpSync(join(older, 'index'), join(dir, 'index'), { recursive: true })
    expect(await tryOpen(dir, 256)).to.equal(LONG + 1)
    const again = await openEmbeddedStore({ dir, segmentLeaves: 256 })
    expect(again.findBatch('b')).to.not.equal(undefined)
    await again[Symbol.asyncDispose]()
  })

  it('refuses the index of another ledger, even one with commits of the same lengths', async () => {
    const makeLedger = async (source: string): Promise<string> => {
      const dir = freshDirectory()
      const store = await openEmbeddedStore({ dir, segmentLeaves: 256 })
      for (const start of [0, 128]) {
        const leaves = Array.from({ length: 128 }, (_, k) => toLeaf(makeRecord(start + k, { source })))
        await store.append([{ leaves: packLeaves(leaves) }])
      }
      await store[Symbol.asyncDispose]()
      return dir
    }
    const other = await makeLedger('gate-b')
    for (const dir of [await makeLongLog(), await makeLedger('gate-a')]) {
      rmSync(join(dir, 'index'), { recursive: true })
      cpSync(join(other, 'index'), join(dir, 'index'), { recursive: true })
      expect(await tryOpen(dir, 256)).to.equal('facts_damaged')
      cpSync(join(other, 'log/facts'), join(dir, 'log/facts'))
      expect(await tryOpen(dir, 256)).to.equal('commits_damaged')
    }
  })

  it('refuses a layout of another version', async () => {
    const dir = await makeLog()
    const database = new Level(join(dir, 'index'))
    await database.put('format', '1')
    await database.close()
    expect(await tryOpen(dir)).to.equal('data_format_unknown')
  })

  it('says what to do about a damaged index', async () => {
    const dir = await makeLog()
    writeFileSync(join(dir, 'index/CURRENT'), 'garbage')
    expect(await tryOpen(dir)).to.equal('index_damaged')
  })
})
