// What becomes of segments: a full one gets its index, a damaged index is made again, the open segment is put down when
// the store is closed and taken up again at the next start. Each step leaves the disk in a state that a start
// understands: a name stands for a whole file, and the mark moves last.

import { join } from 'node:path'
import { LedgerError } from '../../core/error.ts'
import { coverRange, foldRight, type Hash } from '../../core/tree.ts'
import type { Words } from '../../core/words.ts'
import { foreignArchive } from '../archive/archive-head.ts'
import type { LogFiles } from '../directory.ts'
import type { BatchStates } from '../level/batch-states.ts'
import type { LevelIndex } from '../level/level.ts'
import type { LogMark } from '../log/commits.ts'
import { missingSegment, truncated } from '../log/log-end.ts'
import { NodeReader } from '../log/nodes.ts'
import { readSegment } from '../log/read-segment.ts'
import { settleAll } from '../settle.ts'
import type { WorkingParts } from '../working-parts.ts'
import { ByteCache } from './byte-cache.ts'
import { CheckedFile, damagedAgain, IndexDamaged } from './checked-file.ts'
import { ClosedSegment } from './closed-segment.ts'
import { SegmentColumns } from './columns.ts'
import { IndexFile } from './index-file.ts'
import type { IndexSubject } from './index-head.ts'
import { writeIndex } from './index-writer.ts'
import { takeUpColumns } from './open-segment.ts'

/** Of all segments together. */
const CACHE_BYTES = 32 << 20
const INDEX = 'index'
const OPEN_INDEX = 'index.open'
const OTHER_LEAVES: Words = { en: 'is of other leaves', zh: '属于另外的叶' }

export class SegmentKeeper {
  readonly #files: LogFiles
  readonly #index: LevelIndex
  readonly #states: BatchStates
  readonly #parts: WorkingParts
  readonly #onNotice: (notice: string) => void
  readonly #cache = new ByteCache(CACHE_BYTES)
  readonly nodes: NodeReader
  readonly #opened: ClosedSegment[] = []
  /** Where the commits were when the open segment was put down, in a file that is good. */
  #putDownAt: number | undefined

  constructor(
    files: LogFiles,
    index: LevelIndex,
    states: BatchStates,
    parts: WorkingParts,
    onNotice: (notice: string) => void,
  ) {
    this.#parts = parts
    this.#files = files
    this.#index = index
    this.#states = states
    this.#onNotice = onNotice
    this.nodes = new NodeReader(files.tiles, parts.hashPairs)
  }

