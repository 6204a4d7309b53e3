// 405 with Allow (RFC 9110 §15.5.6): an address that exists says which methods it takes.

import { LedgerError } from '../core/error.ts'
import type { App } from './typed.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

/** Takes note of the routes registered after it; the function it returns, called last, answers their other methods. */
export function watchMethods(app: App): () => void {
  const known = new Map<string, Set<string>>()
  let watching = true
  app.addHook('onRoute', ({ method, url }) => {
    if (!watching) return
    const methods = known.get(url) ?? new Set()
    for (const name of [method].flat()) methods.add(name)
    known.set(url, methods)
  })
  return () => {
    watching = false
    for (const [url, methods] of known) {
      const allow = [...methods].sort().join(', ')
      app.route({
        method: METHODS.filter(method => !methods.has(method)),
        url,
        config: { access: 'public' },
        schema: { hide: true },
        // Before the body is read.
        onRequest: async (request, reply) => {
          reply.header('allow', allow)
          throw new LedgerError('method_not_allowed', {
            en: `This address takes ${allow}, not ${request.method}.`,
            zh: `此地址支持 ${allow}，不支持 ${request.method}。`,
          })
        },
        handler: () => {},
      })
    }
  }
}
