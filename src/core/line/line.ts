// What a platform's log line says, once it is parsed and before the mapping gives it meaning. Person and network address
// stand here in clear: they may go on to a sealed part, never to the public one.

import { LedgerError } from '../error.ts'
import type { Words } from '../words.ts'

/** A request that a web server or gateway answered (Apache or nginx, combined format). */
export interface CombinedLine {
  readonly format: 'combined'
  /** IP address of the client, or its host name if the server looks names up. */
  readonly address: string
  /** The name a client logged in with. Not proven when `status` is 401. */
  readonly user?: string
  readonly time: string
  readonly method: string
  /** The request target as the client sent it; bytes that are not printable ASCII are percent-encoded. */
  readonly target: string
  /** HTTP status, three digits. */
  readonly status: number
  /** Bytes of the answer's body. */
  readonly bytes?: number
}

/** One side's record of a message between two organisations (X-Road open data). */
export interface XroadLine {
  readonly format: 'xroad'
  /** Which side's security server wrote it; both sides of a message share `transaction`. */
  readonly side: 'client' | 'producer'
  /** `instance/class/code[/subsystem]` of the caller. */
  readonly client: string
  /** `class/code` of the party the caller acted for. */
  readonly represented?: string
  /** `instance/class/code/subsystem/service[/version]`; the subsystem is empty if there is none. */
  readonly service: string
  readonly transaction: string
  readonly time: string
  /** Bytes of the response. */
  readonly bytes?: number
  readonly succeeded: boolean
}

export type ParsedLine = CombinedLine | XroadLine

/** Longest line taken, in characters: web servers refuse request lines beyond some 8,000. */
export const MAX_LINE_LENGTH = 65_536

/** Guards that every format shares. Throws `invalid_line`. */
export function checkLine(line: string): void {
  if (line.length > MAX_LINE_LENGTH) {
    throw invalidLine('line', {
      en: `has ${line.length} characters, more than the ${MAX_LINE_LENGTH} allowed`,
      zh: `有 ${line.length} 个字符，超过允许的 ${MAX_LINE_LENGTH} 个`,
    })
  }
}

/** What a message calls the parts of a line; a column of X-Road keeps its name. */
const LINE_PARTS: Readonly<Record<string, string>> = {
  line: '该行',
  address: '地址（address）',
  ident: '标识（ident）',
  user: '用户（user）',
  time: '时间（time）',
  request: '请求（request）',
  status: '状态码（status）',
  bytes: '字节数（bytes）',
  referer: '来源页（referer）',
  'user agent': '客户端（user agent）',
}

/** A refusal of a whole line: `field` names what does not read. */
export function invalidLine(field: string, why: Words): LedgerError {
  return new LedgerError('invalid_line', {
    en: `${field} ${why.en}; the line is refused as it stands`,
    zh: `${LINE_PARTS[field] ?? field} ${why.zh}；该行按原样拒收`,
  })
}
