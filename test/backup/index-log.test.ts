// A ledger with an index log, backed up and restored: its keys go along, what is kept of the index does not, and is derived
// again where it was restored; what was anchored is proven from as before.

import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { makeBackup } from '../../src/backup/make.ts'
import { restoreBackup } from '../../src/backup/restore.ts'
import { verifyBackup } from '../../src/backup/verify.ts'
import { checkComplete } from '../../src/core/completeness/answer.ts'
import type { Words } from '../../src/core/words.ts'
import { checkData } from '../../src/fsck/check-data.ts'
import { openEmbeddedStore } from '../../src/store/embedded.ts'
import { PLAIN_PARTS as work } from '../../src/store/working-parts.ts'
import { COMMITS, fillDirectory, openIndexLog, SEGMENT_LEAVES } from '../fsck/scene.ts'
import { copyOf, freshDirectory, removeDirectories } from '../store/directory.ts'
import { failureOf } from '../store/failure.ts'

after(removeDirectories)

const KEY_FILES = ['keys/index.pem', 'keys/index-time.pem']

describe('backup: the index log', function () {
  this.timeout(60_000)
  const source = freshDirectory()
  before(() => fillDirectory(source))

  const backUp = (data: string, to: string, keys: boolean, onNotice: (notice: Words) => void = () => {}) =>
    makeBackup({ data, to, keys, segmentLeaves: SEGMENT_LEAVES, work, now: Date.now, onProgress() {}, onNotice })

  it('has its keys, and nothing of what is derived; restored, it proves what was anchored', async () => {
    const to = freshDirectory()
    const { manifest } = await backUp(source, to, true)
    const paths = manifest.files.map(({ path }) => path)
    expect(paths).to.include.members(KEY_FILES)
    expect(paths.filter(path => path.startsWith('postings'))).to.deep.equal([])
    expect((await verifyBackup(to, work, () => {})).findings).to.deep.equal([])

    const data = freshDirectory()
    await restoreBackup({ from: to, data, work, onProgress() {}, onNotice() {} })
    expect(existsSync(join(data, 'postings'))).to.equal(false)
    {
      await using store = await openEmbeddedStore({ dir: data, segmentLeaves: SEGMENT_LEAVES })
      await using index = await openIndexLog(store, data)
      const size = COMMITS.at(-1)!
      const covered = (await index.coveredAt(size))!
      const { checkpoint } = covered
      const again = await index.cover({ size, checkpoint, root: new Uint8Array(32), time: 0 })
      expect(Buffer.compare(again.head.root, covered.head.root)).to.equal(0)
      const where = { consumer: 'consumer-3' }
      const { trieRoot, proof, postings } = await index.prove({ where }, undefined, { size, index: covered.head })
      expect(checkComplete({ dimension: 'consumer', value: 'consumer-3' }, trieRoot, proof)).to.deep.equal(postings)
      expect(postings.length).to.be.greaterThan(100)
    }
    const { findings, notes } = await checkData({ data, archives: join(data, 'archive'), onProgress() {} })
    expect([findings, notes]).to.deep.equal([[], []])
  })

  it('is not made of a ledger that lacks a key of it', async () => {
    for (const file of KEY_FILES) {
      const data = copyOf(source)
      rmSync(join(data, file))
      const failure = await failureOf(backUp(data, freshDirectory(), true))
      expect(failure).to.have.property('code', 'log_key_lost')
      expect(String(failure)).to.contain(file)
    }
  })

  it('without keys says nothing of what is derived', async () => {
    const told: string[] = []
    const { manifest } = await backUp(source, freshDirectory(), false, ({ en }) => told.push(en))
    expect(manifest.files.map(({ path }) => path).filter(path => /^(keys|postings)/.test(path))).to.deep.equal([])
    expect(told.join()).not.to.contain('postings')
  })
})