  get #leaves(): number {
    return this.#files.segments.leaves
  }

  newColumns(number: number): SegmentColumns {
    return new SegmentColumns(number, this.#leaves, this.#parts.createDictionary())
  }

  /**
   * Ends a full segment. `mark` is the last commit of at most as many leaves as there are up to its end: from there on
   * the log is replayed afterwards.
   */
  async finish(columns: SegmentColumns, mark: LogMark): Promise<ClosedSegment> {
    const { number } = columns
    await this.#files.tiles.datasync()
    await this.#states.flush()
    await this.#write(INDEX, columns, await this.#subjectOf(columns, columns.count))
    const closed = await this.open(number)
    await this.#index.moveMark({ ...mark, segments: number + 1 })
    await this.#files.disk.remove(this.#path(number, OPEN_INDEX))
    return closed
  }

  /** Puts the open segment down as far as the commit `mark`, so that the next start need not read its entries. */
  async putDown(columns: SegmentColumns, mark: LogMark): Promise<void> {
    const count = mark.size - columns.start
    if (count <= 0 || this.#putDownAt === mark.commitEnd) return
    await this.#files.tiles.datasync()
    await this.#states.flush()
    const subject = await this.#subjectOf(columns, count)
    const { commitStart, commitEnd, entriesEnd, sealedEnd } = mark
    await this.#write(OPEN_INDEX, columns, { ...subject, commitStart, commitEnd, entriesEnd, sealedEnd })
    await this.#index.markOpen(mark)
    this.#putDownAt = commitEnd
  }

  /** Takes the open segment up again as it was put down after the commit `mark`; undefined if that cannot be done. */
  async takeUp(number: number, mark: LogMark): Promise<SegmentColumns | undefined> {
    const path = this.#path(number, OPEN_INDEX)
    if (this.#files.segments.get(number) === undefined) return undefined
    const file = await this.#files.disk.open(path)
    try {
      const index = await CheckedFile.open(file, new ByteCache(0))
      const { head } = index
      const isSame =
        head.number === number && head.commitStart === mark.commitStart && head.commitEnd === mark.commitEnd
      if (!isSame || head.count !== mark.size - number * this.#leaves) {
        throw new IndexDamaged(path, { en: 'is of another commit', zh: '属于另一次提交' })
      }
      const columns = await takeUpColumns(index, this.newColumns(number))
      if (Buffer.compare(head.root, await this.#rootOf(columns.start, mark.size)) !== 0) {
        throw new IndexDamaged(path, OTHER_LEAVES)
      }
      this.#putDownAt = mark.commitEnd
      return columns
    } catch (error) {
      if (!(error instanceof IndexDamaged)) throw error
      this.#onNotice(`${error.message}; it is left aside, and the leaves of the open segment are read again.`)
      return undefined
    } finally {
      await file.close()
    }
  }

  /** Opens the index of a full segment, or makes it again if it is damaged or not there. */
  async open(number: number): Promise<ClosedSegment> {
    const { segments } = this.#files
    if (segments.get(number) === undefined) throw missingSegment(segments, number)
    const index = await this.#openIndex(number).catch((error: unknown) => {
      if (!(error instanceof IndexDamaged)) throw error
      return this.#remake(number, error)
    })
    const closed = new ClosedSegment(index, damage => this.#remake(number, damage))
    this.#opened.push(closed)
    return closed
  }

  async close(): Promise<void> {
    await settleAll(this.#opened.map(segment => segment.close()))
  }

  async #openIndex(number: number): Promise<IndexFile> {
    const path = this.#path(number, INDEX)
    const file = await this.#files.disk.open(path)
    try {
      const index = await IndexFile.open(file, this.#leaves, this.#cache)
      const { head } = index
      const root = await this.#rootOf(number * this.#leaves, (number + 1) * this.#leaves).catch(ignoreDamagedTile)
      const isSame = root === undefined || Buffer.compare(head.root, root) === 0
      if (head.number !== number || head.count !== this.#leaves || !isSame) {
        throw new IndexDamaged(path, OTHER_LEAVES)
      }
      this.#requireLog(number, head)
      return index
    } catch (error) {
      await file.close()
      throw error
    }
  }

  /** The segment's files hold what its index tells of. */
  #requireLog(number: number, { entriesEnd, sealedEnd, root }: IndexSubject): void {
    const segment = this.#files.segments.get(number)
    const archive = segment?.archive
    if (archive !== undefined && Buffer.compare(archive.head.root, root) !== 0) throw foreignArchive(archive.path)
    const ends = [
      ['entries', segment?.entries.size ?? 0, entriesEnd],
      ['sealed', segment?.sealed?.size ?? 0, sealedEnd],
    ] as const
    for (const [name, size, end] of ends) {
      if (size >= end) continue
      const path = this.#path(number, name)
      throw truncated(path, size, { en: `its index knows ${end} bytes`, zh: `其索引所载为 ${end} 字节` })
    }
  }

  /** Makes the index of a full segment again from its entries. */
  async #remake(number: number, damage: IndexDamaged): Promise<IndexFile> {
    this.#onNotice(`${damage.message}; it is derived, and is made again from the entries.`)
    const columns = this.newColumns(number)
    await readSegment(this.#files, columns, this.#parts.readEntries)
    await this.#write(INDEX, columns, await this.#subjectOf(columns, columns.count))
    return this.#openIndex(number).catch((error: unknown) => {
      throw error instanceof IndexDamaged ? damagedAgain(error) : error
    })
  }

  async #write(name: string, columns: SegmentColumns, subject: IndexSubject): Promise<void> {
    await writeIndex(this.#files.disk, this.#path(columns.number, name), columns, subject)
    await this.#files.disk.syncDirectory(this.#files.segments.directoryOf(columns.number))
  }

  async #subjectOf(columns: SegmentColumns, count: number): Promise<IndexSubject> {
    const { number, start, minTime, maxTime } = columns
    const sealed = this.#files.segments.get(number)?.sealed
    return {
      number,
      count,
      entriesEnd: columns.endOf(count),
      sealedEnd: sealed?.size ?? 0,
      minTime,
      maxTime,
      root: await this.#rootOf(start, start + count),
      commitStart: 0,
      commitEnd: 0,
    }
  }

  /** Root of the tree of the leaves [start, end) alone: of one segment. */
  async #rootOf(start: number, end: number): Promise<Hash> {
    return foldRight(await this.nodes.read(coverRange({ start, end }), end))
  }

  #path(number: number, name: string): string {
    return join(this.#files.segments.directoryOf(number), name)
  }
}

/** A tile far back that is damaged is told to whoever needs it in a proof; a start, and every other answer, does without. */
function ignoreDamagedTile(error: unknown): undefined {
  if (!(error instanceof LedgerError) || error.code !== 'tile_damaged') throw error
}
