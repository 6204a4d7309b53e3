// The keys of the index, in level's order of bytes:
//
//   b/<batch key>     state of a batch, JSON
//   f/<fact key>      a fact, as text
//   closed            where the commits ended when the ledger was closed
//   facts             the mark of the facts: how far it has what their journal has, and what they add up to; JSON
//   flushed           the mark: the commit that the log is replayed from, and how many segments have their index; JSON
//   format            version of this layout
//   open              the commit that the open segment was put down after, JSON; only while `index.open` is good
//   segment           leaves of a segment
//
// All but `format` and `segment` stand behind a CRC-32 (checked-value.ts).
//
// Batch keys come from outside and may hold any character. They are escaped, so that different ones have different keys.

export const MARK_KEY = 'flushed'
export const OPEN_KEY = 'open'
export const FORMAT_KEY = 'format'
export const SEGMENT_KEY = 'segment'
export const CLOSED_KEY = 'closed'
export const FACTS_MARK_KEY = 'facts'
export const FACT_PREFIX = 'f/'
/** What has a prefix, as ranges [from, to): '0' is the character after '/'. */
export const BATCH_RANGE = { gte: 'b/', lt: 'b0' } as const
export const FACT_RANGE = { gte: 'f/', lt: 'f0' } as const

export function batchKey(key: string): string {
  return `b/${escapeValue(key)}`
}

/** Every UTF-16 unit outside the plain set as `%` and four hex digits: total, injective, and readable where it can be. */
function escapeValue(value: string): string {
  if (!/[^0-9A-Za-z._:-]/.test(value)) return value // as digests are
  return value.replaceAll(/[^0-9A-Za-z._:-]/g, unit => `%${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
