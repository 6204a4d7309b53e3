// The index, derived again by a stranger: records become stretches, stretches grow a kept index (completeness/kept-index.ts)
// in the monitor's own folder, and at an epoch's end there is a root to compare. All of it can be made again, so whatever is
// in doubt is thrown away.

import { rm } from 'node:fs/promises'
import type { NamedStretch } from '../completeness/columns.ts'
import { KeptIndex } from '../completeness/kept-index.ts'
import { LevelDisk } from '../completeness/level-disk.ts'
import { Nodes } from '../completeness/nodes.ts'
import { stretchEnd } from '../completeness/stretches.ts'
import { indexKey } from '../core/completeness/key.ts'
import { DIMENSIONS } from '../core/question.ts'
import { type LogRecord, readTime } from '../core/record.ts'
import type { Hash } from '../core/tree.ts'

/** The records of leaves [start, end), in their order; undefined for an entry that is none. */
export type RecordsOf = (start: number, end: number) => AsyncIterable<LogRecord | undefined>

export class DerivedIndex implements AsyncDisposable {
  readonly #directory: string
  #disk: LevelDisk
  #kept: KeptIndex
  /** Made from nothing since the start, so that what it comes to is not what some disk made of it. */
  #isAnew = false

  readonly #stretchLeaves: number | undefined

  private constructor(directory: string, disk: LevelDisk, stretchLeaves: number | undefined) {
    this.#directory = directory
    this.#stretchLeaves = stretchLeaves
    this.#disk = disk
    this.#kept = KeptIndex.open(new Nodes(disk))
  }

  /** @param stretchLeaves No block has leaves from both sides of a multiple of it; part of what the index is, but in tests */
  static async open(directory: string, stretchLeaves?: number): Promise<DerivedIndex> {
    try {
      return new DerivedIndex(directory, await LevelDisk.open(directory), stretchLeaves)
    } catch {
      await rm(directory, { recursive: true, force: true })
      return new DerivedIndex(directory, await LevelDisk.open(directory), stretchLeaves)
    }
  }

  get isAnew(): boolean {
    return this.#isAnew
  }

  /** Can it go on from an epoch that ended at `from` to one that ends at `size`? What was interrupted elsewhere cannot. */
  leads(from: number, size: number): boolean {
    const { target, size: covered } = this.#kept
    if (target !== undefined) return target === size && covered >= from
    return covered === from || covered === size // the end of the one was kept, and a crash came before the state
  }

  /** Takes in the log as far as `size`, where an epoch ends; resolves to the trie's root. */
  async grow(size: number, records: RecordsOf, signal: AbortSignal): Promise<Hash> {
    const kept = this.#kept
    await kept.begin(size)
    while (kept.size < size) {
      signal.throwIfAborted()
      const end = stretchEnd(kept.size, size, this.#stretchLeaves)
      await kept.add(await readStretch(kept.size, end, records))
    }
    const { root } = await kept.pin()
    await kept.release(size)
    return root
  }

  async startAnew(): Promise<void> {
    await this.#disk[Symbol.asyncDispose]()
    await rm(this.#directory, { recursive: true, force: true })
    this.#disk = await LevelDisk.open(this.#directory)
    this.#kept = KeptIndex.open(new Nodes(this.#disk))
    this.#isAnew = true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#disk[Symbol.asyncDispose]()
  }
}

async function readStretch(start: number, end: number, records: RecordsOf): Promise<NamedStretch> {
  const times = new Float64Array(end - start)
  const ids = DIMENSIONS.map(() => new Uint32Array(end - start))
  const numbers = DIMENSIONS.map(() => new Map<string, number>())
  const keys: (Hash | undefined)[][] = DIMENSIONS.map(() => [undefined])
  let leaf = 0
  for await (const record of records(start, end)) {
    if (record !== undefined) {
      times[leaf] = readTime(record.time)
      for (const [d, dimension] of DIMENSIONS.entries()) {
        const said = record[dimension]
        if (said === undefined) continue
        const value = String(said)
        let number = numbers[d]!.get(value)
        if (number === undefined) {
          number = keys[d]!.push(indexKey(dimension, value)) - 1
          numbers[d]!.set(value, number)
        }
        ids[d]![leaf] = number
      }
    }
    leaf++
  }
  return { stretch: { start, times, ids }, keys }
}
