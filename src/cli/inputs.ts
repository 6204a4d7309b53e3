// What ingest reads: its options, the mapping, the trust file, the log files.

import { open } from 'node:fs/promises'
import { LedgerError } from '../core/error.ts'
import { type Mapping, parseMapping } from '../core/mapping.ts'
import { PATTERNS } from '../core/record.ts'
import { refuseFolder } from '../missing.ts'
import { parseTrust, type Trust } from '../verify/trust.ts'
import type { ServiceOptions } from './client.ts'
import type { Format } from './convert-line.ts'
import { whyFileFailed } from './file-failure.ts'
import { readSettings } from './read-file.ts'

export interface IngestOptions extends ServiceOptions {
  readonly format: Format
  readonly mapping?: string
  readonly source?: string
  readonly sourceKey?: readonly string[]
  readonly unsignedToo?: true
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
  readonly compare?: true
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
    try {
      await refuseFolder(handle, file)
      const { size } = await handle.stat()
      return { stream: handle.createReadStream({ highWaterMark: 256 * 1024 }), size }
    } catch (error) {
      await handle.close()
      throw error
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    const why = whyFileFailed(cause as NodeJS.ErrnoException)
    throw new LedgerError(
      'file_unreadable',
      { en: `it cannot be read: ${why.en}.`, zh: `无法读取：${why.zh}。` },
      { cause },
    )
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
    throw new LedgerError('option_missing', {
      en: '--from-line needs --stream NAME: the lines get other batches than before.',
      zh: '--from-line 需要 --stream 名称：这些行的分批与先前不同。',
    })
  }
  if (source !== undefined && !PATTERNS.source.test(source)) {
    throw new LedgerError('option_invalid', {
      en: `--source "${source}" is not a name of 1 to 64 of 0-9 A-Z a-z . _ : / -.`,
      zh: `--source “${source}”不是 1 至 64 个 0-9 A-Z a-z . _ : / - 字符的名称。`,
    })
  }
  if (format === 'ndjson') {
    if (mapping === undefined && source === undefined) return undefined
    throw new LedgerError('option_invalid', {
      en: 'NDJSON lines are records already: they take neither --mapping nor --source; leave both out.',
      zh: 'NDJSON 行本身就是记录：不需要 --mapping 或 --source；请去掉。',
    })
  }
  if (mapping === undefined) {
    throw new LedgerError('option_missing', {
      en: `The format ${format} needs --mapping FILE, which says what its lines mean; docs/records.md has examples.`,
      zh: `${format} 格式需要 --mapping 文件，说明各行的含义；docs/records.md 有例子。`,
    })
  }
  const parsed = parseNamed(mapping, (await readSettings(mapping, '--mapping')).toString())
  return source === undefined ? parsed : { ...parsed, source }
}

/** @throws LedgerError what `parseMapping` refuses, naming the file */
function parseNamed(file: string, text: string): Mapping {
  try {
    return parseMapping(text)
  } catch (cause) {
    if (!(cause instanceof LedgerError)) throw cause
    const { en, zh } = cause.words
    throw new LedgerError(cause.code, { en: `The mapping ${file}: ${en}`, zh: `映射文件 ${file}：${zh}` }, { cause })
  }
}

export async function readTrust(file: string | undefined): Promise<Trust | undefined> {
  return file === undefined ? undefined : parseTrust(await readSettings(file, '--trust'))
}
