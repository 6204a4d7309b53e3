// Sources that sign (docs/sources.md): which keys speak for which source, and what came of each. The operator registers
// keys, on record; the door refuses what is not rightly signed; and what is missing, doubled or silent shows.

import type { Log } from './anchoring.ts'
import type { Clock } from './clock.ts'
import { toHex } from './core/bytes.ts'
import { formatTime } from './core/record.ts'
import { type ChainState, countMissing, type FaultSeen, newChain } from './core/source-chain.ts'
import type { LineSources } from './lines/reader.ts'
import { SourceBook } from './sources/book.ts'
import type { RegisteredKey } from './sources/keys.ts'
import {
  openKeys,
  type Registered,
  type Registration,
  type RegistrationParts,
  registerKey,
  retireKey,
} from './sources/registrations.ts'

export interface Sources extends AsyncDisposable {
  /** For the door. */
  readonly lines: LineSources
  /** @throws LedgerError `key_invalid`, `source_key_retired`, `sources_too_many`, `endorsement_invalid` */
  register(asked: Registration): Promise<Registered>
  /** @throws LedgerError `key_invalid`, `source_key_unknown`, `source_key_retired` */
  retire(key: string): Promise<Registered>
  /** What came of each source with a key, by name; and the leaves that it was made from. */
  list(): Promise<{ readonly size: number; readonly sources: readonly SourceReport[] }>
  /** Follows the log, and warns of what is new. */
  run(signal: AbortSignal): Promise<void>
  /** For the metrics: as of the last look. */
  figures(): SourceFigures
}

export interface SourceFigures {
  readonly sources: number
  /** Numbers that are missing, over all keys. */
  readonly missing: number
  readonly silent: number
  /** Faults of sources, without links that merely came twice. */
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

export interface SourcesParts extends RegistrationParts {
  readonly clock: Clock
  readonly log: Log
}

const LOOK_MS = 5_000
/** What is told of one key's holes. */
const HOLES_TOLD = 100
/** A source is silent after so many times the interval it was registered with: one late shipment is none. */
const PATIENCE = 2

export async function openSources(parts: SourcesParts): Promise<Sources> {
  const { store, origin, now, clock, log } = parts
  const keys = await openKeys(parts)
  const book = await SourceBook.open({ store, keys, origin })
  // Registrations one after the other, so that a limit is one.
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work)
    turn = result.catch(() => {})
    return result
  }
  const reports = (): SourceReport[] =>
    keys.names().map(name => reportOf(name, keys.of(name), book, keys.strict, now()))
  const watch = new SourceWatch(log)

  return {
    lines: keys,
    register: asked => inTurn(() => registerKey(parts, keys, asked)),
    retire: key => inTurn(() => retireKey(parts, keys, key)),
    async list() {
      await book.catchUp()
      return { size: book.size, sources: reports() }
    },
    async run(signal) {
      while (!signal.aborted) {
        try {
          await book.catchUp(signal)
          watch.look(reports())
        } catch (error) {
          // Lines are taken all the same: what came of them is read again at the next look.
          if (!signal.aborted) log.error({ error: String(error) }, 'sources: the log could not be read')
        }
        await clock.sleep(LOOK_MS, signal).catch(() => {}) // aborted: the loop's condition says so
      }
    },
    figures: () => figuresOf(reports()),
    async [Symbol.asyncDispose]() {
      await book.save().catch(() => {}) // it is made again from the log
    },
  }
}

/** Warns once of what is missing, at fault or silent, and says when it is well again. */
class SourceWatch {
  readonly #log: Log
  readonly #missing = new Map<string, number>()
  readonly #told = new Map<string, string>()

  constructor(log: Log) {
    this.#log = log
  }

  look(reports: readonly SourceReport[]): void {
    for (const { source, silentSince, keys } of reports) {
      const missing = keys.reduce((sum, key) => sum + key.missing, 0)
      // What comes out of order is there at the next look.
      const stays = missing > 0 && (this.#missing.get(source) ?? 0) > 0
      this.#missing.set(source, missing)
      const faults = keys.reduce((sum, { counts }) => sum + countFaults(counts), 0)
      const isWell = !stays && faults === 0 && silentSince === undefined
      const words = isWell ? undefined : `${stays} ${faults} ${silentSince}`
      if (this.#told.get(source) === words) continue
      if (words === undefined) {
        this.#told.delete(source)
        this.#log.info({ source }, 'sources: nothing is missing any more')
      } else {
        this.#told.set(source, words)
        const since = silentSince === undefined ? {} : { silentSince: formatTime(silentSince) }
        this.#log.warn({ source, missing, faults, ...since }, 'sources: links are missing or at fault, or it is silent')
      }
    }
  }
}

/** Without links that merely came twice, which anybody who has a copy can bring about. */
function countFaults(counts: ChainState['counts']): number {
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

function figuresOf(reports: readonly SourceReport[]): SourceFigures {
  const keys = reports.flatMap(report => report.keys)
  return {
    sources: reports.length,
    missing: keys.reduce((sum, { missing }) => sum + missing, 0),
    silent: reports.filter(({ silentSince }) => silentSince !== undefined).length,
    faults: keys.reduce((sum, { counts }) => sum + countFaults(counts), 0),
  }
}
