// Readers of untrusted JSON: unknown → a known shape, or an error that names the place that does not fit. Nothing that
// is not named gets in, so whatever a file holds was either looked at or refused.

import { LedgerError } from './error.ts'
import type { Words } from './words.ts'

/** Gives back the value as what it is read as; throws `shape_invalid` naming the place `at` (such as `log.indices[3]`). */
export type Reader<T> = (value: unknown, at: string) => T
export type Read<R> = R extends Reader<infer T> ? T : never

type Readers = Readonly<Record<string, Reader<unknown>>>
type Shape<R extends Readers, O extends Readers> = { readonly [K in keyof R]: Read<R[K]> } & {
  readonly [K in keyof O]?: Read<O[K]>
}

export function invalidShape(at: string, wanted: Words): LedgerError {
  return new LedgerError('shape_invalid', {
    en: `${at === '' ? 'the whole' : at} is not ${wanted.en}`,
    zh: `${at === '' ? '整个内容' : at} 应为${wanted.zh}`,
  })
}

function isMissing(at: string): LedgerError {
  return new LedgerError('shape_invalid', { en: `${at} is not there`, zh: `缺少 ${at}` })
}

/** An object with exactly these fields; `optional` ones may be left out, and are never null. */
export function object<R extends Readers, O extends Readers = { readonly [name in never]: never }>(
  required: R,
  optional?: O,
): Reader<Shape<R, O>> {
  return fieldsReader(required, optional, name => {
    throw new LedgerError('shape_invalid', { en: `${name} is not a known field`, zh: `${name} 不是已知的字段` })
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
  const readers = new Map<string, Reader<unknown>>(Object.entries({ ...required, ...optional }))
  const names = Object.keys(required)
  return (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw invalidShape(at, { en: 'a JSON object', zh: ' JSON 对象' })
    const fields: Record<string, unknown> = {}
    for (const [name, field] of Object.entries(value)) {
      const read = readers.get(name)
      if (read === undefined) onUnknown(inside(at, name.slice(0, 64)))
      else fields[name] = read(field, inside(at, name))
    }
    const missing = names.find(name => !Object.hasOwn(fields, name))
    if (missing !== undefined) throw isMissing(inside(at, missing))
    return fields as Shape<R, O>
  }
}

/** A list of at most `most` items. */
export function list<T>(item: Reader<T>, most: number): Reader<readonly T[]> {
  return (value, at) => {
    if (!Array.isArray(value) || value.length > most)
      throw invalidShape(at, { en: `a list of at most ${most} items`, zh: `最多 ${most} 项的列表` })
    return value.map((element, k) => item(element, `${at}[${k}]`))
  }
}

/** A text of this form; `wanted` says in words which. */
export function text(pattern: RegExp, wanted: Words): Reader<string> {
  return (value, at) => {
    if (typeof value !== 'string' || !pattern.test(value)) throw invalidShape(at, wanted)
    return value
  }
}

export function anyText(most: number): Reader<string> {
  return (value, at) => {
    if (typeof value !== 'string' || value.length > most)
      throw invalidShape(at, { en: `a text of at most ${most} characters`, zh: `最多 ${most} 个字符的文本` })
    return value
  }
}

/** A whole number from `least` to 2^53 − 1. */
export function wholeNumber(least = 0): Reader<number> {
  return (value, at) => {
    if (!Number.isSafeInteger(value) || (value as number) < least)
      throw invalidShape(at, { en: `a whole number from ${least}`, zh: `不小于 ${least} 的整数` })
    return value as number
  }
}

export const flag: Reader<boolean> = (value, at) => {
  if (typeof value !== 'boolean') throw invalidShape(at, { en: 'true or false', zh: ' true 或 false' })
  return value
}

export function oneOf<const T extends string>(words: readonly T[]): Reader<T> {
  return (value, at) => {
    if (!words.includes(value as T))
      throw invalidShape(at, { en: `one of ${words.join(', ')}`, zh: `下列之一：${words.join('、')}` })
    return value as T
  }
}

/** Any text for any name: codes and what they are called. */
export function dictionary<T>(item: Reader<T>): Reader<Readonly<Record<string, T>>> {
  return (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw invalidShape(at, { en: 'a JSON object', zh: ' JSON 对象' })
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, item(field, inside(at, name))]))
  }
}

/** The value, or null where there is none. */
export function orNull<T>(reader: Reader<T>): Reader<T | null> {
  return (value, at) => (value === null ? null : reader(value, at))
}

const inside = (at: string, name: string): string => (at === '' ? name : `${at}.${name}`)
