// The body of a request whose route reads it itself: a small one whole, any other as it comes.

import type { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { release } from '../release.ts'
import { asksFirst } from './expect.ts'

/** A body of no more bytes than this, which says how many it has, is read whole: an iterator would cost more than it does. */
const SMALL_BYTES = 16_384

/** The bytes of a body, which the client is asked for when the first of them are. Whoever stops reading can still answer. */
export function readBody(
  request: FastifyRequest,
  reply: FastifyReply,
  body: Readable,
): AsyncIterable<Uint8Array> | Promise<Uint8Array> {
  const length = Number(request.headers['content-length'])
  if (length <= SMALL_BYTES && !asksFirst(request)) return readWhole(body)
  // An iterator that is given up would otherwise take the connection with it.
  const bytes = releaseEach(body.iterator({ destroyOnReturn: false }))
  return asksFirst(request) ? afterContinue(reply, bytes) : bytes
}

function readWhole(body: Readable): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const parts: Uint8Array[] = []
    const take = (part: Uint8Array): void => void parts.push(part)
    body.on('data', take)
    body.once('end', () => {
      // Left where they are, V8 keeps listeners that are made anew for each request, and all of the request with them,
      // beyond the young generation, and the old one is collected again and again for their sake (docs/performance.md).
      body.off('data', take).off('error', reject)
      resolve(parts.length === 1 ? parts[0]! : Buffer.concat(parts))
    })
    body.once('error', reject) // also when the client hangs up
  })
}

async function* afterContinue({ raw }: FastifyReply, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  raw.writeContinue()
  yield* bytes
}

/**
 * Its parts, each of which is looked at only until the next is asked for. They are the connection's own (`app.inject` hands
 * over the caller's).
 */
async function* releaseEach(parts: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
  for await (const part of parts) {
    yield part
    release(part)
  }
}
