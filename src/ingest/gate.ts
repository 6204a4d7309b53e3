// How much ingest may have in hand at once: lines that were read and are not durable yet. The bytes of a body are no part
// of it, since a client may take its time to send them; what waits for them is bounded by src/lines/blocks.ts.

import { createGate, type Gate, type GateOptions, type RefusalReason } from '../admission.ts'
import { LedgerError } from '../core/error.ts'

/**
 * Bytes of lines between reading and disk: enough that neither processor nor disk waits for the other. More would only
 * wait longer, and whoever comes next behind it.
 */
const ROOM_BYTES = 4_194_304
const SHARE_BYTES = 3_145_728
/** Bytes that are read before queries get their turn: a chunk of lines takes some milliseconds. */
const BURST_BYTES = 262_144
const MOST_WAITING = 256
const PATIENCE_MS = 1_000

export const INGEST_LIMITS: Omit<GateOptions, 'refuse'> = {
  room: ROOM_BYTES,
  share: SHARE_BYTES,
  burst: BURST_BYTES,
  mostWaiting: MOST_WAITING,
  patienceMs: PATIENCE_MS,
}

/** Seconds after which to come back, and so many connections of one client add one: else they would all be back at once. */
const RETRY_SECONDS = 2
const CONNECTIONS_PER_SECOND = 32

export function openIngestGate(limits: Omit<GateOptions, 'refuse'> = INGEST_LIMITS): Gate {
  return createGate({ ...limits, refuse: (reason, others) => overloaded(reason, others, limits) })
}

function overloaded(
  reason: RefusalReason,
  others: number,
  { patienceMs, mostWaiting }: Omit<GateOptions, 'refuse'>,
): LedgerError {
  const words =
    reason === 'late'
      ? {
          en: `More lines come in than can be written: the turn of this batch did not come within ${patienceMs / 1000} s; ${others} more of this client are waiting. None of it was taken; send it again after Retry-After, with the same idempotency key.`,
          zh: `写入已超出能力：本批次 ${patienceMs / 1000} 秒内未轮到，此客户端另有 ${others} 个批次在等待。其内容未被接收；请按 Retry-After 稍后以同一幂等键重发。`,
        }
      : {
          en: `This client has ${mostWaiting} batches waiting already, as many as one may have; send over fewer connections, and this batch again after Retry-After, with the same idempotency key.`,
          zh: `此客户端已有 ${mostWaiting} 个批次在等待，已达上限；请减少并发连接，并按 Retry-After 稍后以同一幂等键重发本批次。`,
        }
  const retryAfter = RETRY_SECONDS + Math.floor(others / CONNECTIONS_PER_SECOND)
  return new LedgerError('overloaded', words, { retryable: true, retryAfter })
}
