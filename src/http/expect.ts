// "Expect: 100-continue" (RFC 9110 §10.1.1): a client that has much to send may ask first whether it is wanted. Node says
// yes to everybody; here it is said when the body is about to be read, so that a refusal costs neither side the body.

import type { FastifyRequest } from 'fastify'
import type { App } from './typed.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route reads its body itself, by `readBody` (body.ts). */
    stream?: true
  }
}

export function answerExpectations(app: App): void {
  app.server.on('checkContinue', (request, response) => app.server.emit('request', request, response))
  // After it is known who asks, before the body is read whole.
  app.addHook('preParsing', (request, reply, _, done) => {
    if (request.routeOptions.config?.stream !== true && asksFirst(request)) reply.raw.writeContinue()
    done()
  })
}

/** Whether a client waits to be told that its body is wanted. */
export function asksFirst({ headers }: FastifyRequest): boolean {
  return /^100-continue$/i.test(headers.expect ?? '')
}
