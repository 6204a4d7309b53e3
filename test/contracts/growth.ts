// How a tree grew, straight from the recursive definition of RFC 6962 §2.1.2: both roots and the proof between them. It
// shares no code with src/core/tree.ts and none with the contracts, which walk from the bottom up.

import { createHash } from 'node:crypto'

export interface Growth {
  readonly oldSize: bigint
  readonly newSize: bigint
  readonly oldRoot: Buffer
  readonly newRoot: Buffer
  readonly proof: readonly Buffer[]
}

/** The hash of the tree over leaves [start, end). */
export type RangeHash = (start: bigint, end: bigint) => Buffer

/** 0 < oldSize < newSize, of any magnitude: only the ranges that the proof shows are ever hashed. */
export function growth(oldSize: bigint, newSize: bigint, rangeHash: RangeHash): Growth {
  const { oldHash, newHash, proof } = grow(0n, newSize, oldSize, true, rangeHash)
  return { oldSize, newSize, oldRoot: oldHash, newRoot: newHash, proof }
}

/** `whole`: the old tree has so far always been the left part, so its root is known to the checker and left out. */
function grow(
  start: bigint,
  end: bigint,
  cut: bigint,
  whole: boolean,
  rangeHash: RangeHash,
): { oldHash: Buffer; newHash: Buffer; proof: Buffer[] } {
  if (cut === end) {
    const hash = rangeHash(start, end)
    return { oldHash: hash, newHash: hash, proof: whole ? [] : [hash] }
  }
  const middle = start + splitPoint(end - start)
  if (cut <= middle) {
    const left = grow(start, middle, cut, whole, rangeHash)
    const right = rangeHash(middle, end)
    return { oldHash: left.oldHash, newHash: node(left.newHash, right), proof: [...left.proof, right] }
  }
  const left = rangeHash(start, middle)
  const right = grow(middle, end, cut, false, rangeHash)
  return { oldHash: node(left, right.oldHash), newHash: node(left, right.newHash), proof: [...right.proof, left] }
}

/** The largest power of two below `size`. */
function splitPoint(size: bigint): bigint {
  let power = 1n
  while (power * 2n < size) power *= 2n
  return power
}

export function node(left: Buffer, right: Buffer): Buffer {
  return createHash('sha256').update(Buffer.of(1)).update(left).update(right).digest()
}

/** Real trees: leaf i holds the decimal number i. */
export function realTree(): RangeHash {
  const known = new Map<string, Buffer>()
  const hashOf: RangeHash = (start, end) => {
    const key = `${start}-${end}`
    const found = known.get(key)
    if (found) return found
    const middle = start + splitPoint(end - start)
    const hash = end - start === 1n ? leaf(start) : node(hashOf(start, middle), hashOf(middle, end))
    known.set(key, hash)
    return hash
  }
  return hashOf
}

function leaf(index: bigint): Buffer {
  return createHash('sha256').update(Buffer.of(0)).update(String(index)).digest()
}

/** Trees of any size whose subtrees' hashes are made up: to a checker they look like any others. */
export function syntheticTree(seed: string): RangeHash {
  return (start, end) => createHash('sha256').update(`${seed} ${start} ${end}`).digest()
}
