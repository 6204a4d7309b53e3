// An instance of the WebAssembly module and the places in its memory that reading works in: lines or entries go in, are
// scanned, and come out as columns.

import { randomBytes } from 'node:crypto'
import type { Leaves } from '../core/leaves.ts'
import { DIMENSIONS } from '../core/question.ts'
import { HASH_BYTES } from '../core/tree.ts'
import type { Hasher } from '../hashing/hasher.ts'
import { MAX_LINES } from './reader.ts'
import { MOST_ENTRY_BYTES, SLACK_BYTES } from './sizes.ts'
import { instantiateLines, type LinesExports } from './wasm.ts'

/** Bytes that are scanned in one go. */
export const INPUT_BYTES = 1_048_576

// A scanned line (assembly/scan.ts), in 32-bit words; each field has two from VALUES on: place and bytes.
export const START = 0
export const LENGTH = 1
export const OUTCOME = 2
export const PRESENT = 3
export const VALUES = 4
// Fields, by their place among all of them sorted by name.
export const ACTOR = 1
export const SEALED = 12
export const SOURCE = 15

export interface TakenLeaves {
  readonly leaves: Omit<Leaves, 'sealed'>
  readonly hashed: Promise<void> | undefined
}

export class Scratch {
  readonly wasm: LinesExports
  readonly input: number
  /** Scanned lines (assembly/scan.ts), `lineBytes` each. */
  readonly lines: number
  readonly lineBytes: number
  /** For each line, `MOST_ENTRY_BYTES` for what the input does not hold. */
  readonly side: number
  /** For two codes on their way in. */
  readonly codes: number
  readonly #entries: number
  readonly #times: number
  readonly #bytes: number
  readonly #rows: number
  readonly #values: number
  readonly #hashes: number
  readonly #order: number

  constructor(module: WebAssembly.Module) {
    const wasm = instantiateLines(module)
    wasm.setSecret(randomBytes(8).readBigUInt64LE(), randomBytes(8).readBigUInt64LE())
    const room = (bytes: number): number => wasm.allocate(bytes + SLACK_BYTES)
    this.wasm = wasm
    this.lineBytes = wasm.lineBytes()
    this.input = room(INPUT_BYTES)
    this.lines = room(MAX_LINES * this.lineBytes)
    this.side = room(MAX_LINES * MOST_ENTRY_BYTES)
    this.codes = room(MOST_ENTRY_BYTES)
    this.#entries = room(MAX_LINES * MOST_ENTRY_BYTES)
    this.#times = room(MAX_LINES * 8)
    this.#bytes = room(MAX_LINES * 8)
    this.#rows = room(MAX_LINES * 8)
    this.#values = room(MAX_LINES * DIMENSIONS.length * 4)
    this.#hashes = room(MAX_LINES * HASH_BYTES)
    this.#order = room(MAX_LINES * 8)
  }

  /** To be asked for anew after whatever may make the memory grow: then it has other views. */
  memory(): Uint8Array {
    return new Uint8Array(this.wasm.memory.buffer)
  }

  words(): Uint32Array {
    return new Uint32Array(this.wasm.memory.buffer)
  }

  /** Writes a text of ASCII. */
  write(text: string, place: number): void {
    Buffer.from(this.wasm.memory.buffer, place, text.length).write(text, 'latin1')
  }

  /**
   * The `count` plain ones of the lines scanned, as columns of their own. With a hasher, the leaf hashes of a usual chunk
   * are there only when `hashed` resolves.
   */
  takeLeaves(lines: number, count: number, hasher?: Hasher): TakenLeaves {
    const { wasm } = this
    const end = wasm.encodeEntries(this.lines, lines, this.#entries, this.#times, this.#bytes, this.#rows, this.#values)
    const arena = takeArena(count * (3 * 8 + DIMENSIONS.length * 4 + HASH_BYTES) + end - this.#entries)
    const isApart = hasher !== undefined && lent.has(arena)
    if (!isApart) wasm.hashLeaves(this.#entries, count, this.#hashes, this.#order)
    const memory = this.memory()
    let at = 0
    const copy = (start: number, bytes: number): number => {
      new Uint8Array(arena, at, bytes).set(memory.subarray(start, start + bytes))
      at += bytes
      return at - bytes
    }
    // The widest numbers first, so that all are aligned.
    const leaves = {
      count,
      times: new Float64Array(arena, copy(this.#times, count * 8), count),
      bytes: new Float64Array(arena, copy(this.#bytes, count * 8), count),
      rows: new Float64Array(arena, copy(this.#rows, count * 8), count),
      values: new Uint32Array(arena, copy(this.#values, count * DIMENSIONS.length * 4), count * DIMENSIONS.length),
      hashes: new Uint8Array(arena, copy(this.#hashes, count * HASH_BYTES), count * HASH_BYTES),
      entries: new Uint8Array(arena, copy(this.#entries, end - this.#entries), end - this.#entries),
    }
    return {
      leaves,
      hashed: isApart ? hasher.hashEntries({ count, entries: leaves.entries, hashes: leaves.hashes }) : undefined,
    }
  }
}

/** Memory for the columns of a usual chunk. */
const ARENA_BYTES = 1_048_576
const MOST_FREE = 64
/** A few lines take memory of their own: an arena for each request would be far more than it needs. */
const SMALL_BYTES = 65_536
/** Used again and again: a megabyte for each chunk would keep the garbage collector busier than all else. */
const free: SharedArrayBuffer[] = []
const lent = new WeakSet<ArrayBufferLike>()

function takeArena(bytes: number): ArrayBufferLike {
  if (bytes <= SMALL_BYTES || bytes > ARENA_BYTES) return new ArrayBuffer(bytes)
  const arena = free.pop() ?? new SharedArrayBuffer(ARENA_BYTES)
  lent.add(arena)
  return arena
}

/** Gives the memory of columns back, once nobody looks at them any more, nor hashes them. */
export function giveBack({ entries: { buffer } }: Pick<Leaves, 'entries'>): void {
  if (lent.delete(buffer) && free.length < MOST_FREE) free.push(buffer as SharedArrayBuffer)
}

/** Whether a scanned line has a sealed part, or an entry its digest. */
export function hasSealed(scratch: Scratch, line: number): boolean {
  const at = (scratch.lines + line * scratch.lineBytes) / 4
  return (scratch.words()[at + PRESENT]! & (1 << SEALED)) !== 0
}
