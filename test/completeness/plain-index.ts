// What the index of a test's log must be, derived the plain way from its records.

import { DerivedIndex, deriveEpoch } from '../../src/core/completeness/derive.ts'
import { makeRecord } from '../store/leaves.ts'

/** The root after epochs that end with so many leaves, with blocks that end where stretches do. */
export function derivedRoot(epochs: readonly number[], stretchLeaves: number): Uint8Array {
  const plain = new DerivedIndex()
  for (const [k, size] of epochs.entries()) {
    for (let start = epochs[k - 1] ?? 0; start < size; ) {
      const end = Math.min(size, (Math.floor(start / stretchLeaves) + 1) * stretchLeaves)
      const first = start
      plain.add(
        deriveEpoch(
          Array.from({ length: end - first }, (_, i) => ({ index: first + i, record: makeRecord(first + i) })),
        ),
      )
      start = end
    }
  }
  return plain.trie().root
}
