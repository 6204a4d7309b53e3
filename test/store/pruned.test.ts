// What remains of segments that were pruned: every proof, and for whoever asks for more, what became of them.

import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { expect } from 'chai'
import {
  checkConsistency,
  checkInclusion,
  consistencyNodes,
  inclusionNodes,
  proveConsistency,
  proveInclusion,
} from '../../src/core/proof.ts'
import { formatTime } from '../../src/core/record.ts'
import { linesOf } from '../../src/statements/lines.ts'
import { recallPruned } from '../../src/store/archive/pruned.ts'
import type { EmbeddedStore } from '../../src/store/embedded.ts'
import { decodeHead, encodeHead, HEAD_BYTES } from '../../src/store/index/index-head.ts'
import { makeArchived, openLog, PRUNING, SEGMENT, SIZE, sign } from './archives.ts'
import { expectedRoot, fill, scanAll, searchAll } from './conformance.ts'
import { copyOf, freshDirectory, removeDirectories } from './directory.ts'
import { failureOf } from './failure.ts'
import { makeLeaf, makeState, packed, START, STEP } from './leaves.ts'

after(removeDirectories)

/** Records of later times than any pruned one. */
const LATER = START + SEGMENT * STEP

async function expectPruned(store: EmbeddedStore): Promise<void> {
  const { size, root } = store.head
  expect(Buffer.from(root)).to.deep.equal(Buffer.from(expectedRoot(size)))
  for (const ask of [
    () => store.readEntries([0]),
    () => store.readEntries([300, 255]),
    () => store.readSealed(4),
    () => store.eraseSealed(4),
    () => store.readTile({ level: 'entries', index: 0, width: 256 }),
    () => searchAll(store, {}),
    () => searchAll(store, { where: { consumer: 'consumer-1' } }),
    // Of a value that no record has: whether one of the pruned had it, nobody can tell.
    () => searchAll(store, { where: { consumer: 'nobody' } }),
    () => scanAll(store, { where: { consumer: 'consumer-1' } }),
    () => scanAll(store, { from: LATER - STEP }),
  ]) {
    const error = await failureOf(ask())
    expect(error.code, error.message).to.equal('entries_pruned')
    expect(error.message).to.include('Leaves 0 to 255').and.include(PRUNING.by).and.include('2032-01-02')
    expect(error.message).to.include(`Ask for times from ${formatTime(LATER - STEP + 1)} on`)
    expect(error.words.zh).to.include('保存期限')
  }
  // Nothing else is missing.
  const rest = Array.from({ length: size - SEGMENT }, (_, k) => SEGMENT + k)
  const entries = await store.readEntries(rest)
  expect(entries.every((entry, k) => Buffer.from(entry).equals(makeLeaf(rest[k]!).entry))).to.equal(true)
  expect(await searchAll(store, { from: LATER })).to.deep.equal(rest.toReversed())
  expect(await searchAll(store, { first: SEGMENT })).to.deep.equal(rest.toReversed())
  expect(await scanAll(store, { first: SEGMENT, where: { resource: 'resource/2' } })).to.have.length.greaterThan(80)
  // Every leaf still proves, the pruned ones to whoever has kept them.
  for (let i = 0; i < size; i += 37) {
    const proof = proveInclusion(i, size, await store.readNodes(inclusionNodes(i, size)))
    expect(checkInclusion(i, size, makeLeaf(i).leaf, root, proof)).to.equal(true)
    const growth = proveConsistency(i, size, await store.readNodes(consistencyNodes(i, size)))
    expect(checkConsistency(i, size, expectedRoot(i), root, growth)).to.equal(true)
  }
}

