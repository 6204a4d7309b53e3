// A source's verification key (docs/sources.md): Ed25519, in the form that C2SP gives keys, named by the source.

import { isSoundKey } from './ed25519.ts'
import { LedgerError } from './error.ts'
import { parseVerifierKey, TYPE_ED25519, type VerifierKey } from './note.ts'
import { ERASURE_SOURCE, KEYS_SOURCE, PATTERNS } from './record.ts'

const RESERVED: ReadonlySet<string> = new Set([ERASURE_SOURCE, KEYS_SOURCE])

/** @throws LedgerError `key_invalid` */
export function parseSourceKey(text: string): VerifierKey {
  const key = parseVerifierKey(text)
  const { name, type, publicKey } = key
  if (PATTERNS.sourceKey.test(text) && !RESERVED.has(name) && type === TYPE_ED25519 && isSoundKey(publicKey)) return key
  throw new LedgerError('key_invalid', {
    en: `"${text.slice(0, 160)}" is not the key of a source: its name must be one that lines may name, and its type Ed25519 (01).`,
    zh: `“${text.slice(0, 160)}”不是来源的公钥：名称须是行中可用的来源名称，类型须为 Ed25519（01）。`,
  })
}
