// A column of whole numbers in memory that grows at its end, and is as narrow as its numbers allow: a million leaves with
// ten columns each should take megabytes, not a hundred.

export type Numbers = Uint8Array | Uint16Array | Uint32Array | Float64Array

/** The widths in turn, each with the largest number that it holds. */
const WIDTHS = [
  [2 ** 8 - 1, Uint8Array],
  [2 ** 16 - 1, Uint16Array],
  [2 ** 32 - 1, Uint32Array],
  [Number.MAX_SAFE_INTEGER, Float64Array],
] as const

export class GrowingColumn {
  readonly #capacity: number
  #width = 0
  #numbers: Numbers = new Uint8Array(0)
  #largest = 0
  #written = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** The numbers so far, and room for more. Another array once they are wider. */
  get numbers(): Numbers {
    return this.#numbers
  }

  get largest(): number {
    return this.#largest
  }

  /** Writes numbers from place `at` on, none above `largest`. */
  set(numbers: ArrayLike<number>, at: number, largest: number): void {
    if (largest > this.#largest) this.#largest = largest
    this.#makeRoom(at + numbers.length)
    this.#numbers.set(numbers, at)
  }

  /** The same, each number plus one: for numbers from −1 on. */
  setPlusOne(numbers: ArrayLike<number>, at: number): void {
    for (let k = 0; k < numbers.length; k++) if (numbers[k]! >= this.#largest) this.#largest = numbers[k]! + 1
    this.#makeRoom(at + numbers.length)
    const column = this.#numbers
    for (let k = 0; k < numbers.length; k++) column[at + k] = numbers[k]! + 1
  }

  /** Room for all there will ever be: what is not written yet takes no memory, and nothing is copied but to be wider. */
  #makeRoom(length: number): void {
    if (length > this.#capacity) throw new RangeError(`a column of ${this.#capacity} numbers cannot hold ${length}`)
    const width = WIDTHS.findIndex(([most]) => this.#largest <= most)
    if (width !== this.#width || this.#numbers.length === 0) this.#widen(width)
    this.#written = Math.max(this.#written, length)
  }

  #widen(width: number): void {
    const wider = new WIDTHS[width]![1](this.#capacity)
    wider.set(this.#numbers.subarray(0, this.#written))
    this.#numbers = wider
    this.#width = width
  }
}
