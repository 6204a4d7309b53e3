// The rows of an answer, and their totals: pure, so that the verifier adds up again what the server added up.

import { isOutside, type Judgement } from './authority.ts'
import { type AccessRecord, isAccess, type LogRecord } from './record.ts'

export interface UsageRow {
  readonly index: number
  readonly record: LogRecord
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
  /** By records, most first; none at all where there are more than `MOST_GROUPS`. */
  readonly groups: readonly UsageGroup[]
  /** There are too many groups to tell them apart; the sums are those of all. */
  readonly ungrouped?: true
}

/** A source may name as many purposes as it likes; whoever asks for totals shall not pay for that with memory and time. */
export const MOST_GROUPS = 10_000

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** Of rows that are few enough for groups of their own. */
export function addUp(rows: readonly UsageRow[]): UsageTotals {
  const groups = new Map<string, Writable<UsageGroup>>()
  const all = noSums()
  for (const { record, judgement } of rows) {
    if (!isAccess(record)) continue
    const group = groupOf(record, judgement)
    addSums(all, group)
    addTo(groups, group)
  }
  return { ...all, groups: inOrder(groups) }
}

/** A running sum over rows. */
export interface Tally {
  /** A record that is no access adds nothing. */
  add(row: UsageRow): void
  /** Adds what was summed already: any number of rows of one consumer and purpose. */
  addGroup(group: UsageGroup): void
  /** Adds sums of more groups than are told apart. */
  addUngrouped(sums: Sums): void
  totals(): UsageTotals
}

export function createTally(): Tally {
  const groups = new Map<string, Writable<UsageGroup>>()
  const all = noSums()
  let tooMany = false
  const addGroup = (group: UsageGroup): void => {
    addSums(all, group)
    if (!tooMany) addTo(groups, group)
    tooMany ||= groups.size > MOST_GROUPS
    if (tooMany) groups.clear()
  }
  return {
    add({ record, judgement }) {
      if (isAccess(record)) addGroup(groupOf(record, judgement))
    },
    addGroup,
    addUngrouped(sums) {
      addSums(all, sums)
      tooMany = true
      groups.clear()
    },
    totals() {
      if (tooMany) return { ...all, groups: [], ungrouped: true }
      return { ...all, groups: inOrder(groups) }
    },
  }
}

const noSums = (): Sums => ({ records: 0, bytes: 0, rows: 0, outside: 0 })

/** Ties are broken by name, so that the same rows always give the same totals, in the same order. */
function inOrder(groups: ReadonlyMap<string, UsageGroup>): UsageGroup[] {
  const ordered = [...groups].toSorted(([a, x], [b, y]) => y.records - x.records || (a < b ? -1 : 1))
  return ordered.map(([, group]) => group)
}

/** One access as a group of its own. */
function groupOf(record: AccessRecord, judgement: Judgement): UsageGroup {
  const { consumer, purpose, time, bytes = 0, rows = 0 } = record
  const outside = isOutside(judgement) ? 1 : 0
  const named = purpose === undefined ? {} : { purpose }
  return { consumer, ...named, records: 1, bytes, rows, outside, first: time, last: time }
}

function addTo(groups: Map<string, Writable<UsageGroup>>, added: UsageGroup): void {
  const key = `${added.consumer}\n${added.purpose ?? ''}`
  const group = groups.get(key)
  if (group === undefined) {
    groups.set(key, { ...added })
  } else {
    addSums(group, added)
    if (added.first < group.first) group.first = added.first
    if (added.last > group.last) group.last = added.last
  }
}

export interface Sums {
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
