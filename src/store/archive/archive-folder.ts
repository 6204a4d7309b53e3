// The folder of the archives, and what is removed beside it. Whatever is removed, is removed for an archive whose root is
// the right one: by mistake, the folder may be another ledger's, too.

import { mkdir, readdir, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { LedgerError } from '../../core/error.ts'
import { ignoreMissing, namesIn } from '../../missing.ts'
import type { LogFiles } from '../directory.ts'
import { ByteCache } from '../index/byte-cache.ts'
import { ARCHIVE_SUFFIX } from '../log/segment-files.ts'
import { ArchiveFile } from './archive-file.ts'
import { type ArchiveSubject, foreignArchive } from './archive-head.ts'

/** Blocks and tables of all archives together. */
const CACHE_BYTES = 16 << 20
export const DRAFT_SUFFIX = '.new'

export class ArchiveFolder {
  readonly #files: LogFiles
  readonly #onNotice: (notice: string) => void
  readonly #cache = new ByteCache(CACHE_BYTES)

  constructor(files: LogFiles, onNotice: (notice: string) => void) {
    this.#files = files
    this.#onNotice = onNotice
  }

  /** Numbers of the archives that there are; drafts that a crash left are removed. */
  async list(): Promise<readonly number[]> {
    const { segments, disk } = this.#files
    const names = await namesIn(segments.archives)
    for (const name of names) {
      if (name.endsWith(ARCHIVE_SUFFIX + DRAFT_SUFFIX)) await disk.remove(join(segments.archives, name))
    }
    return names
      .filter(name => /^[0-9a-f]{6}\.archive$/.test(name))
      .map(name => Number.parseInt(name, 16))
      .sort((a, b) => a - b)
  }

  /** Opens a segment's archive, which must be there. Throws `archive_damaged`, `archive_foreign`. */
  async open(number: number): Promise<ArchiveFile> {
    const { segments, disk } = this.#files
    const file = await disk.open(segments.archiveOf(number))
    try {
      const archive = await ArchiveFile.open(file, this.#cache)
      if (archive.head.number !== number || archive.head.count !== segments.leaves) throw foreignArchive(file.path)
      return archive
    } catch (error) {
      await file.close()
      throw error
    }
  }

  /**
   * The place of the archive is free, or taken by what is only this segment again, or by what does not read: both give
   * way to the whole archive that gets the name. Throws `archive_foreign`.
   */
  async requireOwnPlace({ number, root }: ArchiveSubject): Promise<void> {
    const { segments, disk } = this.#files
    const made = await mkdir(segments.archives, { recursive: true, mode: 0o700 })
    if (made !== undefined) await disk.syncDirectory(dirname(made))
    if (!(await this.list()).includes(number)) return
    const archive = await this.open(number).catch((error: unknown) => {
      if (!(error instanceof LedgerError) || error.code !== 'archive_damaged') throw error
    })
    if (archive === undefined) return
    await archive.close()
    if (Buffer.compare(archive.head.root, root) !== 0) throw foreignArchive(archive.path)
  }

  /** Removes a segment's own files, now that its archive is there: first the sealed parts. */
  async removeOwn(number: number): Promise<void> {
    const { segments, disk } = this.#files
    const directory = segments.directoryOf(number)
    for (const name of ['sealed', 'entries']) {
      await disk.remove(join(directory, name))
      await disk.syncDirectory(directory)
    }
  }

  /** Removes the archive of a segment that was pruned, whose root this is. */
  async removePruned(number: number, root: Buffer): Promise<void> {
    const { segments, disk } = this.#files
    const path = segments.archiveOf(number)
    const archive = await this.open(number).catch(() => undefined)
    await archive?.close()
    if (archive === undefined || !root.equals(archive.head.root)) {
      return this.#onNotice(
        `${path} is not the archive of segment ${number}, which was pruned; it is left where it is.`,
      )
    }
    await disk.remove(path)
    await disk.syncDirectory(segments.archives)
  }

  /** Removes the folder of a segment that was pruned. */
  async removeFolder(number: number): Promise<void> {
    const { segments, disk } = this.#files
    const directory = segments.directoryOf(number)
    const names = await readdir(directory).catch(ignoreMissing)
    if (names === undefined) return
    await segments.forget(number)
    for (const name of names) await disk.remove(join(directory, name))
    await disk.syncDirectory(directory)
    await rmdir(directory)
    await disk.syncDirectory(dirname(directory))
  }
}
