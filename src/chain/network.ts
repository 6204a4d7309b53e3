// A connection to an EVM network by JSON-RPC over HTTP. Nothing that a node says is trusted here; src/chain/identity.ts
// decides whether it is the chain this ledger lives on. An endpoint's URL may carry a password or an API key in any of
// its parts, so only scheme, host and port ever appear in errors and logs.

import { FetchRequest, type JsonRpcPayload, JsonRpcProvider, type JsonRpcResult, Network } from 'ethers'
import { LedgerError } from '../core/error.ts'
import type { Words } from '../core/words.ts'
import { inBoth } from '../core/words.ts'

export interface Chain {
  /** Scheme, host and port: what may be shown. */
  readonly name: string
  readonly chainId: number
  /** How often to look for something new, in milliseconds: about a fifth of the time between blocks. */
  readonly pollingMs: number
  /** For what needs ethers: contracts and their deployment. */
  readonly provider: JsonRpcProvider
  /**
   * One call, answered within the time-out.
   * @throws LedgerError `chain_unreachable` (retryable) when no answer came, `RpcRefusal` when the node refused
   */
  request(method: string, params: readonly unknown[]): Promise<unknown>
  close(): void
}

export interface ConnectOptions {
  /** `http:` or `https:`, with user and password if the endpoint wants them. */
  readonly url: string
  /** What the chain's id must be; whatever the node says when absent. */
  readonly chainId?: number
  readonly pollingMs?: number
  /** Longest wait for one answer, in milliseconds. */
  readonly timeoutMs?: number
}

/** The node understood the call and refused it. `data` is the revert data of a call, if there is any. */
export class RpcRefusal extends LedgerError {
  readonly method: string
  readonly reason: string
  readonly data: string | undefined

  constructor(name: string, method: string, error: RpcError) {
    // Nodes quote the call in what they say, so its length is bounded.
    const reason = String(error.message).slice(0, 300)
    super(
      'chain_refused',
      {
        en: `The node at ${name} refused ${method} (${Number(error.code)}): ${reason}`,
        zh: `节点 ${name} 拒绝了 ${method}（${Number(error.code)}）：${reason}`,
      },
      {
        retryable: true,
      },
    )
    this.method = method
    this.reason = reason
    this.data = findRevertData(error.data)
  }
}

/** A node may not make us hold more than this: the largest answers are receipts of full blocks and pages of events. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024

/**
 * Connects, and asks the node for its chain id.
 * @throws LedgerError `rpc_url_invalid`, `chain_unreachable` (retryable), `chain_id_differs`
 */
export async function connectChain(options: ConnectOptions): Promise<Chain> {
  const { name, connection } = parseUrl(options.url, options.timeoutMs ?? 10_000)
  const probe = new LedgerProvider(name, connection, undefined)
  const told = Number(await ask(probe, name, 'eth_chainId', []))
  probe.destroy()
  if (!Number.isSafeInteger(told) || told < 1) {
    throw new LedgerError('chain_unreachable', {
      en: `The node at ${name} does not tell its chain id; is it an Ethereum JSON-RPC endpoint?`,
      zh: `节点 ${name} 没有给出链标识；它是以太坊 JSON-RPC 端点吗？`,
    })
  }
  if (options.chainId !== undefined && told !== options.chainId) throw chainIdDiffers(name, told, options.chainId)
  const provider = new LedgerProvider(name, connection, Network.from(told))
  const pollingMs = options.pollingMs ?? 200
  provider.pollingInterval = pollingMs
  return {
    name,
    chainId: told,
    pollingMs,
    provider,
    request: (method, params) => ask(provider, name, method, params),
    close: () => provider.destroy(),
  }
}

export function chainIdDiffers(name: string, told: number, expected: number): LedgerError {
  return new LedgerError('chain_id_differs', {
    en: `The node at ${name} serves chain ${told}, but this ledger is on chain ${expected}; give the address of a node of chain ${expected} (--rpc, or SUYUAN_RPC_URL).`,
    zh: `节点 ${name} 服务的链是 ${told}，而本账本在链 ${expected} 上；请改用链 ${expected} 的节点（--rpc 或 SUYUAN_RPC_URL）。`,
  })
}

async function ask(
  provider: LedgerProvider,
  name: string,
  method: string,
  params: readonly unknown[],
): Promise<unknown> {
  // Past ethers' queue: no wait for a batch to fill, and the node's error as it is.
  const [answer] = (await provider._send({ id: 1, jsonrpc: '2.0', method, params: [...params] })) as Answer[]
  if (answer?.error !== undefined && answer.error !== null) throw new RpcRefusal(name, method, answer.error)
  if (typeof answer !== 'object' || answer === null || !('result' in answer))
    throw unreachable(name, { en: 'its answer is not JSON-RPC', zh: '其应答不是 JSON-RPC' })
  return answer.result
}

