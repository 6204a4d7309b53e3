// Reads lines of NDJSON in the form that nearly all have: one flat object, texts without escapes, whole numbers, a
// canonical time, codes that are known. Whatever is otherwise — wrong, or only unusual — is left to the reference
// (src/core/record.ts), which says what is wrong with it or reads it. So nothing can be accepted here that would be
// refused there, and there is one place for messages.

import { find, OF_CONSUMER, OF_GRANT, OF_RESOURCE, valueBytes, valueOf } from './facts'
import {
  ACTION,
  ACTOR,
  BYTES,
  CHANNEL,
  CONSUMER,
  classOf,
  FIELDS,
  FILLED,
  GRANT,
  labelBytes,
  labelOf,
  maskOf,
  mostOf,
  PREVIOUS,
  PROVIDER,
  PURPOSE,
  RESOURCE,
  ROWS,
  SEALED,
  SIGNATURE,
  SOURCE,
  STATUS,
  TIME,
  TRANSACTION,
  tableOf,
} from './form'
import { copyText, sameText } from './text'
import { CANONICAL_BYTES, readTime, timeEnd, timeMillis, writeTime } from './time'

/** What came of a line. */
export const ODD: u32 = 0
export const PLAIN: u32 = 1
/** Plain, but for a sealed part that has yet to become an actor and a digest. */
export const WITH_SEALED: u32 = 2

/**
 * A line as scanned: start, bytes, outcome, mask of its fields (u32 each); place and bytes of each field (u32 each); time,
 * bytes, rows (f64); room for its time in the canonical spelling.
 */
const LINE: usize = 16 + <usize>FIELDS * 8 + 24 + 32
const OUTCOME: usize = 8
const PRESENT: usize = 12
const VALUES: usize = 16
const TIME_VALUE: usize = 16 + <usize>FIELDS * 8
const BYTES_VALUE: usize = TIME_VALUE + 8
const ROWS_VALUE: usize = TIME_VALUE + 16
const TIME_TEXT: usize = TIME_VALUE + 24

const MAX_AMOUNT: u64 = 1 << 40
const MAX_SAFE: u64 = (1 << 53) - 1
const REQUIRED: u32 = (1 << ACTION) | (1 << CONSUMER) | (1 << RESOURCE) | (1 << SOURCE) | (1 << STATUS) | (1 << TIME)
const IN_ENTRY: u32 = REQUIRED | (1 << PROVIDER)
/** What only signed records have: such lines are left to the reference, which checks signatures. */
const OF_LINKS: u32 = (1 << FILLED) | (1 << PREVIOUS) | (1 << SIGNATURE)

const NEWLINE: u8 = 0x0a
const RETURN: u8 = 0x0d
const SPACE: u8 = 0x20
const QUOTE: u8 = 0x22
const BACKSLASH: u8 = 0x5c

/** The field that each key of the last line was: the next line has its keys in the same order, mostly. */
const EXPECTED = memory.data(32, 16)
/** Bit h for the high half h of a character's code, as the classes have them. */
const HIGH = memory.data<u8>([1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0], 16)

/** `suyuan/`: sources that begin so may be the ledger's own, which no line may name; the reference tells. */
const RESERVED = memory.data<u8>([115, 117, 121, 117, 97, 110, 47])
const RESERVED_BYTES: u32 = 7

export function lineBytes(): usize {
  return LINE
}

function placeOf(line: usize, field: i32): usize {
  return <usize>load<u32>(line + VALUES + ((<usize>field) << 3))
}
function bytesOf(line: usize, field: i32): u32 {
  return load<u32>(line + VALUES + ((<usize>field) << 3), 4)
}
function setText(line: usize, field: i32, place: usize, bytes: u32): void {
  store<u32>(line + VALUES + ((<usize>field) << 3), <u32>place)
  store<u32>(line + VALUES + ((<usize>field) << 3), bytes, 4)
  store<u32>(line + PRESENT, load<u32>(line + PRESENT) | (1 << field))
}
function skipSpaces(p: usize): usize {
  while (load<u8>(p) == SPACE) p++
  return p
}

/** The end of the line that begins at `p`: its line end, or `end`. */
function endOfLine(p: usize, end: usize): usize {
  const newline = i8x16.splat(NEWLINE)
  for (; p < end; p += 16) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(p), newline))
    if (found == 0) continue
    const at = p + ctz(found)
    return at < end ? at : end
  }
  return end
}

/**
 * Scans up to `most` lines of [start, end), each with its line end, to `lines`. `earliest` and `latest`: bounds of a
 * line's time, ms since 1970. Gives how many there were. At least 32 bytes behind `end` must be readable.
 */
