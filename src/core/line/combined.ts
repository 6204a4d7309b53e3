// The combined log format of Apache httpd and nginx:
//
//   address ident user [dd/Mon/yyyy:HH:mm:ss ±hhmm] "request" status bytes "referer" "user agent"
//
// https://httpd.apache.org/docs/2.4/mod/mod_log_config.html, https://nginx.org/en/docs/http/ngx_http_log_module.html.
// Whoever sends a request chooses user, request, referer and agent. Servers escape quotes in them (\" or \x22), so an
// unescaped quote is the server's own; a user name with spaces or brackets can only break the line, never forge another.
//
// Referer and user agent are checked and dropped: they say nothing about the use of data and much about a person.

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
const CONTROL = /\p{Cc}/u

/** One line of a combined log. Throws `invalid_line` naming the field, or `invalid_time`. */
export function parseCombined(line: string): CombinedLine {
  checkLine(line)
  if (CONTROL.test(line)) throw invalidLine('line', 'has a raw control character, which servers escape')
  const cursor = new Cursor(line)
  const address = cursor.readWord('address')
  cursor.readWord('ident')
  const user = cursor.readWord('user')
  const time = parseLogTime(cursor.readEnclosed('time', '[', ']'))
  const request = parseRequest(cursor.readQuoted('request'))
  const status = cursor.readWord('status')
  if (!/^\d{3}$/.test(status)) throw invalidLine('status', 'is not a number of three digits')
  const bytes = cursor.readWord('bytes')
  if (!/^(?:-|\d{1,15})$/.test(bytes)) throw invalidLine('bytes', "is neither a number nor '-'")
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
    if (word === '') throw invalidLine(field, 'is missing')
    this.step(field, this.at + word.length)
    return word
  }

  readEnclosed(field: string, open: string, close: string): string {
    const end = this.line.indexOf(close, this.at + 1)
    if (this.line[this.at] !== open || end === -1) throw invalidLine(field, `does not stand in ${open}${close}`)
    const inner = this.line.slice(this.at + 1, end)
    this.step(field, end + 1)
    return inner
  }

  readQuoted(field: string): string {
    if (this.line[this.at] !== '"') throw invalidLine(field, 'does not begin with a quote')
    const start = this.at + 1
    let end = start
    for (let code = this.line.charCodeAt(end); code !== QUOTE; code = this.line.charCodeAt(++end)) {
      if (end >= this.line.length) throw invalidLine(field, 'has no closing quote')
      if (code !== BACKSLASH) continue
      ESCAPE.lastIndex = end
      if (!ESCAPE.test(this.line)) throw invalidLine(field, `has an unknown escape at character ${end + 1}`)
      end = ESCAPE.lastIndex - 1
    }
    this.step(field, end + 1)
    return this.line.slice(start, end)
  }

  end(): void {
    if (this.at >= this.line.length) return
    throw invalidLine(
      'line',
      `goes on behind the user agent, at character ${this.at + 1}: it is not the combined format`,
    )
  }

  private step(field: string, at: number): void {
    if (at < this.line.length && this.line[at] !== ' ') throw invalidLine(field, 'is not followed by a space')
    this.at = Math.min(at + 1, this.line.length)
  }
}

function parseLogTime(text: string): string {
  const match = TIME.exec(text)
  if (match === null) throw invalidLine('time', 'is not dd/Mon/yyyy:HH:mm:ss ±hhmm')
  const [, day = '', name = '', year = '', clock = '', hours = '', minutes = ''] = match
  const month = String(MONTHS.findIndex(month => month === name) + 1).padStart(2, '0')
  return parseTime(`${year}-${month}-${day}T${clock}${hours}:${minutes}`)
}

function parseRequest(quoted: string): { readonly method: string; readonly target: string } {
  const [, method, target] = REQUEST.exec(quoted) ?? []
  if (method === undefined || target === undefined) {
    throw invalidLine('request', "is not 'METHOD target HTTP/version': what was asked for cannot be told")
  }
  return { method, target: encodeTarget(target) }
}

// The target in ASCII. An escaped byte keeps its value: \xe4 becomes %E4, which a server reads the same way.
function encodeTarget(escaped: string): string {
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
    throw invalidLine('user', 'is not valid UTF-8 behind its escapes')
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
    if (match === null) throw invalidLine('user', 'has an unknown escape')
    const [all, hex, letter = ''] = match
    parts.push(Buffer.from(escaped.slice(from, at)))
    parts.push(
      hex === undefined ? Buffer.from(MEANINGS.get(letter) ?? letter) : Uint8Array.of(Number.parseInt(hex, 16)),
    )
    from = at + all.length
  }
  parts.push(Buffer.from(escaped.slice(from)))
  return Buffer.concat(parts)
}
