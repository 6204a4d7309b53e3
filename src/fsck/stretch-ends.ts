// Where blocks of the index end for all values: with each epoch, and at multiples of so many leaves. Asked for in order, as
// far as a segment goes, so that no more epochs are at hand than one segment has.

import { stretchEnd } from '../completeness/stretches.ts'
import type { Words } from '../core/words.ts'
import type { ToldEpoch } from './told-facts.ts'

export interface StretchEnd {
  readonly end: number
  /** The epoch that ends there. */
  readonly epoch: SizedEpoch | undefined
}

export interface SizedEpoch {
  /** Its fact. */
  readonly key: string
  readonly size: number
  readonly trieRoot: Uint8Array
}

export class StretchEnds {
  readonly #epochs: AsyncIterator<ToldEpoch>
  readonly #most: number
  readonly #from: number
  #at: number
  #next: SizedEpoch | undefined
  #isBegun = false
  #count = 0
  /** Why epochs that follow are not known. */
  broken: Words | undefined

  /**
   * @param most Leaves of a stretch
   * @param from How many leaves are known of: epochs that end there or before are passed over
   */
  constructor(epochs: AsyncIterator<ToldEpoch>, most: number, from = 0) {
    this.#epochs = epochs
    this.#most = most
    this.#at = from
    this.#from = from
  }

  /** The ends up to and with `end`, without those that were given before. One call at a time. */
  async upTo(end: number): Promise<StretchEnd[]> {
    if (!this.#isBegun) await this.#take()
    this.#isBegun = true
    const found: StretchEnd[] = []
    while (this.#next !== undefined) {
      const next = this.#next
      const to = stretchEnd(this.#at, next.size, this.#most)
      if (to > end) return found
      const isEpoch = to === next.size
      found.push({ end: to, epoch: isEpoch ? next : undefined })
      this.#at = to
      if (isEpoch) await this.#take()
    }
    return found
  }

  /** The next epoch; none behind one whose end nobody knows. */
  async #take(): Promise<void> {
    this.#next = undefined
    const { done, value } = await this.#epochs.next()
    if (done === true) return
    const { key, epoch } = value
    const isNext = epoch !== undefined && Number(key.slice(key.lastIndexOf('/') + 1)) === this.#count
    if (isNext && epoch.size <= this.#from) {
      this.#count++
      return this.#take()
    }
    if (isNext && epoch.size > this.#at) {
      this.#count++
      this.#next = { key, size: epoch.size, trieRoot: epoch.trieRoot }
      return
    }
    this.broken = {
      en: `where epoch ${this.#count} of the index log ends cannot be told`,
      zh: `无法得知索引日志第 ${this.#count} 期止于何处`,
    }
  }
}