export function scanLines(start: usize, end: usize, lines: usize, most: u32, earliest: f64, latest: f64): u32 {
  let count: u32 = 0
  let p = start
  while (p < end && count < most) {
    const line = lines + <usize>count * LINE
    store<u32>(line, <u32>p)
    store<u32>(line, 0, PRESENT)
    // An object that reads ends before the line does: JSON has no raw line ends in a text, and no other byte is passed over.
    let behind = scanObject(p, line, false)
    let outcome = behind == 0 ? ODD : complete(line, earliest, latest)
    if (behind != 0) {
      if (load<u8>(behind) == RETURN) behind++
      if (load<u8>(behind) != NEWLINE) outcome = ODD
    }
    const stop = outcome == ODD ? endOfLine(p, end) : behind
    store<u32>(line, <u32>(stop - p), 4)
    store<u32>(line, outcome, OUTCOME)
    p = stop + 1
    count++
  }
  return count
}

/**
 * Scans one canonical entry into `line`; whether it is one, with all that every entry has. (Without a time it would be
 * given that of the entry scanned before it.)
 */
export function scanEntry(start: usize, bytes: u32, line: usize): bool {
  store<u32>(line, <u32>start)
  store<u32>(line, bytes, 4)
  store<u32>(line, 0, PRESENT)
  const behind = scanObject(start, line, true)
  const read = behind == start + bytes && (load<u32>(line + PRESENT) & IN_ENTRY) == IN_ENTRY
  store<u32>(line, read ? PLAIN : ODD, OUTCOME)
  return read
}

/** Scans up to `count` entries, each behind its length in two bytes. Gives how many read; the next one does not. */
export function scanEntries(entries: usize, count: u32, lines: usize): u32 {
  let p = entries
  for (let k: u32 = 0; k < count; k++) {
    const bytes = <u32>bswap<u16>(load<u16>(p))
    if (!scanEntry(p + 2, bytes, lines + <usize>k * LINE)) return k
    p += 2 + bytes
  }
  return count
}

/** Reads an object's fields into `line`. Gives the place behind it, or 0 if it is not of the plain form. */
function scanObject(start: usize, line: usize, entry: bool): usize {
  let p = start
  if (load<u8>(p) != 0x7b) return 0
  p = skipSpaces(p + 1)
  for (let k: usize = 0; k < <usize>FIELDS; k++) {
    const field = fieldAt(p, k)
    if (field < 0 || (load<u32>(line + PRESENT) & (1 << field)) != 0) return 0
    p = skipSpaces(p + labelBytes(field) - (classOf(field) == 0 ? 2 : 3))
    if (load<u8>(p) != 0x3a) return 0
    p = skipSpaces(p + 1)
    if (field == SEALED && !entry) p = scanSealed(p, line)
    else if (field == TIME) p = scanTime(p, line, entry)
    else if (classOf(field) == 0) p = scanNumber(p, line, field)
    else p = scanText(p, line, field, entry)
    if (p == 0) return 0
    p = skipSpaces(p)
    const mark = load<u8>(p)
    if (mark == 0x7d) return p + 1
    if (mark != 0x2c) return 0
    p = skipSpaces(p + 1)
  }
  return 0
}

/** Which field's name stands at `p`, in quotes; -1 for none. */
function fieldAt(p: usize, k: usize): i32 {
  const expected = <i32>load<u8>(EXPECTED + k)
  if (isName(p, expected)) return expected
  for (let field = 0; field < FIELDS; field++) {
    if (!isName(p, field)) continue
    store<u8>(EXPECTED + k, <u8>field)
    return field
  }
  return -1
}

function isName(p: usize, field: i32): bool {
  const same = i8x16.bitmask(i8x16.eq(v128.load(p), v128.load(labelOf(field) + 1)))
  const mask = maskOf(field)
  return (same & mask) == mask
}

function scanText(start: usize, line: usize, field: i32, entry: bool): usize {
  if (load<u8>(start) != QUOTE) return 0
  const from = start + 1
  const table = v128.load(tableOf(classOf(field)))
  const high = v128.load(HIGH)
  const low = i8x16.splat(0x0f)
  let p = from
  for (;;) {
    const text = v128.load(p)
    const allowed = v128.and(i8x16.swizzle(table, v128.and(text, low)), i8x16.swizzle(high, i8x16.shr_u(text, 4)))
    const stop = i8x16.bitmask(i8x16.eq(allowed, i8x16.splat(0)))
    if (stop == 0) {
      p += 16
      if (p - from > 256) return 0
      continue
    }
    p += ctz(stop)
    // Of the characters that codes may have, JSON spells two in another way; only entries are known to be canonical.
    const escaped = entry && (field == RESOURCE || field == TRANSACTION) && load<u8>(p) == BACKSLASH
    if (!escaped) break
    const letter = load<u8>(p, 1)
    if (letter != QUOTE && letter != BACKSLASH) return 0
    p += 2
  }
  if (load<u8>(p) != QUOTE) return 0
  const bytes = <u32>(p - from)
  const most: u32 = entry ? 2 * mostOf(field) : mostOf(field) // in an entry with all its characters escaped
  if (bytes == 0 || bytes > most || !fits(field, from, bytes)) return 0
  setText(line, field, from, bytes)
  return p + 1
}

