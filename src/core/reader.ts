// Readers of untrusted JSON: unknown → a known shape, or an error that names the place that does not fit. Nothing that
// is not named gets in, so whatever a file holds was either looked at or refused.

import { LedgerError } from './error.ts'
import type { Words } from './words.ts'

/**
 * Gives back the value as what it is read as; throws naming the place `at` (such as `log.indices[3]`): `shape_invalid`, or
 * what `refuse` makes of it.
 */
export type Reader<T> = (value: unknown, at: string, refuse?: Refuse) => T
/** What is said of a value that is not `wanted`. */
export type Refuse = (at: string, wanted: Words, value?: unknown) => LedgerError
export type Read<R> = R extends Reader<infer T> ? T : never

type Readers = Readonly<Record<string, Reader<unknown>>>
type Shape<R extends Readers, O extends Readers> = { readonly [K in keyof R]: Read<R[K]> } & {
  readonly [K in keyof O]?: Read<O[K]>
}

const misshapen = (words: Words): LedgerError => new LedgerError('shape_invalid', words)

export const invalidShape: Refuse = (at, wanted) =>
  misshapen({
    en: `${at === '' ? 'the whole' : at} is not ${wanted.en}`,
    zh: `${at === '' ? '整个内容' : at} 应为${wanted.zh}`,
  })

/** An object with exactly these fields; `optional` ones may be left out, and are never null. */
export function object<R extends Readers, O extends Readers = { readonly [name in never]: never }>(
  required: R,
  optional?: O,
): Reader<Shape<R, O>> {
  return fieldsReader(required, optional, name => {
    throw misshapen({ en: `${name} is not a known field`, zh: `${name} 不是已知的字段` })
  })
}

/** An object of which these fields are read, and all others left out: for the answers of a service that may know more. */
export function part<R extends Readers, O extends Readers = { readonly [name in never]: never }>(
  required: R,
  optional?: O,
): Reader<Shape<R, O>> {
  return fieldsReader(required, optional, () => {})
}

function fieldsReader<R extends Readers, O extends Readers>(
  required: R,
  optional: O | undefined,
  onUnknown: (at: string) => void,
): Reader<Shape<R, O>> {
  const readers: Readers = { ...required, ...optional }
  const names = Object.keys(required)
  return (given, at) => {
    const value = requireObject(given, at)
    const fields: Record<string, unknown> = {}
    for (const [name, field] of Object.entries(value)) {
      if (Object.hasOwn(readers, name)) fields[name] = readers[name]!(field, inside(at, name))
      else onUnknown(inside(at, name.slice(0, 64)))
    }
    const missing = names.find(name => !Object.hasOwn(fields, name))
    if (missing === undefined) return fields as Shape<R, O>
    const name = inside(at, missing)
    throw misshapen({ en: `${name} is not there`, zh: `缺少 ${name}` })
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function requireObject(value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (isObject(value)) return value
  throw invalidShape(at, { en: 'a JSON object', zh: ' JSON 对象' })
}

/** A list of at most `most` items. */
export function list<T>(item: Reader<T>, most: number): Reader<readonly T[]> {
  return (value, at) => {
    if (!Array.isArray(value) || value.length > most)
      throw invalidShape(at, { en: `a list of at most ${most} items`, zh: `最多 ${most} 项的列表` })
    return value.map((element, k) => item(element, `${at}[${k}]`))
  }
}

/** What fits; `wanted` says in words what does. */
export function that<T>(fits: (value: unknown) => boolean, wanted: Words): Reader<T> {
  return (value, at, refuse = invalidShape) => {
    if (fits(value)) return value as T
    throw refuse(at, wanted, value)
  }
}

/** A text that fits. */
export function textThat(fits: (text: string) => boolean, wanted: Words): Reader<string> {
  return that(value => typeof value === 'string' && fits(value), wanted)
}

/** A text of this form. */
export function text(pattern: RegExp, wanted: Words): Reader<string> {
  return textThat(value => pattern.test(value), wanted)
}

/** Whatever it is: somebody else reads it. */
export const anything: Reader<unknown> = value => value

export function anyText(most: number): Reader<string> {
  return textThat(value => value.length <= most, {
    en: `a text of at most ${most} characters`,
    zh: `最多 ${most} 个字符的文本`,
  })
}

/** A whole number from `least` to 2^53 − 1, or to `most`; but not -0, which would be another spelling of 0. */
export function wholeNumber(least = 0, most = Number.MAX_SAFE_INTEGER): Reader<number> {
  const isWhole = (value: unknown): boolean => Number.isSafeInteger(value) && !Object.is(value, -0)
  return that(value => isWhole(value) && (value as number) >= least && (value as number) <= most, {
    en: `a whole number from ${least} to ${most}`,
    zh: ` ${least} 至 ${most} 的整数`,
  })
}

export const flag: Reader<boolean> = that(value => typeof value === 'boolean', {
  en: 'true or false',
  zh: ' true 或 false',
})

export function oneOf<const T extends string>(words: readonly T[]): Reader<T> {
  return that(value => words.includes(value as T), {
    en: `one of ${words.join(', ')}`,
    zh: `下列之一：${words.join('、')}`,
  })
}

/** Any text for any name: codes and what they are called. */
export function dictionary<T>(item: Reader<T>): Reader<Readonly<Record<string, T>>> {
  return (value, at) => {
    return Object.fromEntries(
      Object.entries(requireObject(value, at)).map(([name, field]) => [name, item(field, inside(at, name))]),
    )
  }
}

/** The value, or null where there is none. */
export function orNull<T>(reader: Reader<T>): Reader<T | null> {
  return (value, at) => (value === null ? null : reader(value, at))
}

const inside = (at: string, name: string): string => (at === '' ? name : `${at}.${name}`)
