// A refusal in words: its sentence, with the values that the contract gave. Dates are in Beijing time, terms are words,
// scopes are positions of fields.

import type { JsonFragmentType } from 'ethers'
import type { Language } from '../../core/words.ts'
import { APPROVERS, approversFromBits, CHECKS, checksFromBits, type Terms, UNLIMITED, vocabularyOf } from '../terms.ts'
import type { Value, Values } from '../values.ts'

/** What is known of a number's thing; both texts were chosen by whoever registered it. */
interface Named {
  readonly code: string
  readonly name: string
}

/** Who the numbers stand for, where the caller knows a registry; by the type that the contracts give them. */
export interface Names {
  OrganisationId(id: bigint): Named | undefined
  ResourceId(id: bigint): Named | undefined
}

/** Fills in what the sentence names; a value that the error does not have stays a placeholder, which a test looks for. */
export function fillIn(
  sentence: string,
  inputs: readonly JsonFragmentType[],
  values: Values,
  language: Language,
  names?: Names,
): string {
  const filled = sentence.replaceAll(/\{(\w+)\}/gu, (placeholder, argument: string) => {
    const input = inputs.find(input => input.name === argument)
    const value = values[argument]
    return input && value !== undefined ? show(input, value, language, names) : placeholder
  })
  return filled.replaceAll('） ', '）') // a full-width bracket brings its own space
}

/** Text comes from whoever sent the transaction, so it is quoted with its control characters escaped. */
function show(input: JsonFragmentType, value: Value, language: Language, names: Names | undefined): string {
  const { name = '', type = '', internalType = '' } = input
  if (type === 'uint40') return DURATIONS.has(name) ? showDuration(Number(value), language) : showTime(value, language)
  if (type === 'uint32' && DAYS.has(name)) return showDay(Number(value))
  if (type === 'string' || internalType === 'Purpose') return JSON.stringify(value)
  if (internalType === 'OrganisationId' || internalType === 'ResourceId') {
    return showNumbered(value, names?.[internalType](BigInt(value as bigint | number)), language)
  }
  if (internalType === 'Scope') return showScope(value as bigint, language)
  const words = vocabularyOf(input)
  if (words) return join([value].flat() as string[], words, language)
  if (type === 'uint8' && name === 'roles') return showSet(value, approversFromBits(Number(value)), APPROVERS, language)
  if (type === 'uint8' && name === 'missing') return showSet(value, checksFromBits(Number(value)), CHECKS, language)
  return showPlain(value, language)
}

function showNumbered(value: Value, named: Named | undefined, language: Language): string {
  const number = showPlain(value, language)
  if (named === undefined) return number
  const name = JSON.stringify(named.name)
  return language === 'zh' ? `${number}（${name}，${named.code}）` : `${number} (${name}, ${named.code})`
}

/** Of the times those that say how long, not when. */
const DURATIONS: ReadonlySet<string> = new Set(['longest', 'longestPeriod'])
/** Counted since 1970-01-01 in Asia/Shanghai. */
const DAYS: ReadonlySet<string> = new Set(['day', 'firstDay', 'endDay', 'coveredFirst', 'coveredEnd'])

/** Numbers, addresses, digests, and what is made of them. */
export function showPlain(value: Value, language: Language): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'object') return value === UNLIMITED ? UNLIMITED_IN[language] : String(value)
  if (Array.isArray(value)) return value.map(item => showPlain(item, language)).join(COMMA[language])
  return Object.entries(value)
    .map(([name, part]) => `${showPlain(part, language)} ${UNITS[name]?.[language] ?? name}`)
    .join(AND[language])
}

const UNLIMITED_IN = { zh: '不限', en: 'unlimited' }
const COMMA = { zh: '、', en: ', ' }
const AND = { zh: '、', en: ' and ' }
const UNITS: Readonly<Record<string, Record<Language, string>>> = {
  byteCount: { zh: '字节', en: 'bytes' },
  rowCount: { zh: '行', en: 'rows' },
}

function join(words: readonly string[], terms: Terms, language: Language): string {
  const labels = words.map(word => terms[word]?.[language] ?? word)
  return labels.length === 0 ? NONE[language] : labels.join(COMMA[language])
}

const NONE = { zh: '无', en: 'none' }

/** Bits that stand for nothing are shown as the number that they are. */
function showSet(bits: Value, words: readonly string[], terms: Terms, language: Language): string {
  return words.length === 0 ? showPlain(bits, language) : join(words, terms, language)
}

function showTime(value: Value, language: Language): string {
  if (value === 0) return language === 'zh' ? '未定时间' : 'no set time'
  const time = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone: 'Asia/Shanghai' })
  const text = time.format(Number(value) * 1000)
  return language === 'zh' ? `${text}（北京时间）` : `${text} (Beijing time)`
}

const DAY = 86_400

function showDay(day: number): string {
  return new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeZone: 'UTC' }).format(day * DAY * 1000)
}

function showDuration(seconds: number, language: Language): string {
  const [count, zh, en] = seconds % DAY === 0 ? [seconds / DAY, '天', 'days'] : [seconds, '秒', 'seconds']
  return language === 'zh' ? `${count} ${zh}` : `${count} ${en}`
}

/** The positions of the fields in a scope, from 0: "0–3, 7". */
function showScope(scope: bigint, language: Language): string {
  const runs: { first: number; last: number }[] = []
  for (let field = 0; scope >> BigInt(field) !== 0n; field++) {
    if (((scope >> BigInt(field)) & 1n) === 0n) continue
    const run = runs.at(-1)
    if (run?.last === field - 1) run.last = field
    else runs.push({ first: field, last: field })
  }
  if (runs.length === 0) return NONE[language]
  return runs.map(({ first, last }) => (first === last ? `${first}` : `${first}–${last}`)).join(COMMA[language])
}
