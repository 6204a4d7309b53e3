// One option's text, by what a reader of arguments says of it.

import { Misfit } from '../acts/scalars.ts'
import { LedgerError } from '../core/error.ts'

/** @throws LedgerError `option_invalid`, with what the reader wanted */
export function parseOption<T>(option: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (!(cause instanceof Misfit)) throw cause
    throw new LedgerError(
      'option_invalid',
      { en: `${option} must be ${cause.wanted.en}.`, zh: `${option} 应为${cause.wanted.zh}。` },
      { cause },
    )
  }
}
