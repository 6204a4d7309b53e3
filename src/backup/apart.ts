// A backup and a data directory lie beside each other, never one in the other: each is written as a whole, and what is in
// it that is not its own would be in the way, or go.

import { realpath } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import { LedgerError } from '../core/error.ts'

/** @throws LedgerError `backup_place_wrong`, also where a symbolic link hides it */
export async function requireApart(data: string, backup: string): Promise<void> {
  const [realData, realBackup] = [await realPlace(data), await realPlace(backup)]
  if (!isWithin(realData, realBackup) && !isWithin(realBackup, realData)) return
  throw new LedgerError('backup_place_wrong', {
    en: `The backup ${backup} and the data directory ${data} lie in each other, and nothing was written; name a folder beside it, best on another machine.`,
    zh: `备份目录 ${backup} 与数据目录 ${data} 互相包含，没有写入任何内容；请指定其外的目录，最好在另一台机器上。`,
  })
}

function isWithin(path: string, folder: string): boolean {
  return `${path}${sep}`.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`)
}

/** Where an absolute path leads to, of which the last parts need not be there yet. */
async function realPlace(path: string): Promise<string> {
  return realpath(path).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' || dirname(path) === path) throw error
    return join(await realPlace(dirname(path)), basename(path))
  })
}
