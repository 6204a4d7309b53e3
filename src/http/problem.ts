// Every error leaves as application/problem+json (RFC 9457): what happened, why, the next step, and whether trying again
// can help. What went wrong inside stays inside: the caller gets the request's id, the operator's log has the rest.

import { STATUS_CODES } from 'node:http'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { LedgerError } from '../core/error.ts'
import { SECURITY_HEADERS } from './headers.ts'
import { PROBLEMS, type ProblemKind } from './problems.ts'

export const PROBLEM_TYPE = 'application/problem+json'

interface Problem {
  /** Where the code is explained. */
  readonly type: string
  readonly title: string
  readonly status: number
  /** What happened, with the values that disagree, and the next step. */
  readonly detail: string
  /** The request's id, which the operator's log has too. */
  readonly instance: string
  readonly code: string
  readonly retryable: boolean
}

/** Errors of Fastify and of Node's HTTP parser, in the ledger's words. */
const FRAMEWORK: Readonly<Record<string, readonly [code: string, detail: string]>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'media_type_unsupported',
    'This address does not take a body of that content type; lines go to POST /v1/records as application/x-ndjson, and other bodies are application/json.',
  ],
  FST_ERR_CTP_BODY_TOO_LARGE: ['body_too_large', 'The body is larger than this address takes; send less at a time.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['request_invalid', 'The body does not have the length that its header states.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['invalid_json', 'The body is empty; send a JSON object.'],
  FST_ERR_BAD_URL: ['request_invalid', 'The address has a broken percent escape; encode it again.'],
  FST_ERR_MAX_PARAM_LENGTH: ['url_too_long', 'A part of the address is longer than any that exists here.'],
}

/** Answers with problems from here on, for errors and for addresses that do not exist. */
export function answerWithProblems(app: FastifyInstance): void {
  app.setErrorHandler(sendError)
  app.setNotFoundHandler(async request => {
    throw new LedgerError('not_found', `There is no ${request.method} at this address; /docs lists all that there are.`)
  })
}

/** From the moment that closing begins, connections get no new request through, and close after the one under way. */
export function refuseWhenClosing(app: FastifyInstance): void {
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
  })
  app.addHook('onSend', async (_, reply) => {
    if (closing) reply.header('connection', 'close')
  })
  app.addHook('onRequest', async () => {
    if (closing)
      throw new LedgerError('closing', 'The service is stopping; send this again in a moment.', { retryable: true })
  })
}

/** Answers any error; also for errors that Fastify meets before there is a route (`frameworkErrors`). */
export function sendError(error: FastifyError | LedgerError, request: FastifyRequest, reply: FastifyReply): void {
  const cut = 'code' in error && error.code === 'ECONNRESET' && !request.raw.complete
  const { code, kind, detail, retryable } = cut ? CUT : explain(error)
  if (kind.status >= 500) request.log.error({ err: error }, 'request failed')
  else request.log.info({ code }, 'request refused')
  if (kind.status === 401) reply.header('www-authenticate', 'Bearer realm="suyuan"')
  if (kind.retryAfter !== undefined) reply.header('retry-after', kind.retryAfter)
  // A body still on its way would be read to its end only to be thrown away.
  if (!request.raw.complete && hasBody(request)) reply.header('connection', 'close')
  const chinese = prefersChinese(request.headers['accept-language'])
  const problem: Problem = {
    type: `/docs#${code}`,
    title: chinese ? kind.zh : kind.en,
    status: kind.status,
    detail,
    instance: `urn:uuid:${request.id}`,
    code,
    retryable,
  }
  reply
    .code(kind.status)
    .headers(SECURITY_HEADERS)
    .header('cache-control', 'no-store')
    .header('content-language', chinese ? 'zh' : 'en')
    .header('vary', 'accept-language')
    .type(PROBLEM_TYPE)
    .send(JSON.stringify(problem))
}

/** Nobody reads this any more, but the log should not call it our failure. */
const CUT = known('request_cut', 'The sender went away before the end; what was accepted is in the log.')

interface Explained {
  readonly code: string
  readonly kind: ProblemKind
  readonly detail: string
  readonly retryable: boolean
}

function explain(error: FastifyError | LedgerError): Explained {
  if (error instanceof LedgerError) {
    const kind = PROBLEMS[error.code]
    if (kind === undefined) return internal(error.retryable)
    return {
      code: error.code,
      kind,
      detail: error.message,
      retryable: error.retryable || kind.retryAfter !== undefined,
    }
  }
  if (error.validation !== undefined) {
    return known('request_invalid', describeValidation(error))
  }
  const framework = FRAMEWORK[error.code]
  if (framework !== undefined) return known(...framework)
  const status = error.statusCode ?? 500
  if (status < 400 || status >= 500) return internal(false)
  return { ...known('request_invalid', `The request is not one that HTTP allows (${STATUS_CODES[status] ?? status}).`) }
}

function known(code: string, detail: string): Explained {
  return { code, kind: PROBLEMS[code]!, detail, retryable: false }
}

function internal(retryable: boolean): Explained {
  const detail =
    'Something failed inside the service that is not your doing; the operator finds it in the log under the id in "instance".'
  return { ...known('internal', detail), retryable }
}

const PARTS: Readonly<Record<string, string>> = {
  querystring: 'query parameter',
  params: 'part of the path',
  headers: 'header',
  body: 'field of the body',
}

/** Names the parameter, and what it should have been; never repeats its value, which may be a person's. */
function describeValidation({ validation, validationContext }: FastifyError): string {
  const first = validation?.[0]
  const part = PARTS[validationContext ?? ''] ?? 'part of the request'
  const { missingProperty: missing, additionalProperty: unknown } = first?.params ?? {}
  if (typeof missing === 'string') return `The ${part} "${missing}" is missing; /docs says what it means.`
  if (typeof unknown === 'string') {
    return `There is no ${part} "${unknown.slice(0, 64)}" here; /docs lists those that there are.`
  }
  const path = (first?.instancePath ?? '').slice(1).replaceAll('/', '.')
  return `The ${part} "${path}" ${first?.message ?? 'is not valid'}; /docs says what it means.`
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** The first language named that we have; most clients name one, and no weighing is worth more code than this. */
function prefersChinese(acceptLanguage: string | undefined): boolean {
  return /\b(zh|en)\b/i.exec(acceptLanguage ?? '')?.[1]?.toLowerCase() === 'zh'
}
