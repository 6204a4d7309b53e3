// Files that their author signs: evidence, evidence of acts, findings. What they have in common, and how they are read.

import { encodeBase64, utf8 } from './bytes.ts'
import { canonicalJson } from './canonical-json.ts'
import { LedgerError } from './error.ts'
import { sha256 } from './hash.ts'
import { decodeUtf8, parseStrict } from './json.ts'
import { anyText, list, object } from './reader.ts'
import type { Words } from './words.ts'

/** Bytes of evidence that a verifier reads at all. */
export const MAX_EVIDENCE_BYTES = 2 ** 28

export const DOES_NOT_PROVE = list(object({ zh: anyText(1_000), en: anyText(1_000) }), 16)
/** A signed note by the author's key over `signedFileText`. */
export const SIGNATURE = anyText(10_000)

/**
 * The text that the author signs as a note (C2SP signed-note): label, origin, and the base64 SHA-256 of the canonical JSON
 * (RFC 8785) of the whole file without its `signature`.
 */
export function signedFileText(label: string, origin: string, file: object): string {
  const { signature: _, ...signed }: { readonly signature?: unknown } = { ...file }
  return `${label}\n${origin}\n${encodeBase64(sha256(utf8(canonicalJson(signed))))}\n`
}

/** @throws what `unreadable` makes of what the size, the JSON or `read` has against it */
export function readEvidence<T>(
  bytes: Uint8Array,
  read: (value: unknown) => T,
  unreadable: (why: Words, cause?: unknown) => LedgerError,
): T {
  if (bytes.length > MAX_EVIDENCE_BYTES) {
    throw unreadable({
      en: `it has ${bytes.length} bytes, more than the ${MAX_EVIDENCE_BYTES} that are read`,
      zh: `文件有 ${bytes.length} 字节，超过可读取的 ${MAX_EVIDENCE_BYTES} 字节`,
    })
  }
  try {
    return read(parseStrict(decodeUtf8(bytes)))
  } catch (cause) {
    if (!(cause instanceof LedgerError)) throw cause
    throw unreadable(cause.words, cause)
  }
}
