// Which leaves have a value: an ascending list of their numbers within the segment, stored as deltas in LEB128 varints. A
// segment has fewer than 2^22 leaves, so bit operators are safe here and no delta has more than four bytes.

export const MAX_VARINT_BYTES = 4

/** Writes a list into `target` from `at` on; returns where it ends. */
export function encodePostings(leaves: Uint32Array, target: Uint8Array, at: number): number {
  let to = at
  let previous = 0
  for (const leaf of leaves) {
    let delta = leaf - previous
    previous = leaf
    while (delta >= 0x80) {
      target[to++] = (delta & 0x7f) | 0x80
      delta >>>= 7
    }
    target[to++] = delta
  }
  return to
}

/** The `count` leaves of a list; fewer if the bytes end before. */
export function decodePostings(bytes: Uint8Array, count: number): Uint32Array {
  const leaves = new Uint32Array(count)
  let found = 0
  let leaf = 0
  let delta = 0
  let shift = 0
  for (const byte of bytes) {
    delta |= (byte & 0x7f) << shift
    if (byte >= 0x80) {
      shift += 7
      continue
    }
    leaf += delta
    leaves[found++] = leaf
    delta = 0
    shift = 0
  }
  return leaves.subarray(0, found)
}

/** The leaves that are in both ascending lists; the work follows the length of the shorter one, `few`. */
export function intersect(few: Uint32Array, many: Uint32Array): Uint32Array {
  const both = new Uint32Array(few.length)
  let found = 0
  let from = 0
  for (const leaf of few) {
    from = lowerBound(many, leaf, from)
    if (many[from] === leaf) both[found++] = leaf
  }
  return both.subarray(0, found)
}

/** The first position at or after `from` whose leaf is not below `wanted`: gallops, then halves. */
export function lowerBound(leaves: Uint32Array, wanted: number, from = 0): number {
  let step = 1
  let low = from
  while (low + step < leaves.length && leaves[low + step]! < wanted) {
    low += step
    step *= 2
  }
  let high = Math.min(low + step, leaves.length)
  while (low < high) {
    const middle = (low + high) >>> 1
    if (leaves[middle]! < wanted) low = middle + 1
    else high = middle
  }
  return low
}
