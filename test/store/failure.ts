import type { LedgerError } from '../../src/core/error.ts'

/** The outcome of a promise that must fail. */
export async function failureOf(promise: Promise<unknown>): Promise<LedgerError> {
  try {
    await promise
  } catch (error) {
    return error as LedgerError
  }
  throw new Error('expected a failure')
}
