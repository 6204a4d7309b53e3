// The parts of the store that have a plain and a quick form, which do the same: reading entries back, numbering values,
// hashing pairs of nodes. The plain ones are here; whoever opens a store may give it the quick ones.

import { type ReadEntries, readEntryColumns } from '../core/entry-columns.ts'
import type { HashPairs } from '../core/growth.ts'
import { hashPairs } from '../core/hash.ts'
import type { Frontier } from '../core/tree.ts'
import { createQuickHashPairs } from '../hashing/hash-pairs.ts'
import { createPlainDictionary, type Dictionary } from './index/dictionary.ts'
import { createWasmDictionary } from './index/wasm-dictionary.ts'

export interface WorkingParts {
  readonly readEntries: ReadEntries
  readonly hashPairs: HashPairs
  /** The pairs that a tree asks for when it grows by many leaves, hashed while others have a turn; here and now without it. */
  readonly hashTree?: (job: { readonly frontier: Frontier; readonly leaves: Uint8Array }) => Promise<HashPairs>
  /** A dictionary for one segment. */
  readonly createDictionary: () => Dictionary
}

export const PLAIN_PARTS: WorkingParts = {
  readEntries: readEntryColumns,
  hashPairs,
  createDictionary: createPlainDictionary,
}

/** The quick parts, out of the WebAssembly module; `readEntries` is the quick reader of entries. */
export function createQuickParts(module: WebAssembly.Module, readEntries: ReadEntries): WorkingParts {
  const hashPairs = createQuickHashPairs(module)
  return {
    readEntries,
    hashPairs: hashes => hashPairs(hashes),
    createDictionary: () => createWasmDictionary(module),
  }
}
