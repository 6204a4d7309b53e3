// Entries read back into columns the quick way: what a start does with everything since the last full segment.

import { type EntryColumns, makeColumns, type ReadEntries, readEntryColumns } from '../core/entry-columns.ts'
import { DIMENSIONS } from '../core/question.ts'
import { HASH_BYTES } from '../core/tree.ts'
import { MAX_LINES } from './reader.ts'
import { giveBack, hasSealed, INPUT_BYTES, Scratch } from './scratch.ts'

/** Does what `readEntryColumns` does; entries that are not of this ledger's own form are left to it, or to `readOdd`. */
export function createEntryReader(module: WebAssembly.Module, readOdd: ReadEntries = readEntryColumns): ReadEntries {
  const scratch = new Scratch(module)
  return (entries, places) => {
    const count = places.length - 1
    const columns = makeColumns(entries, count)
    const sealed: number[] = []
    for (let first = 0, end = 0; first < count; first = end) {
      end = endOfRun(places, first)
      const part = readRun(scratch, entries, places.subarray(first, end + 1), readOdd)
      columns.hashes.set(part.hashes, first * HASH_BYTES)
      columns.times.set(part.times, first)
      columns.bytes.set(part.bytes, first)
      columns.rows.set(part.rows, first)
      columns.values.set(part.values, first * DIMENSIONS.length)
      for (const k of part.sealed) sealed.push(first + k)
      giveBack(part)
    }
    return { ...columns, sealed }
  }
}

/** As many entries as are scanned in one go; there is room for any one. */
function endOfRun(places: Float64Array, first: number): number {
  let end = first + 1
  while (end < places.length - 1 && end - first < MAX_LINES && places[end + 1]! - places[first]! <= INPUT_BYTES) end++
  return end
}

function readRun(scratch: Scratch, entries: Uint8Array, places: Float64Array, readOdd: ReadEntries): EntryColumns {
  const count = places.length - 1
  const input = entries.subarray(places[0], places[count])
  scratch.memory().set(input, scratch.input)
  if (scratch.wasm.scanEntries(scratch.input, count, scratch.lines) === count) {
    const { leaves } = scratch.takeLeaves(count, count)
    // Written again from what was read, they are the same bytes, or their hashes are not those of what is on the disk.
    if (Buffer.compare(leaves.entries, input) === 0) {
      const sealed: number[] = []
      for (let k = 0; k < count; k++) if (hasSealed(scratch, k)) sealed.push(k)
      return { ...leaves, sealed }
    }
    giveBack(leaves)
  }
  return readOdd(entries, places)
}
