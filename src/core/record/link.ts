// What of a record makes it a link of its source's chain (docs/sources.md): `seq`, `previous` and `signature` belong
// together, and nothing else says what was signed. Each key has one chain, from 0 on.

import { LedgerError } from '../error.ts'
import type { Words } from '../words.ts'
import type { AccessRecord, RecordInput } from './shape.ts'

type LinkFields = Pick<AccessRecord, 'filled' | 'previous' | 'seq' | 'signature'> & { readonly salt?: string }

/** Whether all that a link needs is there, and nothing of one where none is. @throws LedgerError `invalid_link` */
export function requireLink({ filled, previous, salt, seq, signature }: LinkFields): void {
  if (signature === undefined) {
    if (previous === undefined && filled === undefined && salt === undefined) return
    throw invalidLink({
      en: 'previous and salt stand on signed lines only; sign the line, or leave them out',
      zh: 'previous 和 salt 只用于签名的行；请签名，或不写',
    })
  }
  if (seq === undefined || (seq === 0) !== (previous === undefined)) {
    throw invalidLink({
      en: 'a signed line has a seq, and from 1 on previous, the hash of the link before it; the first one, 0, has none',
      zh: '签名的行须有 seq；自 1 起须有 previous（上一链节的哈希），第 0 条没有',
    })
  }
}

/** A source that signs seals with its own salt, or its signature would not cover the sealed part. */
export function requireSalt({ salt, sealed, signature }: Pick<RecordInput, 'salt' | 'sealed' | 'signature'>): void {
  if (signature === undefined || (salt === undefined) === (sealed === undefined)) return
  throw invalidLink({
    en: 'a signed line has a salt if and only if it has a sealed part: 32 bytes, fresh for each line',
    zh: '签名的行当且仅当有密封部分（sealed）时须有 salt：32 字节，每行新取',
  })
}

/** What is said to be filled in is there, so that a record has one spelling. */
export function requireFilledIn(record: AccessRecord): void {
  for (const field of (record.filled?.split(' ') ?? []) as (keyof AccessRecord)[]) {
    if (record[field] === undefined) {
      throw invalidLink({ en: `filled names ${field}, which is not there`, zh: `filled 写有 ${field}，而记录中没有` })
    }
  }
}

/** Without a stop: of an entry it is a part of a sentence. */
const invalidLink = ({ en, zh }: Words): LedgerError =>
  new LedgerError('invalid_link', { en: `the link does not hold together: ${en}`, zh: `链节不完整：${zh}` })
