// Which segment is to be checked, in a form that can be told to another thread, and its files opened there.

import { join, relative } from 'node:path'
import { ReadOnlyFile } from '../backup/read-only.ts'
import { ignoreMissing } from '../missing.ts'
import { ArchiveFile } from '../store/archive/archive-file.ts'
import { ByteCache } from '../store/index/byte-cache.ts'
import { ARCHIVE_SUFFIX } from '../store/log/segment-files.ts'
import type { Vault } from '../vault.ts'
import type { SegmentChecked, SegmentParts } from './check-segment.ts'
import { intoOneBuffer } from './reused-buffer.ts'

export interface SegmentJob {
  /** The data directory. */
  readonly data: string
  /** Where archives are. */
  readonly archives: string
  readonly number: number
  /** Leaves of a full segment. */
  readonly capacity: number
  /** Committed leaves that it has. */
  readonly count: number
  /** Where they end in its files. */
  readonly entriesEnd: number | undefined
  readonly sealedEnd: number | undefined
  /** Where stretches of the index end in it, as leaves of the log. */
  readonly ends: readonly number[]
}

export interface ThreadData {
  readonly module: WebAssembly.Module
  /** The key directory, if its keys can be used. */
  readonly keys: string | undefined
  /** The log's verifier key, if it is known: archives have checkpoints that it signed. */
  readonly logKey: string | undefined
}

/** Leaves that were done, the end of a segment, or the end of the thread's work. */
export type FromThread =
  | { readonly leaves: number }
  | { readonly checked: SegmentChecked }
  | { readonly failure: unknown; readonly told: SystemFailure }

/** What the system said of a failure: an error loses it on its way between threads. */
export type SystemFailure = Pick<NodeJS.ErrnoException, 'code' | 'errno' | 'path'>

/** Where a segment is, from the data directory on. */
export function segmentName(number: number): string {
  return `log/${number.toString(16).padStart(6, '0')}`
}

/** Opens a segment's files to read, as far as they are committed. */
export async function openSegment(job: SegmentJob, vault: Vault | undefined): Promise<SegmentParts & AsyncDisposable> {
  const { data, number, capacity, count, entriesEnd, sealedEnd, ends } = job
  await using opened = new AsyncDisposableStack()
  const name = segmentName(number)
  const indexName = count === capacity ? 'index' : 'index.open'
  const open = async (file: string, end?: number): Promise<ReadOnlyFile | undefined> => {
    const found = await ReadOnlyFile.open(join(data, name, file)).catch(ignoreMissing)
    if (found === undefined) return undefined
    opened.defer(() => found.close())
    return end === undefined || end > found.size ? found : found.upTo(end)
  }
  const own = await open('entries', entriesEnd)
  const archive = own === undefined ? await openArchive(archivePath(job), opened) : undefined
  const parts = {
    number,
    capacity,
    count,
    name,
    archive: archive === undefined ? undefined : archiveName(job),
    entries: own === undefined ? archive?.entries : intoOneBuffer(own),
    sealed: archive === undefined ? await open('sealed', sealedEnd) : archive.sealed,
    index: await open(indexName),
    indexName,
    vault,
    ends,
  }
  const kept = opened.move()
  return { ...parts, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

/** How an archive is called in messages: by its place in the data directory, if it is in there. */
export function archiveName(job: SegmentJob): string {
  return relative(job.data, archivePath(job))
}

/** The archive that a segment is in, when it has no files of its own. */
export function archivePath({ archives, number }: SegmentJob): string {
  return join(archives, `${segmentName(number).slice('log/'.length)}${ARCHIVE_SUFFIX}`)
}

async function openArchive(path: string, opened: AsyncDisposableStack): Promise<ArchiveFile | undefined> {
  const file = await ReadOnlyFile.open(path).catch(ignoreMissing)
  if (file === undefined) return undefined
  opened.defer(() => file.close())
  return ArchiveFile.open(file, new ByteCache(ARCHIVE_CACHE_BYTES))
}

const ARCHIVE_CACHE_BYTES = 8 << 20