function scanTime(start: usize, line: usize, entry: bool): usize {
  if (load<u8>(start) != QUOTE) return 0
  const from = start + 1
  if (!readTime(from) || load<u8>(timeEnd) != QUOTE) return 0
  store<f64>(line, timeMillis, TIME_VALUE)
  const canonical = timeEnd - from == CANONICAL_BYTES && load<u8>(from, 23) == 0x5a
  if (canonical) {
    setText(line, TIME, from, CANONICAL_BYTES)
  } else {
    if (entry) return 0
    // Written once its bounds are known to be within four-digit years.
    setText(line, TIME, line + TIME_TEXT, CANONICAL_BYTES)
  }
  return timeEnd + 1
}

/** What the class of characters does not say yet: words, and lengths. */
function fits(field: i32, text: usize, bytes: u32): bool {
  switch (field) {
    case ACTION:
      if (bytes == 4) return load<u32>(text) == 0x64616572 // read
      if (bytes == 5) return load<u32>(text) == 0x72616873 && load<u8>(text, 4) == 0x65 // share
      return bytes == 8 && load<u64>(text) == 0x64616f6c6e776f64 // download
    case STATUS:
      if (bytes == 2) return load<u16>(text) == 0x6b6f // ok
      if (bytes != 6 || load<u16>(text, 4) != 0x6465) return false
      return load<u32>(text) == 0x696e6564 || load<u32>(text) == 0x6c696166 // denied, failed
    case CHANNEL:
      return isChannel(text, bytes)
    case ACTOR:
      return bytes == 32
    case SEALED:
      return bytes == 64
    default:
      return true
  }
}

const CHANNELS = memory.data<u8>([
  16,
  115,
  121,
  115,
  116,
  101,
  109,
  45,
  105,
  110,
  116,
  101,
  114,
  102,
  97,
  99,
  101, // system-interface
  17,
  102,
  114,
  111,
  110,
  116,
  45,
  101,
  110,
  100,
  45,
  109,
  97,
  99,
  104,
  105,
  110,
  101, // front-end-machine
  12,
  111,
  110,
  108,
  105,
  110,
  101,
  45,
  113,
  117,
  101,
  114,
  121, // online-query
  13,
  98,
  117,
  108,
  107,
  45,
  100,
  111,
  119,
  110,
  108,
  111,
  97,
  100, // bulk-download
  8,
  105,
  110,
  45,
  112,
  108,
  97,
  99,
  101, // in-place
  0,
])

function isChannel(text: usize, bytes: u32): bool {
  for (let at = CHANNELS; load<u8>(at) != 0; at += <usize>load<u8>(at) + 1) {
    if (load<u8>(at) == bytes && sameText(at + 1, text, bytes)) return true
  }
  return false
}

/** A whole number up to 2^53 − 1, in its only spelling. */
function scanNumber(start: usize, line: usize, field: i32): usize {
  let p = start
  let value: u64 = 0
  for (;;) {
    const digit = <u32>load<u8>(p) - 0x30
    if (digit > 9) break
    value = value * 10 + digit
    p++
    if (p - start > 16) return 0
  }
  const bytes = <u32>(p - start)
  if (bytes == 0 || value > MAX_SAFE || (bytes > 1 && load<u8>(start) == 0x30)) return 0
  if (field == BYTES || field == ROWS) {
    if (value > MAX_AMOUNT) return 0
    store<f64>(line + (field == BYTES ? BYTES_VALUE : ROWS_VALUE), <f64>value)
  } else if (field == GRANT && value == 0) {
    return 0
  }
  setText(line, field, start, bytes)
  return p
}

/** Passes over a sealed part, an object that somebody else reads: only its end has to be found. */
function scanSealed(start: usize, line: usize): usize {
  if (load<u8>(start) != 0x7b) return 0
  let p = start
  let depth: u32 = 0
  for (;;) {
    const c = load<u8>(p)
    if (c < 0x20) return 0
    if (c == QUOTE) {
      p = endOfText(p + 1)
      if (p == 0) return 0
      continue
    }
    p++
    if (c == 0x7b || c == 0x5b) depth++
    else if (c == 0x7d || c == 0x5d) {
      if (--depth == 0) break
    }
  }
  setText(line, SEALED, start, <u32>(p - start))
  return p
}

