// What ingest reads: its options, the mapping, the trust file, the log files.

import { open } from 'node:fs/promises'
import { LedgerError } from '../core/error.ts'
import { type Mapping, parseMapping } from '../core/mapping.ts'
import { PATTERNS } from '../core/record.ts'
import { parseTrust, type Trust } from '../verify/trust.ts'
import type { ServiceOptions } from './client.ts'
import { readSettings } from './read-file.ts'
import type { Format } from './source.ts'

export interface IngestOptions extends ServiceOptions {
  readonly format: Format
  readonly mapping?: string
  readonly source?: string
  readonly stream: string
  readonly fromLine: number
  readonly batch: number
  readonly complete?: true
  readonly ifExists?: true
  readonly dryRun?: true
  readonly anchor?: true
  readonly anchorTimeout: number
  readonly patience: number
  readonly receipts?: string
  readonly trust?: string
  readonly refused?: string
  readonly json?: true
  readonly quiet?: true
}

interface OpenFile {
  readonly stream: AsyncIterable<Uint8Array>
  /** In bytes; a stream has none. */
  readonly size: number | undefined
}

/** A log file, or stdin for `-`; `undefined` when there is none of that name. @throws LedgerError `file_unreadable` */
export async function openFile(file: string): Promise<OpenFile | undefined> {
  if (file === '-') return { stream: process.stdin, size: undefined }
  try {
    const handle = await open(file)
    const { size } = await handle.stat()
    return { stream: handle.createReadStream({ highWaterMark: 256 * 1024 }), size }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new LedgerError('file_unreadable', `it cannot be read (${code}).`, { cause })
  }
}

/** The mapping that the options ask for, after they are seen to fit each other. Throws `option_missing`, `option_invalid`, `invalid_mapping`. */
export async function readMapping({
  format,
  mapping,
  source,
  fromLine,
  stream,
}: IngestOptions): Promise<Mapping | undefined> {
  if (fromLine > 1 && stream === '') {
    throw new LedgerError('option_missing', '--from-line needs --stream NAME: the lines get other batches than before.')
  }
  if (source !== undefined && !PATTERNS.source.test(source)) {
    throw new LedgerError('option_invalid', `--source "${source}" is not a name of 1 to 64 of 0-9 A-Z a-z . _ : / -.`)
  }
  if (format === 'ndjson') {
    if (mapping === undefined && source === undefined) return undefined
    throw new LedgerError(
      'option_invalid',
      'NDJSON lines are records already: they take neither --mapping nor --source.',
    )
  }
  if (mapping === undefined) {
    throw new LedgerError(
      'option_missing',
      `The format ${format} needs --mapping FILE, which says what its lines mean; docs/records.md has examples.`,
    )
  }
  const parsed = parseMapping((await readSettings(mapping)).toString())
  return source === undefined ? parsed : { ...parsed, source }
}

export async function readTrust(file: string | undefined): Promise<Trust | undefined> {
  return file === undefined ? undefined : parseTrust(await readSettings(file))
}
