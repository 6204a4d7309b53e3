// Numbers as the index log writes them: whole, from 0 to 2^53 − 1, with one spelling each, so that whoever derives the
// index again gets the same bytes.

const LOW = 2 ** 32
const GROUP = 128
/** Seven bits each: enough for 2^53 − 1. */
export const MAX_VARINT_BYTES = 8

/** Eight bytes, big-endian. @throws RangeError for what is not such a number */
export function encodeU64(number: number, target: Uint8Array, at: number): void {
  if (!Number.isSafeInteger(number) || number < 0) throw new RangeError(`${number} has no eight bytes`)
  const high = number / LOW // what is behind the point is cut off by the shift
  for (let k = 0; k < 4; k++) {
    target[at + k] = high >> (24 - 8 * k)
    target[at + 4 + k] = number >> (24 - 8 * k)
  }
}

/** Undefined when it is more than 2^53 − 1, or not all there. */
export function decodeU64(bytes: Uint8Array, at: number): number | undefined {
  let [high, low] = [0, 0]
  for (let k = 0; k < 4; k++) {
    high = high * 256 + bytes[at + k]!
    low = low * 256 + bytes[at + 4 + k]!
  }
  return high < 2 ** 21 && low < LOW ? high * LOW + low : undefined
}

/** LEB128: seven bits a byte, the lowest first, all bytes but the last with their highest bit set. */
export function encodeVarint(number: number, target: number[]): void {
  let rest = number
  for (; rest >= GROUP; rest = Math.floor(rest / GROUP)) target.push((rest % GROUP) + GROUP)
  target.push(rest)
}

/** The numbers in these bytes; undefined where they are not as `encodeVarint` writes them, each in its only spelling. */
export function decodeVarints(bytes: Uint8Array): number[] | undefined {
  const numbers: number[] = []
  let [number, unit] = [0, 1]
  for (const byte of bytes) {
    number += (byte % GROUP) * unit
    unit *= GROUP
    if (byte >= GROUP) continue
    if ((byte === 0 && unit > GROUP) || !Number.isSafeInteger(number)) return undefined
    numbers.push(number)
    number = 0
    unit = 1
  }
  return unit === 1 ? numbers : undefined
}
