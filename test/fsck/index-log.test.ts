// The index log and what is kept of the index: facts that are not what the epochs make, put with all checksums right, are
// named; so is a value that changed in what was not closed. A ledger that was killed has nothing to be found.

import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { Level } from 'level'
import { encodeBase64 } from '../../src/core/bytes.ts'
import { packLeaves } from '../../src/core/leaves.ts'
import { TILE_WIDTH } from '../../src/core/tile.ts'
import { checkData, type DataReport } from '../../src/fsck/check-data.ts'
import { repairData } from '../../src/fsck/repair.ts'
import { type LogKey, openLogKey } from '../../src/log-key.ts'
import { PUBLISHED_FACT } from '../../src/published.ts'
import { type EmbeddedStore, openEmbeddedStore } from '../../src/store/embedded.ts'
import type { Store } from '../../src/store/store.ts'
import { TestFacts } from '../chain/fixtures.ts'
import { copyOf, freshDirectory, removeDirectories } from '../store/directory.ts'
import { failureOf } from '../store/failure.ts'
import { makeLeaves, packed } from '../store/leaves.ts'
import {
  ANCHORS_BEFORE_INDEX,
  COMMITS,
  fillDirectory,
  ORIGIN,
  openIndexLog,
  putAnchor,
  SEGMENT_LEAVES,
} from './scene.ts'

after(removeDirectories)

const TIME = 1_700_002_000

function check(data: string): Promise<DataReport> {
  return checkData({ data, archives: join(data, 'archive'), onProgress() {} })
}

function repair(report: DataReport, data: string): Promise<void> {
  return repairData(report, { data, archives: join(data, 'archive'), onProgress() {}, onNotice() {} })
}

function open(dir: string): Promise<EmbeddedStore> {
  return openEmbeddedStore({ dir, segmentLeaves: SEGMENT_LEAVES })
}

const digits = (number: number): string => String(number).padStart(16, '0')
const epochFact = (index: number): string => `index/epoch/${digits(index)}`
const anchorFact = (size: number): string => `anchor/${digits(size)}`

