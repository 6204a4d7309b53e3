// The log read again from a mark on, in chunks of a megabyte, as the columns of what was once accepted. A chunk never
// reaches over the end of a segment.

import type { EntryColumns, ReadEntries } from '../../core/entry-columns.ts'
import { LedgerError } from '../../core/error.ts'
import { findEntries } from '../../core/leaves.ts'
import { HASH_BYTES } from '../../core/tree.ts'
import { inBoth, type Words } from '../../core/words.ts'
import type { LogFile } from '../file.ts'
import type { SealedPlace } from '../index/columns.ts'
import { type LogEnd, RESTORE } from './commits.ts'
import { ForwardReader } from './forward.ts'
import { missingSegment } from './log-end.ts'
import { SealedScanner } from './sealed.ts'
import type { SegmentFiles, SegmentLog } from './segment-files.ts'

const CHUNK_BYTES = 1 << 20
const LENGTH_BYTES = 2
/** The largest time that an index holds. */
const MAX_TIME = 2 ** 48 - 1

/** Leaves of one segment, with their places in its files. */
export interface Chunk {
  readonly segment: number
  /** Index of the first leaf. */
  readonly first: number
  readonly leaves: EntryColumns
  readonly places: Float64Array
  readonly sealed: readonly SealedPlace[]
  /** Where the sealed parts of these leaves end. */
  readonly sealedEnd: number
}

/** What is asked of the segments: their sizes and names, and their files to read. */
export type ReplayedSegments = Pick<SegmentFiles, 'leaves' | 'numberOf' | 'lastOf' | 'directoryOf' | 'archiveOf'> & {
  get(number: number): ReplayedSegment | undefined
}

interface ReplayedSegment extends Pick<SegmentLog, 'number' | 'directory'> {
  readonly entries: LogFile
  readonly sealed: LogFile | undefined
}

export class LogReplay {
  readonly #segments: ReplayedSegments
  readonly #onChunk: (chunk: Chunk) => void
  readonly #read: ReadEntries
  #next: number
  #position: number
  #sealed: SealedScanner | undefined
  #sealedEnd: number
  #chunk: Chunk | undefined
  /** Leaves and sealed parts of the chunk that were taken. */
  #taken = 0
  #takenSealed = 0
  /** A sealed part that does not read, and whose it should be. */
  #sealedFailure: { readonly index: number; readonly error: unknown } | undefined

  /** `onChunk` is told of every chunk that is read, before any of its leaves is taken. */
  constructor(segments: ReplayedSegments, from: LogEnd, read: ReadEntries, onChunk: (chunk: Chunk) => void) {
    this.#segments = segments
    this.#onChunk = onChunk
    this.#read = read
    this.#next = from.size
    this.#position = from.entriesEnd
    this.#sealedEnd = from.sealedEnd
  }

