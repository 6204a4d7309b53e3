// What the head of an index and that of an archive begin with: which leaves the file is of. docs/data-directory.md
// describes it byte by byte.

import type { Hash } from '../core/tree.ts'

export interface SegmentSubject {
  /** Number of the segment. */
  readonly number: number
  /** Leaves of it, from the first on. */
  readonly count: number
  /** Where their entries and their sealed parts end in the segment's own files. */
  readonly entriesEnd: number
  readonly sealedEnd: number
  /** The earliest and the latest time of a record, ms since 1970. */
  readonly minTime: number
  readonly maxTime: number
  /** Root of the tree of these leaves alone. */
  readonly root: Hash
}

const MAGIC_BYTES = 8
const ROOT_AT = 40
/** Bytes of it all. */
export const SUBJECT_BYTES = 72

/** Writes `magic`, 8 bytes that say what the file is, and the subject to the beginning of a head. */
export function writeSubject(head: Buffer, magic: string, subject: SegmentSubject): void {
  head.write(magic, 0, MAGIC_BYTES, 'latin1')
  head.writeUInt32BE(subject.number, 8)
  head.writeUInt32BE(subject.count, 12)
  head.writeUIntBE(subject.entriesEnd, 16, 6)
  head.writeUIntBE(subject.sealedEnd, 22, 6)
  head.writeUIntBE(subject.minTime, 28, 6)
  head.writeUIntBE(subject.maxTime, 34, 6)
  head.set(subject.root, ROOT_AT)
}

/** Reads it back; undefined if the head does not begin with `magic`. */
export function readSubject(head: Buffer, magic: string): SegmentSubject | undefined {
  if (head.toString('latin1', 0, MAGIC_BYTES) !== magic) return undefined
  return {
    number: head.readUInt32BE(8),
    count: head.readUInt32BE(12),
    entriesEnd: head.readUIntBE(16, 6),
    sealedEnd: head.readUIntBE(22, 6),
    minTime: head.readUIntBE(28, 6),
    maxTime: head.readUIntBE(34, 6),
    root: Buffer.from(head.subarray(ROOT_AT, SUBJECT_BYTES)),
  }
}
