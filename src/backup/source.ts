// What of a ledger is copied: all that is not derived. What is derived is named; whatever else lies in the data directory,
// known or not, goes along. Without the keys only what is the ledger's own does, for anything else may be a key.

import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { tileLevelSize } from '../core/tile.ts'
import { HASH_BYTES } from '../core/tree.ts'
import { ignoreMissing } from '../missing.ts'
import type { LogMark } from '../store/log/commits.ts'
import { listFiles, NEW } from './folder.ts'
import { isKeyFile, isLedgerFile } from './ledger-files.ts'
import { type BackedUpFile, FILE_PATH } from './manifest.ts'

/** LevelDBs (the index, the postings, and locks), tiles, the segments' indexes, and what is only half written; and a backup's own names. */
const DERIVED =
  /^(lock|backup\.json|index|postings|log\/tile|chain\/lock|keys\/tokens\.lock|log\/[0-9a-f]{6}\/index(\.open)?)$|(^|\/)LOCK$|\.new$/
const SEGMENT_FILE = /^log\/([0-9a-f]{6})\/(entries|sealed)$/
const ARCHIVE_FILE = /^archive\/([0-9a-f]{6})\.archive$/
/** A file that was written so lately may be written again without its time showing it. */
const SETTLED_MS = 10_000

/** A file to copy whole, or as far as `end`. */
export interface SourceFile {
  /** Its name in the backup; and where it is now. */
  readonly path: string
  readonly from: string
  readonly end?: number
  /** Of a full segment, whose files stay as they are: when it was last written, in nanoseconds since 1970. */
  readonly modified?: string
}

/** What is copied of which ledger. */
export interface Source {
  readonly data: string
  /** The folder of the archives, in the data directory or elsewhere. */
  readonly archives: string
  readonly segmentLeaves: number
  readonly last: LogMark
  /** Segments of which only the tiles are left. */
  readonly pruned: number
  readonly keys: boolean
  /** What the snapshot has open. */
  readonly snapshot: ReadonlySet<string>
}

export interface SourceFiles {
  readonly files: readonly SourceFile[]
  /** Those that no manifest can name; and without keys, whatever is neither the ledger's own nor a key. */
  readonly leftAside: readonly string[]
}

/** All files but the derived ones and those of the snapshot, as far as its last commit. */
export async function listSource(source: Source): Promise<SourceFiles> {
  const { data, archives, keys, snapshot } = source
  const isLeftOut = (path: string): boolean => DERIVED.test(path) || snapshot.has(path) || join(data, path) === archives
  const found = (await listFiles(data, isLeftOut)).map(path => ({ path, from: join(data, path) }))
  const archived = (await listFiles(archives, path => path.endsWith(NEW)).catch(ignoreMissing)) ?? []
  found.push(...archived.map(name => ({ path: `archive/${name}`, from: join(archives, name) })))
  const isCopied = ({ path }: { readonly path: string }): boolean =>
    FILE_PATH.test(path) && (keys || isLedgerFile(path))
  const files: SourceFile[] = tilesOf(source)
  for (const file of found.filter(isCopied)) files.push(...(await take(file, source)))
  const leftAside = found.filter(file => !isCopied(file) && (keys || !isKeyFile(file.path)))
  return { files, leftAside: leftAside.map(({ from }) => from) }
}

/** The segment that a file of an old or the open segment belongs to. */
export function segmentOf(path: string): number | undefined {
  const digits = (SEGMENT_FILE.exec(path) ?? ARCHIVE_FILE.exec(path))?.[1]
  return digits === undefined ? undefined : Number.parseInt(digits, 16)
}

/** One text for each segment, which is another when one of its files is. */
export function digestsBySegment(files: Iterable<BackedUpFile>): Map<number, string> {
  const digests = new Map<number, string>()
  for (const { path, sha256 } of files) {
    const segment = segmentOf(path)
    if (segment !== undefined) digests.set(segment, `${digests.get(segment) ?? ''}${path} ${sha256}\n`)
  }
  return digests
}

async function take(file: SourceFile, { last, segmentLeaves }: Source): Promise<SourceFile[]> {
  const segment = segmentOf(file.path)
  if (segment === undefined) return [file]
  const { size, entriesEnd, sealedEnd } = last
  const lastSegment = size === 0 ? -1 : Math.floor((size - 1) / segmentLeaves)
  if (segment > lastSegment) return []
  if (segment === lastSegment && SEGMENT_FILE.test(file.path)) {
    const end = file.path.endsWith('/entries') ? entriesEnd : sealedEnd
    return end > 0 ? [{ ...file, end }] : []
  }
  const times = await stat(file.from, { bigint: true }).catch(ignoreMissing)
  if (times === undefined) return [file] // moved a moment ago: whoever copies it finds that out
  return Date.now() - Number(times.mtimeMs) < SETTLED_MS ? [file] : [{ ...file, modified: String(times.mtimeNs) }]
}

/** Tiles are derived, but not from entries that are no more. */
function tilesOf({ data, segmentLeaves, pruned }: Source): SourceFile[] {
  const files: SourceFile[] = []
  for (let level = 0; ; level++) {
    const hashes = tileLevelSize(level, pruned * segmentLeaves)
    if (hashes === 0) return files
    const path = `log/tile/${level}`
    files.push({ path, from: join(data, path), end: hashes * HASH_BYTES })
  }
}
