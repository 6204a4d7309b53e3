// Totals over any number of records, out of the store's columns: no entry is read. The same records give the same totals as
// when each is read and judged (core/usage.ts, which the verifier uses; test/totals.test.ts compares them).

import { type GrantTerms, judgeUse } from './core/authority.ts'
import type { Dimension } from './core/question.ts'
import { formatTime } from './core/record.ts'
import { createTally, type UsageTotals } from './core/usage.ts'
import type { Names, Rows } from './store/store.ts'

/** What a sum needs of each record beside its numbers. */
export const SUMMED_DIMENSIONS: readonly Dimension[] = ['resource', 'consumer', 'purpose', 'grant']

/** What the contracts say of grants, as far as the registry has read them. */
export interface Grants {
  terms(id: number): GrantTerms | undefined
}

/** Sums rows that have the `SUMMED_DIMENSIONS`. */
export async function sumRows(
  scanned: AsyncIterable<Rows>,
  grants: Grants,
  signal?: AbortSignal,
): Promise<UsageTotals> {
  const tally = createTally()
  let sum: SegmentSum | undefined
  const finish = async (): Promise<void> => {
    for (const group of (await sum?.groups()) ?? []) tally.addGroup(group)
  }
  for await (const rows of scanned) {
    signal?.throwIfAborted()
    if (sum?.names !== rows.names) {
      await finish()
      sum = new SegmentSum(rows.names, grants)
    }
    await sum.add(rows)
  }
  await finish()
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

  constructor(names: Names, grants: Grants) {
    this.names = names
    this.#grants = grants
  }

  async add({ times, bytes, rows, ids }: Rows): Promise<void> {
    const { resource, consumer, purpose, grant } = ids
    if (resource === undefined || consumer === undefined || purpose === undefined || grant === undefined) {
      throw new Error('a sum needs resource, consumer, purpose and grant of each row')
    }
    for (const id of grant) if (id !== 0) this.#known[id] ??= await this.#learn(id)
    const use = { resource: 0, consumer: 0, purpose: 0 }
    let group: GroupSum | undefined
    for (let k = 0; k < times.length; k++) {
      use.resource = resource[k]!
      use.consumer = consumer[k]!
      use.purpose = purpose[k]!
      const time = times[k]!
      if (group === undefined || group.consumer !== use.consumer || group.purpose !== use.purpose) {
        group = this.#group(use.consumer, use.purpose, time)
      }
      const { terms, names } = this.#known[grant[k]!] ?? NO_GRANT
      group.records++
      group.bytes += Math.max(0, bytes[k]!)
      group.rows += Math.max(0, rows[k]!)
      if (terms === undefined || judgeUse(use, time, terms, names) !== 'within') group.outside++
      if (time < group.first) group.first = time
      if (time > group.last) group.last = time
    }
  }

  async groups() {
    return Promise.all(
      [...this.#groups.values()].map(async ({ consumer, purpose, first, last, ...sums }) => ({
        consumer: await this.names.text('consumer', consumer),
        ...(purpose === 0 ? {} : { purpose: await this.names.text('purpose', purpose) }),
        ...sums,
        first: formatTime(first),
        last: formatTime(last),
      })),
    )
  }

  #group(consumer: number, purpose: number, time: number): GroupSum {
    const key = consumer * IDS + purpose
    const known = this.#groups.get(key)
    if (known !== undefined) return known
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
