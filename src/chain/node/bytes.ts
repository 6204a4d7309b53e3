// Hex, as JSON-RPC writes bytes and numbers, and the bytes and numbers themselves.

/** Bytes or a number as JSON-RPC writes them: `0x` and hexadecimal digits. */
export type Hex = `0x${string}`

/** Even number of hexadecimal digits after `0x`: the only text that stands for bytes. */
const BYTES = /^0x(?:[0-9a-fA-F]{2})*$/

/** True when the text stands for bytes; anything may be given. */
export function isHexBytes(value: unknown): value is Hex {
  return typeof value === 'string' && BYTES.test(value)
}

export function toHex(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`
}

/** The bytes of a text that `isHexBytes` accepts. */
export function fromHex(hex: Hex): Uint8Array {
  if (!isHexBytes(hex)) throw new TypeError('not hexadecimal bytes')
  return Buffer.from(hex.slice(2), 'hex')
}

/** A JSON-RPC quantity: no leading zeros. */
export function toQuantity(value: number): Hex {
  return `0x${value.toString(16)}`
}
