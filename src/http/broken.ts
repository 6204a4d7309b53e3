// What is not HTTP at all, or too slow or too large to become a request: Node's parser gives up before there is anything
// to route, and the answer is written to the bare socket.

import type { Socket } from 'node:net'
import type { Words } from '../core/words.ts'
import { languageOf } from './language.ts'
import { PROBLEM_TYPE } from './problem.ts'
import { PROBLEMS } from './problems.ts'
import { endSoon } from './unread.ts'

const NOT_WHOLE: Words = {
  en: 'The connection did not carry a whole HTTP request in time and size; send it again.',
  zh: '连接未能在时限和大小限制内送达完整的 HTTP 请求；请重新发送。',
}
const NOT_HTTP: Words = {
  en: 'What was sent is not HTTP as RFC 9112 has it. Letters beyond ASCII in an address must be percent-encoded, as "curl -G --data-urlencode" does.',
  zh: '发来的内容不是 RFC 9112 规定的 HTTP。地址中 ASCII 以外的字符须用百分号编码，例如用“curl -G --data-urlencode”。',
}

/** What came is HTTP as far as it goes. */
const CODES: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'body_too_large',
  HPE_INVALID_EOF_STATE: 'request_invalid',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
}

/** As Node gives it; what came last, a buffer, is there where the parser had something to refuse. */
type BrokenError = Error & { readonly code?: string; readonly rawPacket?: unknown }

/** Says why, and cuts the connection off when the client has had time to read it. */
export function answerBrokenHttp(error: BrokenError, socket: Socket, lingerMs: number): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  endSoon(socket, lingerMs)
  if (!socket.writable) return // the client has had its answer already
  const known = CODES[error.code ?? '']
  const code = known ?? 'request_invalid'
  const kind = PROBLEMS[code]!
  const language = languageOf({ headers: { 'accept-language': languagesIn(error.rawPacket) } })
  const body = JSON.stringify({
    type: `/docs#${code}`,
    title: kind[language],
    status: kind.status,
    detail: (known === undefined ? NOT_HTTP : NOT_WHOLE)[language],
    code,
    retryable: kind.status === 408,
  })
  socket.end(
    `HTTP/1.1 ${kind.status} ${kind.en}\r\ncontent-type: ${PROBLEM_TYPE}\r\ncontent-language: ${language}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}

/** The languages that the client asks for, if what cannot be parsed still says so. */
function languagesIn(packet: unknown): string {
  if (!Buffer.isBuffer(packet)) return ''
  return /^accept-language:(.*)$/im.exec(packet.toString('latin1'))?.[1] ?? ''
}

/** To a client that sends its body too slowly: the same as when it takes too long altogether. */
export function answerTimeout(socket: Socket, lingerMs: number): void {
  const error = Object.assign(new Error('the body comes too slowly'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' })
  answerBrokenHttp(error, socket, lingerMs)
}
