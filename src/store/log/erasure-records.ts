// The records of erasures among entries that are read one after the other: they are few, and found without decoding the
// others. Whoever finds a sealed part gone asks them whether the log tells of it (docs/erasure.md).

import { readSound } from '../../core/error.ts'
import { decodeEntry } from '../../core/record.ts'
import type { Chunk } from './replay.ts'

const LENGTH_BYTES = 2
/** An entry begins with `{"action":"`, and one action alone with an e: erase. */
const ACTION_AT = 11
const ERASURE_INITIAL = 0x65

/** The leaves whose sealed part these entries say was erased. */
export function* erasedByRecords({
  leaves: { count, entries },
  places,
}: Pick<Chunk, 'leaves' | 'places'>): Generator<number> {
  for (let k = 0; k < count; k++) {
    const start = places[k]! - places[0]! + LENGTH_BYTES
    if (entries[start + ACTION_AT] !== ERASURE_INITIAL) continue
    const entry = entries.subarray(start, places[k + 1]! - places[0]!)
    const erases = readSound(() => decodeEntry(entry).erases) // no record in canonical form tells of nothing
    if (erases !== undefined) yield erases
  }
}
