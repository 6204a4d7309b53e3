// Postings and blocks of them for property tests, the plain tree over blocks with its proofs, and bytes that were tampered with.

import fc from 'fast-check'
import { MOST_POSTINGS, type Posting } from '../../../src/core/completeness/postings.ts'
import {
  blockNode,
  parentNode,
  proveWindow,
  type SubNode,
  type SubProofPart,
} from '../../../src/core/completeness/sub-log.ts'
import type { Window } from '../../../src/core/completeness/window.ts'

/** Postings of one block, their times in any order: records may come late. */
export function anyPostings({ atLeast = 1 } = {}): fc.Arbitrary<Posting[]> {
  const step = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 2 ** 40 }))
  const time = fc.oneof(fc.nat(10_000), fc.integer({ min: 0, max: 2 ** 52 - 1 }))
  return fc.array(fc.tuple(step, time), { minLength: atLeast, maxLength: 40 }).map(pairs => {
    let index = -1
    return pairs.slice(0, MOST_POSTINGS).map(([distance, time]) => ({ index: (index += distance), time }))
  })
}

/** Blocks of a sub-log, one behind the other. */
export function anyBlocks(): fc.Arbitrary<Posting[][]> {
  const block = fc.array(fc.tuple(fc.integer({ min: 1, max: 50 }), fc.nat(1_000)), { minLength: 1, maxLength: 6 })
  return fc.array(block, { minLength: 1, maxLength: 40 }).map(blocks => {
    let index = -1
    return blocks.map((pairs, k) =>
      pairs.map(([step, late]) => ({ index: (index += step), time: 100 * k + (late % 97) })),
    )
  })
}

export function flipBit(bytes: Uint8Array, place: number): Uint8Array {
  const flipped = Uint8Array.from(bytes)
  const at = place % (8 * bytes.length)
  flipped[Math.floor(at / 8)]! ^= 1 << (at % 8)
  return flipped
}

/** The tree over blocks by the definition of RFC 6962, §2.1, word for word. */
export function nodeOf(blocks: readonly (readonly Posting[])[]): SubNode {
  if (blocks.length === 1) return blockNode(blocks[0]!)
  const k = 2 ** Math.floor(Math.log2(blocks.length - 1))
  return parentNode(nodeOf(blocks.slice(0, k)), nodeOf(blocks.slice(k)))!
}

export function proveBlocks(blocks: readonly (readonly Posting[])[], window: Window): SubProofPart[] {
  return proveWindow(
    blocks.length,
    window,
    (start, end) => nodeOf(blocks.slice(start, end)),
    block => blocks[block]!,
  )
}
