// A full segment: its index on the disk, and what is done when that turns out to be damaged. It is derived, so it is made
// again from the entries while whoever asked waits, and then answers.

import type { Dimension } from '../../core/question.ts'
import { settleAll } from '../settle.ts'
import type { LeafColumns } from '../store.ts'
import { damagedAgain, IndexDamaged } from './checked-file.ts'
import type { IndexFile } from './index-file.ts'
import type { Quantity, SealedFrame, SegmentIndex, Wanted } from './segment-index.ts'

export class ClosedSegment implements SegmentIndex {
  readonly start: number
  readonly minTime: number
  readonly maxTime: number
  #index: IndexFile
  readonly #remake: (damage: IndexDamaged) => Promise<IndexFile>
  #remaking: Promise<void> | undefined
  /** Damaged ones that others may still be reading: they find out by themselves. */
  readonly #replaced: IndexFile[] = []

  constructor(index: IndexFile, remake: (damage: IndexDamaged) => Promise<IndexFile>) {
    this.#index = index
    this.#remake = remake
    this.start = index.start
    this.minTime = index.minTime
    this.maxTime = index.maxTime
  }

  find(dimension: Dimension, value: string): Promise<number> {
    return this.#ask(index => index.find(dimension, value))
  }

  text(dimension: Dimension, id: number): Promise<string> {
    return this.#ask(index => index.text(dimension, id))
  }

  texts(dimension: Dimension, ids: readonly number[]): Promise<string[]> {
    return this.#ask(index => index.texts(dimension, ids))
  }

  read(quantity: Quantity, leaves: Uint32Array): Promise<Float64Array> {
    return this.#ask(index => index.read(quantity, leaves))
  }

  readIds(dimension: Dimension, leaves: Uint32Array): Promise<Uint32Array> {
    return this.#ask(index => index.readIds(dimension, leaves))
  }

  readColumns(first: number, columns: LeafColumns): Promise<void> {
    return this.#ask(index => index.readColumns(first, columns))
  }

  places(first: number, count: number): Promise<Float64Array> {
    return this.#ask(index => index.places(first, count))
  }

  sealedFrame(leaf: number): Promise<SealedFrame | undefined> {
    return this.#ask(index => index.sealedFrame(leaf))
  }

  /** Goes on where it was when the index was found damaged: the same entries give the same numbers. */
  async *match(wanted: Wanted, below: number): AsyncGenerator<Uint32Array> {
    let end = below
    for (let attempt = 0; ; attempt++) {
      const index = this.#index
      try {
        for await (const leaves of index.match(wanted, end)) {
          end = leaves.at(-1)!
          yield leaves
        }
        return
      } catch (error) {
        if (!(error instanceof IndexDamaged)) throw error
        if (attempt > 0) throw damagedAgain(error)
        await this.#replace(index, error)
      }
    }
  }

  async close(): Promise<void> {
    await this.#remaking?.catch(() => {})
    await settleAll([this.#index, ...this.#replaced].map(index => index.close()))
  }

  async #ask<T>(question: (index: IndexFile) => Promise<T>): Promise<T> {
    const index = this.#index
    try {
      return await question(index)
    } catch (error) {
      if (!(error instanceof IndexDamaged)) throw error
      await this.#replace(index, error)
      return question(this.#index).catch((again: unknown) => {
        throw again instanceof IndexDamaged ? damagedAgain(again) : again
      })
    }
  }

  /** All that find the same damage wait for the same index to be made again. */
  async #replace(index: IndexFile, damage: IndexDamaged): Promise<void> {
    if (this.#index !== index) return
    this.#remaking ??= this.#remake(damage)
      .then(remade => {
        this.#index = remade
        this.#replaced.push(index)
      })
      .finally(() => {
        this.#remaking = undefined
      })
    await this.#remaking
  }
}
