// Batches sent as fast as they are taken, by a few clients at once.

import { BATCH_LINES, type MeasuredService } from './service.ts'

const CLIENTS = 8

/** Sends until `enough(records)`; returns the records accepted and the seconds it took. */
export async function sendUntil(
  { url, token, batches }: MeasuredService,
  enough: (records: number, seconds: number) => boolean,
): Promise<{ records: number; seconds: number }> {
  const run = Math.random().toString(36).slice(2)
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' }
  const started = performance.now()
  const elapsed = (): number => (performance.now() - started) / 1000
  let sent = 0
  let records = 0
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      while (!enough(records, elapsed())) {
        const k = sent++
        const response = await fetch(`${url}/v1/records`, {
          method: 'POST',
          headers: { ...headers, 'idempotency-key': `${run}-${k}` },
          body: batches[k % batches.length]!,
        })
        const result = (await response.json()) as { accepted?: number; refused?: readonly unknown[]; detail?: string }
        if (result.accepted === undefined) throw new Error(result.detail ?? 'the batch was refused')
        if (result.accepted < BATCH_LINES * 0.9)
          throw new Error(`only ${result.accepted} of ${BATCH_LINES} lines were accepted`)
        records += result.accepted
      }
    }),
  )
  return { records, seconds: elapsed() }
}
