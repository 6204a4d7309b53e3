// The sealed parts of records: encrypted at rest with AES-256-GCM under a key that never leaves the key directory, and
// bound to the digest in their entry, so that a sealed part cannot be moved under another record. The same directory
// keeps the key of the actors' pseudonyms.

import { createCipheriv, createDecipheriv, createSecretKey, randomFillSync } from 'node:crypto'
import { LedgerError } from './core/error.ts'
import { checkSealed, decodeSealed, type PseudonymKey, type Sealed, sealRecord } from './core/record.ts'
import { openSecret } from './secrets.ts'

export interface Vault {
  /** HMAC key of the actors' pseudonyms. */
  readonly actorKey: PseudonymKey
  /** Encrypts a sealed part under a fresh salt; `digest` is what the entry commits to. */
  seal(sealed: Sealed): { readonly digest: string; readonly bytes: Uint8Array }
  /** Decrypts, and checks against the digest in the entry. */
  open(bytes: Uint8Array, digest: string): Sealed
}

const SALT_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Opens the vault of a key directory; its keys are made at first start. */
export async function openVault(keyDirectory: string): Promise<Vault> {
  const [sealKey, actorKey] = await Promise.all([
    openSecret(keyDirectory, 'seal.key'),
    openSecret(keyDirectory, 'actor.key'),
  ])
  // A raw key would be turned into a key object once a record.
  const key = createSecretKey(sealKey)
  const random = createRandomBytes()
  return {
    actorKey: createSecretKey(actorKey),
    seal(sealed) {
      const salt = random(SALT_BYTES)
      const { digest, bytes } = sealRecord(sealed, salt)
      const nonce = random(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(digest))
      const encrypted = [cipher.update(salt), cipher.update(bytes), cipher.final()]
      return { digest, bytes: Buffer.concat([nonce, ...encrypted, cipher.getAuthTag()]) }
    },
    open(bytes, digest) {
      const nonce = bytes.subarray(0, NONCE_BYTES)
      const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(digest))
      let plain: Buffer
      try {
        decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
        plain = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
      } catch (cause) {
        throw new LedgerError(
          'sealed_damaged',
          {
            en: 'The sealed part cannot be decrypted: it was changed on disk, or the key directory is not the one it was sealed with. Restore both from the same backup.',
            zh: '密封部分无法解密：它在磁盘上被改动，或密钥目录不是密封时的那个。请从同一份备份恢复两者。',
          },
          { cause },
        )
      }
      const content = plain.subarray(SALT_BYTES)
      if (!checkSealed(digest, plain.subarray(0, SALT_BYTES), content)) {
        throw new LedgerError('sealed_damaged', {
          en: `The sealed part does not make the digest ${digest} that its entry holds; restore its file from a backup.`,
          zh: `密封部分得不出条目中的摘要 ${digest}；请从备份恢复其文件。`,
        })
      }
      return decodeSealed(content)
    },
  }
}

/** Random bytes, each handed out once: asking the system for many at a time costs a tenth of asking for each. */
function createRandomBytes(): (count: number) => Buffer {
  const pool = Buffer.alloc(16_384)
  let used = pool.length
  return count => {
    if (used + count > pool.length) {
      randomFillSync(pool)
      used = 0
    }
    const bytes = Buffer.from(pool.subarray(used, used + count))
    pool.fill(0, used, used + count) // what was handed out is not kept
    used += count
    return bytes
  }
}
