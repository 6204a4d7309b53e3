// A dimension's values in an index: sorted by their bytes, each behind its length in one byte, in blocks of 64. The first
// value of each block, and where the block begins, are the fences: small enough to be looked through in memory.

import { FENCE_PLACE_BYTES } from './index-head.ts'
import { decodeNumber } from './numbers.ts'

export interface Fences {
  /** The block that a text is in if it is there at all; -1 when it comes before all of them. */
  blockOf(text: Uint8Array): number
  /** Where block `block` stands among the values. */
  rangeOf(block: number): { readonly place: number; readonly end: number }
}

/** `length`: bytes of the values. */
export function parseFences(bytes: Uint8Array, length: number): Fences {
  const at: number[] = []
  for (let k = 0; k + FENCE_PLACE_BYTES < bytes.length; k += FENCE_PLACE_BYTES + 1 + bytes[k + FENCE_PLACE_BYTES]!) {
    at.push(k)
  }
  const rows = Uint32Array.from(at)
  const placeOf = (block: number): number => decodeNumber(bytes, rows[block]!, FENCE_PLACE_BYTES)
  const firstOf = (block: number): Uint8Array => textAt(bytes, rows[block]! + FENCE_PLACE_BYTES)
  return {
    blockOf(text) {
      let low = 0
      let high = rows.length
      while (low < high) {
        const middle = (low + high) >>> 1
        if (Buffer.compare(firstOf(middle), text) <= 0) low = middle + 1
        else high = middle
      }
      return low - 1
    },
    rangeOf(block) {
      if (!(block >= 0 && block < rows.length)) return { place: 0, end: 0 }
      return { place: placeOf(block), end: block + 1 < rows.length ? placeOf(block + 1) : length }
    },
  }
}

/** The number of a text within its block; -1 if it is not there. */
export function whereIs(block: Uint8Array, text: Uint8Array): number {
  let number = 0
  for (let at = 0; at < block.length; at += 1 + block[at]!, number++) {
    if (Buffer.compare(textAt(block, at), text) === 0) return number
  }
  return -1
}

/** Text number `number` of a block; undefined if the block has fewer. */
export function textOf(block: Uint8Array, number: number): Uint8Array | undefined {
  let at = 0
  for (let k = 0; k < number && at < block.length; k++) at += 1 + block[at]!
  return at < block.length ? textAt(block, at) : undefined
}

function textAt(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.subarray(at + 1, at + 1 + bytes[at]!)
}
