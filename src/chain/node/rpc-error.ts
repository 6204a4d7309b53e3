// Errors as JSON-RPC 2.0 and EIP-1474 number them.

export const PARSE_ERROR = -32_700
export const INVALID_REQUEST = -32_600
export const METHOD_NOT_FOUND = -32_601
export const INVALID_PARAMS = -32_602
export const INTERNAL_ERROR = -32_603
/** The node knows why it will not do it: a transaction it refuses, a call that ran out of gas. */
export const REFUSED = -32_000
export const LIMIT_EXCEEDED = -32_005

export class RpcError extends Error {
  readonly code: number
  /** Return data of a reverted call, as hex: what lets a client decode a contract's own error. */
  readonly data: string | undefined

  constructor(code: number, message: string, options: { data?: string | undefined; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'RpcError'
    this.code = code
    this.data = options.data
  }
}
