// The index derived again from the entries, in threads and in one, in memory and beside it: what the service made, and the
// plain way, is what fsck makes; what is damaged is not judged.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import * as fc from 'fast-check'
import { IndexLog } from '../../src/completeness/index-log.ts'
import { MemoryTrie } from '../../src/completeness/memory-trie.ts'
import type { Words } from '../../src/core/words.ts'
import { checkData, type DataReport } from '../../src/fsck/check-data.ts'
import { IndexRootsCheck } from '../../src/fsck/check-index-roots.ts'
import { Findings } from '../../src/fsck/finding.ts'
import { SegmentBlocks } from '../../src/fsck/segment-blocks.ts'
import { StretchEnds } from '../../src/fsck/stretch-ends.ts'
import type { ToldEpoch } from '../../src/fsck/told-facts.ts'
import { growAll, type TrieWork } from '../../src/fsck/trie-work.ts'
import { ValueTrie } from '../../src/fsck/value-trie.ts'
import { createQuickHashEach, PLAIN_HASH_EACH } from '../../src/hashing/hash-each.ts'
import { compileLines } from '../../src/lines/wasm.ts'
import { openLogKey } from '../../src/log-key.ts'
import { openEmbeddedStore } from '../../src/store/embedded.ts'
import { SegmentColumns } from '../../src/store/index/columns.ts'
import { createPlainDictionary } from '../../src/store/index/dictionary.ts'
import { TestLog } from '../chain/fixtures.ts'
import { derivedRoot } from '../completeness/plain-index.ts'
import { copyOf, freshDirectory, removeDirectories } from '../store/directory.ts'
import { packed } from '../store/leaves.ts'
import { quickParts } from '../store/quick-parts.ts'

after(removeDirectories)

const NO_WHY: Words = { en: '', zh: '' }

async function* told(sizes: readonly number[], roots: readonly Uint8Array[]): AsyncGenerator<ToldEpoch> {
  for (const [k, size] of sizes.entries()) {
    const epoch = { size, trieRoot: roots[k]!, root: new Uint8Array(32), checkpoint: '' }
    yield { key: `index/epoch/${String(k).padStart(16, '0')}`, leaf: new Uint8Array(0), epoch }
  }
}

const trieWork = (trie: ValueTrie): TrieWork => ({
  grow: stretches => growAll(trie, stretches),
  [Symbol.asyncDispose]: () => trie[Symbol.asyncDispose](),
})

/** As fsck does it, segment by segment. */
async function derive(sizes: readonly number[], segment: number, stretch: number, most: number, wrong = -1) {
  const hashEach = most % 2 === 0 ? createQuickHashEach(await compileLines()) : PLAIN_HASH_EACH
  const blocks = new SegmentBlocks(hashEach)
  const roots = sizes.map((_, k) => derivedRoot(sizes.slice(0, k + 1), stretch))
  if (wrong >= 0) roots[wrong] = new Uint8Array(32)
  const [findings, notes]: [Findings, Words[]] = [new Findings(), []]
  await using check = new IndexRootsCheck(
    new StretchEnds(told(sizes, roots), stretch),
    trieWork(new ValueTrie(new MemoryTrie(hashEach), most)),
    findings,
    notes,
  )
  const size = sizes.at(-1)! + 3
  for (let number = 0; number * segment < size; number++) {
    const [start, end] = [number * segment, Math.min(size, (number + 1) * segment)]
    const columns = new SegmentColumns(number, segment, createPlainDictionary())
    const leaves = packed(start, end)
    columns.append({ ...leaves, values: leaves.values }, new Float64Array(end - start + 1), [])
    await check.take(number, blocks.added(columns, await check.endsOf(number, end)), NO_WHY)
  }
  await check.end()
  expect(notes).to.deep.equal([])
  return findings.all
}

const sizes = fc
  .uniqueArray(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 12 })
  .map(all => all.sort((a, b) => a - b))

