// Hardhat's --coverage, with branches: whatever Hardhat instruments is instrumented further (branches.ts), and what there
// is to see is written beside Hardhat's own data, coverage/branches/*.json, one file per source.

import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { HardhatPlugin } from 'hardhat/types/plugins'
import type { Branch } from './branches.ts'

/** What is written for one source. */
export interface SourceBranches {
  /** Relative to the project, as Hardhat names it in its reports. */
  readonly file: string
  readonly branches: readonly Branch[]
}

export const branchCoverage: HardhatPlugin = {
  id: 'branch-coverage',
  hookHandlers: {
    solidity: async () => ({
      default: async () => ({
        preprocessProjectFileBeforeBuilding: async (context, sourceName, path, content, version, next) => {
          const instrumented = await next(context, sourceName, path, content, version)
          // Without --coverage, and for tests and skipped files, Hardhat leaves the source alone.
          if (instrumented === content) return content
          const { instrumentBranches } = await import('./branches.ts')
          const { source, branches } = instrumentBranches(sourceName, content, instrumented)
          const folder = join(context.config.paths.root, 'coverage', 'branches')
          const file = sourceName.replace(/^project\//, '')
          await mkdir(folder, { recursive: true })
          const name = createHash('sha256').update(file).digest('hex')
          await writeFile(join(folder, `${name}.json`), JSON.stringify({ file, branches } satisfies SourceBranches))
          return source
        },
      }),
    }),
  },
}
