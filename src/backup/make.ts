// A backup of a ledger, made while it works (docs/backup.md): a moment is taken (snapshot.ts), what differs from the backup
// that is there is copied (copy.ts), the tree of the copy is made again up to the moment's root (tree.ts), and only then
// is it the backup (folder.ts).

import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { takeLock } from '../chain/node/lock.ts'
import { decodeBase64, encodeBase64 } from '../core/bytes.ts'
import { LedgerError } from '../core/error.ts'
import type { Hash } from '../core/tree.ts'
import type { Words } from '../core/words.ts'
import { CHAIN_JOURNAL } from '../fsck/check-chain-journal.ts'
import { FACTS_FILE } from '../store/facts/facts.ts'
import type { WorkingParts } from '../store/working-parts.ts'
import { requireApart } from './apart.ts'
import { requireChainJournal } from './chain-journal.ts'
import { type Copy, checkCopied, copiedFiles } from './copied.ts'
import { copyAll } from './copy-all.ts'
import { erasedUntold, findErased } from './erased-parts.ts'
import {
  foldersUpTo,
  LOCK,
  listOthers,
  MANIFEST_NEW,
  makeFolder,
  readManifest,
  removeFormer,
  settleFolder,
  syncFolders,
  takeNewNames,
  writeSynced,
} from './folder.ts'
import { requireFormerFacts } from './former-facts.ts'
import { requireFormerKeys, requireKeys, requireNoKeys } from './keys.ts'
import { type BackedUpFile, digestManifest, encodeManifest, MANIFEST, type Manifest } from './manifest.ts'
import type { Progress } from './progress.ts'
import { compareSealed } from './sealed-change.ts'
import { takeSnapshot } from './snapshot.ts'
import { digestsBySegment, listSource, type SourceFile } from './source.ts'
import type { CheckedTree } from './tree.ts'

export interface BackupOptions {
  /** The data directory, of a service that runs or not. */
  readonly data: string
  /** The folder of the archives; `archive` in the data directory if it is nowhere else. */
  readonly archives?: string
  /** The folder of the backup: a new one, or that of a backup of the same ledger. */
  readonly to: string
  /** Whether the keys go along. */
  readonly keys: boolean
  /** A network is named as the ledger's chain, in the place of the embedded one. */
  readonly isNetworkNamed?: boolean
  readonly segmentLeaves: number
  readonly work: WorkingParts
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly onProgress: (progress: Progress) => void
  readonly onNotice: (notice: Words) => void
}

/** Moments taken, where parts are erased while they are copied. */
const MOST_MOMENTS = 5

export interface BackupMade {
  readonly manifest: Manifest
  /** SHA-256 of the manifest, hex. */
  readonly digest: string
  /** Bytes that were written; the others were there. */
  readonly written: number
  readonly bytes: number
}

/**
 * @throws LedgerError `data_unknown`, `ledger_busy`; `backup_place_wrong`, `backup_place_taken`, `backup_in_use`;
 *   `backup_holds_keys`; `backup_of_other_history`; of a key that is missing, as `requireKeys`; and of damage found in
 *   the source: `commits_damaged`, `facts_damaged`, `chain_journal_damaged`, `log_damaged`, `log_truncated`,
 *   `sealed_damaged`. The backup made before stays as it was.
 */
export async function makeBackup(options: BackupOptions): Promise<BackupMade> {
  const [data, to] = [resolve(options.data), resolve(options.to)]
  await requireApart(data, to)
  await using opened = new AsyncDisposableStack()
  opened.adopt(await lockFolder(to), lock => lock.release())
  if (!options.keys) await requireNoKeys(to)
  const former = (await settleFolder(to)) ? await readManifest(to) : undefined
  if (former !== undefined) requireSegments(former, options.segmentLeaves, to)
  let before = former
  let written = 0
  const untold = new Set<number>()
  for (let tries = 0; tries < MOST_MOMENTS; tries++) {
    const copied = await copyMoment({ ...options, data, to }, before, former)
    written += copied.written
    if (copied.untold.length === 0) {
      await makeItTheBackup(to, copied.manifest, former)
      for (const path of await listOthers(to, copied.manifest)) options.onNotice(notOurs(join(to, path)))
      return { manifest: copied.manifest, digest: digestManifest(copied.manifest), written, bytes: copied.bytes }
    }
    // A part that was erased while it was copied: its record is durable by now, and in the next moment.
    const [still, ...more] = copied.untold.filter(leaf => untold.has(leaf))
    if (still !== undefined) throw erasedUntold(data, still, more.length)
    for (const leaf of copied.untold) untold.add(leaf)
    await settleFolder(to, copied.manifest)
    before ??= copied.manifest // of a first backup, what is copied need not be copied again
  }
  throw stillErasing(to)
}

/** What was copied of one moment, checked, but not the backup yet. */
interface CopiedMoment {
  readonly manifest: Manifest
  /** Leaves whose sealed part is gone, and no record of this moment tells of it. */
  readonly untold: readonly number[]
  readonly written: number
  readonly bytes: number
}

