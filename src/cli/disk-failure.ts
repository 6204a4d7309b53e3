// The failure of a disk that a backup is written to or read from, or that a data directory is checked on, as an outcome
// with its next step.

import { LedgerError } from '../core/error.ts'
import type { Words } from '../core/words.ts'
import { whyFileFailed } from './file-failure.ts'

/** Gives what the work gives. @throws LedgerError `backup_disk_failed` for what the system says of a file; others as they are */
export function explainDisk<T>(folder: string, work: Promise<T>): Promise<T> {
  return explained(folder, work, (path, error) => {
    const why = whyFileFailed(error)
    return [
      'backup_disk_failed',
      { en: `${path}: ${why.en}. ${STILL_WHOLE.en}`, zh: `${path}：${why.zh}。${STILL_WHOLE.zh}` },
    ]
  })
}

const STILL_WHOLE: Words = { en: 'A backup that was there before is still whole.', zh: '此前已有的备份仍然完整。' }

/**
 * Gives what the check of a data directory gives. @throws LedgerError `data_unreadable` for what the system says of a file;
 * others as they are
 */
export function explainUnread<T>(data: string, work: Promise<T>): Promise<T> {
  return explained(data, work, (path, error) => {
    const { en, zh } = whyUnread(error)
    return ['data_unreadable', { en: `${path} ${en}; the check did not end.`, zh: `${path} ${zh}；检查未完成。` }]
  })
}

async function explained<T>(
  folder: string,
  work: Promise<T>,
  explain: (path: string, error: NodeJS.ErrnoException) => readonly [code: string, words: Words],
): Promise<T> {
  return work.catch((error: unknown) => {
    if (error instanceof LedgerError || !isSystemError(error)) throw error
    throw new LedgerError(...explain(error.path ?? folder, error), { cause: error })
  })
}

function whyUnread({ code = '', message }: NodeJS.ErrnoException): Words {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return {
        en: `cannot be read by this account (${code}): run this as the account that owns the directory, which is the service's`,
        zh: `本账户无法读取（${code}）：请以该目录所属的账户（即服务的账户）运行`,
      }
    case 'EISDIR':
      return {
        en: 'is a folder, where a file belongs (EISDIR): move it away and run this again, which says how to get the file back',
        zh: '是目录，而此处应为文件（EISDIR）：请将其移走后重新运行，届时会说明如何取回该文件',
      }
    case 'ENOTDIR':
      return {
        en: 'is where a folder belongs, and is a file (ENOTDIR): move it away and run this again, which says how to get back what was in it',
        zh: '应为目录，却是文件（ENOTDIR）：请将其移走后重新运行，届时会说明如何取回其中的内容',
      }
    case 'ELOOP':
      return {
        en: 'is a link, where a file belongs (ELOOP): put the file itself there, and run this again',
        zh: '是符号链接，而此处应为文件（ELOOP）：请放回文件本身后重新运行',
      }
    default: {
      const why = code === '' ? message : code
      return {
        en: `cannot be read (${why}): see to the disk, and run this again; if the file is lost, restore it from a backup`,
        zh: `无法读取（${why}）：请检查磁盘后重新运行；若文件已丢失，请从备份恢复`,
      }
    }
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).errno === 'number'
}
