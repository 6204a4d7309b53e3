// The combined log format of Apache httpd and nginx:
//
//   address ident user [dd/Mon/yyyy:HH:mm:ss ±hhmm] "request" status bytes "referer" "user agent"
//
// https://httpd.apache.org/docs/2.4/mod/mod_log_config.html, https://nginx.org/en/docs/http/ngx_http_log_module.html.
// Whoever sends a request chooses user, request, referer and agent. Servers escape quotes in them (\" or \x22), so an
// unescaped quote is the server's own; a user name with spaces or brackets can only break the line, never forge another.
//
// Referer and user agent are checked and dropped: they say nothing about the use of data and much about a person.

import { concat, utf8 } from '../bytes.ts'
import { LedgerError } from '../error.ts'
import { decodeUtf8 } from '../json.ts'
import { parseTime } from '../record/time.ts'
import { type CombinedLine, checkLine, invalidLine } from './line.ts'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const
const TIME = /^(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}:\d{2}:\d{2}) ([+-]\d{2})(\d{2})$/
const REQUEST = /^([A-Z][A-Z_-]{0,31}) (\S+) HTTP\/\d(?:\.\d)?$/
const ESCAPE = /\\(?:x([0-9A-Fa-f]{2})|(["\\bnrtv]))/y
const QUOTE = 0x22
const BACKSLASH = 0x5c
const NEEDS_NO_ESCAPE = /^[!-[\]-~]*$/
const CONTROL = /\p{Cc}/u

/** One line of a combined log. Throws `invalid_line` naming the field, or `invalid_time`. */
export function parseCombined(line: string): CombinedLine {
  checkLine(line)
  if (CONTROL.test(line))
    throw invalidLine('line', {
      en: 'has a raw control character, which servers escape',
      zh: '含有未转义的控制字符，而服务器都会转义',
    })
  const cursor = new Cursor(line)
  const address = cursor.readWord('address')
  cursor.readWord('ident')
  const user = cursor.readWord('user')
  const time = parseLogTime(cursor.readEnclosed('time', '[', ']'))
  const request = parseRequest(cursor.readQuoted('request'))
  const status = cursor.readWord('status')
  if (!/^\d{3}$/.test(status))
    throw invalidLine('status', { en: 'is not a number of three digits', zh: '不是三位数字' })
  const bytes = cursor.readWord('bytes')
  if (!/^(?:-|\d{1,15})$/.test(bytes))
    throw invalidLine('bytes', { en: "is neither a number nor '-'", zh: "既不是数字也不是 '-'" })
  cursor.readQuoted('referer')
  cursor.readQuoted('user agent')
  cursor.end()
  return {
    format: 'combined',
    address,
    // Apache writes "" for a login with an empty name.
    ...(user === '-' || user === '""' ? {} : { user: unescapeText(user) }),
    time,
    ...request,
    status: Number(status),
    ...(bytes === '-' ? {} : { bytes: Number(bytes) }),
  }
}

// Fields are parted by single spaces; each method reads one field and the space behind it.
class Cursor {
  private readonly line: string
  private at = 0

  constructor(line: string) {
    this.line = line
  }

  readWord(field: string): string {
    const space = this.line.indexOf(' ', this.at)
    const word = this.line.slice(this.at, space === -1 ? undefined : space)
    if (word === '') throw invalidLine(field, { en: 'is missing', zh: '缺失' })
    this.step(field, this.at + word.length)
    return word
  }

  readEnclosed(field: string, open: string, close: string): string {
    const end = this.line.indexOf(close, this.at + 1)
    if (this.line[this.at] !== open || end === -1)
      throw invalidLine(field, { en: `does not stand in ${open}${close}`, zh: `没有用 ${open}${close} 括起` })
    const inner = this.line.slice(this.at + 1, end)
    this.step(field, end + 1)
    return inner
  }

  readQuoted(field: string): string {
    if (this.line[this.at] !== '"')
      throw invalidLine(field, { en: 'does not begin with a quote', zh: '没有以引号开头' })
    const start = this.at + 1
    let end = start
    for (let code = this.line.charCodeAt(end); code !== QUOTE; code = this.line.charCodeAt(++end)) {
      if (end >= this.line.length) throw invalidLine(field, { en: 'has no closing quote', zh: '没有结束的引号' })
      if (code !== BACKSLASH) continue
      ESCAPE.lastIndex = end
      if (!ESCAPE.test(this.line))
        throw invalidLine(field, {
          en: `has an unknown escape at character ${end + 1}`,
          zh: `在第 ${end + 1} 个字符处有无法识别的转义`,
        })
      end = ESCAPE.lastIndex - 1
    }
    this.step(field, end + 1)
    return this.line.slice(start, end)
  }

  end(): void {
    if (this.at >= this.line.length) return
    throw invalidLine('line', {
      en: `goes on behind the user agent, at character ${this.at + 1}: it is not the combined format`,
      zh: `在客户端字段之后还有内容（第 ${this.at + 1} 个字符）：不是 combined 格式`,
    })
  }

  private step(field: string, at: number): void {
    if (at < this.line.length && this.line[at] !== ' ')
      throw invalidLine(field, { en: 'is not followed by a space', zh: '后面没有空格' })
    this.at = Math.min(at + 1, this.line.length)
  }
}

function parseLogTime(text: string): string {
  const match = TIME.exec(text)
  if (match === null)
    throw invalidLine('time', { en: 'is not dd/Mon/yyyy:HH:mm:ss ±hhmm', zh: '不是 dd/Mon/yyyy:HH:mm:ss ±hhmm 格式' })
  const [, day = '', name = '', year = '', clock = '', hours = '', minutes = ''] = match
  const month = String(MONTHS.findIndex(month => month === name) + 1).padStart(2, '0')
  return parseTime(`${year}-${month}-${day}T${clock}${hours}:${minutes}`)
}

function parseRequest(quoted: string): { readonly method: string; readonly target: string } {
  const [, method, target] = REQUEST.exec(quoted) ?? []
  if (method === undefined || target === undefined) {
    throw invalidLine('request', {
      en: "is not 'METHOD target HTTP/version': what was asked for cannot be told",
      zh: "不是 'METHOD target HTTP/version'：看不出请求的是什么",
    })
  }
  return { method, target: encodeTarget(target) }
}

// The target in ASCII. An escaped byte keeps its value: \xe4 becomes %E4, which a server reads the same way.
function encodeTarget(escaped: string): string {
  if (NEEDS_NO_ESCAPE.test(escaped)) return escaped
  let target = ''
  for (const byte of unescapeBytes(escaped)) {
    const printable = byte > 0x20 && byte < 0x7f
    target += printable ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return target
}

function unescapeText(escaped: string): string {
  if (!escaped.includes('\\')) return escaped
  try {
    return decodeUtf8(unescapeBytes(escaped))
  } catch (cause) {
    if (!(cause instanceof LedgerError)) throw cause
    throw invalidLine('user', { en: 'is not valid UTF-8 behind its escapes', zh: '还原转义后不是正确的 UTF-8' })
  }
}

const MEANINGS: ReadonlyMap<string, string> = new Map(
  Object.entries({ b: '\b', n: '\n', r: '\r', t: '\t', v: '\v', '"': '"', '\\': '\\' }),
)

function unescapeBytes(escaped: string): Uint8Array {
  const parts: Uint8Array[] = []
  let from = 0
  for (let at = escaped.indexOf('\\'); at !== -1; at = escaped.indexOf('\\', from)) {
    ESCAPE.lastIndex = at
    const match = ESCAPE.exec(escaped)
    if (match === null) throw invalidLine('user', { en: 'has an unknown escape', zh: '有无法识别的转义' })
    const [all, hex, letter = ''] = match
    parts.push(utf8(escaped.slice(from, at)))
    parts.push(hex === undefined ? utf8(MEANINGS.get(letter) ?? letter) : Uint8Array.of(Number.parseInt(hex, 16)))
    from = at + all.length
  }
  parts.push(utf8(escaped.slice(from)))
  return concat(...parts)
}
