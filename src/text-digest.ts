// Texts that stay off the chain (what a request is for, why it was refused) are committed to by a salted digest:
// SHA-256("suyuan/text/v1\n" ‖ salt ‖ text). The salt is derived from the text under a secret key, so that nothing has to
// be stored: who has the key can open a digest by showing salt and text, and who has not cannot guess the text.

import { createHmac } from 'node:crypto'
import { sha256Hex } from './core/hash.ts'
import { openSecret } from './secrets.ts'

const LABEL = Buffer.from('suyuan/text/v1\n')

export interface TextDigests {
  /** 32 bytes; shown together with the text, it opens the digest. */
  saltOf(text: string): Buffer
  /** 0x and 64 hexadecimal digits, as the contracts take it. */
  digest(text: string): string
}

/** @param keys `<data>/keys`; the key is made when there is none. */
export async function openTextDigests(keys: string): Promise<TextDigests> {
  const key = await openSecret(keys, 'text.key')
  const saltOf = (text: string): Buffer => createHmac('sha256', key).update(text).digest()
  return { saltOf, digest: text => digestText(saltOf(text), text) }
}

/** What anybody computes who is shown salt and text. */
export function digestText(salt: Uint8Array, text: string): string {
  return `0x${sha256Hex(Buffer.concat([LABEL, salt, Buffer.from(text)]))}`
}
