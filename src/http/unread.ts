// What becomes of a body that nobody will read, since its request was refused. Closed at once, a connection with unread
// bytes is reset, and the reset may overtake the answer: the client would see a broken connection and not the reason. So
// it is closed in stages (RFC 9112 §9.6): the answer, our end of the connection, and for a moment the client's end stays
// open, while a little of what still comes is thrown away.

import { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { HttpLimits } from './limits.ts'

export type Lingering = Pick<HttpLimits, 'lingerMs' | 'lingerBytes'>

/** To be called before the answer is sent. */
export function closeInStages(
  { raw: request }: FastifyRequest,
  reply: FastifyReply,
  { lingerMs, lingerBytes }: Lingering,
): void {
  reply.header('connection', 'close')
  const { socket } = request
  if (!(socket instanceof Socket)) return // the request came over no network
  let left = lingerBytes
  request.on('data', (part: Buffer) => {
    left -= part.length
    if (left < 0) request.pause()
  })
  request.on('error', () => {}) // it broke off; nobody minds
  const close = socket.destroySoon.bind(socket)
  // Called once the answer is out, since it says that the connection closes.
  socket.destroySoon = () => {
    if (request.complete) return close()
    socket.end()
    request.once('end', close)
    endSoon(socket, lingerMs)
  }
}

/** Cuts a connection whose other end has had time enough to close it. */
export function endSoon(socket: Socket, milliseconds: number): void {
  const timer = setTimeout(() => socket.destroy(), milliseconds)
  socket.once('close', () => clearTimeout(timer))
}
