// Who changes the tokens holds this lock: the service at its first start, the command line beside it. It is the lock of a
// chain's directory (chain/node/lock.ts), which the kernel releases when its holder dies, so that none is left behind.

import { join } from 'node:path'
import { takeLock } from './chain/node/lock.ts'
import { LedgerError } from './core/error.ts'

const LOCK = 'tokens.lock'
const LOCK_PATIENCE_MS = 10_000

/**
 * Takes the lock of a key directory's tokens, waiting for whoever has it.
 * @throws LedgerError `tokens_locked`, retryable when another process has it
 */
export async function lockTokens(directory: string): Promise<{ release(): Promise<void> }> {
  const path = join(directory, LOCK)
  return takeLock(path, LOCK_PATIENCE_MS).catch((cause: unknown) => {
    if (!(cause instanceof LedgerError)) throw cause
    throw new LedgerError(
      'tokens_locked',
      cause.retryable
        ? `Another process has been changing the tokens for more than ${LOCK_PATIENCE_MS / 1000} s (lock ${path}); nothing was changed. Let it finish or end it, and try again.`
        : `The tokens cannot be changed, since their lock ${path} cannot be taken; nothing was changed. See that this account may write there and that the disk has room; the lock holds no data, so that it may be removed while nothing runs.`,
      { cause, retryable: cause.retryable },
    )
  })
}
