// What goes on record of an archive before it is removed. Its digest is what copies are compared with for ever, and its
// times are what questions are refused by: so all of it is checked first, and nothing is taken from what is derived.

import { createHash } from 'node:crypto'
import { encodeBase64 } from '../../core/bytes.ts'
import { parseCheckpoint } from '../../core/checkpoint.ts'
import { LedgerError } from '../../core/error.ts'
import { parseNote } from '../../core/note.ts'
import { formatTime } from '../../core/record.ts'
import type { LogFile } from '../file.ts'
import type { SegmentIndex } from '../index/segment-index.ts'
import { verifyArchive } from './archive-check.ts'
import { foreignArchive } from './archive-head.ts'
import { subtreeOf } from './archive-proof.ts'
import type { ArchivesParts } from './archives.ts'
import type { PrunedSegment, Pruning } from './pruned.ts'

const READ_BYTES = 1 << 20

/**
 * @param onProgress Called between steps; what it throws ends the check
 * @throws LedgerError `archive_damaged`; `archive_foreign` for one that is not of this log; `index_damaged` when the
 *   segment's index, which its age was judged by, tells other times than its records have
 */
export async function describeArchive(
  { files: { segments, disk }, nodes, work }: ArchivesParts,
  number: number,
  index: SegmentIndex,
  onProgress: () => void,
): Promise<Omit<PrunedSegment, keyof Pruning>> {
  const file = await disk.open(segments.archiveOf(number))
  try {
    const readCheckpoint = (signed: string) => parseCheckpoint(parseNote(signed).text)
    const { head } = await verifyArchive(file, { work, readCheckpoint, onProgress })
    const subject = { number, count: segments.leaves }
    const [root] = await nodes.read([subtreeOf(subject)], (number + 1) * segments.leaves)
    if (Buffer.compare(root!, head.root) !== 0) throw foreignArchive(file.path)
    const { minTime, maxTime } = head
    if (minTime !== index.minTime || maxTime !== index.maxTime) {
      throw damagedIndex(`${segments.directoryOf(number)}/index`, index, head)
    }
    return {
      segment: number,
      leaves: head.count,
      root: encodeBase64(head.root),
      minTime,
      maxTime,
      archive: { bytes: file.size, sha256: await digestOf(file) },
    }
  } finally {
    await file.close()
  }
}

async function digestOf(file: LogFile): Promise<string> {
  const hash = createHash('sha256')
  for (let at = 0; at < file.size; at += READ_BYTES) {
    hash.update(await file.read(at, Math.min(READ_BYTES, file.size - at)))
  }
  return hash.digest('hex')
}

type Times = Pick<PrunedSegment, 'minTime' | 'maxTime'>

function damagedIndex(path: string, index: Times, head: Times): LedgerError {
  const [told, held] = [index, head].map(({ minTime, maxTime }) => [minTime, maxTime].map(formatTime))
  return new LedgerError('index_damaged', {
    en: `${path} tells that the records are of ${told!.join(' to ')}, but they are of ${held!.join(' to ')}. Stop what runs on the data directory, remove that file (the next start makes it again), and run this again.`,
    zh: `${path} 称记录的时间为 ${told!.join(' 至 ')}，而实际为 ${held!.join(' 至 ')}。请停止使用该数据目录的程序，删除该文件（下次启动时会重新生成），然后重新运行。`,
  })
}
