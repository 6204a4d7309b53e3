// Which host names the service answers to. A page of a stranger can make its own name resolve to 127.0.0.1 (DNS
// rebinding) and then speak to a loopback service as if it were its own; but the Host header keeps the stranger's name.

import { isIPv6 } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { LedgerError } from '../core/error.ts'

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'] as const

const WILDCARDS = new Set(['0.0.0.0', '::'])

/** The names to answer to when listening on `address`; 'any' where the operator opened it to a network and named none. */
export function allowedHosts(address: string, named: readonly string[] = []): readonly string[] | 'any' {
  if (named.length === 0 && !isLoopback(address)) return 'any'
  const own = WILDCARDS.has(address) ? [] : [isIPv6(address) ? `[${address}]` : address]
  return [...new Set([...LOOPBACK, ...own, ...named].map(name => name.toLowerCase()))]
}

function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || address.startsWith('127.')
}

export function guardHosts(app: FastifyInstance, hosts: readonly string[] | 'any'): void {
  // Of whatever name: RFC 9112 §3.2 asks for a 400. HTTP/1.0 knows no such header.
  app.addHook('onRequest', ({ headers, raw }, _, done) => {
    if (headers.host !== undefined || raw.httpVersion === '1.0') return done()
    throw new LedgerError('request_invalid', {
      en: 'The request has no Host header, which HTTP/1.1 asks for; send it with the name or address of this service.',
      zh: '请求缺少 HTTP/1.1 所要求的 Host 请求头；请附上本服务的名称或地址。',
    })
  })
  if (hosts === 'any') return
  let allowed: string | undefined // the header that was let in last: nearly always the same
  app.addHook('onRequest', ({ headers }, _, done) => {
    if (headers.host !== undefined && headers.host === allowed) return done()
    const host = (headers.host ?? '').toLowerCase().replace(/:\d*$/, '')
    if (hosts.includes(host)) {
      allowed = headers.host
      return done()
    }
    throw new LedgerError('host_not_allowed', {
      en: `This service does not answer to the host name ${JSON.stringify(host.slice(0, 100))}; use one of ${hosts.join(', ')}, or add the name to SUYUAN_HOSTS.`,
      zh: `本服务不使用主机名 ${JSON.stringify(host.slice(0, 100))}；请使用 ${hosts.join('、')} 之一，或将该名称加入配置 SUYUAN_HOSTS。`,
    })
  })
}
