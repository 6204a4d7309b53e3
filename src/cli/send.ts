// Sending a batch until the service has it: with its own idempotency key, so that however often it is sent, by this run or
// a later one, no line is added twice.

import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { LedgerError } from '../core/error.ts'
import { INGESTED, type IngestAnswer } from './answers.ts'
import type { Client } from './client.ts'
import type { Format } from './convert-line.ts'
import type { Batch } from './source.ts'

/** What makes a run of lines the same one as before. Not the file's name, which rotation changes. */
export interface StreamIdentity {
  readonly format: Format
  readonly source: string
  /** Chosen by the operator, to begin anew. */
  readonly stream: string
  readonly firstText: string
}

/** The idempotency key of a batch; printable ASCII. */
export function batchKey({ format, source, stream, firstText }: StreamIdentity, number: number): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([format, source, stream, firstText]))
    .digest('hex')
  return `suyuan-ingest/1 ${digest} ${number}`
}

export interface Patience {
  /** How long a service that fails is asked again, in milliseconds. */
  readonly milliseconds: number
  /** Told before each wait; `leftMs`: how much longer it is tried at most. */
  readonly onRetry: (error: LedgerError, waitMs: number, leftMs: number) => void
  readonly longestWaitMs?: number
}

const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 10_000

/** @throws LedgerError what the service refused with, or its last failure when patience ran out; `lines_unaccounted` */
export async function sendLines(
  client: Client,
  key: string,
  lines: Buffer,
  dryRun: boolean,
  patience: Patience,
): Promise<IngestAnswer> {
  const parameters = dryRun ? { dryRun } : {}
  const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': key }
  const ask = () => client.post('/v1/records', parameters, { lines, headers }, INGESTED)
  const answer = await persist(patience, ask)
  requireAccounted(answer, countEnds(lines))
  return answer
}

/** Each line is ended. */
function countEnds(lines: Buffer): number {
  let count = 0
  for (let at = lines.indexOf(0x0a); at !== -1; at = lines.indexOf(0x0a, at + 1)) count++
  return count
}

/** Each line is in the log, was there, or is refused: one that is none of these was dropped. @throws LedgerError `lines_unaccounted` */
export function requireAccounted(
  { accepted, already, refusedCount }: Pick<IngestAnswer, 'accepted' | 'already' | 'refusedCount'>,
  lines: number,
): void {
  const accounted = accepted + already + refusedCount
  if (accounted === lines) return
  throw new LedgerError('lines_unaccounted', {
    en: `The service was sent ${lines} lines and accounts for ${accounted}: ${accepted} accepted, ${already} already there, ${refusedCount} refused. Which are missing it does not say. Run the same command again; if this stays, tell the regulator.`,
    zh: `向服务发送了 ${lines} 行，它只交代了 ${accounted} 行：接受 ${accepted}，已在 ${already}，拒绝 ${refusedCount}。缺少哪些没有说明。请再次运行同一命令；如一直如此，请告知监管部门。`,
  })
}

/** Lines that are asked about together: no more than refused ones are listed in an answer (docs/limits.md). */
const LINES_ASKED = 100

/**
 * All refused lines of a batch that was sent. An answer lists the first of them only, so lines are asked about again, a few
 * at a time, in dry runs; one that would be taken by now is not found any more.
 */
export async function listRefused(
  client: Client,
  batch: Batch,
  { refused, refusedCount, receipts, receiptsOmitted }: IngestAnswer,
  patience: Patience,
): Promise<IngestAnswer['refused']> {
  const found = new Map(refused.map(refusal => [refusal.line, refusal]))
  const lines = batch.body.toString().split('\n')
  const headers = { 'content-type': 'application/x-ndjson' }
  // A signed line of this batch that was taken is on record by now, and would be refused as a copy.
  const own = [...receipts, ...receiptsOmitted]
  const isOwn = ({ index }: { readonly index?: number }): boolean =>
    index !== undefined && own.some(({ firstIndex, count }) => firstIndex <= index && index < firstIndex + count)
  for (let first = 0; first < batch.lines.length && found.size < refusedCount; first += LINES_ASKED) {
    const some = Buffer.from(`${lines.slice(first, Math.min(first + LINES_ASKED, batch.lines.length)).join('\n')}\n`)
    const parameters = { dryRun: true }
    const ask = () => client.post('/v1/records', parameters, { lines: some, headers }, INGESTED)
    for (const refusal of (await persist(patience, ask)).refused) {
      if (isOwn(refusal)) continue
      const line = first + refusal.line
      found.set(line, { ...refusal, line })
    }
  }
  return [...found.values()]
}

/** Tries until it succeeds, as long as trying again can help and patience lasts. */
export async function persist<T>(patience: Patience, attempt: () => Promise<T>): Promise<T> {
  const { milliseconds, onRetry, longestWaitMs = LONGEST_WAIT_MS } = patience
  const end = Date.now() + milliseconds
  for (let pause = FIRST_WAIT_MS; ; pause = Math.min(pause * 2, longestWaitMs)) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof LedgerError) || !error.retryable) throw error
      // Spread, so that many gateways do not come back in one instant; never before the service wants to be asked.
      const asked = (error.retryAfter ?? 0) * 1000 * (1 + Math.random() / 2)
      const waitMs = Math.round(Math.max(asked, pause * (0.5 + Math.random() / 2)))
      if (Date.now() + Math.max(pause, waitMs) > end) throw error
      onRetry(error, waitMs, end - Date.now())
      await wait(waitMs)
    }
  }
}
