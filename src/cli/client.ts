// The service as the commands see it: one request at a time, answers read into known shapes, and every failure a
// LedgerError with the service's own code and next step.

import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { type Command, Option } from 'commander'
import { LedgerError } from '../core/error.ts'
import type { Reader } from '../core/reader.ts'
import { inBoth, languageOf, type Words } from '../core/words.ts'
import { whyFileFailed } from './file-failure.ts'
import { describeError, tell } from './output.ts'

export interface Client {
  readonly url: string
  /** `undefined` parameters are left out. */
  get<T>(path: string, parameters: Parameters, reader: Reader<T>): Promise<T>
  /** The answer's own bytes. */
  getBytes(path: string, parameters: Parameters): Promise<Uint8Array>
  /** Sends NDJSON lines. */
  post<T>(path: string, parameters: Parameters, body: Body, reader: Reader<T>): Promise<T>
}

/** Lines to be sent. */
interface Body {
  readonly lines: Uint8Array
  readonly headers: Readonly<Record<string, string>>
}

export type Parameters = Readonly<Record<string, string | number | boolean | undefined>>

export interface ServiceOptions {
  readonly url: string
  readonly tokenFile?: string
}

const MOST_ASKS = 4
const LONGEST_PAUSE_SECONDS = 30

/** Where `npm start` listens unless told otherwise. */
const DEFAULT_URL = 'http://127.0.0.1:7070'

/** The options by which a command finds the service. There is none for the token itself: process lists are public. */
export function addServiceOptions(command: Command): Command {
  return command
    .addOption(new Option('--url <url>', 'address of the service').env('SUYUAN_URL').default(DEFAULT_URL))
    .addOption(new Option('--token-file <file>', 'file with the access token (or the token in SUYUAN_TOKEN)'))
}

/** Of the service, to which paths are added. @throws LedgerError `url_invalid` */
export function addressOf(url: string): URL {
  const base = URL.parse(url)
  if (base === null || !/^https?:$/.test(base.protocol)) {
    throw new LedgerError('url_invalid', {
      en: `"${url}" is not the address of a service; give one such as ${DEFAULT_URL} with --url.`,
      zh: `“${url}”不是服务地址；请用 --url 给出如 ${DEFAULT_URL} 的地址。`,
    })
  }
  if (!base.pathname.endsWith('/')) base.pathname += '/'
  return base
}

/** @throws LedgerError `url_invalid`, `token_unreadable` */
export async function openClient({ url, tokenFile }: ServiceOptions): Promise<Client> {
  const base = addressOf(url)
  const token = await tokenOf({ tokenFile })
  const authorization: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {}

  const ask = async (path: string, parameters: Parameters, body?: Body): Promise<Response> => {
    const address = new URL(path.slice(1), base)
    for (const [name, value] of Object.entries(parameters)) {
      if (value !== undefined) address.searchParams.set(name, String(value))
    }
    let response: Response
    try {
      response = await fetch(address, {
        redirect: 'error', // the token goes nowhere else
        headers: { 'accept-language': languageOf(process.env), ...authorization, ...body?.headers },
        ...(body === undefined ? {} : { method: 'POST', body: Buffer.from(body.lines) }),
      })
    } catch (cause) {
      throw unreachable(base.origin, cause)
    }
    if (!response.ok) throw await problemOf(response, base.origin)
    return response
  }

  /** A service with too much to do says when to ask again; so often it is asked. Lines have a patience of their own. */
  const askAgain = async (path: string, parameters: Parameters): Promise<Response> => {
    for (let asks = 1; ; asks++) {
      try {
        return await ask(path, parameters)
      } catch (error) {
        if (!(error instanceof LedgerError) || error.code !== 'overloaded' || asks === MOST_ASKS) throw error
        const seconds = Math.min(error.retryAfter ?? 1, LONGEST_PAUSE_SECONDS)
        tell(describePause(error, seconds))
        await wait(seconds * 1000 * (1 + Math.random() / 2))
      }
    }
  }

  return {
    url: base.origin,
    get: async (path, parameters, reader) => readAnswer(await askAgain(path, parameters), reader, base.origin),
    getBytes: async (path, parameters) => readBytes(await askAgain(path, parameters), base.origin),
    post: async (path, parameters, body, reader) => readAnswer(await ask(path, parameters, body), reader, base.origin),
  }
}

function describePause(error: LedgerError, seconds: number): string {
  const next = languageOf(process.env) === 'zh' ? `${seconds} 秒后重试 …` : `Asking again in ${seconds} s …`
  return `${describeError(error)} ${next}`
}

