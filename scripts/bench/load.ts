// Batches sent as fast as they are taken, or at a pace, by a few clients at once. The load runs on the ledger's own
// cores, so it is sent with as little as Node has: sockets that stay open, and answers that are looked at and not parsed.

import { Agent, request } from 'node:http'
import { BATCH_LINES, type MeasuredService } from './service.ts'

const CLIENTS = 8
const ACCEPTED = /"accepted":(\d+)/
const DATE = /"time":"(?=\d{4}-\d\d-\d\dT)/g
const DAY_MS = 86_400_000

export interface Load {
  /** Sent round and round. */
  readonly batches: readonly Buffer[]
  /** Asked before each batch: how many were accepted so far, and the seconds since the first. */
  readonly enough: (records: number, seconds: number) => boolean
  /** Records a second; as fast as they are taken if none is given. */
  readonly pace?: number
}

export interface Sent {
  readonly records: number
  readonly seconds: number
  /** The longest time in which no batch was answered at all, ms. */
  readonly stall: number
}

/** Sends until it is enough. Throws when a batch is not taken. */
export async function sendLoad({ url, token }: MeasuredService, { batches, enough, pace }: Load): Promise<Sent> {
  const run = Math.random().toString(36).slice(2)
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS })
  const started = performance.now()
  const elapsed = (): number => (performance.now() - started) / 1000
  let sent = 0
  let records = 0
  let answered = started
  let stall = 0
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
  const client = async (): Promise<void> => {
    while (!enough(records, elapsed())) {
      const k = sent++
      if (pace !== undefined) await until(started + (k * BATCH_LINES * 1000) / pace)
      const answer = await send(k)
      const accepted = Number(ACCEPTED.exec(answer)?.[1])
      if (!(accepted >= BATCH_LINES * 0.9)) throw new Error(`not all of ${BATCH_LINES} lines were accepted: ${answer}`)
      records += accepted
      const now = performance.now()
      stall = Math.max(stall, now - answered)
      answered = now
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, client))
  agent.destroy()
  return { records, seconds: elapsed(), stall }
}

/** Sends `batches` as fast as they are taken until it is enough. */
export async function sendUntil(
  service: MeasuredService,
  batches: readonly Buffer[],
  enough: Load['enough'],
): Promise<Sent> {
  return sendLoad(service, { batches, enough })
}

/** The same batches as if they were of another day: a log of many records is one of many days. Their own are changed. */
export function moveDays(batches: readonly Buffer[]): (day: number) => void {
  const places = batches.map(batch => {
    return [...batch.toString('latin1').matchAll(DATE)].map(({ index, 0: label }) => index + label.length)
  })
  return day => {
    const date = new Date(day * DAY_MS).toISOString().slice(0, 10)
    for (const [k, batch] of batches.entries()) for (const at of places[k]!) batch.write(date, at, 'latin1')
  }
}

async function until(time: number): Promise<void> {
  const wait = time - performance.now()
  if (wait > 0) await new Promise(resolve => setTimeout(resolve, wait))
}