/** A JSON-RPC answer as it comes: ethers' types leave out that it may be an error, or anything else. */
type Answer = { readonly result?: unknown; readonly error?: RpcError | null } | null

interface RpcError {
  readonly code?: unknown
  readonly message?: unknown
  readonly data?: unknown
}

/** ethers' provider, whose transport errors would otherwise quote the whole URL. */
class LedgerProvider extends JsonRpcProvider {
  readonly #name: string

  constructor(name: string, connection: FetchRequest, network: Network | undefined) {
    // A cached answer is a stale nonce; a batch is a wait of 10 ms for nothing (measured).
    super(connection, network, { cacheTimeout: -1, batchMaxCount: 1, ...(network ? { staticNetwork: network } : {}) })
    this.#name = name
  }

  override async _send(payload: JsonRpcPayload | JsonRpcPayload[]): Promise<JsonRpcResult[]> {
    try {
      return await super._send(payload)
    } catch (error) {
      throw unreachable(this.#name, whyUnreachable(error))
    }
  }
}

function unreachable(name: string, why: Words): LedgerError {
  return new LedgerError(
    'chain_unreachable',
    {
      en: `The node at ${name} did not answer: ${why.en}. What waits for it goes on by itself once it does; see that the node runs, and that its address (--rpc, or SUYUAN_RPC_URL) is right.`,
      zh: `节点 ${name} 没有应答：${why.zh}。节点恢复后，等待它的事项会自动继续；请确认节点在运行，且其地址（--rpc 或 SUYUAN_RPC_URL）正确。`,
    },
    { retryable: true },
  )
}

const NOT_JSON: Words = { en: 'its answer is not JSON', zh: '其应答不是 JSON' }

/** A short reason without any part of the URL: of ethers' errors only what cannot quote it. */
function whyUnreachable(error: unknown): Words {
  if (!(error instanceof Error)) return { en: 'unknown reason', zh: '原因不明' }
  const { cause, code, response } = error as Error & { code?: unknown; response?: { statusCode?: number } }
  if (response?.statusCode !== undefined) {
    return response.statusCode < 400
      ? NOT_JSON
      : { en: `HTTP status ${response.statusCode}`, zh: `HTTP 状态码 ${response.statusCode}` }
  }
  if (cause instanceof Error) return whyUnreachable(cause)
  if (error.name === 'TimeoutError') return { en: 'time-out', zh: '超时' }
  if (typeof code === 'string' && /^[A-Z_]{1,40}$/.test(code))
    return code === 'UNSUPPORTED_OPERATION' ? NOT_JSON : inBoth(code)
  return error.message.includes('/') ? { en: 'connection failed', zh: '连接失败' } : inBoth(error.message.slice(0, 100))
}

function parseUrl(text: string, timeoutMs: number): { name: string; connection: FetchRequest } {
  const url = URL.parse(text)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new LedgerError('rpc_url_invalid', {
      en: 'The RPC URL is not an http: or https: address; give one such as http://127.0.0.1:8545 (the one given is not shown, it may hold a secret).',
      zh: 'RPC 地址不是 http: 或 https: 地址；请给出如 http://127.0.0.1:8545 的地址（所给地址可能含密钥，故不显示）。',
    })
  }
  const [user, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)]
  url.username = ''
  url.password = ''
  const connection = new FetchRequest(url.href)
  if (user !== '' || password !== '') {
    connection.allowInsecureAuthentication = true // the operator wrote the URL; intranets often have no TLS
    connection.setCredentials(user, password)
  }
  connection.timeout = timeoutMs
  connection.setThrottleParams({ maxAttempts: 1 }) // callers wait and try again, and say so
  connection.getUrlFunc = fetchBounded
  return { name: url.origin, connection }
}

/** In place of ethers' own: ends the request at the time-out, bounds the answer, and takes no password along a redirect. */
async function fetchBounded(request: FetchRequest): Promise<{
  statusCode: number
  statusMessage: string
  headers: Record<string, string>
  body: Uint8Array | null
}> {
  const response = await fetch(request.url, {
    method: request.method,
    headers: request.headers,
    ...(request.body === null ? {} : { body: Buffer.from(request.body) }),
    redirect: 'error',
    signal: AbortSignal.timeout(request.timeout),
  })
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > MAX_ANSWER_BYTES) throw new Error(`its answer is longer than ${MAX_ANSWER_BYTES} bytes`)
    chunks.push(chunk)
  }
  return { statusCode: response.status, statusMessage: '', headers: {}, body: Buffer.concat(chunks) }
}

/** Nodes put revert data in `data`, in `data.data` or in `data.result`. */
function findRevertData(data: unknown): string | undefined {
  if (typeof data === 'string') return /^0x[0-9a-f]*$/i.test(data) ? data : undefined
  if (typeof data !== 'object' || data === null) return undefined
  const { data: inner, result } = data as { data?: unknown; result?: unknown }
  return typeof inner === 'string' || typeof result === 'string' ? findRevertData(inner ?? result) : undefined
}
