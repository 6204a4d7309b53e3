// A backup turned into a data directory again. It is checked first, copied beside, opened as a start opens it, and gets its
// name last: what stands under that name is a whole ledger, and nothing that was there is ever written over.

import { mkdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { encodeBase64 } from '../core/bytes.ts'
import { LedgerError } from '../core/error.ts'
import { namesIn } from '../missing.ts'
import { openEmbeddedStore } from '../store/embedded.ts'
import type { WorkingParts } from '../store/working-parts.ts'
import { requireApart } from './apart.ts'
import { copyFile } from './copy.ts'
import { foldersUpTo, makeFolder, syncFolders, writeSynced } from './folder.ts'
import { digestManifest, type Manifest } from './manifest.ts'
import type { Progress } from './progress.ts'
import { ReadOnlyFile } from './read-only.ts'
import { bytesOf, findDamagedFiles, openBackup } from './verify.ts'

export interface RestoreOptions {
  readonly from: string
  /** The data directory to be: a new or empty one. */
  readonly data: string
  readonly work: WorkingParts
  readonly onProgress: (progress: Progress) => void
  readonly onNotice: (notice: string) => void
}

export interface Restored {
  readonly manifest: Manifest
  readonly digest: string
  readonly bytes: number
}

/**
 * @throws LedgerError `backup_place_wrong`; `backup_missing`, `backup_manifest_damaged`, `backup_damaged`; `restore_place_taken`;
 *   `restored_differs`; of the store, as a start has them. Then nothing was restored.
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const { work, onProgress, onNotice } = options
  const [from, data] = [resolve(options.from), resolve(options.data)]
  await requireApart(data, from)
  await requireEmpty(data)
  await using lock = new AsyncDisposableStack()
  const manifest = await openBackup(lock, from)
  const [damaged, ...more] = await findDamagedFiles(from, manifest, onProgress)
  if (damaged !== undefined) throw notRestored(damaged, more.length)

  const beside = join(dirname(data), `${basename(data)}.restoring`)
  await takePlaceBeside(beside)
  const total = bytesOf(manifest)
  let done = 0
  for (const { path, length, sha256 } of manifest.files) {
    await using opened = new AsyncDisposableStack()
    const source = opened.adopt(await ReadOnlyFile.open(join(from, path), length), source => source.close())
    const copied = await copyFile(source, join(beside, path), undefined, bytes => {
      done += bytes
      onProgress({ step: 'copying', done, total })
    })
    if (copied.sha256 !== sha256) throw changedMeanwhile(join(from, path))
  }
  await syncFolders(manifest.files.flatMap(({ path }) => foldersUpTo(join(beside, path), beside)))

  const { size, root, segmentLeaves } = manifest
  {
    await using store = await openEmbeddedStore({
      dir: beside,
      segmentLeaves,
      work,
      onProgress: (leaves, all) => onProgress({ step: 'opening', done: leaves, total: all }),
      onNotice,
    })
    const { head } = store
    if (head.size !== size || encodeBase64(head.root) !== root) throw differs(manifest, head.size)
  }
  await mkdir(dirname(data), { recursive: true })
  await rm(join(beside, MARK))
  await rename(beside, data) // an empty folder of that name gives way
  await syncFolders([dirname(data)])
  return { manifest, digest: digestManifest(manifest), bytes: total }
}

/** In the folder beside, as long as it is a restore's: what has none is somebody else's. */
const MARK = 'restoring'

/** An empty folder with the mark; what a restore left there that did not end is removed. */
async function takePlaceBeside(beside: string): Promise<void> {
  const names = await namesIn(beside)
  if (names.length > 0 && !names.includes(MARK)) {
    throw new LedgerError('restore_place_taken', {
      en: `${beside}, beside the new directory, is where a restore writes first, but what is in it is not of one; nothing was restored. Move it away, or name another directory.`,
      zh: `${beside} 位于新目录旁，恢复时先写入此处，但其中的内容并非恢复留下的；没有恢复任何内容。请将其移走，或指定另一目录。`,
    })
  }
  await rm(beside, { recursive: true, force: true })
  await makeFolder(beside)
  await writeSynced(join(beside, MARK), '')
}

async function requireEmpty(data: string): Promise<void> {
  const names = await namesIn(data)
  if (names.length === 0) return
  throw new LedgerError('restore_place_taken', {
    en: `${data} is not empty, and nothing is written over what may be a ledger; name a new directory, or move this one away.`,
    zh: `${data} 不是空目录，其中可能是账本，不予覆盖；请指定一个新目录，或先将其移走。`,
  })
}

function notRestored({ words }: LedgerError, more: number): LedgerError {
  const [en, zh] =
    more === 0
      ? ['', '']
      : [` ${more} more files are damaged (--verify names them).`, `另有 ${more} 个文件损坏（--verify 逐一列出）。`]
  return new LedgerError('backup_damaged', {
    en: `Nothing was restored. ${words.en}${en}`,
    zh: `没有恢复任何内容。${words.zh}${zh}`,
  })
}

function changedMeanwhile(path: string): LedgerError {
  return new LedgerError('backup_damaged', {
    en: `${path} changed while it was read; nothing was restored. Let no other program write the folder, and run this again.`,
    zh: `${path} 在读取时发生变化；没有恢复任何内容。请不要让其他程序写该目录，然后重新运行。`,
  })
}

function differs({ size, root }: Manifest, found: number): LedgerError {
  return new LedgerError('restored_differs', {
    en: `The restored log opens with ${found} leaves, but the manifest tells of ${size} with root ${root}; it was not given its name. Use another backup.`,
    zh: `恢复出的日志有 ${found} 片叶，而清单所载为 ${size} 片叶、根 ${root}；未启用该目录。请使用另一份备份。`,
  })
}
