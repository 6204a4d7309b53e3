// The values that the leaves of a segment have, numbered per dimension as they come (src/store/index/dictionary.ts has it in
// plain TypeScript, and says what it is for). One instance of the module has one dictionary.

import { copyText, hashText, sameText } from './text'

const DIMENSIONS: usize = 7

/** A slot: place of the text (u32; 0 for none). At most three of four are taken. */
const SLOT: usize = 4
let slots: usize = 0
let capacity: u32 = 0
let count: u32 = 0

/** A text: number (u32), part of its hash (u16), dimension, length (u8), bytes. They stand one behind the other. */
const HEAD: usize = 8
const PIECE: usize = 65_536
/** What `copyText` may write beyond a text, which is never longer than 255 bytes. */
const MOST: usize = HEAD + 255 + 16
let piece: usize = 0
let pieceEnd: usize = 0

/** By dimension: how many texts (u32), bytes of them (u32), room for places (u32), the places of its texts (u32). */
const ROW: usize = 16
const COUNT: usize = 0
const BYTES: usize = 4
const ROOM: usize = 8
const PLACES: usize = 12
const ROWS = memory.data(7 * 16, 16)

function rowOf(dimension: u32): usize {
  return ROWS + <usize>dimension * ROW
}

function lookUp(hash: u32, dimension: u32, text: usize, length: u32): usize {
  if (capacity == 0) return 0
  for (let k = hash & (capacity - 1); true; k = (k + 1) & (capacity - 1)) {
    const known = <usize>load<u32>(slots + <usize>k * SLOT)
    if (known == 0) return 0
    if (load<u16>(known, 4) == <u16>(hash >> 16) && load<u8>(known, 6) == dimension && load<u8>(known, 7) == length) {
      if (sameText(known + HEAD, text, length)) return known
    }
  }
  return 0
}

function add(hash: u32, dimension: u32, text: usize, length: u32): usize {
  if ((count + 1) * 4 > capacity * 3) grow()
  if (piece + MOST > pieceEnd) {
    piece = heap.alloc(PIECE)
    pieceEnd = piece + PIECE
  }
  const added = piece
  piece += (HEAD + <usize>length + 3) & ~3
  const row = rowOf(dimension)
  const id = load<u32>(row, COUNT) + 1
  store<u32>(added, id)
  store<u16>(added, <u16>(hash >> 16), 4)
  store<u8>(added, <u8>dimension, 6)
  store<u8>(added, <u8>length, 7)
  copyText(added + HEAD, text, length)
  store<u32>(row, id, COUNT)
  store<u32>(row, load<u32>(row, BYTES) + length, BYTES)
  if (id > load<u32>(row, ROOM)) widen(row)
  store<u32>(<usize>load<u32>(row, PLACES) + ((<usize>(id - 1)) << 2), <u32>added)
  put(hash, added)
  count++
  return added
}

function widen(row: usize): void {
  const room = load<u32>(row, ROOM)
  const wider = room == 0 ? 256 : room * 2
  const places = heap.alloc((<usize>wider) << 2)
  memory.copy(places, <usize>load<u32>(row, PLACES), (<usize>room) << 2)
  store<u32>(row, wider, ROOM)
  store<u32>(row, <u32>places, PLACES)
}

function put(hash: u32, text: usize): void {
  let k = hash & (capacity - 1)
  while (load<u32>(slots + <usize>k * SLOT) != 0) k = (k + 1) & (capacity - 1)
  store<u32>(slots + <usize>k * SLOT, <u32>text)
}

function grow(): void {
  const before = slots
  const until = before + <usize>capacity * SLOT
  capacity = capacity == 0 ? 1024 : capacity * 2
  slots = heap.alloc(<usize>capacity * SLOT)
  memory.fill(slots, 0, <usize>capacity * SLOT)
  for (let at = before; at < until; at += SLOT) {
    const text = <usize>load<u32>(at)
    if (text != 0) put(hashText(text + HEAD, load<u8>(text, 7), load<u8>(text, 6)), text)
  }
}

/**
 * Numbers the values of `leaves` leaves. `values`: seven numbers a leaf, as `Leaves.values` has them; `ids`: room for
 * seven columns of `leaves` numbers. At least 16 bytes behind the entries must be readable.
 */
export function internTexts(entries: usize, leaves: u32, values: usize, ids: usize): void {
  const n = <usize>leaves
  let entry = entries
  let value = values
  for (let k: usize = 0; k < n; k++) {
    const from = entry + 2
    let to = ids + (k << 2)
    for (let d: u32 = 0; d < <u32>DIMENSIONS; d++) {
      const place = load<u32>(value)
      let id: u32 = 0
      if (place != 0) {
        const text = from + <usize>(place >> 8)
        const length = place & 255
        const hash = hashText(text, length, d)
        let known = lookUp(hash, d, text, length)
        if (known == 0) known = add(hash, d, text, length)
        id = load<u32>(known)
      }
      store<u32>(to, id)
      to += n << 2
      value += 4
    }
    entry = from + <usize>bswap<u16>(load<u16>(entry))
  }
}

/** The number of a text; 0 when it has none. At least 7 bytes behind it must be readable. */
export function findText(dimension: u32, text: usize, length: u32): u32 {
  const known = lookUp(hashText(text, length, dimension), dimension, text, length)
  return known == 0 ? 0 : load<u32>(known)
}

/** Where a text stands: its length in one byte, then its bytes. */
export function placeOfText(dimension: u32, id: u32): usize {
  return <usize>load<u32>(<usize>load<u32>(rowOf(dimension), PLACES) + ((<usize>(id - 1)) << 2)) + 7
}

export function countTexts(dimension: u32): u32 {
  return load<u32>(rowOf(dimension), COUNT)
}

/** Bytes of all texts of a dimension. */
export function bytesOfTexts(dimension: u32): u32 {
  return load<u32>(rowOf(dimension), BYTES)
}

/**
 * Copies the texts with the numbers from `first` up to `end` (not included) to `to`, one behind the other, and where
 * each ends, counted from `from`, to `ends`. Gives the bytes there were.
 */
export function copyTexts(dimension: u32, first: u32, end: u32, to: usize, ends: usize, from: u32): u32 {
  let at = to
  for (let id = first; id < end; id++) {
    const place = placeOfText(dimension, id)
    const length = <u32>load<u8>(place)
    memory.copy(at, place + 1, length)
    at += length
    store<u32>(ends + ((<usize>(id - first)) << 2), from + <u32>(at - to))
  }
  return <u32>(at - to)
}
