// The keys of a ledger, before a backup is made of it: those that its facts tell of must be there and be the ones (as
// `suyuan fsck` asks), or the backup would hold fewer than it says, or another in the place of a good copy. And one made
// without keys does not go where keys are: they would be in it, or be gone.

import { basename, join } from 'node:path'
import { ORGANISATION_KEYS } from '../accounts.ts'
import { LedgerError } from '../core/error.ts'
import type { Words } from '../core/words.ts'
import { checkKeyFile, logKeyFiles } from '../log-key.ts'
import { checkSecret, pinnedSecrets } from '../secrets.ts'
import { eachFact } from '../store/facts/facts-journal.ts'
import type { LogFile } from '../store/file.ts'
import { checkSums } from '../store/level/folder-sums.ts'
import { digestFile, sizeOf } from './copy.ts'
import { LOCK, listFiles } from './folder.ts'
import { isKeyFile } from './ledger-files.ts'
import type { Manifest } from './manifest.ts'

/** Facts that tell of keys; the others may be many, and are not kept. */
const OF_KEYS = /^(index\/)?(key|log)\//

/**
 * @throws LedgerError of the first key that is not what it was: `key_lost`, `key_foreign`, `log_key_lost`,
 *   `log_key_foreign`, `key_damaged`, `key_unreadable`, `key_readable_by_others`; the message names all of them
 */
export async function requireKeys(data: string, facts: LogFile): Promise<void> {
  const directory = join(data, 'keys')
  const known = await readKeyFacts(facts)
  const errors: LedgerError[] = []
  const attempt = async (check: Promise<void>): Promise<void> => {
    await check.catch((error: unknown) => {
      if (!(error instanceof LedgerError)) throw error
      errors.push(error)
    })
  }
  for (const [name, fingerprint] of pinnedSecrets(known)) await attempt(checkSecret(directory, name, fingerprint))
  for (const [name, key] of await logKeyFiles({ get: async fact => known.get(fact) })) {
    await attempt(checkKeyFile(directory, name, key))
  }
  const organisations = join(directory, ORGANISATION_KEYS)
  for (const name of (await checkSums(organisations)).changed) errors.push(otherKey(join(organisations, name)))
  const [first] = errors
  if (first === undefined) return
  const all = (language: keyof Words, between: string): string =>
    errors.map(({ words }) => words[language]).join(between)
  throw new LedgerError(
    first.code,
    {
      en: `Nothing was backed up, for not all keys of the ledger are there. ${all('en', ' ')} The records alone are backed up into a new folder, with --no-keys.`,
      zh: `没有备份任何内容：账本的密钥不全。${all('zh', '')}如只备份记录，请指定一个新目录并加 --no-keys。`,
    },
    { cause: first },
  )
}

/** Of the files in `keys/` that no fact tells of: which never change, and which may change but not go. */
const NEVER_CHANGES = new RegExp(`^keys/${ORGANISATION_KEYS}/[^/]+\\.key$`)
const NEVER_GOES = 'keys/tokens.json'

/**
 * Of keys that no fact tells of, the backup made before tells which there must be: `SUMS` beside them may be gone with them.
 * @throws LedgerError `key_damaged`
 */
export async function requireFormerKeys(data: string, to: string, former: Manifest): Promise<void> {
  const lost: string[] = []
  for (const { path, length, sha256 } of former.files) {
    const file = join(data, path)
    const isGone = path === NEVER_GOES && (await sizeOf(file)) < 0
    if (isGone || (NEVER_CHANGES.test(path) && (await digestFile(file, length)) !== sha256)) lost.push(file)
  }
  const [first, ...more] = lost
  if (first === undefined) return
  const [en, zh] =
    more.length === 0
      ? ['', '']
      : [` and ${more.map(path => basename(path)).join(', ')}`, `、${more.map(path => basename(path)).join('、')}`]
  throw new LedgerError('key_damaged', {
    en: `Nothing was backed up: ${first}${en}: gone, or not what the backup in ${to} has of it, which is left as it is. Restore it from there; or, if it was removed on purpose, name a new folder for this backup.`,
    zh: `没有备份任何内容：${first}${zh} 不见了，或与 ${to} 中备份的不同；该备份保持不变。请由其恢复；若是有意移除，请为本次备份指定一个新目录。`,
  })
}

function otherKey(path: string): LedgerError {
  return new LedgerError('key_damaged', {
    en: `The key file ${path} is gone, or is not what it was when it was made; restore it from your backup.`,
    zh: `密钥文件 ${path} 不见了，或与生成时不同；请从备份恢复。`,
  })
}

async function readKeyFacts(facts: LogFile): Promise<Map<string, string>> {
  const known = new Map<string, string>()
  for await (const [key, value] of eachFact(facts)) if (OF_KEYS.test(key)) known.set(key, value)
  return known
}

/** @throws LedgerError `backup_holds_keys` when there is a key in the folder, whoever put it there */
export async function requireNoKeys(to: string): Promise<void> {
  const [key, ...more] = (await listFiles(to, name => name === LOCK)).filter(isKeyFile)
  if (key === undefined) return
  const [en, zh] = more.length === 0 ? ['', ''] : [` and ${more.length} more`, `等 ${more.length + 1} 个密钥文件`]
  throw new LedgerError('backup_holds_keys', {
    en: `${to} holds keys (${join(to, key)}${en}), and a backup without keys neither keeps nor deletes them; nothing was written. Name a new folder for --no-keys, or leave --no-keys out.`,
    zh: `${to} 中有密钥（${join(to, key)}${zh}），而不含密钥的备份既不保留也不删除它们；没有写入任何内容。请为 --no-keys 指定一个新目录，或去掉 --no-keys。`,
  })
}
