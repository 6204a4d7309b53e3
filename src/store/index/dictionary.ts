// The values that the leaves of a segment have, numbered per dimension as they come: 1, 2, … 0 stands for none. A column
// of numbers is a fifth of the values themselves, and comparing numbers is what a search does.
//
// Texts are as entries spell them, one character a byte (`spellValue`). This is the plain dictionary; the quick one
// (wasm-dictionary.ts) numbers the same.

import type { Leaves } from '../../core/leaves.ts'
import { DIMENSIONS, type Dimension } from '../../core/question.ts'

export interface Dictionary {
  /**
   * The numbers of these leaves' values, new ones given where needed: `DIMENSIONS.length` columns of `count` each. Good
   * until the next call.
   */
  internAll(leaves: Pick<Leaves, 'count' | 'entries' | 'values'>): Uint32Array
  /** The number of a text; 0 when it has none. */
  find(dimension: Dimension, text: string): number
  text(dimension: Dimension, id: number): string
  /** How many texts have a number. */
  count(dimension: Dimension): number
  /** The texts as they are now, all in one piece. Every `yield` is a place to pause. */
  texts(dimension: Dimension): Generator<undefined, Texts>
}

/** Text `id` is the bytes from `ends[id - 1]` to `ends[id]`. */
export interface Texts {
  readonly bytes: Uint8Array
  readonly ends: Uint32Array
}

const LENGTH_BYTES = 2

export function createPlainDictionary(): Dictionary {
  const numbers = DIMENSIONS.map(() => new Map<string, number>())
  const texts: string[][] = DIMENSIONS.map(() => [])
  const intern = (d: number, text: string): number => {
    const known = numbers[d]!.get(text)
    if (known !== undefined) return known
    const id = texts[d]!.push(text)
    numbers[d]!.set(text, id)
    return id
  }
  const placeOf = (dimension: Dimension): number => DIMENSIONS.indexOf(dimension)

  return {
    internAll({ count, entries, values }) {
      const ids = new Uint32Array(count * DIMENSIONS.length)
      let entry = 0
      for (let k = 0; k < count; k++) {
        for (let d = 0; d < DIMENSIONS.length; d++) {
          const value = values[k * DIMENSIONS.length + d]!
          if (value === 0) continue
          const at = entry + LENGTH_BYTES + (value >>> 8)
          const { buffer, byteOffset } = entries
          // A copy, in a string of its own: a slice would keep the whole chunk in memory.
          const text = Buffer.from(buffer, byteOffset + at, value & 255).toString('latin1')
          ids[d * count + k] = intern(d, text)
        }
        entry += LENGTH_BYTES + entries[entry]! * 256 + entries[entry + 1]!
      }
      return ids
    },
    find: (dimension, text) => numbers[placeOf(dimension)]!.get(text) ?? 0,
    text: (dimension, id) => texts[placeOf(dimension)]![id - 1]!,
    count: dimension => texts[placeOf(dimension)]!.length,
    *texts(dimension) {
      const all = texts[placeOf(dimension)]!
      const ends = new Uint32Array(all.length + 1)
      for (const [k, text] of all.entries()) ends[k + 1] = ends[k]! + text.length
      yield
      return { bytes: Buffer.from(all.join(''), 'latin1'), ends }
    },
  }
}
