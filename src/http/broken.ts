// What is not HTTP at all, or too slow or too large to become a request: Node's parser gives up before there is anything
// to route, and the answer is written to the bare socket.

import type { Socket } from 'node:net'
import { PROBLEM_TYPE } from './problem.ts'
import { PROBLEMS } from './problems.ts'
import { endSoon } from './unread.ts'

const CODES: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
}

/** Says why, and cuts the connection off when the client has had time to read it. */
export function answerBrokenHttp(error: Error & { code?: string }, socket: Socket, lingerMs: number): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  endSoon(socket, lingerMs)
  if (!socket.writable) return // the client has had its answer already
  const code = CODES[error.code ?? ''] ?? 'request_invalid'
  const { status, en } = PROBLEMS[code]!
  const detail = 'The connection did not carry a whole HTTP request in time and size; send it again.'
  const body = JSON.stringify({ type: `/docs#${code}`, title: en, status, detail, code, retryable: status === 408 })
  socket.end(
    `HTTP/1.1 ${status} ${en}\r\ncontent-type: ${PROBLEM_TYPE}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}

/** To a client that sends its body too slowly: the same as when it takes too long altogether. */
export function answerTimeout(socket: Socket, lingerMs: number): void {
  const error = Object.assign(new Error('the body comes too slowly'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' })
  answerBrokenHttp(error, socket, lingerMs)
}
