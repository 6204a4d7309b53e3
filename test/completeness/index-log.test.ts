// The index log beside a store, with every step of it failing in turn: it only grows, each epoch states what the log makes,
// and what it states can be proven from.

import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { IndexLog } from '../../src/completeness/index-log.ts'
import { POSTINGS_FOLDER } from '../../src/completeness/open-kept.ts'
import { checkCheckpoint } from '../../src/core/checkpoint.ts'
import { checkComplete } from '../../src/core/completeness/answer.ts'
import { encodeEpoch } from '../../src/core/completeness/epoch.ts'
import { hashLeaf } from '../../src/core/hash.ts'
import { checkConsistency, checkInclusion, consistencyNodes, proveConsistency } from '../../src/core/proof.ts'
import { type LogKey, openLogKey } from '../../src/log-key.ts'
import type { Published } from '../../src/published.ts'
import { openEmbeddedStore } from '../../src/store/embedded.ts'
import type { Store } from '../../src/store/store.ts'
import { TestFacts, TestLog } from '../chain/fixtures.ts'
import { freshDirectory, removeDirectories } from '../store/directory.ts'
import { failureOf } from '../store/failure.ts'
import { packed } from '../store/leaves.ts'
import { derivedRoot } from './plain-index.ts'

after(removeDirectories)

const ORIGIN = 'example.org/use'
const SEGMENT = 256
const SIZES = [40, 300, 301, 700, 1_100]

