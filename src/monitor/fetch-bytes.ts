// Bytes from a stranger's service: each ask ends in time, takes no more than it may, follows no redirect, and is made again,
// a few times and with growing pauses, or when it was told to come back, when what failed may pass.

import type { Clock } from '../clock.ts'
import { LedgerError } from '../core/error.ts'
import { decodeUtf8 } from '../core/json.ts'
import { inBoth, type Words } from '../core/words.ts'

export interface Asking {
  /** The service's address, ending in a slash. */
  readonly base: URL
  readonly token?: string
  readonly clock: Clock
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 30_000
const MOST_ASKS = 4
const FIRST_PAUSE_MS = 500
/** Who asks for more patience than this is asked again in the next round. */
const LONGEST_PAUSE_MS = 30_000

/** What the log was pruned of is nobody's fault (docs/retention.md). */
export const PRUNED = 'log_pruned'

/** What a service says of answers while nothing is anchored in a final block yet (src/http/problems.ts). */
export const NOT_YET = 'answers_not_yet'
const NOT_YET_CODES: ReadonlySet<unknown> = new Set(['not_anchored_yet', 'not_final_yet'])
/** What it says of a question whose answer would not fit in a file. */
export const TOO_LONG = 'answer_too_long'
const MOST_PROBLEM_BYTES = 65_536

/**
 * What is there, or undefined where nothing is (404).
 * @throws LedgerError `log_pruned`, `answers_not_yet`, `answer_too_long`, `log_answer_malformed`; `log_refused`, `log_unreachable` after the last try
 */
export async function fetchBytes(
  asking: Asking,
  path: string,
  most: number,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  for (let asks = 1, pause = FIRST_PAUSE_MS; ; asks++, pause *= 2) {
    try {
      return await askOnce(asking, path, most, signal, later => {
        pause = Math.max(pause, Math.min(later, LONGEST_PAUSE_MS))
      })
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof LedgerError) || !error.retryable || asks === MOST_ASKS) throw error
      await asking.clock.sleep(pause, signal)
    }
  }
}

async function askOnce(
  { base, token, timeoutMs = TIMEOUT_MS }: Asking,
  path: string,
  most: number,
  signal: AbortSignal,
  onLater: (ms: number) => void,
): Promise<Uint8Array | undefined> {
  const address = new URL(path, base)
  try {
    const response = await fetch(address, {
      redirect: 'error', // the token goes nowhere else
      headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), 'cache-control': 'no-cache' },
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    })
    if (response.ok) return await readBounded(response, most, address)
    if (response.status === 409 && NOT_YET_CODES.has(await readCode(response, address))) throw notYet(address)
    if (response.status === 422 && (await readCode(response, address)) === 'evidence_too_long') throw tooMuch(address)
    if (!response.bodyUsed) await response.body?.cancel()
    if (response.status === 404) return undefined
    if (response.status === 410) throw pruned(address)
    onLater(1000 * Number(response.headers.get('retry-after') ?? 0) || 0) // a date is taken for none
    throw refused(address, response.status)
  } catch (cause) {
    if (cause instanceof LedgerError) throw cause
    throw unreachable(address, cause)
  }
}

async function readBounded(response: Response, most: number, address: URL): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > most) throw tooLong(address, most) // leaving the loop cancels the rest
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Of a problem (RFC 9457), as this ledger's services write it. */
async function readCode(response: Response, address: URL): Promise<unknown> {
  const bytes = await readBounded(response, MOST_PROBLEM_BYTES, address)
  try {
    return (JSON.parse(decodeUtf8(bytes)) as { readonly code?: unknown } | null)?.code
  } catch {
    return undefined
  }
}

function notYet({ origin, pathname }: URL): LedgerError {
  return new LedgerError(NOT_YET, {
    en: `${origin} says at ${pathname} that nothing is anchored in a final block, though it has answered before: nothing that is final passes.`,
    zh: `${origin} 称 ${pathname} 尚无最终确认的存证，而此前曾作出答复：最终确认的内容不会消失。`,
  })
}

function tooMuch({ origin, pathname }: URL): LedgerError {
  return new LedgerError(TOO_LONG, {
    en: `${origin} says at ${pathname} that even the records of one moment are more than an answer may show; ask it by other values.`,
    zh: `${origin} 称 ${pathname} 仅一个时刻的记录就已超过一份答复所能容纳；请以其他值询问。`,
  })
}

function pruned({ origin, pathname }: URL): LedgerError {
  return new LedgerError(PRUNED, {
    en: `${origin} no longer has ${pathname}: the log was pruned there. What was not read before cannot be checked; ask the operator for the archive.`,
    zh: `${origin} 已没有 ${pathname}：该处已满期清除。此前未读的内容无法核查；请向运营者索取归档。`,
  })
}

function refused({ origin, pathname }: URL, status: number): LedgerError {
  const isToken = status === 401 || status === 403
  return new LedgerError(
    'log_refused',
    {
      en: `${origin} answered ${pathname} with HTTP status ${status}${isToken ? '; give a token with the scope "read" with --token-file' : ''}.`,
      zh: `${origin} 对 ${pathname} 的应答为 HTTP 状态码 ${status}${isToken ? '；请用 --token-file 给出有 read 权限的令牌' : ''}。`,
    },
    { retryable: status === 429 || status >= 500 },
  )
}

function unreachable({ origin }: URL, cause: unknown): LedgerError {
  const why = whyUnreachable(cause)
  return new LedgerError(
    'log_unreachable',
    {
      en: `The log at ${origin} does not answer (${why.en}); nothing is said against it. See --log and the network.`,
      zh: `${origin} 的日志没有应答（${why.zh}）；这并不说明其有问题。请核对 --log 与网络。`,
    },
    { cause, retryable: true },
  )
}

function whyUnreachable(error: unknown): Words {
  if (!(error instanceof Error)) return { en: 'connection lost', zh: '连接中断' }
  if (error.name === 'TimeoutError') return { en: 'time-out', zh: '超时' }
  const { cause } = error
  const isCoded = typeof cause === 'object' && cause !== null && 'code' in cause
  return isCoded ? inBoth(String(cause.code)) : { en: 'connection lost', zh: '连接中断' }
}

function tooLong({ origin, pathname }: URL, most: number): LedgerError {
  return new LedgerError('log_answer_malformed', {
    en: `${origin} answered ${pathname} with more than ${most} bytes, which nothing there can have.`,
    zh: `${origin} 对 ${pathname} 的应答超过 ${most} 字节，而该处不可能有这么长的内容。`,
  })
}
