// One segment of the log, checked from its entries up: each is read strictly and hashed, its sealed part is opened and
// compared with the digest in it, and the index is made anew and compared. What it cannot tell by itself is given back:
// the leaf hashes, to be folded into the tree, and where each entry ends, to be compared with the commits.

import type { AddedBlocks } from '../completeness/memory-trie.ts'
import type { EntryColumns } from '../core/entry-columns.ts'
import { LedgerError } from '../core/error.ts'
import { DIMENSIONS } from '../core/question.ts'
import { HASH_BYTES } from '../core/tree.ts'
import type { LogFile } from '../store/file.ts'
import { IndexDamaged } from '../store/index/checked-file.ts'
import { type SealedPlace, SegmentColumns } from '../store/index/columns.ts'
import type { IndexHead } from '../store/index/index-head.ts'
import { erasedByRecords } from '../store/log/erasure-records.ts'
import { type Chunk, LogReplay } from '../store/log/replay.ts'
import type { Vault } from '../vault.ts'
import { checkIndex, findDamage, type IndexCheck, openIndex } from './check-index.ts'
import { checkSealedParts } from './check-sealed.ts'
import { type Finding, Findings } from './finding.ts'
import type { SegmentTools } from './segment-tools.ts'

/** The files of a segment, as far as they are committed. */
export interface SegmentParts {
  readonly number: number
  /** Leaves of a full segment. */
  readonly capacity: number
  /** Committed leaves that it has. */
  readonly count: number
  /** Where the segment is, for messages: `log/000000`. */
  readonly name: string
  /** The archive that it is in, if it is in one. */
  readonly archive: string | undefined
  /** Undefined when it is not there. */
  readonly entries: LogFile | undefined
  readonly sealed: LogFile | undefined
  /** Its `index` or `index.open`, if there is one, and its name. */
  readonly index: LogFile | undefined
  readonly indexName: string
  /** Opens sealed parts; undefined when the keys cannot be used: then only their order is checked. */
  readonly vault: Vault | undefined
  /** Where stretches of the index end in it (stretch-ends.ts), as leaves of the log. */
  readonly ends: readonly number[]
}

export interface SegmentChecked {
  readonly number: number
  /** Hashes of the leaves from the first on, as far as the entries read. */
  readonly hashes: Uint8Array
  /** Where each of them begins in the entries, and where the last one ends. */
  readonly places: Float64Array
  /** The leaves with a sealed part, by number within the segment, and where its frame begins; and where the last one ends. */
  readonly sealedLeaves: Float64Array
  readonly sealedPlaces: Float64Array
  readonly sealedEnd: number
  /** False when frames of sealed parts do not follow each other: then nobody knows where the others are. */
  readonly isSealedWhole: boolean
  readonly sealedOpened: number
  /** Leaves whose entries are no records in canonical form. */
  readonly refused: readonly number[]
  /** Leaves whose sealed part was erased; and those that entries of this segment say were. */
  readonly erased: readonly number[]
  readonly erasures: readonly number[]
  readonly findings: readonly Finding[]
  readonly index: IndexCheck | undefined
  /** The index does not even have a head that reads. */
  readonly indexDamage: Finding['words'] | undefined
  /** What its leaves add to the index, for each stretch; undefined when not all of them read, as records. */
  readonly added: readonly AddedBlocks[] | undefined
}

/** Checks a segment. `onLeaves` is told of leaves as they are done. */
export async function checkSegment(
  parts: SegmentParts,
  tools: SegmentTools,
  onLeaves: (count: number) => void,
): Promise<SegmentChecked> {
  return new SegmentCheck(parts, tools, onLeaves).run()
}

class SegmentCheck {
  readonly #parts: SegmentParts
  readonly #onLeaves: (count: number) => void
  readonly #findings = new Findings()
  readonly #hashes: Uint8Array
  readonly #places: Float64Array
  readonly #sealed: SealedPlace[] = []
  readonly #columns: SegmentColumns
  readonly #tools: SegmentTools
  #chunk: Chunk | undefined
  #done = 0
  #isSealedWhole = true
  #opened = 0
  readonly #refused: number[] = []
  readonly #erased: number[] = []
  readonly #erasures: number[] = []
  /** Where sealed parts end, after the leaves that are done. */
  #sealedEnd = 0

