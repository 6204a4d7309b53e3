// Records are pruned, and the index goes on: what is left of them is put down before they go, at whatever step that ends; from
// it the index is made again, to the same root, and proves what lies behind them. What was pruned is not said to be known.

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import { makeBackup } from '../../src/backup/make.ts'
import { restoreBackup } from '../../src/backup/restore.ts'
import { verifyBackup } from '../../src/backup/verify.ts'
import { EDGES_FILE, loadEdges, writeEdges } from '../../src/completeness/edge-file.ts'
import type { IndexLog } from '../../src/completeness/index-log.ts'
import { MemoryTrie } from '../../src/completeness/memory-trie.ts'
import { keepEdges } from '../../src/completeness/pruned-edges.ts'
import { encodeBase64, equal } from '../../src/core/bytes.ts'
import { checkComplete } from '../../src/core/completeness/answer.ts'
import { checkData } from '../../src/fsck/check-data.ts'
import { repairData } from '../../src/fsck/repair.ts'
import { PLAIN_HASH_EACH } from '../../src/hashing/hash-each.ts'
import { openLogKey } from '../../src/log-key.ts'
import { type EmbeddedStore, openEmbeddedStore } from '../../src/store/embedded.ts'
import { diskFiles, type Files } from '../../src/store/file.ts'
import { PLAIN_PARTS } from '../../src/store/working-parts.ts'
import { ORIGIN, openIndexLog, putAnchor, SEGMENT_LEAVES } from '../fsck/scene.ts'
import { PRUNING } from '../store/archives.ts'
import { copyOf, freshDirectory, removeDirectories } from '../store/directory.ts'
import { failureOf } from '../store/failure.ts'
import { makeRecord, packed, START, STEP } from '../store/leaves.ts'
import { derivedRoot } from './plain-index.ts'

after(removeDirectories)

/** Where epochs end: within segments, with one, and behind. */
const SIZES = [40, 256, 300, 700, 1_100]
const TIME = 1_800_000_000

const open = (dir: string): Promise<EmbeddedStore> => openEmbeddedStore({ dir, segmentLeaves: SEGMENT_LEAVES })

const edges = (store: EmbeddedStore, dir: string, disk: Files = diskFiles) => ({
  store,
  dir,
  disk,
  hashEach: PLAIN_HASH_EACH,
  stretchLeaves: SEGMENT_LEAVES,
})

/** As `suyuan prune` does it. */
async function prune(store: EmbeddedStore, dir: string, number: number, disk?: Files): Promise<void> {
  const index = await keepEdges(edges(store, dir, disk), (number + 1) * SEGMENT_LEAVES)
  await store.old.prune(number, { ...PRUNING, index: encodeBase64(index) })
}

const backUp = (data: string, to: string) =>
  makeBackup({
    data,
    to,
    keys: true,
    segmentLeaves: SEGMENT_LEAVES,
    work: PLAIN_PARTS,
    now: Date.now,
    onProgress() {},
    onNotice() {},
  })

async function coverAgain(store: EmbeddedStore, index: IndexLog): Promise<void> {
  const newest = index.epochs.newest!
  await index.cover({ checkpoint: newest.checkpoint, size: newest.size, root: store.head.root, time: TIME })
}

/** Which of the records of a value are proven to be all, from a leaf on. */
async function proven(index: IndexLog, consumer: string, first: number | undefined, from?: number): Promise<number[]> {
  const { size } = index.epochs.newest!
  const { head } = (await index.coveredAt(size))!
  const asked = { where: { consumer }, ...(from !== undefined && { from }) }
  const { trieRoot, proof, postings } = await index.prove(asked, first, { size, index: { size: head.size } })
  const question = { dimension: 'consumer' as const, value: consumer, first, from }
  expect(equal(trieRoot, index.epochs.newest!.trieRoot)).to.equal(true)
  expect(checkComplete(question, trieRoot, proof)).to.deep.equal(postings)
  return postings.map(posting => posting.index)
}

const having = (consumer: string, first: number): number[] =>
  Array.from({ length: SIZES.at(-1)! - first }, (_, k) => first + k).filter(
    index => makeRecord(index).consumer === consumer,
  )

