// A segment's index against the columns of its entries, made anew: every byte of it, through the code that writes it.

import type { Words } from '../core/words.ts'
import type { LogFile } from '../store/file.ts'
import { ByteCache } from '../store/index/byte-cache.ts'
import { CheckedFile, IndexDamaged } from '../store/index/checked-file.ts'
import type { SegmentColumns } from '../store/index/columns.ts'
import { CHECKS, HEAD_BYTES, type IndexHead, PAGE_BYTES } from '../store/index/index-head.ts'
import { writeIndex } from '../store/index/index-writer.ts'
import { ComparedFiles } from './compared-file.ts'

/** What there is to say of an index. */
export interface IndexCheck {
  /** Root of the tree of its leaves, and the commit it was put down after, as its head has them: for whoever knows better. */
  readonly root: Uint8Array
  readonly commitStart: number
  readonly commitEnd: number
  readonly count: number
  /** Its own checksums do not fit: it changed on the disk, whatever the entries are. */
  readonly damage?: Words
  /** It is whole, but not the index of these entries. */
  readonly difference?: Words
}

/** Reads the head; undefined and the finding when it does not read. */
export async function openIndex(file: LogFile): Promise<IndexHead | IndexDamaged> {
  try {
    return (await CheckedFile.open(file, new ByteCache(0))).head
  } catch (error) {
    if (error instanceof IndexDamaged) return error
    throw error
  }
}

/** Compares the whole file; the columns have exactly the leaves of the head. */
export async function checkIndex(
  file: LogFile,
  head: IndexHead,
  columns: SegmentColumns,
  sealedEnd: number,
): Promise<IndexCheck> {
  const { root, commitStart, commitEnd, count } = head
  const told = { root, commitStart, commitEnd, count }
  const { number, minTime, maxTime } = columns
  const entriesEnd = columns.endOf(columns.count)
  const subject = {
    number,
    count: columns.count,
    entriesEnd,
    sealedEnd,
    minTime,
    maxTime,
    root,
    commitStart,
    commitEnd,
  }
  const compared = new ComparedFiles(file)
  await writeIndex(compared, file.path, columns, subject)
  const at = compared.differsAt
  if (at === undefined) return told
  const damage = await findDamage(file)
  return damage === undefined ? { ...told, difference: placeOf(head, at) } : { ...told, damage }
}

/** The first page whose checksum is wrong. */
export async function findDamage(file: LogFile): Promise<Words | undefined> {
  try {
    const checked = await CheckedFile.open(file, new ByteCache(0))
    for (const [number, { length }] of checked.head.sections.entries()) {
      if (number === CHECKS) break
      for (let at = 0; at < length; at += PAGE_BYTES) await checked.read(number, at, Math.min(PAGE_BYTES, length - at))
    }
    return undefined
  } catch (error) {
    if (error instanceof IndexDamaged) return error.finding
    throw error
  }
}

function placeOf({ sections }: IndexHead, at: number): Words {
  const number = sections.findLastIndex(({ offset, length }) => at >= offset && length > 0)
  const where = at < HEAD_BYTES || number === -1 ? ['its head', '文件头'] : [`section ${number}`, `第 ${number} 节`]
  return {
    en: `byte ${at}, in ${where[0]}, is not what its entries make`,
    zh: `第 ${at} 字节（${where[1]}）与其条目得出的不符`,
  }
}
