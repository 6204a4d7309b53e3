// The quick dictionary: the texts and their numbers are in an instance of the WebAssembly module (assembly/dictionary.ts),
// and all the values of a chunk are numbered in one call. The instance goes with its segment, and its memory with it.

import { randomBytes } from 'node:crypto'
import { DIMENSIONS, type Dimension } from '../../core/question.ts'
import type { Dictionary } from './dictionary.ts'

interface DictionaryExports {
  readonly memory: WebAssembly.Memory
  allocate(bytes: number): number
  setSecret(a: bigint, b: bigint): void
  internTexts(entries: number, leaves: number, values: number, ids: number): void
  findText(dimension: number, text: number, length: number): number
  placeOfText(dimension: number, id: number): number
  countTexts(dimension: number): number
  bytesOfTexts(dimension: number): number
  copyTexts(dimension: number, first: number, end: number, to: number, ends: number, from: number): number
}

/** Texts are hashed 8 bytes at a time and copied 16 at a time, beyond their ends. */
const SLACK_BYTES = 64
const LONGEST_TEXT = 255
/** Texts copied in one go. */
const TEXTS_AT_ONCE = 4096

export function createWasmDictionary(module: WebAssembly.Module): Dictionary {
  const abort = (): never => {
    throw new Error('a segment has more different values than memory has room for')
  }
  const wasm = new WebAssembly.Instance(module, { env: { abort } }).exports as unknown as DictionaryExports
  wasm.setSecret(randomBytes(8).readBigUInt64LE(), randomBytes(8).readBigUInt64LE())
  const text = wasm.allocate(LONGEST_TEXT + SLACK_BYTES)
  const input = new Room(wasm)
  const values = new Room(wasm)
  const ids = new Room(wasm)
  const placeOf = (dimension: Dimension): number => DIMENSIONS.indexOf(dimension)

  return {
    internAll({ count, entries, values: given }) {
      const length = count * DIMENSIONS.length
      const from = input.for(entries.length)
      const at = values.for(length * 4)
      const to = ids.for(length * 4)
      new Uint8Array(wasm.memory.buffer, from, entries.length).set(entries)
      new Uint32Array(wasm.memory.buffer, at, length).set(given)
      wasm.internTexts(from, count, at, to)
      return new Uint32Array(wasm.memory.buffer, to, length) // memory may have grown: asked for only now
    },

    find(dimension, wanted) {
      if (wanted.length > LONGEST_TEXT) return 0
      Buffer.from(wasm.memory.buffer, text, LONGEST_TEXT).write(wanted, 'latin1')
      return wasm.findText(placeOf(dimension), text, wanted.length)
    },

    text(dimension, id) {
      const at = wasm.placeOfText(placeOf(dimension), id)
      const bytes = Buffer.from(wasm.memory.buffer, at, LONGEST_TEXT + 1)
      return bytes.toString('latin1', 1, 1 + bytes[0]!)
    },

    count: dimension => wasm.countTexts(placeOf(dimension)),

    *texts(dimension) {
      const d = placeOf(dimension)
      const count = wasm.countTexts(d)
      const bytes = new Uint8Array(wasm.bytesOfTexts(d))
      const ends = new Uint32Array(count + 1)
      const to = input.for(TEXTS_AT_ONCE * LONGEST_TEXT)
      const at = ids.for(TEXTS_AT_ONCE * 4)
      for (let first = 1, done = 0; first <= count; first += TEXTS_AT_ONCE) {
        const end = Math.min(first + TEXTS_AT_ONCE, count + 1)
        const length = wasm.copyTexts(d, first, end, to, at, done)
        bytes.set(new Uint8Array(wasm.memory.buffer, to, length), done)
        ends.set(new Uint32Array(wasm.memory.buffer, at, end - first), first)
        done += length
        yield
      }
      return { bytes, ends }
    },
  }
}

/** A place in the instance's memory that is as large as was ever needed. */
class Room {
  readonly #wasm: DictionaryExports
  #place = 0
  #bytes = 0

  constructor(wasm: DictionaryExports) {
    this.#wasm = wasm
  }

  for(bytes: number): number {
    if (bytes > this.#bytes) {
      this.#bytes = Math.max(bytes, this.#bytes * 2)
      this.#place = this.#wasm.allocate(this.#bytes + SLACK_BYTES)
    }
    return this.#place
  }
}
