// What a start does with the archives that it finds: each is taken up in place of its segment's own files, and what a
// crash left half done is ended.

import { mkdir } from 'node:fs/promises'
import { LedgerError } from '../../core/error.ts'
import { NodeReader } from '../log/nodes.ts'
import type { SegmentLog } from '../log/segment-files.ts'
import type { ArchiveFolder } from './archive-folder.ts'
import type { ArchiveSubject } from './archive-head.ts'
import { subtreeOf } from './archive-proof.ts'
import type { ArchivesParts } from './archives.ts'

/**
 * A segment that has an archive. If its own files are whole, too, it was not done with: they stay, and it is archived
 * again. A part that was erased in them since would come back otherwise. Nothing is removed for an archive that the
 * tiles do not know: the folder may be another ledger's.
 */
export async function takeUpArchive(folder: ArchiveFolder, parts: ArchivesParts, number: number): Promise<void> {
  const { files, onNotice } = parts
  const { segments, disk } = files
  const path = segments.archiveOf(number)
  const own = segments.get(number)
  const archive = await folder.open(number).catch((error: unknown) => {
    if (own === undefined) throw error
    onNotice(
      `${path} does not read; segment ${number} is read from its own files. Parts that are erased from now on are not erased in that file: remove it, or archive the segment, which puts a whole one in its place.`,
    )
  })
  if (archive === undefined) return
  const isOurs = await isOursByTiles(parts, archive.head)
  if (own !== undefined && (isOurs === false || isWhole(own, archive.head))) {
    await archive.close()
    if (isOurs !== true) return onNotice(`${path} is left aside; segment ${number} is read from its own files.`)
    onNotice(`${path}: was not done with when the service ended; it is removed, and made again.`)
    await disk.remove(path)
    await disk.syncDirectory(segments.archives)
    return
  }
  await segments.takeArchive(number, archive)
  if (isOurs !== false) await mkdir(segments.directoryOf(number), { recursive: true, mode: 0o700 }) // for its index
  if (own !== undefined && isOurs === true) await folder.removeOwn(number)
}

/** Is it this ledger's, by the tiles? `undefined` when they cannot tell. */
async function isOursByTiles(
  { files, work }: ArchivesParts,
  { number, count, root }: ArchiveSubject,
): Promise<boolean | undefined> {
  const size = (number + 1) * count
  if (files.tiles.leaves === 0) return undefined
  if (!files.tiles.covers(size)) return false
  // A reader for this only: what it keeps in memory of the tiles may yet turn out to be wrong, and be made again.
  const reader = new NodeReader(files.tiles, work.hashPairs)
  const [known] = (await reader.read([subtreeOf({ number, count })], size).catch(ignoreDamagedTile)) ?? []
  return known === undefined ? undefined : Buffer.compare(known, root) === 0
}

function isWhole({ entries, sealed }: SegmentLog, { entriesEnd, sealedEnd }: ArchiveSubject): boolean {
  return entries.size === entriesEnd && (sealed?.size ?? 0) === sealedEnd
}

/** Whoever needs that tile is told. */
function ignoreDamagedTile(error: unknown): undefined {
  if (!(error instanceof LedgerError) || error.code !== 'tile_damaged') throw error
}
