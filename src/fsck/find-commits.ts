// Where the log ends: its commits read from the first to the last, before anything is compared with them.

import { LedgerError } from '../core/error.ts'
import type { Words } from '../core/words.ts'
import type { LogFile } from '../store/file.ts'
import { type LogMark, markOf, scanCommits } from '../store/log/commits.ts'
import { ORIGIN } from '../store/log/log-end.ts'
import { judgeTail } from './check-frames.ts'
import type { Findings } from './finding.ts'

export const COMMITS = 'log/commits'

export interface CommitsFound {
  /** The last one that reads. */
  readonly last: LogMark
  /** How many batch states they carry. */
  readonly states: number
  /** False when there were more, which do not read: then nothing can be said of what lies beyond. */
  readonly areWhole: boolean
}

/**
 * Where the log ends, by its commits, and how many batch states they carry. `knownEnd`: they are known to reach this far,
 * so that nothing before it was torn by a crash.
 */
export async function findCommits(
  commits: LogFile,
  segmentLeaves: number,
  knownEnd: number,
  findings: Findings,
  notes: Words[],
): Promise<CommitsFound> {
  let last: LogMark = ORIGIN
  let states = 0
  try {
    for await (const frame of scanCommits(commits, 0, segmentLeaves)) {
      last = markOf(frame)
      states += frame.commit.batches.length
    }
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    findings.add({ code: error.code, file: COMMITS, words: error.words, isDerived: false })
    return { last, states, areWhole: false }
  }
  await judgeTail(
    { file: commits, name: COMMITS, code: 'commits_damaged', end: last.commitEnd, knownEnd },
    findings,
    notes,
  )
  return { last, states, areWhole: !findings.has(COMMITS) }
}
