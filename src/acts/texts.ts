// Texts of acts (why a request was refused, what data is for) stay off the chain; an act holds their salted digests, as
// ../text-digest.ts defines them: SHA-256("suyuan/text/v1\n" ‖ salt ‖ text). Salt and text together open a digest; the
// salt alone says nothing, and without it nobody can check a guess.

import { LedgerError } from '../core/error.ts'
import type { Words } from '../core/words.ts'
import { digestText } from '../text-digest.ts'
import { isText } from './scalars.ts'

export interface KeptText {
  /** As it stands in the act: 0x and 64 hexadecimal digits. */
  readonly digest: string
  /** 32 random bytes, as 0x and 64 hexadecimal digits. */
  readonly salt: string
  readonly text: string
}

export const SALT_BYTES = 32
/** Of one text, in UTF-8; so that a sealed one fits where sealed parts do. */
const MAX_BYTES = 8_192

/** @param salt Fresh random bytes: used twice, equal texts would show as equal digests. */
export function keepText(text: string, salt: Uint8Array): KeptText {
  if (salt.length !== SALT_BYTES) throw new Error(`a salt has ${SALT_BYTES} bytes, not ${salt.length}`)
  return { digest: digestText(salt, text), salt: `0x${Buffer.from(salt).toString('hex')}`, text }
}

/** Whether this can be an act's text: some characters, well-formed, not too many. */
export function isActText(text: unknown): text is string {
  return isText(text) && text.trim() !== '' && Buffer.byteLength(text) <= MAX_BYTES
}

export const TEXT_WANTED: Words = { en: `a text of 1 to ${MAX_BYTES} bytes`, zh: `1 至 ${MAX_BYTES} 字节的文本` }

/**
 * The texts that come with a signed act, each seen to be one that the act speaks of: nobody can put a text beside an act
 * whose signer did not commit to it.
 * @param digests All words of the act that are digests.
 * @throws LedgerError `text_differs`
 */
export function checkTexts(
  given: readonly { readonly salt: string; readonly text: string }[],
  digests: ReadonlySet<string>,
): readonly KeptText[] {
  return given.map(({ salt, text }, k) => {
    const kept = keepText(text, Buffer.from(salt.slice(2), 'hex'))
    if (digests.has(kept.digest)) return kept
    throw new LedgerError('text_differs', {
      en: `Text ${k + 1} with its salt makes the digest ${kept.digest}, which the act does not hold; send the text and salt that were digested when the act was made.`,
      zh: `第 ${k + 1} 个文本连同盐值得出摘要 ${kept.digest}，而操作中没有该摘要；请发送制作该操作时所摘要的文本和盐值。`,
    })
  })
}
