// Work that strangers take part in, and that ends in time all the same: by the given clock, whatever the work waits for.

import type { Clock } from '../clock.ts'

export interface Deadline {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** What to throw when the time is over. */
  readonly late: () => Error
}

/**
 * The work's result, if it comes within `milliseconds`; its signal aborts when it does not.
 * @throws what the work throws, `late()`, or the signal's reason
 */
export async function endIn<T>(
  milliseconds: number,
  { clock, signal, late }: Deadline,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted()
  const done = new AbortController()
  const overdue = new AbortController()
  const ending = AbortSignal.any([signal, overdue.signal])
  const ended = Promise.withResolvers<never>()
  ending.addEventListener('abort', () => ended.reject(ending.reason as Error), { once: true })
  clock.sleep(milliseconds, done.signal).then(
    () => overdue.abort(late()),
    () => {}, // the work was quicker
  )
  try {
    // Raced, since not all that the work waits for heeds a signal.
    return await Promise.race([work(ending), ended.promise])
  } finally {
    done.abort()
  }
}
