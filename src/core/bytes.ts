// Bytes put together and compared, with nothing but the language: what is here also runs in a browser.

import { hexToBytes } from '@noble/hashes/utils.js'

export { hexToBytes as fromHex }

const encoder = new TextEncoder()

export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (let k = 0; k < bytes.length; k++) text += HEX[bytes[k]!]!
  return text
}

/** As chains and their nodes write bytes: 0x and hexadecimal digits. */
export function to0x(bytes: Uint8Array): string {
  return `0x${toHex(bytes)}`
}

/** Of what `to0x` wrote; throws on anything else. */
export function from0x(text: string): Uint8Array {
  return hexToBytes(text.slice(2))
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** Of what is public: no secret depends on the time it takes. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let k = 0; k < a.length; k++) if (a[k] !== b[k]) return false
  return true
}

/** Proofs come from whoever wants to be believed: what should be bytes may be a list of any numbers. */
export function isBytes(value: unknown, length: number): value is Uint8Array {
  return value instanceof Uint8Array && value.length === length
}

// Base64 (RFC 4648 §4) by hand: what the language has for it is missing on older machines, Node 24 among them, and `atob`
// passes over spaces and spare bits.
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const PAIRS = Array.from({ length: 64 * 64 }, (_, n) => DIGITS[n >> 6]! + DIGITS[n & 63]!)
const NO_DIGIT = 64
const VALUES = new Uint8Array(128).fill(NO_DIGIT)
for (let n = 0; n < DIGITS.length; n++) VALUES[DIGITS.charCodeAt(n)] = n

/** Hashes and signatures as notes and JSON spell them. */
export function encodeBase64(bytes: Uint8Array): string {
  let text = ''
  let at = 0
  for (; at + 2 < bytes.length; at += 3) {
    const bits = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!
    text += PAIRS[bits >> 12]! + PAIRS[bits & 4095]!
  }
  if (at === bytes.length) return text
  const bits = (bytes[at]! << 10) | ((bytes[at + 1] ?? 0) << 2)
  return `${text}${PAIRS[bits >> 6]}${at + 1 === bytes.length ? '=' : DIGITS[bits & 63]}=`
}

/** Base64 in its one canonical spelling, or undefined. */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined
  const end = text.endsWith('==') ? text.length - 2 : text.endsWith('=') ? text.length - 1 : text.length
  const bytes = new Uint8Array(Math.floor((end * 3) / 4))
  let [bits, count, at] = [0, 0, 0]
  for (let k = 0; k < end; k++) {
    const value = VALUES[text.charCodeAt(k)] ?? NO_DIGIT
    if (value === NO_DIGIT) return undefined
    bits = (bits << 6) | value
    count += 6
    if (count < 8) continue
    count -= 8
    bytes[at++] = bits >> count
  }
  // Bits that are left over would be a second spelling of the same bytes.
  return (bits & ((1 << count) - 1)) === 0 ? bytes : undefined
}
