// Ed25519 (RFC 8032), verified as node:crypto (OpenSSL 3.5) does: [S]B = R + [k]A without the cofactor, S below the
// group's order, R in its one encoding, and neither R nor the key of small order, with which a signature would fit any
// text. So nobody can be shown a signature that holds in a browser and not in Node, or the other way round. Neither of
// the library's two rules is this one: ZIP 215 and the stricter one multiply by the cofactor, and take signatures that
// OpenSSL does not.

import { hashes, Point } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { concat, equal, to0x } from './bytes.ts'

export { getPublicKey as publicKeyOf, sign as signEd25519 } from '@noble/ed25519'

hashes.sha512 = sha512

/** The order of the group that B makes. */
const ORDER = Point.CURVE().n
const ORDER_BITS = 253

export function verifyEd25519(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  if (signature.length !== 64) return false
  const [r, s] = [signature.subarray(0, 32), toNumber(signature.subarray(32))]
  const key = readKey(publicKey)
  if (key === undefined || s >= ORDER) return false
  const k = toNumber(sha512(concat(r, publicKey, message))) % ORDER
  const point = sumOf(s, Point.BASE, k, key.negate())
  return equal(point.toBytes(), r) && !point.isSmallOrder()
}

/** Whether it is a point in its one encoding and of large order: by any other key no signature holds. */
export function isSoundKey(publicKey: Uint8Array): boolean {
  return readKey(publicKey) !== undefined
}

function readKey(bytes: Uint8Array): Point | undefined {
  try {
    const point = Point.fromBytes(bytes)
    return point.isSmallOrder() ? undefined : point
  } catch {
    return undefined // it throws on bytes that are no point, and on all encodings of one but the canonical
  }
}

/** [a]P + [b]Q, bit by bit of both at once. What is multiplied is public: nothing hangs on the time it takes. */
function sumOf(a: bigint, p: Point, b: bigint, q: Point): Point {
  const both = p.add(q)
  let sum = Point.ZERO
  for (let bit = BigInt(ORDER_BITS - 1); bit >= 0n; bit--) {
    sum = sum.double()
    const [ofA, ofB] = [(a >> bit) & 1n, (b >> bit) & 1n]
    if (ofA === 1n) sum = sum.add(ofB === 1n ? both : p)
    else if (ofB === 1n) sum = sum.add(q)
  }
  return sum
}

/** Of bytes, the lowest first. */
function toNumber(bytes: Uint8Array): bigint {
  return BigInt(to0x(bytes.toReversed()))
}
