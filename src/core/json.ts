// Strict JSON (RFC 8259, narrowed to I-JSON, RFC 7493): one text, one meaning. A log that is hashed and proved must not
// contain a line that two parsers read differently, so this refuses what JSON.parse repairs or rounds in silence:
// duplicate keys, lone surrogates, numbers a double cannot keep, deep nesting, and the key `__proto__`, which would
// rewrite an object's prototype in any later copy. It accepts nothing that JSON.parse does not, and gives equal values.
//
// Messages name positions and top-level keys, never values or inner keys: those may belong to a sealed part.

import { LedgerError } from './error.ts'
import { keepsValue } from './json/number.ts'
import type { Words } from './words.ts'

/** Levels of arrays and objects a line may nest; a record needs three. */
export const MAX_JSON_DEPTH = 16

/** Values that a text may hold, keys not counted: a small packed file must not take gigabytes. */
const MAX_JSON_VALUES = 2 ** 22

export interface JsonLimits {
  /** Levels of arrays and objects; `[[1]]` has two. */
  readonly depth: number
}

// `ignoreBOM` keeps a byte order mark in the text (the name misleads), so that parseStrict sees and refuses it.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The text of bytes that are valid UTF-8. Throws `invalid_utf8`: replacing what is wrong would change the line. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw new LedgerError(
      'invalid_utf8',
      {
        en: `${bytes.length} bytes are not valid UTF-8; write them in UTF-8`,
        zh: `${bytes.length} 字节不是正确的 UTF-8；请以 UTF-8 书写`,
      },
      { cause },
    )
  }
}

/**
 * The value of a JSON text. Throws a LedgerError that names the character (counted from 1, in UTF-16 units):
 * `invalid_json`, `duplicate_key`, `lone_surrogate`, `inexact_number`, `too_deep`, `too_many_values`, `reserved_key`.
 */
