// What can be done with old segments while the store runs: list them, move one into an archive, prune one. What is read
// of a segment is the same before, meanwhile and after.

import { parseCheckpoint } from '../../core/checkpoint.ts'
import { LedgerError } from '../../core/error.ts'
import { parseNote } from '../../core/note.ts'
import type { Words } from '../../core/words.ts'
import { explainFailure } from '../directory.ts'
import type { SegmentIndex } from '../index/segment-index.ts'
import type { SegmentFiles } from '../log/segment-files.ts'
import type { CheckedArchive } from './archive-check.ts'
import type { Archives } from './archives.ts'
import { indexPruned, type PrunedSegment, type Pruning } from './pruned.ts'

/** A full segment, and where its entries are. */
export interface SegmentState {
  readonly number: number
  /** Its leaves are [first, end). */
  readonly first: number
  readonly end: number
  readonly place: 'log' | 'archive' | 'pruned'
  /** Bytes of its entries and of its sealed parts; of a pruned one 0. */
  readonly entriesBytes: number
  readonly sealedBytes: number
  /** Bytes of the archive. */
  readonly archiveBytes?: number
  /** Of its records, in milliseconds since 1970. */
  readonly minTime: number
  readonly maxTime: number
  readonly pruned?: PrunedSegment
}

export interface OldSegmentsParts {
  readonly segments: SegmentFiles
  readonly archives: Archives
  /** By number, the open one last; a pruned one is put in its place. */
  readonly indexes: SegmentIndex[]
  /** Leaves up to here are read by no start. */
  readonly settled: () => number
  readonly requireWritable: () => void
  /** Told when only a start can say what is on the disk. */
  readonly fail: (cause: unknown) => LedgerError
}

export class OldSegments {
  readonly #parts: OldSegmentsParts

  constructor(parts: OldSegmentsParts) {
    this.#parts = parts
  }

  /** All that are full and have their index, oldest first. */
  list(): readonly SegmentState[] {
    const { segments, indexes, settled } = this.#parts
    const full = Math.min(segments.numberOf(settled()), indexes.length - 1)
    return Array.from({ length: full }, (_, number) => this.#state(number))
  }

  /**
   * Moves a segment into an archive. `checkpoint`: a signed note of a tree that has the segment.
   * @throws LedgerError `archive_foreign`, `segment_unfit`, of the disk; the segment is then where it was
   */
  async archive(number: number, checkpoint: string): Promise<CheckedArchive> {
    const { segments, archives, indexes, requireWritable, fail } = this.#parts
    return archives.inTurn(async () => {
      requireWritable()
      const { end, place } = this.#require(number)
      if (place !== 'log') throw unfit(number, { en: 'is archived already', zh: '已经归档' })
      const { size } = parseCheckpoint(parseNote(checkpoint).text)
      if (size < end) {
        throw unfit(number, {
          en: `ends with leaf ${end - 1}, which the checkpoint of size ${size} has not yet`,
          zh: `末叶为第 ${end - 1} 片，而检查点的大小为 ${size}`,
        })
      }
      const made = await archives.make(number, indexes[number]!, checkpoint).catch((cause: unknown) => {
        throw explainFailure(cause, segments.archives)
      })
      await archives.take(number).catch((cause: unknown) => {
        throw fail(cause)
      })
      return made
    })
  }

  /**
   * Removes the oldest segment that there is, for good. Whether that may be is the caller's to know (src/pruning.ts).
   * @throws LedgerError `segment_unfit`; `archive_damaged`, `archive_foreign`, `index_damaged`; of the disk
   */
  async prune(number: number, why: Pruning): Promise<PrunedSegment> {
    const { archives, indexes, requireWritable } = this.#parts
    return archives.inTurn(async () => {
      requireWritable()
      if (number !== archives.prunedCount) {
        throw unfit(number, {
          en: `is not the oldest that there is: that is ${archives.prunedCount}`,
          zh: `不是现存最早的分段：最早的是第 ${archives.prunedCount} 分段`,
        })
      }
      if (this.#require(number).place !== 'archive') throw unfit(number, { en: 'is not archived', zh: '尚未归档' })
      const pruned = await archives.record(number, indexes[number]!, why)
      indexes[number] = indexPruned(pruned)
      await archives.remove(number)
      return pruned
    })
  }

  #require(number: number): SegmentState {
    const state = this.list()[number]
    if (state === undefined) {
      throw unfit(number, {
        en: 'is not full yet, or was full only a moment ago: there must be a commit behind its end that a start begins from',
        zh: '尚未写满，或刚刚写满：其末尾之后须有一次可供启动时接续的提交',
      })
    }
    return state
  }

  #state(number: number): SegmentState {
    const { segments, archives, indexes } = this.#parts
    const segment = segments.get(number)
    const { minTime, maxTime } = indexes[number]!
    const pruned = archives.pruned(number)
    const archiveBytes = segment?.archive?.size
    return {
      number,
      first: number * segments.leaves,
      end: (number + 1) * segments.leaves,
      place: pruned !== undefined ? 'pruned' : archiveBytes !== undefined ? 'archive' : 'log',
      entriesBytes: segment?.entries.size ?? 0,
      sealedBytes: segment?.sealed?.size ?? 0,
      ...(archiveBytes === undefined ? {} : { archiveBytes }),
      minTime,
      maxTime,
      ...(pruned === undefined ? {} : { pruned }),
    }
  }
}

function unfit(number: number, finding: Words): LedgerError {
  return new LedgerError('segment_unfit', {
    en: `Segment ${number} ${finding.en}. (suyuan archive list shows all.)`,
    zh: `第 ${number} 分段${finding.zh}。（suyuan archive list 列出全部分段。）`,
  })
}
