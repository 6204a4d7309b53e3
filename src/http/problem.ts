// Every error leaves as application/problem+json (RFC 9457): what happened, why, the next step, and whether trying again
// can help. What went wrong inside stays inside: the caller gets the request's id, the operator's log has the rest.

import { STATUS_CODES } from 'node:http'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { LedgerError } from '../core/error.ts'
import type { Words } from '../core/words.ts'
import { SECURITY_HEADERS } from './headers.ts'
import { speak } from './language.ts'
import { PROBLEMS, type ProblemKind } from './problems.ts'
import { closeInStages, type Lingering } from './unread.ts'
import { describeValidation } from './validation.ts'

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
const FRAMEWORK: Readonly<Record<string, readonly [code: string, detail: Words]>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'media_type_unsupported',
    {
      en: 'This address does not take a body of that content type; lines go to POST /v1/records as application/x-ndjson, and other bodies are application/json.',
      zh: '此地址不接受该内容类型的请求体；各行以 application/x-ndjson 发往 POST /v1/records，其他请求体用 application/json。',
    },
  ],
  FST_ERR_CTP_BODY_TOO_LARGE: [
    'body_too_large',
    {
      en: 'The body is larger than this address takes; send less at a time.',
      zh: '请求体超过此地址可接收的大小；请分次发送。',
    },
  ],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    'request_invalid',
    {
      en: 'The body does not have the length that its header states; send it again.',
      zh: '请求体的长度与请求头所写不符；请重新发送。',
    },
  ],
  FST_ERR_CTP_EMPTY_JSON_BODY: [
    'invalid_json',
    { en: 'The body is empty; send a JSON object.', zh: '请求体为空；请发送 JSON 对象。' },
  ],
  FST_ERR_BAD_URL: [
    'request_invalid',
    { en: 'The address has a broken percent escape; encode it again.', zh: '地址中的百分号转义不正确；请重新编码。' },
  ],
  FST_ERR_MAX_PARAM_LENGTH: [
    'url_too_long',
    {
      en: 'A part of the address is longer than any that exists here; check the address.',
      zh: '地址的某一部分比这里任何地址都长；请核对地址。',
    },
  ],
}

/** Answers with problems from here on, for errors and for addresses that do not exist. */
export function answerWithProblems(app: FastifyInstance, lingering: Lingering): void {
  app.setErrorHandler((error: FastifyError | LedgerError, request, reply) => {
    sendError(error, request, reply, lingering)
  })
  app.setNotFoundHandler(async request => {
    throw new LedgerError('not_found', {
      en: `There is no ${request.method} at this address; /docs lists all that there are.`,
      zh: `此地址没有 ${request.method}；/docs 列出全部接口。`,
    })
  })
}

/** From the moment that closing begins, connections get no new request through, and close after the one under way. */
export function refuseWhenClosing(app: FastifyInstance): void {
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
  })
  app.addHook('onSend', (_, reply, __, done) => {
    if (closing) reply.header('connection', 'close')
    done()
  })
  app.addHook('onRequest', (_, __, done) => {
    if (closing)
      throw new LedgerError(
        'closing',
        { en: 'The service is stopping; send this again in a moment.', zh: '服务正在停止；请稍后重发。' },
        { retryable: true },
      )
    done()
  })
}

/** Answers any error; also for errors that Fastify meets before there is a route (`frameworkErrors`). */
export function sendError(
  error: FastifyError | LedgerError,
  request: FastifyRequest,
  reply: FastifyReply,
  lingering: Lingering,
): void {
  const cut =
    ('code' in error && error.code === 'ECONNRESET' && !request.raw.complete) ||
    (error.name === 'AbortError' && reply.raw.destroyed)
  const { code, kind, detail, retryable, retryAfter = kind.retryAfter } = cut ? CUT : explain(error)
  if (kind.status >= 500 && !ORDINARY.has(code)) request.log.error({ err: error }, 'request failed')
  else request.log.info({ code }, 'request refused')
  if (kind.status === 401) reply.header('www-authenticate', 'Bearer realm="suyuan"')
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter)
  // A body still on its way would be read to its end only to be thrown away.
  if (!request.raw.complete && hasBody(request)) closeInStages(request, reply, lingering)
  const language = speak(request, reply)
  const problem: Problem = {
    type: `/docs#${code}`,
    title: kind[language],
    status: kind.status,
    detail: detail[language],
    instance: `urn:uuid:${request.id}`,
    code,
    retryable,
  }
  reply
    .code(kind.status)
    .headers(SECURITY_HEADERS)
    .header('cache-control', 'no-store')
    .type(PROBLEM_TYPE)
    .send(JSON.stringify(problem))
}

/** What a service that works well answers too; /metrics counts it, and a log full of it would hide the rest. */
const ORDINARY: ReadonlySet<string> = new Set(['overloaded', 'closing'])

/** Nobody reads this any more, but the log should not call it our failure. */
const CUT = known('request_cut', {
  en: 'The client went away before the end; what was accepted is in the log.',
  zh: '客户端在结束前断开；已接受的部分已在日志中。',
})

interface Explained {
  readonly code: string
  readonly kind: ProblemKind
  readonly detail: Words
  readonly retryable: boolean
  /** Seconds, where the error says so itself. */
  readonly retryAfter?: number | undefined
}

function explain(error: FastifyError | LedgerError): Explained {
  if (error instanceof LedgerError) {
    const kind = PROBLEMS[error.code]
    if (kind === undefined) return internal(error.retryable)
    return {
      code: error.code,
      kind,
      detail: error.words,
      retryable: error.retryable || kind.retryAfter !== undefined,
      retryAfter: error.retryAfter,
    }
  }
  if (error.validation !== undefined) {
    return known('request_invalid', describeValidation(error))
  }
  const framework = FRAMEWORK[error.code]
  if (framework !== undefined) return known(...framework)
  const status = error.statusCode ?? 500
  if (status < 400 || status >= 500) return internal(false)
  return {
    ...known('request_invalid', {
      en: `The request is not one that HTTP allows (${STATUS_CODES[status] ?? status}).`,
      zh: `请求不符合 HTTP 规范（${STATUS_CODES[status] ?? status}）；请核对后重发。`,
    }),
  }
}

function known(code: string, detail: Words): Explained {
  return { code, kind: PROBLEMS[code]!, detail, retryable: false }
}

function internal(retryable: boolean): Explained {
  const detail: Words = {
    en: 'Something failed inside the service that is not your doing; the operator finds it in the log under the id in "instance".',
    zh: '服务内部出错，与您的请求无关；运维人员可按“instance”中的编号在日志中查到。',
  }
  return { ...known('internal', detail), retryable }
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}
