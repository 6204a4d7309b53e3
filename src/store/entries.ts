// Reads entries back, in few reads for many leaves, and hashes every one again: what the disk gives must be what the
// tree has. A flipped bit is an error here, never an answer.

import { LedgerError } from '../core/error.ts'
import { hashLeaf } from '../core/hash.ts'
import type { Words } from '../core/words.ts'
import { RESTORE } from './commits.ts'
import type { LogFile } from './file.ts'
import { PLACE_BYTES, type Place, readPlaces } from './places.ts'
import { HASH_BYTES, type TileFiles } from './tiles.ts'

/** Leaves no further apart than this are read together. */
const MAX_GAP = 16
/** With entries of at most 64 kB, bounds one read to 16 MB. */
const MAX_RUN = 256
/** Runs read at the same time. */
const PARALLEL = 8
/** Bytes of the length before each entry. */
const LENGTH_BYTES = 2

export interface EntryFiles {
  readonly entries: LogFile
  readonly places: LogFile
  readonly tiles: TileFiles
}

/** Leaves [first, last]. */
interface Run {
  readonly first: number
  readonly last: number
}

/** The entries at `indices`, all below `size`, in the order asked for; `entriesEnd` is where the file ends for `size`. */
export async function readEntries(
  files: EntryFiles,
  indices: readonly number[],
  { size, entriesEnd }: { readonly size: number; readonly entriesEnd: number },
): Promise<Uint8Array[]> {
  for (const index of indices) {
    if (!Number.isSafeInteger(index) || index < 0 || index >= size) {
      throw new RangeError(`leaf ${index} is not in a tree of ${size} leaves`)
    }
  }
  const ascending = [...new Set(indices)].sort((a, b) => a - b)
  const found = new Map<number, Uint8Array>()
  const runs = groupRuns(ascending)
  for (let at = 0; at < runs.length; at += PARALLEL) {
    const parts = runs.slice(at, at + PARALLEL)
    await Promise.all(parts.map(run => readRun(files, run, size, entriesEnd, ascending, found)))
  }
  return indices.map(index => found.get(index)!)
}

/** The bytes of `count` entries from leaf `first` on, each after its length: an entry bundle. */
export async function readBundle(
  { entries, places }: Pick<EntryFiles, 'entries' | 'places'>,
  first: number,
  count: number,
  { size, entriesEnd }: { readonly size: number; readonly entriesEnd: number },
): Promise<Buffer> {
  const [from, to] = await Promise.all([
    readPlaces(places, first, 1),
    first + count < size ? readPlaces(places, first + count, 1) : undefined,
  ])
  const start = from[0]!.entry
  return entries.read(start, (to?.[0]!.entry ?? entriesEnd) - start)
}

function groupRuns(ascending: readonly number[]): Run[] {
  const runs: Run[] = []
  let first = -1
  let last = -1
  for (const index of ascending) {
    if (first !== -1 && index - last <= MAX_GAP && index - first < MAX_RUN) {
      last = index
      continue
    }
    if (first !== -1) runs.push({ first, last })
    first = index
    last = index
  }
  if (first !== -1) runs.push({ first, last })
  return runs
}

async function readRun(
  { entries, places, tiles }: EntryFiles,
  { first, last }: Run,
  size: number,
  entriesEnd: number,
  wanted: readonly number[],
  found: Map<number, Uint8Array>,
): Promise<void> {
  const count = last - first + 1
  const [spots, hashes] = await Promise.all([
    readPlaces(places, first, last + 1 < size ? count + 1 : count),
    tiles.read(0, first, count),
  ])
  const start = spots[0]!.entry
  const end = last + 1 < size ? spots[count]!.entry : entriesEnd
  if (end < start || end > entriesEnd)
    throw damagedEntry(entries, first, { en: 'has no place in it', zh: '在其中没有位置' })
  const bytes = await entries.read(start, end - start)
  for (let k = lowerIndex(wanted, first); k < wanted.length && wanted[k]! <= last; k++) {
    const index = wanted[k]!
    const entry = sliceEntry(bytes, spots, index - first, start, end)
    const at = (index - first) * HASH_BYTES
    if (entry === undefined || Buffer.compare(hashLeaf(entry), hashes.subarray(at, at + HASH_BYTES)) !== 0) {
      throw damagedEntry(entries, index, {
        en: 'does not hash to the leaf in log/tile/0',
        zh: '的哈希与 log/tile/0 中的叶不符',
      })
    }
    found.set(index, entry)
  }
}

function sliceEntry(bytes: Buffer, spots: readonly Place[], k: number, start: number, end: number): Buffer | undefined {
  const from = spots[k]!.entry - start
  const to = (spots[k + 1]?.entry ?? end) - start
  if (from < 0 || from + LENGTH_BYTES > to || to > bytes.length) return undefined
  return bytes.readUInt16BE(from) === to - from - LENGTH_BYTES ? bytes.subarray(from + LENGTH_BYTES, to) : undefined
}

function lowerIndex(ascending: readonly number[], first: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ascending[middle]! < first) low = middle + 1
    else high = middle
  }
  return low
}

function damagedEntry(file: LogFile, index: number, finding: Words): LedgerError {
  return new LedgerError('log_damaged', {
    en: `${file.path}: entry ${index} ${finding.en} (${PLACE_BYTES}-byte places and tiles are derived: if opening with \`rebuild\` succeeds, only they were wrong). ${RESTORE.en}`,
    zh: `${file.path}：条目 ${index} ${finding.zh}（${PLACE_BYTES} 字节的位置和数据块都是派生的：如以 \`rebuild\` 打开成功，则只是它们有误）。${RESTORE.zh}`,
  })
}
