// Accounts that this installation keeps for organisations which have none of their own yet: for a pilot, where one
// operator runs everything. Whoever holds these keys can act as these organisations; in earnest each keeps its own.

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Wallet } from 'ethers'
import { LedgerError } from './core/error.ts'
import { openSecret } from './secrets.ts'
import { checkSums, writeSums } from './store/level/folder-sums.ts'

/** In the key directory. */
export const ORGANISATION_KEYS = 'organisations'

/** Whose keys: an organisation's own, or its chief data officer's, which is another so that two must act. */
type Holder = 'organisation' | 'officer'

/** The accounts of these organisations, by code; keys that are missing are made. @param keys `<data>/keys` */
export async function openAccounts(
  keys: string,
  codes: readonly string[],
  holder: Holder = 'organisation',
): Promise<(code: string) => Wallet> {
  const accounts = new Map<string, Wallet>()
  const folder = join(keys, ORGANISATION_KEYS)
  const { changed } = await checkSums(folder)
  for (const code of new Set(codes)) {
    if (!/^[0-9A-Z]{18}$/.test(code)) throw new Error(`${code} is no organisation code, and cannot name a file`)
    const name = holder === 'officer' ? `${code}.officer.key` : `${code}.key`
    const key = await openSecret(folder, name)
    accounts.set(code, new Wallet(`0x${key.toString('hex')}`))
  }
  // For fsck: these keys have no fingerprint elsewhere. What changed must not pass for what it was.
  if (accounts.size > 0 && changed.length === 0) await writeSums(folder)
  return code => {
    const account = accounts.get(code)
    if (account === undefined) throw new Error(`no account was opened for ${code}`)
    return account
  }
}

/** The account that pays and anchors: from a file of the operator's, or made in the data directory. */
export async function openOwnAccount(keys: string, keyFile: string | undefined): Promise<Wallet> {
  if (keyFile === undefined) return new Wallet(`0x${(await openSecret(keys, 'account.key')).toString('hex')}`)
  const text = await readFile(keyFile, 'utf8').catch((cause: unknown) => {
    throw new LedgerError(
      'key_unreadable',
      {
        en: `SUYUAN_KEY_FILE names ${keyFile}, which cannot be read; check path and mode.`,
        zh: `SUYUAN_KEY_FILE 指向 ${keyFile}，无法读取；请核对路径和权限。`,
      },
      {
        cause,
      },
    )
  })
  try {
    return new Wallet(text.trim())
  } catch {
    // Without its cause: it would quote the key.
    throw new LedgerError('key_damaged', {
      en: `${keyFile} does not hold a private key of 64 hexadecimal digits; let SUYUAN_KEY_FILE name the right file, or restore it from your backup.`,
      zh: `${keyFile} 不是 64 位十六进制数字的私钥；请将 SUYUAN_KEY_FILE 指向正确的文件，或从备份恢复。`,
    })
  }
}
