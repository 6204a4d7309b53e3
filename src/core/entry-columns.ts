// Entries read back into the columns they came from: what a start does with all that came after the last full segment.
// They were read strictly when they were accepted, and a root vouches for their bytes; so only what the columns need is
// looked at. To be stricter here than then could only make a good log unreadable.

import { hashLeaf } from './hash.ts'
import type { Leaves } from './leaves.ts'
import { DIMENSIONS } from './question.ts'
import { readTime } from './record.ts'
import { HASH_BYTES } from './tree.ts'

/** What the entries alone tell of a run of leaves. A time is NaN where an entry does not read. */
export interface EntryColumns extends Omit<Leaves, 'sealed'> {
  /** Numbers of the entries that state the digest of a sealed part, ascending. */
  readonly sealed: readonly number[]
}

/** Reads whole entries, each behind its length. There is the plain way, below, and a quick one that gives the same. */
export type ReadEntries = (entries: Uint8Array, places: Float64Array) => EntryColumns

const LENGTH_BYTES = 2
const MAX_VALUE_BYTES = 255

/** `places`: where each entry begins, and where the last one ends (`findEntries`). */
export const readEntryColumns: ReadEntries = (entries, places) => {
  const count = places.length - 1
  const sealed: number[] = []
  const columns = { ...makeColumns(entries, count), sealed }
  for (let k = 0; k < count; k++) {
    const entry = entries.subarray(places[k]! + LENGTH_BYTES, places[k + 1])
    const text = Buffer.from(entry.buffer, entry.byteOffset, entry.length).toString('latin1')
    columns.hashes.set(hashLeaf(entry), k * HASH_BYTES)
    columns.times[k] = findTime(text)
    columns.bytes[k] = findNumber(text, 'bytes')
    columns.rows[k] = findNumber(text, 'rows')
    if (findField(text, 'sealed') !== undefined) sealed.push(k)
    for (const [d, dimension] of DIMENSIONS.entries()) {
      columns.values[k * DIMENSIONS.length + d] = findValue(text, dimension)
    }
  }
  return columns
}

/** Room for the columns of `count` entries. */
export function makeColumns(entries: Uint8Array, count: number) {
  return {
    count,
    entries,
    hashes: new Uint8Array(count * HASH_BYTES),
    times: new Float64Array(count),
    bytes: new Float64Array(count),
    rows: new Float64Array(count),
    values: new Uint32Array(count * DIMENSIONS.length),
  } satisfies Omit<EntryColumns, 'sealed'>
}

interface Found {
  readonly start: number
  readonly end: number
}

function findValue(text: string, field: string): number {
  const found = findField(text, field)
  // No value that was accepted is longer; what is, comes from a damaged entry, whose hash will tell.
  if (found === undefined || found.end - found.start > MAX_VALUE_BYTES) return 0
  return found.start * 256 + found.end - found.start
}

function findTime(text: string): number {
  const found = text.startsWith('{') && text.endsWith('}') ? findField(text, 'time') : undefined
  return found === undefined ? Number.NaN : readTime(text.slice(found.start, found.end))
}

function findNumber(text: string, field: string): number {
  const found = findField(text, field)
  const value = found === undefined ? -1 : Number(text.slice(found.start, found.end))
  return Number.isSafeInteger(value) ? value : -1
}

/**
 * Where the value of a field stands, without its quotes. A quote within a text has a backslash before it, so `"name":`
 * stands in an entry only where that field does.
 */
function findField(text: string, field: string): Found | undefined {
  const label = text.indexOf(`"${field}":`)
  if (label === -1) return undefined
  const start = label + field.length + 3
  if (text[start] === '"') return { start: start + 1, end: endOfText(text, start + 1) }
  const comma = text.indexOf(',', start)
  return { start, end: comma === -1 ? text.length - 1 : comma }
}

/** The quote that ends a text: one with an even number of backslashes before it. */
function endOfText(text: string, start: number): number {
  for (let at = text.indexOf('"', start); at !== -1; at = text.indexOf('"', at + 1)) {
    let backslashes = 0
    while (text[at - 1 - backslashes] === '\\') backslashes++
    if (backslashes % 2 === 0) return at
  }
  return text.length
}