  /** The hashes of the next leaves, at least one and at most `most`. */
  async take(most: number): Promise<Uint8Array> {
    if (this.#chunk === undefined || this.#taken === this.#chunk.leaves.count) await this.#load()
    const { leaves, first, sealed } = this.#chunk!
    const from = this.#taken
    this.#taken = Math.min(from + most, leaves.count)
    const end = (first % this.#segments.leaves) + this.#taken
    while (this.#takenSealed < sealed.length && sealed[this.#takenSealed]!.leaf < end) this.#takenSealed++
    return leaves.hashes.subarray(from * HASH_BYTES, this.#taken * HASH_BYTES)
  }

  /**
   * After the leaves of a commit the files must be where that commit says. To be asked once its root was found right:
   * before, a sealed part may seem to be missing only because the entry that tells of it changed.
   */
  requireEnds({ size, entriesEnd, sealedEnd }: LogEnd): void {
    if (this.#sealedFailure !== undefined && this.#sealedFailure.index < size) throw this.#sealedFailure.error
    const chunk = this.#chunk
    const entriesAt = chunk === undefined ? this.#position : chunk.places[this.#taken]!
    const sealedAt = chunk === undefined ? this.#sealedEnd : (chunk.sealed[this.#takenSealed]?.place ?? chunk.sealedEnd)
    const number = this.#segments.lastOf(size)
    if (entriesAt !== entriesEnd) {
      throw this.#damaged(number, size, entriesAt, {
        en: `, where its commit says ${entriesEnd},`,
        zh: `（其提交所载为 ${entriesEnd}）`,
      })
    }
    if (sealedAt === sealedEnd) return
    const path = `${this.#segments.directoryOf(number)}/sealed`
    throw new LedgerError('sealed_damaged', {
      en: `${path}: the parts up to leaf ${size} end at byte ${sealedAt}, but their commit says ${sealedEnd}. ${RESTORE.en}`,
      zh: `${path}：到第 ${size} 片叶为止的密封部分在第 ${sealedAt} 字节处结束，而其提交所载为 ${sealedEnd}。${RESTORE.zh}`,
    })
  }

  async #load(): Promise<void> {
    const number = this.#segments.numberOf(this.#next)
    const isNew = this.#next % this.#segments.leaves === 0
    if (isNew) {
      if (this.#chunk !== undefined) this.#requireWhole(number - 1)
      this.#position = 0
      this.#sealedEnd = 0
      this.#sealed = undefined
    }
    const segment = this.#segments.get(number)
    if (segment === undefined) throw missingSegment(this.#segments, number)
    const { entries, places } = await this.#readChunk(segment)
    const leaves = this.#read(entries, places)
    for (const [k, time] of leaves.times.entries()) {
      if (!(time >= 0 && time <= MAX_TIME)) throw this.#damaged(number, this.#next + k, this.#position + places[k]!)
    }
    const sealed = await this.#placeSealed(segment, leaves.sealed)
    const first = this.#next
    const shift = this.#position
    this.#chunk = {
      segment: number,
      first,
      leaves,
      places: places.map(place => place + shift),
      sealed,
      sealedEnd: this.#sealedEnd,
    }
    this.#taken = 0
    this.#takenSealed = 0
    this.#next += leaves.count
    this.#position += entries.length
    this.#onChunk(this.#chunk)
  }

  /** As many whole entries as a chunk holds, and the segment has leaves. */
  async #readChunk({ number, entries }: ReplayedSegment): Promise<{ entries: Uint8Array; places: Float64Array }> {
    const left = this.#segments.leaves - (this.#next % this.#segments.leaves)
    const bytes = await entries.read(this.#position, Math.min(CHUNK_BYTES, Math.max(0, entries.size - this.#position)))
    let count = 0
    let end = 0
    while (count < left && end + LENGTH_BYTES <= bytes.length) {
      const next = end + LENGTH_BYTES + bytes.readUInt16BE(end)
      if (next > bytes.length) break
      end = next
      count++
    }
    const whole = bytes.subarray(0, end)
    const places = count === 0 ? undefined : findEntries(whole, count)
    if (places === undefined) throw this.#damaged(number, this.#next, this.#position)
    return { entries: whole, places }
  }

  async #placeSealed(segment: ReplayedSegment, leaves: readonly number[]): Promise<readonly SealedPlace[]> {
    const places: SealedPlace[] = []
    for (const leaf of leaves) {
      const index = this.#next + leaf
      if (this.#sealedFailure !== undefined) break
      try {
        this.#sealed ??= openSealed(segment, this.#sealedEnd, index)
        places.push({ leaf: index % this.#segments.leaves, place: await this.#sealed.next(index) })
      } catch (error) {
        this.#sealedFailure = { index, error }
      }
    }
    this.#sealedEnd = this.#sealed?.position ?? this.#sealedEnd
    return places
  }

  /** A full segment's files end with its last leaf. */
  #requireWhole(number: number): void {
    const segment = this.#segments.get(number)!
    if (segment.entries.size !== this.#position) {
      throw this.#damaged(number, this.#next, this.#position, {
        en: ', behind the last one of a full segment,',
        zh: '（在已满分段的最后一条之后）',
      })
    }
    const sealedBytes = segment.sealed?.size ?? 0
    if (this.#sealedFailure === undefined && sealedBytes !== this.#sealedEnd) {
      throw new LedgerError('sealed_damaged', {
        en: `${segment.directory}/sealed has ${sealedBytes} bytes, but the parts of its leaves end at byte ${this.#sealedEnd}. ${RESTORE.en}`,
        zh: `${segment.directory}/sealed 有 ${sealedBytes} 字节，而其各叶的密封部分在第 ${this.#sealedEnd} 字节处结束。${RESTORE.zh}`,
      })
    }
  }

  #damaged(number: number, index: number, position: number, where: Words = inBoth('')): LedgerError {
    const path = `${this.#segments.directoryOf(number)}/entries`
    return new LedgerError('log_damaged', {
      en: `${path}: entry ${index} at byte ${position}${where.en} does not read. ${RESTORE.en}`,
      zh: `${path}：第 ${position} 字节处的条目 ${index}${where.zh}无法读取。${RESTORE.zh}`,
    })
  }
}

function openSealed({ directory, sealed }: ReplayedSegment, from: number, index: number): SealedScanner {
  if (sealed !== undefined) return new SealedScanner(new ForwardReader(sealed, from, sealed.size), sealed.path)
  throw new LedgerError('sealed_damaged', {
    en: `${directory}/sealed is not there, but leaf ${index} has a sealed part. The log itself is not affected; restore this file from a backup.`,
    zh: `${directory}/sealed 不存在，而第 ${index} 片叶有密封部分。日志本身不受影响；请从备份恢复该文件。`,
  })
}
