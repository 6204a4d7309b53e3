// A full segment's index on the disk (index-head.ts), read piece by piece: nothing of it stays in memory but what the
// cache has room for.

import { readSpelling, spellValue } from '../../core/leaves.ts'
import { DIMENSIONS, type Dimension } from '../../core/question.ts'
import type { LogFile } from '../file.ts'
import type { LeafColumns } from '../store.ts'
import type { ByteCache } from './byte-cache.ts'
import { CheckedFile, IndexDamaged } from './checked-file.ts'
import { type Fences, parseFences, textOf, whereIs } from './dictionary-file.ts'
import * as format from './index-head.ts'
import { decodeNumber, decodeNumbers, gatherNumbers } from './numbers.ts'
import { decodePostings, intersect, lowerBound } from './postings.ts'
import { BLOCK_LEAVES, type Quantity, type SealedFrame, type SegmentIndex, type Wanted } from './segment-index.ts'

const QUANTITIES: Readonly<Record<Quantity, number>> = { times: format.TIMES, bytes: format.BYTES, rows: format.ROWS }

/** Leaves no further apart than this are read together, if that is no more than `MAX_SPAN_BYTES`. */
const MAX_GAP_BYTES = 32_768
const MAX_SPAN_BYTES = 1 << 20

/** 0, 1, 2, …, for leaves that are all read. */
const BLOCK = Uint32Array.from({ length: BLOCK_LEAVES }, (_, leaf) => leaf)

/** A value as the index has it: its leaves as a list, or, of one that many have, only how many there are. */
interface Condition {
  readonly dimension: Dimension
  readonly id: number
  readonly count: number
  readonly list: { readonly place: number; readonly end: number } | undefined
}

export class IndexFile implements SegmentIndex {
  readonly start: number
  readonly #file: CheckedFile

  private constructor(file: CheckedFile, segmentLeaves: number) {
    this.#file = file
    this.start = file.head.number * segmentLeaves
  }

  /** Throws IndexDamaged. */
  static async open(file: LogFile, segmentLeaves: number, cache: ByteCache): Promise<IndexFile> {
    return new IndexFile(await CheckedFile.open(file, cache), segmentLeaves)
  }

  get head(): format.IndexHead {
    return this.#file.head
  }

  get minTime(): number {
    return this.head.minTime
  }

  get maxTime(): number {
    return this.head.maxTime
  }

