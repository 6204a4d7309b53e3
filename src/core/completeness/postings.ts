// A block of a sub-log: where in the log the records are that have one value, and their times, for some of them that
// follow each other.

import { decodeVarints, encodeVarint, MAX_VARINT_BYTES } from './numbers.ts'

/** One record: its leaf, and its own time in ms since 1970. */
export interface Posting {
  readonly index: number
  readonly time: number
}

/** Times are less: half of what a number holds, so that the difference of any two is one too, with its sign in its last bit. */
export const TIME_END = 2 ** 52

/** So few that whoever wants one of them need not take many. */
export const MOST_POSTINGS = 256
const MOST_BYTES = (1 + 2 * MOST_POSTINGS) * MAX_VARINT_BYTES

/**
 * As LEB128 numbers: how many there are; then each index less the one before it, the first less 0; then each time less the one
 * before it, the first less 0, where a difference d ≥ 0 is written 2d and d < 0 is −2d − 1. Times are less than 2^52.
 */
export function encodeBlock(postings: readonly Posting[]): Uint8Array {
  if (!areOrdered(postings)) throw new RangeError('not the postings of a block')
  const bytes: number[] = []
  encodeVarint(postings.length, bytes)
  let index = 0
  for (const posting of postings) {
    encodeVarint(posting.index - index, bytes)
    index = posting.index
  }
  let time = 0
  for (const posting of postings) {
    const difference = posting.time - time
    encodeVarint(difference >= 0 ? 2 * difference : -2 * difference - 1, bytes)
    time = posting.time
  }
  return Uint8Array.from(bytes)
}

/** Undefined when it is not, byte for byte, what `encodeBlock` writes. */
export function decodeBlock(bytes: Uint8Array): Posting[] | undefined {
  if (bytes.length > MOST_BYTES) return undefined
  const [count = 0, ...steps] = decodeVarints(bytes) ?? []
  if (steps.length !== 2 * count) return undefined
  const indices = sumsOf(steps.slice(0, count))
  const times = sumsOf(steps.slice(count).map(step => (step % 2 === 0 ? step / 2 : -(step + 1) / 2)))
  const postings = indices.map((index, k) => ({ index, time: times[k]! }))
  return areOrdered(postings) ? postings : undefined
}

function sumsOf(steps: readonly number[]): number[] {
  let sum = 0
  return steps.map(step => (sum += step))
}

function areOrdered(postings: readonly Posting[]): boolean {
  return (
    postings.length >= 1 &&
    postings.length <= MOST_POSTINGS &&
    postings.every(
      ({ index, time }, k) => isWhole(index) && isTime(time) && (k === 0 || index > postings[k - 1]!.index),
    )
  )
}

function isWhole(number: number): boolean {
  return Number.isSafeInteger(number) && number >= 0
}

function isTime(time: number): boolean {
  return isWhole(time) && time < TIME_END
}
