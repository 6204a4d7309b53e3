// LevelDB, all of which is derived: its files against what they were when it was closed, its marks and its batch states
// against the commits.
//
// A database that changed since it was closed is not opened: LevelDB would leave out what it cannot read, write its files
// anew, and nobody could find again what had been found.

import { join } from 'node:path'
import { LedgerError } from '../core/error.ts'
import { inBoth } from '../core/words.ts'
import { isThere } from '../missing.ts'
import { explainFailure } from '../store/directory.ts'
import { FactsIndex, type FactsMark } from '../store/facts/facts-index.ts'
import type { LogFile } from '../store/file.ts'
import { checkSums } from '../store/level/folder-sums.ts'
import { BATCH_RANGE, batchKey, SEGMENT_KEY } from '../store/level/keys.ts'
import { LevelIndex } from '../store/level/level.ts'
import { type CommitFrame, type LogMark, scanCommits } from '../store/log/commits.ts'
import { checkValues, type Put } from './check-values.ts'
import type { Findings } from './finding.ts'

const INDEX = 'index'

export interface OpenDatabase {
  readonly index: LevelIndex
  readonly factsMark: FactsMark | undefined
  /** Where the commits are known to have ended once. */
  readonly knownEnd: number
  readonly segmentLeaves: number | undefined
}

/**
 * Opens LevelDB, and with it takes the lock. Undefined, and found, when it changed or cannot be opened.
 * @throws LedgerError `data_in_use`, `data_format_unknown` and others of a directory that is not this ledger's to check
 */
export async function openDatabase(data: string, findings: Findings): Promise<OpenDatabase | undefined> {
  if (!(await isThere(join(data, INDEX)))) {
    findings.derived('index_damaged', INDEX, { en: 'it is not there', zh: '不存在' })
    return undefined
  }
  const { changed } = await checkSums(join(data, INDEX))
  for (const name of changed) {
    findings.derived('index_damaged', `${INDEX}/${name}`, {
      en: 'it is not what it was when the ledger was closed',
      zh: '与账本关闭时不同',
    })
  }
  if (changed.length > 0) return undefined
  let index: LevelIndex | undefined
  try {
    index = await LevelIndex.open(join(data, INDEX), true)
    const { mark: factsMark } = await FactsIndex.open(index.database, index.directory)
    const knownEnd = Math.max(index.mark?.commitEnd ?? 0, index.open?.commitEnd ?? 0, await index.findClosed())
    const leaves = await index.database.get(SEGMENT_KEY)
    return { index, factsMark, knownEnd, segmentLeaves: leaves === undefined ? undefined : Number(leaves.toString()) }
  } catch (error) {
    await index?.close()
    const failure = explainFailure(error, data)
    if (failure instanceof LedgerError && failure.code !== 'index_damaged') throw failure
    const why = failure instanceof LedgerError ? failure.words : inBoth(messageOf(error))
    findings.derived('index_damaged', INDEX, { en: `it does not open: ${why.en}`, zh: `无法打开：${why.zh}` })
    return undefined
  }
}

/** The marks as they pass by: each must be a commit of the log. */
export class MarksCheck {
  readonly #wanted: LogMark[]
  readonly #findings: Findings

  constructor({ index: { mark, open } }: OpenDatabase, findings: Findings) {
    this.#wanted = [mark, open].filter(wanted => wanted !== undefined && wanted.commitEnd > 0) as LogMark[]
    this.#findings = findings
  }

  see({ commit, start, end }: CommitFrame): void {
    const at = this.#wanted.findIndex(({ commitStart }) => commitStart === start)
    if (at === -1) return
    const [mark] = this.#wanted.splice(at, 1)
    const { size, root, commitEnd, entriesEnd, sealedEnd } = mark!
    const isSame =
      size === commit.size &&
      commitEnd === end &&
      entriesEnd === commit.entriesEnd &&
      sealedEnd === commit.sealedEnd &&
      Buffer.compare(root, commit.root) === 0
    if (!isSame) this.#tell(start)
  }

  end(): void {
    for (const { commitStart } of this.#wanted) this.#tell(commitStart)
  }

  #tell(at: number): void {
    this.#findings.derived('index_damaged', INDEX, {
      en: `its mark tells of a commit at byte ${at} of log/commits that is another, or not there`,
      zh: `其标记所指 log/commits 第 ${at} 字节处的提交是另一个，或不存在`,
    })
  }
}

/** The batch states against those that the commits carry. */
export async function checkStates(
  { index }: OpenDatabase,
  commits: LogFile,
  last: LogMark,
  count: number,
  segmentLeaves: number,
  findings: Findings,
): Promise<void> {
  const flushed = Math.max(index.mark?.commitEnd ?? 0, index.open?.commitEnd ?? 0)
  async function* puts(): AsyncGenerator<Put> {
    for await (const { commit, end } of scanCommits(commits, 0, segmentLeaves)) {
      for (const state of commit.batches) {
        yield { key: batchKey(state.key), value: JSON.stringify(state), isNew: end > flushed }
      }
      if (end >= last.commitEnd) return
    }
  }
  const what = { en: 'the state of batch', zh: '批次状态' }
  await checkValues({ database: index.database, range: BATCH_RANGE, puts, count, what, findings })
}

/** Level wraps what happened. */
export function messageOf(error: unknown): string {
  let deepest = error
  while (deepest instanceof Error && deepest.cause instanceof Error) deepest = deepest.cause
  return deepest instanceof Error ? deepest.message : String(deepest)
}
