// The file of refused lines: one JSON object a line, with the line as it stands, so that it can be mended and sent again.
// Written anew by each run, which finds the same lines again; readable by its owner alone, since raw lines name people.

import { open } from 'node:fs/promises'
import { unwritable } from './output.ts'
import type { RefusedLine } from './source.ts'

export interface RefusedFile {
  write(file: string, lines: readonly RefusedLine[]): Promise<void>
  close(): Promise<void>
}

/** Without a path, what is written goes nowhere. @throws LedgerError `output_unwritable` */
export async function openRefusedFile(path: string | undefined): Promise<RefusedFile> {
  if (path === undefined) return { write: async () => {}, close: async () => {} }
  const file = await open(path, 'w', 0o600).catch(unwritable(path))
  return {
    async write(name, lines) {
      if (lines.length > 0)
        await file
          .writeFile(lines.map(line => `${JSON.stringify({ file: name, ...line })}\n`).join(''))
          .catch(unwritable(path))
    },
    close: () => file.close(),
  }
}
