// Outcomes that a caller is expected to meet: each has a stable code (the same in API, CLI and page), a message in Chinese
// and English that names the values that disagree and the next step, and whether trying again can help. Bugs throw plain
// errors.

import type { Words } from './words.ts'

export class LedgerError extends Error {
  readonly code: string
  /** What happened, in both languages; `message`, which logs keep, is the English. */
  readonly words: Words
  /** True when the same call may succeed later without any change by the caller. */
  readonly retryable: boolean
  /** Seconds before which trying again makes no sense; undefined where nobody said. */
  readonly retryAfter: number | undefined

  constructor(
    code: string,
    words: Words,
    options: { readonly cause?: unknown; readonly retryable?: boolean; readonly retryAfter?: number | undefined } = {},
  ) {
    super(words.en, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'LedgerError'
    this.code = code
    this.words = words
    this.retryable = options.retryable ?? false
    this.retryAfter = options.retryAfter
  }
}

/** Makes the errors of one code that say what does not hold, and then why. */
export function because(code: string, what: Words): (why: Words, cause?: unknown) => LedgerError {
  return ({ en, zh }, cause) =>
    new LedgerError(code, { en: `${what.en}: ${en}.`, zh: `${what.zh}：${zh}。` }, { cause })
}

/** What a reader or a check gives; undefined where it throws a `LedgerError`, so that what was read is not sound. */
export function readSound<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof LedgerError) return undefined
    throw error
  }
}

/** An outcome as it is kept on disk and shown later; `zh` is absent where a version before 0.2 kept it. */
export interface Reason {
  readonly code: string
  readonly message: string
  readonly zh?: string
}

export function reasonOf({ code, message, words }: LedgerError): Reason {
  return { code, message, zh: words.zh }
}

export function wordsOf({ message, zh = message }: Reason): Words {
  return { en: message, zh }
}
