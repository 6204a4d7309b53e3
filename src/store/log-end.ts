// Where the log ends, after a crash or not. The commits say it; whatever lies beyond the last whole one was never
// acknowledged and is cut off, and whatever falls short of it, or contradicts it, is refused.
//
// A crash leaves at most: a torn last frame in `commits`, and bytes in `entries` and `sealed` beyond the last whole frame
// (data of a commit that was under way).

import { LedgerError } from '../core/error.ts'
import { EMPTY_ROOT } from '../core/hash.ts'
import type { Words } from '../core/words.ts'
import { type CommitFrame, checkTornTail, RESTORE, scanCommits } from './commits.ts'
import type { LogFiles } from './directory.ts'
import { PLACE_BYTES } from './places.ts'
import type { LogMark } from './window.ts'

/** The log before its first commit. */
export const ORIGIN: LogMark = {
  size: 0,
  root: EMPTY_ROOT,
  entriesEnd: 0,
  sealedEnd: 0,
  commitStart: 0,
  commitEnd: 0,
}

export interface LogEndFound {
  /** The last whole commit. */
  readonly last: LogMark
  /** The one before it, from the mark on. */
  readonly before: LogMark | undefined
}

/**
 * Scans the commits from `from` on and finds the last; `flushed` is the mark that the index remembers. Throws
 * `commits_damaged` or `log_truncated` for anything that a crash alone does not explain.
 */
export async function findLogEnd(files: LogFiles, flushed: LogMark, from: LogMark): Promise<LogEndFound> {
  const { commits, places } = files
  let last = ORIGIN
  let before: LogMark | undefined
  if (commits.size < flushed.commitEnd) {
    const finding = {
      en: `the index was flushed after the commit that ends at byte ${flushed.commitEnd}`,
      zh: `索引写入时，已有结束于第 ${flushed.commitEnd} 字节的提交`,
    }
    throw truncated(commits.path, commits.size, finding)
  }
  for await (const frame of scanCommits(commits, from.commitStart)) {
    const next = toMark(frame)
    if (next.commitStart === flushed.commitStart && flushed.commitEnd > 0) requireSame(commits.path, flushed, next)
    if (next.commitEnd > from.commitEnd) before = last
    last = next
  }
  if (last.commitEnd < flushed.commitEnd) {
    throw damagedCommit(commits.path, Math.max(last.commitEnd, from.commitStart))
  }
  if (last.commitEnd < commits.size) await checkTornTail(commits, last.commitEnd)
  // A leaf gets its place only after its commit is on the disk. So places beyond the last whole commit show that a
  // commit was lost that may have been acknowledged: no torn tail, however it looks.
  const placed = Math.ceil(places.size / PLACE_BYTES)
  if (placed > last.size) {
    throw truncated(commits.path, last.commitEnd, {
      en: `log/places has leaf ${placed - 1}, which was committed, while the last whole commit has size ${last.size}`,
      zh: `log/places 中有已提交的第 ${placed - 1} 片叶，而最后一次完整提交的大小为 ${last.size}`,
    })
  }
  requireData(files, last)
  return { last, before }
}

/** The data files hold at least what is committed. */
function requireData({ entries, sealed }: LogFiles, { size, entriesEnd, sealedEnd }: LogMark): void {
  const needs = (bytes: number): Words => ({
    en: `the last commit, of ${size} leaves, needs ${bytes} bytes`,
    zh: `最后一次提交（${size} 片叶）需要 ${bytes} 字节`,
  })
  if (entries.size < entriesEnd) throw truncated(entries.path, entries.size, needs(entriesEnd))
  if (sealed.size < sealedEnd) throw truncated(sealed.path, sealed.size, needs(sealedEnd))
}

/** Cuts off what no whole commit covers: it was never acknowledged. */
export async function cutTails(files: LogFiles, last: LogMark, onNotice: (notice: string) => void): Promise<void> {
  const ends = [
    [files.commits, last.commitEnd],
    [files.entries, last.entriesEnd],
    [files.sealed, last.sealedEnd],
  ] as const
  for (const [file, end] of ends) {
    if (file.size === end) continue
    onNotice(`${file.path}: ${file.size - end} bytes after byte ${end} were never committed and are cut off.`)
    await file.truncate(end)
  }
}

/**
 * Makes durable what is about to be built on. The last commit may have been written but never synced (the process was
 * killed in between), or its sync may have failed, after which the kernel takes the pages for clean: so its bytes are
 * written once more, and everything is synced, before anything is built on it, be it an index or a signature.
 */
export async function settleLastCommit(files: LogFiles, { last, before }: LogEndFound): Promise<void> {
  if (before !== undefined) {
    const ranges = [
      [files.entries, before.entriesEnd, last.entriesEnd],
      [files.sealed, before.sealedEnd, last.sealedEnd],
      [files.commits, last.commitStart, last.commitEnd],
    ] as const
    for (const [file, start, end] of ranges) await file.rewrite(await file.read(start, end - start), start)
  }
  for (const file of [files.entries, files.sealed, files.commits]) await file.datasync()
}

function toMark({ commit, start, end }: CommitFrame): LogMark {
  const { size, root, entriesEnd, sealedEnd } = commit
  return { size, root, entriesEnd, sealedEnd, commitStart: start, commitEnd: end }
}

function requireSame(path: string, mark: LogMark, found: LogMark): void {
  if (found.size === mark.size && found.commitEnd === mark.commitEnd && Buffer.compare(found.root, mark.root) === 0)
    return
  throw new LedgerError('commits_damaged', {
    en: `${path}: the commit at byte ${mark.commitStart} has size ${found.size}, but the index remembers size ${mark.size} and another root there: log and index are not of one ledger, or one was changed. ${RESTORE.en}`,
    zh: `${path}：第 ${mark.commitStart} 字节处的提交大小为 ${found.size}，而索引记得该处大小为 ${mark.size}，根也不同：日志与索引不属于同一账本，或其一被改动。${RESTORE.zh}`,
  })
}

function damagedCommit(path: string, at: number): LedgerError {
  return new LedgerError('commits_damaged', {
    en: `${path}: the commit at byte ${at}, known to the index, does not read. ${RESTORE.en}`,
    zh: `${path}：第 ${at} 字节处的提交为索引所知，却无法读取。${RESTORE.zh}`,
  })
}

function truncated(path: string, size: number, finding: Words): LedgerError {
  return new LedgerError('log_truncated', {
    en: `${path} ends at byte ${size}, but ${finding.en}. ${RESTORE.en}`,
    zh: `${path} 在第 ${size} 字节处结束，但${finding.zh}。${RESTORE.zh}`,
  })
}
