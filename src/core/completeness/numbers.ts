// Numbers as the index log writes them: whole, from 0 to 2^53 − 1, with one spelling each, so that whoever derives the
// index again gets the same bytes.

const LOW = 2 ** 32
const GROUP = 128
/** Seven bits each: enough for 2^53 − 1. */
const MAX_VARINT_BYTES = 8

/** Eight bytes, big-endian. @throws RangeError for what is not such a number */
export function encodeU64(number: number, target: Uint8Array, at: number): void {
  if (!Number.isSafeInteger(number) || number < 0) throw new RangeError(`${number} has no eight bytes`)
  writeU32(Math.floor(number / LOW), target, at)
  writeU32(number % LOW, target, at + 4)
}

function writeU32(number: number, target: Uint8Array, at: number): void {
  target[at] = number >>> 24
  target[at + 1] = number >>> 16 // a place in bytes takes the lowest eight bits
  target[at + 2] = number >>> 8
  target[at + 3] = number
}

/** Undefined when it is more than 2^53 − 1. */
export function decodeU64(bytes: Uint8Array, at: number): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const number = view.getUint32(at) * LOW + view.getUint32(at + 4)
  return Number.isSafeInteger(number) ? number : undefined
}

/** LEB128: seven bits a byte, the lowest first, all bytes but the last with their highest bit set. */
export function encodeVarint(number: number, target: number[]): void {
  let rest = number
  for (; rest >= GROUP; rest = Math.floor(rest / GROUP)) target.push((rest % GROUP) + GROUP)
  target.push(rest)
}

/** Reads what `encodeVarint` writes, and nothing else: no byte more than a number needs. */
export class VarintReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  /** Undefined when the bytes end, or are not the number's only spelling. */
  next(): number | undefined {
    let number = 0
    let unit = 1
    for (let k = 0; k < MAX_VARINT_BYTES; k++, unit *= GROUP) {
      const byte = this.#bytes[this.#at++]
      if (byte === undefined) return undefined
      number += (byte % GROUP) * unit
      if (byte >= GROUP) continue
      return (byte === 0 && k > 0) || !Number.isSafeInteger(number) ? undefined : number
    }
    return undefined
  }
}
