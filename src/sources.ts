// Sources that sign (docs/sources.md): which keys speak for which source, and what came of each. The operator registers
// keys, on record; the door refuses what is not rightly signed; and what is missing, doubled or silent shows.

import { setImmediate } from 'node:timers/promises'
import type { Log } from './anchoring.ts'
import type { Clock } from './clock.ts'
import type { Links } from './ingest.ts'
import type { LineSources } from './lines/reader.ts'
import { SourceBook } from './sources/book.ts'
import { SourceLinks } from './sources/links.ts'
import {
  openKeys,
  type Registered,
  type Registration,
  type RegistrationParts,
  registerKey,
  retireKey,
} from './sources/registrations.ts'
import { figuresOf, reportSources, type SourceFigures, type SourceReport } from './sources/report.ts'
import { SourceWatch } from './sources/watch.ts'
import { takeTurns } from './turns.ts'

export interface Sources extends AsyncDisposable {
  /** For the door. */
  readonly lines: LineSources
  /** Which signed lines are on record already. */
  readonly links: Links
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

export interface SourcesParts extends RegistrationParts {
  readonly clock: Clock
  readonly log: Log
}

const LOOK_MS = 5_000

export async function openSources(parts: SourcesParts): Promise<Sources> {
  const { store, origin, now, clock, log } = parts
  const keys = await openKeys(parts)
  const book = await SourceBook.open({ store, keys, origin })
  // Registrations one after the other, so that a limit is one.
  const inTurn = takeTurns()
  const reports = (): SourceReport[] => reportSources(keys, book, now())
  const watch = new SourceWatch(log)

  return {
    lines: keys,
    links: new SourceLinks({ store, book, origin }),
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
        await setImmediate() // whatever the clock is: others have a turn
        await clock.sleep(LOOK_MS, signal).catch(() => {}) // aborted: the loop's condition says so
      }
    },
    figures: () => figuresOf(reports()),
    async [Symbol.asyncDispose]() {
      await book.save().catch(() => {}) // it is made again from the log
    },
  }
}
