// How many questions are worked on at once. All share one event loop and one disk with the lines that come in: a page of
// rows takes milliseconds, a sum over the whole log may take seconds, and neither may wait for many of the other.

import type { FastifyReply, FastifyRequest } from 'fastify'
import { createGate, type Gate, type GateFigures, type Turn } from '../admission.ts'
import { LedgerError } from '../core/error.ts'
import { clientOf } from './clients.ts'
import { whenGone } from './gone.ts'
import type { HttpLimits } from './limits.ts'
import type { App } from './typed.ts'

/** `sum`: may go through the whole log, or read much of the chain. `page`: rows of the log. */
export type Work = 'sum' | 'page'

type WorkOf = Work | ((request: FastifyRequest) => Work)

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What work a request makes; none when absent. A function sees the request when its parameters are checked. */
    work?: WorkOf
  }
  interface FastifyRequest {
    /** The right to the work under way. */
    turn: Turn | undefined
  }
}

export interface Questions {
  figures(): Readonly<Record<Work, GateFigures>>
}

/** Must run before any route is registered. */
export function limitQuestions(app: App, { sums, pages }: Pick<HttpLimits, 'sums' | 'pages'>): Questions {
  // Each is one turn of the event loop at least, so there is nothing to let through in bursts.
  const gates: Readonly<Record<Work, Gate>> = {
    sum: createGate({ ...sums, burst: 1, refuse: () => busy(sums.patienceMs) }),
    page: createGate({ ...pages, burst: 1, refuse: () => busy(pages.patienceMs) }),
  }
  app.decorateRequest('turn', undefined)
  const waitForTurn = async (
    request: FastifyRequest,
    reply: FastifyReply,
    work: WorkOf,
    done: (error?: Error) => void,
  ): Promise<void> => {
    try {
      const kind = typeof work === 'function' ? work(request) : work
      request.turn = await gates[kind].ask(clientOf(request), 1, whenGone(reply))
    } catch (error) {
      return done(error as Error)
    }
    done()
  }
  app.addHook('preHandler', (request, reply, done) => {
    const { work } = request.routeOptions.config
    if (work === undefined) return done()
    void waitForTurn(request, reply, work, done)
  })
  // The work is done, well or not: every handler ends in an answer, also when nobody is there to take it.
  app.addHook('onSend', (request, _, __, done) => {
    request.turn?.[Symbol.dispose]()
    done()
  })
  return { figures: () => ({ sum: gates.sum.figures, page: gates.page.figures }) }
}

function busy(patienceMs: number): LedgerError {
  return new LedgerError(
    'overloaded',
    {
      en: `Too many questions are being answered; the turn of this one did not come within ${patienceMs / 1000} s, or too many of yours wait already. Ask again after Retry-After, fewer at a time.`,
      zh: `正在回答的查询过多；本查询 ${patienceMs / 1000} 秒内未轮到，或您等待中的查询过多。请按 Retry-After 稍后重试，并减少同时查询的数量。`,
    },
    { retryable: true },
  )
}
