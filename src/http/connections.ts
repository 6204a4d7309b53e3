// Every connection, and what is asked on it: who is slow to ask, to send or to take an answer is cut off; when places run
// short, those on which nothing is asked make room; and one connection may not ask for much at once. Node's server knows
// of headers and of silence; a client that sends or takes a byte now and then is not silent.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { LedgerError } from '../core/error.ts'
import { answerTimeout } from './broken.ts'
import type { HttpLimits } from './limits.ts'
import type { App } from './typed.ts'

interface Connection {
  readonly socket: Socket
  /** Asked on it, the oldest first; those that were answered to the end are left out when the next is asked. */
  asked: Exchange[]
  /** Since when nothing but the client is waited for (it came, asked last, or sent enough), and how many bytes had come by then. */
  waitingSince: number
  bytesThen: number
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** When its answer was seen to be under way first, and how much of it there was. */
  answer?: { readonly since: number; readonly bytes: number }
}

/** What connections were cut off for; `full`: not even accepted. */
export type Cut = 'body' | 'answer' | 'room' | 'full'

export interface Connections {
  readonly open: number
  readonly cut: Readonly<Record<Cut, number>>
}

/** Must run after tokens are checked, whose refusals are answered at once, and before any route is registered. */
export function watchConnections(app: App, limits: HttpLimits): Connections {
  const { connections, spareConnections, pipelined, checkMs } = limits
  const open = new Map<Socket, Connection>()
  const cut: Record<Cut, number> = { body: 0, answer: 0, room: 0, full: 0 }

  app.server.maxConnections = connections
  app.server.on('drop', () => cut.full++)
  app.server.on('connection', (socket: Socket) => {
    open.set(socket, { socket, asked: [], waitingSince: performance.now(), bytesThen: 0 })
    socket.once('close', () => open.delete(socket))
    if (open.size > connections - spareConnections) makeRoom(socket)
  })

  /** Whoever has asked nothing for the longest goes. */
  const makeRoom = (newcomer: Socket): void => {
    let longest: Connection | undefined
    for (const connection of open.values()) {
      if (connection.socket === newcomer || unanswered(connection).length > 0) continue
      if (longest === undefined || connection.waitingSince < longest.waitingSince) longest = connection
    }
    if (longest === undefined) return
    cut.room++
    longest.socket.destroy()
  }

  app.addHook('onRequest', ({ raw: request }, { raw: response }, done) => {
    const connection = open.get(request.socket)
    if (connection === undefined) return done() // it came over no network
    const asked = connection.asked.length === 0 ? connection.asked : unanswered(connection)
    if (asked.length >= pipelined) throw tooManyAtOnce(pipelined)
    asked.push({ request, response })
    connection.asked = asked
    connection.waitingSince = performance.now()
    connection.bytesThen = request.socket.bytesRead
    done()
  })

  const check = (): void => {
    const now = performance.now()
    for (const connection of open.values()) {
      const why = isSlowToTake(connection, now, limits)
        ? 'answer'
        : isSlowToSend(connection, now, limits)
          ? 'body'
          : undefined
      if (why === undefined) continue
      cut[why]++
      // An answer that has begun cannot become another.
      if (connection.asked.some(({ response }) => response.headersSent)) connection.socket.destroy()
      else answerTimeout(connection.socket, limits.lingerMs)
    }
  }
  const timer = setInterval(check, checkMs).unref()
  app.addHook('onClose', async () => clearInterval(timer))

  return {
    get open() {
      return open.size
    },
    cut,
  }
}

function unanswered({ asked }: Connection): Exchange[] {
  return asked.filter(({ response }) => !response.writableFinished && !response.destroyed)
}

function isSlowToSend(connection: Connection, now: number, { bodyWindowMs, bodyBytesPerSecond }: HttpLimits): boolean {
  const request = connection.asked.at(-1)?.request
  if (request === undefined || request.complete || request.destroyed) return false
  const { bytesRead } = connection.socket
  const waited = now - connection.waitingSince
  // What has come and was not looked at yet: it is we who are waited for.
  const ours = request.readableLength > 0
  if (!ours && waited < bodyWindowMs) return false
  const slow = !ours && bytesRead - connection.bytesThen < (bodyBytesPerSecond * waited) / 1000
  connection.waitingSince = now
  connection.bytesThen = bytesRead
  return slow
}

function isSlowToTake(connection: Connection, now: number, { answerMs, answerBytesPerSecond }: HttpLimits): boolean {
  const [first] = unanswered(connection)
  if (first === undefined || !first.response.headersSent) return false
  first.answer ??= { since: now, bytes: connection.socket.writableLength }
  const { since, bytes } = first.answer
  return now - since > answerMs + (bytes / answerBytesPerSecond) * 1000
}

function tooManyAtOnce(pipelined: number): LedgerError {
  return new LedgerError(
    'overloaded',
    {
      en: `This connection has ${pipelined} requests that are not answered yet, as many as one may have; wait for their answers.`,
      zh: `此连接已有 ${pipelined} 个请求尚未应答，已达上限；请等待应答后再发。`,
    },
    { retryable: true },
  )
}
