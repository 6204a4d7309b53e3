// What is not there, told apart from what cannot be looked at: a disk that fails, or a file of somebody else's account, is
// never taken for one that is gone.

import { access, type FileHandle, readdir } from 'node:fs/promises'
import { constants } from 'node:os'

/** For whatever looks at a path: nothing is there. Any other failure goes on. */
export function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

export async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    error => ignoreMissing(error) ?? false,
  )
}

/** The names in a folder; none where there is no folder. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(ignoreMissing)) ?? []
}

/** The system opens a folder as it does a file, and refuses only to read it, without saying which. @throws as it does then, EISDIR */
export async function refuseFolder(handle: FileHandle, path: string): Promise<void> {
  if (!(await handle.stat()).isDirectory()) return
  const { errno } = constants
  throw Object.assign(new Error(`EISDIR: ${path} is a directory`), { code: 'EISDIR', errno: -errno.EISDIR, path })
}
