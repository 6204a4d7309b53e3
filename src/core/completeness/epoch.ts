// A leaf of the index log: the index after one epoch, and the checkpoint of the log up to which it goes. The index log is an
// ordinary log (C2SP tlog-tiles), so that its growth is proven, anchored and witnessed as that of the log itself.

import { fromHex, toHex, utf8 } from '../bytes.ts'
import { decodeUtf8 } from '../json.ts'
import { HASH_BYTES, type Hash } from '../tree.ts'

export interface Epoch {
  readonly trieRoot: Hash
  /** The log's checkpoint, a signed note, as it was published. */
  readonly checkpoint: string
}

/** The index log of a log is named after it. */
export function indexOrigin(origin: string): string {
  return `${origin}/index`
}

const HEX = /^[0-9a-f]{64}$/
const ROOT_LENGTH = 2 * HASH_BYTES

/** The trie's root in lower-case hex, a line end, and the checkpoint. */
export function encodeEpoch({ trieRoot, checkpoint }: Epoch): Uint8Array {
  return utf8(`${toHex(trieRoot)}\n${checkpoint}`)
}

/** Undefined when it has not that form. Whether the checkpoint is one, and whose, is for its reader. */
export function decodeEpoch(leaf: Uint8Array): Epoch | undefined {
  let text: string
  try {
    text = decodeUtf8(leaf)
  } catch {
    return undefined
  }
  const hex = text.slice(0, ROOT_LENGTH)
  if (!HEX.test(hex) || text[ROOT_LENGTH] !== '\n') return undefined
  return { trieRoot: fromHex(hex), checkpoint: text.slice(ROOT_LENGTH + 1) }
}
