// Bytes put together and compared, with nothing but the language: what is here also runs in a browser.

import { concatBytes as concat, hexToBytes as fromHex, bytesToHex as toHex } from '@noble/hashes/utils.js'

export { concat, fromHex, toHex }

const encoder = new TextEncoder()

export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/** As chains and their nodes write bytes: 0x and hexadecimal digits. */
export function to0x(bytes: Uint8Array): string {
  return `0x${toHex(bytes)}`
}

/** Of what `to0x` wrote; throws on anything else. */
export function from0x(text: string): Uint8Array {
  return fromHex(text.slice(2))
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

// Base64 (RFC 4648 §4) by hand: what the language has for it is missing on older machines, Node 24 among them.
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const VALUES = new Uint8Array(128)
for (let n = 0; n < DIGITS.length; n++) VALUES[DIGITS.charCodeAt(n)] = n
/** Without bits left over, which would be a second spelling of the same bytes. */
const BASE64 = /^[A-Za-z0-9+/]*(?:[AQgw]==|[AEIMQUYcgkosw048]=)?$/

/** Hashes and signatures as notes and JSON spell them. */
export function encodeBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const bits = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    text += DIGITS[bits >> 18]! + DIGITS[(bits >> 12) & 63]! + DIGITS[(bits >> 6) & 63]! + DIGITS[bits & 63]!
  }
  const missing = (3 - (bytes.length % 3)) % 3
  return text.slice(0, text.length - missing) + '='.repeat(missing)
}

/** Base64 in its one canonical spelling. */
export function isBase64(text: string): boolean {
  return text.length % 4 === 0 && BASE64.test(text)
}

/** The bytes, or undefined where it is not base64 in its one canonical spelling. */
export function decodeBase64(text: string): Uint8Array | undefined {
  return isBase64(text) ? fromBase64(text) : undefined
}

/** The bytes of what `isBase64` has said yes to, and of nothing else. */
export function fromBase64(text: string): Uint8Array {
  return ownFromBase64?.(text) ?? fromBase64ByHand(text)
}

/** The language's own, where it has one: it passes over spaces and takes spare bits, so that it may not be the judge. */
const ownFromBase64 = (Uint8Array as { fromBase64?: (text: string) => Uint8Array }).fromBase64

function fromBase64ByHand(text: string): Uint8Array {
  const missing = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  const bytes = new Uint8Array((text.length * 3) / 4 - missing)
  for (let k = 0, at = 0; k < text.length; k += 4) {
    let bits = 0
    for (let n = k; n < k + 4; n++) bits = (bits << 6) | VALUES[text.charCodeAt(n)]! // 0 for what fills up the end
    // A place in bytes takes the lowest eight bits, and one behind the last takes nothing.
    bytes[at++] = bits >> 16
    bytes[at++] = bits >> 8
    bytes[at++] = bits
  }
  return bytes
}
