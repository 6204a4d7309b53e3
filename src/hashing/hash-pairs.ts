// Pairs of nodes, hashed four at a time in WebAssembly; the plain form is in core/hash.ts.

import { HASH_BYTES } from '../core/tree.ts'
import { instantiateLines } from '../lines/wasm.ts'

/** Bytes hashed in one go. */
const ROOM_BYTES = 65_536

/** H(01 ‖ left ‖ right) of each pair of neighbours, into memory that is given, or is made. */
export function createQuickHashPairs(
  module: WebAssembly.Module,
): (hashes: Uint8Array, nodes?: Uint8Array) => Uint8Array {
  const wasm = instantiateLines(module)
  const room = wasm.allocate(ROOM_BYTES)
  return (hashes, nodes = new Uint8Array(hashes.length / 2)) => {
    for (let at = 0; at < hashes.length; at += ROOM_BYTES) {
      const part = hashes.subarray(at, at + ROOM_BYTES)
      const memory = new Uint8Array(wasm.memory.buffer, room, ROOM_BYTES)
      memory.set(part)
      wasm.hashPairs(room, part.length / (2 * HASH_BYTES), room)
      nodes.set(memory.subarray(0, part.length / 2), at / 2)
    }
    return nodes
  }
}
