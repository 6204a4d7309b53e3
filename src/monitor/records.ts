// The entries of the log read as records, and what is wrong with one that is none, shown so that anybody sees it.

import { LedgerError } from '../core/error.ts'
import { decodeEntry, type LogRecord } from '../core/record.ts'
import { Contradiction } from './checks.ts'
import type { FollowedLog } from './followed-log.ts'

/** The record of each leaf; undefined, after it was told of, where the entry is none. */
export async function* readRecords(
  log: FollowedLog,
  start: number,
  end: number,
  onFault: (found: Contradiction) => Promise<void>,
  signal: AbortSignal,
): AsyncGenerator<LogRecord | undefined> {
  for await (const [index, entry] of log.entries(start, end, signal)) {
    let record: LogRecord | undefined
    try {
      record = decodeEntry(entry)
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error
      await onFault(await invalidEntry(log, index, error, signal))
    }
    yield record
  }
}

async function invalidEntry(
  log: FollowedLog,
  index: number,
  { words }: LedgerError,
  signal: AbortSignal,
): Promise<Contradiction> {
  return new Contradiction(
    'entry-invalid',
    `leaf ${index}`,
    {
      en: `Leaf ${index} of the log is no canonical record: ${words.en}`,
      zh: `日志第 ${index} 片叶不是规范的记录：${words.zh}`,
    },
    await log.provenEntry(index, signal),
  )
}
