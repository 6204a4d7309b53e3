// The keys that --source-key names: files, and folders that have some.

import { readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { LedgerError } from '../core/error.ts'
import { readKeyFile } from '../source/key-file.ts'
import type { SourceKey } from '../source/sign.ts'

const KEY_FILE = '.key'

/** By path; one for each source. @throws LedgerError of the files; `source_keys_missing`, `source_key_double` */
export async function readKeyFiles(paths: readonly string[]): Promise<ReadonlyMap<string, SourceKey>> {
  const keys = new Map<string, SourceKey>()
  for (const path of await findKeyFiles(paths)) {
    const key = await readKeyFile(path)
    if (keys.values().some(({ source }) => source === key.source)) throw keyDouble(key.source, path)
    keys.set(path, key)
  }
  return keys
}

/** In one order always: two runs that lock the same keys must not wait for each other. */
async function findKeyFiles(paths: readonly string[]): Promise<readonly string[]> {
  const found = new Set<string>()
  for (const path of paths) {
    const isFolder = await stat(path).then(
      entry => entry.isDirectory(),
      () => false, // reading it says why
    )
    if (!isFolder) {
      found.add(resolve(path))
      continue
    }
    const names = (await readdir(path)).filter(name => name.endsWith(KEY_FILE))
    if (names.length === 0) {
      throw new LedgerError('source_keys_missing', {
        en: `The folder ${path} has no key: none of its files ends in ${KEY_FILE}.`,
        zh: `目录 ${path} 中没有密钥：没有以 ${KEY_FILE} 结尾的文件。`,
      })
    }
    for (const name of names) found.add(resolve(join(path, name)))
  }
  return [...found].sort()
}

function keyDouble(source: string, path: string): LedgerError {
  return new LedgerError('source_key_double', {
    en: `${path} is a second key of the source ${source}; give the one that goes on, and put the other away.`,
    zh: `${path} 是来源 ${source} 的第二个密钥；请只给出接续使用的那个，另一个请移走。`,
  })
}
