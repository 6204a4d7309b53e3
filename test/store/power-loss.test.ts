// A disk that loses power keeps what was synced, and of the rest any torn part. Whatever part that is, every append that
// returned is there afterwards, the tree goes on from it, and a search finds what it should.

import { expect } from 'chai'
import * as fc from 'fast-check'
import { openEmbeddedStore } from '../../src/store/embedded.ts'
import { expectedRoot, searchAll } from './conformance.ts'
import { freshDirectory, removeDirectories } from './directory.ts'
import { PowerLossDisk } from './faults.ts'
import { makeState, packed } from './leaves.ts'

after(removeDirectories)

describe('embedded store: loss of power', () => {
  it('keeps every acknowledged append, whatever part of the unsynced writes survives', async () => {
    const life = fc.record({
      appends: fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 5 }),
      // Operations of one more append that get through; it has eight or so, and some thirty when it fills a segment.
      cutAfter: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 40 })),
      last: fc.constantFrom(30, 30, 300),
      // Otherwise only the process dies, and the page cache outlives it.
      powerLost: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(life, { minLength: 1, maxLength: 4 }),
        fc.infiniteStream(fc.nat()),
        async (lives, dice) => {
          const dir = freshDirectory()
          const random = (below: number): number => dice.next().value % below
          const disk = new PowerLossDisk(random)
          let acknowledged = 0
          for (const { appends, cutAfter, last, powerLost } of lives) {
            const store = await openEmbeddedStore({ dir, segmentLeaves: 256, files: disk })
            expect(store.head.size).to.be.at.least(acknowledged)
            expect(Buffer.from(store.head.root)).to.deep.equal(Buffer.from(expectedRoot(store.head.size)))
            // What a start has shown may have been signed: it must stay, acknowledged or not.
            acknowledged = store.head.size
            for (const count of appends) {
              const { size } = store.head
              await store.append([{ leaves: packed(size, size + count), state: makeState(`at ${size}`, count) }])
              acknowledged = size + count
            }
            const { size } = store.head
            disk.cutPowerAfter(cutAfter)
            const returned = await store.append([{ leaves: packed(size, size + last) }]).then(
              () => true,
              () => false,
            )
            if (returned) acknowledged = size + last
            await store[Symbol.asyncDispose]()
            if (powerLost) disk.losePower()
            else disk.restart()
          }
          const store = await openEmbeddedStore({ dir, segmentLeaves: 256 })
          const { size, root } = store.head
          expect(size).to.be.at.least(acknowledged)
          expect(Buffer.from(root)).to.deep.equal(Buffer.from(expectedRoot(size)))
          expect(await searchAll(store, { where: { consumer: 'consumer-2' } })).to.deep.equal(
            Array.from({ length: size }, (_, i) => i)
              .filter(i => i % 5 === 2)
              .reverse(),
          )
          await store.readEntries(Array.from({ length: size }, (_, i) => i))
          await store[Symbol.asyncDispose]()
        },
      ),
      { numRuns: Number(process.env.SUYUAN_TEST_RUNS ?? 40) },
    )
  })

  for (const forgetful of [false, true]) {
    const left = forgetful ? 'whose sync failed' : 'that a killed process left unsynced'
    it(`does not build on writes ${left}`, async () => {
      for (let cutAfter = 0; cutAfter < 10; cutAfter++) {
        const dir = freshDirectory()
        const disk = new PowerLossDisk(() => 0, forgetful) // all that was not synced is lost
        const killed = await openEmbeddedStore({ dir, files: disk })
        disk.cutPowerAfter(cutAfter)
        await killed.append([{ leaves: packed(0, 30) }]).catch(() => {})
        await killed[Symbol.asyncDispose]()
        disk.restart()
        const shown = await openEmbeddedStore({ dir, files: disk })
        const { head } = shown
        await shown[Symbol.asyncDispose]()
        disk.losePower()
        const store = await openEmbeddedStore({ dir })
        expect(store.head, `after ${cutAfter} operations`).to.deep.equal(head)
        await store[Symbol.asyncDispose]()
      }
    })
  }

  it('opens again after a start that lost power, with what the process before left unsynced', async () => {
    for (let cutAfter = 0; cutAfter < 16; cutAfter++) {
      const dir = freshDirectory()
      const disk = new PowerLossDisk(() => 0, true)
      const killed = await openEmbeddedStore({ dir, segmentLeaves: 256, files: disk })
      disk.cutPowerAfter(8) // the commit frame is written, and not synced
      await killed.append([{ leaves: packed(0, 30) }]).catch(() => {})
      await killed[Symbol.asyncDispose]()
      disk.cutPowerAfter(cutAfter)
      const opened = await openEmbeddedStore({ dir, segmentLeaves: 256, files: disk }).catch(() => undefined)
      await opened?.[Symbol.asyncDispose]()
      disk.losePower()
      const store = await openEmbeddedStore({ dir, segmentLeaves: 256 })
      expect(store.head.size, `after ${cutAfter} operations`).to.be.oneOf(opened === undefined ? [0, 30] : [30])
      await store[Symbol.asyncDispose]()
    }
  })

  it('ends a segment in steps of which any may be the last', async () => {
    for (const powerLost of [false, true]) {
      let isOver = false
      for (let cutAfter = 0; !isOver; cutAfter++) {
        const dir = freshDirectory()
        const disk = new PowerLossDisk(() => 0) // all that was not synced is lost, and every name that was not
        const store = await openEmbeddedStore({ dir, segmentLeaves: 256, files: disk })
        await store.append([{ leaves: packed(0, 250), state: makeState('first', 250) }])
        disk.cutPowerAfter(cutAfter)
        // Fills the segment, and lies in the next one too; closing puts that one down.
        const appended = await store.append([{ leaves: packed(250, 300), state: makeState('second', 50) }]).then(
          () => true,
          () => false,
        )
        await store[Symbol.asyncDispose]()
        isOver = !disk.isOff
        if (powerLost) disk.losePower()
        else disk.restart()
        const notices: string[] = []
        const onNotice = (notice: string): number => notices.push(notice)
        const again = await openEmbeddedStore({ dir, segmentLeaves: 256, onNotice })
        const where = `${powerLost ? 'power lost' : 'killed'} after ${cutAfter} operations`
        const { size } = again.head
        expect(size, where).to.be.oneOf(appended ? [300] : [250, 300])
        expect(Buffer.from(again.head.root), where).to.deep.equal(Buffer.from(expectedRoot(size)))
        expect(again.findBatch('first')!.ranges).to.deep.equal([{ firstIndex: 0, count: 250 }])
        expect(again.findBatch('second') === undefined, where).to.equal(size === 250)
        expect(await searchAll(again, { where: { source: 'gateway' } }), where).to.have.length(size)
        await again.readEntries(Array.from({ length: size }, (_, i) => i))
        expect(
          notices.filter(notice => !notice.includes('never committed')),
          where,
        ).to.deep.equal([])
        await again[Symbol.asyncDispose]()
      }
    }
  })

  it('needs no rebuild: the mark moves on only after what it covers is on the disk', async () => {
    const dir = freshDirectory()
    const disk = new PowerLossDisk(() => 0)
    const store = await openEmbeddedStore({ dir, segmentLeaves: 256, files: disk })
    for (let at = 0; at < 900; at += 90) await store.append([{ leaves: packed(at, at + 90) }])
    await store[Symbol.asyncDispose]()
    disk.losePower()
    const notices: string[] = []
    const again = await openEmbeddedStore({ dir, segmentLeaves: 256, onNotice: notice => notices.push(notice) })
    expect(notices).to.deep.equal([])
    expect(again.head.size).to.equal(900)
    await again[Symbol.asyncDispose]()
  })
})
