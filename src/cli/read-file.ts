// Files that a person gives the command line: evidence, trust files, mappings. Editors and shells add what no JSON has
// (RFC 8259 section 8.1), and the message for that should speak of the file, not of a line in it.

import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { LedgerError } from '../core/error.ts'
import { decodeUtf8 } from '../core/json.ts'

/** A whole file, or stdin for `-`. @throws LedgerError `file_unreadable` */
export async function readInput(path: string): Promise<Buffer> {
  const name = path === '-' ? 'The input' : path
  const bytes = path === '-' ? await buffer(process.stdin) : await readFile(path).catch(unreadable(name))
  const mark = MARKS.find(({ bytes: mark }) => bytes.subarray(0, mark.length).equals(mark))
  if (mark === undefined) return bytes
  throw new LedgerError('file_unreadable', `${name} begins with a byte order mark ${mark.next}`)
}

/** The same, for a file that was written by hand. @throws LedgerError `file_unreadable` */
export async function readSettings(path: string): Promise<Buffer> {
  const bytes = await readInput(path)
  const why = bytes.length === 0 ? 'is empty' : isUtf8(bytes) ? undefined : 'is not valid UTF-8; save it as UTF-8'
  if (why === undefined) return bytes
  throw new LedgerError('file_unreadable', `${path === '-' ? 'The input' : path} ${why}.`)
}

const MARKS = [
  {
    bytes: Buffer.of(0xef, 0xbb, 0xbf),
    next: '(EF BB BF): remove the byte order mark, that is, save the file as "UTF-8", not as "UTF-8 with BOM".',
  },
  { bytes: Buffer.of(0xff, 0xfe), next: '(FF FE) of UTF-16: save it as UTF-8, without a byte order mark.' },
  { bytes: Buffer.of(0xfe, 0xff), next: '(FE FF) of UTF-16: save it as UTF-8, without a byte order mark.' },
] as const

function isUtf8(bytes: Uint8Array): boolean {
  try {
    decodeUtf8(bytes)
    return true
  } catch (error) {
    if (error instanceof LedgerError) return false
    throw error
  }
}

function unreadable(name: string): (cause: NodeJS.ErrnoException) => never {
  return cause => {
    throw new LedgerError('file_unreadable', `${name} cannot be read (${cause.code}).`, { cause })
  }
}
