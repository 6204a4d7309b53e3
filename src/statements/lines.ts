// The lines of the log that name one grant, read from the store and summed up (sum.ts), in the order of the log.

import type { GrantTerms } from '../core/authority.ts'
import { type AccessRecord, decodeEntry, isAccess } from '../core/record.ts'
import type { Store } from '../store/store.ts'
import type { Range } from './ranges.ts'
import { type Limits, type Summed, UsageSum } from './sum.ts'

/** Entries read at a time. */
const READ_AHEAD = 2_000

export type Lines = Pick<Store, 'search' | 'readEntries'>

export interface SummedRange extends Summed {
  /** Where the sum ends: before the range's end where a line is to wait. */
  readonly end: number
  /** Time of the newest line read, milliseconds since 1970. */
  readonly newest: number
}

export interface Asked extends Range {
  /** The sum ends at the first line from this time on: milliseconds since 1970. */
  readonly before?: number
}

export async function sumLines(
  lines: Lines,
  terms: GrantTerms,
  range: Asked,
  limits: Limits,
  signal?: AbortSignal,
): Promise<SummedRange> {
  const usage = new UsageSum(terms, limits)
  let newest = -Infinity
  for await (const { index, entry, record } of linesOf(lines, terms.id, range, signal)) {
    const time = Date.parse(record.time)
    if (range.before !== undefined && time >= range.before) return { ...usage.total(), end: index, newest }
    newest = Math.max(newest, time)
    usage.add(index, entry, record)
  }
  return { ...usage.total(), end: range.end, newest }
}

/** The lines that name the grant, in the order of the log. */
export async function* linesOf(
  lines: Lines,
  grant: number,
  { first, end }: Range,
  signal?: AbortSignal,
): AsyncGenerator<{ readonly index: number; readonly entry: Uint8Array; readonly record: AccessRecord }> {
  const indices: number[] = []
  for await (const run of lines.search({ where: { grant: String(grant) }, below: end, first })) {
    signal?.throwIfAborted()
    for (const index of run) if (index >= first) indices.push(index)
    if ((run.at(-1) ?? first) < first) break // newest first: all that follow are older
  }
  indices.reverse()
  for (let at = 0; at < indices.length; at += READ_AHEAD) {
    signal?.throwIfAborted()
    const some = indices.slice(at, at + READ_AHEAD)
    for (const [k, entry] of (await lines.readEntries(some)).entries()) {
      const record = decodeEntry(entry)
      if (isAccess(record)) yield { index: some[k]!, entry, record }
    }
  }
}
