// What keeps the index from proving or growing, in words.

import { LedgerError } from '../core/error.ts'
import type { Hash } from '../core/tree.ts'
import type { KeptEpoch } from './epoch-log.ts'
import { POSTINGS_FOLDER } from './open-kept.ts'

export function indexBehind(size: number, known: number): LedgerError {
  return new LedgerError(
    'index_behind',
    {
      en: `The anchored tree of ${size} leaves cannot be proven from yet: the index that shows that nothing is left out goes as far as ${known} leaves. It is made again from the log by itself; ask again later.`,
      zh: `${size} 片叶的存证树暂时无法据以证明：证明无遗漏所用的索引目前只到 ${known} 片叶。它会自动由日志重新生成，请稍后再问。`,
    },
    { retryable: true },
  )
}

export function indexDamaged(cause?: unknown): LedgerError {
  return new LedgerError(
    'index_damaged',
    {
      en: `The index in ${POSTINGS_FOLDER} no longer proves what was anchored: bits on the disk have changed. Nothing was signed. All of it is derived: stop the service and run suyuan fsck --repair, which makes it again from the log.`,
      zh: `${POSTINGS_FOLDER} 中的索引已证明不了存证的内容：磁盘上的数据被改动。没有签署任何内容。其中全是派生数据：请停止服务并运行 suyuan fsck --repair，由日志重新生成。`,
    },
    { cause },
  )
}

export function indexUnusable(cause: unknown): LedgerError {
  return new LedgerError(
    'index_unusable',
    {
      en: `The index in ${POSTINGS_FOLDER} was to be made anew from the log, and that failed (${String(cause)}); until it works nothing is anchored. It is tried again by itself: see that the disk has room and can be written.`,
      zh: `${POSTINGS_FOLDER} 中的索引需由日志重新生成，但未能成功（${String(cause)}）；恢复之前不会存证。将自动重试：请检查磁盘空间和写权限。`,
    },
    { retryable: true, cause },
  )
}

export function indexDiffers({ index, size, trieRoot }: KeptEpoch, found: Hash): LedgerError {
  const [is, made] = [trieRoot, found].map(hash => Buffer.from(hash).toString('hex'))
  return new LedgerError('index_differs', {
    en: `Epoch ${index} of the index log states the trie ${is} for ${size} leaves, but the log makes ${made}: the facts or the log in the data directory were changed, or another version of this program indexed it. Stop, and check the data directory against a backup.`,
    zh: `索引日志第 ${index} 期写明 ${size} 片叶的索引树根为 ${is}，而由日志得出 ${made}：数据目录中的登记信息或日志被改动，或曾由另一版本的程序建立索引。请停止服务，并以备份核对数据目录。`,
  })
}
