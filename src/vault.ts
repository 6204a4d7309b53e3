// The sealed parts of records: encrypted at rest under a key that never leaves the key directory. The same directory
// keeps the key of the actors' pseudonyms.
//
// AES-256 in counter mode (NIST SP 800-38A), a chunk of lines at a time, since a cipher a record costs more than all the
// rest of a record. Counter mode alone lets whoever writes the disk flip bits of the text; here nothing of it is believed
// before it made the digest in its entry, which is a salted SHA-256 in the tree, and stronger than a tag beside the text.
// docs/decisions/2026-11-22-sealed-parts-in-one-stream.md

import { createCipheriv, createDecipheriv, createSecretKey, randomFillSync } from 'node:crypto'
import { LedgerError } from './core/error.ts'
import { checkSealed, decodeSealed, type Sealed, sealRecord } from './core/record.ts'
import { derivePseudonym, type PseudonymKey } from './pseudonym.ts'
import { openSecret } from './secrets.ts'

export interface Vault {
  /** HMAC key of the actors' pseudonyms. */
  readonly actorKey: PseudonymKey
  /** The pseudonym of a person; those seen lately are remembered. */
  pseudonymOf(person: string): string
  /**
   * Puts a sealed part under a fresh salt, or the one that its source signed for: `digest` is what the entry commits to,
   * `secret` what `encrypt` takes.
   */
  commit(sealed: Sealed, salt?: Uint8Array): { readonly digest: string; readonly secret: Uint8Array }
  /** Encrypts what `commit` gave, each so that it can be read, moved and erased by itself. */
  encrypt(secrets: readonly Uint8Array[]): Uint8Array[]
  /** Decrypts one, and checks it against the digest in its entry. @throws LedgerError `sealed_damaged` */
  open(bytes: Uint8Array, digest: string): Sealed
}

const CIPHER = 'aes-256-ctr'
const SALT_BYTES = 32
/** A counter block: 12 random bytes, the same for a chunk, and the number of the block. */
const COUNTER_BYTES = 16
const NONCE_BYTES = 12
/** Persons whose pseudonyms are remembered: each costs an HMAC otherwise. */
const KEPT_PERSONS = 10_000

/** Opens the vault of a key directory; its keys are made at first start. */
export async function openVault(keyDirectory: string): Promise<Vault> {
  const [sealSecret, actorSecret] = await Promise.all([
    openSecret(keyDirectory, 'seal.key'),
    openSecret(keyDirectory, 'actor.key'),
  ])
  // A raw key would be turned into a key object once a record.
  const sealKey = createSecretKey(sealSecret)
  const actorKey = createSecretKey(actorSecret)
  const random = createRandomBytes()
  const pseudonyms = new Map<string, string>()
  return {
    actorKey,
    pseudonymOf(person) {
      const known = pseudonyms.get(person)
      if (known !== undefined) return known
      const pseudonym = derivePseudonym(actorKey, person)
      if (pseudonyms.size >= KEPT_PERSONS) pseudonyms.clear()
      pseudonyms.set(person, pseudonym)
      return pseudonym
    },
    commit(sealed, salt = random(SALT_BYTES)) {
      const { digest, bytes } = sealRecord(sealed, salt, encode)
      return { digest, secret: Buffer.concat([salt, bytes]) }
    },
    encrypt(secrets) {
      if (secrets.length === 0) return []
      const plain = Buffer.alloc(secrets.reduce((sum, { length }) => sum + wholeBlocks(length), 0))
      let at = 0
      for (const secret of secrets) {
        plain.set(secret, at)
        at += wholeBlocks(secret.length)
      }
      const nonce = random(NONCE_BYTES)
      const encrypted = createCipheriv(CIPHER, sealKey, counterBlock(nonce, 0)).update(plain)
      at = 0
      return secrets.map(({ length }) => {
        const part = Buffer.concat([counterBlock(nonce, at / COUNTER_BYTES), encrypted.subarray(at, at + length)])
        at += wholeBlocks(length)
        return part
      })
    },
    open(bytes, digest) {
      const counter = bytes.subarray(0, COUNTER_BYTES)
      const plain =
        counter.length < COUNTER_BYTES
          ? bytes
          : createDecipheriv(CIPHER, sealKey, counter).update(bytes.subarray(COUNTER_BYTES))
      const content = plain.subarray(SALT_BYTES)
      if (checkSealed(digest, plain.subarray(0, SALT_BYTES), content)) return decodeSealed(content)
      throw new LedgerError('sealed_damaged', {
        en: `The sealed part does not make the digest ${digest} that its entry holds: it was changed on disk, or the key directory is not the one it was sealed with. Restore both from the same backup.`,
        zh: `密封部分得不出条目中的摘要 ${digest}：它在磁盘上被改动，或密钥目录不是密封时的那个。请从同一份备份恢复两者。`,
      })
    },
  }
}

// Node's own: several times faster than TextEncoder for a text as short as these.
const encode = (text: string): Buffer => Buffer.from(text)

/** Every part begins at a block of its own, so that it has a counter of its own. */
function wholeBlocks(bytes: number): number {
  return Math.ceil(bytes / COUNTER_BYTES) * COUNTER_BYTES
}

function counterBlock(nonce: Uint8Array, block: number): Buffer {
  const counter = Buffer.alloc(COUNTER_BYTES)
  counter.set(nonce)
  counter.writeUInt32BE(block, NONCE_BYTES)
  return counter
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
