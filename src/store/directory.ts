// The data directory: makes it, opens its files and its index, and says in plain words why it could not.

import { mkdir } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { LedgerError } from '../core/error.ts'
import type { Words } from '../core/words.ts'
import type { Files, LogFile } from './file.ts'
import { LevelIndex } from './level/level.ts'
import { SegmentFiles } from './log/segment-files.ts'
import { TileFiles } from './log/tiles.ts'

/** The files under `log/`; docs/data-directory.md describes each byte by byte. */
export interface LogFiles {
  readonly segments: SegmentFiles
  readonly commits: LogFile
  readonly tiles: TileFiles
  /** For the files that come and go. */
  readonly disk: Files
}

export interface DataDirectory {
  readonly files: LogFiles
  readonly index: LevelIndex
  close(): Promise<void>
}

/** Opens the directory and takes its lock. Throws what `explainFailure` makes of the failure. */
export async function openDirectory(
  directory: string,
  files: Files,
  segmentLeaves: number,
  archives?: string,
): Promise<DataDirectory> {
  const opened: { close(): Promise<void> }[] = []
  const close = async (): Promise<void> => {
    for (const part of opened.toReversed()) await part.close()
  }
  const keep = <T extends { close(): Promise<void> }>(part: T): T => {
    opened.push(part)
    return part
  }
  try {
    const log = join(directory, 'log')
    const tile = join(log, 'tile')
    const made = await mkdir(tile, { recursive: true, mode: 0o700 })
    // The lock first: until it is ours, another process may be writing these files.
    const index = keep(await LevelIndex.open(join(directory, 'index')))
    await index.requireSegments(segmentLeaves)
    const finished = index.mark?.segments ?? 0
    const places = { finished, ...(archives === undefined ? {} : { archives }) }
    const logFiles: LogFiles = {
      segments: keep(await SegmentFiles.open(log, files, segmentLeaves, places)),
      commits: keep(await files.open(join(log, 'commits'))),
      tiles: keep(await TileFiles.open(tile, files)),
      disk: files,
    }
    await syncNames(files, tile, directory, made)
    return { files: logFiles, index, close }
  } catch (error) {
    await close()
    throw explainFailure(error, directory)
  }
}

/** Syncs what holds a name that may be new: from `tile` up to the data directory, or to the parent of the first folder made. */
async function syncNames(files: Files, tile: string, directory: string, made: string | undefined): Promise<void> {
  const top = made === undefined || made.startsWith(directory + sep) ? directory : dirname(made)
  for (let path = tile; path !== top; path = dirname(path)) await files.syncDirectory(path)
  await files.syncDirectory(top)
}

/** Turns a failure to open, read or write the data directory into an outcome with its next step; others pass through. */
export function explainFailure(error: unknown, directory: string): unknown {
  if (error instanceof LedgerError || !(error instanceof Error)) return error
  const { code, message } = deepestCause(error)
  const outcome = (name: string, words: Words, retryable = false): LedgerError =>
    new LedgerError(name, words, { cause: error, retryable })
  if (code === 'LEVEL_LOCKED') {
    return outcome(
      'data_in_use',
      {
        en: `Another process has the data directory ${directory} open: stop it, or give this one a directory of its own.`,
        zh: `另一进程正在使用数据目录 ${directory}：请将其停止，或为本进程另设目录。`,
      },
      true,
    )
  }
  if (/^(EROFS|EACCES|EPERM)$/.test(code) || /read-only file system|permission denied/i.test(message)) {
    return outcome('data_read_only', {
      en: `The data directory ${directory} cannot be written (${message}): give this account the right to write it, or mount it writable.`,
      zh: `数据目录 ${directory} 不可写（${message}）：请给本账户写权限，或以可写方式挂载。`,
    })
  }
  if (/^(ENOSPC|EDQUOT)$/.test(code) || /no space left|quota exceeded/i.test(message)) {
    return outcome(
      'disk_full',
      {
        en: `There is no space left for the data directory ${directory} (${message}): free some and start again; nothing accepted is lost.`,
        zh: `数据目录 ${directory} 没有剩余空间（${message}）：请腾出空间后重新启动；已接受的内容不会丢失。`,
      },
      true,
    )
  }
  if (code === 'LEVEL_CORRUPTION') {
    return outcome('index_damaged', {
      en: `The index in ${join(directory, 'index')} is damaged (${message}). All of it is derived: run suyuan fsck --repair, which makes it again from the log.`,
      zh: `索引 ${join(directory, 'index')} 已损坏（${message}）。其中全是派生数据：请运行 suyuan fsck --repair，由日志重新生成。`,
    })
  }
  if (/^(ENOTDIR|EEXIST|ENOENT|EISDIR)$/.test(code)) {
    return outcome('data_unusable', {
      en: `${directory} cannot be a data directory (${message}): name a folder, existing or new.`,
      zh: `${directory} 不能作为数据目录（${message}）：请指定一个已有的或新的目录。`,
    })
  }
  if (code === 'EIO' || /i\/o error|input\/output error/i.test(message)) {
    return outcome('disk_failing', {
      en: `The disk under ${directory} fails (${message}): check it, then restore from a backup if needed.`,
      zh: `${directory} 所在的磁盘出现故障（${message}）：请检查磁盘，必要时从备份恢复。`,
    })
  }
  return error
}

/** Level wraps what happened; the innermost error is the one that says it. */
function deepestCause(error: Error): { readonly code: string; readonly message: string } {
  let deepest = error
  while (deepest.cause instanceof Error) deepest = deepest.cause
  const { code } = deepest as NodeJS.ErrnoException
  return { code: typeof code === 'string' ? code : '', message: deepest.message }
}

/** A mistyped --data must not become a new directory. */
export function noLedger(data: string, cause: unknown): LedgerError {
  return new LedgerError(
    'data_unknown',
    {
      en: `${data} holds no ledger; give its data directory with --data.`,
      zh: `${data} 中没有账本；请用 --data 给出其数据目录。`,
    },
    { cause },
  )
}