  constructor(parts: SegmentParts, tools: SegmentTools, onLeaves: (count: number) => void) {
    this.#parts = parts
    this.#tools = tools
    this.#onLeaves = onLeaves
    this.#hashes = new Uint8Array(parts.count * HASH_BYTES)
    this.#places = new Float64Array(parts.count + 1)
    this.#columns = new SegmentColumns(parts.number, parts.capacity, tools.createDictionary())
  }

  async run(): Promise<SegmentChecked> {
    const { number, count, index: file, ends } = this.#parts
    this.#tools.takeRefused() // of a segment before, whose reading ended
    const head = file === undefined ? undefined : await openIndex(file)
    const isReadable = head !== undefined && !(head instanceof IndexDamaged)
    let index: IndexCheck | undefined
    const checkAt = isReadable && head.number === number && head.count <= count ? head.count : -1
    const whole = await this.#readAll(checkAt, async () => {
      index = await checkIndex(file!, head as IndexHead, this.#columns, this.#sealedEnd)
    })
    if (isReadable && index === undefined) index = await this.#checkAlone(file!, head, whole)
    const hashes = this.#hashes.subarray(0, this.#done * HASH_BYTES)
    return {
      number,
      hashes,
      places: this.#places.subarray(0, this.#done + 1),
      sealedLeaves: Float64Array.from(this.#sealed, ({ leaf }) => leaf),
      sealedPlaces: Float64Array.from(this.#sealed, ({ place }) => place),
      sealedEnd: this.#sealedEnd,
      isSealedWhole: this.#isSealedWhole,
      sealedOpened: this.#opened,
      refused: this.#refused,
      erased: this.#erased,
      erasures: this.#erasures,
      findings: this.#findings.all,
      index,
      indexDamage: head instanceof IndexDamaged ? head.finding : undefined,
      added: whole && this.#refused.length === 0 ? this.#tools.blocks.added(this.#columns, ends) : undefined,
    }
  }

  /** Where there are no columns to compare it with: its own checksums, and that it can be of this segment. */
  async #checkAlone(file: LogFile, head: IndexHead, whole: boolean): Promise<IndexCheck> {
    const { root, commitStart, commitEnd, count } = head
    const told = { root, commitStart, commitEnd, count }
    const damage = await findDamage(file)
    if (damage !== undefined) return { ...told, damage }
    const isOther = head.number !== this.#parts.number || (whole && count > this.#parts.count)
    return isOther ? { ...told, difference: { en: 'is of other leaves', zh: '属于另外的叶' } } : told
  }

