// The records of the log as they are read, in whatever steps: the sources that sign are shown each of them once, in its turn, so
// that nobody reads the log a second time for them.

import type { LogRecord } from '../core/record.ts'
import type { Contradiction } from './checks.ts'
import type { FollowedLog } from './followed-log.ts'
import { readRecords } from './records.ts'
import type { WatchedSources } from './sources.ts'

export class RecordReading {
  readonly #log: FollowedLog
  readonly #sources: WatchedSources | undefined

  constructor(log: FollowedLog, sources: WatchedSources | undefined) {
    this.#log = log
    this.#sources = sources
  }

  /** As `readRecords`. */
  async *read(
    start: number,
    end: number,
    onFault: (found: Contradiction) => Promise<void>,
    signal: AbortSignal,
  ): AsyncGenerator<LogRecord | undefined> {
    const [log, sources] = [this.#log, this.#sources]
    if (sources !== undefined && sources.size > log.size) sources.startAnew()
    // Their file is older than what is read by now, or was lost.
    for await (const record of readRecords(log, sources?.size ?? start, start, onFault, signal)) {
      await sources!.take(record, log, onFault, signal)
    }
    let index = start
    for await (const record of readRecords(log, start, end, onFault, signal)) {
      if (sources?.size === index++) await sources.take(record, log, onFault, signal)
      yield record
    }
  }
}
