// A log large enough to be checked in threads: the same findings, in the same places.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { checkData, type DataReport } from '../../src/fsck/check-data.ts'
import { openEmbeddedStore } from '../../src/store/embedded.ts'
import { copyOf, freshDirectory, removeDirectories } from '../store/directory.ts'
import { packed } from '../store/leaves.ts'
import { quickParts } from '../store/quick-parts.ts'

after(removeDirectories)

const SEGMENT_LEAVES = 16_384
/** Four full segments and a bit; and more than are checked without threads. */
const SIZE = 69_000

describe('fsck: a large log', function () {
  this.timeout(120_000)
  const source = freshDirectory()

  before(async () => {
    const store = await openEmbeddedStore({ dir: source, segmentLeaves: SEGMENT_LEAVES, work: await quickParts() })
    // The sealed parts of these leaves are no vault's; without keys only their order is looked at.
    const leaves = packed(0, 3_000)
    while (store.head.size < SIZE) await store.append([{ leaves }])
    await store[Symbol.asyncDispose]()
  })

  async function check(data: string, told: number[] = []): Promise<DataReport> {
    const onProgress = (done: number, total: number): number => told.push(done / total)
    return checkData({ data, archives: join(data, 'archive'), onProgress })
  }

  it('is whole, and tells how far it has come', async () => {
    const told: number[] = []
    const { findings, size } = await check(copyOf(source), told)
    expect(findings).to.deep.equal([])
    expect(size).to.equal(SIZE)
    expect(told.at(-1)).to.equal(1)
    expect(told.length).to.be.greaterThan(10)
  })

  it('has each of many flipped bits named, by leaf or page', async () => {
    const data = copyOf(source)
    const flip = (name: string, at: number): void => {
      const bytes = readFileSync(join(data, name))
      bytes[at]! ^= 16
      writeFileSync(join(data, name), bytes)
    }
    flip('log/000000/entries', readFileSync(join(data, 'log/000000/entries')).indexOf('resource/5') + 9)
    flip('log/000002/index', 100_000)
    flip('log/000004/index.open', 2_000)
    flip('log/tile/0', 50_000 * 32)
    flip('log/tile/1', 60 * 32)
    flip('log/tile/2', 0)
    const { findings } = await check(data)
    const told = findings.map(
      ({ code, file, words }) => `${code} ${file} ${/(entry|hash|page) \d+/.exec(words.en)?.[0]}`,
    )
    expect(told).to.have.members([
      'log_damaged log/000000/entries entry 5',
      'index_damaged log/000002/index page 6',
      'index_damaged log/000004/index.open page 0',
      'tile_damaged log/tile/0 hash 50000',
      'tile_damaged log/tile/1 hash 60',
      'tile_damaged log/tile/2 hash 0',
    ])
  })
})
