// From batches to the bytes that one commit adds to the data files: pure, so that one write per file does it.

import { readTime } from '../core/record.ts'
import { MAX_ENTRY_BYTES } from '../core/tile.ts'
import type { LogEnd } from './commits.ts'
import type { Place } from './places.ts'
import { sealedFrameBytes, writeSealedFrame } from './sealed.ts'
import type { BatchState, NewBatch, NewLeaf } from './store.ts'

const LENGTH_BYTES = 2
/** The largest time that a place holds. */
const MAX_TIME = 2 ** 48 - 1

export interface PlacedLeaf {
  readonly leaf: NewLeaf
  readonly place: Place
}

export interface PackedBatches {
  readonly entries: Buffer
  readonly sealed: Buffer
  readonly leaves: readonly PlacedLeaf[]
  /** Index of each batch's first leaf. */
  readonly firstIndices: readonly number[]
  /** States with the ranges that their batches now have. */
  readonly states: readonly BatchState[]
}

/** Packs batches to go behind `end`. Throws plainly for what the caller must have ruled out. */
export function packBatches(batches: readonly NewBatch[], end: LogEnd): PackedBatches {
  const { entries, sealed } = allocate(batches)
  const leaves: PlacedLeaf[] = []
  const firstIndices: number[] = []
  const states: BatchState[] = []
  let entryAt = 0
  let sealedAt = 0
  for (const { leaves: added, state } of batches) {
    const firstIndex = end.size + leaves.length
    firstIndices.push(firstIndex)
    for (const leaf of added) {
      const time = readTime(leaf.record.time)
      if (!(time >= 0 && time <= MAX_TIME)) throw new RangeError(`a record of time ${leaf.record.time} has no place`)
      if ((leaf.record.sealed === undefined) !== (leaf.sealed === undefined)) {
        throw new Error('a record has the digest of a sealed part if and only if the part comes with it')
      }
      const at = leaf.sealed === undefined ? undefined : end.sealedEnd + sealedAt
      if (leaf.sealed !== undefined) {
        sealedAt = writeSealedFrame(sealed, sealedAt, end.size + leaves.length, leaf.sealed)
      }
      leaves.push({ leaf, place: { entry: end.entriesEnd + entryAt, time, sealed: at } })
      entries.writeUInt16BE(leaf.entry.length, entryAt)
      entries.set(leaf.entry, entryAt + LENGTH_BYTES)
      entryAt += LENGTH_BYTES + leaf.entry.length
    }
    if (state !== undefined) states.push(withRange(state, firstIndex, added.length))
  }
  if (new Set(states.map(({ key }) => key)).size !== states.length) {
    throw new Error('two batches of one key in one append: the second cannot know the ranges of the first')
  }
  return { entries, sealed, leaves, firstIndices, states }
}

function allocate(batches: readonly NewBatch[]): { entries: Buffer; sealed: Buffer } {
  let entries = 0
  let sealed = 0
  for (const { leaves } of batches) {
    for (const leaf of leaves) {
      if (leaf.entry.length > MAX_ENTRY_BYTES)
        throw new RangeError(`an entry of ${leaf.entry.length} bytes is too long`)
      entries += LENGTH_BYTES + leaf.entry.length
      if (leaf.sealed !== undefined) sealed += sealedFrameBytes(leaf.sealed)
    }
  }
  return { entries: Buffer.allocUnsafe(entries), sealed: Buffer.allocUnsafe(sealed) }
}

/** Adds the run of leaves just given to a batch; a run that goes on from the last one makes it longer. */
function withRange(state: BatchState, firstIndex: number, count: number): BatchState {
  // Copies: what the caller passed in may grow, what is remembered must not.
  const ranges = state.ranges.map(range => ({ ...range }))
  const last = ranges.at(-1)
  if (last !== undefined && last.firstIndex + last.count === firstIndex) {
    ranges[ranges.length - 1] = { firstIndex: last.firstIndex, count: last.count + count }
  } else if (count > 0) {
    ranges.push({ firstIndex, count })
  }
  return { ...state, ranges, refused: [...state.refused] }
}
