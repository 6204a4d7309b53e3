// Clients that send batches on many connections at once, each connection one after the other, and come back when told to.
// Run as a worker thread, so that those who send much do not keep those who send little in this process waiting.

import { Agent, request } from 'node:http'
import { parentPort, workerData } from 'node:worker_threads'

export interface Senders {
  readonly url: string
  readonly batches: readonly Uint8Array[]
  readonly clients: readonly { readonly name: string; readonly token: string; readonly connections: number }[]
  readonly seconds: number
}

export interface Tally {
  readonly name: string
  records: number
  requests: number
  /** Told to come back. */
  refused: number
  /** Any other answer, or none. */
  broken: number
}

export async function sendAll({ url, batches, clients, seconds }: Senders): Promise<readonly Tally[]> {
  const end = performance.now() + seconds * 1000
  const tallies = clients.map(({ name }) => ({ name, records: 0, requests: 0, refused: 0, broken: 0 }))
  const running = clients.flatMap(({ token, connections }, k) => {
    const agent = new Agent({ keepAlive: true, maxSockets: connections })
    return Array.from({ length: connections }, () =>
      sendOn(`${url}/v1/records`, token, agent, batches, tallies[k]!, end),
    )
  })
  await Promise.all(running)
  return tallies
}

async function sendOn(
  url: string,
  token: string,
  agent: Agent,
  batches: readonly Uint8Array[],
  tally: Tally,
  end: number,
): Promise<void> {
  for (let k = 0; performance.now() < end; k++) {
    const { status, retryAfter, text } = await send(url, token, agent, batches[k % batches.length]!)
    if (performance.now() > end) return
    tally.requests++
    if (status === 200) tally.records += Number(/"accepted":(\d+)/.exec(text)?.[1])
    else if (status === 503) tally.refused++
    else tally.broken++
    if (status === 503) {
      const pause = Math.min(retryAfter * 1000, end - performance.now())
      await new Promise(resolve => setTimeout(resolve, pause))
    }
  }
}

interface Answer {
  /** 0 when there was none. */
  readonly status: number
  /** Seconds. */
  readonly retryAfter: number
  /** Its beginning. */
  readonly text: string
}

async function send(url: string, token: string, agent: Agent, body: Uint8Array): Promise<Answer> {
  return new Promise(resolve => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/x-ndjson',
      'content-length': body.length,
      'idempotency-key': Math.random().toString(36),
    }
    const outgoing = request(url, { method: 'POST', agent, headers }, response => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      const over = (): void => {
        const retryAfter = Number(response.headers['retry-after'] ?? 0)
        const text = Buffer.concat(parts).toString('latin1', 0, 400)
        resolve({ status: response.complete ? (response.statusCode ?? 0) : 0, retryAfter, text })
      }
      response.on('end', over)
      response.on('error', over)
    })
    outgoing.on('error', () => resolve({ status: 0, retryAfter: 0, text: '' }))
    outgoing.end(body)
  })
}

if (parentPort !== null) parentPort.postMessage(await sendAll(workerData as Senders), [])
