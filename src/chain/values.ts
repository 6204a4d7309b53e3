// ABI data → plain values: integers of up to 48 bits as number, wider ones as bigint, bytes and addresses as hexadecimal
// text, structs as objects, enumerations as the words of codes.ts. The encoding is that of the Solidity ABI
// specification, as far as our contracts use it; a property test holds it against ethers. Of what a contract never
// writes — a number with more bits than its type has, half a word — nothing is made.
//
// It works on hexadecimal digits, not on bytes: nodes and evidence have these, and so have the values.

import { keccak256 } from '#keccak'
import { utf8 } from '../core/bytes.ts'
import { decodePurpose, ENUMS, type EnumName, kindsFromBits, wordFor } from './codes.ts'

export type Value = bigint | number | boolean | string | readonly Value[] | Values
export interface Values {
  readonly [name: string]: Value
}

/** A parameter as the compiler lists it. */
export interface AbiParam {
  readonly name?: string
  readonly type?: string
  /** The name that the type has in the source, such as `enum IAccessLedger.Basis`. */
  readonly internalType?: string
  readonly components?: readonly AbiParam[]
  readonly indexed?: boolean
}

/** Of a word, which is what everything is laid out in: 32 bytes. */
const DIGITS = 64
const HEX = /^0x[0-9a-f]*$/
const text = new TextDecoder('utf-8', { ignoreBOM: true })

/** The name of an enumeration, or of another type of the source's own; empty where it has none. */
export function typeName({ internalType = '' }: AbiParam): string {
  return internalType.slice(internalType.lastIndexOf('.') + 1)
}

/**
 * Decodes ABI data. Throws if the data does not fit the parameters.
 * @param data 0x and hexadecimal digits.
 */
export function decodeValues(params: readonly AbiParam[], data: string): Values {
  const hex = data.toLowerCase()
  if (!HEX.test(hex) || hex.length % DIGITS !== 2) throw new RangeError('not whole words in hexadecimal')
  return readStruct(params, hex.slice(2))
}

/** Every member has its place in the head; one without a fixed size has there how far behind the head's begin it is. */
function readStruct(params: readonly AbiParam[], head: string): Values {
  let at = 0
  return Object.fromEntries(
    params.map((param, k) => {
      const place = isDynamic(param) ? tailAt(head, at) : head.slice(at)
      at += isDynamic(param) ? DIGITS : sizeOf(param)
      return [param.name ?? String(k), readValue(param, place)]
    }),
  )
}

function readValue(param: AbiParam, hex: string): Value {
  const { type = '', components = [] } = param
  if (type.endsWith(']')) return readList(param, hex)
  if (type === 'tuple') return readStruct(components, hex)
  if (type === 'bytes') return `0x${readBytes(hex)}`
  // Solidity does not check that a string is UTF-8, and one hostile name must not stop every reader of the chain.
  if (type === 'string') return text.decode(bytesOf(readBytes(hex)))
  const word = wordAt(hex, 0)
  if (type.startsWith('bytes')) return nameBytes(param, padded(word, 0, 2 * Number(type.slice(5))))
  if (type === 'address') return checksum(padded(word, 24, DIGITS))
  if (type === 'bool') return Boolean(Number(padded(word, DIGITS - 1, DIGITS, /[01]/)))
  if (!type.startsWith('uint')) throw new Error(`cannot read ${type}`)
  const bits = Number(type.slice(4))
  return nameNumber(param, padded(word, DIGITS - bits / 4, DIGITS), bits)
}

function readList(param: AbiParam, hex: string): readonly Value[] {
  const [, type = '', count] = /^(.*)\[(\d*)\]$/u.exec(param.type ?? '')!
  const item = { ...param, type, internalType: (param.internalType ?? '').replace(/\[\d*\]$/u, '') }
  const items = count === '' ? hex.slice(DIGITS) : hex
  const length = count === '' ? readLength(hex, 0) : Number(count)
  // Each takes a word at least: so whoever says a great number has to send as much.
  if (length * DIGITS > items.length) throw new RangeError(`${length} items do not fit the data`)
  const params = Array.from({ length }, (_, k) => ({ ...item, name: String(k) }))
  return Object.values(readStruct(params, items))
}

function readBytes(hex: string): string {
  const end = DIGITS + 2 * readLength(hex, 0)
  if (end > hex.length) throw new RangeError('bytes go beyond the data')
  return hex.slice(DIGITS, end)
}

function tailAt(hex: string, at: number): string {
  const start = 2 * readLength(hex, at)
  if (start > hex.length) throw new RangeError('an offset goes beyond the data')
  return hex.slice(start)
}

/** A count of bytes or items, which never comes near 2^48. */
function readLength(hex: string, at: number): number {
  return Number.parseInt(padded(wordAt(hex, at), DIGITS - 12, DIGITS), 16)
}

function wordAt(hex: string, at: number): string {
  const word = hex.slice(at, at + DIGITS)
  if (word.length < DIGITS) throw new RangeError('the data ends too early')
  return word
}

/** The digits of a word from `from` to `to`, if all others are 0. */
function padded(word: string, from: number, to: number, form?: RegExp): string {
  const digits = word.slice(from, to)
  if (/^0*$/.test(word.slice(0, from) + word.slice(to)) && (form?.test(digits) ?? true)) return digits
  throw new RangeError('a value goes beyond its type')
}

function isDynamic({ type = '', components = [] }: AbiParam): boolean {
  const one = type.replace(/(?:\[\d+\])+$/u, '')
  return one === 'bytes' || one === 'string' || one.endsWith('[]') || components.some(isDynamic)
}

/** Digits in the head. */
function sizeOf({ type = '', components = [] }: AbiParam): number {
  const counts = Array.from(type.matchAll(/\[(\d+)\]/gu), ([, count]) => Number(count))
  const one = type.startsWith('tuple') ? components.reduce((sum, part) => sum + sizeOf(part), 0) : DIGITS
  return counts.reduce((size, count) => size * count, one)
}

function nameNumber(param: AbiParam, digits: string, bits: number): Value {
  const name = typeName(param)
  const value = bits <= 48 ? Number.parseInt(digits, 16) : BigInt(`0x${digits}`)
  if (name === 'Kinds') return kindsFromBits(value)
  return Object.hasOwn(ENUMS, name) ? wordFor(name as EnumName, value) : value
}

function nameBytes(param: AbiParam, digits: string): string {
  return typeName(param) === 'Purpose' ? decodePurpose(`0x${digits}`) : `0x${digits}`
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, k) => Number.parseInt(hex.slice(2 * k, 2 * k + 2), 16))
}

/** An address as people compare it (EIP-55): which letters are large tells of a slip of the pen. */
function checksum(digits: string): string {
  const hash = keccak256(utf8(digits))
  const address = digits.replaceAll(/[a-f]/gu, (letter, k: number) => {
    return ((hash[k >> 1]! >> (k % 2 === 0 ? 4 : 0)) & 15) > 7 ? letter.toUpperCase() : letter
  })
  return `0x${address}`
}
