// A backup checked against its manifest and against itself: every byte by its digest, and the tree made again from the
// entries, up to the root in the commits and in the manifest.

import { join, resolve, sep } from 'node:path'
import { takeLock } from '../chain/node/lock.ts'
import { encodeBase64 } from '../core/bytes.ts'
import { LedgerError } from '../core/error.ts'
import type { WorkingParts } from '../store/working-parts.ts'
import { digestFile, sizeOf } from './copy.ts'
import { erasedUntold, findErased } from './erased-parts.ts'
import { LOCK, MANIFEST_NEW, readManifest, settleFolder } from './folder.ts'
import { digestManifest, type Manifest } from './manifest.ts'
import type { Progress } from './progress.ts'
import { readOnlyFiles } from './read-only.ts'
import { checkTree } from './tree.ts'

export interface BackupChecked {
  readonly manifest: Manifest
  /** SHA-256 of the manifest, hex: the same that was told when it was made. */
  readonly digest: string
  readonly bytes: number
  /** What is wrong with it; empty when nothing is. */
  readonly findings: readonly LedgerError[]
}

/** @throws LedgerError `backup_missing`, `backup_manifest_damaged`, `backup_in_use` */
export async function verifyBackup(
  place: string,
  work: WorkingParts,
  onProgress: (progress: Progress) => void,
): Promise<BackupChecked> {
  const folder = resolve(place)
  await using lock = new AsyncDisposableStack()
  const manifest = await openBackup(lock, folder)
  const bytes = bytesOf(manifest)
  const findings = await findDamagedFiles(folder, manifest, onProgress)
  // A file that is not the one that was written is named; what of the tree is wrong with it would only say it again.
  if (findings.length === 0) findings.push(...(await findOtherTree(folder, manifest, work, onProgress)))
  return { manifest, digest: digestManifest(manifest), bytes, findings }
}

/** The manifest of a backup that nobody writes meanwhile. */
export async function openBackup(lock: AsyncDisposableStack, folder: string): Promise<Manifest> {
  if ((await sizeOf(join(folder, LOCK))) >= 0) {
    const held = await takeLock(join(folder, LOCK)).catch((cause: unknown) => {
      if (!(cause instanceof LedgerError)) throw cause
      if (!cause.retryable) return undefined // a backup that nobody can write is only read
      throw new LedgerError(
        'backup_in_use',
        { en: `A backup is being written to ${folder}; let it end.`, zh: `一份备份正在写入 ${folder}；请等它完成。` },
        { cause, retryable: true },
      )
    })
    if (held !== undefined) lock.adopt(held, held => held.release())
  }
  if ((await sizeOf(join(folder, MANIFEST_NEW))) >= 0) await settleFolder(folder)
  return readManifest(folder)
}

export function bytesOf({ files }: Manifest): number {
  return files.reduce((sum, { length }) => sum + length, 0)
}

export async function findDamagedFiles(
  folder: string,
  manifest: Manifest,
  onProgress: (progress: Progress) => void,
): Promise<LedgerError[]> {
  const findings: LedgerError[] = []
  const total = bytesOf(manifest)
  let done = 0
  for (const { path, length, sha256 } of manifest.files) {
    const name = join(folder, path)
    const found = await digestFile(name, length, bytes => {
      done += bytes
      onProgress({ step: 'reading', done, total })
    })
    if (found !== sha256) findings.push(await damagedFile(name, length, sha256, found))
  }
  return findings
}

async function findOtherTree(
  folder: string,
  manifest: Manifest,
  work: WorkingParts,
  onProgress: (progress: Progress) => void,
): Promise<LedgerError[]> {
  const { size, root, segmentLeaves } = manifest
  const ends = new Map(manifest.files.map(({ path, length }) => [path, length]))
  const files = readOnlyFiles(path => ({
    path,
    end:
      ends.get(
        path
          .slice(folder.length + 1)
          .split(sep)
          .join('/'),
      ) ?? 0,
  }))
  const onLeaves = (done: number): void => onProgress({ step: 'checking', done, total: size })
  try {
    const { last, segments, erased } = await checkTree({
      folder,
      files,
      segmentLeaves,
      work,
      known: new Map(),
      onLeaves,
    })
    const roots = segments.map(encodeBase64)
    const isSame = last.size === size && encodeBase64(last.root) === root
    if (!isSame || roots.join() !== manifest.segments.join()) return [otherTree(manifest, last.size)]
    const held = new Map(manifest.files.map(file => [file.path, file]))
    const gone = await findErased({ to: folder, files: held, copied: files, former: undefined })
    const [untold, ...more] = gone.filter(leaf => !erased.has(leaf))
    return untold === undefined ? [] : [erasedUntold(folder, untold, more.length)]
  } catch (error) {
    if (error instanceof LedgerError) return [error]
    throw error
  }
}

async function damagedFile(
  path: string,
  length: number,
  wanted: string,
  found: string | undefined,
): Promise<LedgerError> {
  const size = await sizeOf(path)
  const [en, zh] =
    found !== undefined
      ? [`has SHA-256 ${found}, but was ${wanted}`, `的 SHA-256 为 ${found}，原为 ${wanted}`]
      : size < 0
        ? ['is not there', '不存在']
        : [`has ${size} bytes of ${length}`, `只有 ${size} 字节，应有 ${length} 字节`]
  return new LedgerError('backup_damaged', {
    en: `${path} ${en}: it is not what was written. Use another backup, and make a new one while the ledger still runs.`,
    zh: `${path} ${zh}：不是当初写入的内容。请使用另一份备份；账本仍在运行的，请立即另做一份。`,
  })
}

function otherTree({ size, root }: Manifest, found: number): LedgerError {
  return new LedgerError('backup_damaged', {
    en: `The entries and commits make a tree of ${found} leaves, but the manifest tells of one of ${size} with root ${root}: they are not of one backup. Use another.`,
    zh: `条目与提交构成 ${found} 片叶的树，而清单所载为 ${size} 片叶、根 ${root}：两者不属于同一份备份。请使用另一份。`,
  })
}
