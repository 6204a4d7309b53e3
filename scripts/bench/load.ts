// Batches sent as fast as they are taken, by a few clients at once. The load runs on the ledger's own cores, so it is
// sent with as little as Node has: sockets that stay open, and answers that are looked at and not parsed.

import { Agent, request } from 'node:http'
import { BATCH_LINES, type MeasuredService } from './service.ts'

const CLIENTS = 8
const ACCEPTED = /"accepted":(\d+)/

/** Sends `batches` round and round until `enough(records)`; returns the records accepted and the seconds it took. */
export async function sendUntil(
  { url, token }: MeasuredService,
  batches: readonly Buffer[],
  enough: (records: number, seconds: number) => boolean,
): Promise<{ records: number; seconds: number }> {
  const run = Math.random().toString(36).slice(2)
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS })
  const started = performance.now()
  const elapsed = (): number => (performance.now() - started) / 1000
  let sent = 0
  let records = 0
  const send = async (k: number): Promise<string> => {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/x-ndjson',
      'content-length': batches[k % batches.length]!.length,
      'idempotency-key': `${run}-${k}`,
    }
    const outgoing = request(`${url}/v1/records`, { method: 'POST', agent, headers }, response => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () => resolve(Buffer.concat(parts).toString('latin1', 0, 400)))
      response.on('error', reject)
    })
    outgoing.on('error', reject)
    outgoing.end(batches[k % batches.length])
    return promise
  }
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      while (!enough(records, elapsed())) {
        const answer = await send(sent++)
        const accepted = Number(ACCEPTED.exec(answer)?.[1])
        if (!(accepted >= BATCH_LINES * 0.9))
          throw new Error(`not all of ${BATCH_LINES} lines were accepted: ${answer}`)
        records += accepted
      }
    }),
  )
  agent.destroy()
  return { records, seconds: elapsed() }
}
