// The lock of a data directory, as a command meets it that works on the directory of a stopped service.

import { LedgerError } from '../core/error.ts'

/**
 * For what fails with the lock held elsewhere. @throws LedgerError `data_in_use` (retryable) with what to do here; others as
 * they are
 */
export function explainRunning(data: string): (failure: unknown) => never {
  return failure => {
    if (!(failure instanceof LedgerError) || failure.code !== 'data_in_use') throw failure
    throw new LedgerError(
      'data_in_use',
      {
        en: `The data directory ${data} is locked: the service is running on it. Stop the service first, run this again, and start it.`,
        zh: `数据目录 ${data} 已锁定：服务正在使用它。请先停止服务，再运行本命令，然后启动服务。`,
      },
      { cause: failure, retryable: true },
    )
  }
}
