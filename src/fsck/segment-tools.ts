// What reads the entries of segments, strictly: made once, for one segment after the other.

import { type ReadEntries, readEntryColumns } from '../core/entry-columns.ts'
import { LedgerError } from '../core/error.ts'
import { decodeEntry } from '../core/record.ts'
import { createQuickHashEach } from '../hashing/hash-each.ts'
import { createEntryReader } from '../lines/entries.ts'
import { createQuickParts, type WorkingParts } from '../store/working-parts.ts'
import { SegmentBlocks } from './segment-blocks.ts'

export interface SegmentTools {
  readonly read: ReadEntries
  readonly createDictionary: WorkingParts['createDictionary']
  /** What the leaves of segments add to the index. */
  readonly blocks: SegmentBlocks
  /** Entries that are no records in canonical form, by where they begin in what was read; each is told once. */
  takeRefused(): readonly number[]
}

export function createSegmentTools(module: WebAssembly.Module): SegmentTools {
  let refused: number[] = []
  // What the quick reader cannot take is read as a verifier reads it, entry by entry.
  const readStrictly: ReadEntries = (entries, places) => {
    for (let k = 0; k + 1 < places.length; k++) {
      if (!isCanonical(entries.subarray(places[k]! + LENGTH_BYTES, places[k + 1]))) refused.push(places[k]!)
    }
    return readEntryColumns(entries, places)
  }
  const read = createEntryReader(module, readStrictly)
  return {
    read,
    createDictionary: createQuickParts(module, read).createDictionary,
    blocks: new SegmentBlocks(createQuickHashEach(module)),
    takeRefused() {
      const taken = refused
      refused = []
      return taken
    },
  }
}

const LENGTH_BYTES = 2

function isCanonical(entry: Uint8Array): boolean {
  try {
    decodeEntry(entry)
    return true
  } catch (error) {
    if (error instanceof LedgerError) return false
    throw error
  }
}
