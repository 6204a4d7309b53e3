// "Expect: 100-continue" (RFC 9110 §10.1.1): a client that has much to send may ask first whether it is wanted. Node says
// yes to everybody; here it is said when the body is about to be read, so that a refusal costs neither side the body. Of
// any other expectation Node says 417 and no more; here it is a problem like others.

import type { FastifyRequest } from 'fastify'
import { LedgerError } from '../core/error.ts'
import type { App } from './typed.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route reads its body itself, by `readBody` (body.ts). */
    stream?: true
  }
}

export function answerExpectations(app: App): void {
  for (const event of ['checkContinue', 'checkExpectation']) {
    app.server.on(event, (request, response) => app.server.emit('request', request, response))
  }
  app.addHook('onRequest', (request, _, done) => {
    const expected = expectationOf(request)
    if (expected === '' || asksFirst(request)) return done()
    throw new LedgerError('expectation_failed', {
      en: `The request expects ${JSON.stringify(expected.slice(0, 100))}, and only 100-continue can be promised here; send it again without that Expect header.`,
      zh: `请求头 Expect 要求 ${JSON.stringify(expected.slice(0, 100))}，此处只支持 100-continue；请去掉该请求头后重发。`,
    })
  })
  // After it is known who asks, before the body is read whole.
  app.addHook('preParsing', (request, reply, _, done) => {
    if (request.routeOptions.config?.stream !== true && asksFirst(request)) reply.raw.writeContinue()
    done()
  })
}

/** Whether a client waits to be told that its body is wanted. */
export function asksFirst(request: FastifyRequest): boolean {
  return /^100-continue$/i.test(expectationOf(request))
}

/** Of HTTP/1.0 there is none: its clients do not know what a 100 is. */
function expectationOf({ headers, raw }: FastifyRequest): string {
  return raw.httpVersion === '1.0' ? '' : (headers.expect ?? '')
}
