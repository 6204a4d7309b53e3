// The operator is told of holes, faults and silence once each, and when all is well again.

import type { Log } from '../anchoring.ts'
import { formatTime } from '../core/record.ts'
import { countOwnFaults, type SourceReport } from './report.ts'

/** Warns once of what is missing, at fault or silent, and says when it is well again. */
export class SourceWatch {
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
      const faults = keys.reduce((sum, { counts }) => sum + countOwnFaults(counts), 0)
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
