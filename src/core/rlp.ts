// RLP, Ethereum's encoding of nested byte strings (Yellow Paper, appendix B). Decoding is strict: one spelling for each
// value, no bytes left over, since what is decoded here is hashed and compared.

import { concat } from './bytes.ts'
import { because } from './error.ts'

export type Rlp = Uint8Array | readonly Rlp[]

/** Deeper than anything in a block: a receipt nests its topics three lists deep. */
const MAX_DEPTH = 8

export function encodeRlp(value: Rlp): Uint8Array {
  if (value instanceof Uint8Array) {
    const isItself = value.length === 1 && value[0]! < 0x80
    return isItself ? Uint8Array.from(value) : concat(lengthPrefix(0x80, value.length), value)
  }
  const items = concat(...value.map(encodeRlp))
  return concat(lengthPrefix(0xc0, items.length), items)
}

/** A whole number as RLP has it: big-endian, without leading zeros, nothing at all for 0. */
export function encodeInteger(value: bigint | number): Uint8Array {
  const bytes: number[] = []
  for (let rest = BigInt(value); rest > 0n; rest >>= 8n) bytes.unshift(Number(rest & 255n))
  return Uint8Array.from(bytes)
}

/** @throws LedgerError `rlp_malformed` */
export function decodeRlp(bytes: Uint8Array): Rlp {
  let at = 0
  /** The value that begins here, and ends at `limit` or before; `room` for so many lists in each other. */
  const readValue = (limit: number, room: number): Rlp => {
    if (at >= limit) throw endsEarly()
    const first = bytes[at++]!
    if (first < 0x80) return bytes.subarray(at - 1, at)
    const isList = first >= 0xc0
    const end = readEnd(first - (isList ? 0xc0 : 0x80))
    if (end > limit) throw endsEarly()
    if (isList) return readItems(end, room)
    const value = bytes.subarray(at, end)
    if (value.length === 1 && value[0]! < 0x80) throw notShortest()
    at = end
    return value
  }
  /** Where the content ends that begins behind its length: `code` is that for 0 to 55, beyond it the length of the length. */
  const readEnd = (code: number): number => {
    if (code <= 55) return at + code
    const spelled = bytes.subarray(at, at + code - 55)
    const length = toNumber(spelled)
    if (spelled[0] === 0 || length <= 55) throw notShortest()
    at += code - 55
    return at + length
  }
  const readItems = (end: number, room: number): Rlp[] => {
    if (room === 0)
      throw malformed({ en: `it nests deeper than ${MAX_DEPTH} lists`, zh: `列表嵌套超过 ${MAX_DEPTH} 层` })
    const items: Rlp[] = []
    while (at < end) items.push(readValue(end, room - 1))
    return items
  }
  const value = readValue(bytes.length, MAX_DEPTH)
  const rest = bytes.length - at
  if (rest > 0) throw malformed({ en: `${rest} bytes are left over`, zh: `末尾多出 ${rest} 字节` })
  return value
}

/** @throws LedgerError `rlp_malformed` when it is no integer in its one spelling, or of more than seven bytes */
export function decodeInteger(value: Rlp): number {
  if (!(value instanceof Uint8Array) || value.length > 7 || value[0] === 0) throw notShortest()
  return toNumber(value)
}

/** @throws LedgerError `rlp_malformed` when it is not bytes, so many if a number is given */
export function bytesOf(value: Rlp | undefined, length?: number): Uint8Array {
  if (value instanceof Uint8Array && value.length === (length ?? value.length)) return value
  throw malformed({ en: 'a field has not the length that it should', zh: '有字段的长度不对' })
}

/** @throws LedgerError `rlp_malformed` when it is no list of so many items */
export function listOf(value: Rlp | undefined, least: number, most: number): readonly Rlp[] {
  const isList = value !== undefined && !(value instanceof Uint8Array)
  if (isList && value.length >= least && value.length <= most) return value
  throw malformed({ en: 'a list has not as many items as it should', zh: '有列表的项数不对' })
}

const toNumber = (bytes: Uint8Array): number => bytes.reduce((sum, byte) => sum * 256 + byte, 0)

function lengthPrefix(base: number, length: number): Uint8Array {
  if (length <= 55) return Uint8Array.of(base + length)
  const bytes = encodeInteger(length)
  return concat(Uint8Array.of(base + 55 + bytes.length), bytes)
}

const malformed = because('rlp_malformed', { en: 'Not the RLP of a value', zh: '不是正确的 RLP 编码' })
const notShortest = (): Error => malformed({ en: 'a value is not in its shortest form', zh: '值没有用最短的写法' })
const endsEarly = (): Error => malformed({ en: 'it ends inside a value', zh: '在值中间就结束了' })
