// Ranges of the log that were stated, and what lies between them: pure. Each range is half open, of indices.

export interface Range {
  readonly first: number
  /** First index after the last. */
  readonly end: number
}

/** Ranges in the order of the log, none of which meets another. */
export type Cover = readonly Range[]

/** The cover with one more range; what touches becomes one. */
export function cover(known: Cover, { first, end }: Range): Cover {
  if (first >= end) return known
  const touching = known.filter(one => one.first <= end && one.end >= first)
  const joined = {
    first: Math.min(first, ...touching.map(one => one.first)),
    end: Math.max(end, ...touching.map(one => one.end)),
  }
  return [...known.filter(one => !touching.includes(one)), joined].toSorted((a, b) => a.first - b.first)
}

/** Whether an index of the range is covered. */
export function isCovered(known: Cover, { first, end }: Range): boolean {
  return known.some(one => Math.max(one.first, first) < Math.min(one.end, end))
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
