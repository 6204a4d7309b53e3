// What may stand in each field of a record, as one table: by it a submitted line is read (input.ts) and a stored
// entry (entry.ts), so that they cannot come to mean different things.

import { oneOf, text, wholeNumber } from '../reader.ts'
import type { Words } from '../words.ts'
import {
  ACTIONS,
  CHANNELS,
  ERASURE,
  ERASURE_SOURCE,
  FILLABLE,
  KEYS_SOURCE,
  MAX_AMOUNT,
  MAX_INTERVAL,
  PATTERNS,
  REFUSED,
  REGISTER_KEY,
  RETIRE_KEY,
  STATUSES,
} from './shape.ts'
import { TIME } from './time.ts'

const CODE: Words = { en: '1 to 64 of 0-9 A-Z a-z . _ : / -', zh: '1 至 64 个 0-9 A-Z a-z . _ : / - 字符' }
export const ORGANISATION = text(PATTERNS.organisation, {
  en: `an organisation code of ${CODE.en}`,
  zh: `机构代码（${CODE.zh}）`,
})
const COUNT = wholeNumber()
const AMOUNT = wholeNumber(0, MAX_AMOUNT)
const SIGNATURE = text(PATTERNS.signature, {
  en: 'a key ID and an Ed25519 signature, 68 bytes in base64',
  zh: '密钥编号与 Ed25519 签名（68 字节的 base64）',
})
const SEALED_DIGEST = text(PATTERNS.sealed, {
  en: 'a SHA-256 digest of 64 lower-case hex digits',
  zh: '64 位小写十六进制的 SHA-256 摘要',
})

/** No value that records are asked for by has another form. */
export const PRINTABLE = text(PATTERNS.transaction, {
  en: '1 to 128 printable ASCII characters without spaces',
  zh: ' 1 至 128 个可见 ASCII 字符，不含空格',
})

/** What a submitted line and an entry have in common. */
export const REQUIRED = {
  action: oneOf(ACTIONS),
  consumer: ORGANISATION,
  resource: text(PATTERNS.resource, {
    en: 'a catalogue code of 1 to 64 printable ASCII characters without spaces',
    zh: '目录代码（1 至 64 个可见 ASCII 字符，不含空格）',
  }),
  source: text(PATTERNS.source, {
    en: `a source name of ${CODE.en}`,
    zh: `来源名称（${CODE.zh}）`,
  }),
  status: oneOf(STATUSES),
  time: TIME,
}
export const OPTIONAL = {
  actor: text(PATTERNS.actor, {
    en: 'a pseudonym of 32 lower-case hex digits; send the person as sealed.person',
    zh: '32 位小写十六进制的假名；本人请写入 sealed.person',
  }),
  bytes: AMOUNT,
  channel: oneOf(CHANNELS),
  grant: wholeNumber(1),
  previous: text(PATTERNS.hash, {
    en: 'the hash of the link before it, 32 bytes in base64',
    zh: '上一条链节的哈希（32 字节的 base64）',
  }),
  purpose: text(PATTERNS.purpose, {
    en: 'a purpose code of 1 to 32 of A-Z a-z 0-9 . _ : -',
    zh: '用途代码（1 至 32 个 A-Z a-z 0-9 . _ : - 字符）',
  }),
  rows: AMOUNT,
  seq: COUNT,
  signature: SIGNATURE,
  transaction: PRINTABLE,
}
/** Every choice of what may be filled in, each in its one spelling. */
const FILLED = Array.from({ length: 2 ** FILLABLE.length - 1 }, (_, k) =>
  FILLABLE.filter((_, bit) => ((k + 1) & (1 << bit)) !== 0).join(' '),
)

const { resource, time } = REQUIRED
const { actor } = OPTIONAL
const ERASURE_REQUIRED = {
  action: oneOf([ERASURE]),
  basis: text(PATTERNS.basis, {
    en: 'a legal basis of 1 to 64 of A-Z a-z 0-9 . _ : / ( ) -, such as PIPL-47',
    zh: '法律依据代码（1 至 64 个 A-Z a-z 0-9 . _ : / ( ) - 字符），如 PIPL-47',
  }),
  source: oneOf([ERASURE_SOURCE]),
  time,
}
const ERASURE_OPTIONAL = { actor, sealed: SEALED_DIGEST }

/** What an entry of each kind has to state, and what it may. */
export const KINDS = {
  access: [
    { ...REQUIRED, provider: ORGANISATION },
    { ...OPTIONAL, filled: oneOf(FILLED), sealed: SEALED_DIGEST },
  ],
  /** Of the sealed part of a record. */
  erasure: [
    { ...ERASURE_REQUIRED, erases: COUNT },
    { ...ERASURE_OPTIONAL, provider: ORGANISATION, resource },
  ],
  textErasure: [
    {
      ...ERASURE_REQUIRED,
      erasesText: text(PATTERNS.textDigest, {
        en: 'a digest of 0x and 64 lower-case hex digits, as it stands on the chain',
        zh: '链上的摘要（0x 和 64 位小写十六进制）',
      }),
    },
    ERASURE_OPTIONAL,
  ],
  /** Of a source. */
  key: [
    {
      action: oneOf([REGISTER_KEY, RETIRE_KEY]),
      key: text(PATTERNS.sourceKey, {
        en: 'a verification key of the form source+8 hex digits+base64',
        zh: '“来源+8 位十六进制+base64”形式的验签公钥',
      }),
      source: oneOf([KEYS_SOURCE]),
      time,
    },
    { ends: COUNT, endorsed: SIGNATURE, every: wholeNumber(1, MAX_INTERVAL), unsigned: oneOf([REFUSED]) },
  ],
} as const