describe('pruned segments', () => {
  let archived: string

  before(async () => {
    archived = await makeArchived(2)
  })

  const prune = async (dir: string): Promise<void> => {
    const store = await openLog(dir)
    await store.old.prune(0, PRUNING)
    await store[Symbol.asyncDispose]()
  }

  it('are gone, are named to whoever asks, and still prove: at once, after a start, after all is made again', async () => {
    const dir = copyOf(archived)
    const kept = readFileSync(join(dir, 'archive/000000.archive'))
    const store = await openLog(dir)
    const pruned = await store.old.prune(0, PRUNING)
    expect(pruned).to.deep.include({ ...PRUNING, segment: 0, leaves: SEGMENT })
    expect(pruned.archive.bytes).to.equal(kept.length)
    expect(pruned.root).to.equal(Buffer.from(expectedRoot(SEGMENT)).toString('base64'))
    expect(existsSync(join(dir, 'archive/000000.archive'))).to.equal(false)
    expect(existsSync(join(dir, 'log/000000'))).to.equal(false)
    await expectPruned(store)
    await store[Symbol.asyncDispose]()

    for (const prepare of [
      () => {},
      () => rmSync(join(dir, 'log/000001/index')),
      () => rmSync(join(dir, 'index'), { recursive: true }),
    ]) {
      prepare()
      const again = await openLog(dir)
      await expectPruned(again)
      await again[Symbol.asyncDispose]()
    }
    const rebuilt = await openLog(dir, { rebuild: true })
    await expectPruned(rebuilt)
    await fill(rebuilt, SIZE + 400)
    await rebuilt.append([{ leaves: packed(0, 0), state: makeState('later', 1) }])
    await rebuilt[Symbol.asyncDispose]()
    const grown = await openLog(dir)
    await expectPruned(grown)
    expect(grown.old.list().map(({ place }) => place)).to.deep.equal(['pruned', 'archive', 'log', 'log'])
    expect(grown.findBatch('later')).to.not.equal(undefined)
    await grown[Symbol.asyncDispose]()
  })

  it('are in the way of no answer that is full before it comes to them', async () => {
    const dir = copyOf(archived)
    await prune(dir)
    const store = await openLog(dir)
    const found: number[] = []
    const search = async (): Promise<void> => {
      const where = { consumer: 'consumer-1' }
      for await (const run of store.search({ where, below: SIZE })) found.push(...run)
    }
    expect(await failureOf(search())).to.have.property('code', 'entries_pruned')
    const rest = Array.from({ length: SIZE - SEGMENT }, (_, k) => SIZE - 1 - k)
    expect(found).to.deep.equal(rest.filter(i => makeLeaf(i).record.consumer === 'consumer-1'))
    await store[Symbol.asyncDispose]()
  })

  it('are named also to whoever reads them while they go', async () => {
    const codes = new Set<string | undefined>()
    for (const turns of [0, 3, 7]) {
      const store = await openLog(copyOf(archived))
      const reads = [
        (index: number) => store.readEntries([index % SEGMENT]),
        (index: number) => store.readSealed(index % SEGMENT),
        () => store.readTile({ level: 'entries', index: 0, width: 256 }),
        () => searchAll(store, { where: { consumer: 'consumer-1' } }),
        () => scanAll(store, {}),
      ]
      const untilItFails = async (read: (index: number) => Promise<unknown>): Promise<void> => {
        for (let index = 0; ; index++) {
          await read(index)
          await setImmediate() // what is in memory would be read for ever
        }
      }
      const failures = Promise.all(reads.map(read => failureOf(untilItFails(read))))
      for (let turn = 0; turn < turns; turn++) await setImmediate()
      await store.old.prune(0, PRUNING)
      for (const error of await failures) codes.add(error.code ?? error.message)
      await store[Symbol.asyncDispose]()
    }
    expect([...codes]).to.deep.equal(['entries_pruned'])
  })

  it('are in the way of no statement that does not need them', async () => {
    const dir = copyOf(archived)
    await prune(dir)
    const store = await openLog(dir)
    const read = async (first: number): Promise<number> => {
      let lines = 0
      for await (const _ of linesOf(store, 1, { first, end: SIZE })) lines++
      return lines
    }
    const ofGrant = (i: number): boolean => makeLeaf(i).record.grant === 1
    expect(await read(SEGMENT)).to.equal(
      Array.from({ length: SIZE }, (_, i) => i).filter(i => i >= SEGMENT && ofGrant(i)).length,
    )
    expect(await failureOf(read(SEGMENT - 1))).to.have.property('code', 'entries_pruned')
    await store[Symbol.asyncDispose]()
  })

  it('never goes by an archive that changed: its copies would not be what is on record', async () => {
    for (const change of ['a byte of the entries', 'all of it: the archive of another log'] as const) {
      const dir = copyOf(archived)
      const path = join(dir, 'archive/000000.archive')
      const store = await openLog(dir)
      if (change === 'a byte of the entries') {
        const bytes = readFileSync(path)
        bytes[500]! ^= 1
        writeFileSync(path, bytes)
      } else {
        const stranger = freshDirectory()
        const other = await openLog(stranger)
        for (let at = 0; at < SIZE; at += 100) await other.append([{ leaves: packed(at + 1, at + 101) }])
        await other.old.archive(0, await sign(other))
        await other[Symbol.asyncDispose]()
        writeFileSync(path, readFileSync(join(stranger, 'archive/000000.archive')))
      }
      const error = await failureOf(store.old.prune(0, PRUNING))
      expect(error.code, change).to.equal(change === 'a byte of the entries' ? 'archive_damaged' : 'archive_foreign')
      expect(await recallPruned(store.facts)).to.deep.equal([])
      expect(existsSync(path)).to.equal(true)
      await store[Symbol.asyncDispose]()
    }
  })

  it('never goes by an index that tells other times than the records have', async () => {
    const dir = copyOf(archived)
    const path = join(dir, 'log/000000/index')
    const bytes = readFileSync(path)
    const head = decodeHead(bytes.subarray(0, HEAD_BYTES))!
    bytes.set(encodeHead({ ...head, maxTime: head.maxTime - STEP }))
    writeFileSync(path, bytes)
    const store = await openLog(dir)
    expect(store.old.list()[0]!.maxTime).to.equal(head.maxTime - STEP)
    const error = await failureOf(store.old.prune(0, PRUNING))
    expect(error.code).to.equal('index_damaged')
    expect(error.message).to.include(path)
    await store[Symbol.asyncDispose]()
    // As it says.
    rmSync(path)
    await prune(dir)
  })

  it('goes oldest first, and only from archives', async () => {
    const store = await openLog(copyOf(archived))
    for (const number of [1, 2, 7]) {
      expect(await failureOf(store.old.prune(number, PRUNING))).to.have.property('code', 'segment_unfit')
    }
    await store.old.prune(0, PRUNING)
    await store.old.prune(1, PRUNING)
    expect((await failureOf(store.old.prune(1, PRUNING))).message).to.include('not the oldest')
    expect((await failureOf(store.old.archive(0, await sign(store)))).message).to.include('archived already')
    expect(await searchAll(store, { first: 2 * SEGMENT })).to.have.length(SIZE - 2 * SEGMENT)
    await store[Symbol.asyncDispose]()
  })

  it('cannot get their tiles again: a log whose tiles are damaged there is refused, not begun anew', async () => {
    for (const damage of [
      (dir: string) => rmSync(join(dir, 'log/tile'), { recursive: true }),
      (dir: string) => {
        const path = join(dir, 'log/tile/0')
        const bytes = readFileSync(path)
        bytes[5_000]! ^= 1
        writeFileSync(path, bytes)
      },
    ]) {
      const dir = copyOf(archived)
      await prune(dir)
      damage(dir)
      expect(await failureOf(openLog(dir, { rebuild: true }))).to.have.property('code', 'tile_damaged')
    }
  })

  it('are not taken for pruned because they are gone', async () => {
    const dir = copyOf(archived)
    await prune(dir)
    rmSync(join(dir, 'archive/000001.archive'))
    const error = await failureOf(openLog(dir))
    expect(error.code).to.equal('log_truncated')
    expect(error.message).to.include('000001.archive')
  })

  it('stay pruned when the archive comes back: what is on record is ended', async () => {
    const dir = copyOf(archived)
    await prune(dir)
    writeFileSync(join(dir, 'archive/000000.archive'), readFileSync(join(archived, 'archive/000000.archive')))
    appendFileSync(join(dir, 'archive/000005.archive.new'), 'a draft')
    const store = await openLog(dir)
    await expectPruned(store)
    expect(existsSync(join(dir, 'archive/000000.archive'))).to.equal(false)
    expect(existsSync(join(dir, 'archive/000005.archive.new'))).to.equal(false)
    await store[Symbol.asyncDispose]()
  })
})
