// The quick parts of the store, compiled once.

import { createEntryReader } from '../../src/lines/entries.ts'
import { compileLines } from '../../src/lines/wasm.ts'
import { createQuickParts, type WorkingParts } from '../../src/store/working-parts.ts'

let parts: Promise<WorkingParts> | undefined

export function quickParts(): Promise<WorkingParts> {
  parts ??= compileLines().then(module => createQuickParts(module, createEntryReader(module)))
  return parts
}
