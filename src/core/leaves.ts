// Accepted lines as columns, in their order: what ingest makes of a chunk of lines and hands to the store. A thousand
// lines are a handful of arrays, not thousands of objects.

import { hashLeaf } from './hash.ts'
import { DIMENSIONS, type Dimension } from './question.ts'
import { type LogRecord, readTime } from './record.ts'

export interface Leaves {
  readonly count: number
  /** The entries, each behind its length in two bytes (big-endian): as the log's files and C2SP entry bundles have them. */
  readonly entries: Uint8Array
  /** Leaf hashes, 32 bytes each. */
  readonly hashes: Uint8Array
  /** The records' own times, ms since 1970. */
  readonly times: Float64Array
  /** Bytes of data given, -1 where the record does not say. */
  readonly bytes: Float64Array
  /** Rows of data given, -1 where the record does not say. */
  readonly rows: Float64Array
  /**
   * Where the value of each dimension stands in its entry, `DIMENSIONS.length` numbers a record: offset · 256 + bytes, 0
   * for none. The bytes are the value as JSON spells it, without quotes: the same value always has the same bytes.
   */
  readonly values: Uint32Array
  /** The sealed parts, encrypted, by number among these leaves, ascending. */
  readonly sealed: readonly SealedPart[]
}

export interface SealedPart {
  readonly leaf: number
  readonly bytes: Uint8Array
}

/** One accepted line, as the plain reader makes it. */
export interface PlainLeaf {
  readonly record: LogRecord
  /** Its canonical bytes. */
  readonly entry: Uint8Array
  /** Its sealed part, encrypted; there if and only if the record states its digest. */
  readonly sealed?: Uint8Array | undefined
}

/** The columns of leaves that are at hand one by one. */
export function packLeaves(leaves: readonly PlainLeaf[]): Leaves {
  const count = leaves.length
  const parts = leaves.flatMap(({ entry }) => [Buffer.of(entry.length >> 8, entry.length & 255), entry])
  const values = new Uint32Array(count * DIMENSIONS.length)
  const sealed: SealedPart[] = []
  for (const [k, leaf] of leaves.entries()) {
    for (const [d, dimension] of DIMENSIONS.entries()) values[k * DIMENSIONS.length + d] = placeOf(leaf, dimension)
    if ((leaf.record.sealed === undefined) !== (leaf.sealed === undefined)) {
      throw new Error('a record has the digest of a sealed part if and only if the part comes with it')
    }
    if (leaf.sealed !== undefined) sealed.push({ leaf: k, bytes: leaf.sealed })
  }
  return {
    count,
    entries: Buffer.concat(parts),
    hashes: Buffer.concat(leaves.map(({ entry }) => hashLeaf(entry))),
    times: Float64Array.from(leaves, ({ record }) => readTime(record.time)),
    bytes: Float64Array.from(leaves, ({ record }) => record.bytes ?? -1),
    rows: Float64Array.from(leaves, ({ record }) => record.rows ?? -1),
    values,
    sealed,
  }
}

function placeOf({ record, entry }: PlainLeaf, dimension: Dimension): number {
  const value = record[dimension]
  if (value === undefined) return 0
  const label = `"${dimension}":${typeof value === 'string' ? '"' : ''}`
  // A label cannot stand within a value: there its quotes would be escaped.
  const at = Buffer.from(entry.buffer, entry.byteOffset, entry.length).indexOf(label) + label.length
  return at * 256 + spellValue(dimension, String(value)).length
}

/** The value of a dimension as entries spell it, one character a byte: what `values` points at. */
export function spellValue(dimension: Dimension, value: string): string {
  return dimension === 'grant' ? value : Buffer.from(JSON.stringify(value).slice(1, -1)).toString('latin1')
}

/** The value that is spelled so. */
export function readSpelling(spelling: string): string {
  const text = Buffer.from(spelling, 'latin1').toString()
  return text.includes('\\') ? (JSON.parse(`"${text}"`) as string) : text
}

const LENGTH_BYTES = 2

/** Where each of the entries begins, with its length, and where the last one ends; `undefined` if they end inside one. */
export function findEntries(entries: Uint8Array, count: number): Float64Array | undefined {
  const places = new Float64Array(count + 1)
  let at = 0
  for (let k = 0; k < count; k++) {
    places[k] = at
    if (at + LENGTH_BYTES > entries.length) return undefined
    at += LENGTH_BYTES + entries[at]! * 256 + entries[at + 1]!
  }
  places[count] = at
  return at === entries.length ? places : undefined
}

/** The leaves [first, end) of these, as views; `places` are those of their entries. */
export function sliceLeaves(leaves: Leaves, places: Float64Array, first: number, end: number): Leaves {
  if (first === 0 && end === leaves.count) return leaves
  return {
    count: end - first,
    entries: leaves.entries.subarray(places[first], places[end]),
    hashes: leaves.hashes.subarray(first * 32, end * 32),
    times: leaves.times.subarray(first, end),
    bytes: leaves.bytes.subarray(first, end),
    rows: leaves.rows.subarray(first, end),
    values: leaves.values.subarray(first * DIMENSIONS.length, end * DIMENSIONS.length),
    sealed: leaves.sealed
      .filter(({ leaf }) => leaf >= first && leaf < end)
      .map(({ leaf, bytes }) => ({ leaf: leaf - first, bytes })),
  }
}

/** These leaves, in memory of their own, without those of which the numbers are told. */
export function leaveOut(leaves: Leaves, left: ReadonlySet<number>): Leaves {
  const places = findEntries(leaves.entries, leaves.count)!
  const kept: Leaves[] = []
  for (let k = 0; k < leaves.count; k++) if (!left.has(k)) kept.push(sliceLeaves(leaves, places, k, k + 1))
  const join = (column: 'times' | 'bytes' | 'rows'): Float64Array =>
    Float64Array.from(kept.flatMap(leaf => [...leaf[column]]))
  return {
    count: kept.length,
    entries: Buffer.concat(kept.map(({ entries }) => entries)),
    hashes: Buffer.concat(kept.map(({ hashes }) => hashes)),
    times: join('times'),
    bytes: join('bytes'),
    rows: join('rows'),
    values: Uint32Array.from(kept.flatMap(({ values }) => [...values])),
    sealed: kept.flatMap(({ sealed }, leaf) => sealed.map(({ bytes }) => ({ leaf, bytes }))),
  }
}

export const NO_LEAVES: Leaves = packLeaves([])
