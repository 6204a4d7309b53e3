// Reads entries back, in few reads for many leaves, and hashes every one again: what the disk gives must be what the
// tree has. A flipped bit is an error here, never an answer.

import { LedgerError } from '../../core/error.ts'
import { hashLeaf } from '../../core/hash.ts'
import { HASH_BYTES } from '../../core/tree.ts'
import type { Words } from '../../core/words.ts'
import type { LogFile } from '../file.ts'
import type { SegmentIndex } from '../index/segment-index.ts'
import { RESTORE } from './commits.ts'
import type { SegmentFiles } from './segment-files.ts'
import { type TileFiles } from './tiles.ts'

// Each read is a way to another thread and back, which costs more than some kilobytes that nobody asked for.
/** Leaves no further apart than this are looked for together, so many at most. */
const MAX_GAP = 128
const MAX_RUN = 1_024
/** Runs looked for at the same time. */
const PARALLEL = 128
/**
 * Entries no further apart than this are read together, in one read of no more than `MAX_READ_BYTES`: of an archive that is
 * a few of the blocks that it keeps unpacked.
 */
const MAX_GAP_BYTES = 16_384
const MAX_READ_BYTES = 1 << 17
/** Bytes read at the same time. */
const PARALLEL_BYTES = 1 << 22
/** Bytes of the length before each entry. */
const LENGTH_BYTES = 2

export interface EntrySource {
  readonly segments: SegmentFiles
  readonly tiles: TileFiles
  readonly indexOf: (segment: number) => SegmentIndex
}

/** Leaves [first, last]. */
interface Run {
  readonly first: number
  readonly last: number
}

/** Where an entry is, with its length before it, and what it hashes to. */
interface Place {
  readonly index: number
  readonly file: LogFile
  readonly start: number
  readonly end: number
  readonly hash: Uint8Array
}

/** Entries that are read together, in the order they have in their file. */
type Stretch = readonly [Place, ...Place[]]

/** The entries at `indices`, all below `size`, in the order asked for. */
export async function readEntries(
  source: EntrySource,
  indices: readonly number[],
  size: number,
): Promise<Uint8Array[]> {
  for (const index of indices) {
    if (!Number.isSafeInteger(index) || index < 0 || index >= size) {
      throw new RangeError(`leaf ${index} is not in a tree of ${size} leaves`)
    }
  }
  const ascending = [...new Set(indices)].sort((a, b) => a - b)
  const found = new Map<number, Uint8Array>()
  const runs = groupRuns(ascending, source.segments)
  for (let at = 0; at < runs.length; at += PARALLEL) {
    const places = await Promise.all(runs.slice(at, at + PARALLEL).map(run => findPlaces(source, run, ascending)))
    const stretches = groupPlaces(places.flat())
    for (let first = 0, end = 0; first < stretches.length; first = end) {
      end = endOfReads(stretches, first)
      await Promise.all(stretches.slice(first, end).map(stretch => readStretch(stretch, found)))
    }
  }
  return indices.map(index => found.get(index)!)
}

/** The bytes of `count` entries from leaf `first` on, each after its length: an entry bundle, within one segment. */
export async function readBundle({ segments, indexOf }: EntrySource, first: number, count: number): Promise<Buffer> {
  const number = segments.numberOf(first)
  const places = await indexOf(number).places(first % segments.leaves, count)
  return entriesOf(segments, number).read(places[0]!, places[count]! - places[0]!)
}

function groupRuns(ascending: readonly number[], segments: SegmentFiles): Run[] {
  const runs: Run[] = []
  let first = -1
  let last = -1
  for (const index of ascending) {
    const goesOn = first !== -1 && index - last <= MAX_GAP && index - first < MAX_RUN
    if (goesOn && segments.numberOf(index) === segments.numberOf(first)) {
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

async function findPlaces(
  { segments, tiles, indexOf }: EntrySource,
  { first, last }: Run,
  wanted: readonly number[],
): Promise<Place[]> {
  const count = last - first + 1
  const number = segments.numberOf(first)
  const [places, hashes] = await Promise.all([
    indexOf(number).places(first % segments.leaves, count),
    tiles.read(0, first, count),
  ])
  const file = entriesOf(segments, number)
  const found: Place[] = []
  for (let k = lowerIndex(wanted, first); k < wanted.length && wanted[k]! <= last; k++) {
    const at = wanted[k]! - first
    const [start, end] = [places[at]!, places[at + 1]!]
    if (!(start < end && end <= file.size)) {
      throw damagedEntry(file, wanted[k]!, { en: 'has no place in it', zh: '在其中没有位置' })
    }
    found.push({ index: wanted[k]!, file, start, end, hash: hashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES) })
  }
  return found
}

function groupPlaces(places: readonly Place[]): Stretch[] {
  const stretches: [Place, ...Place[]][] = []
  for (const place of places) {
    const stretch = stretches.at(-1)
    const last = stretch?.at(-1)
    const isNear = last?.file === place.file && place.start >= last.end && place.start - last.end <= MAX_GAP_BYTES
    if (stretch !== undefined && isNear && place.end - stretch[0].start <= MAX_READ_BYTES) stretch.push(place)
    else stretches.push([place])
  }
  return stretches
}

/** How many are read at the same time, from `first` on. */
function endOfReads(stretches: readonly Stretch[], first: number): number {
  let end = first
  for (let bytes = 0; end < stretches.length; end++) {
    const stretch = stretches[end]!
    bytes += stretch.at(-1)!.end - stretch[0].start
    if (bytes > PARALLEL_BYTES && end > first) break
  }
  return end
}

async function readStretch(stretch: Stretch, found: Map<number, Uint8Array>): Promise<void> {
  const [{ file, start: from }] = stretch
  const bytes = await file.read(from, stretch.at(-1)!.end - from)
  for (const { index, start, end, hash } of stretch) {
    const entry = sliceEntry(bytes, start - from, end - from)
    if (entry === undefined || Buffer.compare(hashLeaf(entry), hash) !== 0) {
      throw damagedEntry(file, index, {
        en: 'does not hash to the leaf in log/tile/0',
        zh: '的哈希与 log/tile/0 中的叶不符',
      })
    }
    found.set(index, Buffer.from(entry)) // a copy, or each entry would keep all that was read with it
  }
}

function entriesOf(segments: SegmentFiles, number: number): LogFile {
  const segment = segments.get(number)
  if (segment === undefined) throw new Error(`segment ${number} has no folder`)
  return segment.entries
}

function sliceEntry(bytes: Buffer, from: number, to: number): Buffer | undefined {
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
    en: `${file.path}: entry ${index} ${finding.en} (index and tiles are derived: stop the service and run suyuan fsck --repair; if it then finds nothing, only they were wrong). ${RESTORE.en}`,
    zh: `${file.path}：条目 ${index} ${finding.zh}（索引和数据块都是派生的：请停止服务并运行 suyuan fsck --repair；如此后不再发现问题，则只是它们有误）。${RESTORE.zh}`,
  })
}
