// The head of a segment's index: what it is the index of, and where each of its sections is. The page
// docs/data-directory.md describes it byte by byte.

import { crc32 } from 'node:zlib'
import { DIMENSIONS, type Dimension } from '../../core/question.ts'
import { readSubject, type SegmentSubject, writeSubject } from '../segment-subject.ts'

export const HEAD_BYTES = 1024
/** The body, from the head on, is checked page by page. */
export const PAGE_BYTES = 16_384
export const CHECK_BYTES = 4

const MAGIC = 'suyuan-1'
const TABLE_AT = 84
const ROW_BYTES = 20
const CRC_AT = HEAD_BYTES - 4

// Sections in the order of the table. Of each dimension there are five; the checks of the pages come last.
export const PLACES = 0
export const TIMES = 1
export const BYTES = 2
export const ROWS = 3
export const SEALED = 4
const FIRST_OF_DIMENSIONS = 5
const PER_DIMENSION = 5
export const CHECKS: number = FIRST_OF_DIMENSIONS + PER_DIMENSION * DIMENSIONS.length
export const SECTIONS: number = CHECKS + 1

/** What there is of each dimension. */
export const IDS = 0
export const TEXTS = 1
export const FENCES = 2
export const POSTINGS = 3
export const LISTS = 4

export function sectionOf(dimension: Dimension, part: number): number {
  return FIRST_OF_DIMENSIONS + DIMENSIONS.indexOf(dimension) * PER_DIMENSION + part
}

// Fixed widths.
export const PLACE_BYTES = 5
export const TIME_BYTES = 6
export const SEALED_LEAF_BYTES = 3
export const SEALED_BYTES: number = SEALED_LEAF_BYTES + PLACE_BYTES
export const LIST_COUNT_BYTES = 3
export const LIST_PLACE_BYTES = 4
export const LIST_BYTES: number = LIST_COUNT_BYTES + LIST_PLACE_BYTES
export const FENCE_PLACE_BYTES = 4
/** Values per block of a dictionary; each block has its first value among the fences. */
export const BLOCK_VALUES = 64
/** A value that more than one in so many leaves have has no list: the ids tell as fast. */
export const LIST_SHARE = 64

export interface Section {
  readonly offset: number
  readonly length: number
  readonly crc: number
  /** Bytes of one number, where the section is a column of numbers. */
  readonly width: number
}

/** What a segment's index is the index of. */
export interface IndexSubject extends SegmentSubject {
  /** The commit frame that an open segment was put down after; 0 and 0 for a full one. */
  readonly commitStart: number
  readonly commitEnd: number
}

export interface IndexHead extends IndexSubject {
  readonly sections: readonly Section[]
}

export function encodeHead(head: IndexHead): Buffer {
  const bytes = Buffer.alloc(HEAD_BYTES)
  writeSubject(bytes, MAGIC, head)
  bytes.writeUIntBE(head.commitStart, 72, 6)
  bytes.writeUIntBE(head.commitEnd, 78, 6)
  for (const [k, { offset, length, crc, width }] of head.sections.entries()) {
    const row = TABLE_AT + k * ROW_BYTES
    bytes.writeUIntBE(offset, row, 6)
    bytes.writeUIntBE(length, row + 6, 6)
    bytes.writeUInt32BE(crc, row + 12)
    bytes.writeUInt8(width, row + 16)
  }
  bytes.writeUInt32BE(crc32(bytes.subarray(0, CRC_AT)), CRC_AT)
  return bytes
}

/** The head of an index; undefined if these bytes are none. */
export function decodeHead(bytes: Buffer): IndexHead | undefined {
  if (bytes.length !== HEAD_BYTES) return undefined
  const subject = readSubject(bytes, MAGIC)
  if (subject === undefined || crc32(bytes.subarray(0, CRC_AT)) !== bytes.readUInt32BE(CRC_AT)) return undefined
  const sections = Array.from({ length: SECTIONS }, (_, k) => {
    const row = TABLE_AT + k * ROW_BYTES
    return {
      offset: bytes.readUIntBE(row, 6),
      length: bytes.readUIntBE(row + 6, 6),
      crc: bytes.readUInt32BE(row + 12),
      width: bytes.readUInt8(row + 16),
    }
  })
  return {
    ...subject,
    commitStart: bytes.readUIntBE(72, 6),
    commitEnd: bytes.readUIntBE(78, 6),
    sections,
  }
}
