// What a file seems to be, for a clear word to whoever gives the wrong one; what it is worth is seen later.

import type { FileKind } from './published.ts'

/** As much as it takes: files of this ledger say what they are at their beginning. */
const BYTES = 65_536
const latin1 = new TextDecoder('latin1')

export function kindOf(file: Uint8Array): FileKind {
  const start = latin1.decode(file.subarray(0, BYTES))
  const format = /(?<!\\)"format"\s*:\s*"suyuan-(evidence|acts|finding)\//.exec(start)?.[1]
  if (format !== undefined) return format as FileKind
  if (/^[^\n]*"firstIndex"\s*:/.test(start)) return 'receipts'
  return /"answers"\s*:\s*"/.test(start) && /"contracts"\s*:/.test(start) ? 'trust' : 'unknown'
}
