// The texts of acts, sealed: each is kept encrypted with its salt, under the digest that stands on the chain. Whoever may
// open sealed parts can read it and check it; a text that is erased (src/erasure.ts) leaves the act and its digest as they
// are.

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
  /** @throws LedgerError `text_not_found`, `text_erased`, `sealed_damaged` */
  open(digest: string): Promise<KeptText>
  /** Destroys a text, if it is kept here: what remains is by which record. Durable when it resolves. */
  erase(digest: string, record: number): Promise<void>
  /** The record by which a text was erased, if it was. */
  erasedBy(digest: string): Promise<number | undefined>
}

/** In the place of a text that was erased, so that nobody who sends the act again puts it back. */
interface ErasedText {
  readonly erasedBy: number
}

interface SealedText {
  /** What the vault's cipher is bound to. */
  readonly sealed: string
  /** Base64. */
  readonly bytes: string
}

export function openTextVault(facts: Facts, vault: Pick<Vault, 'commit' | 'encrypt' | 'open'>): TextVault {
  const keyOf = (digest: string): string => `text/${digest}`
  const find = async (digest: string): Promise<SealedText | ErasedText | undefined> => {
    const fact = await facts.get(keyOf(digest))
    return fact === undefined ? undefined : (JSON.parse(fact) as SealedText | ErasedText)
  }
  const has = async (digest: string): Promise<boolean> => {
    const kept = await find(digest)
    return kept !== undefined && !('erasedBy' in kept)
  }
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

    has,

    async erase(digest, record) {
      if (await has(digest))
        await facts.replace({ [keyOf(digest)]: JSON.stringify({ erasedBy: record } satisfies ErasedText) })
    },

    async erasedBy(digest) {
      const kept = await find(digest)
      return kept !== undefined && 'erasedBy' in kept ? kept.erasedBy : undefined
    },

    async open(digest) {
      const kept = await find(digest)
      if (kept === undefined) {
        throw new LedgerError('text_not_found', {
          en: `No text is kept here under ${digest}; whoever made the act may have kept text and salt themselves.`,
          zh: `这里没有保存摘要为 ${digest} 的文本；制作该操作的一方可能自行保存了文本和盐值。`,
        })
      }
      if ('erasedBy' in kept) throw textErased(digest, kept.erasedBy)
      const { sealed, bytes } = kept
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

export function textErased(digest: string, by: number): LedgerError {
  return new LedgerError('text_erased', {
    en: `The text behind ${digest} was erased, as record ${by} tells; the act and its digest stay.`,
    zh: `摘要 ${digest} 背后的文本已删除，见第 ${by} 号记录；操作及其摘要仍在。`,
  })
}
