// The arguments of an act, back from the values that were encoded: as the JSON that read.ts takes, and in words for
// whoever is about to sign. Values may be anybody's, so a number that no word stands for is shown as the number.

import canonicalize from 'canonicalize'
import { ZeroAddress, ZeroHash } from 'ethers'
import { decodePurpose, UNLIMITED } from '../chain/terms.ts'
import { LedgerError } from '../core/error.ts'
import { decodeUtf8, parseStrict } from '../core/json.ts'
import { formatTime } from '../core/record.ts'
import { type Language } from '../core/words.ts'
import type { Form, Terms } from './forms.ts'
import type { Act } from './list.ts'
import type { AbiValue } from './read.ts'
import { readPurpose } from './scalars.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }
/** The arguments as read.ts takes them: numbers and digests, no codes, names or texts. */
export function showArguments(act: Act, values: readonly unknown[]): Readonly<Record<string, Json>> {
  return Object.fromEntries(act.parameters.map(({ name, form }, k) => [name, show(form, values[k] as AbiValue)]))
}

/** One line for each single argument: where it stands, such as `terms.quota.byteCount`, and what it says. */
export function describeArguments(act: Act, values: readonly unknown[], language: Language): readonly Described[] {
  return act.parameters.flatMap(({ name, form }, k) => describe(form, values[k] as AbiValue, name, language))
}

export interface Described {
  readonly at: string
  readonly says: string
}

function show(form: Form, value: AbiValue): Json {
  if (form.is === 'struct') {
    return Object.fromEntries(form.fields.map(({ name, form: of }) => [name, show(of, member(value, name))]))
  }
  if (form.is === 'list') return (value as readonly AbiValue[]).map(item => show(form.of, item))
  if (form.is === 'purpose') return purposeOf(value as string)
  if (form.is === 'document') return documentOf(value as string)
  if (typeof value !== 'bigint') return value as string | boolean
  if (form.is === 'word') return wordOf(form.terms, value) ?? showNumber(value)
  if (form.is === 'words') return wordsOf(form.terms, form.by, value) ?? showNumber(value)
  if (form.is === 'scope') return bitsOf(value)
  if (form.is === 'quota' && value === UNLIMITED) return 'unlimited'
  return showNumber(value)
}

function* linesOf(form: Form, value: AbiValue, at: string, language: Language): Iterable<Described> {
  if (form.is === 'struct') {
    for (const { name, form: of } of form.fields) yield* linesOf(of, member(value, name), `${at}.${name}`, language)
  } else if (form.is === 'list' && (form.of.is === 'struct' || form.of.is === 'list')) {
    for (const [k, item] of (value as readonly AbiValue[]).entries()) {
      yield* linesOf(form.of, item, `${at}[${k}]`, language)
    }
  } else yield { at, says: say(form, value, language) }
}

function describe(form: Form, value: AbiValue, at: string, language: Language): readonly Described[] {
  return [...linesOf(form, value, at, language)]
}

function say(form: Form, value: AbiValue, language: Language): string {
  if (form.is === 'list') {
    return (value as readonly AbiValue[]).map(item => say(form.of, item, language)).join(', ') || NOTHING[language]
  }
  if (typeof value === 'bigint') return sayNumber(form, value, language)
  if (form.is === 'flag') return (value === true ? YES : NO)[language]
  if (value === ZeroHash || value === ZeroAddress) return NOTHING[language]
  const shown = show(form, value)
  return typeof shown === 'string' && form.is !== 'text' ? shown : JSON.stringify(shown)
}

