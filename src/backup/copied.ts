// What was copied, under the names that it has until it is the backup; and its tree checked. Damage found in a copy that is
// what was read of the ledger is the ledger's: its file is named then, not the copy.

import { basename, join, relative, sep } from 'node:path'
import { LedgerError } from '../core/error.ts'
import type { Files } from '../store/file.ts'
import { digestFile } from './copy.ts'
import { NEW } from './folder.ts'
import type { BackedUpFile } from './manifest.ts'
import { readOnlyFiles } from './read-only.ts'
import { type CheckedTree, checkTree, type TreeParts } from './tree.ts'

export interface Copy {
  /** The data directory, the folder of its archives, and that of the backup. */
  readonly data: string
  readonly archives: string
  readonly to: string
  readonly files: ReadonlyMap<string, BackedUpFile>
  /** Those that are under their names with `.new`. */
  readonly fresh: ReadonlySet<string>
}

/** The files of the copy, asked for by the names that they will have. `asSource`: errors name those of the ledger. */
export function copiedFiles(copy: Copy, asSource = false): Files {
  const { data, archives, to, files } = copy
  return readOnlyFiles(path => {
    const name = relative(to, path).split(sep).join('/')
    const place = { path: placeOf(copy, name), end: files.get(name)?.length ?? 0 }
    if (!asSource) return place
    return { ...place, called: name.startsWith('archive/') ? join(archives, basename(name)) : join(data, name) }
  })
}

/** @throws LedgerError as `checkTree` */
export async function checkCopied(copy: Copy, parts: Omit<TreeParts, 'folder' | 'files'>): Promise<CheckedTree> {
  const check = (asSource: boolean): Promise<CheckedTree> =>
    checkTree({ ...parts, folder: copy.to, files: copiedFiles(copy, asSource) })
  try {
    return await check(false)
  } catch (error) {
    if (!(error instanceof LedgerError) || !(await isAsRead(copy))) throw error
  }
  return check(true).catch((cause: unknown) => {
    throw cause instanceof LedgerError ? sourceDamaged(copy.data, cause) : cause
  })
}

function placeOf({ to, fresh }: Copy, name: string): string {
  return join(to, fresh.has(name) ? name + NEW : name)
}

/** Whether every file of the copy is still what was read of the ledger. */
async function isAsRead(copy: Copy): Promise<boolean> {
  for (const { path, length, sha256 } of copy.files.values()) {
    if ((await digestFile(placeOf(copy, path), length)) !== sha256) return false
  }
  return true
}

function sourceDamaged(data: string, cause: LedgerError): LedgerError {
  const { en, zh } = cause.words
  return new LedgerError(
    cause.code,
    {
      en: `The ledger itself is damaged, and no backup is made of it; one made before is left as it is: keep it. ${en} Run \`suyuan fsck --data ${data}\`, which names all that is damaged.`,
      zh: `账本本身已损坏，不为其制作备份；此前的备份（如有）保持不变，请保留。${zh}请运行 \`suyuan fsck --data ${data}\`，它会列出所有损坏之处。`,
    },
    { cause },
  )
}
