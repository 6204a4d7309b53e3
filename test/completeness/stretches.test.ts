// The index out of a store: from its columns, whether a segment is open, full or read again, to nodes in a LevelDB.

import { expect } from 'chai'
import type { NamedStretch } from '../../src/completeness/columns.ts'
import { KeptIndex } from '../../src/completeness/kept-index.ts'
import { LevelDisk } from '../../src/completeness/level-disk.ts'
import { Nodes } from '../../src/completeness/nodes.ts'
import { growTo } from '../../src/completeness/stretches.ts'
import { packLeaves } from '../../src/core/leaves.ts'
import { openEmbeddedStore } from '../../src/store/embedded.ts'
import { longestTurn } from '../longest-turn.ts'
import { freshDirectory, removeDirectories } from '../store/directory.ts'
import { makeRecord, packed, toLeaf } from '../store/leaves.ts'
import { derivedRoot } from './plain-index.ts'

after(removeDirectories)

/** Leaves of a segment, and of a stretch. */
const SEGMENT = 256

describe('the index of a store', () => {
  it('is what the plain way derives from its records, and grows on where it was stopped', async () => {
    const [data, index] = [freshDirectory(), freshDirectory()]
    const epochs = [100, 256, 900, 901, 1_400]
    let start = 0
    for (const [k, size] of epochs.entries()) {
      await using store = await openEmbeddedStore({ dir: data, segmentLeaves: SEGMENT })
      await using disk = await LevelDisk.open(index)
      for (let at = start; at < size; at += 50) await store.append([{ leaves: packed(at, Math.min(at + 50, size)) }])
      const kept = KeptIndex.open(new Nodes(disk))
      await growTo(kept, store, size, { most: SEGMENT })
      expect(kept.size).to.equal(size)
      await kept.pin()
      expect(Buffer.compare(kept.root, derivedRoot(epochs.slice(0, k + 1), SEGMENT)), `${size}`).to.equal(0)
      await kept.release(size)
      start = size
    }
  })

  it('holds up nobody while it reads very many values', async () => {
    const leaves = 2 ** 16
    await using store = await openEmbeddedStore({ dir: freshDirectory(), segmentLeaves: leaves })
    for (let first = 0; first < leaves; first += 1_024) {
      const some = Array.from({ length: 1_024 }, (_, k) =>
        toLeaf({ ...makeRecord(first + k), source: `S${first + k}`, actor: `A${first + k}` }),
      )
      await store.append([{ leaves: packLeaves(some) }])
    }
    const taken = {
      size: 0,
      async begin() {},
      async add({ stretch }: NamedStretch) {
        this.size += stretch.times.length
      },
    }
    const longest = await longestTurn(() => growTo(taken, store, leaves, { most: leaves }))
    expect(taken.size).to.equal(leaves)
    expect(longest, 'ms without a turn for anybody else').to.be.lessThan(60)
  })

  it('asks for stretches that lie in one segment, and for leaves that are there', async () => {
    await using store = await openEmbeddedStore({ dir: freshDirectory(), segmentLeaves: SEGMENT })
    await store.append([{ leaves: packed(0, 300) }])
    await using disk = await LevelDisk.open(freshDirectory())
    const kept = (): KeptIndex => KeptIndex.open(new Nodes(disk))
    expect(await growTo(kept(), store, 300, { most: 512 }).catch(String)).to.match(/more than one segment/)
    expect(await growTo(kept(), store, 301, { most: SEGMENT }).catch(String)).to.match(
      /cannot begin at 0, on the way to 300/,
    )
    const whole = kept()
    await growTo(whole, store, 300, { most: SEGMENT })
    await whole.pin()
    expect(await growTo(whole, store, 301, { most: SEGMENT }).catch(String)).to.match(/leaf 300 is not in a tree/)
  })
})
