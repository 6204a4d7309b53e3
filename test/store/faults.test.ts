// The fault table: every write and every sync fails once, in each way it can, at every point of an append, a flush and a
// start. What was acknowledged is there afterwards; what was not is there whole or not at all.

import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import type { LedgerError } from '../../src/core/error.ts'
import { openEmbeddedStore } from '../../src/store/embedded.ts'
import { diskFiles, type Files } from '../../src/store/file.ts'
import type { Store } from '../../src/store/store.ts'
import { expectedRoot, fill, searchAll } from './conformance.ts'
import { copyOf, freshDirectory, removeDirectories } from './directory.ts'
import { failureOf } from './failure.ts'
import { createFaultyFiles, type FaultMode, type FaultPlan } from './faults.ts'
import { makeState, packed } from './leaves.ts'

after(removeDirectories)

const APPENDS = 6
const LEAVES = 110
const SEGMENT_LEAVES = 256

/** Appends until something fails; tells how many appends were acknowledged. */
async function appendAll(store: Store, from: number): Promise<{ acknowledged: number; error?: LedgerError }> {
  for (let k = from; k < APPENDS; k++) {
    try {
      const state = makeState(`batch ${k}`, LEAVES)
      await store.append([{ leaves: packed(k * LEAVES, (k + 1) * LEAVES), state }])
    } catch (error) {
      return { acknowledged: k, error: error as LedgerError }
    }
  }
  return { acknowledged: APPENDS }
}

async function checkWhole(store: Store, acknowledged: number): Promise<number> {
  const { size, root } = store.head
  expect(size % LEAVES, 'whole batches').to.equal(0)
  const appends = size / LEAVES
  expect(appends).to.be.within(acknowledged, acknowledged + 1)
  expect(Buffer.from(root)).to.deep.equal(Buffer.from(expectedRoot(size)))
  for (let k = 0; k < APPENDS; k++) {
    const state = store.findBatch(`batch ${k}`)
    expect(state?.ranges, `batch ${k}`).to.deep.equal(
      k < appends ? [{ firstIndex: k * LEAVES, count: LEAVES }] : undefined,
    )
  }
  const found = await searchAll(store, { where: { provider: 'provider-1' } })
  expect(found).to.deep.equal(
    Array.from({ length: size }, (_, i) => i)
      .filter(i => i % 3 === 1)
      .reverse(),
  )
  await store.readEntries(Array.from({ length: size }, (_, i) => i))
  return appends
}

describe('embedded store: fault table', () => {
  const modes: FaultMode[] = ['refused', 'short', 'persisted']

  for (const mode of modes) {
    it(`keeps what it acknowledged when any operation of an append or flush fails (${mode})`, async () => {
      let failed = 0
      for (let failAt = 0; ; failAt++) {
        const dir = freshDirectory()
        const plan: FaultPlan = { operations: [], failAt: Number.POSITIVE_INFINITY, mode, code: 'ENOSPC' }
        const store = await openEmbeddedStore({ dir, segmentLeaves: SEGMENT_LEAVES, files: createFaultyFiles(plan) })
        plan.failAt = plan.operations.length + failAt
        const { acknowledged, error } = await appendAll(store, 0)
        const where = `operation ${failAt}: ${plan.operations[plan.failAt]}`
        const hit = plan.operations.length > plan.failAt
        if (error !== undefined) {
          expect(error.code, where).to.equal('store_broken')
          expect(error.message, where).to.match(/no space left.*free some and start again/)
          expect(error.retryable).to.equal(true)
          expect((await failureOf(store.append([{ leaves: packed(0, 1) }]))).code, where).to.equal('store_broken')
          expect((await failureOf(store.facts.put({ a: 'b' }))).code, where).to.equal('store_broken')
          expect(store.head.size, where).to.equal(acknowledged * LEAVES)
          await store.readEntries(Array.from({ length: store.head.size }, (_, i) => i))
        }
        await store[Symbol.asyncDispose]()

        const again = await openEmbeddedStore({ dir, segmentLeaves: SEGMENT_LEAVES })
        const from = await checkWhole(again, acknowledged)
        expect((await appendAll(again, from)).error, where).to.equal(undefined)
        await checkWhole(again, APPENDS)
        await again[Symbol.asyncDispose]()
        if (!hit) break
        failed++
      }
      expect(failed).to.be.greaterThan(6 * APPENDS)
    })

    it(`loses nothing when any operation of a start fails (${mode})`, async () => {
      const source = freshDirectory()
      const first = await openEmbeddedStore({ dir: source, segmentLeaves: SEGMENT_LEAVES })
      await appendAll(first, 0)
      await first[Symbol.asyncDispose]()
      // As if nothing derived had been there: the start has everything to do.
      for (const name of ['log/tile/0', 'log/000000/index', 'log/000001/index']) rmSync(join(source, name))
      let failed = 0
      for (let failAt = 0; ; failAt++) {
        const dir = copyOf(source)
        const plan: FaultPlan = { operations: [], failAt, mode, code: 'EIO' }
        const opening = openEmbeddedStore({ dir, segmentLeaves: SEGMENT_LEAVES, files: createFaultyFiles(plan) })
        const outcome = await opening.then(
          store => store,
          (error: unknown) => error as LedgerError,
        )
        const failure = outcome instanceof Error ? outcome : undefined
        if (failure !== undefined) expect(failure.code, plan.operations.at(-1)).to.equal('disk_failing')
        const store =
          outcome instanceof Error ? await openEmbeddedStore({ dir, segmentLeaves: SEGMENT_LEAVES }) : outcome
        await checkWhole(store, APPENDS)
        await store[Symbol.asyncDispose]()
        if (failure === undefined) break
        failed++
      }
      expect(failed).to.be.greaterThan(10)
    })
  }
})

