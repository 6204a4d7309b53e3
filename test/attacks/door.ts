// The door of an operator who logs other lines than it is sent.

import { altered } from '../altered.ts'
import { encodeLines } from './lines.ts'
import type { Tamper } from './operator.ts'

/** What is logged of a batch. */
export type Change = (lines: readonly object[]) => readonly object[]

export const logOtherwise =
  (change: Change): Tamper =>
  ({ ingest, sources }) => {
    Object.assign(sources.lines, { requireSignature() {} }) // nor does it ask what else is signed
    return {
      ingest: altered(ingest, {
        async submit(body, options) {
          const text = (body as Uint8Array).toString().trim()
          return ingest.submit(encodeLines(change(text.split('\n').map(line => JSON.parse(line) as object))), options)
        },
      }),
    }
  }
