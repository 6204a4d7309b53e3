// The rows of an answer, and their totals: pure, so that the verifier adds up again what the server added up.

import type { Judgement } from './authority.ts'
import type { AccessRecord } from './record.ts'

export interface UsageRow {
  readonly index: number
  readonly record: AccessRecord
  readonly judgement: Judgement
}

/** One line of the totals: what one consumer took for one purpose. */
export interface UsageGroup {
  readonly consumer: string
  /** Absent: undeclared. */
  readonly purpose?: string
  readonly records: number
  readonly bytes: number
  readonly rows: number
  /** Records not within their grant. */
  readonly outside: number
  readonly first: string
  readonly last: string
}

export interface UsageTotals {
  readonly records: number
  readonly bytes: number
  readonly rows: number
  readonly outside: number
  /** By records, most first. */
  readonly groups: readonly UsageGroup[]
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** A running sum over rows. */
export interface Tally {
  add(row: UsageRow): void
  /** Adds what was summed already: any number of rows of one consumer and purpose. */
  addGroup(group: UsageGroup): void
  totals(): UsageTotals
}

export function createTally(): Tally {
  const groups = new Map<string, Writable<UsageGroup>>()
  const all = { records: 0, bytes: 0, rows: 0, outside: 0 }
  return {
    add(row) {
      addTo(all, groups, groupOf(row))
    },
    addGroup(group) {
      addTo(all, groups, group)
    },
    totals() {
      // Ties are broken by name, so that the same rows always give the same totals, in the same order.
      const ordered = [...groups.entries()].toSorted(([a, x], [b, y]) => y.records - x.records || (a < b ? -1 : 1))
      return { ...all, groups: ordered.map(([, group]) => group) }
    },
  }
}

/** One row as a group of its own. */
function groupOf({ record, judgement }: UsageRow): UsageGroup {
  const { consumer, purpose, time, bytes = 0, rows = 0 } = record
  const outside = judgement === 'within' ? 0 : 1
  const named = purpose === undefined ? { consumer } : { consumer, purpose }
  return { ...named, records: 1, bytes, rows, outside, first: time, last: time }
}

function addTo(all: Sums, groups: Map<string, Writable<UsageGroup>>, added: UsageGroup): void {
  const key = `${added.consumer}\n${added.purpose ?? ''}`
  const group = groups.get(key)
  if (group === undefined) {
    groups.set(key, { ...added })
  } else {
    addSums(group, added)
    if (added.first < group.first) group.first = added.first
    if (added.last > group.last) group.last = added.last
  }
  addSums(all, added)
}

interface Sums {
  records: number
  bytes: number
  rows: number
  outside: number
}

function addSums(sums: Sums, { records, bytes, rows, outside }: Readonly<Sums>): void {
  sums.records += records
  sums.bytes += bytes
  sums.rows += rows
  sums.outside += outside
}
