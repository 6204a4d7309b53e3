// The pseudonym of a person, keyed: without the key, a list of staff cannot be hashed and compared with the log.

import { createHmac, type KeyObject } from 'node:crypto'

const PSEUDONYM_LABEL = 'suyuan/actor/v1\n'
const MIN_KEY_BYTES = 32
const PSEUDONYM_BYTES = 16

/** A secret of at least 32 bytes; as a key object it is several times faster, since it is prepared once. */
export type PseudonymKey = Uint8Array | KeyObject

/** The first 16 bytes of HMAC-SHA256(key, "suyuan/actor/v1\n" ‖ person), in hex. */
export function derivePseudonym(key: PseudonymKey, person: string): string {
  const keyBytes = key instanceof Uint8Array ? key.length : key.symmetricKeySize
  if (keyBytes === undefined || keyBytes < MIN_KEY_BYTES)
    throw new Error(`a pseudonym key has at least ${MIN_KEY_BYTES} bytes`)
  return createHmac('sha256', key)
    .update(PSEUDONYM_LABEL + person)
    .digest('hex')
    .slice(0, 2 * PSEUDONYM_BYTES)
}
