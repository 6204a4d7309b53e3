// A segment on its way into an archive, and out of it: any step may be the last, or may fail, and nothing is lost.

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { expect } from 'chai'
import { makeArchived, openLog, PRUNING, SIZE, sign } from './archives.ts'
import { expectedRoot, fill, searchAll } from './conformance.ts'
import { copyOf, freshDirectory, removeDirectories } from './directory.ts'
import { failureOf } from './failure.ts'
import { createFaultyFiles, type FaultPlan, PowerLossDisk } from './faults.ts'
import { makeLeaf, packed } from './leaves.ts'

after(removeDirectories)

/** Everything is there, wherever it is; from leaf `first` on. */
async function expectWhole(dir: string, where: string, first = 0): Promise<void> {
  const store = await openLog(dir)
  expect(Buffer.from(store.head.root), where).to.deep.equal(Buffer.from(expectedRoot(SIZE)))
  const all = Array.from({ length: SIZE - first }, (_, k) => first + k)
  const entries = await store.readEntries(all)
  expect(
    entries.every((entry, k) => Buffer.from(entry).equals(makeLeaf(all[k]!).entry)),
    where,
  ).to.equal(true)
  for (const i of all.filter(i => i % 4 === 0)) {
    expect(Buffer.from((await store.readSealed(i))!).toString(), where).to.equal(`sealed part of ${i}`)
  }
  if (first === 0) expect(await searchAll(store, { where: {} }), where).to.have.length(SIZE)
  await store[Symbol.asyncDispose]()
}

async function makeLog(): Promise<string> {
  const dir = freshDirectory()
  const store = await openLog(dir)
  await fill(store, SIZE)
  await store[Symbol.asyncDispose]()
  return dir
}

describe('archive: a crash on the way', () => {
  let log: string

  before(async () => {
    log = await makeLog()
  })

  for (const powerLost of [false, true]) {
    it(`loses nothing, whichever step was the last (${powerLost ? 'power lost' : 'killed'})`, async function () {
      this.timeout(120_000)
      const seen = new Set<string>()
      let isOver = false
      for (let cutAfter = 0; !isOver; cutAfter++) {
        for (const random of [() => 0, () => 1]) {
          const dir = copyOf(log)
          const disk = new PowerLossDisk(random)
          const store = await openLog(dir, { files: disk })
          const checkpoint = await sign(store)
          disk.cutPowerAfter(cutAfter)
          await store.old.archive(0, checkpoint).catch(() => {})
          isOver = !disk.isOff
          await store[Symbol.asyncDispose]()
          if (powerLost) disk.losePower()
          else disk.restart()
          seen.add(
            [
              existsSync(join(dir, 'log/000000/entries')) ? 'entries' : '',
              existsSync(join(dir, 'log/000000/sealed')) ? 'sealed' : '',
              existsSync(join(dir, 'archive/000000.archive')) ? 'archive' : '',
              existsSync(join(dir, 'archive/000000.archive.new')) ? 'draft' : '',
            ].join(' '),
          )
          const where = `after ${cutAfter} operations`
          await expectWhole(dir, where)
          // What was left half done is cleared away, and can be done again.
          expect(existsSync(join(dir, 'archive/000000.archive.new')), where).to.equal(false)
          const again = await openLog(dir)
          if (again.old.list()[0]!.place === 'log') await again.old.archive(0, await sign(again))
          await again[Symbol.asyncDispose]()
          expect(readdirSync(join(dir, 'log/000000')), where).to.deep.equal(['index'])
          await expectWhole(dir, where)
        }
      }
      expect([...seen]).to.include.members(['entries sealed  draft', 'entries sealed archive ', '  archive '])
    })
  }

  it('goes on as it was when a write fails before the archive has its name; after it, a start decides', async function () {
    this.timeout(120_000)
    const plan: FaultPlan = { operations: [], failAt: Number.POSITIVE_INFINITY, mode: 'refused', code: 'ENOSPC' }
    for (const mode of ['refused', 'short', 'persisted'] as const) {
      for (let k = 0; ; k++) {
        const dir = copyOf(log)
        const faults = { ...plan, operations: [], mode }
        const store = await openLog(dir, { files: createFaultyFiles(faults) })
        const checkpoint = await sign(store)
        faults.failAt = faults.operations.length + k
        const failed = await store.old.archive(0, checkpoint).then(
          () => undefined,
          (error: unknown) => error,
        )
        const operation = faults.operations[faults.failAt]
        if (failed === undefined && operation === undefined) {
          await store[Symbol.asyncDispose]()
          break
        }
        const where = `${mode}: ${operation}`
        const [entry] = await store.readEntries([100])
        expect(Buffer.from(entry!).equals(makeLeaf(100).entry), where).to.equal(true)
        const isBroken = (await store.facts.put({ a: 'b' }).catch(() => 'broken')) === 'broken'
        // Only once it began to remove the segment's own files.
        if (isBroken) expect(operation, where).to.match(/^(remove|sync) .*(000000|sealed|entries)$/)
        await store[Symbol.asyncDispose]()
        await expectWhole(dir, where)
      }
    }
  })

  it('prunes in steps of which any may be the last', async function () {
    this.timeout(120_000)
    const archived = await makeArchived(2)
    for (const powerLost of [false, true]) {
      let isOver = false
      for (let cutAfter = 0; !isOver; cutAfter++) {
        const dir = copyOf(archived)
        const disk = new PowerLossDisk(() => 0)
        const store = await openLog(dir, { files: disk })
        disk.cutPowerAfter(cutAfter)
        await store.old.prune(0, PRUNING).catch(() => {})
        isOver = !disk.isOff
        await store[Symbol.asyncDispose]()
        if (powerLost) disk.losePower()
        else disk.restart()
        const again = await openLog(dir)
        const [state] = again.old.list()
        await again[Symbol.asyncDispose]()
        // Either it is on record, and nothing is left; or it is not, and everything is there.
        expect(existsSync(join(dir, 'log/000000'))).to.equal(state!.place === 'archive')
        expect(existsSync(join(dir, 'archive/000000.archive'))).to.equal(state!.place === 'archive')
        await expectWhole(dir, `after ${cutAfter} operations`, state!.place === 'pruned' ? 256 : 0)
      }
    }
  })
})

