// Requests of a single record each: what one access at a time costs, as a gateway without batching would send it.

import { once } from 'node:events'
import { connect } from 'node:net'
import type { MeasuredService } from './service.ts'

const CLIENTS = 64
const OK = Buffer.from('HTTP/1.1 200')
const END = Buffer.from('\r\n\r\n')
const LENGTH = /content-length: (\d+)/i

/** Sends `lines` one by one, each with its own idempotency key, over connections that stay open. */
export async function sendSingles(
  { url, token }: MeasuredService,
  lines: readonly Buffer[],
  seconds: number,
): Promise<{ readonly records: number; readonly seconds: number }> {
  const run = Math.random().toString(36).slice(2)
  const { hostname, port } = new URL(url)
  const started = performance.now()
  let sent = 0
  let records = 0
  const client = async (): Promise<void> => {
    const socket = connect(Number(port), hostname).setNoDelay()
    await once(socket, 'connect')
    while (performance.now() - started < seconds * 1000) {
      const line = lines[sent % lines.length]!
      const head = `POST /v1/records HTTP/1.1\r\nhost: ${hostname}:${port}\r\nauthorization: Bearer ${token}\r\ncontent-type: application/x-ndjson\r\nidempotency-key: ${run}-${sent++}\r\ncontent-length: ${line.length}\r\n\r\n`
      socket.write(Buffer.concat([Buffer.from(head), line]))
      await answerOf(socket)
      records++
    }
    socket.destroy()
  }
  await Promise.all(Array.from({ length: CLIENTS }, client))
  return { records, seconds: (performance.now() - started) / 1000 }
}

/** Resolves when a whole answer has come; throws when it is not 200. */
async function answerOf(socket: ReturnType<typeof connect>): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let bytes: Buffer = Buffer.alloc(0)
  const take = (part: Buffer): void => {
    bytes = bytes.length === 0 ? part : Buffer.concat([bytes, part])
    const end = bytes.indexOf(END)
    if (end === -1) return
    if (!bytes.subarray(0, OK.length).equals(OK)) return reject(new Error(bytes.toString('utf8', 0, 600)))
    const length = Number(LENGTH.exec(bytes.toString('latin1', 0, end))?.[1])
    if (bytes.length >= end + END.length + length) resolve()
  }
  const broken = (): void => reject(new Error('the connection ended'))
  socket.on('data', take)
  socket.once('close', broken)
  try {
    await promise
  } finally {
    socket.off('data', take)
    socket.off('close', broken)
  }
}
