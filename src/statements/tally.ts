// The lines within one grant in a part of the log, read once, so that any number of statements can be held against them:
// running sums, and the leaf hashes. Whoever states falsely, or the same again and again, makes nobody read the log again.

import { createHash } from 'node:crypto'
import { type GrantTerms, judgeAuthority } from '../core/authority.ts'
import { hashLeaf } from '../core/hash.ts'
import { HASH_BYTES } from '../core/tree.ts'
import { type Lines, linesOf } from './lines.ts'
import type { Range } from './ranges.ts'
import type { Amounts } from './sum.ts'

/** What is asked of it lies within the part that was read. */
export interface Tally {
  /** Lines read, of a range. */
  amounts(range: Range): Amounts
  /** As a statement's content digest (docs/statements.md). Reads 32 bytes for each line of the range. */
  digest(range: Range): string
  /** Whether no line of the range has a time from `until` on. */
  isSettled(range: Range): boolean
}

/** @param until Milliseconds since 1970. */
export async function tallyLines(
  lines: Lines,
  terms: GrantTerms,
  part: Range,
  until: number,
  signal?: AbortSignal,
): Promise<Tally> {
  const indices: number[] = []
  const bytes = [0n] // of the first k lines
  const rows = [0n]
  const unsettled: number[] = []
  let hashes = Buffer.alloc(1_024 * HASH_BYTES)
  for await (const { index, entry, record } of linesOf(lines, terms.id, part, signal)) {
    if (Date.parse(record.time) >= until) unsettled.push(index)
    if (judgeAuthority(record, terms) !== 'within') continue
    const at = indices.length * HASH_BYTES
    if (at === hashes.length) hashes = Buffer.concat([hashes], 2 * at)
    hashes.set(hashLeaf(entry), at)
    bytes.push(bytes.at(-1)! + BigInt(record.bytes ?? 0))
    rows.push(rows.at(-1)! + BigInt(record.rows ?? 0))
    indices.push(index)
  }
  const placesOf = ({ first, end }: Range): readonly [number, number] => [seek(indices, first), seek(indices, end)]
  return {
    amounts(range) {
      const [from, to] = placesOf(range)
      return { accesses: to - from, bytes: bytes[to]! - bytes[from]!, rows: rows[to]! - rows[from]! }
    },
    digest(range) {
      const [from, to] = placesOf(range)
      const some = hashes.subarray(from * HASH_BYTES, to * HASH_BYTES)
      return `0x${createHash('sha256').update(some).digest('hex')}`
    },
    isSettled: ({ first, end }) => seek(unsettled, first) === seek(unsettled, end),
  }
}

/** How many of these, which ascend, come before an index. */
function seek(indices: readonly number[], index: number): number {
  let [low, high] = [0, indices.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (indices[middle]! < index) low = middle + 1
    else high = middle
  }
  return low
}
