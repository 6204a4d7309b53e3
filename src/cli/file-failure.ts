// Why a file that a person named cannot be read or written, and what to do about it: by the code that the system gives.

import { inBoth, type Words } from '../core/words.ts'

const FAILURES: Readonly<Record<string, Words>> = {
  ENOENT: {
    en: 'nothing of that name is there (ENOENT); check the path',
    zh: '没有该文件或目录（ENOENT），请核对路径',
  },
  EACCES: {
    en: 'this account may not (EACCES); see its owner and mode',
    zh: '本账户没有权限（EACCES），请核对其属主和权限',
  },
  EISDIR: { en: 'it is a directory (EISDIR); name a file in it', zh: '它是目录（EISDIR），请指定其中的文件' },
  EEXIST: { en: 'it is there already; give another name, or --force', zh: '文件已存在，请换一个名称，或加 --force' },
  ENOSPC: { en: 'no space is left there (ENOSPC); make room', zh: '磁盘已满（ENOSPC），请腾出空间' },
  EROFS: { en: 'the file system is read-only (EROFS); name another place', zh: '文件系统只读（EROFS），请换一个位置' },
}

export function whyFileFailed({ code, message }: NodeJS.ErrnoException): Words {
  return FAILURES[code ?? ''] ?? inBoth(code ?? message)
}