/** Set but empty, as scripts leave it, is not set: an empty credential would only be answered as malformed. */
export async function tokenOf({ tokenFile }: { readonly tokenFile?: string | undefined }): Promise<string | undefined> {
  return tokenFile === undefined ? process.env['SUYUAN_TOKEN']?.trim() : readToken(tokenFile)
}

async function readToken(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const why = whyFileFailed(cause)
    throw new LedgerError(
      'token_unreadable',
      {
        en: `The token file ${file} (--token-file) cannot be read: ${why.en}.`,
        zh: `令牌文件 ${file}（--token-file）无法读取：${why.zh}。`,
      },
      { cause },
    )
  })
  if (/^[\w.~+/=-]{1,500}\s*$/.test(text)) return text.trim()
  throw new LedgerError('token_unreadable', {
    en: `The token file ${file} (--token-file) does not hold just one token; put the token into it, and nothing else.`,
    zh: `令牌文件 ${file}（--token-file）中不是恰好一个令牌；请将令牌单独存为一行。`,
  })
}

async function readBytes(response: Response, origin: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await response.arrayBuffer())
  } catch (cause) {
    throw unreachable(origin, cause)
  }
}

async function readAnswer<T>(response: Response, reader: Reader<T>, origin: string): Promise<T> {
  const answer = parseJson(Buffer.from(await readBytes(response, origin)).toString())
  try {
    return reader(answer, '')
  } catch (cause) {
    const why = cause instanceof LedgerError ? cause.words : inBoth('')
    throw new LedgerError(
      'answer_not_understood',
      {
        en: `The service at ${origin} answered in a form that this program does not know (${why.en}); see that both are of one version, and that --url is right.`,
        zh: `${origin} 的服务以本程序不认识的格式应答（${why.zh}）；请确认两者版本一致、--url 正确。`,
      },
      { cause },
    )
  }
}

/** RFC 9457; whatever stands between us and the service may answer in other forms. */
async function problemOf(response: Response, origin: string): Promise<LedgerError> {
  const problem = parseJson(await response.text().catch(() => ''))
  const { code, detail, retryable } = (typeof problem === 'object' && problem !== null ? problem : {}) as {
    code?: unknown
    detail?: unknown
    retryable?: unknown
  }
  if (typeof code === 'string' && typeof detail === 'string') {
    const hint = hintFor(code) // the detail is in the language that was asked for
    const words = { en: detail + hint.en, zh: detail + hint.zh }
    return new LedgerError(code, words, { retryable: retryable === true, retryAfter: retryAfterOf(response) })
  }
  const passing = response.status >= 502 && response.status <= 504
  return new LedgerError(
    'service_failed',
    {
      en: `${origin} answered with HTTP status ${response.status} and no explanation; is it a Suyuan service? See --url.`,
      zh: `${origin} 以 HTTP 状态码 ${response.status} 应答，没有说明原因；它是溯源的服务吗？请核对 --url。`,
    },
    { retryable: passing, retryAfter: retryAfterOf(response) },
  )
}

/** Seconds (RFC 9110 §10.2.3) of a service that cannot serve now; proxies may give a date, which is passed over. */
function retryAfterOf({ headers, status }: Response): number | undefined {
  if (status !== 503) return undefined
  const value = headers.get('retry-after') ?? ''
  return /^\d{1,6}$/.test(value) ? Number(value) : undefined
}

/** What the service cannot know: how this program is told. */
function hintFor(code: string): Words {
  if (code === 'token_missing' || code === 'token_unknown') {
    return {
      en: ' Give the token with --token-file FILE or in SUYUAN_TOKEN; `suyuan token create` makes one.',
      zh: '请用 --token-file 文件或 SUYUAN_TOKEN 给出令牌；`suyuan token create` 可生成令牌。',
    }
  }
  return inBoth('')
}

function unreachable(origin: string, error: unknown): LedgerError {
  const cause = error instanceof Error ? error.cause : undefined
  const why: Words =
    typeof cause === 'object' && cause !== null && 'code' in cause
      ? inBoth(String(cause.code))
      : { en: 'connection lost', zh: '连接中断' }
  return new LedgerError(
    'service_unreachable',
    {
      en: `The service at ${origin} does not answer (${why.en}); start it with \`npm start\`, or give its address with --url.`,
      zh: `${origin} 的服务没有应答（${why.zh}）；请用 \`npm start\` 启动它，或用 --url 给出其地址。`,
    },
    { cause: error, retryable: true },
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
