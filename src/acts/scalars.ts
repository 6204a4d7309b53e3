// Single values of an act's arguments, out of JSON: strict, one spelling or few, nothing guessed. JSON's numbers are
// doubles, so a number above 2^53 − 1 is given as decimal digits in a text.

import canonicalize from 'canonicalize'
import { getAddress, id, ZeroAddress, ZeroHash } from 'ethers'
import { logIdOf } from '../chain/deploy.ts'
import { encodePurpose, UNLIMITED } from '../chain/terms.ts'
import { LedgerError } from '../core/error.ts'
import { parseTime, readTime } from '../core/record.ts'
import type { Words } from '../core/words.ts'
import type { Terms } from './forms.ts'

/** What was given does not fit; `wanted` says in words what would. */
export class Misfit extends Error {
  readonly wanted: Words

  constructor(wanted: Words) {
    super(wanted.en)
    this.wanted = wanted
  }
}

const MAX_TEXT_BYTES = 16_384
const DAY_SECONDS = 86_400

const below = (bits: number): Words => ({ en: `a whole number below 2^${bits}`, zh: `小于 2^${bits} 的非负整数` })

export function readNumber(given: unknown, bits: number, wanted: Words = below(bits)): bigint {
  const digits = typeof given === 'string' && /^(?:0|[1-9]\d{0,77})$/u.test(given)
  if (!digits && !(Number.isSafeInteger(given) && (given as number) >= 0)) {
    const large = typeof given === 'number' && given > Number.MAX_SAFE_INTEGER
    throw new Misfit(large ? asDigits(wanted) : wanted)
  }
  const value = BigInt(given as string | number)
  if (value >> BigInt(bits) !== 0n) throw new Misfit(wanted)
  return value
}

function asDigits(wanted: Words): Words {
  return {
    en: `${wanted.en}; above 2^53 − 1 as decimal digits in a text`,
    zh: `${wanted.zh}；超过 2^53 − 1 的，以文本写出十进制数字`,
  }
}

export function readQuota(given: unknown): bigint {
  return given === 'unlimited'
    ? UNLIMITED
    : readNumber(given, 64, { en: `${below(64).en}, or "unlimited"`, zh: `${below(64).zh}，或 "unlimited"` })
}

export function readWord(given: unknown, terms: Terms): bigint {
  const term = typeof given === 'string' && Object.hasOwn(terms, given) ? terms[given] : undefined
  if (term === undefined) throw new Misfit(oneOf(terms))
  return BigInt(term.value)
}

/** Each word once; the empty list is the empty set. */
export function readWords(given: unknown, terms: Terms, by: 'value' | 'position'): bigint {
  const wanted = {
    en: `a list of words, each once, of ${listWords(terms)}`,
    zh: `下列词语的列表（不重复）：${listWords(terms, '、')}`,
  }
  if (!Array.isArray(given)) throw new Misfit(wanted)
  return given.reduce((bits: bigint, word: unknown) => {
    const value = readWord(word, terms)
    const bit = by === 'value' ? value : 1n << value
    if ((bits & bit) !== 0n) throw new Misfit(wanted)
    return bits | bit
  }, 0n)
}

/** A moment in seconds since 1970, given as such or as RFC 3339; the contracts know no fractions. */
export function readMoment(given: unknown): bigint {
  const wanted = {
    en: 'a time: seconds since 1970, or RFC 3339 such as "2026-03-01T08:30:00+08:00", of whole seconds',
    zh: '时间：1970 年以来的秒数，或 RFC 3339 格式（如 "2026-03-01T08:30:00+08:00"），精确到整秒',
  }
  if (typeof given !== 'string' || !given.includes('-')) return readNumber(given, 40, wanted)
  const milliseconds = readTimeText(given, wanted)
  if (milliseconds < 0 || milliseconds % 1_000 !== 0) throw new Misfit(wanted)
  return BigInt(milliseconds / 1_000)
}

function readTimeText(given: string, wanted: Words): number {
  try {
    return readTime(parseTime(given))
  } catch (error) {
    if (error instanceof LedgerError) throw new Misfit(wanted)
    throw error
  }
}

/** A length of time in seconds: 86400, or "30d", "12h", "15m". */
export function readSpan(given: unknown): bigint {
  const wanted = {
    en: 'a length of time: seconds, or such as "30d", "12h", "15m"',
    zh: '时长：秒数，或如 "30d"、"12h"、"15m"',
  }
  const [, count, unit] = (typeof given === 'string' && /^(\d{1,9})([dhm])$/u.exec(given)) || []
  if (count === undefined) return readNumber(given, 40, wanted)
  const seconds = BigInt(count) * BigInt({ d: DAY_SECONDS, h: 3_600, m: 60 }[unit as 'd' | 'h' | 'm'])
  if (seconds >> 40n !== 0n) throw new Misfit(wanted)
  return seconds
}

