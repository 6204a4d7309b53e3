// A segment's columns in memory, asked as an index.

import { setImmediate } from 'node:timers/promises'
import { readSpelling, spellValue } from '../../core/leaves.ts'
import type { SegmentColumns } from './columns.ts'
import type { Numbers } from './growing-column.ts'
import { BLOCK_LEAVES, type SegmentIndex } from './segment-index.ts'

const BLOCKS_AT_A_STRETCH = 4

/** The columns may grow on: no question here looks beyond the leaves it names. */
export function indexColumns(columns: SegmentColumns): SegmentIndex {
  return {
    start: columns.start,
    get minTime() {
      return columns.minTime
    },
    get maxTime() {
      return columns.maxTime
    },

    async find(dimension, value) {
      return columns.dictionary.find(dimension, spellValue(dimension, value))
    },

    async text(dimension, id) {
      return readSpelling(columns.dictionary.text(dimension, id))
    },

    async texts(dimension, ids) {
      return ids.map(id => readSpelling(columns.dictionary.text(dimension, id)))
    },

    async *match(wanted, below) {
      for (let end = below, blocks = 1; end > 0; blocks++) {
        const first = Math.floor((end - 1) / BLOCK_LEAVES) * BLOCK_LEAVES
        // Looked up for each block: they are other arrays once they have grown.
        const conditions = wanted.map(([dimension, id]) => [columns.idsOf(dimension).numbers, id] as const)
        const found = filterBlock(conditions, first, end)
        if (found.length > 0) yield found
        end = first
        // Nothing here waits for a disk: without a pause a million leaves would hold up everybody else.
        if (blocks % BLOCKS_AT_A_STRETCH === 0) await setImmediate()
      }
    },

    async read(quantity, leaves) {
      const column = columns[quantity].numbers
      const found = new Float64Array(leaves.length)
      const less = quantity === 'times' ? 0 : 1
      for (let k = 0; k < leaves.length; k++) found[k] = column[leaves[k]!]! - less
      return found
    },

    async readIds(dimension, leaves) {
      const column = columns.idsOf(dimension).numbers
      const found = new Uint32Array(leaves.length)
      for (let k = 0; k < leaves.length; k++) found[k] = column[leaves[k]!]!
      return found
    },

    async readColumns(first, { times, ids }) {
      times.set(columns.times.numbers.subarray(first, first + times.length))
      for (const [d, column] of ids.entries()) {
        column.set(columns.ids[d]!.numbers.subarray(first, first + column.length))
      }
    },

    async places(first, count) {
      return Float64Array.from(columns.places.numbers.subarray(first, first + count + 1))
    },

    async sealedFrame(leaf) {
      return columns.sealedFrame(leaf)
    },
  }
}

function filterBlock(conditions: readonly (readonly [Numbers, number])[], first: number, end: number): Uint32Array {
  let found = new Uint32Array(end - first)
  for (let k = 0; k < found.length; k++) found[k] = end - 1 - k
  for (const [column, id] of conditions) {
    let count = 0
    for (let k = 0; k < found.length; k++) {
      const leaf = found[k]!
      if (column[leaf] === id) found[count++] = leaf
    }
    found = found.subarray(0, count)
  }
  return found
}
