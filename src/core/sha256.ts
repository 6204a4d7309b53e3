// SHA-256 where there is no Node: a browser, which has one of its own only on https, and only asynchronously.

import { sha256 } from '@noble/hashes/sha2.js'
import { toHex } from './bytes.ts'

export { sha256 }

export function sha256Hex(bytes: Uint8Array): string {
  return toHex(sha256(bytes))
}