describe('the index log', () => {
  let store: Store
  let logKey: LogKey
  const published: Published[] = []

  before(async () => {
    store = await openEmbeddedStore({ dir: freshDirectory(), segmentLeaves: SEGMENT })
    logKey = await openLogKey({ dir: freshDirectory(), origin: ORIGIN, facts: new TestFacts() })
    for (const [k, size] of SIZES.entries()) {
      await store.append([{ leaves: packed(SIZES[k - 1] ?? 0, size) }])
      const { head } = store
      published.push({ ...head, checkpoint: logKey.sign(head, 1_800_000_000 + k), time: 1_800_000_000 + k })
    }
  })
  after(() => store[Symbol.asyncDispose]())

  const open = (
    dir: string,
    facts: TestFacts,
    readColumns: Store['readColumns'] = (...asked) => store.readColumns(...asked),
    log = new TestLog(),
  ) =>
    IndexLog.open({
      store: { scan: (...asked) => store.scan(...asked), readColumns, facts },
      dir,
      origin: ORIGIN,
      now: () => 1_800_000_000_000,
      log,
      stretchLeaves: SEGMENT,
    })

  /** What must hold of an index log, whatever happened to it. */
  const requireSound = async (index: IndexLog): Promise<void> => {
    // What a failed write left on the disk is taken up by the next start; no store writes on after one.
    const epochs = await index.epochs.from(0, 1_000)
    expect(epochs.length).to.be.at.least(index.epochs.head.size)
    for (const [k, { size, trieRoot, checkpoint }] of epochs.entries()) {
      expect(checkCheckpoint(checkpoint, logKey.verifierKey).checkpoint.size).to.equal(size)
      const wanted = derivedRoot(
        epochs.slice(0, k + 1).map(epoch => epoch.size),
        SEGMENT,
      )
      expect(Buffer.compare(trieRoot, wanted), `epoch ${k}`).to.equal(0)
    }
    const told = index.checkpoint()
    if (told === undefined) return
    const { checkpoint } = checkCheckpoint(told, index.key.verifierKey)
    expect(checkpoint.origin).to.equal(`${ORIGIN}/index`)
    expect(checkpoint.size).to.be.at.most(index.epochs.head.size)
  }

  const requireProvable = async (index: IndexLog, size: number): Promise<void> => {
    const { head } = (await index.coveredAt(size))!
    const epoch = (await index.epochs.ofSize(size))!
    const where = { consumer: 'consumer-3', resource: 'resource/2' }
    const answer = await index.prove({ where }, undefined, { size, index: { size: head.size } })
    expect(Buffer.compare(answer.trieRoot, epoch.trieRoot)).to.equal(0)
    const leaf = hashLeaf(encodeEpoch(epoch))
    expect(checkInclusion(head.size - 1, head.size, leaf, head.root, answer.inclusion)).to.equal(true)
    const question = { dimension: answer.by, value: where[answer.by as keyof typeof where] }
    expect(checkComplete(question, answer.trieRoot, answer.proof)).to.deep.equal(answer.postings)
    expect(answer.postings.length).to.be.greaterThan(0)
  }

  it('covers checkpoints, each with an epoch that is what the log makes, and grows only', async () => {
    const facts = new TestFacts()
    await using index = await open(freshDirectory(), facts)
    expect(index.checkpoint()).to.equal(undefined)
    let before = { size: 0, root: index.epochs.head.root }
    for (const [k, checkpoint] of published.entries()) {
      const { head, checkpoint: covered } = await index.cover(checkpoint)
      expect(covered).to.equal(checkpoint.checkpoint)
      expect(head.size).to.equal(k + 1)
      const proof = proveConsistency(
        before.size,
        head.size,
        await index.epochs.readNodes(consistencyNodes(before.size, head.size)),
      )
      expect(checkConsistency(before.size, head.size, before.root, head.root, proof)).to.equal(true)
      before = head
      await requireProvable(index, checkpoint.size)
      expect((await index.cover(checkpoint)).head.size, 'covered already').to.equal(k + 1)
    }
    await requireSound(index)
    await requireProvable(index, SIZES[0]!)
    expect(await index.coveredAt(299)).to.equal(undefined)
    await index.release(SIZES[3]!)
    await requireProvable(index, SIZES[3]!)
    expect(await requireProvable(index, SIZES[2]!).catch(error => error.code)).to.equal('index_behind')
  })

  it('says of what was released meanwhile that it is to be asked again, and of damage that it is damage', async () => {
    await using index = await open(freshDirectory(), new TestFacts())
    await index.cover(published[0]!)
    await index.cover(published[3]!)
    const whole = { where: { resource: 'resource/2' } }
    const blind = await open(freshDirectory(), new TestFacts())
    await blind.cover(published[0]!)
    await blind[Symbol.asyncDispose]() // its thread answers no more, though its root is still kept
    const code = (of: IndexLog): Promise<unknown> =>
      of.prove(whole, undefined, { size: 40, index: { size: 1 } }).then(
        () => 'proven',
        (error: unknown) => (error as { code: unknown }).code,
      )
    expect(await code(index)).to.equal('proven')
    expect(await code(blind)).to.equal('index_damaged')
    const asked = code(index)
    await index.release(SIZES[3]!)
    expect(['proven', 'index_behind']).to.include(await asked)
    expect(await code(index)).to.equal('index_behind')
  })

  it('goes on after every write that failed, whether it came to the disk or not', async () => {
    for (const how of ['lost', 'persisted'] as const) {
      for (let step = 0; step < 10; step++) {
        const [dir, facts] = [freshDirectory(), new TestFacts()]
        let puts = 0
        facts.fail = () => (puts++ === step ? how : undefined)
        let index: IndexLog | undefined
        for (const checkpoint of [published[0]!, published[1]!, published[4]!]) {
          try {
            index ??= await open(dir, facts)
            await index.cover(checkpoint)
          } catch (error) {
            expect(error).to.have.property('code', 'store_broken')
            if (index !== undefined) await requireSound(index)
            await index?.[Symbol.asyncDispose]() // only a start can tell what reached the disk
            index = undefined
          }
        }
        expect(puts, `${how} ${step}`).to.be.greaterThan(step)
        index ??= await open(dir, facts)
        await index.cover(published[4]!)
        await requireSound(index)
        await requireProvable(index, SIZES.at(-1)!)
        await index[Symbol.asyncDispose]()
      }
    }
  }).timeout(300_000)

  it('can be asked again when it could not even be made anew, and says so meanwhile', async () => {
    const [dir, facts] = [freshDirectory(), new TestFacts()]
    let fails = false
    await using index = await open(dir, facts, (...asked) => {
      if (!fails) return store.readColumns(...asked)
      // As on a disk that takes nothing more: what is kept can be neither read nor made.
      renameSync(dir, `${dir}.gone`)
      writeFileSync(dir, '')
      fails = false
      throw new Error('no room')
    })
    await index.cover(published[1]!)
    fails = true
    for (let k = 0; k < 2; k++) {
      const error = await failureOf(index.cover(published[3]!))
      expect(error).to.include({ code: 'index_unusable', retryable: true })
      await index.release(SIZES[3]!) // as each round of anchoring does first
      const asked = await failureOf(
        index.prove({ where: { source: 'exchange-3' } }, undefined, { size: SIZES[1]!, index: { size: 1 } }),
      )
      expect(asked).to.include({ code: 'index_unusable', retryable: true })
    }
    rmSync(dir)
    renameSync(`${dir}.gone`, dir)
    await index.cover(published[3]!)
    await requireSound(index)
    await requireProvable(index, SIZES[3]!)
  })

  it('ends an epoch that was interrupted while it grew, though the log has grown on', async () => {
    for (const failing of [1, 2, 3, 4]) {
      const [dir, facts] = [freshDirectory(), new TestFacts()]
      const stop = new AbortController()
      let reads = 0
      const index = await open(dir, facts, (...asked) => {
        if (++reads === failing) stop.abort(new Error('closing'))
        return store.readColumns(...asked)
      })
      const covered = await index.cover(published[3]!, stop.signal).catch(String)
      if (failing < 3) expect(covered).to.equal('Error: closing')
      await index[Symbol.asyncDispose]()
      await using again = await open(dir, facts)
      await again.cover(published[4]!)
      expect((await again.epochs.from(0, 9)).map(({ size }) => size)).to.deep.equal([700, 1_100])
      await requireSound(again)
      await requireProvable(again, 700)
    }
  })

  it('makes what is derived again when it is gone, cannot be read, is behind, ahead or wrong', async () => {
    const [dir, facts] = [freshDirectory(), new TestFacts()]
    const folder = join(dir, POSTINGS_FOLDER)
    const first = await open(dir, facts)
    await first.cover(published[0]!)
    await first.cover(published[2]!)
    await first[Symbol.asyncDispose]()
    const damages: Readonly<Record<string, () => Promise<void> | void>> = {
      gone: () => rmSync(folder, { recursive: true }),
      'not a folder of LevelDB': () => {
        rmSync(folder, { recursive: true })
        writeFileSync(folder, 'no folder')
      },
      'a changed log': async () => {
        const name = (await readdir(folder)).find(file => file.endsWith('.log'))!
        writeFileSync(join(folder, name), 'x')
      },
      'ahead, and nobody knows of what': async () => {
        const ahead = await open(dir, new TestFacts())
        await ahead.cover(published[4]!)
        await ahead[Symbol.asyncDispose]()
      },
      'of another log': async () => {
        rmSync(folder, { recursive: true })
        const other = await openEmbeddedStore({ dir: freshDirectory(), segmentLeaves: SEGMENT })
        await other.append([{ leaves: packed(1_000, 1_200) }])
        await using wrong = await open(dir, new TestFacts(), (...asked) => other.readColumns(...asked))
        await wrong.cover({ ...published[0]!, size: 40 })
        await other[Symbol.asyncDispose]()
      },
    }
    for (const [what, damage] of Object.entries(damages)) {
      if (what.startsWith('ahead')) rmSync(join(dir, 'keys'), { recursive: true, force: true })
      await damage()
      rmSync(join(dir, 'keys'), { recursive: true, force: true })
      for (const key of facts.values.keys()) if (!/epoch|covering/.test(key)) facts.values.delete(key)
      await using again = await open(dir, facts)
      await again.catchUp()
      await requireProvable(again, SIZES[2]!) // with nothing new to cover
      const { head } = await again.cover(published[2]!)
      expect(head.size, what).to.equal(2)
      await requireSound(again)
      await requireProvable(again, SIZES[2]!)
    }
  })

  it('removes nothing that could not be made again', async () => {
    const [dir, facts] = [freshDirectory(), new TestFacts()]
    const first = await open(dir, facts)
    await first.cover(published[0]!)
    await first[Symbol.asyncDispose]()
    const folder = join(dir, POSTINGS_FOLDER)
    const name = (await readdir(folder)).find(file => file.endsWith('.log'))!
    writeFileSync(join(folder, name), 'x')
    facts.values.set('pruned/000000', '{}')
    const before = await readdir(folder)
    expect(await open(dir, facts).catch(error => error.code)).to.equal('index_lost')
    expect(await readdir(folder)).to.deep.equal(before)
  })

  it('ends when the log does not make what an epoch states', async () => {
    const [dir, facts] = [freshDirectory(), new TestFacts()]
    const first = await open(dir, facts)
    await first.cover(published[0]!)
    await first[Symbol.asyncDispose]()
    const [key, leaf] = [...facts.values].find(([name]) => name.startsWith('index/epoch/'))!
    facts.values.set(key, `${'0'.repeat(64)}${leaf.slice(64)}`)
    expect(await open(dir, facts).catch(error => error.code)).to.equal('log_differs') // of what was published
    facts.values.delete('index/checkpoint')
    rmSync(join(dir, POSTINGS_FOLDER), { recursive: true })
    await using again = await open(dir, facts)
    expect(await again.cover(published[1]!).catch(error => error.code)).to.equal('index_differs')
    expect(again.epochs.head.size).to.equal(1)
  })
})
