// Who changes the tokens holds this lock: the service at its first start, the command line beside it. It is the lock of a
// chain's directory (chain/node/lock.ts), which the kernel releases when its holder dies, so that none is left behind.

import { join } from 'node:path'
import { takeLock } from './chain/node/lock.ts'
import { LedgerError } from './core/error.ts'

export const TOKEN_LOCK = 'tokens.lock'
const LOCK_PATIENCE_MS = 10_000

/**
 * Takes the lock of a key directory's tokens, waiting for whoever has it.
 * @throws LedgerError `tokens_locked`, retryable when another process has it
 */
export async function lockTokens(directory: string): Promise<{ release(): Promise<void> }> {
  const path = join(directory, TOKEN_LOCK)
  return takeLock(path, LOCK_PATIENCE_MS).catch((cause: unknown) => {
    if (!(cause instanceof LedgerError)) throw cause
    throw new LedgerError(
      'tokens_locked',
      cause.retryable
        ? {
            en: `Another process has been changing the tokens for more than ${LOCK_PATIENCE_MS / 1000} s (lock ${path}); nothing was changed. Let it finish or end it, and try again.`,
            zh: `另一进程改动令牌已超过 ${LOCK_PATIENCE_MS / 1000} 秒（锁 ${path}）；没有作任何改动。请待其完成或将其结束，然后重试。`,
          }
        : {
            en: `The tokens cannot be changed, since their lock ${path} cannot be taken; nothing was changed. See that this account may write there and that the disk has room; the lock holds no data, so that it may be removed while nothing runs.`,
            zh: `无法改动令牌：不能取得锁 ${path}；没有作任何改动。请确认本账户可写该处、磁盘有空间；锁中没有数据，没有程序运行时可以删除。`,
          },
      { cause, retryable: cause.retryable },
    )
  })
}
