// The journal of facts: what it promises when writes fail, when power is lost, when bits flip, and when it is written anew.

import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { expect } from 'chai'
import * as fc from 'fast-check'
import { Level } from 'level'
import { LedgerError } from '../../src/core/error.ts'
import { openEmbeddedStore } from '../../src/store/embedded.ts'
import type { Store } from '../../src/store/store.ts'
import { copyOf, freshDirectory, removeDirectories } from './directory.ts'
import { failureOf } from './failure.ts'
import { createFaultyFiles, type FaultMode, type FaultPlan, PowerLossDisk } from './faults.ts'

after(removeDirectories)

const JOURNAL = 'log/facts'

async function allFacts(store: Store): Promise<Record<string, string>> {
  return Object.fromEntries(await store.facts.list(''))
}

/** The JSON of each frame. */
function framesOf(dir: string): unknown[] {
  const bytes = readFileSync(join(dir, JOURNAL))
  const frames: unknown[] = []
  for (let at = 0; at < bytes.length; ) {
    const json = bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at))
    expect(bytes.readUInt32BE(at + 4)).to.equal(crc32(json))
    frames.push(JSON.parse(json.toString()))
    at += 8 + json.length
  }
  return frames
}

/** A store with four puts, closed as it should be. */
async function makeFacts(): Promise<string> {
  const dir = freshDirectory()
  const store = await openEmbeddedStore({ dir })
  for (let k = 0; k < 4; k++) await store.facts.put({ [`anchor/${k}`]: `value ${k}`, published: `checkpoint ${k}` })
  await store[Symbol.asyncDispose]()
  return dir
}

const FOUR = {
  'anchor/0': 'value 0',
  'anchor/1': 'value 1',
  'anchor/2': 'value 2',
  'anchor/3': 'value 3',
  published: 'checkpoint 3',
}

describe('facts: their journal', () => {
  it('is, byte for byte, what docs/data-directory.md says', async () => {
    const dir = await makeFacts()
    const [head, ...puts] = framesOf(dir)
    expect(head).to.have.property('journal', 'facts')
    expect(head)
      .to.have.property('generation')
      .that.matches(/^[0-9a-f]{16}$/)
    expect(puts).to.have.length(4)
    expect(puts[2]).to.deep.equal({ 'anchor/2': 'value 2', published: 'checkpoint 2' })
    expect(statSync(join(dir, JOURNAL)).mode & 0o777).to.equal(0o600)
  })

  it('is the truth: what LevelDB has is made again from it', async () => {
    const dir = await makeFacts()
    rmSync(join(dir, 'index'), { recursive: true })
    const store = await openEmbeddedStore({ dir })
    expect(await allFacts(store)).to.deep.equal(FOUR)
    await store[Symbol.asyncDispose]()
  })

  it('is read on from where LevelDB stopped', async () => {
    const dir = await makeFacts()
    const older = copyOf(dir)
    const store = await openEmbeddedStore({ dir })
    await store.facts.put({ published: 'checkpoint 4' })
    await store.facts.put({ 'anchor/5': 'value 5' })
    await store[Symbol.asyncDispose]()
    writeFileSync(join(older, JOURNAL), readFileSync(join(dir, JOURNAL)))
    const again = await openEmbeddedStore({ dir: older })
    expect(await allFacts(again)).to.deep.equal({ ...FOUR, published: 'checkpoint 4', 'anchor/5': 'value 5' })
    await again[Symbol.asyncDispose]()
  })

  it('takes many puts at once, in order, with few syncs', async () => {
    const dir = freshDirectory()
    const plan: FaultPlan = { operations: [], failAt: Number.POSITIVE_INFINITY, mode: 'refused', code: 'EIO' }
    const store = await openEmbeddedStore({ dir, files: createFaultyFiles(plan) })
    const before = plan.operations.length
    const puts = Array.from({ length: 500 }, (_, k) => store.facts.put({ last: String(k), [`k/${k}`]: '' }))
    await Promise.all(puts)
    expect(plan.operations.length - before).to.be.lessThan(20)
    expect(await store.facts.get('last')).to.equal('499')
    expect(await store.facts.list('k/')).to.have.length(500)
    await store[Symbol.asyncDispose]()
    expect(framesOf(dir)).to.have.length(501)
  })
})

