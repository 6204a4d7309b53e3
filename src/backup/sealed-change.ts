// Sealed parts that changed since the backup made before: they may have been erased, or have moved into an archive, and
// nothing else. What else changed is damage, or was meant to look like it: the good copy is not given up for it.

import { join, relative, sep } from 'node:path'
import { LedgerError } from '../core/error.ts'
import { ArchiveFile } from '../store/archive/archive-file.ts'
import type { Files, LogFile } from '../store/file.ts'
import { ByteCache } from '../store/index/byte-cache.ts'
import { ForwardReader } from '../store/log/forward.ts'
import { isErased, SEALED_HEADER_BYTES } from '../store/log/sealed.ts'
import type { BackedUpFile, Manifest } from './manifest.ts'
import { readOnlyFiles } from './read-only.ts'
import { digestsBySegment } from './source.ts'

/** What is compared: the backup that lies in the folder `to`, and what was copied beside it. */
export interface ComparedSealed {
  readonly to: string
  readonly former: Manifest
  readonly files: ReadonlyMap<string, BackedUpFile>
  readonly copied: Files
}

/** Compares the sealed parts of the segments whose files are not what they were. @throws LedgerError `sealed_damaged` */
export async function compareSealed({ to, former, files, copied }: ComparedSealed): Promise<void> {
  const lengths = new Map(former.files.map(({ path, length }) => [path, length]))
  const held = readOnlyFiles(path => ({ path, end: lengths.get(relative(to, path).split(sep).join('/')) ?? 0 }))
  const now = digestsBySegment(files.values())
  for (const [number, digests] of digestsBySegment(former.files)) {
    if (now.get(number) === undefined || now.get(number) === digests) continue // pruned; or the same
    await using opened = new AsyncDisposableStack()
    const [before, after] = await Promise.all([
      openSealed(opened, to, number, held, lengths),
      openSealed(opened, to, number, copied, files),
    ])
    if (before !== undefined && after !== undefined) await requireOnlyErased(before, after)
  }
}

/** The sealed parts of a segment, in a file of their own or in an archive; undefined if it has none. */
export async function openSealed(
  opened: AsyncDisposableStack,
  to: string,
  number: number,
  files: Files,
  names: Pick<ReadonlyMap<string, unknown>, 'has'>,
): Promise<LogFile | undefined> {
  const digits = number.toString(16).padStart(6, '0')
  const open = async (path: string): Promise<LogFile> =>
    opened.adopt(await files.open(join(to, path)), file => file.close())
  const archive = `archive/${digits}.archive`
  if (names.has(archive)) return (await ArchiveFile.open(await open(archive), new ByteCache(0))).sealed
  const sealed = `log/${digits}/sealed`
  return names.has(sealed) ? open(sealed) : undefined
}

/**
 * Compares the parts of a segment as they were with what they are now; more may have come since.
 * @throws LedgerError `sealed_damaged`, naming leaf and file
 */
async function requireOnlyErased(before: LogFile, now: LogFile): Promise<void> {
  const [was, is] = [before, now].map(file => new ForwardReader(file, 0, file.size)) as [ForwardReader, ForwardReader]
  while (await was.load(SEALED_HEADER_BYTES)) {
    const header = was.peek(SEALED_HEADER_BYTES)
    const index = header.readUIntBE(0, 6)
    const length = SEALED_HEADER_BYTES + header.readUInt32BE(6)
    if (!(await was.load(length))) return // cut short here, and whole there: nothing was lost
    const old = was.take(length)
    if (!(await is.load(length))) throw changed(now.path, index)
    const part = is.take(length)
    if (part.equals(old)) continue
    const isSameFrame = part.subarray(0, SEALED_HEADER_BYTES).equals(old.subarray(0, SEALED_HEADER_BYTES))
    if (!isSameFrame || !isErased(part.subarray(SEALED_HEADER_BYTES))) throw changed(now.path, index)
  }
}

function changed(path: string, index: number): LedgerError {
  return new LedgerError('sealed_damaged', {
    en: `${path}: the sealed part of leaf ${index} is not what the backup made before has of it, and it was not erased. The backup is left as it is: keep it, restore the part from it, and look into who wrote the file.`,
    zh: `${path}：第 ${index} 片叶的密封部分与此前备份中的不同，而并未被删除。备份保持不变：请保留它，用它恢复该部分，并查明是谁写入了该文件。`,
  })
}