describe('embedded store: places it cannot write', () => {
  const asCode = (code: string): Files => ({
    ...diskFiles,
    open: async path => {
      throw Object.assign(new Error(`${code}: injected, open '${path}'`), { code })
    },
  })

  for (const code of ['EACCES', 'EROFS', 'EPERM']) {
    it(`says that a directory is read-only (${code})`, async () => {
      const dir = freshDirectory()
      const error = await failureOf(openEmbeddedStore({ dir, files: asCode(code) }))
      expect(error.code).to.equal('data_read_only')
      expect(error.message).to.include(dir)
      // The lock was given back: it opens once the cause is gone.
      const store = await openEmbeddedStore({ dir })
      await store[Symbol.asyncDispose]()
    })
  }

  it('says that the name is not a folder', async () => {
    const dir = freshDirectory()
    mkdirSync(join(dir, 'log'), { recursive: true })
    const error = await failureOf(openEmbeddedStore({ dir: join(process.execPath, 'data') }))
    expect(error.code).to.equal('data_unusable')
  })

  it('says that a real read-only file system is read-only, and reopens when it is writable again', async function () {
    const dir = freshDirectory()
    const store = await openEmbeddedStore({ dir })
    await fill(store, 30)
    await store[Symbol.asyncDispose]()
    if (!tryMount(['--bind', dir, dir])) return skip(this, 'mounting is not allowed here: read-only mount not tried')
    try {
      execFileSync('mount', ['-o', 'remount,bind,ro', dir])
      const error = await failureOf(openEmbeddedStore({ dir }))
      expect(error.code).to.equal('data_read_only')
      expect(error.message).to.include(dir)
    } finally {
      execFileSync('umount', [dir])
    }
    const again = await openEmbeddedStore({ dir })
    expect(again.head.size).to.equal(30)
    await again[Symbol.asyncDispose]()
  })

  it('survives a disk that is really full, and goes on when there is space', async function () {
    const dir = freshDirectory()
    mkdirSync(dir, { recursive: true })
    const options = ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', dir]
    if (!tryMount(options)) return skip(this, 'mounting is not allowed here: full disk not tried')
    try {
      let acknowledged = 0
      // Full while appending to the log, or while a segment gets its index; and again at a start while it is still full.
      for (let round = 0; round < 3; round++) {
        const filler = join(dir, 'filler')
        const store = await openEmbeddedStore({ dir, segmentLeaves: 256 })
        expect(store.head.size).to.be.at.least(acknowledged)
        let error: LedgerError | undefined
        while (error === undefined) {
          const { size } = store.head
          try {
            await store.append([{ leaves: packed(size, size + 40), state: makeState(`at ${size}`, 40) }])
            acknowledged = size + 40
          } catch (caught) {
            error = caught as LedgerError
          }
          if (error === undefined && acknowledged % 400 === 0) appendFiller(filler)
        }
        expect(error.code).to.equal('store_broken')
        expect(error.message).to.match(/no space left/i)
        await store[Symbol.asyncDispose]()
        const opened = await openEmbeddedStore({ dir, segmentLeaves: 256 }).then(
          store => store,
          (error: unknown) => error as LedgerError,
        )
        if (opened instanceof Error) expect(opened.code).to.equal('disk_full')
        else await opened[Symbol.asyncDispose]()
        rmSync(filler, { force: true })
      }
      const store = await openEmbeddedStore({ dir, segmentLeaves: 256 })
      const { size, root } = store.head
      expect(size).to.be.at.least(acknowledged)
      expect(Buffer.from(root)).to.deep.equal(Buffer.from(expectedRoot(size)))
      for (let k = 0; k < acknowledged; k += 40) expect(store.findBatch(`at ${k}`)).to.not.equal(undefined)
      await store.append([{ leaves: packed(size, size + 1) }])
      await store[Symbol.asyncDispose]()
    } finally {
      execFileSync('umount', [dir])
    }
  })
})

function appendFiller(path: string): void {
  // Fails when the disk is full, which is what it is for.
  try {
    execFileSync('sh', ['-c', `head -c 200000 /dev/zero >> ${path}`], { stdio: 'ignore' })
  } catch {}
}

function tryMount(options: readonly string[]): boolean {
  try {
    execFileSync('mount', options, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function skip(context: Mocha.Context, reason: string): void {
  console.log(`      ${reason}`)
  context.skip()
}
