// A finding: what a monitor saw of a log that it holds against it, with the bytes to see it by. docs/monitor.md has it field
// by field; verify/finding.ts checks what can be checked without believing the monitor.

import { decodeUtf8, parseStrict } from './json.ts'
import { anyText, anything, object, oneOf, type Read } from './reader.ts'
import { SIGNATURE, signedFileText } from './signed-file.ts'

export const FINDING_FORMAT = 'suyuan-finding/v1'

const FINDING = object({
  format: oneOf([FINDING_FORMAT]),
  check: anyText(100),
  /** Of the log. */
  origin: anyText(1_000),
  subject: anyText(1_000),
  /** When, by the monitor's clock. */
  found: anyText(100),
  says: object({ zh: anyText(10_000), en: anyText(10_000) }),
  evidence: anything,
  /** The monitor's verifier key. */
  monitor: anyText(1_000),
  /** A signed note by it over `findingText`. */
  signature: SIGNATURE,
})
export type Finding = Read<typeof FINDING>

/** Told by its beginning, as a monitor writes it; what it is worth is seen later. */
export function isFinding(file: Uint8Array): boolean {
  const start = new TextDecoder('latin1').decode(file.subarray(0, 100))
  return /^\s*\{\s*"format"\s*:\s*"suyuan-finding\//.test(start)
}

/** @throws LedgerError as the strict readers */
export function parseFinding(file: Uint8Array): Finding {
  return FINDING(parseStrict(decodeUtf8(file)), '')
}

/** What the monitor signs. */
export function findingText(finding: Omit<Finding, 'signature'>): string {
  return signedFileText(FINDING_FORMAT, finding.origin, finding)
}
