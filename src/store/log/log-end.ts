// Where the log ends, after a crash or not. The commits say it; whatever lies beyond the last whole one was never
// acknowledged and is cut off, and whatever falls short of it, or contradicts it, is refused.
//
// A crash leaves at most: a torn last frame in `commits`, and bytes in the segments' files beyond the last whole frame
// (data of a commit that was under way), perhaps in a segment that it would have begun.

import { LedgerError } from '../../core/error.ts'
import { EMPTY_ROOT } from '../../core/hash.ts'
import type { Words } from '../../core/words.ts'
import { foreignArchive } from '../archive/archive-head.ts'
import type { LogFiles } from '../directory.ts'
import type { LogFile } from '../file.ts'
import { checkTornTail, type LogMark, markOf, RESTORE, scanCommits } from './commits.ts'
import type { SegmentFiles } from './segment-files.ts'

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
 * Scans the commits from `from` on and finds the last; `known` is the newest commit that the index remembers. Throws
 * `commits_damaged` or `log_truncated` for anything that a crash alone does not explain.
 */
export async function findLogEnd(files: LogFiles, known: LogMark, from: LogMark): Promise<LogEndFound> {
  const { commits, segments, tiles } = files
  let last = ORIGIN
  let before: LogMark | undefined
  let isKnown = known.commitEnd === 0
  if (commits.size < known.commitEnd) {
    throw truncated(commits.path, commits.size, {
      en: `the index was flushed after the commit that ends at byte ${known.commitEnd}`,
      zh: `索引写入时，已有结束于第 ${known.commitEnd} 字节的提交`,
    })
  }
  for await (const frame of scanCommits(commits, from.commitStart, segments.leaves)) {
    const next = markOf(frame)
    if (next.commitStart === known.commitStart && known.commitEnd > 0) {
      requireSame(commits.path, known, next)
      isKnown = true
    }
    if (next.commitEnd > from.commitEnd) before = last
    last = next
  }
  if (!isKnown)
    throw damagedCommit(commits.path, Math.min(Math.max(last.commitEnd, from.commitStart), known.commitStart))
  if (last.commitEnd < commits.size) await checkTornTail(commits, last.commitEnd)
  // A leaf gets into the tiles only after its commit is on the disk. So tiles beyond the last whole commit show that a
  // commit was lost that may have been acknowledged: no torn tail, however it looks.
  if (tiles.leaves > last.size) {
    throw truncated(commits.path, last.commitEnd, {
      en: `log/tile/0 has leaf ${tiles.leaves - 1}, which was committed, while the last whole commit has size ${last.size}`,
      zh: `log/tile/0 中有已提交的第 ${tiles.leaves - 1} 片叶，而最后一次完整提交的大小为 ${last.size}`,
    })
  }
  requireData(files, last)
  return { last, before }
}

/** The last segment's files hold at least what is committed. (Earlier ones: when they are opened, or replayed.) */
function requireData({ segments }: LogFiles, { size, entriesEnd, sealedEnd }: LogMark): void {
  const number = segments.lastOf(size)
  const needs = (bytes: number): Words => ({
    en: `the last commit, of ${size} leaves, needs ${bytes} bytes`,
    zh: `最后一次提交（${size} 片叶）需要 ${bytes} 字节`,
  })
  const { entries, sealed } = segments.get(number) ?? {}
  const path = (name: string): string => `${segments.directoryOf(number)}/${name}`
  if ((entries?.size ?? 0) < entriesEnd) throw truncated(path('entries'), entries?.size ?? 0, needs(entriesEnd))
  if ((sealed?.size ?? 0) < sealedEnd) throw truncated(path('sealed'), sealed?.size ?? 0, needs(sealedEnd))
}