describe('fsck: the index derived again', function () {
  this.timeout(120_000)

  it('is that of the plain way, wherever epochs, segments and stretches end, in memory or not', async () => {
    await fc.assert(
      fc.asyncProperty(
        sizes,
        fc.constantFrom(64, 256),
        fc.constantFrom(1, 4),
        fc.constantFrom(1, 20, 1_000),
        async (ends, stretch, many, most) => {
          expect(await derive(ends, stretch * many, stretch, most)).to.deep.equal([])
        },
      ),
      { numRuns: 25 },
    )
    expect(readdirSync(tmpdir()).filter(name => name.startsWith('suyuan-fsck-'))).to.deep.equal([])
  })

  it('names each epoch that states another, and no other', async () => {
    for (const wrong of [0, 2]) {
      const findings = await derive([40, 300, 301, 700], 256, 256, 1_000, wrong)
      expect(findings.map(({ code, isDerived }) => [code, isDerived])).to.deep.equal([['index_differs', false]])
      expect(findings[0]!.words.en).to.contain(`index/epoch/000000000000000${wrong} states the index ${'0'.repeat(64)}`)
    }
  })

  it('ends where an epoch does not read, with a note', async () => {
    async function* gap(): AsyncGenerator<ToldEpoch> {
      yield* told([40], [derivedRoot([40], 256)])
      yield { key: 'index/epoch/0000000000000001', leaf: new Uint8Array(0), epoch: undefined }
    }
    const [findings, notes]: [Findings, Words[]] = [new Findings(), []]
    await using check = new IndexRootsCheck(
      new StretchEnds(gap(), 256),
      trieWork(new ValueTrie(new MemoryTrie())),
      findings,
      notes,
    )
    const columns = new SegmentColumns(0, 256, createPlainDictionary())
    columns.append(packed(0, 256), new Float64Array(257), [])
    await check.take(0, new SegmentBlocks(PLAIN_HASH_EACH).added(columns, await check.endsOf(0, 256)), NO_WHY)
    await check.end()
    expect(findings.all).to.deep.equal([])
    expect(notes.map(({ en }) => en).join()).to.contain('where epoch 1 of the index log ends cannot be told')
  })

  describe('of a log that is checked in threads', () => {
    const source = freshDirectory()
    const SEGMENT = 16_384
    const check = (data: string): Promise<DataReport> =>
      checkData({ data, archives: join(data, 'archive'), onProgress() {} })

    before(async () => {
      await using store = await openEmbeddedStore({ dir: source, segmentLeaves: SEGMENT, work: await quickParts() })
      const [origin, dir] = ['fsck.test/log', source]
      const key = await openLogKey({ dir, origin, facts: store.facts })
      await using index = await IndexLog.open({
        store,
        dir,
        origin,
        now: () => 1_700_000_000_000,
        log: new TestLog(),
        stretchLeaves: SEGMENT,
      })
      const leaves = packed(0, 3_000)
      for (let k = 0; store.head.size < 69_000; k++) {
        await store.append([{ leaves }])
        if (k % 7 !== 3 && k % 5 !== 0) continue
        const time = 1_700_000_000 + k
        await index.cover({ ...store.head, time, checkpoint: key.sign(store.head, time) })
      }
    })

    it('is what the service made', async () => {
      const { findings, notes } = await check(copyOf(source))
      expect(findings).to.deep.equal([])
      expect(notes).to.deep.equal([])
    })

    it('is not compared behind an entry that is damaged, which is said', async () => {
      const data = copyOf(source)
      const path = join(data, 'log/000002/entries')
      const bytes = readFileSync(path)
      bytes[bytes.indexOf('consumer-3') + 9]! ^= 1
      writeFileSync(path, bytes)
      const { findings, notes } = await check(data)
      expect(findings.map(({ file }) => file)).to.include('log/000002/entries')
      expect(findings.map(({ code }) => code)).not.to.include('index_differs')
      expect(notes.map(({ en }) => en).join()).to.contain('log/000002 has entries that are damaged')
    })
  })
})
