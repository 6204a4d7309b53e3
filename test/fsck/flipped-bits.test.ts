// One flipped bit, anywhere in the data directory: it is found, and the file is named. What is derived is made again; what
// is not is left alone.

import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect } from 'chai'
import * as fc from 'fast-check'
import { checkData, type DataReport } from '../../src/fsck/check-data.ts'
import { repairData } from '../../src/fsck/repair.ts'
import { openEmbeddedStore } from '../../src/store/embedded.ts'
import { copyOf, freshDirectory, removeDirectories } from '../store/directory.ts'
import { fillDirectory, SEGMENT_LEAVES, SIZE } from './scene.ts'

after(removeDirectories)

const RUNS = Number(process.env.SUYUAN_TEST_RUNS ?? 4)
/** What is made again; the rest needs another copy. */
const DERIVED = /^(index\/|postings\/|log\/tile\/|log\/\d+\/index|events$|chain\/lock\/|keys\/tokens\.lock\/)/

function check(data: string): Promise<DataReport> {
  return checkData({ data, archives: join(data, 'archive'), onProgress() {} })
}

function repair(report: DataReport, data: string): Promise<void> {
  return repairData(report, { data, archives: join(data, 'archive'), onProgress() {}, onNotice() {} })
}

/** All files that have any bytes, by their path within the directory. */
function filesIn(data: string): string[] {
  return readdirSync(data, { recursive: true, withFileTypes: true })
    .filter(item => item.isFile())
    .map(item => relative(data, join(item.parentPath, item.name)))
    .filter(path => statSync(join(data, path)).size > 0)
    .sort()
}

function flip(path: string, bit: number): void {
  const bytes = readFileSync(path)
  bytes[bit >>> 3]! ^= 1 << (bit & 7)
  writeFileSync(path, bytes)
}

describe('fsck: a flipped bit', () => {
  const source = freshDirectory()
  before(() => fillDirectory(source))

  it('is nowhere in what a clean stop leaves, and checking changes nothing that is not derived', async () => {
    const data = copyOf(source)
    for (let round = 0; round < 2; round++) {
      const { findings, notes, size, sealedOpened } = await check(data)
      expect(findings).to.deep.equal([])
      expect(notes).to.deep.equal([])
      expect([size, sealedOpened]).to.deep.equal([SIZE, SIZE / 4])
    }
    for (const path of filesIn(source).filter(path => !DERIVED.test(path))) {
      expect(readFileSync(join(data, path)).equals(readFileSync(join(source, path))), path).to.equal(true)
    }
  })

  it('has every kind of file to be in', () => {
    const kinds = filesIn(source).map(path => path.replaceAll(/\d{6}/g, 'N'))
    expect([...new Set(kinds)]).to.include.members([
      'archive/N.archive',
      'chain/journal',
      'chain/lock/CURRENT',
      'events',
      'index/CURRENT',
      'index/LOG',
      'index/LOG.old',
      'index/MANIFEST-N',
      'index/N.ldb',
      'index/N.log',
      'index/SUMS',
      'keys/actor.key',
      'keys/index-time.pem',
      'keys/index.pem',
      'keys/log.pem',
      'keys/relay.key',
      'keys/tokens.json',
      'keys/tokens.lock/MANIFEST-N',
      'log/N/entries',
      'log/N/index',
      'log/N/index.open',
      'log/N/sealed',
      'log/commits',
      'log/facts',
      'log/tile/0',
      'log/tile/1',
      'postings/CURRENT',
      'postings/LOG',
      'postings/MANIFEST-N',
      'postings/N.ldb',
      'postings/SUMS',
    ])
  })

  it('is found in every file, wherever it is, again and again, and only there', async function () {
    this.timeout(600_000)
    for (const path of filesIn(source)) {
      const bits = statSync(join(source, path)).size * 8
      const places = fc.integer({ min: 0, max: bits - 1 })
      await fc.assert(
        fc.asyncProperty(places, async bit => {
          const data = copyOf(source)
          flip(join(data, path), bit)
          // A second time too: looking at LevelDB must not hide what is wrong with it.
          for (let round = 0; round < (path.startsWith('index/') ? 2 : 1); round++) {
            const { findings } = await check(data)
            const named = findings.map(({ file }) => file)
            expect(named, `bit ${bit} of ${path}`).to.include(path)
            expect(new Set(named).size, named.join()).to.equal(1)
            expect(findings.every(({ isDerived }) => isDerived === DERIVED.test(path))).to.equal(true)
          }
        }),
        { numRuns: RUNS, examples: [[0], [bits - 1]] },
      )
    }
  })

  it('is mended where it can be: then the check finds nothing, and the store starts', async function () {
    this.timeout(600_000)
    for (const path of filesIn(source).filter(path => DERIVED.test(path))) {
      const data = copyOf(source)
      flip(join(data, path), Math.floor(Math.random() * statSync(join(data, path)).size * 8))
      await repair(await check(data), data)
      expect((await check(data)).findings, path).to.deep.equal([])
      const nothing = (): never => expect.fail('nothing is left to make again')
      const options = { dir: data, segmentLeaves: SEGMENT_LEAVES, onNotice: nothing, onProgress: nothing }
      const store = await openEmbeddedStore(options)
      expect(store.head.size).to.equal(SIZE)
      await store[Symbol.asyncDispose]()
    }
  })

  it('is left alone where it cannot, with all that would be made from it', async () => {
    for (const path of filesIn(source).filter(path => !DERIVED.test(path))) {
      const data = copyOf(source)
      flip(join(data, path), (8 * 200) % (statSync(join(data, path)).size * 8))
      flip(join(data, 'log/tile/0'), 8 * 100)
      const before = copyOf(data)
      await repair(await check(data), data)
      const { findings } = await check(data)
      expect(
        findings.map(({ file }) => file),
        path,
      ).to.include(path)
      const isLog = path.startsWith('log/') && path !== 'log/commits' // no more is checked than commits tell of
      if (isLog) expect(findings.map(({ file }) => file)).to.include('log/tile/0')
      for (const name of [path, 'log/000001/entries', 'log/commits', 'log/facts']) {
        expect(readFileSync(join(data, name)).equals(readFileSync(join(before, name))), name).to.equal(true)
      }
    }
  })
})
