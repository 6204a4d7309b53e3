// Many clients, one disk: which batches a commit takes.

import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'chai'
import { createGroupCommit, type GroupCommit } from '../src/group-commit.ts'
import { createMemoryStore } from '../src/store/memory.ts'
import type { NewBatch, Store } from '../src/store/store.ts'
import { packed } from './store/leaves.ts'

const CLIENTS = 10
const ROUNDS = 40
/** Turns of the event loop that the disk takes for a commit: in which all clients could be read. */
const DISK_TURNS = CLIENTS

describe('group commit', () => {
  let groups: number[]
  let commit: GroupCommit

  beforeEach(() => {
    const store = createMemoryStore()
    groups = []
    const slow = Object.create(store, {
      append: {
        value: async (batches: readonly NewBatch[]) => {
          groups.push(batches.length)
          for (let k = 0; k < DISK_TURNS; k++) await turn()
          return store.append(batches)
        },
      },
      head: { get: () => store.head },
    }) as Store
    commit = createGroupCommit(slow, { sign: ({ size }) => `tree of ${size}` }, () => 0)
  })

  it('takes one that comes alone at once', async () => {
    for (let k = 0; k < 3; k++) await commit.commit({ leaves: packed(k, k + 1) })
    expect(groups).to.deep.equal([1, 1, 1])
  })

  it('lets one half of the clients be read while the other is written, however they came first', async () => {
    // The processor reads one batch a turn, whoever sends it.
    let processor = Promise.resolve()
    const read = (): Promise<void> => (processor = processor.then(() => turn()))
    let next = 0
    const client = async (): Promise<void> => {
      for (let k = 0; k < ROUNDS; k++) {
        const { firstIndex } = await commit.commit({ leaves: packed(next, ++next) })
        expect(firstIndex).to.be.lessThan(CLIENTS * ROUNDS)
        await read()
      }
    }
    // One comes first and all the others while it is written.
    await Promise.all(Array.from({ length: CLIENTS }, client))
    const settled = groups.slice(8, -8)
    expect(Math.min(...settled), groups.join(' ')).to.be.at.least(CLIENTS / 2 - 1)
    expect(Math.max(...settled), groups.join(' ')).to.be.at.most(CLIENTS / 2 + 1)
  })
})
