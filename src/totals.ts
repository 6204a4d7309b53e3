// Totals over any number of records, out of the store's columns: no entry is read. The same records give the same totals as
// when each is read and judged (core/usage.ts, which the verifier uses; test/totals.test.ts compares them).

import { setImmediate } from 'node:timers/promises'
import { type GrantTerms, judgeUse } from './core/authority.ts'
import type { Dimension } from './core/question.ts'
import { formatTime } from './core/record.ts'
import { createTally, MOST_GROUPS, type Tally, type UsageTotals } from './core/usage.ts'
import type { Names, Rows } from './store/store.ts'

/** What a sum needs of each record beside its numbers. */
export const SUMMED_DIMENSIONS: readonly Dimension[] = ['resource', 'consumer', 'purpose', 'grant']

/** What the contracts say of grants, as far as the registry has read them. */
export interface Grants {
  terms(id: number): GrantTerms | undefined
}

/** Work at a stretch; then whoever waits has a turn. */
const STRETCH_MS = 5

/** Sums rows that have the `SUMMED_DIMENSIONS`. Given up when the signal aborts. */
export async function sumRows(
  scanned: AsyncIterable<Rows>,
  grants: Grants,
  signal?: AbortSignal,
): Promise<UsageTotals> {
  const tally = createTally()
  let began = performance.now()
  const pause = async (): Promise<void> => {
    if (performance.now() - began < STRETCH_MS) return
    await setImmediate()
    signal?.throwIfAborted()
    began = performance.now()
  }
  let sum: SegmentSum | undefined
  for await (const rows of scanned) {
    signal?.throwIfAborted()
    if (sum?.names !== rows.names) {
      await sum?.addTo(tally, pause)
      sum = new SegmentSum(rows.names, grants)
    }
    await sum.add(rows)
    await pause()
  }
  await sum?.addTo(tally, pause)
  return tally.totals()
}

/** A grant, and the numbers that stand for what it is for; 0 for what no record of the segment names. */
interface KnownGrant {
  readonly terms: GrantTerms | undefined
  readonly names: { readonly resource: number; readonly consumer: number; readonly purpose: number }
}

interface GroupSum {
  readonly consumer: number
  readonly purpose: number
  records: number
  bytes: number
  rows: number
  outside: number
  first: number
  last: number
}

/** No number of a value is as large. */
const IDS = 2 ** 23
/** What a grant is for and no record has: not 0, which is what a record without purpose has. */
const NOBODY = -1

/** The sum over the rows of one segment, by the numbers that its values have there. */
class SegmentSum {
  readonly names: Names
  readonly #grants: Grants
  readonly #known: (KnownGrant | undefined)[] = []
  readonly #groups = new Map<number, GroupSum>()
  /** Of each consumer, the group met last: most consumers have one purpose or few. */
  readonly #lastOf: (GroupSum | undefined)[] = []
  /** What is of no group any more, because there are too many. */
  readonly #others: GroupSum = {
    consumer: -1,
    purpose: -1,
    records: 0,
    bytes: 0,
    rows: 0,
    outside: 0,
    first: 0,
    last: 0,
  }

  constructor(names: Names, grants: Grants) {
    this.names = names
    this.#grants = grants
  }

  async add(rows: Rows): Promise<void> {
    const { grant } = rows.ids
    if (grant === undefined) throw new Error('a sum needs resource, consumer, purpose and grant of each row')
    for (let k = 0; k < grant.length; k++) {
      const id = grant[k]!
      if (id !== 0) this.#known[id] ??= await this.#learn(id)
    }
    this.#add(rows)
  }

  #add({ times, bytes, rows, ids }: Rows): void {
    const { resource, consumer, purpose, grant } = ids
    if (resource === undefined || consumer === undefined || purpose === undefined || grant === undefined) {
      throw new Error('a sum needs resource, consumer, purpose and grant of each row')
    }
    const known = this.#known
    const lastOf = this.#lastOf
    const use = { resource: 0, consumer: 0, purpose: 0 }
    for (let k = 0; k < times.length; k++) {
      use.consumer = consumer[k]!
      if (use.consumer === 0) continue // no access: every one names who took the data
      use.resource = resource[k]!
      use.purpose = purpose[k]!
      const time = times[k]!
      let group = lastOf[use.consumer]
      if (group === undefined || group.purpose !== use.purpose) {
        group = this.#group(use.consumer, use.purpose, time)
        lastOf[use.consumer] = group
      }
      group.records++
      if (bytes[k]! > 0) group.bytes += bytes[k]!
      if (rows[k]! > 0) group.rows += rows[k]!
      if (time < group.first) group.first = time
      if (time > group.last) group.last = time
      const grantOf = known[grant[k]!]
      if (grantOf?.terms === undefined || judgeUse(use, time, grantOf.terms, grantOf.names) !== 'within')
        group.outside++
    }
  }

  /** One group after the other, in the order of their names: so each page of names is read once. */
  async addTo(tally: Tally, pause: () => Promise<void>): Promise<void> {
    if (this.#others.records > 0) {
      for (const sums of [...this.#groups.values(), this.#others]) tally.addUngrouped(sums)
      return
    }
    const groups = [...this.#groups.values()].sort((a, b) => a.purpose - b.purpose || a.consumer - b.consumer)
    for (const { consumer, purpose, first, last, ...sums } of groups) {
      tally.addGroup({
        consumer: await this.names.text('consumer', consumer),
        ...(purpose === 0 ? {} : { purpose: await this.names.text('purpose', purpose) }),
        ...sums,
        first: formatTime(first),
        last: formatTime(last),
      })
      await pause()
    }
  }

  #group(consumer: number, purpose: number, time: number): GroupSum {
    const key = consumer * IDS + purpose
    const known = this.#groups.get(key)
    if (known !== undefined) return known
    if (this.#groups.size >= MOST_GROUPS) return this.#others
    const group = { consumer, purpose, records: 0, bytes: 0, rows: 0, outside: 0, first: time, last: time }
    this.#groups.set(key, group)
    return group
  }

  async #learn(id: number): Promise<KnownGrant> {
    const terms = this.#grants.terms(Number(await this.names.text('grant', id)))
    if (terms === undefined) return NO_GRANT
    const find = async (dimension: Dimension, code: string): Promise<number> =>
      (await this.names.find(dimension, code)) || NOBODY
    const [resource, consumer, purpose] = await Promise.all([
      find('resource', terms.resource),
      find('consumer', terms.consumer),
      find('purpose', terms.purpose),
    ])
    return { terms, names: { resource, consumer, purpose } }
  }
}

const NO_GRANT: KnownGrant = { terms: undefined, names: { resource: NOBODY, consumer: NOBODY, purpose: NOBODY } }
