// A large answer, packed for whoever takes it so: evidence is mostly text that repeats itself.

import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'

const pack = promisify(gzip)
/** RFC 9110 §12.5.3: a coding is taken unless it is named with a weight of 0. */
const TAKES_GZIP = /(?:^|[\s,])gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[\d.]+\s*)?(?:,|$)/i

/** Sends a value as JSON, or as its gzip (RFC 1952) to whoever takes that. */
export async function sendJson(request: FastifyRequest, reply: FastifyReply, value: unknown): Promise<FastifyReply> {
  const json = JSON.stringify(value)
  reply.headers({ vary: 'accept-encoding', 'content-type': 'application/json; charset=utf-8' })
  if (!TAKES_GZIP.test(request.headers['accept-encoding'] ?? '')) return reply.send(json)
  reply.header('content-encoding', 'gzip')
  return reply.send(await pack(json))
}
