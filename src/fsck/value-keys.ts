// The keys of values in the index (core/completeness/key.ts), each hashed once by a thread: segment after segment has the
// same values.

import { indexKey } from '../core/completeness/key.ts'
import { readSpelling } from '../core/leaves.ts'
import { DIMENSIONS, type Dimension } from '../core/question.ts'
import { HASH_BYTES } from '../core/tree.ts'

/** Remembered at most of a dimension, some 150 bytes each; then they are forgotten. */
const MOST_KEPT = 65_536

export class ValueKeys {
  /** Of each value the number of its key. */
  readonly #numbers = new Map(DIMENSIONS.map(dimension => [dimension, new Map<string, number>()]))
  readonly #keys = new Map(DIMENSIONS.map(dimension => [dimension, new Uint8Array(0)]))

  /** Writes the key of a value, as entries spell it. */
  write(dimension: Dimension, spelling: string, to: Uint8Array, place: number): void {
    const numbers = this.#numbers.get(dimension)!
    const known = numbers.get(spelling)
    const keys = this.#keys.get(dimension)!
    if (known !== undefined) {
      for (let k = 0; k < HASH_BYTES; k++) to[place + k] = keys[known * HASH_BYTES + k]!
      return
    }
    const key = indexKey(dimension, readSpelling(spelling))
    to.set(key, place)
    if (numbers.size === MOST_KEPT) numbers.clear()
    const at = numbers.size * HASH_BYTES
    numbers.set(spelling, numbers.size)
    this.#roomFor(dimension, at + HASH_BYTES).set(key, at)
  }

  #roomFor(dimension: Dimension, bytes: number): Uint8Array {
    const keys = this.#keys.get(dimension)!
    if (keys.length >= bytes) return keys
    const larger = new Uint8Array(2 * bytes)
    larger.set(keys)
    this.#keys.set(dimension, larger)
    return larger
  }
}
