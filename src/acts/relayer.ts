// The account that sends other parties' acts: one of its own, so that acts and anchors do not wait for each other's
// transactions. It has no say in anything: the contracts look at who signed, not at who sent.

import { Wallet } from 'ethers'
import { LedgerError } from '../core/error.ts'
import { openSecret, readPrivate } from '../secrets.ts'

const FILE = 'relay.key'

/**
 * @param keys `<data>/keys`; the key is made when there is none. It may be lost: another account sends as well.
 * @param keyFile SUYUAN_RELAY_KEY_FILE: an account with money, on networks where gas has a price.
 * @throws LedgerError `key_unreadable`, `key_readable_by_others`, `key_damaged`
 */
export async function openRelayAccount(keys: string, keyFile: string | undefined): Promise<Wallet> {
  if (keyFile === undefined) return new Wallet(`0x${(await openSecret(keys, FILE)).toString('hex')}`)
  return readAccount(keyFile)
}

/** The account whose private key a file holds, in 64 hexadecimal digits. Throws as `openRelayAccount`. */
export async function readAccount(keyFile: string): Promise<Wallet> {
  const text = await readPrivate(keyFile)
  if (text === undefined)
    throw new LedgerError('key_unreadable', {
      en: `There is no key file ${keyFile}; check its path.`,
      zh: `没有密钥文件 ${keyFile}；请核对路径。`,
    })
  try {
    const hex = text.trim().replace(/^0x/u, '')
    if (/^[0-9a-f]{64}$/iu.test(hex)) return new Wallet(`0x${hex}`)
  } catch {
    // Without its cause: it would quote the key.
  }
  throw new LedgerError('key_damaged', {
    en: `${keyFile} does not hold a private key of 64 hexadecimal digits; check its path, or restore it from your backup.`,
    zh: `${keyFile} 不是 64 位十六进制数字的私钥；请核对路径，或从备份恢复。`,
  })
}
