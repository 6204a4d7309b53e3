// Requests of a single record each: what one access at a time costs, as a gateway without batching would send it.

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { MeasuredService } from './service.ts'

const CLIENTS = 64
const OK = Buffer.from('HTTP/1.1 200')
const END = Buffer.from('\r\n\r\n')
const LENGTH = /content-length: (\d+)/i

export interface Singles {
  readonly records: number
  readonly seconds: number
  /** Of the last answer's body. */
  readonly answerBytes: number
}

/**
 * Sends `lines` one by one, each with its own idempotency key, over connections that stay open.
 * @param query Of the request, such as `?dryRun=true`
 */
export async function sendSingles(
  { url, token }: Pick<MeasuredService, 'url' | 'token'>,
  lines: readonly Buffer[],
  seconds: number,
  query = '',
): Promise<Singles> {
  const run = Math.random().toString(36).slice(2)
  const { hostname, port } = new URL(url)
  const started = performance.now()
  let sent = 0
  let records = 0
  let answerBytes = 0
  const client = async (): Promise<void> => {
    const socket = connect(Number(port), hostname).setNoDelay()
    await once(socket, 'connect')
    while (performance.now() - started < seconds * 1000) {
      const line = lines[sent % lines.length]!
      const head = `POST /v1/records${query} HTTP/1.1\r\nhost: ${hostname}:${port}\r\nauthorization: Bearer ${token}\r\ncontent-type: application/x-ndjson\r\nidempotency-key: ${run}-${sent++}\r\ncontent-length: ${line.length}\r\n\r\n`
      socket.write(Buffer.concat([Buffer.from(head), line]))
      answerBytes = await answerOf(socket)
      records++
    }
    socket.destroy()
  }
  await Promise.all(Array.from({ length: CLIENTS }, client))
  return { records, seconds: (performance.now() - started) / 1000, answerBytes }
}

/** The same requests to a server that does nothing but HTTP, and answers as many bytes. */
export async function sendBareSingles(
  service: Pick<MeasuredService, 'token'>,
  lines: readonly Buffer[],
  seconds: number,
  answerBytes: number,
): Promise<Singles> {
  const child = fork(join(import.meta.dirname, 'bare-http.ts'), [String(answerBytes)])
  try {
    const [port] = (await once(child, 'message')) as [number]
    const bare = { ...service, url: `http://127.0.0.1:${port}` }
    await sendSingles(bare, lines, 1)
    return await sendSingles(bare, lines, seconds)
  } finally {
    child.disconnect()
  }
}

/** Resolves to the bytes of its body when a whole answer has come; throws when it is not 200. */
async function answerOf(socket: ReturnType<typeof connect>): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  let bytes: Buffer = Buffer.alloc(0)
  const take = (part: Buffer): void => {
    bytes = bytes.length === 0 ? part : Buffer.concat([bytes, part])
    const end = bytes.indexOf(END)
    if (end === -1) return
    if (!bytes.subarray(0, OK.length).equals(OK)) return reject(new Error(bytes.toString('utf8', 0, 600)))
    const length = Number(LENGTH.exec(bytes.toString('latin1', 0, end))?.[1])
    if (bytes.length >= end + END.length + length) resolve(length)
  }
  const broken = (): void => reject(new Error('the connection ended'))
  socket.on('data', take)
  socket.once('close', broken)
  try {
    return await promise
  } finally {
    socket.off('data', take)
    socket.off('close', broken)
  }
}
