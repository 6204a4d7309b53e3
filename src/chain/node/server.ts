// The HTTP door of the node: POST / with one JSON-RPC request or a batch, on the loopback address only.
//
// Loopback is no protection from a web page in a browser on the same machine. A page may post to 127.0.0.1 (refused: it
// carries Origin), and its own host name may be made to point to 127.0.0.1 (DNS rebinding; refused: Host names it).

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { LedgerError } from '../../core/error.ts'
import type { Method } from './methods.ts'
import { answerRpc } from './rpc.ts'
import { INVALID_REQUEST } from './rpc-error.ts'

/** Bytes of a request: a batch of 100 ordinary transactions, or several of the largest. */
export const MAX_BODY = 2 * 1024 * 1024

const HOST = '127.0.0.1'
const LOOPBACK_NAMES: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]'])

export interface RpcServer {
  readonly port: number
  /** Ends what is being answered, takes nothing new. */
  close(): Promise<void>
}

/** @throws LedgerError `chain_port_taken` */
export async function listenRpc(port: number, methods: ReadonlyMap<string, Method>): Promise<RpcServer> {
  const server = createServer((request, response) => {
    answer(request, response, methods).catch(() => response.destroy())
  })
  server.headersTimeout = 10_000
  server.requestTimeout = 30_000
  server.maxConnections = 1_000
  await listen(server, port)
  return { port: (server.address() as AddressInfo).port, close: () => close(server) }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  methods: ReadonlyMap<string, Method>,
): Promise<void> {
  const refusal = refuse(request)
  if (refusal !== undefined) return send(response, refusal.status, refusalText(refusal.why), true)
  const body = await readBody(request)
  if (body === undefined) {
    return send(response, 413, refusalText(`the request is larger than ${MAX_BODY} bytes: send it in parts`), true)
  }
  return send(response, 200, await answerRpc(body, methods), false)
}

function refuse(request: IncomingMessage): { status: number; why: string } | undefined {
  const { host, origin, 'content-type': type = '' } = request.headers
  if (!LOOPBACK_NAMES.has((host ?? '').replace(/:\d{1,5}$/, ''))) {
    return { status: 403, why: 'this node answers to 127.0.0.1 and localhost only, by that name' }
  }
  if (origin !== undefined) return { status: 403, why: 'this node does not answer web pages' }
  if (request.method !== 'POST') return { status: 405, why: 'send JSON-RPC requests by POST' }
  if (!/^application\/json\s*(?:;|$)/i.test(type)) return { status: 415, why: 'send content-type: application/json' }
  return undefined
}

/** The body as text, or undefined as soon as it is too large. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY) return undefined
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function refusalText(message: string): string {
  return JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: INVALID_REQUEST, message } })
}

function send(response: ServerResponse, status: number, text: string, last: boolean): void {
  // A refused request may still be sending its body: the connection cannot be used again.
  if (last) response.setHeader('connection', 'close')
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.end(text)
}

function listen(server: Server, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', cause => {
    const words = {
      en: `The chain cannot listen on ${HOST}:${port} (${cause.message}). End the process that holds the port, or choose another one; 0 stands for any that is free.`,
      zh: `链无法监听 ${HOST}:${port}（${cause.message}）。请结束占用该端口的进程，或另选端口；0 表示任一空闲端口。`,
    }
    reject(new LedgerError('chain_port_taken', words, { cause, retryable: true }))
  })
  server.listen(port, HOST, () => {
    server.removeAllListeners('error')
    resolve()
  })
  return promise
}

async function close(server: Server): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.close(error => (error === undefined ? resolve() : reject(error)))
  // A connection that is kept alive becomes idle only after its last answer.
  const sweep = setInterval(() => server.closeIdleConnections(), 20)
  await promise.finally(() => clearInterval(sweep))
}
