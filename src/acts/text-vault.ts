// The texts of acts, sealed: each is kept encrypted with its salt, under the digest that stands on the chain. Whoever may
// open sealed parts can read it and check it; a text that is erased leaves the act and its digest as they are.

import { LedgerError } from '../core/error.ts'
import type { Facts } from '../store/store.ts'
import { digestText } from '../text-digest.ts'
import type { Vault } from '../vault.ts'
import type { KeptText } from './texts.ts'

export interface TextVault {
  /** Durable when it resolves. Keeping a text again changes nothing. */
  keep(texts: readonly KeptText[]): Promise<void>
  /** Whether there is one, without opening it. */
  has(digest: string): Promise<boolean>
  /** @throws LedgerError `text_not_found`, `sealed_damaged` */
  open(digest: string): Promise<KeptText>
}

interface SealedText {
  /** What the vault's cipher is bound to. */
  readonly sealed: string
  /** Base64. */
  readonly bytes: string
}

export function openTextVault(facts: Facts, vault: Pick<Vault, 'commit' | 'encrypt' | 'open'>): TextVault {
  const keyOf = (digest: string): string => `text/${digest}`
  return {
    async keep(texts) {
      const fresh: Record<string, string> = {}
      for (const { digest, salt, text } of texts) {
        if ((await facts.get(keyOf(digest))) !== undefined) continue
        const { digest: sealed, secret } = vault.commit({ detail: { salt, text } })
        const [bytes] = vault.encrypt([secret])
        const kept: SealedText = { sealed, bytes: Buffer.from(bytes!).toString('base64') }
        fresh[keyOf(digest)] = JSON.stringify(kept)
      }
      if (Object.keys(fresh).length > 0) await facts.put(fresh)
    },

    has: async digest => (await facts.get(keyOf(digest))) !== undefined,

    async open(digest) {
      const kept = await facts.get(keyOf(digest))
      if (kept === undefined) {
        throw new LedgerError('text_not_found', {
          en: `No text is kept here under ${digest}; whoever made the act may have kept text and salt themselves.`,
          zh: `这里没有保存摘要为 ${digest} 的文本；制作该操作的一方可能自行保存了文本和盐值。`,
        })
      }
      const { sealed, bytes } = JSON.parse(kept) as SealedText
      const { salt, text } = vault.open(Buffer.from(bytes, 'base64'), sealed).detail as { salt: string; text: string }
      // The cipher is bound to the vault's own digest; that this is the text of *this* act, only the act's digest says.
      if (digestText(Buffer.from(salt.slice(2), 'hex'), text) !== digest) {
        throw new LedgerError('sealed_damaged', {
          en: `The text that is kept under ${digest} makes another digest; restore it from a backup.`,
          zh: `摘要 ${digest} 下保存的文本得出另一个摘要；请从备份恢复。`,
        })
      }
      return { digest, salt, text }
    },
  }
}
