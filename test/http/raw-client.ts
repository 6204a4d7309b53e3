// A client that does with its socket what no decent client does.

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, type Socket } from 'node:net'
import type { Ledger } from './fixture.ts'

export interface RawClient extends Disposable {
  readonly socket: Socket
  /** All that came so far. */
  answer(): string
  /** Resolves when the connection is over, to how: ended by the service, or reset. */
  readonly over: Promise<'ended' | 'reset'>
  write(text: string | Buffer): void
}

export async function listen({ app }: Ledger): Promise<number> {
  if (!app.server.listening) await app.listen({ host: '127.0.0.1', port: 0 })
  return (app.server.address() as AddressInfo).port
}

/** @param halfOpen The client keeps its own end open when the service closes its. */
export async function connectRaw(ledger: Ledger, { halfOpen = false } = {}): Promise<RawClient> {
  const port = await listen(ledger)
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: halfOpen })
  let answer = ''
  let reset = false
  socket.on('data', data => (answer += data.toString('latin1')))
  socket.on('error', () => (reset = true))
  const over = new Promise<'ended' | 'reset'>(resolve => {
    socket.once('close', () => resolve(reset ? 'reset' : 'ended'))
    if (!halfOpen) socket.once('end', () => resolve('ended'))
  })
  await once(socket, 'connect')
  return {
    socket,
    answer: () => answer,
    over,
    write: text => void socket.write(text),
    [Symbol.dispose]: () => void socket.destroy(),
  }
}

/** The head of a request with the ledger's token. */
export function head(ledger: Ledger, line: string, headers: Readonly<Record<string, string | number>> = {}): string {
  const all = { host: 'localhost', authorization: `Bearer ${ledger.token}`, ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${line} HTTP/1.1\r\n${lines.join('')}\r\n`
}

export async function until(condition: () => boolean, what: string, milliseconds = 5_000): Promise<void> {
  const end = Date.now() + milliseconds
  while (!condition()) {
    if (Date.now() > end) throw new Error(`not within ${milliseconds} ms: ${what}`)
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}
