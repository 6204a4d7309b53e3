// The log's folders: one per segment, `log/<6 hex digits>`, with its entries and, if it has any, its sealed parts. A
// segment is an exact subtree of the tree, so it verifies by itself.

import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Files, LogFile } from './file.ts'
import { settleAll } from './settle.ts'

/** A segment's files; all that is committed of the leaves [number · leaves, (number + 1) · leaves). */
export interface SegmentLog {
  readonly number: number
  readonly directory: string
  readonly entries: LogFile
  /** Not there until the first leaf with a sealed part. */
  readonly sealed: LogFile | undefined
}

export class SegmentFiles {
  /** Leaves of a full segment. */
  readonly leaves: number
  readonly #log: string
  readonly #files: Files
  readonly #segments: (SegmentLog | undefined)[]

  private constructor(log: string, files: Files, leaves: number, segments: (SegmentLog | undefined)[]) {
    this.#log = log
    this.#files = files
    this.leaves = leaves
    this.#segments = segments
  }

  static async open(log: string, files: Files, leaves: number): Promise<SegmentFiles> {
    const segments: (SegmentLog | undefined)[] = []
    const opened = new SegmentFiles(log, files, leaves, segments)
    try {
      for (const name of (await readdir(log)).filter(name => /^[0-9a-f]{6}$/.test(name)).sort()) {
        const directory = join(log, name)
        const number = Number.parseInt(name, 16)
        const hasSealed = (await readdir(directory)).includes('sealed')
        segments[number] = {
          number,
          directory,
          entries: await files.open(join(directory, 'entries')),
          sealed: undefined,
        }
        if (hasSealed) await opened.#openSealed(segments[number])
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
    return join(this.#log, number.toString(16).padStart(6, '0'))
  }

  /** The segment's files, made if they are not there; their names are durable before anything is committed to them. */
  async make(number: number, withSealed: boolean): Promise<SegmentLog> {
    let segment = this.#segments[number]
    if (segment === undefined) {
      const directory = this.directoryOf(number)
      await mkdir(directory, { recursive: true, mode: 0o700 })
      segment = { number, directory, entries: await this.#files.open(join(directory, 'entries')), sealed: undefined }
      this.#segments[number] = segment
      await this.#files.syncDirectory(directory)
      await this.#files.syncDirectory(this.#log)
    }
    if (!withSealed || segment.sealed !== undefined) return segment
    const complete = await this.#openSealed(segment)
    await this.#files.syncDirectory(segment.directory)
    return complete
  }

  async close(): Promise<void> {
    const files = this.from(0).flatMap(({ entries, sealed }) => (sealed === undefined ? [entries] : [entries, sealed]))
    await settleAll(files.map(file => file.close()))
  }

  async #openSealed(segment: SegmentLog): Promise<SegmentLog> {
    const complete = { ...segment, sealed: await this.#files.open(join(segment.directory, 'sealed')) }
    this.#segments[segment.number] = complete
    return complete
  }
}
