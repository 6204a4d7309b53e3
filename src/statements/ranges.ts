// Ranges of the log that were stated, and what lies between them. Each range is half open, of indices.

export interface Range {
  readonly first: number
  /** First index after the last. */
  readonly end: number
}

/** Ranges in the order of the log, none of which meets another. */
export type Cover = readonly Range[]

/** Adds one more range to the cover, in place: there may be many. What touches becomes one. */
export function cover(known: Range[], { first, end }: Range): void {
  if (first >= end) return
  const from = seek(known, first)
  let to = from
  while (to < known.length && known[to]!.first <= end) to++
  const touching = known.slice(from, to)
  known.splice(from, to - from, {
    first: Math.min(first, touching[0]?.first ?? first),
    end: Math.max(end, touching.at(-1)?.end ?? end),
  })
}

/** Whether an index of the range is covered. */
export function isCovered(known: Cover, { first, end }: Range): boolean {
  const one = known[seek(known, first + 1)]
  return first < end && one !== undefined && one.first < end
}

/** Place of the first range that ends at this index or after it. */
function seek(known: Cover, index: number): number {
  let [low, high] = [0, known.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (known[middle]!.end < index) low = middle + 1
    else high = middle
  }
  return low
}

/** What of a range the cover leaves open, in the order of the log. */
export function openIn(known: Cover, { first, end }: Range): Cover {
  const open: Range[] = []
  let at = first
  for (const one of known) {
    if (one.first > at) open.push({ first: at, end: Math.min(one.first, end) })
    at = Math.max(at, one.end)
    if (at >= end) return open.filter(range => range.first < range.end)
  }
  return at < end ? [...open, { first: at, end }] : open
}
