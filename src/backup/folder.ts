// A folder that a backup lies in. What is replaced is written beside as `.new` and gets its name only when everything is
// there: the manifest's own `.new` says so. A crash before that leaves the former backup, after it the new one, which
// whoever opens the folder next finishes. So at no moment is there no backup.

import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { LedgerError } from '../core/error.ts'
import { isLedgerFile } from './ledger-files.ts'
import { decodeManifest, MANIFEST, type Manifest } from './manifest.ts'

export const NEW = '.new'
export const MANIFEST_NEW = MANIFEST + NEW
/** Held by whoever writes the folder (token-lock.ts says why a LevelDB). */
export const LOCK = 'lock'

/** Writes and syncs a file that only this account may read. */
export async function writeSynced(path: string, content: string): Promise<void> {
  await using file = await open(path, 'w', 0o600)
  await file.writeFile(content)
  await file.sync()
}

/** The text of a file; undefined when there is none. */
export async function readOptional(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  })
}

export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 })
}

/** Makes the names in folders durable. */
export async function syncFolders(paths: Iterable<string>): Promise<void> {
  for (const path of new Set(paths)) {
    await using folder: FileHandle = await open(path, 'r')
    await folder.sync()
  }
}

/** The folders from that of a file up to `top`. */
export function foldersUpTo(path: string, top: string): string[] {
  const folders: string[] = []
  for (let at = dirname(path); at.length >= top.length; at = dirname(at)) folders.push(at)
  return folders
}

/** All files under a folder, by their path within it, with `/`; in order. Nothing of `except` is looked into. */
export async function listFiles(top: string, except: (path: string) => boolean): Promise<string[]> {
  const found: string[] = []
  const look = async (folder: string): Promise<void> => {
    for (const item of (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, item.name)
      const name = relative(top, path).split(sep).join('/')
      if (except(name)) continue
      if (item.isDirectory()) await look(path)
      else found.push(name)
    }
  }
  await look(top)
  return found
}

/** The manifest of the backup in a folder. @throws LedgerError `backup_missing`, `backup_manifest_damaged` */
export async function readManifest(folder: string): Promise<Manifest> {
  const name = join(folder, MANIFEST)
  const json = await readOptional(name)
  if (json !== undefined) return decodeManifest(json, name)
  throw new LedgerError('backup_missing', {
    en: `There is no whole backup in ${folder}: ${MANIFEST}, which is written last, is not there. Name the folder of a backup, or let \`suyuan backup\` end.`,
    zh: `${folder} 中没有完整的备份：没有最后才写入的 ${MANIFEST}。请指定备份所在的目录，或等 \`suyuan backup\` 完成。`,
  })
}

/**
 * Finishes a backup that was whole when its process ended, and takes away what one left that was not.
 * @param begun What was copied a moment ago, and is not to be the backup
 * @returns whether there is a backup in the folder
 */
export async function settleFolder(folder: string, begun?: Manifest): Promise<boolean> {
  const prepared = await readOptional(join(folder, MANIFEST_NEW))
  if (prepared !== undefined && isWhole(prepared)) await takeNewNames(folder, prepared)
  const names = await listFiles(folder, name => name === LOCK)
  const isMade = names.includes(MANIFEST)
  const made = isMade ? (await readManifest(folder)).files : []
  const known = new Set([...made, ...(begun?.files ?? [])].map(({ path }) => path))
  for (const name of names.filter(name => name.endsWith(NEW))) {
    const path = name.slice(0, -NEW.length)
    if (path === MANIFEST || known.has(path) || isLedgerFile(path)) await rm(join(folder, name), { force: true })
  }
  return isMade
}

function isWhole(json: string): boolean {
  try {
    decodeManifest(json, MANIFEST)
    return true
  } catch {
    return false
  }
}

/** Gives the files of a manifest their names, and then the manifest. */
export async function takeNewNames(folder: string, json: string): Promise<void> {
  const { files } = decodeManifest(json, MANIFEST)
  const touched = new Set([folder])
  for (const { path } of files) {
    const name = join(folder, path)
    const renamed = await rename(name + NEW, name).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return false // it has its name already
        throw error
      },
    )
    if (renamed) touched.add(dirname(name))
  }
  await syncFolders(touched)
  await rename(join(folder, MANIFEST_NEW), join(folder, MANIFEST))
  await syncFolders([folder])
}

/**
 * Removes the files of the backup before this one that are not of this one, and the folders that are empty then. So go a
 * ledger's files that no manifest names: a backup that did not end left them. Whatever else is there stays.
 */
export async function removeFormer(
  folder: string,
  kept: ReadonlySet<string>,
  former: ReadonlySet<string>,
): Promise<void> {
  for (const name of (await listBeside(folder, kept)).filter(name => former.has(name) || isLedgerFile(name))) {
    const path = join(folder, name)
    await rm(path, { force: true })
    for (const emptied of foldersUpTo(path, folder)) {
      if (
        emptied === folder ||
        !(await rmdir(emptied).then(
          () => true,
          () => false,
        ))
      )
        break
    }
  }
}

/** At most this many are named. */
const NAMED_OTHERS = 20

/** The first of the files in a folder that are not of its backup. */
export async function listOthers(folder: string, { files }: Manifest): Promise<readonly string[]> {
  return (await listBeside(folder, new Set(files.map(({ path }) => path)))).slice(0, NAMED_OTHERS)
}

function listBeside(folder: string, kept: ReadonlySet<string>): Promise<string[]> {
  return listFiles(folder, name => name === LOCK || name === MANIFEST || kept.has(name))
}
