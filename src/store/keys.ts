// The keys of the index, in level's order of bytes:
//
//   b/<batch key>                            state of a batch, JSON
//   f/<fact key>                             a fact, as text
//   flushed                                  the mark that the log is replayed from, JSON
//   format                                   version of this layout
//   p/<dimension>/<value>/<window start>     postings, see postings.ts
//   w/<window start>                         bounds of a window, JSON
//
// Batch keys and values come from outside and may hold any character. They are escaped so that different values have
// different keys and no `/` stands within one: no value can reach into another's range.

import type { Dimension } from '../core/question.ts'

export const MARK_KEY = 'flushed'
export const FORMAT_KEY = 'format'
export const FACT_PREFIX = 'f/'
/** What is derived from the log, as ranges [from, to): '0' is the character after '/'. */
export const DERIVED_RANGES: readonly (readonly [string, string])[] = [
  ['b/', 'b0'],
  ['p/', 'p0'],
  ['w/', 'w0'],
  [MARK_KEY, `${MARK_KEY}\0`],
]
export const WINDOW_RANGE = { gte: 'w/', lt: 'w0' } as const

export function batchKey(key: string): string {
  return `b/${escapeValue(key)}`
}

export function windowKey(start: number): string {
  return `w/${formatStart(start)}`
}

export function postingsKey(dimension: Dimension, value: string, start: number): string {
  return postingsPrefix(dimension, value) + formatStart(start)
}

export function postingsPrefix(dimension: Dimension, value: string): string {
  return `p/${dimension}/${escapeValue(value)}/`
}

/** The window start that a postings or window key ends with. */
export function parseStart(key: string): number {
  return Number.parseInt(key.slice(key.lastIndexOf('/') + 1), 16)
}

/** 14 hex digits hold 2^53, and sort as the numbers do. */
export function formatStart(start: number): string {
  return start.toString(16).padStart(14, '0')
}

/** Every UTF-16 unit outside the plain set as `%` and four hex digits: total, injective, and readable where it can be. */
function escapeValue(value: string): string {
  return value.replaceAll(/[^0-9A-Za-z._:-]/g, unit => `%${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
