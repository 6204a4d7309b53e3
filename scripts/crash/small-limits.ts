// The store's limits, made small, so that in a second of load segments fill, states are flushed and the open segment is
// put down: their edges are what a crash must hit. They are no settings (a log's segments have one size for good), so they
// are changed where Node loads the source, and a limit that is no longer found there ends the process.

import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

/** Leaves of a segment in a ledger under this harness. */
export const SEGMENT_LEAVES = 1024

const LIMITS: readonly { readonly file: string; readonly limit: string; readonly value: number }[] = [
  { file: '/src/store/embedded.ts', limit: 'SEGMENT_LEAVES', value: SEGMENT_LEAVES },
  // The index takes a segment in at a time.
  { file: '/src/completeness/columns.ts', limit: 'STRETCH_LEAVES', value: SEGMENT_LEAVES },
  { file: '/src/store/running-store.ts', limit: 'MAX_COMMIT_BYTES', value: 24 * 1024 },
  { file: '/src/store/level/batch-states.ts', limit: 'MOST_IN_MEMORY', value: 48 },
]

export function makeLimitsSmall(): void {
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context)
      const limits = LIMITS.filter(({ file }) => url.endsWith(file))
      if (limits.length === 0) return loaded
      const source = limits.reduce(
        (text, { limit, value }) => {
          const line = new RegExp(`^((?:export )?const ${limit} =) .*$`, 'm')
          if (!line.test(text))
            throw new Error(`${url} has no limit ${limit} any more: tell scripts/crash/small-limits.ts`)
          return text.replace(line, `$1 ${value}`)
        },
        readFileSync(new URL(url), 'utf8'),
      )
      return { ...loaded, source }
    },
  })
}