describe('archive: what a start finds', () => {
  let archived: string
  let plain: string

  before(async () => {
    plain = await makeLog()
    archived = copyOf(plain)
    const store = await openLog(archived)
    for (const number of [0, 1]) await store.old.archive(number, await sign(store))
    await store[Symbol.asyncDispose]()
  })

  const both = (): string => {
    const dir = copyOf(archived)
    for (const name of ['entries', 'sealed']) cpSync(join(plain, 'log/000000', name), join(dir, 'log/000000', name))
    return dir
  }

  it('both: the files win, if they are whole, and the archive is made again', async () => {
    const dir = both()
    const notices: string[] = []
    const store = await openLog(dir, { onNotice: notice => notices.push(notice) })
    expect(notices.join('\n')).to.include('000000.archive: was not done with')
    expect(store.old.list().map(({ place }) => place)).to.deep.equal(['log', 'archive'])
    await store[Symbol.asyncDispose]()
    await expectWhole(dir, 'both')
  })

  it('both, but the files are not whole: the archive wins', async () => {
    for (const name of ['entries', 'sealed']) {
      const [gone, short] = [both(), both()]
      rmSync(join(gone, 'log/000000', name))
      writeFileSync(join(short, 'log/000000', name), readFileSync(join(plain, 'log/000000', name)).subarray(1))
      for (const dir of [gone, short]) {
        await expectWhole(dir, name)
        expect(existsSync(join(dir, 'log/000000/entries'))).to.equal(false)
      }
    }
  })

  it('both, but the archive has no head: the files are used', async () => {
    const dir = both()
    const path = join(dir, 'archive/000000.archive')
    writeFileSync(path, 'no archive')
    await expectWhole(dir, 'no head')
    const notices: string[] = []
    const store = await openLog(dir, { onNotice: notice => notices.push(notice) })
    expect(notices.join('\n')).to.match(/000000\.archive does not read.*not erased in that file/)
    // It is in nobody's way: it stands until a whole one takes its place.
    expect(readFileSync(path).toString()).to.equal('no archive')
    await store.old.archive(0, await sign(store))
    expect(store.old.list()[0]!.place).to.equal('archive')
    await store[Symbol.asyncDispose]()
    await expectWhole(dir, 'made again')
  })

  it('neither: refused, with the name of the archive that is missing', async () => {
    for (const [dir, options] of [
      [copyOf(archived), {}],
      [copyOf(archived), { archives: freshDirectory() }],
    ] as const) {
      if (!('archives' in options)) rmSync(join(dir, 'archive/000001.archive'))
      const error = await failureOf(openLog(dir, options))
      expect(error.code).to.equal('log_truncated')
      expect(error.message).to.match(/log\/00000[01]\/entries is not there, nor the archive \/.*\/00000[01]\.archive/)
      // And the refusal made nothing that would look like a segment.
      expect(existsSync(join(dir, 'log/000001/entries'))).to.equal(false)
    }
  })

  it('an archive of another ledger, or another segment: refused', async () => {
    const other = copyOf(archived)
    const swapped = copyOf(archived)
    cpSync(join(archived, 'archive/000001.archive'), join(swapped, 'archive/000000.archive'))
    expect(await failureOf(openLog(swapped))).to.have.property('code', 'archive_foreign')
    const stranger = freshDirectory()
    const store = await openLog(stranger)
    await fill(store, 5)
    for (let at = 5; at < SIZE; at += 100) await store.append([{ leaves: packed(at + 1, at + 101) }])
    await store.old.archive(0, await sign(store))
    await store[Symbol.asyncDispose]()
    cpSync(join(stranger, 'archive/000000.archive'), join(other, 'archive/000000.archive'))
    expect(await failureOf(openLog(other))).to.have.property('code', 'archive_foreign')
  })

  it('an archive of another ledger beside own files: they are used, whole or not, and both are left alone', async () => {
    const made = freshDirectory()
    mkdirSync(made)
    const foreign = await openLog(join(made, 'data'))
    for (let at = 0; at < SIZE; at += 100) await foreign.append([{ leaves: packed(at + 1, at + 101) }])
    await foreign.old.archive(0, await sign(foreign))
    const archive = readFileSync(join(made, 'data/archive/000000.archive'))
    await foreign[Symbol.asyncDispose]()
    for (const name of ['000000', '000003', '000007']) {
      const dir = copyOf(plain)
      mkdirSync(join(dir, 'archive'))
      const bytes = Buffer.from(archive)
      bytes.writeUInt32BE(Number.parseInt(name, 16), 8)
      bytes.writeUInt32BE(crc32(bytes.subarray(0, 124)), 124)
      writeFileSync(join(dir, `archive/${name}.archive`), bytes)
      await expectWhole(dir, name)
      expect(existsSync(join(dir, `log/${name}/entries`))).to.equal(name !== '000007')
      expect(readFileSync(join(dir, `archive/${name}.archive`)).equals(bytes)).to.equal(true)
    }
  })

  it('no folder, no marks, no index: all of it is made again from the archives', async () => {
    const dir = copyOf(archived)
    rmSync(join(dir, 'log/000000'), { recursive: true })
    await expectWhole(dir, 'no folder')
    rmSync(join(dir, 'index'), { recursive: true })
    rmSync(join(dir, 'log/tile'), { recursive: true })
    rmSync(join(dir, 'log/000001'), { recursive: true })
    await expectWhole(dir, 'nothing derived')
    expect(readdirSync(join(dir, 'log/000001'))).to.deep.equal(['index'])
  })

  it('archives in a directory of their own, moved by the operator', async () => {
    const dir = copyOf(archived)
    const archives = join(freshDirectory(), 'cold')
    mkdirSync(archives, { recursive: true })
    cpSync(join(dir, 'archive'), archives, { recursive: true })
    rmSync(join(dir, 'archive'), { recursive: true })
    const store = await openLog(dir, { archives })
    expect(store.old.list().map(({ place }) => place)).to.deep.equal(['archive', 'archive'])
    await store.readEntries([0, 300])
    await store[Symbol.asyncDispose]()
  })
})
