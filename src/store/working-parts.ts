// The parts of the store that have a plain and a quick form, which do the same: reading entries back, numbering values,
// hashing pairs of nodes. The plain ones are here; whoever opens a store may give it the quick ones.

import { type ReadEntries, readEntryColumns } from '../core/entry-columns.ts'
import type { HashPairs } from '../core/growth.ts'
import { hashPairs } from '../core/hash.ts'
import type { Frontier } from '../core/tree.ts'
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

interface HashExports {
  readonly memory: WebAssembly.Memory
  allocate(bytes: number): number
  hashPairs(hashes: number, count: number, nodes: number): void
}

/** Bytes hashed in one go. */
const ROOM_BYTES = 65_536
const PAIR_BYTES = 64

/** Hashes pairs four at a time; into memory that is given, or is made. */
export function createQuickHashPairs(
  module: WebAssembly.Module,
): (hashes: Uint8Array, nodes?: Uint8Array) => Uint8Array {
  const abort = (): never => {
    throw new Error('the WebAssembly module stopped')
  }
  const wasm = new WebAssembly.Instance(module, { env: { abort } }).exports as unknown as HashExports
  const room = wasm.allocate(ROOM_BYTES)
  return (hashes, nodes = new Uint8Array(hashes.length / 2)) => {
    for (let at = 0; at < hashes.length; at += ROOM_BYTES) {
      const part = hashes.subarray(at, at + ROOM_BYTES)
      const memory = new Uint8Array(wasm.memory.buffer, room, ROOM_BYTES)
      memory.set(part)
      wasm.hashPairs(room, part.length / PAIR_BYTES, room)
      nodes.set(memory.subarray(0, part.length / 2), at / 2)
    }
    return nodes
  }
}