describe('the index of records that were pruned', function () {
  this.timeout(300_000)
  const source = freshDirectory()

  before(async () => {
    await using store = await open(source)
    const key = await openLogKey({ dir: source, origin: ORIGIN, facts: store.facts })
    await using index = await openIndexLog(store, source)
    for (const [k, size] of SIZES.entries()) {
      await store.append([{ leaves: packed(SIZES[k - 1] ?? 0, size) }])
      const checkpoint = key.sign(store.head, TIME + k)
      await putAnchor(store, checkpoint, (await index.cover({ ...store.head, checkpoint, time: TIME + k })).head)
    }
    while (store.old.list().length < 2) await new Promise(resolve => setTimeout(resolve, 5))
    for (const number of [0, 1]) await store.old.archive(number, key.sign(store.head, TIME))
  })

  /** The index is what it would be, and proves what lies behind so many pruned leaves; and nothing more. */
  const requireSound = async (dir: string, pruned: number): Promise<void> => {
    await using store = await open(dir)
    await using index = await openIndexLog(store, dir)
    await coverAgain(store, index)
    for (const consumer of ['consumer-1', 'consumer-3', 'nobody']) {
      expect(await proven(index, consumer, pruned)).to.deep.equal(having(consumer, pruned))
    }
    expect(await proven(index, 'consumer-3', undefined, START + pruned * STEP)).to.deep.equal(
      having('consumer-3', pruned),
    )
    if (pruned > 0) {
      for (const first of [undefined, pruned - 60]) {
        const failure = await failureOf(proven(index, 'consumer-3', first))
        expect(failure).to.have.property('code', 'entries_pruned')
      }
      expect(await proven(index, 'nobody', undefined)).to.deep.equal([])
    }
    // It grows on as it would have.
    const size = SIZES.at(-1)! + 7
    await store.append([{ leaves: packed(SIZES.at(-1)!, size) }])
    const key = await openLogKey({ dir, origin: ORIGIN, facts: store.facts })
    const checkpoint = key.sign(store.head, TIME + 99)
    await index.cover({ ...store.head, checkpoint, time: TIME + 99 })
    const wanted = derivedRoot([...SIZES, size], SEGMENT_LEAVES)
    expect(equal(index.epochs.newest!.trieRoot, wanted)).to.equal(true)
  }

  it('goes on from what is kept of it, and from what is left of it when that is gone', async () => {
    for (const segments of [0, 1, 2]) {
      for (const isKept of [true, false]) {
        const dir = copyOf(source)
        {
          await using store = await open(dir)
          for (let number = 0; number < segments; number++) await prune(store, dir, number)
        }
        if (!isKept) rmSync(join(dir, 'postings'), { recursive: true })
        await requireSound(dir, segments * SEGMENT_LEAVES)
      }
    }
  })

  it('states on record the root of what is left, which is what its records make', async () => {
    const dir = copyOf(source)
    await using store = await open(dir)
    const root = await keepEdges(edges(store, dir), SEGMENT_LEAVES)
    // Segment 0 ends with an epoch.
    expect(equal(root, derivedRoot([40, 256], SEGMENT_LEAVES))).to.equal(true)
    await store.old.prune(0, { ...PRUNING, index: encodeBase64(root) })
    const second = await keepEdges(edges(store, dir), 2 * SEGMENT_LEAVES)
    expect(equal(second, derivedRoot([40, 256, 300, 512], SEGMENT_LEAVES))).to.equal(true)
    expect(await keepEdges(edges(store, dir), 2 * SEGMENT_LEAVES), 'again').to.deep.equal(second)
  })

  it('is left whole, whatever write or sync fails', async () => {
    const pruned = copyOf(source)
    {
      await using store = await open(pruned)
      await prune(store, pruned, 0)
    }
    const [first, second] = [derivedRoot([40, 256], SEGMENT_LEAVES), derivedRoot([40, 256, 300, 512], SEGMENT_LEAVES)]
    const seen = new Set<string>()
    for (let failing = 0; ; failing++) {
      const dir = copyOf(pruned)
      let steps = 0
      const step = (): void => {
        if (steps++ === failing) throw new Error('no power')
      }
      const disk: Files = {
        async open(path) {
          const file = await diskFiles.open(path)
          return {
            path,
            get size() {
              return file.size
            },
            append: async (bytes: Uint8Array) => {
              await file.append(bytes.subarray(0, bytes.length / 2))
              step()
              await file.append(bytes.subarray(bytes.length / 2))
              step()
            },
            datasync: async () => step(),
            read: (position: number, length: number) => file.read(position, length),
            close: () => file.close(),
            rewrite: (bytes: Uint8Array, position: number) => file.rewrite(bytes, position),
            truncate: (size: number) => file.truncate(size),
          }
        },
        async rename(path, name) {
          step()
          await diskFiles.rename(path, name)
          step()
        },
        remove: async path => {
          step()
          await diskFiles.remove(path)
        },
        syncDirectory: async () => step(),
      }
      {
        await using store = await open(dir)
        const outcome = await prune(store, dir, 1, disk).catch(String)
        const isDone = outcome === undefined
        expect(store.old.list()[1]!.place).to.equal(isDone ? 'pruned' : 'archive')
        // What the pruning before it left is there still, or that of this one; records go only behind it.
        const file = await diskFiles.open(join(dir, EDGES_FILE))
        const { leaves, trie } = await loadEdges(file)
        await file.close()
        expect(equal(trie.root(), leaves === SEGMENT_LEAVES ? first : second)).to.equal(true)
        const state = `${leaves} ${isDone}`
        if (!isDone) await prune(store, dir, 1)
        if (seen.has(state)) continue
        seen.add(state)
      }
      rmSync(join(dir, 'postings'), { recursive: true })
      await requireSound(dir, 2 * SEGMENT_LEAVES)
      if (steps > failing) continue
      expect([...seen]).to.deep.equal(['256 false', '512 false', '512 true'])
      expect(failing).to.be.greaterThan(6)
      return
    }
  })

  it('says that of records whose pruning was not ended it has only sums', async () => {
    const dir = copyOf(source)
    await using store = await open(dir)
    await prune(store, dir, 0)
    await keepEdges(edges(store, dir), 2 * SEGMENT_LEAVES)
    rmSync(join(dir, 'postings'), { recursive: true })
    await using index = await openIndexLog(store, dir)
    await coverAgain(store, index)
    const failure = await failureOf(proven(index, 'consumer-3', SEGMENT_LEAVES))
    expect(failure).to.have.property('code', 'entries_pruned')
    expect(failure.message).to.contain('was begun and not ended')
  })

  it('lets no record go when what is left does not make what the next epoch states, or there is none', async () => {
    const dir = copyOf(source)
    await using store = await open(dir)
    const key = `index/epoch/${'2'.padStart(16, '0')}`
    const leaf = (await store.facts.get(key))!
    await store.facts.put({ [key]: `${'0'.repeat(64)}${leaf.slice(64)}` })
    const failure = await failureOf(prune(store, dir, 1).then(() => prune(store, dir, 0)))
    expect(failure).to.have.property('code', 'index_differs')
    await prune(store, dir, 0) // the second epoch ends with it
    expect(await failureOf(prune(store, dir, 1))).to.have.property('code', 'index_differs')
    expect(store.old.list().map(({ place }) => place)).to.deep.equal(['pruned', 'archive'])
    await store.facts.put({ [key]: leaf })
    expect(await failureOf(keepEdges(edges(store, dir), 5 * SEGMENT_LEAVES))).to.have.property('code')
  })

  it('is found whole by fsck, and any bit of it that flipped; is backed up, and restored, and goes on', async () => {
    const dir = copyOf(source)
    {
      await using store = await open(dir)
      await prune(store, dir, 0)
      await prune(store, dir, 1)
    }
    const check = (data: string) => checkData({ data, archives: join(data, 'archive'), onProgress() {} })
    const { findings, notes } = await check(copyOf(dir))
    expect([findings, notes]).to.deep.equal([[], []])

    const whole = readFileSync(join(dir, EDGES_FILE))
    const damagedBy = async (content: Uint8Array | undefined): Promise<string[]> => {
      const copy = copyOf(dir)
      if (content === undefined) rmSync(join(copy, EDGES_FILE))
      else writeFileSync(join(copy, EDGES_FILE), content)
      const report = await check(copy)
      expect(report.notes.map(({ en }) => en).join()).to.contain('what is left of them')
      expect(await failureOf(backUp(copy, freshDirectory()))).to.have.property('code', 'edges_damaged')
      return report.findings.map(({ code, file, isDerived }) => `${code} ${file} ${isDerived}`)
    }
    expect(await damagedBy(undefined)).to.deep.equal(['edges_damaged log/edges false'])
    expect(await damagedBy(whole.subarray(0, -80))).to.deep.equal(['edges_damaged log/edges false'])
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length * 8 - 1), async bit => {
        const changed = Buffer.from(whole)
        changed[bit >> 3]! ^= 1 << (bit & 7)
        expect(await damagedBy(changed)).to.deep.equal(['edges_damaged log/edges false'])
      }),
      { numRuns: 8 },
    )

    // What is kept can be made again: damaged, it is removed.
    const kept = copyOf(dir)
    writeFileSync(join(kept, 'postings/CURRENT'), 'x')
    const report = await check(kept)
    expect(report.findings.map(({ file, isDerived }) => [file, isDerived])).to.deep.equal([['postings/CURRENT', true]])
    await repairData(report, { data: kept, archives: join(kept, 'archive'), onProgress() {}, onNotice() {} })
    await requireSound(kept, 2 * SEGMENT_LEAVES)
    expect((await check(kept)).findings).to.deep.equal([])

    const [to, restored] = [freshDirectory(), freshDirectory()]
    await backUp(dir, to)
    expect((await verifyBackup(to, PLAIN_PARTS, () => {})).findings).to.deep.equal([])
    await restoreBackup({ from: to, data: restored, work: PLAIN_PARTS, onProgress() {}, onNotice() {} })
    expect(existsSync(join(restored, 'postings'))).to.equal(false)
    expect(readFileSync(join(restored, EDGES_FILE)).equals(whole)).to.equal(true)
    await requireSound(restored, 2 * SEGMENT_LEAVES)
  })

  it('is compared by fsck with what the next epoch states, not with itself alone', async () => {
    const dir = copyOf(source)
    {
      await using store = await open(dir)
      await prune(store, dir, 0)
      // Whoever may write the disk makes it consistent in itself: the first sub-log is left out.
      const path = join(dir, EDGES_FILE)
      const file = await diskFiles.open(path)
      const { leaves, trie } = await loadEdges(file)
      const other = new MemoryTrie()
      other.restore([...trie.edges()].slice(1))
      await file.truncate(0)
      await writeEdges(file, { leaves, count: other.count, root: other.root() }, other.edges())
      await file.close()
      const [key, value] = (await store.facts.list('pruned/'))[0]!
      await store.facts.put({ [key]: JSON.stringify({ ...JSON.parse(value), index: encodeBase64(other.root()) }) })
    }
    const { findings } = await checkData({ data: dir, archives: join(dir, 'archive'), onProgress() {} })
    expect(findings.map(({ code }) => code)).to.include('index_differs')
    expect(findings[0]!.words.en).to.contain(`index/epoch/${'2'.padStart(16, '0')}`)
    rmSync(join(dir, 'postings'), { recursive: true })
    await using store = await open(dir)
    await using index = await openIndexLog(store, dir)
    expect(await failureOf(coverAgain(store, index))).to.have.property('code', 'index_differs')
  })

  it('does not start from a file that is damaged, missing or of an earlier time, and removes nothing then', async () => {
    const dir = copyOf(source)
    {
      await using store = await open(dir)
      await prune(store, dir, 0)
      const older = readFileSync(join(dir, EDGES_FILE))
      await prune(store, dir, 1)
      writeFileSync(join(dir, 'older'), older)
    }
    const whole = readFileSync(join(dir, EDGES_FILE))
    const start = async (content: Uint8Array | undefined, isKept: boolean): Promise<string | undefined> => {
      const copy = copyOf(dir)
      if (content === undefined) rmSync(join(copy, EDGES_FILE))
      else writeFileSync(join(copy, EDGES_FILE), content)
      if (!isKept) writeFileSync(join(copy, 'postings/CURRENT'), 'x')
      const before = readdirSync(join(copy, 'postings'))
      await using store = await open(copy)
      try {
        await using index = await openIndexLog(store, copy)
        await coverAgain(store, index)
        return undefined
      } catch (error) {
        expect(readdirSync(join(copy, 'postings'))).to.have.members(before)
        return (error as { code: string }).code
      }
    }
    expect(await start(whole, false)).to.equal(undefined)
    expect(await start(undefined, true)).to.equal(undefined)
    expect(await start(undefined, false)).to.equal('index_lost')
    expect(await start(readFileSync(join(dir, 'older')), false)).to.equal('index_lost')
    expect(await start(whole.subarray(0, -1), false)).to.equal('edges_damaged')
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length * 8 - 1), async bit => {
        const changed = Buffer.from(whole)
        changed[bit >> 3]! ^= 1 << (bit & 7)
        expect(await start(changed, false)).to.equal('edges_damaged')
      }),
      { numRuns: 12 },
    )
    expect(existsSync(join(dir, EDGES_FILE))).to.equal(true)
  })
})
