// The head of an archive: which segment it holds, and where each part of it is. The page docs/data-directory.md describes
// it byte by byte. An archive may come from a stranger: a head is either whole and consistent in itself, or none.

import { crc32 } from 'node:zlib'
import { LedgerError } from '../../core/error.ts'
import { TILE_WIDTH } from '../../core/tile.ts'
import type { Words } from '../../core/words.ts'
import { readSubject, type SegmentSubject, writeSubject } from '../segment-subject.ts'

export const ARCHIVE_HEAD_BYTES = 128
/** Leaves that are packed together: an entry bundle. */
export const PACKED_LEAVES: number = TILE_WIDTH
/** A row of the table: u48 place in the archive, u48 place in the entries, u32 CRC-32 of the block. */
export const ROW_BYTES = 16
export const CHECK_BYTES = 4

/** What every archive begins with. */
export const ARCHIVE_MAGIC = 'suyarc-1'
const UNUSED_AT = 108
const CRC_AT = ARCHIVE_HEAD_BYTES - 4
const MOST_LEAVES = 2 ** 22
const MOST_PROOF_BYTES = 1 << 20

/** The segment that an archive holds: all of its leaves. */
export type ArchiveSubject = SegmentSubject

/** Where the parts begin, one behind the other: blocks, table, proof, checks, sealed parts. */
export interface ArchiveHead extends ArchiveSubject {
  readonly tableAt: number
  readonly proofAt: number
  readonly checksAt: number
  readonly sealedAt: number
  readonly tableCrc: number
  readonly proofCrc: number
  readonly checksCrc: number
}

export function encodeArchiveHead(head: ArchiveHead): Buffer {
  const bytes = Buffer.alloc(ARCHIVE_HEAD_BYTES)
  writeSubject(bytes, ARCHIVE_MAGIC, head)
  bytes.writeUIntBE(head.tableAt, 72, 6)
  bytes.writeUIntBE(head.proofAt, 78, 6)
  bytes.writeUIntBE(head.checksAt, 84, 6)
  bytes.writeUIntBE(head.sealedAt, 90, 6)
  bytes.writeUInt32BE(head.tableCrc, 96)
  bytes.writeUInt32BE(head.proofCrc, 100)
  bytes.writeUInt32BE(head.checksCrc, 104)
  bytes.writeUInt32BE(crc32(bytes.subarray(0, CRC_AT)), CRC_AT)
  return bytes
}

/** The head of an archive of `fileBytes`; undefined if these bytes are none. */
export function decodeArchiveHead(bytes: Buffer, fileBytes: number): ArchiveHead | undefined {
  if (bytes.length !== ARCHIVE_HEAD_BYTES) return undefined
  const subject = readSubject(bytes, ARCHIVE_MAGIC)
  if (subject === undefined || crc32(bytes.subarray(0, CRC_AT)) !== bytes.readUInt32BE(CRC_AT)) return undefined
  if (bytes.subarray(UNUSED_AT, CRC_AT).some(byte => byte !== 0)) return undefined
  const head = {
    ...subject,
    tableAt: bytes.readUIntBE(72, 6),
    proofAt: bytes.readUIntBE(78, 6),
    checksAt: bytes.readUIntBE(84, 6),
    sealedAt: bytes.readUIntBE(90, 6),
    tableCrc: bytes.readUInt32BE(96),
    proofCrc: bytes.readUInt32BE(100),
    checksCrc: bytes.readUInt32BE(104),
  }
  return isConsistent(head, fileBytes) ? head : undefined
}

/** How many blocks the entries are packed in. */
export function blocksOf({ count }: Pick<ArchiveHead, 'count'>): number {
  return count / PACKED_LEAVES
}

function isConsistent(head: ArchiveHead, fileBytes: number): boolean {
  const { number, count, tableAt, proofAt, checksAt, sealedAt, sealedEnd } = head
  return (
    count >= PACKED_LEAVES &&
    count <= MOST_LEAVES &&
    Number.isInteger(Math.log2(count)) &&
    Number.isSafeInteger((number + 1) * count) &&
    tableAt >= ARCHIVE_HEAD_BYTES &&
    proofAt - tableAt === (blocksOf(head) + 1) * ROW_BYTES &&
    checksAt >= proofAt &&
    checksAt - proofAt <= MOST_PROOF_BYTES &&
    sealedAt >= checksAt &&
    sealedAt - checksAt <= count * CHECK_BYTES &&
    (sealedAt - checksAt) % CHECK_BYTES === 0 &&
    sealedAt + sealedEnd === fileBytes
  )
}

/** What an archive is that does not hold what it should. */
export function damagedArchive(path: string, finding: Words, cause?: unknown): LedgerError {
  return new LedgerError(
    'archive_damaged',
    {
      en: `${path}: ${finding.en}. Restore this archive from a backup or another copy of it, then run suyuan fsck: an older copy may have what was erased since.`,
      zh: `${path}：${finding.zh}。请从备份或其他副本恢复此归档，然后运行 suyuan fsck：较旧的副本中可能有此后已删除的内容。`,
    },
    { cause },
  )
}

/** What an archive is that belongs elsewhere. */
export function foreignArchive(path: string): LedgerError {
  return new LedgerError('archive_foreign', {
    en: `${path} is an archive of another log, or of another segment: give each ledger an archive directory of its own (SUYUAN_ARCHIVE_DIR), and put this file where it belongs.`,
    zh: `${path} 是其他日志或其他分段的归档：请为每个账本设置各自的归档目录（SUYUAN_ARCHIVE_DIR），并将该文件放回其所属位置。`,
  })
}