  /** Reads the segment; `atCount` is called when the columns have exactly `checkAt` leaves. Resolves to whether all read. */
  async #readAll(checkAt: number, atCount: () => Promise<void>): Promise<boolean> {
    const { number, capacity, count, name, entries, sealed } = this.#parts
    const start = number * capacity
    const from = { size: start, root: new Uint8Array(0), entriesEnd: 0, sealedEnd: 0 }
    const replay = new LogReplay(this.#segments(), from, this.#tools.read, chunk => (this.#chunk = chunk))
    try {
      while (this.#done < count) {
        await replay.take(count - this.#done)
        const chunk = upTo(this.#chunk!, count - this.#done)
        await this.#take(chunk, checkAt, atCount)
        this.#onLeaves(chunk.leaves.count)
      }
      // A full segment ends with its last leaf; of an open one no more was opened than is committed.
      const ends = { entriesEnd: entries?.size ?? 0, sealedEnd: sealed?.size ?? 0 }
      replay.requireEnds({ ...from, ...ends, size: start + count })
      return true
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error
      const { code, words } = error
      this.#isSealedWhole = code !== 'sealed_damaged'
      const file = this.#parts.archive ?? `${name}/${code === 'sealed_damaged' ? 'sealed' : 'entries'}`
      this.#findings.add({ code, file, words, isDerived: false })
      return false
    }
  }

  async #take(chunk: Chunk, checkAt: number, atCount: () => Promise<void>): Promise<void> {
    const { leaves, places, sealed } = chunk
    for (const at of this.#tools.takeRefused()) this.#refused.push(chunk.first + places.indexOf(places[0]! + at))
    this.#erasures.push(...erasedByRecords(chunk))
    this.#hashes.set(leaves.hashes, this.#done * HASH_BYTES)
    this.#places.set(places, this.#done)
    const { vault, sealed: file, name, archive } = this.#parts
    if (vault !== undefined && file !== undefined && sealed.length > 0) {
      this.#erased.push(...(await checkSealedParts(vault, file, chunk, archive ?? `${name}/sealed`, this.#findings)))
      this.#opened += sealed.length
    }
    this.#sealed.push(...sealed)
    // The columns get as many leaves as the index has, to be compared with it, and only then the others.
    const wanted = Math.max(0, Math.min(leaves.count, checkAt - this.#done))
    if (wanted > 0) {
      const here = sealed.filter(({ leaf }) => leaf < this.#done + wanted)
      this.#columns.append(beginningOf(leaves, wanted), places.subarray(0, wanted + 1), here)
      this.#sealedEnd = sealed[here.length]?.place ?? chunk.sealedEnd
      if (this.#done + wanted === checkAt) await atCount()
    }
    if (wanted < leaves.count && this.#parts.ends.length > 0) {
      const there = sealed.filter(({ leaf }) => leaf >= this.#done + wanted)
      this.#columns.append(restOf(leaves, places, wanted), places.subarray(wanted), there)
    }
    this.#done += leaves.count
    this.#sealedEnd = chunk.sealedEnd
  }

  /** This segment alone, as the replay asks for segments. */
  #segments(): ConstructorParameters<typeof LogReplay>[0] {
    const { number, capacity, name, entries, sealed } = this.#parts
    return {
      leaves: capacity,
      numberOf: index => Math.floor(index / capacity),
      lastOf: size => Math.max(0, Math.ceil(size / capacity) - 1),
      get: wanted => {
        return wanted === number && entries !== undefined ? { number, directory: name, entries, sealed } : undefined
      },
      directoryOf: () => name,
      archiveOf: () => name,
    }
  }
}

/** A chunk of so many leaves at most: entries whose lengths changed may seem to be more than were committed. */
function upTo(chunk: Chunk, most: number): Chunk {
  if (chunk.leaves.count <= most) return chunk
  const leaves = beginningOf(chunk.leaves, most)
  const sealed = leaves.sealed.filter(leaf => leaf < most)
  return {
    ...chunk,
    leaves: { ...leaves, hashes: leaves.hashes.subarray(0, most * HASH_BYTES), sealed },
    places: chunk.places.subarray(0, most + 1),
    sealed: chunk.sealed.slice(0, sealed.length),
  }
}

function beginningOf(leaves: EntryColumns, count: number): EntryColumns {
  if (count === leaves.count) return leaves
  return {
    ...leaves,
    count,
    values: leaves.values.subarray(0, count * DIMENSIONS.length),
    times: leaves.times.subarray(0, count),
    bytes: leaves.bytes.subarray(0, count),
    rows: leaves.rows.subarray(0, count),
  }
}

/** All but the first so many leaves; without their hashes, which nobody asks for. */
function restOf(leaves: EntryColumns, places: Float64Array, from: number): EntryColumns {
  if (from === 0) return leaves
  return {
    ...leaves,
    count: leaves.count - from,
    entries: leaves.entries.subarray(places[from]! - places[0]!),
    values: leaves.values.subarray(from * DIMENSIONS.length),
    times: leaves.times.subarray(from),
    bytes: leaves.bytes.subarray(from),
    rows: leaves.rows.subarray(from),
  }
}
