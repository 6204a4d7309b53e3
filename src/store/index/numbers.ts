// Columns of numbers on the disk: big-endian, all of one width, as narrow as the largest needs. Width 0 stands for a column
// of zeros, which takes no bytes at all.

import type { Numbers } from './growing-column.ts'

/** Bytes that a number up to 2^48 − 1 needs. */
export function widthOf(largest: number): number {
  let width = 0
  for (let rest = largest; rest > 0; rest = Math.floor(rest / 256)) width++
  return width
}

/** Encodes `column[first]` to `column[end - 1]`. */
export function encodeNumbers(column: Numbers, first: number, end: number, width: number): Buffer {
  const bytes = Buffer.allocUnsafe((end - first) * width)
  let at = 0
  for (let k = first; k < end; k++) {
    const value = column[k]!
    let low = value >>> 0
    let high = width > 4 ? Math.floor(value / 2 ** 32) : 0
    for (let b = width - 1; b >= 0; b--) {
      bytes[at + b] = low & 0xff
      low >>>= 8
      if (b === width - 4) {
        low = high
        high = 0
      }
    }
    at += width
  }
  return bytes
}

/** The number of `width` bytes at `at`. */
export function decodeNumber(bytes: Uint8Array, at: number, width: number): number {
  if (width === 1) return bytes[at]!
  if (width === 2) return bytes[at]! * 256 + bytes[at + 1]!
  let value = 0
  for (let k = 0; k < width; k++) value = value * 256 + bytes[at + k]!
  return value
}

/**
 * The numbers of some leaves, out of `bytes`, which begin at leaf `first`: `column[k]` becomes that of `leaves[k]`, for k
 * from `from` to `until`. A loop for each width that sums over many records read: one for all takes twice as long.
 */
export function gatherNumbers(
  bytes: Uint8Array,
  first: number,
  width: number,
  { leaves, from, until }: { readonly leaves: Uint32Array; readonly from: number; readonly until: number },
  column: Float64Array | Uint32Array,
): void {
  if (width === 1) {
    for (let k = from; k < until; k++) column[k] = bytes[leaves[k]! - first]!
  } else if (width === 2) {
    for (let k = from; k < until; k++) {
      const at = (leaves[k]! - first) * 2
      column[k] = (bytes[at]! << 8) | bytes[at + 1]!
    }
  } else if (width === 3) {
    for (let k = from; k < until; k++) {
      const at = (leaves[k]! - first) * 3
      column[k] = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!
    }
  } else if (width === 6) {
    for (let k = from; k < until; k++) {
      const at = (leaves[k]! - first) * 6
      const high = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!
      column[k] = high * 2 ** 24 + ((bytes[at + 3]! << 16) | (bytes[at + 4]! << 8) | bytes[at + 5]!)
    }
  } else {
    for (let k = from; k < until; k++) column[k] = decodeNumber(bytes, (leaves[k]! - first) * width, width)
  }
}

/** `count` numbers from `at` on. */
export function decodeNumbers(bytes: Uint8Array, at: number, count: number, width: number): Float64Array {
  const column = new Float64Array(count)
  for (let k = 0; k < count; k++) column[k] = decodeNumber(bytes, at + k * width, width)
  return column
}
