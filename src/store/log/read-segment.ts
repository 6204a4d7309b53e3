// A full segment read again from its entries: for an index that has to be made again.

import type { ReadEntries } from '../../core/entry-columns.ts'
import { LedgerError } from '../../core/error.ts'
import { HASH_BYTES } from '../../core/tree.ts'
import type { LogFiles } from '../directory.ts'
import type { SegmentColumns } from '../index/columns.ts'
import { RESTORE } from './commits.ts'
import { LogReplay } from './replay.ts'

/** Fills the columns of a full segment, comparing each entry with its hash in the tiles. Throws `log_damaged`, `sealed_damaged`. */
export async function readSegment(
  { segments, tiles }: LogFiles,
  columns: SegmentColumns,
  read: ReadEntries,
): Promise<void> {
  const { number, start, capacity } = columns
  const from = { size: start, root: new Uint8Array(0), entriesEnd: 0, sealedEnd: 0 }
  const replay = new LogReplay(segments, from, read, ({ leaves, places, sealed }) => {
    columns.append(leaves, places, sealed)
  })
  for (let at = start; at < start + capacity; ) {
    const hashes = await replay.take(start + capacity - at)
    const count = hashes.length / HASH_BYTES
    const expected = await tiles.read(0, at, count)
    if (Buffer.compare(expected, hashes) !== 0) {
      const differs = hashes.findIndex((byte, k) => byte !== expected[k])
      throw otherHash(segments.directoryOf(number), at + Math.floor(differs / HASH_BYTES))
    }
    at += count
  }
  const entriesEnd = columns.endOf(capacity)
  const sealedEnd = segments.get(number)?.sealed?.size ?? 0
  replay.requireEnds({ size: start + capacity, root: from.root, entriesEnd, sealedEnd })
}

function otherHash(directory: string, index: number): LedgerError {
  return new LedgerError('log_damaged', {
    en: `${directory}/entries: entry ${index} does not hash to the leaf in log/tile/0. ${RESTORE.en}`,
    zh: `${directory}/entries：条目 ${index} 的哈希与 log/tile/0 中的叶不符。${RESTORE.zh}`,
  })
}