/** Cuts off what no whole commit covers: it was never acknowledged. */
export async function cutTails(
  { segments, commits }: LogFiles,
  last: LogMark,
  onNotice: (notice: string) => void,
): Promise<void> {
  const lastSegment = segments.lastOf(last.size)
  const ends: [LogFile, number][] = [[commits, last.commitEnd]]
  for (const { number, entries, sealed, archive } of segments.from(lastSegment)) {
    if (archive !== undefined) {
      if (number === lastSegment && entries.size !== last.entriesEnd) throw foreignArchive(archive.path)
      if (number > lastSegment) {
        onNotice(`${archive.path} is of a segment that this log does not have yet; it is left aside.`)
        await segments.forget(number)
      }
      continue
    }
    ends.push([entries, number === lastSegment ? last.entriesEnd : 0])
    if (sealed !== undefined) ends.push([sealed, number === lastSegment ? last.sealedEnd : 0])
  }
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
export async function settleLastCommit(
  { segments, commits, disk }: LogFiles,
  { last, before }: LogEndFound,
): Promise<void> {
  const first = segments.lastOf((before ?? last).size)
  for (const { number, directory, entries, sealed, archive } of segments.from(first)) {
    if (archive !== undefined) continue // it got its name after all of it was on the disk
    await disk.syncDirectory(directory) // whoever made its names may have died before they were durable
    if (before !== undefined) {
      await writeAgain(entries, number === first ? before.entriesEnd : 0)
      if (sealed !== undefined) await writeAgain(sealed, number === first ? before.sealedEnd : 0)
    }
    await entries.datasync()
    await sealed?.datasync()
  }
  if (before !== undefined) await writeAgain(commits, last.commitStart)
  await commits.datasync()
}

const AGAIN_BYTES = 1 << 24

/** Writes what a file holds from `start` on over itself. */
async function writeAgain(file: LogFile, start: number): Promise<void> {
  for (let at = start; at < file.size; at += AGAIN_BYTES) {
    await file.rewrite(await file.read(at, Math.min(AGAIN_BYTES, file.size - at)), at)
  }
}

function requireSame(path: string, mark: LogMark, found: LogMark): void {
  if (found.size === mark.size && found.commitEnd === mark.commitEnd && Buffer.compare(found.root, mark.root) === 0)
    return
  throw new LedgerError('commits_damaged', {
    en: `${path}: the commit at byte ${mark.commitStart} has size ${found.size}, but the index remembers size ${mark.size} and another root there: log and index are not of one ledger, or one was changed. ${RESTORE.en}`,
    zh: `${path}：第 ${mark.commitStart} 字节处的提交大小为 ${found.size}，而索引记得该处大小为 ${mark.size}，根也不同：日志与索引不属于同一账本，或其一被改动。${RESTORE.zh}`,
  })
}

export function damagedCommit(path: string, at: number): LedgerError {
  return new LedgerError('commits_damaged', {
    en: `${path}: the commit at byte ${at}, known to be there, does not read. ${RESTORE.en}`,
    zh: `${path}：已知第 ${at} 字节处有一次提交，却无法读取。${RESTORE.zh}`,
  })
}

/** A segment that has neither its own files nor an archive. */
export function missingSegment(segments: Pick<SegmentFiles, 'directoryOf' | 'archiveOf'>, number: number): LedgerError {
  const entries = `${segments.directoryOf(number)}/entries`
  const archive = segments.archiveOf(number)
  return new LedgerError('log_truncated', {
    en: `${entries} is not there, nor the archive ${archive}, but the leaves in it were committed. If archives lie elsewhere, say where (SUYUAN_ARCHIVE_DIR), and see that their disk is there. ${RESTORE.en}`,
    zh: `${entries} 不存在，归档 ${archive} 也不存在，而其中的叶已经提交。归档如在别处，请设置 SUYUAN_ARCHIVE_DIR，并确认其磁盘可用。${RESTORE.zh}`,
  })
}

export function truncated(path: string, size: number, finding: Words): LedgerError {
  return new LedgerError('log_truncated', {
    en: `${path} ends at byte ${size}, but ${finding.en}. ${RESTORE.en}`,
    zh: `${path} 在第 ${size} 字节处结束，但${finding.zh}。${RESTORE.zh}`,
  })
}