describe('facts: writes that fail', () => {
  const modes: FaultMode[] = ['refused', 'short', 'persisted']
  for (const mode of modes) {
    it(`keeps what it acknowledged, and the rest whole or not at all (${mode})`, async () => {
      for (let failAt = 0; failAt < 6; failAt++) {
        const dir = freshDirectory()
        const plan: FaultPlan = { operations: [], failAt: Number.POSITIVE_INFINITY, mode, code: 'ENOSPC' }
        const store = await openEmbeddedStore({ dir, files: createFaultyFiles(plan) })
        plan.failAt = plan.operations.length + failAt
        let acknowledged = 0
        let error: LedgerError | undefined
        for (let k = 1; k <= 3 && error === undefined; k++) {
          const put = store.facts.put({ a: String(k), b: String(k) })
          await put.then(
            () => (acknowledged = k),
            (cause: LedgerError) => (error = cause),
          )
        }
        expect(error, `operation ${failAt}`).to.have.property('code', 'store_broken')
        expect((await failureOf(store.facts.put({ a: 'x' }))).code).to.equal('store_broken')
        expect(await store.facts.get('a')).to.equal(acknowledged === 0 ? undefined : String(acknowledged))
        await store[Symbol.asyncDispose]()
        const again = await openEmbeddedStore({ dir })
        const { a, b } = await allFacts(again)
        expect(a).to.equal(b)
        expect(Number(a ?? 0), `operation ${failAt}`).to.be.oneOf([acknowledged, acknowledged + 1])
        await again.facts.put({ a: 'after' })
        await again[Symbol.asyncDispose]()
      }
    })
  }

  it('keeps every acknowledged put through losses of power', async () => {
    const life = fc.record({
      puts: fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 6 }),
      cutAfter: fc.integer({ min: 0, max: 12 }),
      replaces: fc.boolean(),
      powerLost: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(life, { minLength: 1, maxLength: 4 }),
        fc.infiniteStream(fc.nat()),
        async (lives, dice) => {
          const dir = freshDirectory()
          const disk = new PowerLossDisk(below => dice.next().value % below)
          let kept: Record<string, string> = {}
          let number = 0
          for (const { puts, cutAfter, replaces, powerLost } of lives) {
            const store = await openEmbeddedStore({ dir, files: disk })
            const found = await allFacts(store)
            // The one that was under way may be there, whole; nothing else may differ.
            const differing = Object.keys({ ...kept, ...found }).filter(key => found[key] !== kept[key])
            expect(differing.every(key => found[key] === `${number}`)).to.equal(true)
            kept = found
            for (const k of puts) {
              await store.facts.put({ [`key ${k}`]: `${++number}` })
              kept[`key ${k}`] = `${number}`
            }
            disk.cutPowerAfter(cutAfter)
            const last = { 'key 1': `${++number}`, 'key 7': `${number}` }
            const put = replaces ? store.facts.replace(last) : store.facts.put(last)
            await put.then(
              () => Object.assign(kept, last),
              () => {},
            )
            await store[Symbol.asyncDispose]()
            if (powerLost) disk.losePower()
            else disk.restart()
          }
          const store = await openEmbeddedStore({ dir })
          const found = await allFacts(store)
          for (const [key, value] of Object.entries(kept)) expect(found[key]).to.be.oneOf([value, `${number}`])
          await store[Symbol.asyncDispose]()
        },
      ),
      { numRuns: Number(process.env.SUYUAN_TEST_RUNS ?? 40) },
    )
  })
})

