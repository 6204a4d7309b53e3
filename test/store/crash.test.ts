// A real process that appends is killed with SIGKILL, again and again: what it acknowledged is there, in place.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect } from 'chai'
import { appendLeaf, emptyFrontier, frontierRoot } from '../../src/core/tree.ts'
import { openEmbeddedStore } from '../../src/store/embedded.ts'
import type { Store } from '../../src/store/store.ts'
import { searchAll } from './conformance.ts'
import { freshDirectory, removeDirectories } from './directory.ts'
import { failureOf } from './failure.ts'
import { makeLeaf } from './leaves.ts'

after(removeDirectories)

const ROUNDS = Number(process.env.SUYUAN_TEST_KILLS ?? 5)
const SEGMENT_LEAVES = 512

/** Starts the appender; `acknowledged` fills as it goes, the promise resolves when it has opened the store. */
async function startAppender(dir: string, acknowledged: Map<number, number>): Promise<ChildProcess> {
  const script = join(import.meta.dirname, 'appender.ts')
  const child = spawn(process.execPath, [script, dir, String(SEGMENT_LEAVES)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })
  await once(lines, 'line')
  lines.on('line', line => {
    const [, at, count] = /^at (\d+) (\d+)$/.exec(line) ?? []
    if (at !== undefined) acknowledged.set(Number(at), Number(count))
  })
  return child
}

async function kill(child: ChildProcess): Promise<void> {
  const closed = once(child, 'close')
  child.kill('SIGKILL')
  await closed
}

async function checkLog(store: Store, acknowledged: ReadonlyMap<number, number>): Promise<void> {
  const { size, root } = store.head
  for (const [at, count] of acknowledged) {
    expect(at + count).to.be.at.most(size)
    const state = store.findBatch(`at ${at}`)
    expect(state?.ranges, `batch at ${at}`).to.deep.equal([{ firstIndex: at, count }])
  }
  const frontier = emptyFrontier()
  const indices = Array.from({ length: size }, (_, i) => i)
  const entries = await store.readEntries(indices)
  for (const i of indices) {
    const { entry, leaf } = makeLeaf(i)
    expect(Buffer.compare(entries[i]!, entry), `entry ${i}`).to.equal(0)
    appendLeaf(frontier, leaf)
  }
  expect(Buffer.from(root)).to.deep.equal(Buffer.from(frontierRoot(frontier)))
  expect(await searchAll(store, { where: { consumer: 'consumer-3' } })).to.have.length(Math.floor((size + 1) / 5))
}

describe('embedded store: processes', () => {
  it(`keeps everything acknowledged through ${ROUNDS} kills, and the tiles of an unbroken tree`, async function () {
    this.timeout(20_000 + ROUNDS * 5_000)
    const dir = freshDirectory()
    const acknowledged = new Map<number, number>()
    for (let round = 0, size = 0; round < ROUNDS || size < 3 * SEGMENT_LEAVES; round++) {
      const before = acknowledged.size
      const child = await startAppender(dir, acknowledged)
      while (acknowledged.size === before) await new Promise(resolve => setTimeout(resolve, 5))
      await new Promise(resolve => setTimeout(resolve, Math.random() * 150))
      await kill(child)
      const store = await openEmbeddedStore({ dir, segmentLeaves: SEGMENT_LEAVES })
      await checkLog(store, acknowledged)
      size = store.head.size
      await store[Symbol.asyncDispose]()
    }
    const tiles = ['tile/0', 'tile/1'].map(name => readFileSync(join(dir, 'log', name)))
    const rebuilt = await openEmbeddedStore({ dir, segmentLeaves: SEGMENT_LEAVES, rebuild: true })
    await checkLog(rebuilt, acknowledged)
    await rebuilt[Symbol.asyncDispose]()
    for (const [k, name] of ['tile/0', 'tile/1'].entries()) {
      expect(readFileSync(join(dir, 'log', name)).equals(tiles[k]!), name).to.equal(true)
    }
  })

  it('refuses a second process, and the directory is free as soon as the first is killed', async () => {
    const dir = freshDirectory()
    const acknowledged = new Map<number, number>()
    const child = await startAppender(dir, acknowledged)
    const error = await failureOf(openEmbeddedStore({ dir, segmentLeaves: SEGMENT_LEAVES }))
    expect(error.code).to.equal('data_in_use')
    expect(error.message).to.include(dir).and.to.include('stop it')
    await kill(child)
    const store = await openEmbeddedStore({ dir, segmentLeaves: SEGMENT_LEAVES })
    await checkLog(store, acknowledged)
    const second = await failureOf(openEmbeddedStore({ dir, segmentLeaves: SEGMENT_LEAVES }))
    expect(second.code, 'in the same process').to.equal('data_in_use')
    await store[Symbol.asyncDispose]()
  })
})