  async find(dimension: Dimension, value: string): Promise<number> {
    const text = Buffer.from(spellValue(dimension, value), 'latin1')
    const fences = await this.#fences(dimension)
    const block = fences.blockOf(text)
    if (block === -1) return 0
    const { place, end } = fences.rangeOf(block)
    const within = whereIs(await this.#file.read(format.sectionOf(dimension, format.TEXTS), place, end - place), text)
    return within === -1 ? 0 : block * format.BLOCK_VALUES + within + 1
  }

  async text(dimension: Dimension, id: number): Promise<string> {
    return (await this.texts(dimension, [id]))[0]!
  }

  async texts(dimension: Dimension, ids: readonly number[]): Promise<string[]> {
    const fences = await this.#fences(dimension)
    const texts: string[] = []
    for (let k = 0; k < ids.length; ) {
      const block = blockOf(ids[k]!)
      const { place, end } = fences.rangeOf(block)
      const bytes = await this.#file.read(format.sectionOf(dimension, format.TEXTS), place, end - place)
      for (; k < ids.length && blockOf(ids[k]!) === block; k++) {
        const text = textOf(bytes, (ids[k]! - 1) % format.BLOCK_VALUES)
        if (text === undefined) throw this.#hasNo(dimension, ids[k]!)
        texts.push(readSpelling(Buffer.from(text.buffer, text.byteOffset, text.length).toString('latin1')))
      }
    }
    return texts
  }

  async *match(wanted: Wanted, below: number): AsyncGenerator<Uint32Array> {
    const conditions = await Promise.all(wanted.map(([dimension, id]) => this.#condition(dimension, id)))
    const narrowing = conditions.filter(({ count }) => count < this.head.count).sort((a, b) => a.count - b.count)
    const listed = narrowing.filter(({ list }) => list !== undefined)
    const others = narrowing.filter(({ list }) => list === undefined)
    let candidates: Uint32Array | undefined
    for (const condition of listed) {
      const leaves = await this.#list(condition)
      candidates = candidates === undefined ? leaves : intersect(candidates, leaves)
      if (candidates.length === 0) return
    }
    for (let end = candidates === undefined ? below : lowerBound(candidates, below); end > 0; ) {
      const first = candidates === undefined ? startOfBlock(end) : Math.max(0, end - BLOCK_LEAVES)
      let found: Uint32Array = candidates?.slice(first, end).reverse() ?? descend(first, end)
      for (const { dimension, id } of others) {
        const ids = await this.readIds(dimension, found)
        let count = 0
        for (let k = 0; k < ids.length; k++) if (ids[k] === id) found[count++] = found[k]!
        found = found.subarray(0, count)
      }
      if (found.length > 0) yield found
      end = first
    }
  }

  async read(quantity: Quantity, leaves: Uint32Array): Promise<Float64Array> {
    const column = new Float64Array(leaves.length)
    await this.#gather(QUANTITIES[quantity], leaves, column)
    if (quantity !== 'times') for (let k = 0; k < column.length; k++) column[k]!--
    return column
  }

  async readIds(dimension: Dimension, leaves: Uint32Array): Promise<Uint32Array> {
    const column = new Uint32Array(leaves.length)
    await this.#gather(format.sectionOf(dimension, format.IDS), leaves, column)
    return column
  }

  async readColumns(first: number, { times, ids }: LeafColumns): Promise<void> {
    await this.#readColumn(format.TIMES, first, times)
    for (const [d, column] of ids.entries()) {
      await this.#readColumn(format.sectionOf(DIMENSIONS[d]!, format.IDS), first, column)
    }
  }

  async places(first: number, count: number): Promise<Float64Array> {
    const bytes = await this.#file.read(format.PLACES, first * format.PLACE_BYTES, (count + 1) * format.PLACE_BYTES)
    return decodeNumbers(bytes, 0, count + 1, format.PLACE_BYTES)
  }

  async sealedFrame(leaf: number): Promise<SealedFrame | undefined> {
    const row = async (k: number): Promise<Uint8Array> =>
      this.#file.read(format.SEALED, k * format.SEALED_BYTES, format.SEALED_BYTES)
    let low = 0
    let high = this.head.sections[format.SEALED]!.length / format.SEALED_BYTES
    const count = high
    while (low < high) {
      const middle = (low + high) >>> 1
      if (decodeNumber(await row(middle), 0, format.SEALED_LEAF_BYTES) < leaf) low = middle + 1
      else high = middle
    }
    if (low === count) return undefined
    const bytes = await row(low)
    if (decodeNumber(bytes, 0, format.SEALED_LEAF_BYTES) !== leaf) return undefined
    const placeIn = (bytes: Uint8Array): number => decodeNumber(bytes, format.SEALED_LEAF_BYTES, format.PLACE_BYTES)
    return { start: placeIn(bytes), end: low + 1 < count ? placeIn(await row(low + 1)) : this.head.sealedEnd }
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  async #condition(dimension: Dimension, id: number): Promise<Condition> {
    const section = format.sectionOf(dimension, format.LISTS)
    const values = this.head.sections[section]!.length / format.LIST_BYTES
    if (!(id >= 1 && id <= values)) throw this.#hasNo(dimension, id)
    const rows = id === values ? 1 : 2
    const bytes = await this.#file.read(section, (id - 1) * format.LIST_BYTES, rows * format.LIST_BYTES)
    const count = decodeNumber(bytes, 0, format.LIST_COUNT_BYTES)
    const place = decodeNumber(bytes, format.LIST_COUNT_BYTES, format.LIST_PLACE_BYTES)
    const end =
      rows === 2
        ? decodeNumber(bytes, format.LIST_BYTES + format.LIST_COUNT_BYTES, format.LIST_PLACE_BYTES)
        : this.head.sections[format.sectionOf(dimension, format.POSTINGS)]!.length
    const isListed = count * format.LIST_SHARE <= this.head.count
    return { dimension, id, count, list: isListed ? { place, end } : undefined }
  }

  async #list({ dimension, count, list }: Condition): Promise<Uint32Array> {
    const { place, end } = list!
    const bytes = await this.#file.read(format.sectionOf(dimension, format.POSTINGS), place, end - place)
    return decodePostings(bytes, count)
  }

  async #fences(dimension: Dimension): Promise<Fences> {
    const { length } = this.head.sections[format.sectionOf(dimension, format.TEXTS)]!
    return this.#file.readWhole(format.sectionOf(dimension, format.FENCES), bytes => parseFences(bytes, length))
  }

  /** Fills in the numbers of the leaves from `first` on. */
  async #readColumn(section: number, first: number, column: Float64Array | Uint32Array): Promise<void> {
    const { width } = this.head.sections[section]!
    if (width === 0) return void column.fill(0)
    for (let from = 0; from < column.length; from += BLOCK_LEAVES) {
      const some = column.subarray(from, from + BLOCK_LEAVES)
      const bytes = await this.#file.read(section, (first + from) * width, some.length * width)
      gatherNumbers(bytes, 0, width, { leaves: BLOCK, from: 0, until: some.length }, some)
    }
  }

