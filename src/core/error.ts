// Outcomes that a caller is expected to meet: each has a stable code (the same in API, CLI and page), a message that
// names the values that disagree and the next step, and whether trying again can help. Bugs throw plain errors.

export class LedgerError extends Error {
  readonly code: string
  /** True when the same call may succeed later without any change by the caller. */
  readonly retryable: boolean

  constructor(code: string, message: string, options: { cause?: unknown; retryable?: boolean } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'LedgerError'
    this.code = code
    this.retryable = options.retryable ?? false
  }
}
