// Nodes of sub-logs (core/completeness/sub-log.ts) as bytes among others: where millions are joined, an object for each and for
// its summary would be most of the work.

import { SUB_NODE_BYTES } from '../core/completeness/sub-log.ts'
import { SUMMARY_BYTES } from '../core/completeness/summary.ts'
import { sha256 } from '../core/hash.ts'

/** The five numbers of a summary, eight bytes each: where they are. */
const [COUNT, FIRST, LAST, EARLIEST, LATEST] = [0, 8, 16, 24, 32] as const
const LOW = 2 ** 32
const PAIR_BYTES = 2 * SUB_NODE_BYTES

/** What a parent is hashed of: nothing is done between filling and hashing it, so one serves every call. */
const pair = new Uint8Array(1 + PAIR_BYTES)
pair[0] = 1

/**
 * Puts the node over a pair of neighbours, as `joinNodes` (core/completeness/sub-log.ts), in the place of the left one.
 * @throws RangeError when the right one does not lie behind the left one
 */
export function joinPair(view: DataView, at: number): void {
  for (let k = 0; k < PAIR_BYTES; k++) pair[1 + k] = view.getUint8(at + k)
  joinSummaries(view, at, at + SUB_NODE_BYTES, at)
  const hash = sha256(pair)
  for (let k = 0; k < hash.length; k++) view.setUint8(at + SUMMARY_BYTES + k, hash[k]!)
}

/** Writes the summary over two neighbours, which may be in the place of the left one, as `combine` (core/completeness/summary.ts). */
export function joinSummaries(view: DataView, left: number, right: number, to: number): void {
  if (number(view, right + FIRST) <= number(view, left + LAST)) {
    throw new RangeError('a block does not lie behind the one before it')
  }
  put(view, to + COUNT, number(view, left + COUNT) + number(view, right + COUNT))
  put(view, to + FIRST, number(view, left + FIRST))
  put(view, to + LAST, number(view, right + LAST))
  put(view, to + EARLIEST, Math.min(number(view, left + EARLIEST), number(view, right + EARLIEST)))
  put(view, to + LATEST, Math.max(number(view, left + LATEST), number(view, right + LATEST)))
}

function number(view: DataView, at: number): number {
  return view.getUint32(at) * LOW + view.getUint32(at + 4)
}

function put(view: DataView, at: number, value: number): void {
  view.setUint32(at, Math.floor(value / LOW))
  view.setUint32(at + 4, value % LOW)
}