  /** Reads one number of each leaf, newest first, out of a column. */
  async #gather(section: number, leaves: Uint32Array, column: Float64Array | Uint32Array): Promise<void> {
    const { width } = this.head.sections[section]!
    if (width === 0) return
    for (let from = 0; from < leaves.length; ) {
      const until = endOfSpan(leaves, from, width)
      const last = leaves[from]!
      const first = leaves[until - 1]!
      const bytes = await this.#file.read(section, first * width, (last - first + 1) * width)
      gatherNumbers(bytes, first, width, { leaves, from, until }, column)
      from = until
    }
  }

  #hasNo(dimension: Dimension, id: number): IndexDamaged {
    return new IndexDamaged(this.#file.path, { en: `has no ${dimension} ${id}`, zh: `没有 ${dimension} ${id}` })
  }
}

/** The block of values that a number is in. */
function blockOf(id: number): number {
  return Math.floor((id - 1) / format.BLOCK_VALUES)
}

/** Where the leaves from `from` on end that are read together. */
function endOfSpan(leaves: Uint32Array, from: number, width: number): number {
  const last = leaves[from]!
  const span = (last - leaves.at(-1)! + 1) * width
  // What lies close on the whole is not looked at leaf by leaf.
  if (span <= MAX_GAP_BYTES || (span <= MAX_SPAN_BYTES && span <= 2 * (leaves.length - from) * width))
    return leaves.length
  let until = from + 1
  while (
    until < leaves.length &&
    (leaves[until - 1]! - leaves[until]!) * width <= MAX_GAP_BYTES &&
    (last - leaves[until]! + 1) * width <= MAX_SPAN_BYTES
  ) {
    until++
  }
  return until
}

function startOfBlock(end: number): number {
  return Math.floor((end - 1) / BLOCK_LEAVES) * BLOCK_LEAVES
}

/** end − 1, end − 2, … first. */
function descend(first: number, end: number): Uint32Array {
  const leaves = new Uint32Array(end - first)
  for (let k = 0; k < leaves.length; k++) leaves[k] = end - 1 - k
  return leaves
}
