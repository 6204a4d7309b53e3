// What came of each source with a key, for people: out of the records of its keys, and of the book of its links.

import { toHex } from '../core/bytes.ts'
import { type ChainState, countMissing, type FaultSeen, newChain } from '../core/source-chain.ts'
import type { SourceBook } from './book.ts'
import type { RegisteredKey, SourceKeys } from './keys.ts'

export interface SourceFigures {
  readonly sources: number
  /** Numbers that are missing, over all keys. */
  readonly missing: number
  readonly silent: number
  /** Faults of sources, over all keys: `countOwnFaults`. */
  readonly faults: number
}

export interface SourceReport {
  readonly source: string
  /** Whether its unsigned lines are refused. */
  readonly strict: boolean
  /** It ships at least once in so many seconds, by its newest registration that says so. */
  readonly every?: number
  /** The newest time that a record of it states, ms since 1970. */
  readonly heard?: number
  /** Since when it is silent, ms since 1970: nothing was heard in twice the time it should ship in. */
  readonly silentSince?: number
  /** Its unsigned records since its first key was registered. */
  readonly unsigned: number
  readonly keys: readonly KeyReport[]
}

export interface KeyReport extends Omit<RegisteredKey, 'record' | 'key'> {
  readonly links: number
  readonly next: number
  readonly missing: number
  readonly holes: readonly { readonly from: number; readonly to: number }[]
  /** Further holes are not told one by one. */
  readonly lost: boolean
  readonly faults: readonly FaultSeen[]
  readonly counts: ChainState['counts']
}

/** What is told of one key's holes. */
const HOLES_TOLD = 100
/** A source is silent after so many times the interval it was registered with: one late shipment is none. */
const PATIENCE = 2

/** All of them, by name. */
export function reportSources(keys: SourceKeys, book: SourceBook, now: number): SourceReport[] {
  return keys.names().map(name => reportOf(name, keys.of(name), book, keys.strict, now))
}

/** All but those that are not the source's doing; `again` may be. */
export function countOwnFaults(counts: ChainState['counts']): number {
  return Object.entries(counts).reduce((sum, [kind, count]) => (kind === 'repeated' ? sum : sum + count), 0)
}

function reportOf(
  source: string,
  keys: readonly RegisteredKey[],
  book: SourceBook,
  strict: ReadonlySet<string>,
  now: number,
): SourceReport {
  const { unsigned, heard, chains } = book.state(source)
  const current = keys.filter(({ retired }) => retired === undefined)
  const every = current.findLast(({ record }) => record.every !== undefined)?.record.every
  const last = Math.max(heard ?? 0, Date.parse(keys[0]!.since.time))
  const isSilent = every !== undefined && now - last > every * 1000 * PATIENCE
  return {
    source,
    strict: strict.has(source),
    ...(every === undefined ? {} : { every }),
    ...(heard === undefined ? {} : { heard }),
    ...(isSilent ? { silentSince: last } : {}),
    unsigned,
    keys: keys.map(({ key, vkey, since, retired, follows, ends }) => {
      const chain = chains[toHex(key.id)] ?? newChain()
      const { links, next, holes, lost, faults, counts } = chain
      const told = holes.slice(0, HOLES_TOLD).map(({ from, to }) => ({ from, to }))
      // What the key itself said that it made, and did not come.
      const isCut = ends !== undefined && ends > next && told.length < HOLES_TOLD
      return {
        vkey,
        since,
        ...(retired === undefined ? {} : { retired }),
        ...(follows === undefined ? {} : { follows }),
        ...(ends === undefined ? {} : { ends }),
        links,
        next,
        missing: countMissing(chain, ends),
        holes: isCut ? [...told, { from: next, to: ends - 1 }] : told,
        lost: lost !== undefined || holes.length > told.length,
        faults,
        counts,
      }
    }),
  }
}

export function figuresOf(reports: readonly SourceReport[]): SourceFigures {
  const keys = reports.flatMap(report => report.keys)
  return {
    sources: reports.length,
    missing: keys.reduce((sum, { missing }) => sum + missing, 0),
    silent: reports.filter(({ silentSince }) => silentSince !== undefined).length,
    faults: keys.reduce((sum, { counts }) => sum + countOwnFaults(counts), 0),
  }
}
