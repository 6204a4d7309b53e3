// Single values of an act's arguments, out of JSON: strict, one spelling or few, nothing guessed. JSON's numbers are
// doubles, so a number above 2^53 − 1 is given as decimal digits in a text.

import canonicalize from 'canonicalize'
import { getAddress, id, ZeroAddress, ZeroHash } from 'ethers'
import { logIdOf } from '../chain/deploy.ts'
import { encodePurpose, UNLIMITED } from '../chain/terms.ts'
import { LedgerError } from '../core/error.ts'
import { parseTime, readTime } from '../core/record.ts'
import type { Terms } from './forms.ts'

/** What was given does not fit; `wanted` says in words what would. */
export class Misfit extends Error {
  readonly wanted: string

  constructor(wanted: string) {
    super(wanted)
    this.wanted = wanted
  }
}

const MAX_TEXT_BYTES = 16_384
const DAY_SECONDS = 86_400

export function readNumber(given: unknown, bits: number, wanted = `a whole number below 2^${bits}`): bigint {
  const digits = typeof given === 'string' && /^(?:0|[1-9]\d{0,77})$/u.test(given)
  if (!digits && !(Number.isSafeInteger(given) && (given as number) >= 0)) {
    const large = typeof given === 'number' && given > Number.MAX_SAFE_INTEGER
    throw new Misfit(large ? `${wanted}; above 2^53 − 1 as decimal digits in a text` : wanted)
  }
  const value = BigInt(given as string | number)
  if (value >> BigInt(bits) !== 0n) throw new Misfit(wanted)
  return value
}

export function readQuota(given: unknown): bigint {
  return given === 'unlimited' ? UNLIMITED : readNumber(given, 64, 'a whole number, or "unlimited"')
}

export function readWord(given: unknown, terms: Terms): bigint {
  const term = typeof given === 'string' && Object.hasOwn(terms, given) ? terms[given] : undefined
  if (term === undefined) throw new Misfit(`one of ${listWords(terms)}`)
  return BigInt(term.value)
}

/** Each word once; the empty list is the empty set. */
export function readWords(given: unknown, terms: Terms, by: 'value' | 'position'): bigint {
  const wanted = `a list of words, each once, of ${listWords(terms)}`
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
  const wanted = 'a time: seconds since 1970, or RFC 3339 such as "2026-03-01T08:30:00+08:00", of whole seconds'
  if (typeof given !== 'string' || !given.includes('-')) return readNumber(given, 40, wanted)
  const milliseconds = readTimeText(given, wanted)
  if (milliseconds < 0 || milliseconds % 1_000 !== 0) throw new Misfit(wanted)
  return BigInt(milliseconds / 1_000)
}

function readTimeText(given: string, wanted: string): number {
  try {
    return readTime(parseTime(given))
  } catch (error) {
    if (error instanceof LedgerError) throw new Misfit(wanted)
    throw error
  }
}

/** A length of time in seconds: 86400, or "30d", "12h", "15m". */
export function readSpan(given: unknown): bigint {
  const wanted = 'a length of time: seconds, or such as "30d", "12h", "15m"'
  const [, count, unit] = (typeof given === 'string' && /^(\d{1,9})([dhm])$/u.exec(given)) || []
  if (count === undefined) return readNumber(given, 40, wanted)
  const seconds = BigInt(count) * BigInt({ d: DAY_SECONDS, h: 3_600, m: 60 }[unit as 'd' | 'h' | 'm'])
  if (seconds >> 40n !== 0n) throw new Misfit(wanted)
  return seconds
}

/** A day by its number from 1970-01-01, or as "2026-10-01": dates of a calendar, in no time zone. */
export function readDay(given: unknown): bigint {
  const wanted = 'a day such as "2026-10-01", or its number from 1970-01-01'
  if (typeof given !== 'string' || !given.includes('-')) return readNumber(given, 32, wanted)
  if (!/^\d{4}-\d{2}-\d{2}$/u.test(given)) throw new Misfit(wanted)
  const milliseconds = readTimeText(`${given}T00:00:00.000Z`, wanted)
  if (milliseconds < 0) throw new Misfit(wanted)
  return BigInt(milliseconds / 1_000 / DAY_SECONDS)
}

export function readHash(given: unknown, wanted = '0x and 64 hexadecimal digits'): string {
  if (typeof given === 'string' && /^0x[0-9a-f]{64}$/iu.test(given)) return given.toLowerCase()
  throw new Misfit(wanted)
}

/** The name of a log on the chain, or the origin that it is the digest of. */
export function readLog(given: unknown): string {
  const wanted = 'the origin of a log, 0x and 64 hexadecimal digits, or "none"'
  if (given === 'none') return ZeroHash
  return isPlainText(given) ? logIdOf(given) : readHash(given, wanted)
}

/** The identity of a datum at its source: a digest, or the text that names it, whose keccak256 it then is. */
export function readSource(given: unknown): string {
  return isPlainText(given)
    ? id(given)
    : readHash(given, '0x and 64 hexadecimal digits, or a text that names the source')
}

/** A text that cannot be meant as hexadecimal digits: a digest with a digit too few must not be digested again. */
function isPlainText(given: unknown): given is string {
  return typeof given === 'string' && given !== '' && !/^0x/iu.test(given) && isText(given)
}

export function readAddress(given: unknown): string {
  const wanted = 'an address of 0x and 40 hexadecimal digits, in its own mixed case or in one case, or "none"'
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
  throw new Misfit(`a text of at most ${MAX_TEXT_BYTES} bytes`)
}

export function isText(given: unknown): given is string {
  return typeof given === 'string' && given.isWellFormed() && Buffer.byteLength(given) <= MAX_TEXT_BYTES
}

export function readFlag(given: unknown): boolean {
  if (typeof given === 'boolean') return given
  throw new Misfit('true or false')
}

/** JSON in its canonical form (RFC 8785), or bytes as they are. */
export function readDocument(given: unknown): string {
  if (typeof given === 'string' && /^0x(?:[0-9a-f]{2})*$/iu.test(given)) return given.toLowerCase()
  if (typeof given !== 'object' || given === null)
    throw new Misfit('a JSON object or list, or 0x and hexadecimal digits')
  return `0x${Buffer.from(canonicalize(given) ?? '').toString('hex')}`
}

export function readPurpose(given: unknown): string {
  try {
    return encodePurpose(typeof given === 'string' ? given : '')
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    throw new Misfit('a purpose code of 1 to 32 of A–Z a–z 0–9 - . : _, such as "LegalCompliance"')
  }
}

function listWords(terms: Terms): string {
  return Object.keys(terms).join(', ')
}
