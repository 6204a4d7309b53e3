// All files of a ledger brought up to date in a backup. Segments may move into archives meanwhile: a name that is gone is
// looked for at its new place.

import { join } from 'node:path'
import { LedgerError } from '../core/error.ts'
import { copyFile, sizeOf } from './copy.ts'
import type { BackedUpFile, Manifest } from './manifest.ts'
import type { ReadOnlyFile } from './read-only.ts'
import { openOptional } from './snapshot.ts'
import { type SourceFile, segmentOf } from './source.ts'

export interface CopyParts {
  readonly to: string
  /** What is in the folder already. */
  readonly former: Manifest | undefined
  /** Open files, read as far as the moment of the backup. */
  readonly growing: ReadonlyMap<string, ReadOnlyFile>
  /** The other files, as they are at this moment. */
  readonly list: () => Promise<readonly SourceFile[]>
  /** Told how many bytes more are done, of how many. */
  readonly onBytes: (bytes: number, total: number) => void
}

export interface AllCopied {
  readonly files: ReadonlyMap<string, BackedUpFile>
  /** Those that are under their names with `.new`. */
  readonly fresh: ReadonlySet<string>
  /** Bytes written, and bytes of all files. */
  readonly written: number
  readonly bytes: number
}

/** What is in a log stays as it is. (Sealed parts can be erased, the journal of facts be written anew.) */
const NEVER_CHANGES = /^log\/(commits|[0-9a-f]{6}\/entries)$/
const ARCHIVE = /\.archive$/
const MOST_LOOKS = 5

/** @throws LedgerError `backup_of_other_history`, `ledger_busy` (retryable) */
export async function copyAll({ to, former, growing, list, onBytes }: CopyParts): Promise<AllCopied> {
  const held = new Map(former?.files.map(file => [file.path, file]))
  const files = new Map<string, BackedUpFile>()
  const fresh = new Set<string>()
  let written = 0
  const copy = async (
    { path, from, end, modified }: SourceFile,
    source: ReadOnlyFile,
    total: number,
  ): Promise<void> => {
    const whole = end === undefined ? source : source.upTo(end)
    const before = held.get(path)
    const copied = await copyFile(whole, join(to, path), before, bytes => onBytes(bytes, total))
    if (copied.isOther && NEVER_CHANGES.test(path)) throw otherHistory(from, to, before!)
    if (copied.isNew) fresh.add(path)
    written += copied.written
    files.set(path, { path, length: whole.size, sha256: copied.sha256, ...(modified !== undefined && { modified }) })
  }

  for (let looks = 0, isMoving = true; isMoving; looks++) {
    if (looks === MOST_LOOKS) throw stillMoving(to)
    const rest = await list()
    const total = await measure(rest, growing)
    isMoving = false
    if (looks === 0) for (const [path, file] of growing) await copy({ path, from: file.path }, file, total)
    for (const file of rest) {
      if (files.has(file.path)) continue
      const before = held.get(file.path)
      if (await isCopied(file, before, join(to, file.path))) {
        files.set(file.path, before!)
        onBytes(before!.length, total)
        continue
      }
      await using opened = new AsyncDisposableStack()
      const source = opened.adopt(await openOptional(file.from), source => source?.close())
      if (source === undefined) isMoving = true
      else await copy(file, source, total)
    }
  }
  // A segment that has an archive is that: its own files are on their way out.
  const archived = new Set([...files.keys()].filter(path => ARCHIVE.test(path)).map(segmentOf))
  for (const path of files.keys()) if (!ARCHIVE.test(path) && isOneOf(archived, segmentOf(path))) files.delete(path)
  return { files, fresh, written, bytes: [...files.values()].reduce((sum, { length }) => sum + length, 0) }
}

function isOneOf(archived: ReadonlySet<number | undefined>, segment: number | undefined): boolean {
  return segment !== undefined && archived.has(segment)
}

/** Files of full segments that nobody wrote since are not read again. */
async function isCopied({ modified }: SourceFile, before: BackedUpFile | undefined, target: string): Promise<boolean> {
  if (before === undefined || modified === undefined || modified !== before.modified) return false
  return (await sizeOf(target)) >= before.length
}

async function measure(rest: readonly SourceFile[], growing: ReadonlyMap<string, ReadOnlyFile>): Promise<number> {
  let total = 0
  for (const { size } of growing.values()) total += size
  for (const { from, end } of rest) total += end ?? Math.max(0, await sizeOf(from))
  return total
}

function otherHistory(from: string, to: string, { length }: BackedUpFile): LedgerError {
  return new LedgerError('backup_of_other_history', {
    en: `${from} does not begin with the ${length} bytes that the backup in ${to} has of it: the data directory is of another ledger, was restored from an older copy, or was changed. The backup is left as it is. Keep it, run \`suyuan fsck\` on the data directory, and name a new folder for this backup.`,
    zh: `${from} 的开头与 ${to} 中备份的 ${length} 字节不同：该数据目录属于另一账本、由更旧的副本恢复，或被改动。备份保持不变。请保留它，对数据目录运行 \`suyuan fsck\`，并为本次备份指定一个新目录。`,
  })
}

function stillMoving(to: string): LedgerError {
  return new LedgerError(
    'ledger_busy',
    {
      en: `Files went on moving into archives while they were copied; the backup in ${to} is left as it was. Run this again.`,
      zh: `复制期间文件不断移入归档；${to} 中的备份保持不变。请重新运行。`,
    },
    { retryable: true },
  )
}
