// Work for somebody who has hung up is given up: the signal aborts when the connection closes before the answer is out.

import type { FastifyReply } from 'fastify'

export function whenGone({ raw }: Pick<FastifyReply, 'raw'>): AbortSignal {
  const gone = new AbortController()
  raw.once('close', () => {
    if (!raw.writableFinished) gone.abort()
  })
  return gone.signal
}
