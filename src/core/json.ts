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
      {
        cause,
      },
    )
  }
}

/**
 * The value of a JSON text. Throws a LedgerError that names the character (counted from 1, in UTF-16 units):
 * `invalid_json`, `duplicate_key`, `lone_surrogate`, `inexact_number`, `too_deep`, `reserved_key`.
 */
export function parseStrict(text: string, limits: JsonLimits = { depth: MAX_JSON_DEPTH }): unknown {
  return new Scanner(text, limits.depth).scan()
}

const QUOTE = 0x22
const COMMA = 0x2c
const MINUS = 0x2d
const COLON = 0x3a
const BACKSLASH = 0x5c
const ZERO = 0x30
const NINE = 0x39

const ESCAPES: ReadonlyMap<number, string> = new Map(
  Object.entries({ '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }).map(
    ([letter, meaning]) => [letter.charCodeAt(0), meaning],
  ),
)

// A cursor over one text. Every method starts at the first character of what it reads and ends behind the last.
class Scanner {
  private readonly text: string
  private readonly depth: number
  private at = 0

  constructor(text: string, depth: number) {
    this.text = text
    this.depth = depth
  }

  scan(): unknown {
    // A raw lone surrogate cannot come from UTF-8; it can come from a caller's own string.
    if (!this.text.isWellFormed()) throw this.loneSurrogate(this.text.search(/\p{Surrogate}/u))
    this.skipSpace()
    const value = this.readValue(this.depth)
    this.skipSpace()
    if (this.at < this.text.length)
      throw this.unexpected({
        en: 'the end: a line or a body holds one JSON value',
        zh: '结束：一行或一个请求体只能有一个 JSON 值',
      })
    return value
  }

  /** `room`: how many more levels may open here. */
  private readValue(room: number): unknown {
    const code = this.text.charCodeAt(this.at)
    if (code === QUOTE) return this.readString()
    if (code === MINUS || (code >= ZERO && code <= NINE)) return this.readNumber()
    if (code === 0x7b) return this.readObject(room)
    if (code === 0x5b) return this.readArray(room)
    if (this.skipWord('true')) return true
    if (this.skipWord('false')) return false
    if (this.skipWord('null')) return null
    throw this.unexpected({ en: 'a JSON value', zh: ' JSON 值' })
  }

  private readObject(room: number): Record<string, unknown> {
    if (room === 0) throw this.tooDeep()
    const object: Record<string, unknown> = {}
    this.at++
    this.skipSpace()
    if (this.skipCode(0x7d)) return object
    for (;;) {
      const keyAt = this.at
      if (this.text.charCodeAt(keyAt) !== QUOTE)
        throw this.unexpected({ en: 'a key in double quotes', zh: '双引号括起的键' })
      const key = this.readString()
      // Compared after escapes are undone: "a" and "\u0061" are one key.
      if (Object.hasOwn(object, key)) throw this.duplicateKey(key, keyAt, room)
      if (key === '__proto__')
        throw this.refusal(
          'reserved_key',
          { en: 'the key "__proto__" is not allowed', zh: '不允许使用键“__proto__”' },
          keyAt,
        )
      this.skipSpace()
      if (!this.skipCode(COLON)) throw this.unexpected({ en: "':' after a key", zh: '键后面的冒号' })
      this.skipSpace()
      object[key] = this.readValue(room - 1)
      this.skipSpace()
      if (this.skipCode(0x7d)) return object
      if (!this.skipCode(COMMA)) throw this.unexpected({ en: "',' or '}'", zh: '“,”或“}”' })
      this.skipSpace()
    }
  }

  private readArray(room: number): unknown[] {
    if (room === 0) throw this.tooDeep()
    const array: unknown[] = []
    this.at++
    this.skipSpace()
    if (this.skipCode(0x5d)) return array
    for (;;) {
      array.push(this.readValue(room - 1))
      this.skipSpace()
      if (this.skipCode(0x5d)) return array
      if (!this.skipCode(COMMA)) throw this.unexpected({ en: "',' or ']'", zh: '“,”或“]”' })
      this.skipSpace()
    }
  }

  private readString(): string {
    const { text } = this
    const start = this.at + 1
    // Nearly every string has no escape and is one slice of the line. Past the end charCodeAt gives NaN: no branch
    // before the last may be true of it.
    for (let at = start; ; at++) {
      const code = text.charCodeAt(at)
      if (code === QUOTE) {
        this.at = at + 1
        return text.slice(start, at)
      }
      if (code === BACKSLASH) return this.readEscaped(start, at)
      if (!(code >= 0x20)) throw this.endOfString(at)
    }
  }

  private readEscaped(start: number, firstEscape: number): string {
    const { text } = this
    let value = text.slice(start, firstEscape)
    for (let at = firstEscape; ; ) {
      const code = text.charCodeAt(at)
      if (code === QUOTE) {
        this.at = at + 1
        // Only escapes can have made one: the raw text was checked before.
        if (!value.isWellFormed()) throw this.loneSurrogate(start)
        return value
      }
      if (code === BACKSLASH) {
        const hex = text.charCodeAt(at + 1) === 0x75 ? text.slice(at + 2, at + 6) : undefined
        const meaning = hex === undefined ? ESCAPES.get(text.charCodeAt(at + 1)) : decodeUnit(hex)
        if (meaning === undefined)
          throw this.refusal('invalid_json', { en: 'an unknown escape', zh: '有无法识别的转义' }, at)
        value += meaning
        at += hex === undefined ? 2 : 6
      } else {
        if (!(code >= 0x20)) throw this.endOfString(at)
        const from = at
        do at++
        while (isPlain(text.charCodeAt(at)))
        value += text.slice(from, at)
      }
    }
  }

  private readNumber(): number {
    const { text } = this
    const start = this.at
    // The common case first: a whole number of at most 15 digits, which a double always holds.
    let end = start
    let whole = 0
    for (let code = text.charCodeAt(end); code >= ZERO && code <= NINE; code = text.charCodeAt(++end)) {
      whole = whole * 10 + (code - ZERO)
    }
    const next = text.charCodeAt(end) | 0x20
    const isWhole = next !== 0x2e && next !== 0x65 // '.', 'e' or 'E'
    if (isWhole && end > start && end - start <= 15 && (text.charCodeAt(start) !== ZERO || end - start === 1)) {
      this.at = end
      return whole
    }
    NUMBER.lastIndex = start
    const literal = NUMBER.exec(text)?.[0]
    if (literal === undefined) throw this.unexpected({ en: 'a digit after the minus sign', zh: '负号后面的数字' })
    this.at = start + literal.length
    const value = Number(literal)
    if (!keepsValue(literal, value)) {
      throw this.refusal(
        'inexact_number',
        {
          en: `a number that no double holds exactly as written: it would be rounded; send large or precise numbers as strings`,
          zh: '双精度数无法精确表示所写的数字，会被舍入；较大或高精度的数字请写成字符串',
        },
        start,
      )
    }
    return value
  }

  private skipSpace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at)
      if (code !== 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d) return
      this.at++
    }
  }

  private skipCode(code: number): boolean {
    if (this.text.charCodeAt(this.at) !== code) return false
    this.at++
    return true
  }

  private skipWord(word: string): boolean {
    if (!this.text.startsWith(word, this.at)) return false
    this.at += word.length
    return true
  }

  private refusal(code: string, what: Words, at: number): LedgerError {
    return new LedgerError(code, {
      en: `${what.en}, at character ${at + 1}`,
      zh: `${what.zh}，位置：第 ${at + 1} 个字符`,
    })
  }

  private unexpected(wanted: Words): LedgerError {
    const { at, text } = this
    if (at >= text.length)
      return this.refusal(
        'invalid_json',
        { en: `it ends where it needs ${wanted.en}`, zh: `文本提前结束，此处应有${wanted.zh}` },
        at,
      )
    const found =
      text.charCodeAt(at) === 0xfeff
        ? { en: 'a byte order mark stands', zh: '有字节顺序标记（BOM）' }
        : { en: 'something else stands', zh: '有其他内容' }
    return this.refusal(
      'invalid_json',
      { en: `${found.en} where there must be ${wanted.en}`, zh: `此处应有${wanted.zh}，却${found.zh}` },
      at,
    )
  }

  private endOfString(at: number): LedgerError {
    const open = at >= this.text.length
    return this.refusal(
      'invalid_json',
      open
        ? { en: 'a string is not closed', zh: '字符串没有结束' }
        : { en: 'a raw control character in a string', zh: '字符串中有未转义的控制字符' },
      at,
    )
  }

  private loneSurrogate(at: number): LedgerError {
    return this.refusal(
      'lone_surrogate',
      { en: 'half of a surrogate pair, which is no character', zh: '只有半个代理对，不成字符' },
      at,
    )
  }

  private tooDeep(): LedgerError {
    return this.refusal(
      'too_deep',
      { en: `nested deeper than ${this.depth} levels`, zh: `嵌套超过 ${this.depth} 层` },
      this.at,
    )
  }

  private duplicateKey(key: string, at: number, room: number): LedgerError {
    const name = room === this.depth ? ` ${JSON.stringify(key.slice(0, 64))}` : ''
    return this.refusal(
      'duplicate_key',
      { en: `the key${name} stands twice in one object`, zh: `同一对象中键${name} 出现两次` },
      at,
    )
  }
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const HEX_UNIT = /^[0-9A-Fa-f]{4}$/

function decodeUnit(hex: string): string | undefined {
  return HEX_UNIT.test(hex) ? String.fromCharCode(Number.parseInt(hex, 16)) : undefined
}

function isPlain(code: number): boolean {
  return code >= 0x20 && code !== QUOTE && code !== BACKSLASH
}
