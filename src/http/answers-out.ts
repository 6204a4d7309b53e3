// Answers that nobody has taken yet, and the memory they cost: so much in all, so much for one client. A client that asks
// for more than it reads is told to read first; until then its connections cost what they cost already.

import type { FastifyReply } from 'fastify'
import { LedgerError } from '../core/error.ts'
import { clientOf } from './clients.ts'
import type { HttpLimits } from './limits.ts'
import type { App } from './typed.ts'

export interface AnswersOut {
  /** Bytes of answers that are not taken to the end. */
  readonly bytes: number
}

/** What is smaller is not counted: of those there are only as many as requests at once. */
const SMALL_BYTES = 16_384

/** Must run before any route is registered. */
export function limitAnswers(
  app: App,
  { answerBytes, answerShareBytes }: Pick<HttpLimits, 'answerBytes' | 'answerShareBytes'>,
): AnswersOut {
  const byClient = new Map<string, number>()
  let bytes = 0

  app.addHook('onSend', (request, reply, payload, done) => {
    const size = sizeOf(payload)
    if (size <= SMALL_BYTES) return done()
    const client = clientOf(request)
    const before = byClient.get(client) ?? 0
    // One answer is always let out, however large, or it could never be had.
    if (before > 0 && (bytes + size > answerBytes || before + size > answerShareBytes)) {
      throw notTaken(before, bytes)
    }
    bytes += size
    byClient.set(client, before + size)
    whenOver(reply, () => {
      bytes -= size
      const left = byClient.get(client)! - size
      if (left > 0) byClient.set(client, left)
      else byClient.delete(client)
    })
    done()
  })

  return {
    get bytes() {
      return bytes
    },
  }
}

function sizeOf(payload: unknown): number {
  return typeof payload === 'string' || Buffer.isBuffer(payload) ? payload.length : 0
}

/** Taken to the end, or given up. */
function whenOver({ raw }: FastifyReply, then: () => void): void {
  if (raw.destroyed) then()
  else raw.once('close', then)
}

function notTaken(own: number, all: number): LedgerError {
  return new LedgerError(
    'overloaded',
    {
      en: `Answers of ${all} bytes are waiting to be taken, ${own} of them by this client; read those first, and then ask again.`,
      zh: `尚有 ${all} 字节的应答未被取走，其中此客户端 ${own} 字节；请先读取，再重新请求。`,
    },
    { retryable: true },
  )
}