/** `before`: what is in the folder; `good`: the backup made before, whose sealed parts are known to be told of. */
async function copyMoment(
  options: BackupOptions,
  before: Manifest | undefined,
  good: Manifest | undefined,
): Promise<CopiedMoment> {
  const { data, to, segmentLeaves, keys, work, now, onProgress, onNotice } = options
  const archives = resolve(options.archives ?? join(data, 'archive'))
  await using opened = new AsyncDisposableStack()
  const snapshot = opened.use(await takeSnapshot(data, segmentLeaves))
  const { last, growing, pruned } = snapshot
  const facts = growing.get(FACTS_FILE)!
  if (keys) await requireKeys(data, facts)
  if (keys && good !== undefined) await requireFormerKeys(data, to, good)
  if (good !== undefined) await requireFormerFacts(facts, to, good)
  const isNetworkNamed = options.isNetworkNamed ?? false
  await requireChainJournal({ data, to, journal: growing.get(CHAIN_JOURNAL), facts, former: good, isNetworkNamed })
  const made = new Date(now()).toISOString()
  const list = async (): Promise<readonly SourceFile[]> => {
    const source = { data, archives, segmentLeaves, last, pruned, keys, snapshot: new Set(growing.keys()) }
    const { files, leftAside } = await listSource(source)
    for (const path of leftAside) onNotice(notCopied(path))
    return files
  }
  let done = 0
  const onBytes = (bytes: number, total: number): void => {
    done += bytes
    onProgress({ step: 'copying', done, total })
  }
  const { files, fresh, written, bytes } = await copyAll({ to, former: before, growing, list, onBytes })
  const copy: Copy = { data, archives, to, files, fresh }
  if (before !== undefined) await compareSealed({ to, former: before, files, copied: copiedFiles(copy, true) })
  const check = (known: ReadonlyMap<number, Hash>): Promise<CheckedTree> => {
    const onLeaves = (done: number): void => onProgress({ step: 'checking', done, total: last.size })
    return checkCopied(copy, { segmentLeaves, work, known, onLeaves })
  }
  const known = checkedBefore(before, files)
  const { segments, erased } = await check(known)
  let untold = (await findErased({ to, files, copied: copiedFiles(copy), former: good })).filter(
    leaf => !erased.has(leaf),
  )
  if (untold.length > 0 && known.size > 0) {
    // The record may be in a segment that was not read again: of an erasure that a crash came into.
    const all = await check(new Map())
    untold = untold.filter(leaf => !all.erased.has(leaf))
  }
  const manifest: Manifest = {
    made,
    size: last.size,
    root: encodeBase64(last.root),
    segmentLeaves,
    segments: segments.map(encodeBase64),
    keys,
    files: [...files.values()],
  }
  return { manifest, untold, written, bytes }
}

/** From the first `.new` name to the last, each step durable before the next: see folder.ts. */
async function makeItTheBackup(to: string, manifest: Manifest, former: Manifest | undefined): Promise<void> {
  const paths = manifest.files.map(({ path }) => path)
  await syncFolders(paths.flatMap(path => foldersUpTo(join(to, path), to)))
  const json = encodeManifest(manifest)
  await writeSynced(join(to, MANIFEST_NEW), json)
  await syncFolders([to])
  await takeNewNames(to, json)
  await removeFormer(to, new Set(paths), new Set(former?.files.map(({ path }) => path)))
}

/** Roots of the full segments whose files are what they were when the backup before this one was checked. */
function checkedBefore(former: Manifest | undefined, files: ReadonlyMap<string, BackedUpFile>): Map<number, Hash> {
  const known = new Map<number, Hash>()
  if (former === undefined) return known
  const before = digestsBySegment(former.files)
  const now = digestsBySegment(files.values())
  for (const [number, root] of former.segments.entries()) {
    const digests = now.get(number)
    if (digests !== undefined && digests === before.get(number)) known.set(number, decodeBase64(root)!)
  }
  return known
}

async function lockFolder(to: string): Promise<{ release(): Promise<void> }> {
  await makeFolder(to)
  const names = await readdir(to)
  if (names.length > 0 && !names.includes(MANIFEST) && !names.includes(LOCK)) {
    throw new LedgerError('backup_place_taken', {
      en: `${to} is not empty and holds no backup; name a new folder.`,
      zh: `${to} 不是空目录，其中也没有备份；请指定一个新目录。`,
    })
  }
  return takeLock(join(to, LOCK)).catch((cause: unknown) => {
    if (!(cause instanceof LedgerError) || !cause.retryable) throw cause
    throw new LedgerError(
      'backup_in_use',
      { en: `Another backup is being written to ${to}; let it end.`, zh: `另一备份正在写入 ${to}；请等它完成。` },
      { cause, retryable: true },
    )
  })
}

function notOurs(path: string): Words {
  return {
    en: `${path} is not of this backup; it is left as it is, and nothing checks it.`,
    zh: `${path} 不属于本备份；保持原样，也不做检查。`,
  }
}

function notCopied(path: string): Words {
  return {
    en: `${path} is not copied: its name is one that no backup holds, or the keys are left out and it is not a file of the ledger's own.`,
    zh: `${path} 未复制：其文件名无法写入备份，或备份不含密钥而它不是账本自身的文件。`,
  }
}

function stillErasing(to: string): LedgerError {
  return new LedgerError(
    'ledger_busy',
    {
      en: `Sealed parts went on being erased while they were copied; the backup made before in ${to}, if any, is left as it was. Run this again.`,
      zh: `复制期间密封部分不断被删除；${to} 中此前的备份（如有）保持不变。请重新运行。`,
    },
    { retryable: true },
  )
}

function requireSegments(former: Manifest, segmentLeaves: number, to: string): void {
  if (former.segmentLeaves === segmentLeaves) return
  throw new LedgerError('backup_of_other_history', {
    en: `${to} holds the backup of a ledger with segments of ${former.segmentLeaves} leaves, not ${segmentLeaves}: another one. Name a new folder.`,
    zh: `${to} 中是另一账本的备份，其每个分段有 ${former.segmentLeaves} 片叶，而非 ${segmentLeaves} 片。请指定一个新目录。`,
  })
}
