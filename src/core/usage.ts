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
  totals(): UsageTotals
}

export function createTally(): Tally {
  const groups = new Map<string, Writable<UsageGroup>>()
  const all = { records: 0, bytes: 0, rows: 0, outside: 0 }
  return {
    add(row) {
      addTo(all, groups, row)
    },
    totals() {
      // Ties are broken by name, so that the same rows always give the same totals, in the same order.
      const ordered = [...groups.entries()].toSorted(([a, x], [b, y]) => y.records - x.records || (a < b ? -1 : 1))
      return { ...all, groups: ordered.map(([, group]) => group) }
    },
  }
}

function addTo(
  all: { records: number; bytes: number; rows: number; outside: number },
  groups: Map<string, Writable<UsageGroup>>,
  { record, judgement }: UsageRow,
): void {
  const { consumer, purpose, time } = record
  const bytes = record.bytes ?? 0
  const rows = record.rows ?? 0
  const outside = judgement === 'within' ? 0 : 1
  const key = `${consumer}\n${purpose ?? ''}`
  const group = groups.get(key)
  if (group === undefined) {
    groups.set(key, {
      consumer,
      ...(purpose === undefined ? {} : { purpose }),
      records: 1,
      bytes,
      rows,
      outside,
      first: time,
      last: time,
    })
  } else {
    group.records++
    group.bytes += bytes
    group.rows += rows
    group.outside += outside
    if (time < group.first) group.first = time
    if (time > group.last) group.last = time
  }
  all.records++
  all.bytes += bytes
  all.rows += rows
  all.outside += outside
}
