// The log's folders: one per segment, `log/<6 hex digits>`, with its entries and, if it has any, its sealed parts. A
// segment is an exact subtree of the tree, so it verifies by itself. What an archive holds of a segment is read like the
// files that were there before (archives.ts).

import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ArchiveFile } from '../archive/archive-file.ts'
import type { Files } from '../file.ts'
import { settleAll } from '../settle.ts'
import { MovableFile } from './movable-file.ts'

/** A segment's files; all that is committed of the leaves [number · leaves, (number + 1) · leaves). */
export interface SegmentLog {
  readonly number: number
  readonly directory: string
  readonly entries: MovableFile
  /** Not there until the first leaf with a sealed part. */
  readonly sealed: MovableFile | undefined
  /** Where both are read from, when the segment was archived. */
  readonly archive?: ArchiveFile
}

export interface SegmentOptions {
  /** The folder of the archives; `archive` in the data directory if it is nowhere else. */
  readonly archives?: string
  /** How many segments are known to be full. */
  readonly finished?: number
}

const INDEX = 'index'
export const ARCHIVE_SUFFIX = '.archive'

export class SegmentFiles {
  /** Leaves of a full segment. */
  readonly leaves: number
  /** The folder of the archives. */
  readonly archives: string
  readonly #log: string
  readonly #files: Files
  readonly #segments: (SegmentLog | undefined)[] = []

  private constructor(log: string, files: Files, leaves: number, archives: string) {
    this.#log = log
    this.#files = files
    this.leaves = leaves
    this.archives = archives
  }

  /** Opens what lies in the folders of `log`. */
  static async open(log: string, files: Files, leaves: number, options: SegmentOptions = {}): Promise<SegmentFiles> {
    const { archives = join(log, '../archive'), finished = 0 } = options
    const opened = new SegmentFiles(log, files, leaves, archives)
    try {
      for (const name of (await readdir(log)).filter(name => /^[0-9a-f]{6}$/.test(name)).sort()) {
        const directory = join(log, name)
        const number = Number.parseInt(name, 16)
        const names = await readdir(directory)
        // Those of a full segment were there, and must not be made anew: they are in an archive, or lost.
        if (!names.includes('entries') && (number < finished || names.includes(INDEX))) continue
        const segment = {
          number,
          directory,
          entries: new MovableFile(await files.open(join(directory, 'entries'))),
          sealed: undefined,
        }
        opened.#segments[number] = segment
        if (names.includes('sealed')) await opened.#openSealed(segment)
      }
      return opened
    } catch (error) {
      await opened.close()
      throw error
    }
  }

  /** The segment of leaf `index`. */
  numberOf(index: number): number {
    return Math.floor(index / this.leaves)
  }

  /** The segment that a tree of `size` leaves ends in: that of its last leaf. */
  lastOf(size: number): number {
    return size === 0 ? 0 : this.numberOf(size - 1)
  }

  get(number: number): SegmentLog | undefined {
    return this.#segments[number]
  }

  /** All that are there from `first` on. */
  from(first: number): readonly SegmentLog[] {
    return this.#segments.slice(first).filter(segment => segment !== undefined)
  }

  directoryOf(number: number): string {
    return join(this.#log, nameOf(number))
  }

  /** Where a segment's archive is, if it has one. */
  archiveOf(number: number): string {
    return join(this.archives, `${nameOf(number)}${ARCHIVE_SUFFIX}`)
  }

  /** The segment's files, made if they are not there; their names are durable before anything is committed to them. */
  async make(number: number, withSealed: boolean): Promise<SegmentLog> {
    let segment = this.#segments[number]
    if (segment === undefined) {
      const directory = this.directoryOf(number)
      await mkdir(directory, { recursive: true, mode: 0o700 })
      const entries = new MovableFile(await this.#files.open(join(directory, 'entries')))
      segment = { number, directory, entries, sealed: undefined }
      this.#segments[number] = segment
      await this.#files.syncDirectory(directory)
      await this.#files.syncDirectory(this.#log)
    }
    if (!withSealed || segment.sealed !== undefined) return segment
    const complete = await this.#openSealed(segment)
    await this.#files.syncDirectory(segment.directory)
    return complete
  }

  /** The segment is read from its archive from now on. Resolves when its own files, if they were open, are closed. */
  async takeArchive(number: number, archive: ArchiveFile): Promise<void> {
    const { entries: packed, sealed: parts } = archive
    const directory = this.directoryOf(number)
    const own = this.#segments[number]
    const entries = own?.entries ?? new MovableFile(packed)
    const sealed = parts === undefined ? undefined : (own?.sealed ?? new MovableFile(parts))
    this.#segments[number] = { number, directory, entries, sealed, archive }
    const moves: Promise<void>[] = []
    if (own !== undefined) moves.push(entries.moveTo(packed))
    // Without sealed parts, a file of them holds nothing that was committed.
    if (own?.sealed !== undefined) moves.push(parts === undefined ? own.sealed.close() : own.sealed.moveTo(parts))
    await settleAll(moves)
  }

  /** The segment is no more. */
  async forget(number: number): Promise<void> {
    const segment = this.#segments[number]
    this.#segments[number] = undefined
    await settleAll([segment?.entries.close(), segment?.sealed?.close()].filter(closing => closing !== undefined))
  }

  async close(): Promise<void> {
    const files = this.from(0).flatMap(({ entries, sealed }) => (sealed === undefined ? [entries] : [entries, sealed]))
    await settleAll(files.map(file => file.close()))
  }

  async #openSealed(segment: SegmentLog): Promise<SegmentLog> {
    const sealed = new MovableFile(await this.#files.open(join(segment.directory, 'sealed')))
    const complete = { ...segment, sealed }
    this.#segments[segment.number] = complete
    return complete
  }
}

function nameOf(number: number): string {
  return number.toString(16).padStart(6, '0')
}
