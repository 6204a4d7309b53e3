import { keccak256 } from '#keccak'
import { to0x, utf8 } from '../core/bytes.ts'

/** The name of a log in the anchoring contract: keccak256 of its origin's UTF-8 bytes. */
export function logIdOf(origin: string): string {
  return to0x(keccak256(utf8(origin)))
}
