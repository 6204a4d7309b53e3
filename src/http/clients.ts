// Who a client is, and how many of the connections one may keep busy: not all, or nobody else could come in.

import type { FastifyRequest } from 'fastify'
import { LedgerError } from '../core/error.ts'
import type { HttpLimits } from './limits.ts'
import type { App } from './typed.ts'

/** The holder of the token, or where somebody without one comes from. */
export function clientOf({ holder, ip }: Pick<FastifyRequest, 'holder' | 'ip'>): string {
  return holder === undefined ? `address ${ip}` : `holder ${holder.name}`
}

/** Must run after tokens are checked, and before any route is registered. */
export function limitClients(app: App, { clientRequests }: Pick<HttpLimits, 'clientRequests'>): void {
  const underWay = new Map<string, { count: number }>()
  app.addHook('onRequest', (request, { raw: response }, done) => {
    const client = clientOf(request)
    let requests = underWay.get(client)
    if (requests === undefined) underWay.set(client, (requests = { count: 0 }))
    if (requests.count >= clientRequests) throw tooMany(clientRequests)
    requests.count++
    response.on('close', () => {
      if (--requests.count === 0) underWay.delete(client)
    })
    done()
  })
}

function tooMany(most: number): LedgerError {
  return new LedgerError(
    'overloaded',
    {
      en: `This client has ${most} requests under way, as many as one may have; wait for their answers, and use fewer connections.`,
      zh: `此客户端已有 ${most} 个请求正在处理，已达上限；请等待应答，并减少并发连接。`,
    },
    { retryable: true },
  )
}