describe('facts: damage', () => {
  /** All facts, or the code it was refused with. */
  async function tryFacts(dir: string, notices: string[] = []): Promise<Record<string, string> | string> {
    try {
      const store = await openEmbeddedStore({ dir, onNotice: notice => notices.push(notice) })
      const facts = await allFacts(store)
      await store[Symbol.asyncDispose]()
      return facts
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error
      expect(error.message).to.include(join(dir, JOURNAL))
      return error.code
    }
  }

  it('refuses every shorter journal than LevelDB remembers', async () => {
    const source = await makeFacts()
    for (let size = statSync(join(source, JOURNAL)).size - 1; size >= 0; size -= 13) {
      const dir = copyOf(source)
      truncateSync(join(dir, JOURNAL), size)
      expect(await tryFacts(dir), `${size} bytes`).to.equal('facts_damaged')
    }
    rmSync(join(source, JOURNAL))
    expect(await tryFacts(source)).to.equal('facts_damaged')
  })

  it('refuses a flipped bit in any frame but the last when all has to be read again', async () => {
    const source = await makeFacts()
    rmSync(join(source, 'index'), { recursive: true })
    const good = readFileSync(join(source, JOURNAL))
    for (let at = 0; at < good.length; at++) {
      const dir = copyOf(source)
      const bad = Buffer.from(good)
      bad[at]! ^= 1 << (at % 8)
      writeFileSync(join(dir, JOURNAL), bad)
      const outcome = await tryFacts(dir)
      // Without LevelDB nothing tells a bad last frame from one that a crash tore.
      if (outcome !== 'facts_damaged') expect(outcome, `byte ${at}`).to.include({ published: 'checkpoint 2' })
    }
  })

  it('cuts a torn last frame off, and says so', async () => {
    const source = await makeFacts()
    const dir = copyOf(source)
    const bytes = readFileSync(join(source, JOURNAL))
    writeFileSync(join(dir, JOURNAL), Buffer.concat([bytes, bytes.subarray(-20)]))
    const notices: string[] = []
    expect(await tryFacts(dir, notices)).to.deep.equal(FOUR)
    expect(notices).to.have.length(1)
    expect(readFileSync(join(dir, JOURNAL)).equals(bytes)).to.equal(true)
  })

  it('refuses the journal of another ledger', async () => {
    const [dir, other] = [await makeFacts(), await makeFacts()]
    writeFileSync(join(dir, JOURNAL), readFileSync(join(other, JOURNAL)))
    expect(await tryFacts(dir)).to.equal('facts_damaged')
  })

  it('does not believe LevelDB: what it lost or changed is read again from the journal', async () => {
    const source = await makeFacts()
    const harm: ((database: Level<string, Buffer>) => Promise<void>)[] = [
      database => database.del('f/anchor/2'),
      async database => database.put('f/anchor/2', await database.get('f/anchor/1')),
      async database => {
        const value = await database.get('f/published')
        value[value.length - 1]! ^= 1
        await database.put('f/published', value)
      },
    ]
    for (const change of harm) {
      const dir = copyOf(source)
      const database = new Level<string, Buffer>(join(dir, 'index'), { valueEncoding: 'buffer' })
      await change(database)
      await database.close()
      const notices: string[] = []
      expect(await tryFacts(dir, notices)).to.deep.equal(FOUR)
      expect(notices).to.have.length(1)
    }
  })
})

