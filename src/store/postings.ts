// Which leaves have a value in a dimension: per window of the log an ascending list of offsets from its first leaf,
// stored as deltas in LEB128 varints. A window is far smaller than 2^31 leaves, so bit operators are safe here.

import type { Dimension } from '../core/question.ts'
import type { AccessRecord } from '../core/record.ts'

/** The values a record is found by; optional ones only when present. */
export function dimensionValues(record: AccessRecord): Readonly<Record<Dimension, string | undefined>> {
  const { resource, provider, consumer, actor, purpose, grant, source } = record
  return {
    resource,
    provider,
    consumer,
    actor,
    purpose,
    grant: grant === undefined ? undefined : String(grant),
    source,
  }
}

export function encodePostings(offsets: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(offsets.length * 5)
  let at = 0
  let previous = 0
  for (const offset of offsets) {
    let delta = offset - previous
    previous = offset
    while (delta >= 0x80) {
      bytes[at++] = (delta & 0x7f) | 0x80
      delta >>>= 7
    }
    bytes[at++] = delta
  }
  return bytes.subarray(0, at)
}

export function decodePostings(bytes: Uint8Array): number[] {
  const offsets: number[] = []
  let offset = 0
  let delta = 0
  let shift = 0
  for (const byte of bytes) {
    delta |= (byte & 0x7f) << shift
    if (byte >= 0x80) {
      shift += 7
      continue
    }
    offset += delta
    offsets.push(offset)
    delta = 0
    shift = 0
  }
  return offsets
}

/** The offsets that are in every one of the ascending lists; starts with the shortest, so the work follows its length. */
export function intersect(lists: readonly (readonly number[])[]): readonly number[] {
  const [shortest, ...others] = lists.toSorted((a, b) => a.length - b.length)
  return others.reduce(intersectTwo, shortest ?? [])
}

function intersectTwo(few: readonly number[], many: readonly number[]): readonly number[] {
  const both: number[] = []
  let from = 0
  for (const offset of few) {
    from = lowerBound(many, offset, from)
    if (many[from] === offset) both.push(offset)
  }
  return both
}

/** The first position at or after `from` whose offset is not below `wanted`: gallops, then halves. */
export function lowerBound(offsets: readonly number[], wanted: number, from = 0): number {
  let step = 1
  let low = from
  while (low + step < offsets.length && offsets[low + step]! < wanted) {
    low += step
    step *= 2
  }
  let high = Math.min(low + step, offsets.length)
  while (low < high) {
    const middle = (low + high) >>> 1
    if (offsets[middle]! < wanted) low = middle + 1
    else high = middle
  }
  return low
}
