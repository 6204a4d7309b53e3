// Old segments: into an archive, and out of the log for good. Each step leaves the disk in a state that a start
// understands: an archive gets its name when all of it is on the disk and was read back; only then its segment's own
// files go, the sealed parts first, so that entries never stand without an archive beside them or a whole segment.

import { parseCheckpoint } from '../../core/checkpoint.ts'
import { LedgerError } from '../../core/error.ts'
import { parseNote } from '../../core/note.ts'
import { proveSubtree, subtreeNodes } from '../../core/proof.ts'
import { takeTurns } from '../../turns.ts'
import type { LogFiles } from '../directory.ts'
import type { SegmentIndex } from '../index/segment-index.ts'
import type { NodeReader } from '../log/nodes.ts'
import type { Facts } from '../store.ts'
import type { WorkingParts } from '../working-parts.ts'
import { type CheckedArchive, verifyArchive } from './archive-check.ts'
import { ArchiveFolder, DRAFT_SUFFIX } from './archive-folder.ts'
import type { ArchiveSubject } from './archive-head.ts'
import { subtreeOf } from './archive-proof.ts'
import { takeUpArchive } from './archive-start.ts'
import { writeArchive } from './archive-writer.ts'
import { describeArchive } from './prunable-archive.ts'
import { type PrunedSegment, type Pruning, recallPruned, recordPruned } from './pruned.ts'

export interface ArchivesParts {
  readonly files: LogFiles
  readonly facts: Facts
  readonly nodes: NodeReader
  readonly work: WorkingParts
  readonly onNotice: (notice: string) => void
}

export class Archives {
  readonly #parts: ArchivesParts
  readonly #folder: ArchiveFolder
  readonly #pruned = new Map<number, PrunedSegment>()
  readonly #turns = takeTurns()
  #isClosing = false

  private constructor(parts: ArchivesParts) {
    this.#parts = parts
    this.#folder = new ArchiveFolder(parts.files, parts.onNotice)
  }

  /**
   * Finds the archives, and ends what a crash left half done.
   * @throws LedgerError `archive_damaged` for one that is needed and has no head
   */
  static async open(parts: ArchivesParts): Promise<Archives> {
    const archives = new Archives(parts)
    for (const pruned of await recallPruned(parts.facts)) archives.#pruned.set(pruned.segment, pruned)
    for (const number of await archives.#folder.list()) {
      if (archives.#pruned.has(number)) await archives.#removeArchive(number)
      else await takeUpArchive(archives.#folder, parts, number)
    }
    for (const number of archives.#pruned.keys()) await archives.#folder.removeFolder(number)
    return archives
  }

  /** How many segments are pruned: always the oldest. */
  get prunedCount(): number {
    let count = 0
    while (this.#pruned.has(count)) count++
    return count
  }

  pruned(number: number): PrunedSegment | undefined {
    return this.#pruned.get(number)
  }

  /**
   * One at a time: what changes the files of old segments, be it moving, pruning or erasing. A part that is erased while
   * its segment is copied would be in the copy still.
   */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.#turns(async () => {
      this.#goOn()
      return work()
    })
  }

  /**
   * Writes a full segment into an archive, reads that back from the disk, hashes every entry in it again, and gives it
   * its name. The segment's own files stay. `checkpoint` is a signed note of a tree that has the segment.
   * @throws LedgerError `archive_foreign`; `archive_damaged` when what was written is not what was read
   */
  async make(number: number, index: SegmentIndex, checkpoint: string): Promise<CheckedArchive> {
    const { files, nodes, work } = this.#parts
    const { segments, disk } = files
    const { entries, sealed } = segments.get(number)!
    const tree = parseCheckpoint(parseNote(checkpoint).text)
    const count = segments.leaves
    const subtree = subtreeOf({ number, count })
    const [root] = await nodes.read([subtree], tree.size)
    const proof = proveSubtree(subtree, tree.size, await nodes.read(subtreeNodes(subtree, tree.size), tree.size))
    const { minTime, maxTime } = index
    const sizes = { entriesEnd: entries.size, sealedEnd: sealed?.size ?? 0 }
    const subject: ArchiveSubject = { number, count, ...sizes, minTime, maxTime, root: root! }
    await this.#folder.requireOwnPlace(subject)
    const path = segments.archiveOf(number)
    const draft = path + DRAFT_SUFFIX
    await disk.remove(draft)
    const file = await disk.open(draft)
    const goOn = (): void => this.#goOn()
    try {
      const places = (first: number, leaves: number): Promise<Float64Array> => index.places(first, leaves)
      await writeArchive(file, { subject, entries, sealed, places, proof: { checkpoint, proof }, goOn })
      const checked = await verifyArchive(file, { work, readCheckpoint: () => tree, onProgress: goOn })
      await file.close()
      await disk.rename(draft, path)
      await disk.syncDirectory(segments.archives)
      return checked
    } catch (error) {
      await file.close().catch(ignore)
      await disk.remove(draft).catch(ignore)
      throw error
    }
  }

  /** The segment is its archive from now on: its own files are removed. */
  async take(number: number): Promise<void> {
    await this.#parts.files.segments.takeArchive(number, await this.#folder.open(number))
    await this.#folder.removeOwn(number)
  }

  /**
   * Puts on record that an archived segment, the oldest that there is, is pruned; `remove` then removes it.
   * @throws LedgerError `archive_damaged`, `archive_foreign`, `index_damaged`; nothing is on record then
   */
  async record(number: number, index: SegmentIndex, why: Pruning): Promise<PrunedSegment> {
    const described = await describeArchive(this.#parts, number, index, () => this.#goOn())
    const pruned = { ...why, ...described }
    await recordPruned(this.#parts.facts, pruned)
    this.#pruned.set(number, pruned)
    return pruned
  }

  /** Removes all that is left of a segment that is on record as pruned. */
  async remove(number: number): Promise<void> {
    await this.#parts.files.segments.forget(number)
    await this.#removeArchive(number)
    await this.#folder.removeFolder(number)
  }

  /** Resolves when nothing is under way; what is, is given up. */
  async close(): Promise<void> {
    this.#isClosing = true
    await this.#turns(async () => {})
  }

  #goOn(): void {
    if (!this.#isClosing) return
    throw new LedgerError('store_closed', {
      en: 'The store is closed: open it again.',
      zh: '存储已关闭：请重新打开。',
    })
  }

  #removeArchive(number: number): Promise<void> {
    return this.#folder.removePruned(number, Buffer.from(this.#pruned.get(number)!.root, 'base64'))
  }
}

function ignore(): void {}