export function parseStrict(text: string, { depth }: JsonLimits = { depth: MAX_JSON_DEPTH }): unknown {
  // A cursor over the text. Every reader starts at the first character of what it reads and ends behind the last.
  let at = 0
  let left = MAX_JSON_VALUES

  /** `room`: how many more levels may open here. */
  const readValue = (room: number): unknown => {
    if (left-- === 0)
      throw refusal('too_many_values', at, {
        en: `more than ${MAX_JSON_VALUES} values`,
        zh: `多于 ${MAX_JSON_VALUES} 个值`,
      })
    const first = text[at]
    if (first === '"') return readString()
    if (first === '{') return readObject(room)
    if (first === '[') return readArray(room)
    const start = at
    if (!skip(WORD_OR_NUMBER)) throw unexpected({ en: 'a JSON value', zh: ' JSON 值' })
    const literal = text.slice(start, at)
    const value: unknown = JSON.parse(literal)
    if (typeof value !== 'number' || keepsValue(literal, value)) return value
    throw refusal('inexact_number', start, {
      en: 'a number that no double holds exactly as written: it would be rounded; send large or precise numbers as strings',
      zh: '双精度数无法精确表示所写的数字，会被舍入；较大或高精度的数字请写成字符串',
    })
  }

  const readObject = (room: number): Record<string, unknown> => {
    const object: Record<string, unknown> = {}
    readItems('}', room, () => {
      const keyAt = at
      if (text[at] !== '"') throw unexpected({ en: 'a key in double quotes', zh: '双引号括起的键' })
      const key = readString()
      // Compared after escapes are undone: "a" and "\u0061" are one key.
      if (Object.hasOwn(object, key)) {
        const name = room === depth ? ` ${JSON.stringify(key.slice(0, 64))}` : ''
        throw refusal('duplicate_key', keyAt, {
          en: `the key${name} stands twice in one object`,
          zh: `同一对象中键${name} 出现两次`,
        })
      }
      if (key === '__proto__')
        throw refusal('reserved_key', keyAt, {
          en: 'the key "__proto__" is not allowed',
          zh: '不允许使用键“__proto__”',
        })
      skipSpace()
      if (!take(':')) throw unexpected({ en: "':' after a key", zh: '键后面的冒号' })
      skipSpace()
      object[key] = readValue(room - 1)
    })
    return object
  }

  const readArray = (room: number): unknown[] => {
    const array: unknown[] = []
    readItems(']', room, () => array.push(readValue(room - 1)))
    return array
  }

  /** What stands between two brackets, separated by commas. */
  const readItems = (close: string, room: number, readItem: () => void): void => {
    if (room === 0)
      throw refusal('too_deep', at, { en: `nested deeper than ${depth} levels`, zh: `嵌套超过 ${depth} 层` })
    at++
    skipSpace()
    if (take(close)) return
    for (;;) {
      readItem()
      skipSpace()
      if (take(close)) return
      if (!take(',')) throw unexpected({ en: `',' or '${close}'`, zh: `“,”或“${close}”` })
      skipSpace()
    }
  }

  const readString = (): string => {
    const start = ++at
    for (;;) {
      skip(PLAIN)
      if (take('"')) break
      if (!skip(ESCAPE)) throw brokenString()
    }
    // Nearly every string has no escape and is one slice of the text.
    const raw = text.slice(start, at - 1)
    if (!raw.includes('\\')) return raw
    const value = JSON.parse(`"${raw}"`) as string
    // Only escapes can have made one: the raw text was checked before.
    if (!value.isWellFormed()) throw loneSurrogate(start)
    return value
  }

  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = at
    const found = pattern.test(text)
    if (found) at = pattern.lastIndex
    return found
  }

  const skipSpace = (): void => {
    while (isSpace(text.charCodeAt(at))) at++
  }

  const take = (character: string): boolean => {
    if (text[at] !== character) return false
    at++
    return true
  }

  const refusal = (code: string, at: number, { en, zh }: Words): LedgerError =>
    new LedgerError(code, { en: `${en}, at character ${at + 1}`, zh: `${zh}，位置：第 ${at + 1} 个字符` })

  const unexpected = ({ en, zh }: Words): LedgerError => {
    if (at >= text.length)
      return refusal('invalid_json', at, { en: `it ends where it needs ${en}`, zh: `文本提前结束，此处应有${zh}` })
    const [found, foundZh] =
      text[at] === '\ufeff' ? ['a byte order mark', '字节顺序标记（BOM）'] : ['something else', '其他内容']
    return refusal('invalid_json', at, {
      en: `${found} stands where there must be ${en}`,
      zh: `此处应有${zh}，却有${foundZh}`,
    })
  }

  const brokenString = (): LedgerError =>
    refusal(
      'invalid_json',
      at,
      at >= text.length
        ? { en: 'a string is not closed', zh: '字符串没有结束' }
        : text[at] === '\\'
          ? { en: 'an unknown escape', zh: '有无法识别的转义' }
          : { en: 'a raw control character in a string', zh: '字符串中有未转义的控制字符' },
    )

  const loneSurrogate = (at: number): LedgerError =>
    refusal('lone_surrogate', at, {
      en: 'half of a surrogate pair, which is no character',
      zh: '只有半个代理对，不成字符',
    })

  // A raw lone surrogate cannot come from UTF-8; it can come from a caller's own string.
  if (!text.isWellFormed()) throw loneSurrogate(text.search(/\p{Surrogate}/u))
  skipSpace()
  const value = readValue(depth)
  skipSpace()
  if (at < text.length)
    throw unexpected({
      en: 'the end: a line or a body holds one JSON value',
      zh: '结束：一行或一个请求体只能有一个 JSON 值',
    })
  return value
}

const WORD_OR_NUMBER = /true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
/** What may stand in a string as it is. */
// oxlint-disable-next-line no-control-regex -- RFC 8259 excepts exactly these characters
const PLAIN = /[^"\\\u0000-\u001f]*/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})/y

const isSpace = (code: number): boolean => code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d