describe('fsck: the index log', () => {
  const source = freshDirectory()
  const [, , first, second, third] = COMMITS as unknown as [number, number, number, number, number]
  before(() => fillDirectory(source))

  /** Findings after facts were put that are whole in themselves. */
  async function foundAfter(facts: (store: Store, key: LogKey) => Promise<Record<string, string>>): Promise<string[]> {
    const data = copyOf(source)
    const store = await open(data)
    const key = await openLogKey({ dir: data, origin: ORIGIN, facts: store.facts })
    await store.facts.put(await facts(store, key))
    await store[Symbol.asyncDispose]()
    const { findings } = await check(data)
    expect(findings.every(({ isDerived }) => !isDerived)).to.equal(true)
    return findings.map(({ code, file, words }) => `${code} ${words.en.replace(`${file}: `, '')}`)
  }

  it('has epochs without a gap, each with a checkpoint that the log signed of a larger tree', async () => {
    const count = COMMITS.length - ANCHORS_BEFORE_INDEX
    const last = COMMITS.at(-1)!
    const gap = await foundAfter(async ({ facts }) => ({
      [epochFact(count + 1)]: (await facts.get(epochFact(count - 1)))!,
    }))
    expect(gap).to.have.length(1)
    expect(gap[0]).to.contain(`the fact ${epochFact(count)} is missing: ${epochFact(count + 1)} follows`)

    const again = await foundAfter(async ({ facts }) => ({
      [epochFact(count)]: (await facts.get(epochFact(count - 1)))!,
    }))
    expect(again.join()).to.contain(`${epochFact(count)} ends with a tree of ${last} leaves, and the epoch before it`)

    const noEpoch = await foundAfter(async () => ({ [epochFact(count)]: 'x' }))
    expect(noEpoch.join()).to.contain(`the fact ${epochFact(count)} is no epoch of the index log`)

    const unsigned = await foundAfter(async ({ head, facts }) => {
      const other = await openLogKey({ dir: freshDirectory(), origin: ORIGIN, facts: new TestFacts() })
      const leaf = (await facts.get(epochFact(count - 1)))!
      return { [epochFact(count)]: `${leaf.slice(0, 65)}${other.sign(head, TIME)}` }
    })
    expect(unsigned.join()).to.contain(`the fact ${epochFact(count)}: The checkpoint of "${ORIGIN}" has no signature`)

    const noTree = await foundAfter(async ({ head, facts }, key) => {
      const leaf = (await facts.get(epochFact(count - 1)))!
      return { [epochFact(count)]: `${leaf.slice(0, 65)}${key.sign({ ...head, size: head.size + 1 }, TIME)}` }
    })
    expect(noTree.join()).to.contain(`the fact ${epochFact(count)} tells of a tree of 701 leaves`)
  })

  it('is what was published and anchored of it', async () => {
    // An epoch that states another trie is another leaf: nothing that was signed since is a tree of this log.
    const changed = await foundAfter(async ({ facts }) => {
      const leaf = (await facts.get(epochFact(1)))!
      return { [epochFact(1)]: `${'0'.repeat(64)}${leaf.slice(64)}` }
    })
    const differing = changed.filter(finding => finding.startsWith('index_differs'))
    expect(differing).to.have.length(1)
    expect(differing[0]).to.contain(`the fact ${epochFact(1)} states the index ${'0'.repeat(64)} for ${second} leaves`)
    const trees = changed.filter(finding => finding.includes('of the index log'))
    expect(trees).to.have.length(COMMITS.length - ANCHORS_BEFORE_INDEX - 1 + 1)
    expect(trees.join()).to.contain('the fact index/checkpoint tells of a tree')
    expect(trees.join()).to.contain(`the fact ${anchorFact(second)} tells of a tree of 2 leaves of the index log`)

    const anchorWith = async (
      facts: Store['facts'],
      size: number,
      change: object,
    ): Promise<Record<string, string>> => ({
      [anchorFact(size)]: JSON.stringify({ ...JSON.parse((await facts.get(anchorFact(size)))!), ...change }),
    })
    const larger = await foundAfter(async ({ facts }) => {
      const { index } = JSON.parse((await facts.get(anchorFact(second)))!)
      return anchorWith(facts, COMMITS.at(-1)!, { index: { ...index, size: 99 } })
    })
    expect(larger).to.have.length(1)
    expect(larger[0]).to.contain('a tree of 99 leaves of the index log').and.contain('there are not so many epochs')

    const ofOther = await foundAfter(async ({ facts }) => {
      const { index } = JSON.parse((await facts.get(anchorFact(second)))!)
      return anchorWith(facts, third, { index })
    })
    expect(ofOther).to.have.length(1)
    expect(ofOther[0]).to.contain(`${anchorFact(third)} has another checkpoint than ${epochFact(1)}`)

    const signedAgain = await foundAfter(async ({ facts }, key) => {
      const { root } = JSON.parse((await facts.get(anchorFact(first)))!)
      return anchorWith(facts, first, {
        checkpoint: key.sign({ size: first, root: Buffer.from(root, 'base64') }, TIME),
      })
    })
    expect(signedAgain).to.have.length(1)
    expect(signedAgain[0]).to.contain(`${anchorFact(first)} has another checkpoint than ${epochFact(0)}`)

    const malformed = await foundAfter(({ facts }) => anchorWith(facts, first, { index: { size: 1, root: 'AAAA' } }))
    expect(malformed.join()).to.contain(`the fact ${anchorFact(first)} is no anchor`)

    const published = await foundAfter(async ({ facts }) => ({
      'index/checkpoint': (await facts.get('index/checkpoint'))!.replace('\n7\n', '\n6\n'),
    }))
    expect(published).to.have.length(1)
    expect(published[0]).to.contain('the fact index/checkpoint: ').and.contain('signature')

    const covering = await foundAfter(async (_, key) => ({
      'index/covering': key.sign({ size: 95, root: Buffer.alloc(32, 1) }, TIME),
    }))
    expect(covering).to.have.length(1)
    expect(covering[0]).to.contain('the fact index/covering tells of a tree of 95 leaves')
  })

  it('keeps the roots of its full tiles', async () => {
    const data = freshDirectory()
    const size = TILE_WIDTH + 5
    {
      await using store = await open(data)
      const key = await openLogKey({ dir: data, origin: ORIGIN, facts: store.facts })
      await using index = await openIndexLog(store, data)
      for (let k = 0; k < size; k++) {
        await store.append([{ leaves: packed(k, k + 1) }])
        const checkpoint = key.sign(store.head, TIME + k)
        const { head } = await index.cover({ ...store.head, checkpoint, time: TIME + k })
        await store.facts.put({ [PUBLISHED_FACT]: checkpoint })
        if (k % 100 === 0) await putAnchor(store, checkpoint, head)
        await index.release(k)
      }
    }
    expect((await check(copyOf(data))).findings).to.deep.equal([])
    const other = encodeBase64(Buffer.alloc(32, 1))
    for (const [tile, words] of [
      [0, 'is missing, or is not the root of its epochs'],
      [1, 'tells of a tile that is not full'],
    ] as const) {
      const copy = copyOf(data)
      const store = await open(copy)
      await store.facts.put({ [`index/tile/${digits(tile)}`]: other })
      await store[Symbol.asyncDispose]()
      const { findings } = await check(copy)
      expect(findings.map(({ code }) => code)).to.deep.equal(['facts_damaged'])
      expect(findings[0]!.words.en).to.contain(`the fact index/tile/${digits(tile)} ${words}`)
    }
  }).timeout(60_000)

  it('has nothing to be found after the process was killed, at any step', async () => {
    const data = copyOf(source)
    const store = await open(data)
    const key = await openLogKey({ dir: data, origin: ORIGIN, facts: store.facts })
    const copies: string[] = []
    // Each write of a fact is a step: what is on the disk before it is what a process that was killed there leaves.
    const facts: Store['facts'] = {
      ...store.facts,
      get: asked => store.facts.get(asked),
      list: (...asked) => store.facts.list(...asked),
      put: async values => {
        copies.push(copyOf(data))
        await store.facts.put(values)
      },
    }
    const scan: Store['scan'] = (...asked) => store.scan(...asked)
    const readColumns: Store['readColumns'] = (...asked) => store.readColumns(...asked)
    const index = await openIndexLog({ scan, readColumns, facts }, data)
    for (const end of [20, 40]) {
      const leaves = makeLeaves(end - 20, end).filter(({ sealed }) => sealed === undefined)
      await store.append([{ leaves: packLeaves(leaves) }])
      const checkpoint = key.sign(store.head, TIME + end)
      await store.facts.put({ [PUBLISHED_FACT]: checkpoint })
      await index.cover({ ...store.head, checkpoint, time: TIME + end })
    }
    copies.push(copyOf(data))
    await index[Symbol.asyncDispose]()
    await store[Symbol.asyncDispose]()
    expect(copies).to.have.length.of.at.least(6)
    for (const copy of copies) {
      const { findings, notes } = await check(copy)
      expect(findings.filter(({ file }) => !/^log\/(tile|000002)\//.test(file))).to.deep.equal([])
      expect(notes.map(({ en }) => en).join()).to.contain('postings: it was not closed')
      expect((await check(copy)).notes.map(({ en }) => en).join()).not.to.contain('postings')
    }
  }).timeout(60_000)

  it('has nothing to be found when LevelDB lost what it had not synced', async () => {
    const data = copyOf(source)
    const before = copyOf(source)
    const store = await open(data)
    const key = await openLogKey({ dir: data, origin: ORIGIN, facts: store.facts })
    const index = await openIndexLog(store, data)
    const checkpoint = key.sign(store.head, TIME)
    await putAnchor(store, checkpoint, (await index.cover({ ...store.head, checkpoint, time: TIME })).head)
    await index[Symbol.asyncDispose]()
    await store[Symbol.asyncDispose]()
    rmSync(join(data, 'index'), { recursive: true })
    cpSync(join(before, 'index'), join(data, 'index'), { recursive: true })
    const { findings } = await check(data)
    expect(findings.map(({ words }) => words.en)).to.deep.equal([])
  })

  it('names a value that changed in what was not closed, each time, and removes it all to be made again', async () => {
    const data = copyOf(source)
    const folder = join(data, 'postings')
    rmSync(join(folder, 'SUMS'))
    const database = new Level<Uint8Array, Uint8Array>(folder, { keyEncoding: 'view', valueEncoding: 'view' })
    const [key, value] = (await database.iterator({ limit: 1 }).all())[0]!
    await database.put(key, Buffer.concat([value.subarray(0, -1), Buffer.of(value.at(-1)! ^ 1)]))
    await database.close()
    for (let round = 0; round < 2; round++) {
      const { findings } = await check(data)
      expect(findings.map(({ code, file, isDerived }) => [code, file, isDerived])).to.deep.equal([
        ['index_damaged', 'postings', true],
      ])
      expect(findings[0]!.words.en).to.contain(`the value of ${Buffer.from(key).toString('hex')} was changed`)
    }
    await repair(await check(data), data)
    expect(readdirSync(data)).not.to.include('postings')
    const { findings, notes } = await check(data)
    expect([findings, notes]).to.deep.equal([[], []])
    await using store = await open(data)
    await using index = await openIndexLog(store, data)
    const covered = (await index.epochs.from(0, 100)).at(-1)!
    const { head } = (await index.coveredAt(covered.size))!
    await index.cover({ ...covered, root: new Uint8Array(32), time: TIME })
    const where = { consumer: 'consumer-3' }
    const { postings } = await index.prove({ where }, undefined, { size: covered.size, index: head })
    expect(postings.length).to.be.greaterThan(100)
  })

  it('names postings that are no folder, or no LevelDB', async () => {
    const data = copyOf(source)
    rmSync(join(data, 'postings'), { recursive: true })
    expect((await check(data)).findings).to.deep.equal([])
    writeFileSync(join(data, 'postings'), 'x')
    const report = await check(data)
    expect(report.findings.map(({ code, file }) => `${code} ${file}`)).to.deep.equal(['index_damaged postings'])
    await repair(report, data)
    expect((await check(data)).findings).to.deep.equal([])

    const other = copyOf(source)
    for (const name of ['SUMS', 'CURRENT']) rmSync(join(other, 'postings', name))
    expect((await check(other)).findings.map(({ file }) => file)).to.deep.equal(['postings'])
  })

  it('leaves what another process has open alone', async () => {
    const data = copyOf(source)
    const folder = join(data, 'postings')
    const database = new Level(folder)
    await database.open()
    const current = readFileSync(join(folder, 'CURRENT'))
    expect(await failureOf(check(data))).to.have.property('code', 'data_in_use')
    expect(readFileSync(join(folder, 'CURRENT')).equals(current)).to.equal(true)
    await database.close()
  })
})
