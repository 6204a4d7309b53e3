// The published checkpoint, as routes need it: nothing beyond it is ever told, since only it is what the log stands by.

import { encodeBase64 } from '../core/bytes.ts'
import { parseCheckpoint, type TreeHead } from '../core/checkpoint.ts'
import { LedgerError } from '../core/error.ts'
import { parseNote } from '../core/note.ts'
import type { PublishedLog } from './parts.ts'

export interface PublishedHead extends TreeHead {
  /** The signed checkpoint. */
  readonly note: string
}

/** Throws `not_published_yet`. */
export function publishedHead(log: Pick<PublishedLog, 'checkpoint'>): PublishedHead {
  const note = log.checkpoint()
  if (note === undefined) {
    throw new LedgerError(
      'not_published_yet',
      {
        en: 'The log has not published a checkpoint yet; it does within seconds of its start.',
        zh: '日志尚未发布检查点；启动后数秒内即会发布。',
      },
      { retryable: true },
    )
  }
  const { size, root } = parseCheckpoint(parseNote(note).text)
  return { size, root, note }
}

/** The size to prove for: the one asked for, else the published one. Throws `size_beyond_tree`. */
export function requirePublished(size: number | undefined, published: PublishedHead): number {
  if (size === undefined || size <= published.size) return size ?? published.size
  throw new LedgerError(
    'size_beyond_tree',
    {
      en: `The published tree has ${published.size} leaves, not yet ${size}; ask for a size up to that, or wait for the next checkpoint.`,
      zh: `已发布的树有 ${published.size} 片叶，尚未达到 ${size}；请使用不超过它的大小，或等待下一个检查点。`,
    },
    { retryable: true },
  )
}

/** Throws `record_not_found`. */
export function requireLeaf(index: number, size: number): void {
  if (index < size) return
  throw new LedgerError(
    'record_not_found',
    {
      en: `The published tree has ${size} leaves, the first of them leaf 0, and no leaf ${index} yet; if it was accepted just now, wait for the next checkpoint.`,
      zh: `已发布的树有 ${size} 片叶，序号从 0 起，尚无第 ${index} 片叶；如刚刚写入，请等待下一个检查点。`,
    },
    { retryable: true },
  )
}

export const formatHead = (head: TreeHead, published?: PublishedHead) => ({
  size: head.size,
  root: encodeBase64(head.root),
  ...(published?.size === head.size ? { note: published.note } : {}),
})
