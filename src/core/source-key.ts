// A source's verification key (docs/sources.md): Ed25519, in the form that C2SP gives keys, named by the source.

import { isSoundKey } from './ed25519.ts'
import { LedgerError } from './error.ts'
import { parseKeyOfType, TYPE_ED25519, type VerifierKey } from './note.ts'
import { ERASURE_SOURCE, KEYS_SOURCE, PATTERNS } from './record.ts'

const RESERVED: ReadonlySet<string> = new Set([ERASURE_SOURCE, KEYS_SOURCE])

/** @throws LedgerError `key_invalid` */
export function parseSourceKey(text: string): VerifierKey {
  const key = parseKeyOfType(text, TYPE_ED25519)
  if (PATTERNS.sourceKey.test(text) && !RESERVED.has(key.name) && isSoundKey(key.publicKey)) return key
  throw new LedgerError('key_invalid', {
    en: `The key of "${key.name}" is not that of a source: its name must be one that lines may name, and its point a sound one.`,
    zh: `“${key.name}”的密钥不是来源的公钥：名称须是行中可用的来源名称，公钥须为有效的点。`,
  })
}