function sayNumber(form: Form, value: bigint, language: Language): string {
  const zh = language === 'zh'
  if (form.is === 'word') {
    const word = wordOf(form.terms, value)
    return word === undefined ? String(value) : `${form.terms[word]![language]} (${word})`
  }
  if (form.is === 'words') {
    const words = wordsOf(form.terms, form.by, value)
    if (words === undefined) return String(value)
    return words.map(word => form.terms[word]![language]).join(zh ? '、' : ', ') || NOTHING[language]
  }
  if (form.is === 'scope') {
    const fields = runsOf(bitsOf(value)) || NOTHING[language]
    return zh ? `第 ${fields} 项信息项（从 0 起）` : `fields ${fields} (counted from 0)`
  }
  if (form.is === 'purposes') {
    return `${zh ? '用途编号' : 'purposes number'} ${runsOf(bitsOf(value)) || NOTHING[language]}`
  }
  if (form.is === 'quota' && value === UNLIMITED) return zh ? '不限' : 'unlimited'
  if (form.is === 'time') return sayTime(value, language)
  if (form.is === 'round')
    return zh ? `第 ${value} 次否决（每 32 次重新计数）` : `veto number ${value} on it (counted round after 32)`
  if (form.is === 'span') return `${value} ${zh ? '秒' : 's'}${daysOf(value, language)}`
  if (form.is === 'day') return sayDay(value)
  return String(value)
}

const YES = { zh: '是', en: 'yes' } as const
const NO = { zh: '否', en: 'no' } as const
const NOTHING = { zh: '无', en: 'none' } as const

function member(value: AbiValue, name: string): AbiValue {
  return (value as Readonly<Record<string, AbiValue>>)[name]!
}

function showNumber(value: bigint): Json {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value)
}

function wordOf(terms: Terms, value: bigint): string | undefined {
  return Object.keys(terms).find(word => BigInt(terms[word]!.value) === value)
}

/** Undefined when some bit has no word. */
function wordsOf(terms: Terms, by: 'value' | 'position', bits: bigint): string[] | undefined {
  const bitOf = (word: string): bigint =>
    by === 'value' ? BigInt(terms[word]!.value) : 1n << BigInt(terms[word]!.value)
  const words = Object.keys(terms).filter(word => (bits & bitOf(word)) !== 0n)
  return words.reduce((all, word) => all | bitOf(word), 0n) === bits ? words : undefined
}

function bitsOf(bits: bigint): number[] {
  return Array.from(bits.toString(2))
    .toReversed()
    .flatMap((bit, k) => (bit === '1' ? [k] : []))
}

/** 0, 1, 2, 5 → "0–2, 5". */
function runsOf(numbers: readonly number[]): string {
  const runs: [number, number][] = []
  for (const number of numbers) {
    const run = runs.at(-1)
    if (run?.[1] === number - 1) run[1] = number
    else runs.push([number, number])
  }
  return runs.map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`)).join(', ')
}

/** The code, where the bytes are one; other bytes as they are. */
function purposeOf(bytes: string): string {
  const code = decodePurpose(bytes)
  try {
    return readPurpose(code) === bytes ? code : bytes
  } catch {
    return bytes
  }
}

/** JSON where the bytes are its one canonical form, since only then they can be made of it again. */
function documentOf(bytes: string): Json {
  try {
    const value = parseStrict(decodeUtf8(Buffer.from(bytes.slice(2), 'hex'))) as Json
    const canonical = typeof value === 'object' && value !== null ? canonicalize(value) : undefined
    return canonical !== undefined && `0x${Buffer.from(canonical).toString('hex')}` === bytes ? value : bytes
  } catch (error) {
    if (error instanceof LedgerError) return bytes
    throw error
  }
}

const BEIJING = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone: 'Asia/Shanghai' })
/** The last second that a date of four-digit years has. */
const LAST_SECOND = 253_402_300_799n

function sayTime(seconds: bigint, language: Language): string {
  if (seconds === 0n || seconds > LAST_SECOND) return String(seconds)
  return `${BEIJING.format(Number(seconds) * 1_000)} ${language === 'zh' ? '（北京时间）' : '(Beijing time)'}`
}

function daysOf(seconds: bigint, language: Language): string {
  if (seconds === 0n || seconds % 86_400n !== 0n) return ''
  return language === 'zh' ? `（${seconds / 86_400n} 天）` : ` (${seconds / 86_400n} days)`
}

function sayDay(day: bigint): string {
  return day * 86_400n > LAST_SECOND ? String(day) : formatTime(Number(day) * 86_400_000).slice(0, 10)
}
