// JSON-RPC 2.0 over any transport: from the text of a request to the text of its answer. The text is untrusted; no
// error leaves this file but as a JSON-RPC error, and no answer is larger than a bound.

import type { Method } from './methods.ts'
import {
  INTERNAL_ERROR,
  INVALID_PARAMS,
  INVALID_REQUEST,
  LIMIT_EXCEEDED,
  METHOD_NOT_FOUND,
  PARSE_ERROR,
  RpcError,
} from './rpc-error.ts'

/** Requests in one batch. */
export const MAX_BATCH = 100
/** Characters of one answer, all its parts together. */
export const MAX_ANSWER = 64 * 1024 * 1024

type Id = string | number | null

interface Request {
  readonly id: Id
  readonly method: Method
  readonly params: readonly unknown[]
}

/** The answer to a request or a batch of them, as JSON. Never rejects. */
export async function answerRpc(text: string, methods: ReadonlyMap<string, Method>): Promise<string> {
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    return failure(null, new RpcError(PARSE_ERROR, 'the request is not JSON'))
  }
  if (!Array.isArray(message)) return answerOne(message, methods, MAX_ANSWER)
  if (message.length === 0) return failure(null, new RpcError(INVALID_REQUEST, 'an empty batch'))
  if (message.length > MAX_BATCH) {
    const why = `a batch of ${message.length} requests, at most ${MAX_BATCH}; send it in parts`
    return failure(null, new RpcError(LIMIT_EXCEEDED, why))
  }
  const share = Math.floor(MAX_ANSWER / message.length)
  // All begin before any ends, so that the transactions of one batch gather for one block.
  const answers = await Promise.all(message.map(part => answerOne(part, methods, share)))
  return `[${answers.join(',')}]`
}

async function answerOne(message: unknown, methods: ReadonlyMap<string, Method>, limit: number): Promise<string> {
  let id: Id = null
  try {
    const request = parseRequest(message, methods, found => (id = found))
    const result = JSON.stringify(await request.method(request.params)) ?? 'null'
    if (result.length > limit) {
      throw new RpcError(
        LIMIT_EXCEEDED,
        `the answer has ${result.length} characters, at most ${limit}; ask for less at once`,
      )
    }
    return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`
  } catch (error) {
    return failure(id, error)
  }
}

/** `seen` gets the id as soon as it is known, so that even the refusal of the rest can carry it. */
function parseRequest(message: unknown, methods: ReadonlyMap<string, Method>, seen: (id: Id) => void): Request {
  if (typeof message !== 'object' || message === null)
    throw new RpcError(INVALID_REQUEST, 'a request must be an object')
  const { jsonrpc, id, method, params }: { jsonrpc?: unknown; id?: unknown; method?: unknown; params?: unknown } =
    message
  if (typeof id !== 'string' && typeof id !== 'number' && id !== null) {
    throw new RpcError(
      INVALID_REQUEST,
      'a request needs an id: notifications are not taken, since nobody would learn of a failure',
    )
  }
  seen(id)
  if (jsonrpc !== '2.0') throw new RpcError(INVALID_REQUEST, 'jsonrpc must be "2.0"')
  if (typeof method !== 'string') throw new RpcError(INVALID_REQUEST, 'method must be a string')
  if (params !== undefined && !Array.isArray(params)) throw new RpcError(INVALID_PARAMS, 'params must be an array')
  const served = methods.get(method)
  if (served === undefined) throw new RpcError(METHOD_NOT_FOUND, `method ${method.slice(0, 60)} is not served here`)
  return { id, method: served, params: params ?? [] }
}

function failure(id: Id, error: unknown): string {
  // Anything but an RpcError is a bug; its text is for the log, not for a stranger.
  const { code, message, data } = error instanceof RpcError ? error : new RpcError(INTERNAL_ERROR, 'internal error')
  return JSON.stringify({ jsonrpc: '2.0', id, error: data === undefined ? { code, message } : { code, message, data } })
}