/** A day by its number from 1970-01-01, or as "2026-10-01": dates of a calendar, in no time zone. */
export function readDay(given: unknown): bigint {
  const wanted = {
    en: 'a day such as "2026-10-01", or its number from 1970-01-01',
    zh: '日期，如 "2026-10-01"，或从 1970-01-01 起的天数',
  }
  if (typeof given !== 'string' || !given.includes('-')) return readNumber(given, 32, wanted)
  if (!/^\d{4}-\d{2}-\d{2}$/u.test(given)) throw new Misfit(wanted)
  const milliseconds = readTimeText(`${given}T00:00:00.000Z`, wanted)
  if (milliseconds < 0) throw new Misfit(wanted)
  return BigInt(milliseconds / 1_000 / DAY_SECONDS)
}

const HASH: Words = { en: '0x and 64 hexadecimal digits', zh: '0x 加 64 位十六进制数字' }

export function readHash(given: unknown, wanted: Words = HASH): string {
  if (typeof given === 'string' && /^0x[0-9a-f]{64}$/iu.test(given)) return given.toLowerCase()
  throw new Misfit(wanted)
}

/** The name of a log on the chain, or the origin that it is the digest of. */
export function readLog(given: unknown): string {
  const wanted = {
    en: 'the origin of a log, 0x and 64 hexadecimal digits, or "none"',
    zh: '日志的名称（origin），或 0x 加 64 位十六进制数字，或 "none"',
  }
  if (given === 'none') return ZeroHash
  return isPlainText(given) ? logIdOf(given) : readHash(given, wanted)
}

/** The identity of a datum at its source: a digest, or the text that names it, whose keccak256 it then is. */
export function readSource(given: unknown): string {
  return isPlainText(given)
    ? id(given)
    : readHash(given, {
        en: '0x and 64 hexadecimal digits, or a text that names the source',
        zh: '0x 加 64 位十六进制数字，或指明来源的文本',
      })
}

/** A text that cannot be meant as hexadecimal digits: a digest with a digit too few must not be digested again. */
function isPlainText(given: unknown): given is string {
  return typeof given === 'string' && given !== '' && !/^0x/iu.test(given) && isText(given)
}

export function readAddress(given: unknown): string {
  const wanted = {
    en: 'an address of 0x and 40 hexadecimal digits, in its own mixed case or in one case, or "none"',
    zh: '0x 加 40 位十六进制数字的地址（按其大小写校验，或统一大小写），或 "none"',
  }
  if (given === 'none') return ZeroAddress
  if (typeof given !== 'string' || !/^0x[0-9a-f]{40}$/iu.test(given)) throw new Misfit(wanted)
  try {
    return getAddress(given)
  } catch {
    throw new Misfit(wanted) // its mixed case says that a digit is wrong (EIP-55)
  }
}

export function readText(given: unknown): string {
  if (isText(given)) return given
  throw new Misfit({ en: `a text of at most ${MAX_TEXT_BYTES} bytes`, zh: `最多 ${MAX_TEXT_BYTES} 字节的文本` })
}

export function isText(given: unknown): given is string {
  return typeof given === 'string' && given.isWellFormed() && Buffer.byteLength(given) <= MAX_TEXT_BYTES
}

export function readFlag(given: unknown): boolean {
  if (typeof given === 'boolean') return given
  throw new Misfit({ en: 'true or false', zh: ' true 或 false' })
}

/** JSON in its canonical form (RFC 8785), or bytes as they are. */
export function readDocument(given: unknown): string {
  if (typeof given === 'string' && /^0x(?:[0-9a-f]{2})*$/iu.test(given)) return given.toLowerCase()
  if (typeof given !== 'object' || given === null)
    throw new Misfit({
      en: 'a JSON object or list, or 0x and hexadecimal digits',
      zh: 'JSON 对象或列表，或 0x 加十六进制数字',
    })
  return `0x${Buffer.from(canonicalize(given) ?? '').toString('hex')}`
}

export function readPurpose(given: unknown): string {
  try {
    return encodePurpose(typeof given === 'string' ? given : '')
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    throw new Misfit({
      en: 'a purpose code of 1 to 32 of A–Z a–z 0–9 - . : _, such as "LegalCompliance"',
      zh: '用途代码（1 至 32 个 A–Z a–z 0–9 - . : _ 字符），如 "LegalCompliance"',
    })
  }
}

function oneOf(terms: Terms): Words {
  return { en: `one of ${listWords(terms)}`, zh: `下列之一：${listWords(terms, '、')}` }
}

function listWords(terms: Terms, comma = ', '): string {
  return Object.keys(terms).join(comma)
}
