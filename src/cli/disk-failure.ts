// The failure of a disk that a backup is written to or read from, as an outcome with its next step.

import { LedgerError } from '../core/error.ts'
import { whyFileFailed } from './file-failure.ts'

/** Gives what the work gives. @throws LedgerError `backup_disk_failed` for what the system says of a file; others as they are */
export async function explainDisk<T>(folder: string, work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    if (error instanceof LedgerError || !isSystemError(error)) throw error
    const why = whyFileFailed(error)
    const path = error.path ?? folder
    throw new LedgerError(
      'backup_disk_failed',
      {
        en: `${path}: ${why.en}. A backup that was there before is still whole.`,
        zh: `${path}：${why.zh}。此前已有的备份仍然完整。`,
      },
      { cause: error },
    )
  })
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).errno === 'number'
}
