// A small HTTP server of the monitor's own, for one kind of request and short answers; on this machine alone unless it is
// told otherwise. What stands before it is the inspector's choice.

import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { LedgerError } from '../core/error.ts'

export interface OwnAddress {
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
  /** The option that named it, for whoever has to name another. */
  readonly option: string
}

export interface OwnAnswer {
  readonly status: number
  readonly contentType: string
  readonly body: string | Uint8Array
}

export interface OwnServer extends AsyncDisposable {
  readonly url: string
}

const LONGEST_REQUEST_MS = 10_000
export const TEXT = 'text/plain; charset=utf-8'

/**
 * @param only The request that it answers; of any other it says that one
 * @throws LedgerError `port_unusable`
 */
export async function startOwnServer(
  address: OwnAddress,
  only: `${'GET' | 'POST'} /${string}`,
  answer: (request: IncomingMessage) => Promise<OwnAnswer>,
): Promise<OwnServer> {
  const [allow, path] = only.split(' ')
  const answerTo = async (request: IncomingMessage): Promise<OwnAnswer> => {
    if (request.url === path && request.method === allow) return answer(request)
    return { status: request.url === path ? 405 : 404, contentType: TEXT, body: `${only}\n` }
  }
  const server = createServer((request, response) => {
    answerTo(request).then(
      ({ status, contentType, body }) => response.writeHead(status, { 'content-type': contentType, allow }).end(body),
      () => response.writeHead(500, { 'content-type': TEXT }).end(),
    )
  })
  server.requestTimeout = server.headersTimeout = LONGEST_REQUEST_MS
  server.maxConnections = 64
  await new Promise<void>((resolve, reject) => {
    server.once('error', cause => reject(unusable(address, cause)))
    server.listen(address.port, address.host, resolve)
  })
  const { address: host, family, port } = server.address() as AddressInfo
  return {
    url: `http://${family === 'IPv6' ? `[${host}]` : host}:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

function unusable({ host, port, option }: OwnAddress, cause: Error & { code?: unknown }): LedgerError {
  return new LedgerError(
    'port_unusable',
    {
      en: `The monitor cannot listen on ${host}, port ${port} (${String(cause.code)}); give a free one with ${option}.`,
      zh: `监测程序无法监听 ${host} 的端口 ${port}（${String(cause.code)}）；请用 ${option} 给出空闲端口。`,
    },
    { cause },
  )
}