describe('facts: written anew', () => {
  it('destroys what it replaces, whoever reads meanwhile', async () => {
    const dir = freshDirectory()
    await using store = await openEmbeddedStore({ dir })
    await store.facts.put(Object.fromEntries(Array.from({ length: 3_000 }, (_, k) => [`text/${k}`, `${k}`.repeat(20)])))
    let stopped = false
    const read = async (): Promise<void> => {
      while (!stopped) await Promise.all([store.facts.list('text/'), store.facts.get('text/7')])
    }
    const readers = [read(), read(), read()]
    const left: boolean[] = []
    for (let k = 0; k < 5; k++) {
      const secret = randomBytes(32).toString('hex')
      await store.facts.put({ 'text/7': secret })
      await store.facts.replace({ 'text/7': 'erased' })
      left.push(holds(dir, secret))
      expect(await store.facts.get('text/7')).to.equal('erased')
    }
    stopped = true
    await Promise.all(readers)
    expect(left).to.deep.equal(Array.from({ length: 5 }, () => false))
  })

  /** Whether these bytes are anywhere in the data directory. */
  function holds(dir: string, text: string): boolean {
    try {
      execFileSync('grep', ['-rqaF', text, dir])
      return true
    } catch {
      return false
    }
  }

  it('takes what was replaced out of every file of the store', async () => {
    const dir = freshDirectory()
    const store = await openEmbeddedStore({ dir })
    await store.facts.put({ 'text/1': 'the secret of Li', 'text/2': 'another text' })
    for (let k = 0; k < 50; k++) await store.facts.put({ published: `checkpoint ${k}` })
    expect(holds(dir, 'the secret of Li')).to.equal(true)
    await store.facts.replace({ 'text/1': 'erased' })
    expect(holds(dir, 'the secret of Li'), 'while it runs').to.equal(false)
    const expected = { 'text/1': 'erased', 'text/2': 'another text', published: 'checkpoint 49' }
    expect(await allFacts(store)).to.deep.equal(expected)
    await store.facts.put({ published: 'checkpoint 50' })
    await store[Symbol.asyncDispose]()
    expect(framesOf(dir)).to.have.length(3)
    const again = await openEmbeddedStore({ dir })
    expect(await allFacts(again)).to.deep.equal({ ...expected, published: 'checkpoint 50' })
    await again[Symbol.asyncDispose]()
  })

  it('leaves one journal or the other, whenever it is cut short', async () => {
    for (const powerLost of [false, true]) {
      let isOver = false
      for (let cutAfter = 0; !isOver; cutAfter++) {
        const dir = freshDirectory()
        const disk = new PowerLossDisk(() => 0)
        const store = await openEmbeddedStore({ dir, files: disk })
        for (let k = 0; k < 4; k++)
          await store.facts.put({ [`anchor/${k}`]: `value ${k}`, published: `checkpoint ${k}` })
        disk.cutPowerAfter(cutAfter)
        const replaced = await store.facts.replace({ published: 'erased' }).then(
          () => true,
          () => false,
        )
        await store[Symbol.asyncDispose]()
        isOver = !disk.isOff
        if (powerLost) disk.losePower()
        else disk.restart()
        const again = await openEmbeddedStore({ dir })
        const { published, ...anchors } = await allFacts(again)
        const { published: before, ...expected } = FOUR
        expect(anchors).to.deep.equal(expected)
        expect(published, `after ${cutAfter} operations`).to.be.oneOf(replaced ? ['erased'] : ['erased', before])
        expect(existsSync(join(dir, `${JOURNAL}.new`))).to.equal(false)
        await again.facts.put({ published: 'later' })
        await again[Symbol.asyncDispose]()
        const last = await openEmbeddedStore({ dir })
        expect(await last.facts.get('published')).to.equal('later')
        await last[Symbol.asyncDispose]()
      }
    }
  })

  it('happens by itself when most of a large journal was replaced', async function () {
    this.timeout(60_000)
    const dir = freshDirectory()
    const store = await openEmbeddedStore({ dir })
    const large = 'x'.repeat(2 ** 20)
    for (let k = 0; k < 70; k++) await store.facts.put({ large: `${k}${large}`, [`small/${k}`]: String(k) })
    expect(statSync(join(dir, JOURNAL)).size).to.be.lessThan(20 * 2 ** 20)
    expect(await store.facts.list('small/')).to.have.length(70)
    await store[Symbol.asyncDispose]()
    const again = await openEmbeddedStore({ dir })
    expect(await again.facts.list('small/')).to.have.length(70)
    expect(await again.facts.get('large')).to.equal(`69${large}`)
    await again[Symbol.asyncDispose]()
    expect(readdirSync(join(dir, 'log')).filter(name => name.startsWith('facts'))).to.deep.equal(['facts'])
  })
})
