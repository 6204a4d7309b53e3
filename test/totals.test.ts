// Totals out of columns are those of the records, each read and judged by itself.

import { expect } from 'chai'
import * as fc from 'fast-check'
import { type GrantTerms, judgeAuthority } from '../src/core/authority.ts'
import { packLeaves } from '../src/core/leaves.ts'
import type { AccessRecord } from '../src/core/record.ts'
import { createTally, MOST_GROUPS, type UsageTotals } from '../src/core/usage.ts'
import { createQuery } from '../src/query.ts'
import { openEmbeddedStore } from '../src/store/embedded.ts'
import { createMemoryStore } from '../src/store/memory.ts'
import type { Search, Store } from '../src/store/store.ts'
import { longestTurn } from './longest-turn.ts'
import { freshDirectory, removeDirectories } from './store/directory.ts'
import { makeRecord, START, toLeaf } from './store/leaves.ts'

after(removeDirectories)

const resource = fc.constantFrom('a', 'b', 'c')
const consumer = fc.constantFrom('x', 'y', 'z"')
const purpose = fc.constantFrom('LegalCompliance', 'Research', 'Other')
const time = fc.integer({ min: 0, max: 100 }).map(minute => START + minute * 60_000)

const record: fc.Arbitrary<AccessRecord> = fc
  .record(
    {
      resource,
      consumer,
      time,
      purpose,
      grant: fc.integer({ min: 1, max: 5 }),
      rows: fc.nat(9),
      bytes: fc.nat(2 ** 40),
    },
    { requiredKeys: ['resource', 'consumer', 'time'] },
  )
  .map(({ time, ...fields }) => {
    const { bytes: _, rows: __, grant: ___, purpose: ____, ...bare } = makeRecord(1)
    return { ...bare, ...fields, time: new Date(time).toISOString() }
  })

const terms: fc.Arbitrary<GrantTerms> = fc.record(
  {
    id: fc.integer({ min: 1, max: 4 }),
    resource: fc.oneof(resource, fc.constant('never seen')),
    consumer,
    purpose: fc.oneof(purpose, fc.constant('never seen')),
    from: time,
    until: time,
    grantedAt: time,
    revokedAt: time,
    endedAt: time,
    suspensions: fc.array(fc.record({ from: time, until: time }, { requiredKeys: ['from'] }), { maxLength: 2 }),
  },
  { requiredKeys: ['id', 'resource', 'consumer', 'purpose', 'from', 'until'] },
)

const question = fc.record(
  { where: fc.record({ resource, consumer, purpose }, { requiredKeys: [] }), from: time, to: time },
  { requiredKeys: ['where'] },
)

/** Every record read and judged. */
async function sumRecords(store: Store, search: Search, grants: ReadonlyMap<number, GrantTerms>): Promise<UsageTotals> {
  const tally = createTally()
  for await (const indices of store.search(search)) {
    for (const [k, entry] of (await store.readEntries(indices)).entries()) {
      const record = JSON.parse(Buffer.from(entry).toString()) as AccessRecord
      const grant = record.grant === undefined ? undefined : grants.get(record.grant)
      tally.add({ index: indices[k]!, record, judgement: judgeAuthority(record, grant) })
    }
  }
  return tally.totals()
}

describe('totals', () => {
  for (const [name, open] of [
    ['in memory', async () => createMemoryStore()],
    ['on the disk', () => openEmbeddedStore({ dir: freshDirectory(), segmentLeaves: 256 })],
  ] as const) {
    it(`are those of the records (${name})`, async () => {
      const lines = fc.array(record, { minLength: 1, maxLength: 700, size: 'max' })
      const property = fc.asyncProperty(
        lines,
        fc.array(terms),
        fc.array(question, { maxLength: 4 }),
        fc.nat(),
        async (lines, granted, questions, cut) => {
          await using store = await open()
          const grants = new Map(granted.map(grant => [grant.id, grant]))
          for (let at = 0; at < lines.length; at += 100) {
            await store.append([{ leaves: packLeaves(lines.slice(at, at + 100).map(record => toLeaf(record))) }])
          }
          const query = createQuery({ store, grants: { terms: id => grants.get(id) }, published: () => store.head })
          for (const question of [{ where: {} }, ...questions]) {
            for (const below of [lines.length, cut % lines.length]) {
              expect(await query.totals(question, below)).to.deep.equal(
                await sumRecords(store, { ...question, below }, grants),
              )
            }
          }
        },
      )
      await fc.assert(property, { numRuns: 30 })
    })
  }

  it('add up what has too many groups to tell apart, and hold up nobody meanwhile', async () => {
    const records = MOST_GROUPS + 3_000
    const segmentLeaves = 4_096 // some full, and one open
    await using store = await openEmbeddedStore({ dir: freshDirectory(), segmentLeaves })
    for (let first = 0; first < records; first += 1_000) {
      const leaves = Array.from({ length: 1_000 }, (_, k) =>
        toLeaf({ ...makeRecord(first + k), purpose: `P${first + k}`, rows: 1 }),
      )
      await store.append([{ leaves: packLeaves(leaves) }])
    }
    const query = createQuery({ store, grants: { terms: () => undefined }, published: () => store.head })
    const found: Awaited<ReturnType<typeof query.totals>>[] = []
    const longest = await longestTurn(async () => {
      for (const groups of [records, MOST_GROUPS]) found.push(await query.totals({ where: {} }, groups))
    })
    const [all, few] = [found[0]!, found[1]!]
    expect(all).to.deep.include({ records, rows: records, groups: [], ungrouped: true })
    expect(few.groups).to.have.length(MOST_GROUPS)
    expect(few).not.to.have.property('ungrouped')
    expect(longest, 'ms without a turn for anybody else').to.be.lessThan(250)
  })
})