/** Behind the quote that ends a text; 0 where a line ends before. */
function endOfText(p: usize): usize {
  while (true) {
    const c = load<u8>(p)
    if (c < 0x20) return 0
    if (c == QUOTE) return p + 1
    p++
    // What is escaped is passed over, unless it is the end of the line.
    if (c == BACKSLASH && load<u8>(p) >= 0x20) p++
  }
  return 0
}

/** Compares a line with clock and chain, and fills in what it leaves out. Gives its outcome. */
function complete(line: usize, earliest: f64, latest: f64): u32 {
  const present = load<u32>(line + PRESENT)
  if ((present & REQUIRED) != REQUIRED || (present & OF_LINKS) != 0) return ODD
  const time = load<f64>(line, TIME_VALUE)
  if (time < earliest || time > latest) return ODD
  if (placeOf(line, TIME) == line + TIME_TEXT) writeTime(line + TIME_TEXT, time)
  if (bytesOf(line, SOURCE) >= RESERVED_BYTES && sameText(placeOf(line, SOURCE), RESERVED, RESERVED_BYTES)) return ODD
  const resource = find(OF_RESOURCE, placeOf(line, RESOURCE), bytesOf(line, RESOURCE))
  if (resource == 0 || find(OF_CONSUMER, placeOf(line, CONSUMER), bytesOf(line, CONSUMER)) == 0) return ODD
  const provider = valueOf(resource)
  const bytes = valueBytes(resource)
  if ((present & (1 << PROVIDER)) != 0) {
    if (bytesOf(line, PROVIDER) != bytes || !sameText(placeOf(line, PROVIDER), provider, bytes)) return ODD
  } else {
    setText(line, PROVIDER, provider, bytes)
  }
  if ((present & (1 << GRANT)) != 0) {
    const grant = find(OF_GRANT, placeOf(line, GRANT), bytesOf(line, GRANT))
    if (grant == 0) return ODD
    if ((present & (1 << PURPOSE)) == 0) setText(line, PURPOSE, valueOf(grant), valueBytes(grant))
  }
  if ((present & (1 << SEALED)) == 0) return PLAIN
  return WITH_SEALED
}

/** Where the values of the index stand in an entry: resource, provider, consumer, actor, purpose, grant, source. */
const DIMENSIONS = memory.data<u8>([10, 8, 4, 1, 9, 6, 15])
const DIMENSION_COUNT: usize = 7

/**
 * Writes the entries of `count` lines, each behind its length in two bytes, to `entries`, and the columns that
 * src/core/leaves.ts describes. Lines whose outcome is not plain are left out. Gives the end of the entries.
 */
export function encodeEntries(
  lines: usize,
  count: u32,
  entries: usize,
  times: usize,
  bytes: usize,
  rows: usize,
  values: usize,
): usize {
  let to = entries
  let leaf: usize = 0
  for (let k: u32 = 0; k < count; k++) {
    const line = lines + <usize>k * LINE
    if (load<u32>(line, OUTCOME) != PLAIN) continue
    const present = load<u32>(line + PRESENT)
    const entry = to + 2
    let p = entry
    for (let field = 0; field < FIELDS; field++) {
      if ((present & (1 << field)) == 0) continue
      v128.store(p, v128.load(labelOf(field)))
      p += labelBytes(field)
      const length = bytesOf(line, field)
      copyText(p, placeOf(line, field), length)
      // Where it stands now.
      store<u32>(line + VALUES + ((<usize>field) << 3), <u32>p)
      p += length
      if (classOf(field) != 0) store<u8>(p++, QUOTE)
    }
    store<u8>(p++, 0x7d)
    store<u16>(to, bswap<u16>(<u16>(p - entry)))
    to = p
    store<f64>(times + (leaf << 3), load<f64>(line, TIME_VALUE))
    store<f64>(bytes + (leaf << 3), (present & (1 << BYTES)) != 0 ? load<f64>(line, BYTES_VALUE) : -1)
    store<f64>(rows + (leaf << 3), (present & (1 << ROWS)) != 0 ? load<f64>(line, ROWS_VALUE) : -1)
    const row = values + leaf * DIMENSION_COUNT * 4
    for (let d: usize = 0; d < DIMENSION_COUNT; d++) {
      const field = <i32>load<u8>(DIMENSIONS + d)
      const here = (present & (1 << field)) != 0
      store<u32>(row + (d << 2), here ? ((<u32>(placeOf(line, field) - entry)) << 8) | bytesOf(line, field) : 0)
    }
    leaf++
  }
  return to
}
