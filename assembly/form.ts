// The form of an access record's fields (docs/records.md): which characters each may hold, how long it may be, and its
// name as the canonical entry spells it (RFC 8785: sorted by name, no spaces).

/** Places of the fields, sorted by name, which is the order of an entry. */
export const ACTION = 0
export const ACTOR = 1
export const BYTES = 2
export const CHANNEL = 3
export const CONSUMER = 4
export const FILLED = 5
export const GRANT = 6
export const PREVIOUS = 7
export const PROVIDER = 8
export const PURPOSE = 9
export const RESOURCE = 10
export const ROWS = 11
export const SEALED = 12
export const SEQ = 13
export const SIGNATURE = 14
export const SOURCE = 15
export const STATUS = 16
export const TIME = 17
export const TRANSACTION = 18
export const FIELDS = 19

// Classes of characters. Each is a table of 16 bytes by the low half of a character's code, in which bit h says whether
// the character with the high half h is one of the class: so 16 characters are looked up at once.
const NUMBER: u8 = 0
const HEX: u8 = 1 // 0-9 a-f
const CODE: u8 = 2 // 0-9 A-Z a-z . _ : / -
const TERM: u8 = 3 // 0-9 A-Z a-z . _ : -
const PRINTABLE: u8 = 4 // ! to ~ without " and \, which JSON spells otherwise
const NAMES: u8 = 5 // a-z and space
const CLASSES = memory.data(6 * 16, 16)

/** What stands before each value, 16 bytes each: `,"grant":`, or with the quote that opens a text. */
const LABELS = memory.data(20 * 16, 16)
/** For each field 8 bytes: mask of the bytes of its name with both quotes (u16); class; most bytes; bytes of its label. */
const FORMS = memory.data(8 * 20, 16)

export function maskOf(place: i32): u32 {
  return load<u16>(FORMS + ((<usize>place) << 3))
}
export function classOf(place: i32): u32 {
  return load<u8>(FORMS + ((<usize>place) << 3), 2)
}
export function mostOf(place: i32): u32 {
  return load<u8>(FORMS + ((<usize>place) << 3), 3)
}
export function labelBytes(place: i32): u32 {
  return load<u8>(FORMS + ((<usize>place) << 3), 4)
}
export function labelOf(place: i32): usize {
  return LABELS + ((<usize>place) << 4)
}
export function tableOf(kind: u32): usize {
  return CLASSES + ((<usize>kind) << 4)
}

function allow(kind: u8, first: i32, last: i32): void {
  for (let c = first; c <= last; c++) {
    const at = tableOf(kind) + (c & 15)
    store<u8>(at, load<u8>(at) | ((<u8>1) << (<u8>(c >> 4))))
  }
}

function forbid(kind: u8, c: i32): void {
  const at = tableOf(kind) + (c & 15)
  store<u8>(at, load<u8>(at) & ~((<u8>1) << (<u8>(c >> 4))))
}

function field(place: i32, name: string, kind: u8, most: u8): void {
  const label = labelOf(place)
  const length = name.length
  store<u8>(label, place == 0 ? 0x7b : 0x2c)
  store<u8>(label, 0x22, 1)
  for (let k = 0; k < length; k++) store<u8>(label + 2 + k, <u8>name.charCodeAt(k))
  store<u8>(label + 2 + length, 0x22)
  store<u8>(label + 3 + length, 0x3a)
  if (kind != NUMBER) store<u8>(label + 4 + length, 0x22)
  const form = FORMS + ((<usize>place) << 3)
  store<u16>(form, ((<u16>1) << (<u16>(length + 2))) - 1)
  store<u8>(form, kind, 2)
  store<u8>(form, most, 3)
  store<u8>(form, <u8>(length + (kind == NUMBER ? 4 : 5)), 4)
}

for (let kind = HEX; kind <= PRINTABLE; kind++) allow(kind, 0x30, 0x39)
allow(HEX, 0x61, 0x66)
for (let kind = CODE; kind <= TERM; kind++) {
  allow(kind, 0x41, 0x5a)
  allow(kind, 0x61, 0x7a)
  allow(kind, 0x2d, 0x2e)
  allow(kind, 0x3a, 0x3a)
  allow(kind, 0x5f, 0x5f)
}
allow(CODE, 0x2f, 0x2f)
allow(PRINTABLE, 0x21, 0x7e)
forbid(PRINTABLE, 0x22)
forbid(PRINTABLE, 0x5c)

allow(NAMES, 0x20, 0x20)
allow(NAMES, 0x61, 0x7a)

field(ACTION, 'action', TERM, 8)
field(ACTOR, 'actor', HEX, 32)
field(BYTES, 'bytes', NUMBER, 13)
field(CHANNEL, 'channel', TERM, 17)
field(CONSUMER, 'consumer', CODE, 64)
field(FILLED, 'filled', NAMES, 22)
field(GRANT, 'grant', NUMBER, 16)
field(PREVIOUS, 'previous', PRINTABLE, 44)
field(PROVIDER, 'provider', CODE, 64)
field(PURPOSE, 'purpose', TERM, 32)
field(RESOURCE, 'resource', PRINTABLE, 64)
field(ROWS, 'rows', NUMBER, 13)
field(SEALED, 'sealed', HEX, 64)
field(SEQ, 'seq', NUMBER, 16)
field(SIGNATURE, 'signature', PRINTABLE, 92)
field(SOURCE, 'source', CODE, 64)
field(STATUS, 'status', TERM, 6)
field(TIME, 'time', CODE, 24)
field(TRANSACTION, 'transaction', PRINTABLE, 128)
