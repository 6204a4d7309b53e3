// Many messages hashed at once, each behind one byte as in RFC 6962: four at a time in WebAssembly, or one by one.

import { hashLeaf, sha256 } from '../core/hash.ts'
import { HASH_BYTES } from '../core/tree.ts'
import { instantiateLines } from '../lines/wasm.ts'

export interface HashEach {
  /**
   * H(first ‖ message) of messages that have `bytes` bytes each, in slots one behind the other, each at the end of its slot: 32
   * bytes each, good until the next call.
   */
  equal(first: 0 | 1, slots: Uint8Array, bytes: number, slotBytes?: number): Uint8Array
  /** H(00 ‖ entry) of `count` entries, each behind its length in two bytes (big-endian); likewise. */
  framed(entries: Uint8Array, count: number): Uint8Array
}

export const PLAIN_HASH_EACH: HashEach = {
  equal(first, slots, bytes, slotBytes = bytes) {
    const input = new Uint8Array(1 + bytes)
    input[0] = first
    const hashes = new Uint8Array((slots.length / slotBytes) * HASH_BYTES)
    for (let k = 0, end = slotBytes; end <= slots.length; k++, end += slotBytes) {
      input.set(slots.subarray(end - bytes, end), 1)
      hashes.set(sha256(input), k * HASH_BYTES)
    }
    return hashes
  },
  framed(entries, count) {
    const hashes = new Uint8Array(count * HASH_BYTES)
    for (let k = 0, at = 0; k < count; k++) {
      const end = at + 2 + entries[at]! * 256 + entries[at + 1]!
      hashes.set(hashLeaf(entries.subarray(at + 2, end)), k * HASH_BYTES)
      at = end
    }
    return hashes
  },
}

export function createQuickHashEach(module: WebAssembly.Module): HashEach {
  const wasm = instantiateLines(module)
  let bytesOfRoom = 0
  let room = 0
  /** Room for the input, for the hashes, and for the order in which they are made. */
  const roomFor = (bytes: number, count: number): { hashes: number; order: number } => {
    const needed = bytes + count * (HASH_BYTES + 8)
    if (needed > bytesOfRoom) {
      bytesOfRoom = Math.max(needed, 2 * bytesOfRoom)
      room = wasm.allocate(bytesOfRoom)
    }
    const hashes = room + bytes
    return { hashes, order: hashes + count * HASH_BYTES }
  }
  const hashed = (input: Uint8Array, count: number, hash: (hashes: number, order: number) => void): Uint8Array => {
    const { hashes, order } = roomFor(input.length, count)
    const { buffer } = wasm.memory // may be another since room was made
    new Uint8Array(buffer, room, input.length).set(input)
    hash(hashes, order)
    return new Uint8Array(buffer, hashes, count * HASH_BYTES)
  }
  return {
    equal(first, slots, bytes, slotBytes = bytes) {
      const count = slots.length / slotBytes
      return hashed(slots, count, hashes => wasm.hashEach(first, room, slotBytes, bytes, count, hashes))
    },
    framed: (entries, count) => hashed(entries, count, (hashes, order) => wasm.hashLeaves(room, count, hashes, order)),
  }
}
