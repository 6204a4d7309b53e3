// RLP, Ethereum's encoding of nested byte strings (Yellow Paper, appendix B). Decoding is strict: one spelling for each
// value, no bytes left over, since what is decoded here is hashed and compared.

import { concat } from './bytes.ts'
import { LedgerError } from './error.ts'
import type { Words } from './words.ts'

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
  const { value, end } = decodeAt(bytes, 0, bytes.length, 0)
  if (end !== bytes.length)
    throw malformed({ en: `${bytes.length - end} bytes are left over`, zh: `末尾多出 ${bytes.length - end} 字节` })
  return value
}

/** @throws LedgerError `rlp_malformed` when it is no integer in its one spelling, or beyond 2^53 */
export function decodeInteger(value: Rlp): number {
  if (!(value instanceof Uint8Array) || value.length > 7 || value[0] === 0)
    throw malformed({ en: 'an integer is not one', zh: '整数的写法不对' })
  return value.reduce((sum, byte) => sum * 256 + byte, 0)
}

function decodeAt(bytes: Uint8Array, at: number, limit: number, depth: number): { value: Rlp; end: number } {
  const first = bytes[at]
  if (first === undefined || at >= limit) throw malformed({ en: 'it ends inside a value', zh: '在值中间就结束了' })
  if (first < 0x80) return { value: bytes.subarray(at, at + 1), end: at + 1 }
  const isList = first >= 0xc0
  const { start, end } = readLength(bytes, at, limit, first - (isList ? 0xc0 : 0x80))
  if (!isList) {
    const value = bytes.subarray(start, end)
    if (value.length === 1 && value[0]! < 0x80)
      throw malformed({ en: 'a single byte is spelled with a length', zh: '单个字节却写了长度' })
    return { value, end }
  }
  if (depth >= MAX_DEPTH)
    throw malformed({ en: `it nests deeper than ${MAX_DEPTH} lists`, zh: `列表嵌套超过 ${MAX_DEPTH} 层` })
  const items: Rlp[] = []
  for (let next = start; next < end; ) {
    const item = decodeAt(bytes, next, end, depth + 1)
    items.push(item.value)
    next = item.end
  }
  return { value: items, end }
}

/** Where a value's content begins and ends. `code` is 0 to 55 for its length, beyond for the length of its length. */
function readLength(bytes: Uint8Array, at: number, limit: number, code: number): { start: number; end: number } {
  const lengthBytes = Math.max(0, code - 55)
  const start = at + 1 + lengthBytes
  if (start > limit) throw malformed({ en: 'it ends inside a length', zh: '在长度中间就结束了' })
  const length = lengthBytes === 0 ? code : bytes.subarray(at + 1, start).reduce((sum, byte) => sum * 256 + byte, 0)
  if (lengthBytes > 0 && (bytes[at + 1] === 0 || length <= 55))
    throw malformed({ en: 'a length is not in its shortest form', zh: '长度没有用最短的写法' })
  if (start + length > limit) throw malformed({ en: 'it ends inside a value', zh: '在值中间就结束了' })
  return { start, end: start + length }
}

function lengthPrefix(base: number, length: number): Uint8Array {
  if (length <= 55) return Uint8Array.of(base + length)
  const bytes = encodeInteger(length)
  return concat(Uint8Array.of(base + 55 + bytes.length), bytes)
}

function malformed(why: Words): LedgerError {
  return new LedgerError('rlp_malformed', {
    en: `Not the RLP of a value: ${why.en}.`,
    zh: `不是正确的 RLP 编码：${why.zh}。`,
  })
}
